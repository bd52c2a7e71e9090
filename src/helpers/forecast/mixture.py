"""A Bayesian mixture of exponential smoothing models for short series, in closed form and without an optimiser.

Each point of a fixed grid is one single-source-of-error model (Hyndman, Koehler, Ord, Snyder 2008) on a Box-Cox scale:

    z_t = m + d t + x_t,   x_t = s_{t-1} + phi b_{t-1} + e_t,
    s_t = s_{t-1} + phi b_{t-1} + alpha e_t,   b_t = phi b_{t-1} + beta e_t,

with a flat prior on m, d ~ N(0, (tau sigma)^2) and a scale prior worth one observation at the size of the usual step.
It nests smoothing with and without drift (so Theta) and damped and undamped momentum (Holt).
Given alpha, beta, phi the errors are linear in the data, so the model is a regression: its marginal likelihood
and Student-t prediction are known exactly, and one matrix product serves every parameter and every series at once.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

POWERS = (1.0, 0.5, 0.0)  # Box-Cox: as it is, square root, logarithm
DRIFTS = np.array([0.0, 0.2, 0.5, 1.0, 2.0, 6.0])  # tau
PROBABILITIES = np.r_[0.0025, 0.01, 0.025, 0.05, np.arange(10, 91, 5) / 100, 0.95, 0.975, 0.99, 0.9975]
MEDIAN, QUARTILES = 12, (7, 17)  # places among PROBABILITIES
_SCALES = np.log([1.0, 2.0, 0.2])  # prior of the powers: few series grow by a constant rate for long
_EDGES = np.concatenate([[0, 0.005, 0.015], np.linspace(0.03, 0.97, 9), [0.985, 0.995, 1]])
_NODE_WEIGHTS, _NODES = np.diff(_EDGES), (_EDGES[1:] + _EDGES[:-1]) / 2


def _filters() -> np.ndarray:
    """Rows of (alpha, beta, phi)."""
    alphas = (0.1, 0.3, 0.5, 0.7, 0.85, 1.0)
    plain = [(a, 0.0, 1.0) for a in alphas]
    momentum = [(a, a * b, p) for a in alphas for b in (0.1, 0.3, 0.6, 1.0) for p in (0.5, 0.8, 0.9, 1.0)]
    return np.array(plain + momentum)


FILTERS = _filters()
_MOMENTUM, _STEADY = FILTERS[:, 1] > 0, np.arange(len(DRIFTS)) == 0
# A reading is (filters, drifts, power of the likelihood, models kept: the rest weigh next to nothing). On short series
# the whole likelihood is too sure of itself; the cautious reading tempers it.
READINGS = {
    "cautious": (np.ones(len(FILTERS), bool), np.ones(len(DRIFTS), bool), 0.1, 350),
    "bold": (np.ones(len(FILTERS), bool), np.ones(len(DRIFTS), bool), 1.0, 64),
    "momentum": (_MOMENTUM, _STEADY, 0.5, 128),
}


class Posterior(NamedTuple):
    """Every model of the grid fitted to a batch: first axis the series, second the model; on the model's own scale."""

    likelihood: np.ndarray  # log, [series, model]
    centre: np.ndarray  # [series, model, horizon]
    spread: np.ndarray  # [series, model, horizon]
    freedom: float
    unit: np.ndarray  # mean size of each series, by which it was divided


@lru_cache(maxsize=16)
def _operators(n: int, horizon: int) -> tuple[np.ndarray, ...]:
    """What depends on the length alone: errors and predictions of all filters as matrices, and their regressors."""
    alpha, beta, phi = FILTERS.T
    response = np.ones((len(FILTERS), n + horizon))
    state, slope = alpha, beta
    for i in range(1, n + horizon):
        response[:, i] = state = state + phi * slope
        slope = phi * slope
    inverse = np.ones((len(FILTERS), n))
    for t in range(1, n):
        inverse[:, t] = -(response[:, 1 : t + 1] * inverse[:, t - 1 :: -1][:, :t]).sum(1)
    lag = np.arange(n)[:, None] - np.arange(n)
    errors = np.where(lag >= 0, inverse[:, np.maximum(lag, 0)], 0)
    ahead = np.arange(1, horizon + 1)
    predict = response[:, ahead[:, None] + (n - 1 - np.arange(n))] @ errors
    regressors = np.column_stack([np.ones(n), np.arange(1, n + 1)])
    filtered = errors @ regressors
    moments = filtered.transpose(0, 2, 1) @ filtered
    project = filtered.transpose(0, 2, 1) @ errors
    leverage = np.column_stack([np.ones(horizon), n + ahead]) - predict @ regressors
    flat = (part.reshape(-1, n) for part in (errors, predict, project))
    return *flat, moments, leverage, response[:, :horizon]


def _fit_scale(z: np.ndarray, horizon: int, floor: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log likelihood, centre and spread of all models for the columns of z [time, series]; floor is a variance."""
    n, count = z.shape
    last, z = z[-1], z - z[-1]  # the flat prior makes the level arbitrary; near 0 nothing cancels
    errors, predict, project, moments, leverage, response = _operators(n, horizon)
    total = ((errors @ z).reshape(-1, n, count) ** 2).sum(1)[:, None]
    u = (project @ z).reshape(-1, 1, 2, count)
    ahead = (predict @ z).reshape(len(FILTERS), 1, horizon, count)
    precision = np.r_[1e12, 1 / DRIFTS[1:] ** 2]
    a, b = moments[:, 0, 0, None] + 1e-9, moments[:, 0, 1, None]
    d = moments[:, 1, 1, None] + precision
    det = a * d - b * b
    i11, i12, i22 = d / det, -b / det, a / det
    mean = i11[..., None] * u[:, :, 0] + i12[..., None] * u[:, :, 1]
    drift = i12[..., None] * u[:, :, 0] + i22[..., None] * u[:, :, 1]
    rest = np.maximum(total - mean * u[:, :, 0] - drift * u[:, :, 1], 0) + floor
    likelihood = -0.5 * np.log(det / precision)[..., None] - 0.5 * n * np.log(rest)
    g0, g1 = leverage[:, None, :, 0], leverage[:, None, :, 1]
    centre = last + ahead + g0[..., None] * mean[:, :, None] + g1[..., None] * drift[:, :, None]
    doubt = g0**2 * i11[..., None] + 2 * g0 * g1 * i12[..., None] + g1**2 * i22[..., None]
    factor = np.sqrt((response**2).cumsum(1)[:, None] + np.maximum(doubt, 0))
    spread = np.sqrt(rest / n)[:, :, None] * factor[..., None]
    return likelihood.transpose(2, 0, 1), centre.transpose(3, 0, 1, 2), spread.transpose(3, 0, 1, 2)


def to_scale(y: np.ndarray, power: float) -> np.ndarray:
    """Box-Cox transform of positive values near 1."""
    return y if power == 1 else np.log(y) if power == 0 else (y**power - 1) / power


def from_scale(z: np.ndarray, power: float) -> np.ndarray:
    """Values from their Box-Cox transform; cut where a logarithm would overflow."""
    z = np.minimum(z, 50.0)
    return z if power == 1 else np.exp(z) if power == 0 else np.maximum(power * z + 1, 0) ** (1 / power)


def fit(values: np.ndarray, horizon: int) -> Posterior:
    """Every model of the grid on every row of values [series, time], none flat; roots and logs need all positive."""
    unit = np.abs(values).mean(1)
    scaled = values / unit[:, None]
    positive = np.flatnonzero(scaled.min(1) > 0)
    shape = (len(values), len(POWERS), len(FILTERS), len(DRIFTS))
    likelihood, centre, spread = np.full(shape, -np.inf), np.zeros((*shape, horizon)), np.ones((*shape, horizon))
    for i, power in enumerate(POWERS):
        rows = np.arange(len(values)) if power == 1 else positive
        if len(rows) == 0:
            continue
        z = to_scale(scaled[rows], power).T
        floor = np.abs(np.diff(z, axis=0)).mean(0) ** 2
        likelihood[rows, i], centre[rows, i], spread[rows, i] = _fit_scale(z, horizon, floor)
        if power != 1:
            likelihood[rows, i] += ((power - 1) * np.log(scaled[rows]).sum(1))[:, None, None]
    flat = (len(values), -1)
    return Posterior(
        likelihood.reshape(flat), centre.reshape(*flat, horizon), spread.reshape(*flat, horizon), values.shape[1], unit
    )


@lru_cache(maxsize=8)
def _prior(reading: str) -> np.ndarray:
    """Log prior weight of each model: even over the kinds of filter, so that many dampings don't add up."""
    filters, drifts, *_ = READINGS[reading]
    kind = np.where(_MOMENTUM, -np.log(4.0), 0.0)
    return np.where(filters[:, None] & drifts, kind[:, None] + _SCALES[:, None, None], -np.inf).ravel()


def weights(posterior: Posterior, reading: str) -> np.ndarray:
    """Posterior weight of each model in a reading, summing to 1 for each series."""
    log = _prior(reading) + READINGS[reading][2] * posterior.likelihood
    weight = np.exp(log - log.max(1, keepdims=True))
    return weight / weight.sum(1, keepdims=True)


def quantiles(posterior: Posterior, reading: str) -> np.ndarray:
    """Quantiles of the reading's mixture at PROBABILITIES, in the data's unit: [series, probability, horizon]."""
    from scipy.special import stdtrit

    weight = weights(posterior, reading)
    count = READINGS[reading][3]
    best = np.argpartition(-weight, count, axis=1)[:, :count]
    rows = np.arange(len(best))[:, None]
    weight = weight[rows, best]
    nodes = stdtrit(posterior.freedom, _NODES)[:, None]
    points = posterior.centre[rows, best][:, :, None] + nodes * posterior.spread[rows, best][:, :, None]
    power = best // (len(FILTERS) * len(DRIFTS))
    for i in (1, 2):
        points[power == i] = from_scale(points[power == i], POWERS[i])
    mass = (weight[:, :, None] * _NODE_WEIGHTS).reshape(len(best), -1)
    points = points.reshape(len(best), mass.shape[1], -1).transpose(0, 2, 1)
    out = np.empty((len(best), len(PROBABILITIES), points.shape[1]))
    for i in range(len(best)):
        live = mass[i] > 0
        alive, total = mass[i][live], mass[i].sum()
        for j, x in enumerate(points[i][:, live]):
            order = np.argsort(x)
            level = np.cumsum(alive[order]) - alive[order] / 2
            out[i, :, j] = np.interp(PROBABILITIES * total, level, x[order])
    return out * posterior.unit[:, None, None]


def correlation(values: np.ndarray, horizon: int, reading: str = "cautious") -> np.ndarray:
    """Correlation between horizons of a reading's forecast errors for one row of values: [horizon, horizon].

    Errors to come work through each filter's response; doubt about level and drift is shared by all horizons.
    """
    weight = weights(fit(values, horizon), reading)[0].reshape(len(POWERS), len(FILTERS), len(DRIFTS)).sum(0)
    *_, moments, leverage, response = _operators(values.shape[1], horizon)
    lag = np.arange(horizon)[:, None] - np.arange(horizon)
    path = np.where(lag >= 0, response[:, np.maximum(lag, 0)], 0)
    total = np.zeros((horizon, horizon))
    for i, tau in enumerate(DRIFTS):
        doubt = np.linalg.inv(moments + np.diag([1e-9, 1e12 if tau == 0 else 1 / tau**2]))
        covariance = path @ path.transpose(0, 2, 1) + leverage @ doubt @ leverage.transpose(0, 2, 1)
        size = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
        total += (weight[:, i, None, None] * covariance / size[:, :, None] / size[:, None]).sum(0)
    return total * (1 - 1e-9) + 1e-9 * np.eye(horizon)


def parameters(values: np.ndarray, horizon: int) -> "pd.DataFrame":  # noqa: F821
    """Posterior mean of each parameter for one row of values, a row per reading."""
    import pandas as pd

    posterior, rows = fit(values, horizon), {}
    for name in READINGS:
        weight = weights(posterior, name)[0].reshape(len(POWERS), len(FILTERS), len(DRIFTS))
        means = dict(zip(("alpha", "beta", "phi"), weight.sum((0, 2)) @ FILTERS, strict=True))
        rows[name] = {**means, "tau": weight.sum((0, 1)) @ DRIFTS, "power": weight.sum((1, 2)) @ np.array(POWERS)}
    return pd.DataFrame(rows).T
