"""From a history as people keep it to numbers the engine can take, and back: periods, gaps, breaks, season, bounds."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers import UserError

SEASON = {"annual": 1, "quarterly": 4}
FREE = 0.25  # part of the way to a bound that is left as it is
RECENT = 5  # cycles in which a season must still show
SHORTEST = 5  # points: a shorter series is judged by its reference class
FARTHEST = 100  # periods from one value to the next: more is a slip in writing them
LARGEST = 1e100  # of a value: squares of larger ones overflow
LONGEST = 160  # values used: more slow the engine and no longer describe the present


class Series(NamedTuple):
    """What the engine takes: values without gaps, from the last break on."""

    values: np.ndarray
    last: int  # ordinal of the last value's period
    widen: float  # factor on the width: steps bridged, steps before a break
    observed: int


def ordinals(index: pd.Index) -> np.ndarray:
    """Running number of each period: years, running numbers, or the ordinals of a PeriodIndex."""
    if isinstance(index, pd.DatetimeIndex):
        raise UserError("history has dates as its index: convert it with .to_period('Y') or .to_period('Q').")
    if isinstance(index, pd.PeriodIndex):
        return index.asi8
    try:
        numbers = np.asarray(index, dtype=float)
    except (TypeError, ValueError):
        raise UserError(
            f"history has {index[0]!r} in its index: give periods (pd.PeriodIndex), years or numbers."
        ) from None
    if not np.array_equal(numbers, np.round(numbers)):
        raise UserError("history has fractions in its index: give periods, years or running numbers.")
    return numbers.astype(int)


def ordinal(moment: Hashable, index: pd.Index) -> int:
    """Running number of a year or period in the manner of `index`; a year means its last quarter."""
    if not isinstance(index, pd.PeriodIndex):
        return int(moment.year if isinstance(moment, pd.Period) else moment)
    period = moment if isinstance(moment, pd.Period) else pd.Period(str(moment))
    return period.asfreq(index.freq, how="end").ordinal


def season_of(frequency: str, index: pd.Index | None = None) -> int:
    """Periods in a year; stops if the frequency is unknown or isn't that of the index."""
    if frequency not in SEASON:
        raise UserError(f"frequency is {frequency!r}: say one of {', '.join(SEASON)}.")
    if isinstance(index, pd.PeriodIndex) and index.freqstr[0] not in ("Q" if frequency == "quarterly" else "YA"):
        raise UserError(
            f"history has periods of frequency {index.freqstr}, but frequency is {frequency!r}: make them agree."
        )
    return SEASON[frequency]


def check_within(series: Series, lower: float | None, upper: float | None, name: str) -> None:
    """Stop if a value is beyond the bounds."""
    low, high = -np.inf if lower is None else lower, np.inf if upper is None else upper
    beyond = series.values[(series.values < low) | (series.values > high)]
    if len(beyond):
        raise UserError(f"{name} has the value {beyond[0]:g} beyond the bounds {low:g} to {high:g}: mend one of them.")


def prepare(history: pd.Series, breaks: Sequence[Hashable] = (), name: str = "history") -> Series:
    """The values after the last break, gaps bridged. Steps before the break inform the width, by their number.

    A missing value, or a missing period, at the end is not yet known: the forecast starts after the last known value.
    """
    try:
        values = pd.to_numeric(history).to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        bad = next((v for v in history if isinstance(v, str)), history.iloc[0])
        raise UserError(f"{name} has the value {bad!r}: give numbers only.") from None
    at = ordinals(history.index)
    order = np.argsort(at, kind="stable")
    at, values = at[order], values[order]
    if (np.diff(at) == 0).any():
        raise UserError(f"{name} has the period {history.index[order][np.diff(at).argmin()]} twice: keep one.")
    known = ~np.isnan(values)
    at, values = at[known], values[known]
    _check_sizes(at, values, history.index[order][known], name)
    cuts = [ordinal(b, history.index) for b in breaks]
    start = max((c for c in cuts if len(at) and c < at[-1]), default=-np.inf)
    before, at, values = values[at <= start], at[at > start], values[at > start]
    if len(values) == 0:
        raise UserError(f"{name} has no values: give one at least, or leave the series out.")
    full = np.interp(np.arange(at[0], at[-1] + 1), at, values) if len(values) >= SHORTEST else values
    # A straight line over a gap makes steps too small by this factor.
    widen = float(np.sqrt((len(full) - 1) / (len(values) - 1))) if len(values) > 1 else 1.0
    return Series(full[-LONGEST:], int(at[-1]), widen * _before_the_break(before, full), len(values))


def _check_sizes(at: np.ndarray, values: np.ndarray, index: pd.Index, name: str) -> None:
    """Stop at a value that is too large to be computed with, and at a period that lies too far from the others."""
    if np.isinf(values).any():
        raise UserError(f"{name} has an infinite value: mend or remove it.")
    if np.abs(values).max(initial=0) > LARGEST:
        raise UserError(f"{name} has the value {values[np.abs(values).argmax()]:g}: give it in a larger unit.")
    steps = np.diff(at)
    if len(steps) and steps.max() > FARTHEST:
        place = steps.argmax()
        raise UserError(
            f"{name} has nothing between {index[place]} and {index[place + 1]}, {steps[place]} periods: mend the slip."
        )


def _before_the_break(before: np.ndarray, after: np.ndarray) -> float:
    """Factor on the width if the steps before the break join those after it, in parts of the level; at least 1."""
    if len(before) < 3 or len(after) < 2 or np.ptp(after) == 0 or before[-1] == 0:
        return 1.0
    old = np.diff(before[-LONGEST:]) / np.abs(before).mean() * np.abs(after).mean()
    new = np.diff(after)
    pooled = (np.abs(old).sum() + np.abs(new).sum()) / (len(old) + len(new))
    return float(np.clip(pooled / np.abs(new).mean(), 1.0, 3.0))


def seasonal(values: np.ndarray, period: int) -> tuple[np.ndarray, bool, float]:
    """Seasonal index of each place in the cycle, whether it multiplies (all values positive) or adds, and its error.

    Means of what is left of a centred moving average, shrunk by their own error (James and Stein 1961); none with
    fewer than 3 cycles, or where the last cycles swing by less than a unit of print. The first place is that of
    values[0].
    """
    multiply = bool(values.min() > 0)
    if len(values) < 3 * period or period == 1 or calm(values, period):
        return (np.ones if multiply else np.zeros)(period), multiply, 0.0
    z = np.log(values) if multiply else values
    window = np.r_[0.5, np.ones(period - 1), 0.5] / period
    rest = z[period // 2 : len(z) - period // 2] - np.convolve(z, window, "valid")
    place = (np.arange(len(rest)) + period // 2) % period
    mean = np.array([rest[place == j].mean() for j in range(period)])
    mean -= mean.mean()
    noise = ((rest - mean[place]) ** 2).sum() / max(len(rest) - period, 1) * np.mean(period / len(rest))
    keep = max(0.0, 1 - (period - 3) * noise / max((mean**2).sum(), 1e-300))
    return np.exp(keep * mean) if multiply else keep * mean, multiply, float(np.sqrt(keep * noise))


def calm(values: np.ndarray, period: int) -> bool:
    """Whether the mean season of the last RECENT cycles swings by less than a unit of the figures' print."""
    last = values[-period * min(RECENT, len(values) // period) :].reshape(-1, period)
    season = (last - last.mean(axis=1, keepdims=True)).mean(axis=0)
    decimals = next((d for d in range(7) if np.allclose(values, values.round(d), rtol=0, atol=1e-9)), 7)
    return bool(np.ptp(season) < 10.0**-decimals)


def anchor(values: np.ndarray, horizon: int, period: int) -> np.ndarray:
    """The value each horizon is measured from: the last one, or that of the same season, from 3 cycles on."""
    lag = period if len(values) >= 3 * period else 1
    return values[len(values) - lag + np.arange(horizon) % lag]


def bound(q: np.ndarray, start: np.ndarray, lower: float, upper: float) -> np.ndarray:
    """Quantiles [probability, horizon] within the bounds. The first part (FREE) of the way from start to a bound stays.

    What goes further is squeezed into the rest of the way: rest (1 - exp(-excess / rest)). So nothing piles up on a
    bound, unless the start is on it already: then what would lie beyond stays there.
    """
    for limit, sign in ((lower, -1), (upper, 1)):
        if np.isinf(limit):
            continue
        way = np.abs(limit - start)
        rest = np.maximum((1 - FREE) * way, 1e-300)
        excess = np.maximum(sign * (q - start) - FREE * way, 0)
        squeezed = start + sign * (way - rest * np.exp(-np.minimum(excess / rest, 700)))
        q = np.where(excess > 0, squeezed, q)
        q = np.maximum(q, limit) if sign < 0 else np.minimum(q, limit)
    return q
