"""Why the ensemble's forecast was drawn in or out and its range made wider or narrower, in words."""

import numpy as np

from helpers.forecast import centres, corrections, ensemble
from helpers.language import message, number, per_cent_sign, text

LEVEL = list(corrections.LEVELS).index("80")
MOST, LEAST = 3, 0.01  # reasons named, and the share of a change below which nothing is said
# What a feature below and above its usual value means; the constant is what holds for official series at large.
PHRASES = {
    "constant": (message("official series usually do so"), message("official series usually do so")),
    "length": (message("the history is short"), message("the history is long")),
    "trend": (message("the trend is weak beside its noise"), message("the trend is strong beside its noise")),
    "steady": (message("changes cancel each other"), message("changes add up in one direction")),
    "steady amount": (message("it is no amount that grows steadily"), message("it is an amount that grows steadily")),
    "one way": (message("it rises as often as it falls"), message("it mostly moves one way")),
    "unchanged": (message("it moves in every period"), message("it often stays as it is")),
    "unchanged of late": (
        message("it moved in each of the last periods"),
        message("it stayed as it was in the last periods"),
    ),
    "largest step": (message("no step stands out"), message("one step was far larger than the rest")),
    "last step": (message("the last step was small"), message("the last step was large")),
    "last two steps": (message("the last two steps were small"), message("the last two steps were large")),
    "last four steps": (message("the last four steps were small"), message("the last four steps were large")),
    "steps in a row": (
        message("a rise is mostly followed by a fall"),
        message("steps follow each other in one direction"),
    ),
    "swings": (message("steps swing about their mean"), message("steps go together in spells")),
    "far from mean": (message("the last value is near the mean"), message("the last value is far from the mean")),
    "at its extreme": (message("the last value is no record"), message("the last value is a record")),
    "step to level": (message("steps are small beside the level"), message("steps are large beside the level")),
    "no negatives": (message("it can be negative"), message("it is never negative")),
    "percent": (message("it is no percentage"), message("it may be a percentage")),
    "whole numbers": (message("it has decimals"), message("it is printed in whole numbers")),
    "many decimals": (
        message("it is printed with few decimals"),
        message("it has many decimals, as computed figures have"),
    ),
    "step to print": (
        message("steps are small beside the last printed digit"),
        message("steps are large beside the last printed digit"),
    ),
    "near zero": (message("zero is far"), message("zero is near")),
    "near hundred": (message("100 is far or no bound"), message("100 is near")),
    "trust": (message("no member foresees the next step closely"), message("the past is smooth")),
    "mixture width": (
        message("the smoothing models are sure of themselves"),
        message("the smoothing models are unsure"),
    ),
    "members apart": (message("the simple forecasts agree"), message("the simple forecasts disagree")),
}
# What became of the trend and of the range: less, more, as it was.
TREND = (
    message("The trend was drawn in by {share}"),
    message("The trend was carried further by {share}"),
    message("The trend was left as it was."),
)
RANGE = (
    message("The range was narrowed by {share}"),
    message("The range was widened by {share}"),
    message("The range was left as it was."),
)


def reasons(values: np.ndarray, horizon: int) -> list[str]:
    """Two or three sentences on what became of a yearly forecast at a horizon, with what chiefly speaks for it.

    values: one history, not flat, in its own unit. Parts are of the distance to the last value, and of the width of
    the 80 % range.
    """
    seen, numbers = ensemble.view(values[None], horizon), corrections.read()
    x, o = corrections.standard(numbers, seen.even, seen.odd)
    after = corrections.correct(seen.quantiles, seen.centres, x, o, numbers)[0]
    middle = ensemble.MEDIAN
    before, point = seen.quantiles[0, middle, -1], after[middle, -1]
    pulls = (numbers.pulls.T @ (seen.centres[:, 0, -1] - before)) * x[0]
    log = corrections.factors(numbers, x, o, horizon)[0]
    low, high = (int(np.argmin(abs(corrections.PROBABILITIES - p))) for p in (0.1, 0.9))
    factor = float(np.exp((log[low, -1] + log[high, -1]) / 2))
    width = (numbers.width[LEVEL] + numbers.later[LEVEL] * corrections.late(horizon)[-1]) * x[0]
    return [
        *_rest(values, seen.even["trust"]),
        _trend(float(before), float(point), pulls, numbers.even, x[0]),
        _sentence(RANGE, factor - 1, width, numbers.even, x[0]),
    ]


def _rest(values: np.ndarray, trust: np.ndarray) -> list[str]:
    """That a trend which has stopped was drawn in before anything else; nothing where it goes on."""
    rest, step = float(centres.rest(values[None], trust)[0]), np.abs(np.diff(values))
    if rest < LEAST:
        return []
    words = text(
        "The members' trend was drawn in by {share}: the last four steps were {part} of a usual one.",
        share=_share(rest),
        part=number(step[-4:].mean() / step.mean(), 2),
    )
    return [words]


def _share(part: float) -> str:
    return f"{number(100 * part, 0)}{per_cent_sign()}"


def _trend(before: float, point: float, pulls: np.ndarray, names: tuple[str, ...], x: np.ndarray) -> str:
    """What became of the distance that the members' centre lies from the last value."""
    if abs(before) < 0.05:
        words = text("The members foresaw next to no change; the forecast lies {n} usual steps from the last value.")
        return words.format(n=number(point, 2))
    return _sentence(TREND, point / before - 1, pulls / before, names, x)


def _sentence(
    words: tuple[str, str, str], change: float, parts: np.ndarray, names: tuple[str, ...], x: np.ndarray
) -> str:
    """A change in %, and the features that speak most for it."""
    if abs(change) < LEAST:
        return text(words[2])
    speaking = [i for i in np.argsort(-np.sign(change) * parts) if parts[i] * change > 0][:MOST]
    why = "; ".join(text(PHRASES[names[i]][int(x[i] > 0)]) for i in speaking)
    start = text(words[int(change > 0)], share=_share(abs(change)))
    return f"{start}: {why}." if why else f"{start}."
