"""From one history to its distribution: prepared, forecast by a method, put back in season and within its bounds."""

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd

from helpers import UserError
from helpers.forecast import ensemble, features, methods, mixture, reference
from helpers.forecast.distribution import Forecast, distribution, sample
from helpers.forecast.mixture import PROBABILITIES
from helpers.forecast.series import SHORTEST, Series, anchor, bound, check_within, ordinal, prepare, season_of, seasonal

# Errors of the seasonal indices come from a few cycles and know nothing of a season that moves: chosen, as is how doubt
# grows from quarter to quarter (`ensemble.widening`), on M1 quarterly with M3 quarterly in view.
SEASON_DOUBT = 5.0
FUTURES, SEED = 6_000, 2027
MOST_AHEAD = 400  # periods: what lies farther, nobody asks in earnest, and it fills the memory


def compute(
    series: list[Series], horizon: int, period: int, method: str, lower: float | None, upper: float | None,
    decimals: int | None,
) -> list[np.ndarray]:  # fmt: skip
    """Quantiles [probability, horizon] of each series; those of equal length are computed together."""
    run, out = methods.find(method), [np.empty(0)] * len(series)
    usual = [i for i, s in enumerate(series) if not is_reference(s.values)]
    for i in set(range(len(series))) - set(usual):
        out[i] = reference.quantiles(series[i].values, horizon, lower, upper, decimals)
    for length in {len(series[i].values) for i in usual}:
        rows = [i for i in usual if len(series[i].values) == length]
        for start in range(0, len(rows), 50):
            part = rows[start : start + 50]
            raw = np.array([series[i].values for i in part])
            for i, q in zip(part, _in_season(raw, horizon, period, method, run), strict=True):
                out[i] = q
    cycle = 1 if method in ("naive", "drift") else period
    for i, (q, s) in enumerate(zip(out, series, strict=True)):
        q, ends = np.sort(q, axis=0), _ends(s, lower, upper)
        wide = q[ensemble.MEDIAN] + (q - q[ensemble.MEDIAN]) * s.widen  # for gaps and breaks
        out[i] = on_bound(bound(wide, anchor(s.values, horizon, cycle), *ends), s, ends[0], method, decimals)
    return out


def is_reference(values: np.ndarray) -> bool:
    """Whether a series is too short or too flat to be judged by its own past."""
    return len(values) < SHORTEST or np.ptp(values) <= 1e-12 * np.abs(values).max()


def _in_season(raw: np.ndarray, horizon: int, period: int, method: str, run: methods.Method) -> np.ndarray:
    """Quantiles of rows of raw values: where a method knows no season, it's taken out before and put back after."""
    if period == 1 or method in methods.OWN_SEASON:
        return run(raw, horizon, period)
    n, seasons = raw.shape[1], [seasonal(y, period) for y in raw]
    multiply = np.array([m for _, m, _ in seasons])[:, None]
    past = np.array([np.resize(index, n) for index, _, _ in seasons])
    ahead = np.array([index[(n + np.arange(horizon)) % period] for index, _, _ in seasons])[:, None]
    plain = np.where(multiply, raw / np.where(multiply, past, 1), raw - past)
    flat = np.ptp(plain, axis=1) <= 1e-9 * np.abs(raw).max(1)  # nothing but season
    q = np.empty((len(raw), len(PROBABILITIES), horizon))
    if not flat.all():
        q[~flat] = run(plain[~flat], horizon, period)
    for i in np.flatnonzero(flat):
        q[i] = reference.quantiles(plain[i], horizon, None, None, None)
    doubt = SEASON_DOUBT * np.array([e * (abs(y[-1]) if m else 1) for (_, m, e), y in zip(seasons, plain, strict=True)])
    q = ensemble.with_error(q, doubt[:, None, None])
    return np.where(multiply[:, None], q * ahead, q + ahead)


def _ends(series: Series, lower: float | None, upper: float | None) -> tuple[float, float]:
    """Bounds as numbers; a history without negative values ends at 0 unless told otherwise."""
    implied = 0.0 if series.values.min() >= 0 else -np.inf
    return implied if lower is None else lower, np.inf if upper is None else upper


def on_bound(values: np.ndarray, series: Series, lower: float, method: str, decimals: int | None) -> np.ndarray:
    """Values of the ensemble, with what would be printed as the lower bound put on it.

    Of the figures of other countries' platforms that came out below their 95 % range, 27 to 35 % were zero.
    """
    if method != "ensemble" or is_reference(series.values):
        return values
    places = features.decimals_by_row(series.values[None])[0] if decimals is None else decimals
    return np.where(values - lower < 0.5 * 10.0**-places, lower, values)


def forecast(
    history: pd.Series, until: Hashable | None = None, lower: float | None = None, upper: float | None = None,
    breaks: Sequence[Hashable] = (), decimals: int | None = None, method: str = "ensemble",
    horizon: int | None = None, frequency: str = "annual", size: int = FUTURES, seed: int = SEED,
) -> Forecast:  # fmt: skip
    """Predictive distribution of the periods after a history, in its unit: to period `until`, or `horizon` periods on.

    `size` futures, drawn by `seed`; what is said of a period doesn't depend on how many follow it.
    history: floats by pd.PeriodIndex (Y or Q), or by years or running numbers. The same input gives the same output,
    and the results scale with the data, but for what a unit says: printed decimals and shares of 0 to 100.
    What happens with:

    - bounds: every quantile and path keeps `lower` and `upper`; what nears a bound is squeezed before it, unless the
      last value is on it, where mass may stay; what would be printed as the lower bound is on it. A history without
      negative values is kept at or above 0 unless `lower` says otherwise (`-math.inf` for none). Zeros, negatives and
      integers need nothing.
    - 1-4 points, or all equal: a distribution from the reference class (see reference.py); a flat series of 4.9 gets
      the width of its printed precision (`decimals`, else its last significant digit) plus what flat series did.
    - no points: a UserError.
    - gaps: bridged by straight lines, and the width grown for the steps that this makes too small.
    - breaks (periods or years after which the definition differs): only what follows the last one is fitted; the steps
      before it may widen the result, never narrow it.
    - an unfinished year: leave it out or missing. It's then forecast as the first period; a part of a year given as its
      value would be taken for the whole. In quarters the forecast goes on from the last quarter.
    - quarterly: a season shrunk by its own error is taken out and put back, from 3 years on.
    """
    period = season_of(frequency, history.index)
    check_bounds(lower, upper)
    past = prepare(history, breaks)
    horizon = _horizon(history.index, past.last, until, horizon)
    check_within(past, lower, upper, "history")
    grid = compute([past], horizon, period, method, lower, upper, decimals)[0]
    special, limits = is_reference(past.values), _ends(past, lower, upper)
    together = reference.walk_correlation(horizon) if special else mixture.correlation(past.values[None], horizon)
    draws = on_bound(sample(grid, together, limits, size, seed), past, limits[0], method, decimals)
    label = "reference class" if special else method
    return distribution(periods_after(history.index, past.last, horizon), draws, limits, past.observed, label)


def check_bounds(lower: float | None, upper: float | None) -> None:
    """Stop if a bound is no number, or the bounds cross."""
    for name, end in (("lower", lower), ("upper", upper)):
        if end is not None and np.isnan(end):
            raise UserError(f"{name} bound is {end}: give a number, or leave it out.")
    if lower is not None and upper is not None and lower >= upper:
        raise UserError(f"lower bound {lower} isn't below upper bound {upper}: give lower < upper.")


def _horizon(index: pd.Index, last: int, until: Hashable | None, horizon: int | None) -> int:
    """Number of periods to forecast."""
    if (until is None) == (horizon is None):
        raise UserError("forecast: give until=... (a year or period) or horizon=... (a number), one of them.")
    if isinstance(index, pd.PeriodIndex) and isinstance(until, int | np.integer) and until < 1000:
        raise UserError(f"until is {until}: it is a year; for {until} periods ahead write horizon={until}.")
    steps = int(horizon) if until is None else ordinal(until, index) - last
    if steps < 1:
        what = f"horizon is {horizon}" if until is None else f"until is {until}, but the history reaches as far already"
        raise UserError(f"{what}: it must lie 1 period or more ahead.")
    if steps > MOST_AHEAD:
        raise UserError(f"the forecast is to reach {steps} periods ahead: {MOST_AHEAD} at most.")
    return steps


def periods_after(index: pd.Index, last: int, horizon: int) -> pd.Index:
    """The periods after the last one, in the manner of the history's index."""
    ahead = last + np.arange(1, horizon + 1)
    by_period = isinstance(index, pd.PeriodIndex)
    return pd.PeriodIndex.from_ordinals(ahead, freq=index.freq) if by_period else pd.Index(ahead)
