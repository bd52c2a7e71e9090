"""Figures at the precision at which their publisher prints them, and chances in words."""

from decimal import ROUND_HALF_UP, Decimal

from helpers.forecast import Forecast

SCALE = ((0.90, "very likely"), (0.66, "likely"), (0.33, "about as likely as not"), (0.10, "unlikely"))


def printed(value: float, decimals: int) -> Decimal:
    """The value as its publisher prints it, halves rounded up in decimal arithmetic."""
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def met(value: float, target: float, better: str, decimals: int) -> bool:
    """True when the printed figure is at least as good as the target."""
    figure, goal = printed(value, decimals), Decimal(repr(float(target)))
    return figure >= goal if better == "higher" else figure <= goal


def probability_met(expected: Forecast, horizon: int, target: float, better: str, decimals: int) -> float:
    """The probability, 0 to 1, that the printed figure meets the target at that horizon."""
    half = 0.5 * 10.0**-decimals
    if better == "higher":
        return float(expected.probability(at_least=target - half)[horizon - 1])
    return float(expected.probability(at_most=target + half)[horizon - 1])


def likelihood(probability: float) -> str:
    """The chance in the words of the IPCC's calibrated scale, in English."""
    return next((words for least, words in SCALE if probability >= least), "very unlikely")
