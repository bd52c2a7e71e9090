"""A forecast that is its own simulated futures: chart, table and probability are all read from the same ones."""

from collections.abc import Hashable

import numpy as np
import pandas as pd

from helpers import UserError

COLUMNS = {"q025": 0.025, "q10": 0.1, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q90": 0.9, "q975": 0.975}


class Futures(pd.DataFrame):
    """Distribution by period in the data's unit: period, horizon, mean, q025, q10, q25, q50, q75, q90, q975.

    Attributes: `draws`, equally likely futures, a row each, a column a period; `limits`, the bounds of the values;
    `n_used`, the figures that it rests on; `label`, the method; `error`, expected absolute error of the median;
    `method` and `since`, how it was asked for; `narrowing`, the quarters that narrow it; `judgement`, what was added
    by year; `unadjusted`, the forecast before.
    """

    _metadata = [  # noqa: RUF012
        *("draws", "limits", "n_used", "label", "error"),
        *("method", "since", "narrowing", "judgement", "unadjusted"),
    ]
    method = ""
    since: int | None = None
    narrowing: tuple = ()
    judgement: dict[int, float] | None = None
    unadjusted: "Futures | None" = None

    @property
    def _constructor(self) -> type:
        return Futures

    def quantile(self, p: float) -> pd.Series:
        """Value that the outcome stays below with probability p (0-1), by period, in the data's unit."""
        if not 0 < p < 1:
            raise UserError(f"quantile({p}): give a probability between 0 and 1.")
        return pd.Series(np.quantile(self.draws, p, axis=0), index=self["period"], name=f"q{p:g}")

    def probability(self, at_least: float | None = None, at_most: float | None = None) -> pd.Series:
        """Probability (0-1) that the outcome reaches `at_least`, or stays within `at_most`, by period."""
        if (at_least is None) == (at_most is None):
            raise UserError("probability: give at_least=... or at_most=..., one of them.")
        hit = self.draws >= at_least if at_most is None else self.draws <= at_most
        return pd.Series(hit.mean(axis=0), index=self["period"], name="probability")

    def paths(self, n: int, seed: int = 0) -> np.ndarray:
        """Futures [n, period] in the data's unit: all of them as often as n allows, and the rest by lot."""
        rounds, rest = divmod(n, len(self.draws))
        lot = np.random.default_rng(seed)
        rows = np.concatenate([np.tile(np.arange(len(self.draws)), rounds), lot.permutation(len(self.draws))[:rest]])
        return self.draws[lot.permutation(rows)]

    def column(self, period: Hashable) -> int:
        """The column of `draws` that holds a period; a period beyond the forecast is refused."""
        known = [str(p) for p in self["period"]]
        if str(period) not in known:
            raise UserError(f"{period}: the forecast covers {known[0]} to {known[-1]}; ask for one of these periods.")
        return known.index(str(period))

    def first(self, until: Hashable) -> "Futures":
        """The same forecast up to a period."""
        width = self.column(until) + 1
        return futures(self["period"].iloc[:width], self.draws[:, :width], self.limits, self.n_used, self.label)

    def moved(self, draws: np.ndarray) -> "Futures":
        """The same forecast with other futures, kept within the bounds."""
        return futures(self["period"], np.clip(draws, *self.limits), self.limits, self.n_used, self.label)


def futures(
    periods: pd.Series | pd.Index, draws: np.ndarray, limits: tuple[float, float], n_used: int, label: str
) -> Futures:
    """A forecast from its futures: a row each, a column a period, in the data's unit."""
    frame = Futures({"period": pd.Series(list(periods)), "horizon": np.arange(1, draws.shape[1] + 1)})
    frame["mean"] = draws.mean(axis=0)
    for column, p in COLUMNS.items():
        frame[column] = np.quantile(draws, p, axis=0)
    frame.draws, frame.limits, frame.n_used, frame.label = draws, limits, n_used, label
    off = np.abs(draws - np.median(draws, axis=0)).mean(axis=0)
    frame.error = pd.Series(off, index=frame["period"], name="error")
    return frame
