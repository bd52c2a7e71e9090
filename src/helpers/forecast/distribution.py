"""One predictive distribution: chart, table, sentence and chance are all read from the same simulated futures."""

from collections.abc import Hashable

import numpy as np
import pandas as pd

from helpers import UserError
from helpers.forecast.mixture import PROBABILITIES

COLUMNS = {"q025": 0.025, "q10": 0.1, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q90": 0.9, "q975": 0.975}


class Forecast(pd.DataFrame):
    """Distribution by period in the data's unit: period, horizon, mean, q025, q10, q25, q50, q75, q90, q975.

    Attributes: `draws`, equally likely futures, a row each, a column a period; `limits`, the bounds of the values;
    `n_used`, the figures that it rests on; `label`, the method, or "reference class" where the series' own past was too
    short or flat; `error`, expected absolute error of the median; `method` and `since`, how it was asked for;
    `narrowing`, the quarters that narrow it; `judgement`, what was added by year; `unadjusted`, the forecast before.
    """

    _metadata = [  # noqa: RUF012
        *("draws", "limits", "n_used", "label", "error"),
        *("method", "since", "narrowing", "judgement", "unadjusted"),
    ]
    method = ""
    since: int | None = None
    narrowing: tuple = ()
    judgement: dict[int, float] | None = None
    unadjusted: "Forecast | None" = None

    @property
    def _constructor(self) -> type:
        return Forecast

    def quantile(self, p: float) -> pd.Series:
        """Value that the outcome stays below with probability p (0-1), by period, in the data's unit."""
        if not 0 < p < 1:
            raise UserError(f"quantile({p}): give a probability between 0 and 1.")
        return pd.Series(np.quantile(self._shown(), p, axis=0), index=self["period"], name=f"q{p:g}")

    def probability(self, at_least: float | None = None, at_most: float | None = None) -> pd.Series:
        """Probability (0-1) that the outcome reaches `at_least`, or stays within `at_most`, by period."""
        if (at_least is None) == (at_most is None):
            raise UserError("probability: give at_least=... or at_most=..., one of them.")
        hit = self._shown() >= at_least if at_most is None else self._shown() <= at_most
        return pd.Series(hit.mean(axis=0), index=self["period"], name="probability")

    def _shown(self) -> np.ndarray:
        """The draws of the periods in the frame, of which a reader may have taken some rows."""
        return self.draws[:, self["horizon"].to_numpy() - 1]

    def column(self, period: Hashable) -> int:
        """The column of `draws` that holds a period; a period beyond the forecast is refused."""
        known = [str(p) for p in self["period"]]
        if str(period) not in known:
            raise UserError(f"{period}: the forecast covers {known[0]} to {known[-1]}; ask for one of these periods.")
        return known.index(str(period))

    def moved(self, draws: np.ndarray) -> "Forecast":
        """The same forecast with other draws, of its first periods or all, kept within the bounds."""
        periods, draws = self["period"].iloc[: draws.shape[1]], np.clip(draws, *self.limits)
        other = distribution(periods, draws, self.limits, self.n_used, self.label)
        other.method, other.since, other.narrowing = self.method, self.since, self.narrowing
        return other


def distribution(
    periods: pd.Series | pd.Index, draws: np.ndarray, limits: tuple[float, float], n_used: int, label: str
) -> Forecast:
    """A forecast from its draws: a row each, a column a period, in the data's unit."""
    frame = Forecast({"period": pd.Series(list(periods)), "horizon": np.arange(1, draws.shape[1] + 1)})
    frame["mean"] = draws.mean(axis=0)
    for column, p in COLUMNS.items():
        frame[column] = np.quantile(draws, p, axis=0)
    frame.draws, frame.limits, frame.n_used, frame.label = draws, limits, n_used, label
    off = np.abs(draws - np.median(draws, axis=0)).mean(axis=0)
    frame.error = pd.Series(off, index=frame["period"], name="error")
    return frame


def sample(grid: np.ndarray, correlation: np.ndarray, limits: tuple[float, float], size: int, seed: int) -> np.ndarray:
    """Joint outcomes [size, horizon] in the data's unit; each column follows its quantiles [probability, horizon].

    A Gaussian copula with the correlation between horizons; scores are stratified, so that the margins agree with the
    quantiles in small samples too.
    """
    from scipy.special import ndtri

    horizon = grid.shape[1]
    # A period's row of numbers is the same however many periods follow.
    normal = np.random.default_rng(seed).standard_normal((horizon, size)).T
    rank = (normal @ np.linalg.cholesky(correlation).T).argsort(axis=0).argsort(axis=0)
    score = ndtri((rank + 0.5) / size)
    return np.column_stack([_at(score[:, h], grid[:, h], limits) for h in range(horizon)])


def _at(score: np.ndarray, q: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    """Values at normal scores; beyond the quantiles q the tails go on straight in the score, within the bounds."""
    from scipy.special import ndtri

    z = ndtri(PROBABILITIES)
    inside = np.interp(score, z, q)
    low, high = (score - z[0]) * (q[1] - q[0]) / (z[1] - z[0]), (score - z[-1]) * (q[-1] - q[-2]) / (z[-1] - z[-2])
    return np.clip(inside + np.minimum(low, 0) + np.maximum(high, 0), *limits)
