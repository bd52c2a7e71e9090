"""The forecast engine: history in, predictive distribution out."""

import numpy as np
import pandas as pd

from helpers import UserError

PROBABILITIES = (0.025, 0.10, 0.25, 0.50, 0.75, 0.90, 0.975)
QUANTILES = ("q025", "q10", "q25", "q50", "q75", "q90", "q975")


class Forecast(pd.DataFrame):
    """A predictive distribution by horizon: period, horizon, mean and seven quantiles, in the unit of the history."""

    _metadata = ("info",)

    @property
    def _constructor(self) -> type:
        return pd.DataFrame

    def probability(self, at_least: float | None = None, at_most: float | None = None) -> np.ndarray:
        """The probability, 0 to 1, of a value on that side of the threshold, by horizon."""
        from scipy.stats import norm

        spread = (self["q90"] - self["q10"]) / (2 * norm.ppf(0.9))
        threshold = at_most if at_least is None else at_least
        below = norm.cdf((threshold - self["q50"]) / spread)
        return below if at_least is None else 1 - below


def forecast(history, until=None, horizon=None, lower=None, upper=None, frequency="annual", method="ensemble",
             breaks=(), decimals=None) -> Forecast:  # fmt: skip
    """Median of naive, drift and damped-trend smoothing, with normal intervals from one-step residuals."""
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    if not len(history):
        raise UserError("forecast: the series has no figures")
    for edge in breaks:
        history = history[history.index > edge] if (history.index > edge).sum() >= 5 else history
    y = history.to_numpy()
    steps = horizon or until - history.index[-1].year
    h = np.arange(1, steps + 1)
    members = [np.repeat(y[-1], steps), y[-1] + h * (y[-1] - y[0]) / max(len(y) - 1, 1)]
    if len(y) >= 6:
        members.append(ExponentialSmoothing(y, trend="add", damped_trend=True).fit().forecast(steps))
    middle = np.median(members, axis=0)
    sd = max(np.std(np.diff(y)), 1e-9) * np.sqrt(h)
    from scipy.stats import norm

    out = {"period": [str(history.index[-1] + int(k)) for k in h], "horizon": h, "mean": middle}
    out |= {q: np.clip(middle + norm.ppf(p) * sd, lower, upper) for q, p in zip(QUANTILES, PROBABILITIES, strict=True)}
    result = Forecast(out)
    result.info = {"n": len(y), "label": "median of three members", "error": float(np.abs(np.diff(y)).mean())}
    return result
