"""The distribution from which verdicts are read: three views of the future, a third each.

1. the forecast engine; 2. no trend: a random walk whose yearly steps are as large as the past ones; 3. the past goes
on: growth rates drawn again from the past. The engine shrinks trends, the walk has none, the redrawn past never
reverses a trend that never reversed; each is right for some series and ten figures don't tell for which. Equal weights
(a linear opinion pool: Stone 1961, Annals of Mathematical Statistics 32) leave nothing to be fitted.
"""

from typing import Protocol

import numpy as np
import pandas as pd

from helpers.precision import share_met

LEVELS = (np.arange(199) + 0.5) / 199
DRAWS = 1_990
SEED = 2027
FASTEST = 2.0  # redrawn growth may not outrun this many times the largest past change a year: logs explode near zero


class Distribution(Protocol):
    """What is asked of a forecast: simulated futures whose share below a value is the probability of staying below."""

    def paths(self, n: int, seed: int) -> np.ndarray:
        """Futures in the unit of the indicator, a row each, a column a period; stratified, so that few suffice."""


def pooled_probability(
    history: pd.Series, forecast: Distribution, target: float, better: str, decimals: int, lower=None, upper=None
) -> np.ndarray:
    """Probability, 0 to 1, that the printed figure meets the target, one for each period of the forecast."""
    points = pooled_points(history, forecast, lower, upper)
    return share_met(points, np.full((1, points.shape[1]), float(target)), better, decimals)[0]


def pooled_points(history: pd.Series, forecast: Distribution, lower=None, upper=None) -> np.ndarray:
    """Equally likely values in the unit of the indicator: 597 rows, a column for each period of the forecast."""
    values = history.dropna().to_numpy(dtype=float)
    engine = np.asarray(forecast.paths(len(LEVELS), SEED), dtype=float)
    periods = engine.shape[1]
    redrawn = np.quantile(redraw(values, periods, DRAWS, SEED), LEVELS, axis=0)
    return np.clip(np.concatenate([engine, _walk_points(values, periods), redrawn]), lower, upper)


def pooled_paths(history: pd.Series, forecast: Distribution, n: int, seed: int, lower=None, upper=None) -> np.ndarray:
    """Simulated futures in the unit of the indicator, a row each, a third from each view: for joint statements."""
    values = history.dropna().to_numpy(dtype=float)
    share = -(-n // 3)
    engine = np.asarray(forecast.paths(share, seed), dtype=float)
    periods = engine.shape[1]
    steps = np.random.default_rng(seed).normal(0, _step(values), (share, periods)).cumsum(axis=1)
    redrawn = redraw(values, periods, share, seed + 1)
    mixed = np.stack([engine, values[-1] + steps, redrawn], axis=1).reshape(-1, periods)
    return np.clip(mixed[:n], lower, upper)


def redraw(values: np.ndarray, periods: int, n: int, seed: int, trend: bool = True) -> np.ndarray:
    """Paths, a row each, that add past changes drawn with replacement to the last figure, in the unit of the figures.

    Growth rates where all figures are positive, otherwise differences. Without `trend` their mean is taken out.
    """
    growing = values.min() > 0
    changes = np.diff(np.log(values)) if growing else np.diff(values)
    if not trend:
        changes = changes - changes.mean()
    sums = np.random.default_rng(seed).choice(changes, (n, periods)).cumsum(axis=1)
    moved = values[-1] * np.expm1(np.minimum(sums, 50)) if growing else sums
    limit = FASTEST * np.abs(np.diff(values)).max() * np.arange(1, periods + 1)
    return values[-1] + np.clip(moved, -limit, limit)


def likely_bounds(values: np.ndarray) -> tuple[float | None, float | None]:
    """Lower and upper bound that the figures themselves suggest, for series of which nothing else is known.

    Zero if no figure is negative; 100 if, besides, none is above 100: the figures may be percentages.
    """
    if values.min() < 0:
        return None, None
    return 0.0, 100.0 if values.max() <= 100 else None


def _walk_points(values: np.ndarray, periods: int) -> np.ndarray:
    """Equally likely values of a random walk from the last figure; its variance grows with the number of periods."""
    from scipy.stats import norm

    return values[-1] + norm.ppf(LEVELS)[:, None] * _step(values) * np.sqrt(np.arange(1, periods + 1))


def _step(values: np.ndarray) -> float:
    """Size of a step of the walk, in the unit of the figures: root mean square of the past changes."""
    return float(np.sqrt(np.mean(np.diff(values) ** 2)))
