"""The chance that a figure stays as it is printed, for series whose figures often stay."""

from typing import NamedTuple

import numpy as np

from helpers.forecast import centres, features
from helpers.forecast.mixture import PROBABILITIES

WORTH = 8  # past cases that the forecast's own chance of no change counts for


class Past(NamedTuple):
    """How often figures stayed for so many periods on end, and what counts as the same."""

    times: np.ndarray  # [series, horizon]
    cases: np.ndarray  # [series, horizon]
    half: np.ndarray  # half a unit of print, in steps, [series]


def past(values: np.ndarray, horizon: int) -> Past:
    """What rows of values, not flat, tell of no change for each number of periods."""
    still = run = np.diff(values, axis=1) == 0
    times, cases = np.zeros((len(values), horizon)), values.shape[1] - np.arange(1, horizon + 1)
    for h in range(horizon):
        times[:, h] = run.sum(1)
        run = run[:, :-1] & still[:, h + 1 :]
    half = 0.5 * 10.0 ** -features.decimals_by_row(values) / centres.step_size(values)
    return Past(times, np.broadcast_to(np.maximum(cases, 0), times.shape), half)


def with_rest(quantiles: np.ndarray, seen: Past) -> np.ndarray:
    """Quantiles [series, probability, horizon] in steps from the last value, with the chance of no change due to it.

    That is the share of past cases, among which the forecast's own chance counts for WORTH. Where it is larger than
    the forecast's own, all that prints like the last value becomes so much likelier, and the rest less; nothing
    changes where no figure ever stayed.
    """
    out = quantiles.copy()
    for i, h in zip(*np.nonzero(seen.times), strict=True):
        q = quantiles[i, :, h]
        low, high = np.interp([-seen.half[i], seen.half[i]], q, PROBABILITIES)
        own = high - low
        chance = max(own, (seen.times[i, h] + WORTH * own) / (seen.cases[i, h] + WORTH))
        less = (1 - chance) / (1 - own)
        level = np.interp(PROBABILITIES, [0, low * less, low * less + chance, 1], [0, low, high, 1])
        out[i, :, h] = np.interp(level, PROBABILITIES, q)
    return out
