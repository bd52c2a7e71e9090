"""The ensemble: quantile functions of a few members averaged, with weights and widths learnt from what series do.

A series' weights and widths follow a handful of its features (length, trend, roughness), in the manner of
feature-based forecast averaging (Montero-Manso et al. 2020), here with one softmax and one log-linear width.
Coefficients come from `benchmarks/tune.py`; they stand in `forecast_weights.py`.
"""

import numpy as np

from helpers.engine import exponential_mixture as mixture, weights as learnt
from helpers.engine.exponential_mixture import PROBABILITIES

MEMBERS = ("naive", *mixture.READINGS)
FEATURES = ("one", "length", "trend", "level", "jump", "signal", "turning", "level x signal")
_MEDIAN = int(np.searchsorted(PROBABILITIES, 0.5))
_LEVELS = np.array([0.6745, 1.2816, 1.96])  # normal scores of the 50, 80 and 95 % intervals


def step_size(values: np.ndarray) -> np.ndarray:
    """Mean absolute change of each row, in the data's unit."""
    return np.abs(np.diff(values, axis=1)).mean(1)


def naive(values: np.ndarray, horizon: int) -> np.ndarray:
    """Quantiles of a random walk without drift, Student-t steps: [series, probability, horizon]."""
    from scipy.special import stdtrit

    n, step = values.shape[1], np.diff(values, axis=1)
    deviation = np.sqrt(((step**2).sum(1) + np.abs(step).mean(1) ** 2) / n)
    score = stdtrit(min(n, 10), PROBABILITIES)[:, None] * np.sqrt(np.arange(1, horizon + 1))
    return values[:, -1, None, None] + deviation[:, None, None] * score


def member_quantiles(values: np.ndarray, horizon: int) -> np.ndarray:
    """Each member's quantiles as distance from the last value in steps: [series, member, probability, horizon].

    Cut at 2.5 times the largest step seen per period, because exponential growth has no end on a log scale.
    """
    posterior = mixture.fit(values, horizon)
    parts = [naive(values, horizon)] + [mixture.quantiles(posterior, name) for name in mixture.READINGS]
    step = np.abs(np.diff(values, axis=1))
    limit = 2.5 * np.arange(1, horizon + 1) * (step.max(1) / step.mean(1))[:, None]
    away = (np.stack(parts, axis=1) - values[:, -1, None, None, None]) / step.mean(1)[:, None, None, None]
    return np.clip(away, -limit[:, None, None], limit[:, None, None])


def features(values: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Columns FEATURES for each row of values; none depends on the data's unit.

    length; trend: |Theil-Sen slope| over the mean step; level: log of the mean step over the mean size; jump: log of
    the largest step over the mean one; signal: log width of the mixture's next step over the mean step, low where the
    past is smooth; turning: how often a change keeps (1) or turns (-1) the sign of the one before.
    """
    n, step = values.shape[1], np.diff(values, axis=1)
    size = np.abs(step).mean(1)
    i, j = np.triu_indices(n, 1)
    slope = np.median((values[:, j] - values[:, i]) / (j - i), axis=1)
    wide = members[:, MEMBERS.index("mixture"), [PROBABILITIES.searchsorted(p) for p in (0.1, 0.9)], 0]
    level = np.clip(np.log(size / np.maximum(np.abs(values).mean(1), size / 10) + 1e-4) + 2.5, -3, 2) / 2
    signal = np.clip(np.log(np.maximum((wide[:, 1] - wide[:, 0]) / 2.56, 0.05)), -2, 0.7) + 0.3
    return np.column_stack([
        np.ones(len(values)),
        np.full(len(values), np.clip(np.log(n / 12), -0.9, 1.0)),
        2 * np.clip(np.abs(slope) / size, 0, 1) - 1,
        level,
        np.log(np.clip(np.abs(step).max(1) / size, 1, 10)) - 1,
        signal,
        (np.sign(step[:, 1:]) * np.sign(step[:, :-1])).mean(1),
        level * signal,
    ])  # fmt: skip


def member_weights(x: np.ndarray) -> np.ndarray:
    """Weight of each member for each row of features, summing to 1."""
    score = x @ np.array(learnt.WEIGHTS).T
    weight = np.exp(score - score.max(1, keepdims=True))
    return weight / weight.sum(1, keepdims=True)


def widening(x: np.ndarray, horizon: int) -> np.ndarray:
    """Factor by which each quantile's distance from the median grows: [series, probability, horizon]."""
    from scipy.special import ndtri

    design = np.concatenate([
        np.broadcast_to(x[:, None], (len(x), horizon, x.shape[1])),
        np.broadcast_to((np.log(np.arange(1, horizon + 1)) - 0.8)[:, None], (len(x), horizon, 1)),
    ], axis=2)  # fmt: skip
    log = np.clip(design @ np.array(learnt.WIDTHS).T, -2, 2)  # series, horizon, level
    at = np.clip(np.abs(ndtri(PROBABILITIES)), _LEVELS[0], _LEVELS[-1])
    share = np.array([np.interp(at, _LEVELS, unit) for unit in np.eye(len(_LEVELS))])
    return np.exp(log @ share).transpose(0, 2, 1)


def pool(members: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Ensemble quantiles in steps from the last value: [series, probability, horizon]."""
    pooled = np.einsum("sm,smph->sph", member_weights(x), members)
    median = pooled[:, _MEDIAN, None]
    return np.sort(median + (pooled - median) * widening(x, members.shape[3]), axis=1)


def ensemble(values: np.ndarray, horizon: int) -> np.ndarray:
    """Quantiles at PROBABILITIES for rows of equal length that are not flat: [series, probability, horizon]."""
    members = member_quantiles(values, horizon)
    pooled = pool(members, features(values, members))
    return values[:, -1, None, None] + step_size(values)[:, None, None] * pooled


def walk_correlation(horizon: int) -> np.ndarray:
    """Correlation between horizons of a random walk: the square root of the shorter over the longer."""
    k = np.arange(1, horizon + 1)
    return np.sqrt(np.minimum.outer(k, k) / np.maximum.outer(k, k))


def correlation(values: np.ndarray, horizon: int) -> np.ndarray:
    """Correlation between horizons of the members' errors for one row of values, averaged by their weights."""
    members = member_quantiles(values, horizon)
    weight = member_weights(features(values, members))[0]
    own = [mixture.correlation(values, horizon, name) for name in mixture.READINGS]
    return np.einsum("m,mjk->jk", weight, np.array([walk_correlation(horizon), *own]))
