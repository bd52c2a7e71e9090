"""Every forecasting method by name: the ensemble, its members, and statsmodels' own models for comparison.

Each takes rows of values [series, time], the horizon and the periods in a year, and gives quantiles at PROBABILITIES
in the data's unit: [series, probability, horizon].
"""

import warnings
from collections import Counter
from collections.abc import Callable

import numpy as np

from helpers import UserError
from helpers.forecast import centres, ensemble, mixture
from helpers.forecast.mixture import PROBABILITIES

Method = Callable[[np.ndarray, int, int], np.ndarray]
_warned: Counter[str] = Counter()  # statsmodels' warnings by their class, since this process began


def fit_warnings() -> int:
    """How many warnings statsmodels gave in this process while fitting: counted and not shown."""
    return _warned.total()


def _normal(mean: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Quantiles of a normal distribution: [probability, horizon]."""
    from scipy.special import ndtri

    return np.asarray(mean, float) + ndtri(PROBABILITIES)[:, None] * np.asarray(error, float)


def _member(name: str) -> Method:
    """A member of the ensemble alone: a mixture's reading with its own width, a line with the cautious reading's."""

    def method(values: np.ndarray, horizon: int, period: int) -> np.ndarray:
        if name in mixture.READINGS:
            return mixture.quantiles(mixture.fit(values, horizon), name)
        forecasts = ensemble.parts(values, horizon)
        away = forecasts.members[:, ensemble.MEMBERS.index(name), None] + forecasts.width
        return values[:, -1, None, None] + centres.step_size(values)[:, None, None] * away

    return method


def _walk(y: np.ndarray, horizon: int, drift: float = 0.0, lag: int = 1) -> np.ndarray:
    """Quantiles of y[t] = y[t - lag] + drift + e, normal errors (Hyndman and Athanasopoulos 2021, 5.5)."""
    cycles, place = np.divmod(np.arange(lag, horizon + lag), lag)
    errors = y[lag:] - y[:-lag] - drift
    deviation = np.sqrt((errors**2).sum() / max(len(errors) - (drift != 0), 1))
    doubt = 1 + (cycles / len(errors) if drift else 0)
    return _normal(y[len(y) - lag + place] + drift * cycles, deviation * np.sqrt(cycles * doubt))


def _ets(y: np.ndarray, horizon: int, period: int) -> np.ndarray:
    """ETS by AICc among error-additive models (statsmodels selects nothing by itself)."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    trends = ({}, {"trend": "add"}, {"trend": "add", "damped_trend": True})
    seasons = ({}, {"seasonal": "add", "seasonal_periods": period}) if period > 1 else ({},)
    fits = [ETSModel(y, **trend, **season).fit(disp=False) for trend in trends for season in seasons]
    best = min((f for f in fits if np.isfinite(f.aicc)), key=lambda f: f.aicc, default=fits[0])
    path = best.simulate(horizon, anchor="end", repetitions=2000, rng=np.random.default_rng(0))
    return np.quantile(np.asarray(path), PROBABILITIES, axis=1)


def _theta(y: np.ndarray, horizon: int, period: int) -> np.ndarray:
    """Theta method (Assimakopoulos and Nikolopoulos 2000) as statsmodels has it."""
    from statsmodels.tsa.forecasting.theta import ThetaModel

    fit = ThetaModel(y, period=period, deseasonalize=period > 1).fit()
    interval = fit.prediction_intervals(horizon, alpha=0.3173)
    return _normal(fit.forecast(horizon), (interval["upper"] - interval["lower"]) / 2)


def _arima(y: np.ndarray, horizon: int, period: int) -> np.ndarray:
    """ARIMA(p, 1, q), p and q at most 1, with or without drift, by AICc; seasonal (1, 0, 0) or (0, 1, 1) tried too."""
    from statsmodels.tsa.arima.model import ARIMA

    seasons = [(0, 0, 0, 0)] + ([(1, 0, 0, period), (0, 1, 1, period)] if period > 1 else [])
    trials = [(p, q, t, s) for p in (0, 1) for q in (0, 1) for s in seasons for t in ("nt" if s[1] == 0 else "n")]
    fits = [ARIMA(y, order=(p, 1, q), trend=t, seasonal_order=s).fit() for p, q, t, s in trials]
    ahead = min(fits, key=lambda f: f.aicc).get_forecast(horizon)
    return _normal(ahead.predicted_mean, ahead.se_mean)


def _local_linear_trend(y: np.ndarray, horizon: int, period: int) -> np.ndarray:
    """Structural model with a random level and slope (Harvey 1989), and a season if there is one."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    model = UnobservedComponents(y, "lltrend", seasonal=period if period > 1 else None)
    ahead = model.fit(disp=False).get_forecast(horizon)
    return _normal(ahead.predicted_mean, ahead.se_mean)


def _each(model: Callable[[np.ndarray, int, int], np.ndarray], fitted: bool = False) -> Method:
    """A method for one series made into one for rows.

    fitted: by an optimiser, which would mind the scale and sees a season from 3 cycles on only.
    """

    def method(values: np.ndarray, horizon: int, period: int) -> np.ndarray:
        out = []
        for y in values:
            unit = np.abs(y).mean() if fitted else 1.0
            season = 1 if fitted and len(y) < 3 * period else period
            with warnings.catch_warnings(record=True) as caught:  # of convergence: the width shows what comes of it
                warnings.simplefilter("always")
                out.append(model(y / unit, horizon, season) * unit)
            _warned.update(warning.category.__name__ for warning in caught)
        return np.array(out)

    return method


METHODS: dict[str, Method] = {
    "ensemble": ensemble.ensemble,
    "naive": lambda values, horizon, period: ensemble.naive(values, horizon),
    **{name: _member(name) for name in ensemble.MEMBERS if name != "naive"},
    "drift": _each(lambda y, horizon, period: _walk(y, horizon, (y[-1] - y[0]) / (len(y) - 1))),
    "seasonal_naive": _each(lambda y, horizon, period: _walk(y, horizon, lag=period)),
    "theta": _each(_theta, fitted=True),
    "ets": _each(_ets, fitted=True),
    "arima": _each(_arima, fitted=True),
    "local_linear_trend": _each(_local_linear_trend, fitted=True),
}
OWN_SEASON = {"naive", "drift", "seasonal_naive", "theta", "ets", "arima", "local_linear_trend"}  # see the raw values


def find(method: str) -> Method:
    """The method of that name; stops with the names there are."""
    if method not in METHODS:
        raise UserError(f"method is {method!r}: say one of {', '.join(METHODS)}.")
    return METHODS[method]
