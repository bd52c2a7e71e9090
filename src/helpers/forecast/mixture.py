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
_PRECISIONS = np.r_[1e12, 1 / DRIFTS[1:] ** 2]  # of the drift before anything is seen
PROBABILITIES = np.r_[0.0025, 0.01, 0.025, 0.05, np.arange(10, 91, 5) / 100, 0.95, 0.975, 0.99, 0.9975]
MEDIAN, QUARTILES = 12, (7, 17)  # places among PROBABILITIES
_SCALES = np.log([1.0, 2.0, 0.2])  # prior of the powers: few series grow by a constant rate for long
_EDGES = np.concatenate([[0, 0.005, 0.015], np.linspace(0.03, 0.97, 9), [0.985, 0.995, 1]])
_NODE_WEIGHTS, _NODES = np.diff(_EDGES), (_EDGES[1:] + _EDGES[:-1]) / 2
_ALPHAS, _BETAS, _PHIS = (0.1, 0.3, 0.5, 0.7, 0.85, 1.0), (0.1, 0.3, 0.6, 1.0), (0.5, 0.8, 0.9, 1.0)
# Rows of (alpha, beta, phi): without momentum, then with it
FILTERS = np.array([(a, 0, 1) for a in _ALPHAS] + [(a, a * b, p) for a in _ALPHAS for b in _BETAS for p in _PHIS])
SHAPE = (len(POWERS), len(FILTERS), len(DRIFTS))  # of the grid
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
    """What depends on the length alone, for all filters at once.

    Matrices that turn values into errors, predictions and moments of the regression on level and drift; of that
    regression, by drift, the log evidence and the inverse; its leverage ahead; the response to one error.
    """
    alpha, beta, phi = FILTERS.T[:, :, None]
    response = np.hstack([np.ones_like(alpha), alpha + beta * (phi ** np.arange(1, n + horizon)).cumsum(1)])
    errors, state, slope = np.empty((len(FILTERS), n, n)), 0.0, 0.0
    for t, value in enumerate(np.eye(n)):
        errors[:, t] = value - state - phi * slope
        state, slope = state + phi * slope + alpha * errors[:, t], phi * slope + beta * errors[:, t]
    ahead = np.arange(1, horizon + 1)
    predict = response[:, ahead[:, None] + (n - 1 - np.arange(n))] @ errors
    regressors = np.column_stack([np.ones(n), np.arange(1, n + 1)])
    filtered = errors @ regressors
    moments = filtered.transpose(0, 2, 1) @ filtered
    certainty = moments[:, None] + [np.diag([1e-9, p]) for p in _PRECISIONS]
    evidence = -0.5 * np.log(np.linalg.det(certainty) / _PRECISIONS)
    leverage = np.column_stack([np.ones(horizon), n + ahead]) - predict @ regressors
    flat = (part.reshape(-1, n) for part in (errors, predict, filtered.transpose(0, 2, 1) @ errors))
    return *flat, evidence, np.linalg.inv(certainty), leverage, response[:, :horizon]


def _fit_scale(z: np.ndarray, horizon: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log likelihood, centre and spread of all models for the columns of z [time, series]."""
    (n, count), filters = z.shape, len(FILTERS)
    floor = np.abs(np.diff(z, axis=0)).mean(0) ** 2
    last, z = z[-1], z - z[-1]  # the flat prior makes the level arbitrary; near 0 nothing cancels
    errors, predict, project, evidence, doubt, leverage, response = _operators(n, horizon)
    total = ((errors @ z).reshape(filters, 1, n, count) ** 2).sum(2)
    moment = (project @ z).reshape(filters, 1, 2, count)
    line = doubt @ moment  # level and drift
    rest = np.maximum(total - (line * moment).sum(2), 0) + floor
    centre = last + (predict @ z).reshape(filters, 1, horizon, count) + leverage[:, None] @ line
    shared = np.einsum("fhi,fdij,fhj->fdh", leverage, doubt, leverage)
    factor = np.sqrt((response**2).cumsum(1)[:, None] + np.maximum(shared, 0))
    spread = np.sqrt(rest / n)[:, :, None] * factor[..., None]
    likelihood = evidence[..., None] - 0.5 * n * np.log(rest)
    return likelihood.transpose(2, 0, 1), centre.transpose(3, 0, 1, 2), spread.transpose(3, 0, 1, 2)


def fit(values: np.ndarray, horizon: int) -> Posterior:
    """Every model of the grid on every row of values [series, time], none flat; roots and logs need all positive."""
    from scipy.special import boxcox

    unit = np.abs(values).mean(1)
    scaled = values / unit[:, None]
    shape = (len(values), *SHAPE)
    likelihood, centre, spread = np.full(shape, -np.inf), np.zeros((*shape, horizon)), np.ones((*shape, horizon))
    for i, power in enumerate(POWERS):
        rows = np.flatnonzero((power == 1) | (scaled.min(1) > 0))
        z = scaled if power == 1 else boxcox(scaled[rows], power)
        likelihood[rows, i], centre[rows, i], spread[rows, i] = _fit_scale(z.T, horizon)
        if power != 1:
            likelihood[rows, i] += ((power - 1) * np.log(scaled[rows]).sum(1))[:, None, None]
    models = (len(values), -1)
    centre, spread = centre.reshape(*models, horizon), spread.reshape(*models, horizon)
    return Posterior(likelihood.reshape(models), centre, spread, values.shape[1], unit)


def weights(posterior: Posterior, reading: str) -> np.ndarray:
    """Posterior weight of each model in a reading, summing to 1 for each series.

    The prior is even over the kinds of filter, so that many dampings don't add up.
    """
    filters, drifts, power, _ = READINGS[reading]
    kind = np.where(_MOMENTUM, -np.log(4.0), 0.0)[:, None]
    prior = np.where(filters[:, None] & drifts, kind + _SCALES[:, None, None], -np.inf)
    log = prior.ravel() + power * posterior.likelihood
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
    points[power == 1] = np.maximum(np.minimum(points[power == 1], 50) / 2 + 1, 0) ** 2
    points[power == 2] = np.exp(np.minimum(points[power == 2], 50))  # cut where it would overflow
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


def deviation(quantiles: np.ndarray) -> np.ndarray:
    """Standard deviation of a normal with these quartiles, and a little, in steps: [series, horizon]."""
    return (quantiles[:, QUARTILES[1]] - quantiles[:, QUARTILES[0]]) / 1.349 + 0.05


def correlation(values: np.ndarray, horizon: int, reading: str = "cautious") -> np.ndarray:
    """Correlation between horizons of a reading's forecast errors for one row of values: [horizon, horizon].

    Errors to come work through each filter's response; doubt about level and drift is shared by all horizons.
    """
    weight = weights(fit(values, horizon), reading)[0].reshape(SHAPE).sum(0)
    *_, doubt, leverage, response = _operators(values.shape[1], horizon)
    lag = np.arange(horizon)[:, None] - np.arange(horizon)
    path = np.where(lag >= 0, response[:, np.maximum(lag, 0)], 0)
    total = np.zeros((horizon, horizon))
    for i in range(len(DRIFTS)):
        covariance = path @ path.transpose(0, 2, 1) + leverage @ doubt[:, i] @ leverage.transpose(0, 2, 1)
        size = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
        total += (weight[:, i, None, None] * covariance / size[:, :, None] / size[:, None]).sum(0)
    return total * (1 - 1e-9) + 1e-9 * np.eye(horizon)
