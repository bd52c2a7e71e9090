"""Met or missed at the precision at which a figure is printed, and the words for a probability.

Unemployment is printed with one decimal, so 4.74 meets a target of at most 4.7 and 4.75 misses it.
The same rule holds inside a forecast: what counts is the printed figure, not the unrounded one behind it.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from numbers import Real

import numpy as np
import pandas as pd

from helpers import UserError
from helpers.forecast import Forecast, decimals_by_row

SPANNED = 100  # units of the last decimal that a range may span
# Calibrated scale of the Intergovernmental Panel on Climate Change: Mastrandrea et al. (2010), "Guidance note for
# lead authors of the IPCC fifth assessment report on consistent treatment of uncertainties", table 1.
LIKELIHOOD = ((0.90, "very likely"), (0.66, "likely"))
UNLIKELIHOOD = ((0.10, "very unlikely"), (0.33, "unlikely"))


def likelihood_words(probability: float) -> str:
    """Words of the IPCC's calibrated scale for a probability from 0 to 1. The text is also the catalogue's key."""
    if not isinstance(probability, Real) or not 0 <= probability <= 1:
        raise UserError(f"probability {probability!r} is not a number from 0 to 1: give a share, not a percentage")
    likely = [words for bound, words in LIKELIHOOD if probability >= bound]
    unlikely = [words for bound, words in UNLIKELIHOOD if probability <= bound]
    return [*likely, *unlikely, "about as likely as not"][0]


def decimals_of(values: pd.Series | np.ndarray) -> int:
    """Number of decimals with which these figures are printed: the fewest that lose none of them, at most 6."""
    figures = np.asarray(values, dtype=float)
    return int(decimals_by_row(figures[np.isfinite(figures)][None])[0])


def decimals_shown(low: float, high: float, decimals: int) -> int:
    """Number of decimals that a range from low to high is shown with: `decimals`, or fewer where it is wide.

    While it spans more than 100 units of the last decimal, that decimal says nothing: 31-69, not 31.02-68.86.
    """
    while decimals > 0 and (high - low) * 10**decimals > SPANNED:
        decimals -= 1
    return decimals


def as_printed(value: float, decimals: int) -> Decimal:
    """The figure as its publisher prints it, in the figure's own unit: halves go away from zero.

    The arithmetic is decimal, because the binary float nearest to 2.675 lies below it and would round down.
    """
    return _decimal(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def met(value: float, target: float, better: str, decimals: int) -> bool:
    """True if the printed figure meets the target; the target is taken as the plan prints it, never rounded."""
    printed = as_printed(value, decimals)
    return printed >= _decimal(target) if is_higher(better) else printed <= _decimal(target)


def edge(target: float, better: str, decimals: int) -> float:
    """The unrounded value, in the figure's unit, from which the printed figure meets the target.

    "higher": the smallest printable figure not below the target, less half a unit of print.
    "lower": the largest printable figure not above the target, plus half a unit of print.
    """
    unit = Decimal(1).scaleb(-decimals)
    steps = _decimal(target) / unit
    if is_higher(better):
        return float((steps.to_integral_value(ROUND_CEILING) - Decimal("0.5")) * unit)
    return float((steps.to_integral_value(ROUND_FLOOR) + Decimal("0.5")) * unit)


def probability_met(forecast: Forecast, target: float, better: str, decimals: int) -> pd.Series:
    """Probability, 0 to 1, that the printed figure meets the target, for each period of a forecast."""
    bound = edge(target, better, decimals)
    return forecast.probability(at_least=bound) if is_higher(better) else forecast.probability(at_most=bound)


def share_met(points: np.ndarray, target: np.ndarray, better: str, decimals: int) -> np.ndarray:
    """Share, 0 to 1, of equally likely values whose printed figure meets the target; one share for each target.

    `points` has one column for each column of `target` (periods); rows of `target` are different targets.
    """
    unit = 10.0**-decimals
    # Thresholds may come out of a sum of binary floats: one part in a million of a unit is not a reason to miss.
    steps = np.round(np.asarray(target, dtype=float) / unit, 6)
    higher = is_higher(better)
    bounds = (np.ceil(steps) - 0.5) * unit if higher else (np.floor(steps) + 0.5) * unit
    # A value on the bound rounds up: it meets "higher" and misses "lower".
    below = (points[:, None] < bounds - 1e-9 * np.maximum(1.0, np.abs(bounds))).mean(axis=0)
    return 1 - below if higher else below


def is_higher(better: str) -> bool:
    """True for "higher", False for "lower"; anything else is a fault of the table that it came from."""
    if better not in ("higher", "lower"):
        raise UserError(f'better is {better!r}: say "higher" or "lower" in the column `better`')
    return better == "higher"


def _decimal(value: float) -> Decimal:
    """The decimal number that a person reads when the value is printed in full."""
    if isinstance(value, Decimal):
        return value
    if value is None or not np.isfinite(float(value)):
        raise UserError(f"{value!r} is not a figure: a verdict needs a number")
    return Decimal(repr(float(value)))
