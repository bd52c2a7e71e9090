"""The distribution from which verdicts are read: two parts of the forecast engine, one part of the past redrawn.

The engine shrinks trends and spreads evenly to both sides. Redrawing past growth rates keeps trends whole, and a series
that never fell does not fall; it is right for fewer series, but for those by far. Ten figures do not tell which
a series is, so both are kept in fixed parts (a linear opinion pool: Stone 1961, Annals of Mathematical Statistics 32).
"""

from collections.abc import Hashable, Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from helpers.forecast import series as kept
from helpers.forecast.futures import Futures, futures

LEVELS = (np.arange(199) + 0.5) / 199
ENGINE_PARTS = 2  # beside one part of the past redrawn
DRAWS = 1_990
FUTURES = 6_000
SEED = 2027
FASTEST = 2.0  # redrawn growth may not outrun this many times the largest past change a year: logs explode near zero


class Distribution(Protocol):
    """What is asked of a forecast: simulated futures whose share below a value is the probability of staying below."""

    def paths(self, n: int, seed: int) -> np.ndarray:
        """Futures in the unit of the indicator, a row each, a column a period; stratified, so that few suffice."""


def pooled_forecast(
    history: pd.Series,
    until: Hashable | None = None,
    lower: float | None = None,
    upper: float | None = None,
    breaks: Sequence[Hashable] = (),
    decimals: int | None = None,
) -> Futures:
    """Predictive distribution to the year `until`, in the history's unit: 6,000 futures, the same for the same input.

    Only figures after the last break are redrawn, gaps bridged. A series too short or too flat for its own past to say
    anything has no past to redraw: there the engine's reference class stands alone.
    """
    from helpers.forecast import forecast, is_reference

    engine = forecast(history, until=until, lower=lower, upper=upper, breaks=breaks, decimals=decimals)
    values = kept.prepare(history, breaks).values
    if is_reference(values):
        draws = engine.paths(FUTURES, SEED)
    else:
        draws = pooled_paths(pd.Series(values), engine, FUTURES, SEED, *engine.limits)
    return futures(engine["period"], np.asarray(draws, dtype=float), engine.limits, engine.n_used, engine.label)


def pooled_points(history: pd.Series, forecast: Distribution, lower=None, upper=None) -> np.ndarray:
    """Equally likely values in the unit of the indicator: 597 rows, a column for each period of the forecast."""
    values = history.dropna().to_numpy(dtype=float)
    engine = np.asarray(forecast.paths(ENGINE_PARTS * len(LEVELS), SEED), dtype=float)
    redrawn = np.quantile(redraw(values, engine.shape[1], DRAWS, SEED), LEVELS, axis=0)
    return np.clip(np.concatenate([engine, redrawn]), lower, upper)


def pooled_paths(history: pd.Series, forecast: Distribution, n: int, seed: int, lower=None, upper=None) -> np.ndarray:
    """Simulated futures in the unit of the indicator, a row each, mixed as in `pooled_points`: for joint statements."""
    values = history.dropna().to_numpy(dtype=float)
    redrawn = round(n / (ENGINE_PARTS + 1))
    engine = np.asarray(forecast.paths(n - redrawn, seed), dtype=float)
    mixed = np.concatenate([engine, redraw(values, engine.shape[1], redrawn, seed + 1)])
    return np.clip(np.random.default_rng(seed).permutation(mixed), lower, upper)


def quantiles(values: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """The mixture's quantiles [probability, horizon] from those of the engine, in the unit of the figures."""
    from helpers.forecast.mixture import PROBABILITIES

    engine = [np.interp(LEVELS, PROBABILITIES, column) for column in grid.T]
    redrawn = np.quantile(redraw(values, grid.shape[1], DRAWS, SEED), LEVELS, axis=0)
    mixed = np.concatenate([np.repeat(np.array(engine).T, ENGINE_PARTS, axis=0), redrawn])
    return np.quantile(mixed, PROBABILITIES, axis=0)


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
