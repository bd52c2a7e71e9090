"""Why the ensemble's forecast was drawn in or out and its range made wider or narrower, in words."""

from pathlib import Path

import numpy as np

from helpers import files
from helpers.forecast import centres, corrections, ensemble, unchanged
from helpers.language import message, number, per_cent_sign, text

LEVEL = list(corrections.LEVELS).index("80")
MOST, LEAST = 3, 0.01  # reasons named, and the share of a change below which nothing is said
PHRASES = Path(__file__).with_name("reasons.csv")  # what a feature below and above its usual value means
# What became of the trend and of the range: less, more, neither.
TREND = message("The trend was drawn in by {share}"), message("The trend was carried further by {share}")
RANGE = message("The range was narrowed by {share}"), message("The range was widened by {share}")
LEFT = {TREND: message("The trend was left as it was."), RANGE: message("The range was left as it was.")}


def reasons(values: np.ndarray, horizon: int) -> list[str]:
    """Two to four sentences on what became of a yearly forecast at a horizon, with what chiefly speaks for it.

    values: one history, not flat, in its own unit. Parts are of the distance to the last value, and of the width of
    the 80 % range.
    """
    seen, numbers = ensemble.view(values[None], horizon), corrections.read()
    x, o = corrections.standard(seen, numbers)
    after = corrections.correct(seen, numbers)[0]
    middle = ensemble.MEDIAN
    before, point = seen.quantiles[0, middle, -1], after[middle, -1]
    pulls = (numbers.pulls.T @ (seen.centres[:, 0, -1] - before)) * x[0]
    log = corrections.factors(numbers, x, o, horizon)[0]
    low, high = (int(np.argmin(abs(corrections.PROBABILITIES - p))) for p in (0.1, 0.9))
    factor = float(np.exp((log[low, -1] + log[high, -1]) / 2))
    width = (numbers.width[LEVEL] + numbers.later[LEVEL] * corrections.late(horizon)[-1]) * x[0]
    return [
        *_rest(values, seen.even["trust"]),
        *_stays(values, after, horizon),
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


def _stays(values: np.ndarray, after: np.ndarray, horizon: int) -> list[str]:
    """That no change was made likelier, where the figures stayed more often than the corrected forecast says."""
    seen = unchanged.past(values[None], horizon)
    if np.allclose(unchanged.with_rest(after[None], seen)[0, :, -1], after[:, -1]):
        return []
    share = _share(seen.times[0, -1] / seen.cases[0, -1])
    return [text("No change was made likelier: figures stayed for as long in {share} of past cases.", share=share)]


def _share(part: float) -> str:
    return f"{number(100 * part, 0)}{per_cent_sign()}"


def _trend(before: float, point: float, pulls: np.ndarray, names: tuple[str, ...], x: np.ndarray) -> str:
    """What became of the distance that the members' centre lies from the last value."""
    if abs(before) < 0.05:
        words = text("The members foresaw next to no change; the forecast lies {n} usual steps from the last value.")
        return words.format(n=number(point, 2))
    return _sentence(TREND, point / before - 1, pulls / before, names, x)


def _sentence(words: tuple[str, str], change: float, parts: np.ndarray, names: tuple[str, ...], x: np.ndarray) -> str:
    """A change in %, and the features that speak most for it."""
    if abs(change) < LEAST:
        return text(LEFT[words])
    speaking = [i for i in np.argsort(-np.sign(change) * parts) if parts[i] * change > 0][:MOST]
    phrases = {row["feature"]: (row["low"], row["high"]) for row in files.read_rows(PHRASES)}
    why = "; ".join(text(phrases[names[i]][int(x[i] > 0)]) for i in speaking)
    start = text(words[int(change > 0)], share=_share(abs(change)))
    return f"{start}: {why}." if why else f"{start}."
