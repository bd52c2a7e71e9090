"""What the world's official series teach about a forecast: where its centre is drawn, how far its range reaches.

A linear map from a history's features to pulls towards other centres and to factors on the width. Its coefficients
stand in `corrections.csv`, a row a feature, a column what it moves, written by `benchmarks/learn.py`.
"""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers.forecast.mixture import MEDIAN, PROBABILITIES, deviation

TABLE = Path(__file__).with_name("corrections.csv")
PULLS = ("last value", "level", "own mean", "line", "momentum")
LEVELS = {"50": 0.6745, "80": 1.2816, "95": 1.96}  # normal scores of the ends of the 50, 80 and 95 % ranges
WIDTHS, LATER = tuple(f"width {level}" for level in LEVELS), tuple(f"later {level}" for level in LEVELS)
FARTHEST = 6  # periods ahead: as far as was learnt; what is farther gets the same factors
MOST = 4.0  # standard deviations that a feature is taken to lie off at most
STRONGEST = 2.0  # log factor on a width


class View(NamedTuple):
    """What the ensemble makes of rows of values before it is corrected, in steps from the last value."""

    quantiles: np.ndarray  # [series, probability, horizon]
    centres: np.ndarray  # what corrections draw to, [pull, series, horizon]
    even: dict[str, np.ndarray]  # features, [series] each
    odd: dict[str, np.ndarray]


class Numbers(NamedTuple):
    """Coefficients for features in standard deviations from their mean; odd features have no mean to subtract."""

    even: tuple[str, ...]
    odd: tuple[str, ...]
    mean: np.ndarray  # of the even features
    size: np.ndarray  # standard deviation of the even features
    odd_size: np.ndarray  # root mean square of the odd ones
    pulls: np.ndarray  # [pull, even feature]
    shift: np.ndarray  # [odd feature]
    width: np.ndarray  # [level, even feature]
    later: np.ndarray
    skew: np.ndarray  # [level, odd feature]
    later_skew: np.ndarray


@lru_cache(maxsize=1)
def read() -> Numbers:
    """The coefficients as they stand in the table."""
    import pandas as pd

    table = pd.read_csv(TABLE)
    even, odd = (table[table["kind"] == kind].set_index("feature") for kind in ("even", "odd"))
    scales, moves = (even["mean"], even["size"], odd["size"]), (even[[*PULLS]], odd["shift"])
    reach = (part[[*columns]] for part in (even, odd) for columns in (WIDTHS, LATER))
    return Numbers(tuple(even.index), tuple(odd.index), *(part.to_numpy(float).T for part in (*scales, *moves, *reach)))


def standard(view: View, numbers: Numbers) -> tuple[np.ndarray, np.ndarray]:
    """Even and odd features in standard deviations, cut at MOST: [series, feature] each."""
    x = (np.column_stack([view.even[name] for name in numbers.even]) - numbers.mean) / numbers.size
    o = np.column_stack([view.odd[name] for name in numbers.odd]) / numbers.odd_size
    return np.clip(x, -MOST, MOST), np.clip(o, -MOST, MOST)


def late(horizon: int) -> np.ndarray:
    """What `later` is multiplied by: the log of the periods ahead, around that of the second: [horizon]."""
    return np.log(np.minimum(np.arange(1, horizon + 1), FARTHEST)) - 0.8


@lru_cache(maxsize=1)
def shares() -> np.ndarray:
    """How much of each level's factor goes to each quantile: straight between the levels: [level, probability]."""
    from scipy.special import ndtri

    levels = np.array(list(LEVELS.values()))
    at = np.clip(np.abs(ndtri(PROBABILITIES)), levels[0], levels[-1])
    return np.array([np.interp(at, levels, unit) for unit in np.eye(len(levels))])


def factors(numbers: Numbers, x: np.ndarray, o: np.ndarray, horizon: int) -> np.ndarray:
    """Log factors on the distance of each quantile from the centre: [series, probability, horizon]."""
    ahead, turn = late(horizon), np.sign(PROBABILITIES - 0.5)
    both = (x @ numbers.width.T)[:, :, None] + (x @ numbers.later.T)[:, :, None] * ahead
    upper = (o @ numbers.skew.T)[:, :, None] + (o @ numbers.later_skew.T)[:, :, None] * ahead
    log = np.einsum("slh,lp->sph", both, shares()) + np.einsum("slh,lp->sph", upper, shares() * turn)
    return np.clip(log, -STRONGEST, STRONGEST)


def correct(view: View, numbers: Numbers) -> np.ndarray:
    """Quantiles [series, probability, horizon] corrected, in steps from the last value.

    The centre stays among the centres there are, half a standard deviation beyond them at most: a straight line is
    unlike anything learnt from.
    """
    x, o = standard(view, numbers)
    middle, centres = view.quantiles[:, MEDIAN], view.centres
    pulls = np.einsum("sp,psh->sh", x @ numbers.pulls.T, centres - middle)
    low, high = np.minimum(middle, centres.min(0)), np.maximum(middle, centres.max(0))
    shift = np.clip(o @ numbers.shift, -0.5, 0.5)[:, None] * deviation(view.quantiles)
    away = (view.quantiles - middle[:, None]) * np.exp(factors(numbers, x, o, middle.shape[1]))
    return np.sort((np.clip(middle + pulls, low, high) + shift)[:, None] + away, axis=1)
