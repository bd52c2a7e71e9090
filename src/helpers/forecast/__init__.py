"""The forecast engine: a history in, a predictive distribution out.

`forecast()` for one series, `forecast_table()` for a table of many, `explain()` for what the ensemble made of a series.
"""

from collections.abc import Hashable, Sequence
from itertools import groupby

import numpy as np
import pandas as pd

from helpers import UserError
from helpers.forecast import ensemble as engine, methods as members, reference, series as kept
from helpers.forecast.expectation import DEFAULT, SEED, expect, names, simulate
from helpers.forecast.futures import COLUMNS, Futures, futures
from helpers.forecast.mixture import PROBABILITIES
from helpers.forecast.panel import check_panel, read_panel
from helpers.forecast.quarters import Narrowing
from helpers.forecast.redraw import LEVELS, likely_bounds, redraw
from helpers.forecast.track import AHEAD, Track, track

__all__ = [
    "AHEAD", "COLUMNS", "DEFAULT", "LEVELS", "MOST_AHEAD", "SEASON_DOUBT", "SEED", "Forecast", "Futures",
    "Narrowing", "Track", "backtest", "check_panel", "ensemble", "expect", "explain", "forecast", "forecast_table",
    "futures", "is_reference", "likely_bounds", "names", "read_panel", "read_table", "redraw", "reference",
    "series", "simulate", "track", "widths",
]  # fmt: skip


# Errors of the seasonal indices come from a few cycles and know nothing of a season that moves: chosen, as is how doubt
# grows from quarter to quarter (`ensemble.widening`), on M1 quarterly with M3 quarterly in view.
SEASON_DOUBT = 5.0
MOST_AHEAD = 400  # periods: what lies farther, nobody asks in earnest, and it fills the memory


class Forecast(pd.DataFrame):
    """Predictive distribution by period, in the data's unit: period, horizon, mean, q025, q10, q25, q50, ..., q975.

    `mean` is the point forecast, the centre of the distribution. Attributes: `method`; `n_used`, the values that it
    rests on; `label`, "reference class" where the series' own past was too short or flat, else the method; `error`,
    expected absolute error of the point forecast by horizon, in the data's unit.
    """

    _metadata = ["grid", "correlation", "limits", "method", "n_used", "label", "error"]  # noqa: RUF012

    @property
    def _constructor(self) -> type:
        return Forecast

    def _rows(self) -> np.ndarray:
        return self["horizon"].to_numpy() - 1

    def _at(self, score: np.ndarray, horizon: int) -> np.ndarray:
        """Values at normal scores; beyond the grid the tails go on straight in the score, within the bounds."""
        from scipy.special import ndtri

        z, q = ndtri(PROBABILITIES), self.grid[:, horizon]
        inside = np.interp(score, z, q)
        low, high = (score - z[0]) * (q[1] - q[0]) / (z[1] - z[0]), (score - z[-1]) * (q[-1] - q[-2]) / (z[-1] - z[-2])
        return np.clip(inside + np.minimum(low, 0) + np.maximum(high, 0), *self.limits)

    def quantile(self, p: float) -> pd.Series:
        """Value that the outcome stays below with probability p (0-1), by period, in the data's unit."""
        from scipy.special import ndtri

        if not 0 < p < 1:
            raise UserError(f"quantile({p}): give a probability between 0 and 1.")
        return pd.Series([float(self._at(ndtri(p), h)) for h in self._rows()], index=self["period"], name=f"q{p:g}")

    def probability(self, at_least: float | None = None, at_most: float | None = None) -> pd.Series:
        """Probability (0-1) that the outcome reaches `at_least`, or stays within `at_most`, by period."""
        if (at_least is None) == (at_most is None):
            raise UserError("probability: give at_least=... or at_most=..., one of them.")
        target, below = (at_least, True) if at_most is None else (at_most, False)
        under = [self._under(float(target), h, strictly=below) for h in self._rows()]
        values = 1 - np.array(under) if below else np.array(under)
        return pd.Series(values, index=self["period"], name="probability")

    def _under(self, target: float, horizon: int, strictly: bool) -> float:
        """Probability of an outcome under the target, by halving on the quantile function, so that the two agree."""
        from scipy.special import ndtr

        low, high = -8.0, 8.0
        for _ in range(60):
            middle = (low + high) / 2
            value = float(self._at(middle, horizon))
            low, high = (middle, high) if (value < target if strictly else value <= target) else (low, middle)
        score = (low + high) / 2
        return float(ndtr(score)) if -7.999 < score < 7.999 else float(score > 0)

    def paths(self, n: int, seed: int = 0) -> np.ndarray:
        """Simulated joint outcomes [n, horizon] in the data's unit; each column follows this forecast's quantiles.

        A Gaussian copula with the correlation between horizons that the members' errors have, by their weights; scores
        are stratified, so that the margins agree with the quantiles in small samples too.
        """
        from scipy.special import ndtri

        horizon = self.grid.shape[1]
        # A period's row of numbers is the same however many periods follow.
        normal = np.random.default_rng(seed).standard_normal((horizon, n)).T
        z = normal @ np.linalg.cholesky(self.correlation).T
        rank = z.argsort(axis=0).argsort(axis=0)
        score = ndtri((rank + 0.5) / n)
        return np.column_stack([self._at(score[:, h], h) for h in self._rows()])


def _compute(
    series: list[kept.Series], horizon: int, period: int, method: str, lower: float | None, upper: float | None,
    decimals: int | None,
) -> list[np.ndarray]:  # fmt: skip
    """Quantiles [probability, horizon] of each series; those of equal length are computed together."""
    run, out = members.find(method), [np.empty(0)] * len(series)
    groups = {n: list(g) for n, g in groupby(sorted(range(len(series)), key=lambda i: len(series[i].values)),
                                             key=lambda i: len(series[i].values))}  # fmt: skip
    for rows in groups.values():
        usual = [i for i in rows if not is_reference(series[i].values)]
        for i in set(rows) - set(usual):
            out[i] = reference.quantiles(series[i].values, horizon, lower, upper, decimals)
        for start in range(0, len(usual), 50):
            part = usual[start : start + 50]
            raw = np.array([series[i].values for i in part])
            for i, q in zip(part, _in_season(raw, horizon, period, method, run), strict=True):
                out[i] = q
    cycle = 1 if method in ("naive", "drift") else period
    return [_finish(q, s, cycle, *_ends(s, lower, upper)) for q, s in zip(out, series, strict=True)]


def is_reference(values: np.ndarray) -> bool:
    """Whether a series is too short or too flat to be judged by its own past."""
    return len(values) < kept.SHORTEST or np.ptp(values) <= 1e-12 * np.abs(values).max()


def _in_season(raw: np.ndarray, horizon: int, period: int, method: str, run: members.Method) -> np.ndarray:
    """Quantiles of rows of raw values: where a method knows no season, it's taken out before and put back after."""
    if period == 1 or method in members.OWN_SEASON:
        return run(raw, horizon, period)
    n, found = raw.shape[1], [kept.seasonal(y, period) for y in raw]
    multiply = np.array([m for _, m, _ in found])[:, None]
    past = np.array([np.resize(index, n) for index, _, _ in found])
    ahead = np.array([index[(n + np.arange(horizon)) % period] for index, _, _ in found])[:, None]
    plain = np.where(multiply, raw / np.where(multiply, past, 1), raw - past)
    flat = np.ptp(plain, axis=1) <= 1e-9 * np.abs(raw).max(1)  # nothing but season
    q = np.empty((len(raw), len(PROBABILITIES), horizon))
    if not flat.all():
        q[~flat] = run(plain[~flat], horizon, period)
    for i in np.flatnonzero(flat):
        q[i] = reference.quantiles(plain[i], horizon, None, None, None)
    doubt = SEASON_DOUBT * np.array([e * (abs(y[-1]) if m else 1) for (_, m, e), y in zip(found, plain, strict=True)])
    q = _widen_by(q, doubt[:, None, None])
    return np.where(multiply[:, None], q * ahead, q + ahead)


def _widen_by(q: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Quantiles [series, probability, horizon] with an independent normal error added."""
    from scipy.special import ndtri

    middle = q[:, engine.MEDIAN, None]
    score = ndtri(PROBABILITIES)[:, None]
    return middle + np.sign(score) * np.hypot(q - middle, score * error)


def _ends(series: kept.Series, lower: float | None, upper: float | None) -> tuple[float, float]:
    """Bounds as numbers; a history without negative values ends at 0 unless told otherwise."""
    implied = 0.0 if series.values.min() >= 0 else -np.inf
    return implied if lower is None else lower, np.inf if upper is None else upper


def _finish(q: np.ndarray, series: kept.Series, period: int, lower: float, upper: float) -> np.ndarray:
    """Quantiles widened for gaps and breaks, and within the bounds."""
    q = np.sort(q, axis=0)
    middle = q[engine.MEDIAN]
    return kept.bound(
        middle + (q - middle) * series.widen, kept.anchor(series.values, q.shape[1], period), lower, upper
    )


def forecast(
    history: pd.Series,
    until: Hashable | None = None,
    horizon: int | None = None,
    lower: float | None = None,
    upper: float | None = None,
    frequency: str = "annual",
    method: str = "ensemble",
    breaks: Sequence[Hashable] = (),
    decimals: int | None = None,
) -> Forecast:
    """Predictive distribution of the periods after a history, in its unit: to period `until`, or `horizon` periods on.

    history: floats by pd.PeriodIndex (Y or Q), or by years or running numbers. The same input gives the same output,
    and the results scale with the data, but for what a unit says: printed decimals and shares of 0 to 100.
    What happens with:

    - bounds: every quantile and path keeps `lower` and `upper`; what nears a bound is squeezed before it, unless the
      last value is on it, where mass may stay. A history without negative values is kept at or above 0 unless `lower`
      says otherwise (`-math.inf` for none). Zeros, negatives and integers need nothing.
    - 1-4 points, or all equal: a distribution from the reference class (see reference_class); a flat series of 4.9 gets
      the width of its printed precision (`decimals`, else its last significant digit) plus what flat series did.
    - no points: a UserError.
    - gaps: bridged by straight lines, and the width grown for the steps that this makes too small.
    - breaks (periods or years after which the definition differs): only what follows the last one is fitted; the steps
      before it may widen the result, never narrow it.
    - an unfinished year: leave it out or missing. It's then forecast as the first period; a part of a year given as its
      value would be taken for the whole. In quarters the forecast goes on from the last quarter.
    - quarterly: a season shrunk by its own error is taken out and put back, from 3 years on.
    """
    period = kept.season_of(frequency, history.index)
    _check_bounds(lower, upper)
    one = kept.prepare(history, breaks)
    horizon = _horizon(history.index, one.last, until, horizon)
    members.find(method)
    kept.check_within(one, lower, upper, "history")
    grid = _compute([one], horizon, period, method, lower, upper, decimals)[0]
    frame = Forecast({"period": _periods(history.index, one.last, horizon), "horizon": np.arange(1, horizon + 1)})
    frame["mean"] = grid[engine.MEDIAN]
    for column, p in COLUMNS.items():
        frame[column] = grid[PROBABILITIES.searchsorted(p - 1e-9)]
    special = is_reference(one.values)
    frame.grid, frame.limits = grid, _ends(one, lower, upper)
    frame.correlation = engine.walk_correlation(horizon) if special else engine.correlation(one.values[None], horizon)
    frame.method, frame.n_used, frame.label = method, one.observed, "reference class" if special else method
    spread = np.diff(PROBABILITIES, prepend=0, append=1)
    share = (spread[:-1] + spread[1:]) / 2
    frame.error = pd.Series(share @ np.abs(grid - grid[engine.MEDIAN]), index=frame["period"], name="error")
    return frame


def _check_bounds(lower: float | None, upper: float | None) -> None:
    """Stop if a bound is no number, or the bounds cross."""
    for name, bound in (("lower", lower), ("upper", upper)):
        if bound is not None and np.isnan(bound):
            raise UserError(f"{name} bound is {bound}: give a number, or leave it out.")
    if lower is not None and upper is not None and lower >= upper:
        raise UserError(f"lower bound {lower} isn't below upper bound {upper}: give lower < upper.")


def _horizon(index: pd.Index, last: int, until: Hashable | None, horizon: int | None) -> int:
    """Number of periods to forecast."""
    if (until is None) == (horizon is None):
        raise UserError("forecast: give until=... (a year or period) or horizon=... (a number), one of them.")
    if isinstance(index, pd.PeriodIndex) and isinstance(until, int | np.integer) and until < 1000:
        raise UserError(f"until is {until}: it is a year; for {until} periods ahead write horizon={until}.")
    steps = int(horizon) if until is None else kept.ordinal(until, index) - last
    if steps < 1:
        what = f"horizon is {horizon}" if until is None else f"until is {until}, but the history reaches as far already"
        raise UserError(f"{what}: it must lie 1 period or more ahead.")
    if steps > MOST_AHEAD:
        raise UserError(f"the forecast is to reach {steps} periods ahead: {MOST_AHEAD} at most.")
    return steps


def _periods(index: pd.Index, last: int, horizon: int) -> pd.Index:
    """The periods after the last one, in the manner of the history's index."""
    ahead = last + np.arange(1, horizon + 1)
    return (
        pd.PeriodIndex.from_ordinals(ahead, freq=index.freq) if isinstance(index, pd.PeriodIndex) else pd.Index(ahead)
    )


def __getattr__(name: str):
    """forecast_table() and read_table(), which stand in forecast_table.py and build on this module."""
    if name == "explain":
        from helpers.forecast.explanation import explain

        return explain
    if name in ("forecast_table", "read_table"):
        from helpers.forecast import table as bulk

        return getattr(bulk, name)
    raise AttributeError(f"module 'helpers.forecast' has no attribute {name!r}")
