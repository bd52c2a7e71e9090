"""Simple point forecasts that the ensemble takes the median of, each for rows of values at once [series, time]."""

import numpy as np


def step_size(values: np.ndarray) -> np.ndarray:
    """Mean absolute change of each row, in the data's unit: [series]."""
    return np.abs(np.diff(values, axis=1)).mean(1)


def theil_sen(values: np.ndarray) -> np.ndarray:
    """Median slope over all pairs of points (Theil 1950, Sen 1968), in the data's unit per period: [series]."""
    i, j = np.triu_indices(values.shape[1], 1)
    return np.median((values[:, j] - values[:, i]) / (j - i), axis=1)


def _slopes(z: np.ndarray) -> np.ndarray:
    """Least-squares slope of the first 1, 2, ... values of each row: [series, time]."""
    t = np.arange(z.shape[1])
    k, st, stt = t + 1.0, t.cumsum(), (t * t).cumsum()
    sz, stz = z.cumsum(1), (t * z).cumsum(1)
    return np.where(t > 0, (k * stz - st * sz) / np.where(t > 0, k * stt - st**2, 1), 0.0)


def theta(values: np.ndarray, horizon: int, temper: float) -> np.ndarray:
    """Dynamic theta averaged over a grid: a smoothed level that goes on along part of the slope so far.

    The method of Fiorucci et al. (2016) without an optimiser: weights are the one-step likelihood to the power
    `temper`. On the square root where all values are positive. In the data's unit: [series, horizon].
    """
    alpha, part = np.repeat([0.3, 0.5, 0.7, 0.85, 1.0], 4), np.tile([0.25, 0.5, 0.75, 1.0], 5)
    positive = values.min(1) > 0
    z = np.where(positive[:, None], np.sqrt(np.maximum(values, 0)), values)
    slope, n = _slopes(z), z.shape[1]
    level, squares = np.repeat(z[:, :1], len(alpha), axis=1), np.zeros((len(z), len(alpha)))
    for t in range(1, n):
        fit = level + part * slope[:, t - 1, None]
        error = z[:, t, None] - fit
        level = fit + alpha * error
        squares += error**2 if t > 1 else 0
    log = -0.5 * temper * max(n - 2, 0) * np.log(squares / n + 1e-12 * z.var(1)[:, None] + 1e-300)
    weight = np.exp(log - log.max(1, keepdims=True))
    weight /= weight.sum(1, keepdims=True)
    ahead = level[:, :, None] + (part * slope[:, -1, None])[:, :, None] * np.arange(1, horizon + 1)
    ahead = np.where(positive[:, None, None], np.maximum(ahead, 0) ** 2, ahead)
    return np.einsum("sg,sgh->sh", weight, ahead)


def smoothed(values: np.ndarray) -> np.ndarray:
    """Last level of simple exponential smoothing, alpha by least squares on a grid, in the data's unit: [series]."""
    alpha = np.arange(1, 21) / 20
    level, squares = np.repeat(values[:, :1], len(alpha), axis=1), 0.0
    for t in range(1, values.shape[1]):
        error = values[:, t, None] - level
        squares, level = squares + error**2, level + alpha * error
    return level[np.arange(len(values)), squares.argmin(1)]


def reverting(values: np.ndarray, horizon: int) -> np.ndarray:
    """AR(1) about the mean, its coefficient raised by the bias of short series, 1 / n: [series, horizon]."""
    mean = values.mean(1, keepdims=True)
    z = values - mean
    product, square = (z[:, 1:] * z[:, :-1]).sum(1), (z[:, :-1] ** 2).sum(1)
    rho = np.clip(product / np.maximum(square, 1e-300) + 1 / values.shape[1], 0, 0.95)
    return mean + z[:, -1:] * rho[:, None] ** np.arange(1, horizon + 1)


def returns(values: np.ndarray) -> np.ndarray:
    """Whether the mean so far foretold each row's next value better than the last value did, by a tenth: [series]."""
    start = max(2, values.shape[1] // 3)
    mean = values.cumsum(1) / np.arange(1, values.shape[1] + 1)
    miss = np.abs(values[:, start:] - mean[:, start - 1 : -1]).mean(1)
    return miss < 0.9 * step_size(values[:, start - 1 :])


def rest(values: np.ndarray, trust: np.ndarray) -> np.ndarray:
    """How far each row has come to rest, from 0 (not at all) to 1: [series].

    The log by which its last four steps fall short of its usual one, less where the past is smooth (trust, 0-1). On the
    world's official series that had moved one way and then slowed to half their pace, no change came nearer than this
    ensemble with its trend.
    """
    return np.clip(-np.log(step_size(values[:, -5:]) / step_size(values) + 0.1), 0, 1) * (1 - trust)
