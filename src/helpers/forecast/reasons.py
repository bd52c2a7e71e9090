"""Why the ensemble's forecast was drawn in or out and its range made wider or narrower, in words."""

import numpy as np

from helpers.forecast import centres, corrections, ensemble

LEVEL = list(corrections.LEVELS).index("80")
MOST, LEAST = 3, 0.01  # reasons named, and the share of a change below which nothing is said
# What a feature below and above its usual value means; the constant is what holds for official series at large.
PHRASES = {
    "constant": ("official series usually do so", "official series usually do so"),
    "length": ("the history is short", "the history is long"),
    "trend": ("the trend is weak beside its noise", "the trend is strong beside its noise"),
    "steady": ("changes cancel each other", "changes add up in one direction"),
    "steady amount": ("it is no amount that grows steadily", "it is an amount that grows steadily"),
    "one way": ("it rises as often as it falls", "it mostly moves one way"),
    "unchanged": ("it moves in every period", "it often stays as it is"),
    "unchanged of late": ("it moved in each of the last periods", "it stayed as it was in the last periods"),
    "largest step": ("no step stands out", "one step was far larger than the rest"),
    "last step": ("the last step was small", "the last step was large"),
    "last two steps": ("the last two steps were small", "the last two steps were large"),
    "last four steps": ("the last four steps were small", "the last four steps were large"),
    "steps in a row": ("a rise is mostly followed by a fall", "steps follow each other in one direction"),
    "swings": ("steps swing about their mean", "steps go together in spells"),
    "far from mean": ("the last value is near the mean", "the last value is far from the mean"),
    "at its extreme": ("the last value is no record", "the last value is a record"),
    "step to level": ("steps are small beside the level", "steps are large beside the level"),
    "no negatives": ("it can be negative", "it is never negative"),
    "percent": ("it is no percentage", "it may be a percentage"),
    "whole numbers": ("it has decimals", "it is printed in whole numbers"),
    "many decimals": ("it is printed with few decimals", "it has many decimals, as computed figures have"),
    "step to print": ("steps are small beside the last printed digit", "steps are large beside the last printed digit"),
    "near zero": ("zero is far", "zero is near"),
    "near hundred": ("100 is far or no bound", "100 is near"),
    "trust": ("no member foresees the next step closely", "the past is smooth"),
    "mixture width": ("the smoothing models are sure of themselves", "the smoothing models are unsure"),
    "members apart": ("the simple forecasts agree", "the simple forecasts disagree"),
}


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
        _sentence("The range was {}", ("narrowed", "widened"), factor - 1, width, numbers.even, x[0]),
    ]


def _rest(values: np.ndarray, trust: np.ndarray) -> list[str]:
    """That a trend which has stopped was drawn in before anything else; nothing where it goes on."""
    rest, step = float(centres.rest(values[None], trust)[0]), np.abs(np.diff(values))
    if rest < LEAST:
        return []
    share = step[-4:].mean() / step.mean()
    return [
        f"The members' trend was drawn in by {100 * rest:.0f} %: the last four steps were {share:.2f} of a usual one."
    ]


def _trend(before: float, point: float, pulls: np.ndarray, names: tuple[str, ...], x: np.ndarray) -> str:
    """What became of the distance that the members' centre lies from the last value."""
    if abs(before) < 0.05:
        return f"The members foresaw next to no change; the forecast lies {point:+.2f} usual steps from the last value."
    return _sentence(
        "The trend was {}", ("drawn in", "carried further"), point / before - 1, pulls / before, names, x
    )  # fmt: skip


def _sentence(
    start: str, verbs: tuple[str, str], change: float, parts: np.ndarray, names: tuple[str, ...], x: np.ndarray
) -> str:
    """A change in %, and the features that speak most for it."""
    if abs(change) < LEAST:
        return start.format("left as it was") + "."
    speaking = [i for i in np.argsort(-np.sign(change) * parts) if parts[i] * change > 0][:MOST]
    why = "; ".join(PHRASES[names[i]][int(x[i] > 0)] for i in speaking)
    words = start.format(verbs[int(change > 0)])
    return f"{words} by {abs(100 * change):.0f} %" + (f": {why}." if why else ".")
