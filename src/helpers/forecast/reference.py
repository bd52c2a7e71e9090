"""A distribution for series whose own past says too little: fewer than 5 points, or all of them equal.

Centred on the last value; as wide as series of that kind (shares of 0-100, amounts) moved from such a place.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np

from helpers import files
from helpers.forecast.mixture import PROBABILITIES

TABLE = Path(__file__).with_name("reference.csv")  # written by `benchmarks/reference_class.py`
UPPER = PROBABILITIES[PROBABILITIES >= 0.5]
TYPICAL = 0.05  # a first guess at a step in parts of the level; the widths learnt in this unit make up for it
GUESS_WORTH = 2  # steps that the guess counts for beside the series' own


@lru_cache(maxsize=1)
def moves() -> dict[tuple[str, int], list[float]]:
    """By kind and number of points (0: a flat run): the power of the horizon, then widths at UPPER in yardsticks."""
    rows = [list(row.values()) for row in files.read_rows(TABLE)]
    return {(kind, int(points)): list(map(float, numbers)) for kind, points, *numbers in rows}


def yardstick(values: np.ndarray, lower: float | None = None, upper: float | None = None) -> float:
    """Unit of movement of a short series, in the data's unit: a typical step given its level, joined by its own steps.

    A share's level is counted from both of its bounds: y (100 - y) / 100.
    """
    level = abs(values[-1])
    if lower is not None and upper is not None:
        level = max((values[-1] - lower) * (upper - values[-1]) / (upper - lower), 0.01 * (upper - lower))
    steps = np.diff(values)
    level = max(level, np.abs(values).mean() if lower is None or upper is None else level)
    return float(np.sqrt((GUESS_WORTH * (TYPICAL * level) ** 2 + steps @ steps) / (GUESS_WORTH + len(steps))))


def precision(values: np.ndarray, decimals: int | None) -> float:
    """Width of the last printed place, in the data's unit; unless given, the last significant one.

    At most 1/40 of the level then, because 100 may stand for 100.0.
    """
    if decimals is not None:
        return 10.0**-decimals
    level = abs(float(values[-1]))
    if level == 0:
        return 1.0
    digits = np.format_float_scientific(level, trim="-").split("e")
    place = int(digits[1]) - len(digits[0].partition(".")[2])
    return min(10.0**place, level / 40)


def quantiles(
    values: np.ndarray, horizon: int, lower: float | None, upper: float | None, decimals: int | None
) -> np.ndarray:
    """Quantiles at PROBABILITIES: [probability, horizon]. Adds the rounding of the printed value to the moves."""
    share = None not in (lower, upper) and np.isfinite([lower, upper]).all()
    flat = len(values) > 1 and np.ptp(values) == 0
    growth, *widths = moves()["share" if share else "amount", 0 if flat else min(len(values), 4)]
    unit = yardstick(values, *((lower, upper) if share else (None, None))) if share or np.any(values) else 0.0
    ahead = np.outer(widths, np.arange(1, horizon + 1) ** growth) * unit
    half = ahead + (UPPER[:, None] - 0.5) * precision(values, decimals)
    return values[-1] + np.concatenate([-half[:0:-1], half])


def walk_correlation(horizon: int) -> np.ndarray:
    """Correlation between horizons of a random walk: the square root of the shorter over the longer."""
    k = np.arange(1, horizon + 1)
    return np.sqrt(np.minimum.outer(k, k) / np.maximum.outer(k, k))
