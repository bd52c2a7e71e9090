"""Rolling-origin record of any forecast method: what it would have said then, what came, and how good that was."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pandas as pd

from helpers import UserError
from helpers.forecast import COLUMNS, MOST_AHEAD
from helpers.forecast.methods import find, fit_warnings
from helpers.forecast.series import ordinals
from helpers.forecast.table import check_table, forecast_table, index_of

SHORTEST = 4  # values before the first origin
_SCORES = [-1.959964, -1.281552, -0.67449, 0.0, 0.67449, 1.281552, 1.959964]


def run(
    table: pd.DataFrame, methods: Sequence[str] = ("ensemble", "naive"), horizon: int = 5, origins: int = 3,
    frequency: str = "annual", jobs: int | None = 1, lower: float | None = None, upper: float | None = None,
    progress: Callable[[str], None] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Forecasts and outcomes, a row per method, series, origin and horizon, in each series' own unit.

    The latest origin leaves `horizon` values to compare with, each further one a value less of history; only values up
    to the origin are used. `scale` is the mean absolute change of the history and `spread` its root mean square, by
    which scores are made comparable. `jobs` processes (None: all cores); `progress` is called with a line for each
    finished part. `attrs["warnings"]`: how many statsmodels gave while fitting.
    """
    for method in methods:
        find(method)
    if not (1 <= origins <= MOST_AHEAD and 1 <= horizon <= MOST_AHEAD):
        raise UserError(f"backtest: origins is {origins}, horizon {horizon}: both must be from 1 to {MOST_AHEAD}.")
    cuts = list(_cuts(check_table(table), horizon, origins, frequency))
    if not cuts:
        raise UserError(f"backtest: no series has {SHORTEST + horizon} values that vary: shorten the horizon.")
    truth = pd.concat(cuts, ignore_index=True)
    tasks = [
        (truth[truth.back == back], method, horizon, frequency, lower, upper)
        for back in sorted(truth.back.unique())
        for method in methods
    ]
    parts = []
    for done, part in enumerate(_spread(tasks, jobs), 1):
        parts.append(part)
        if progress:
            progress(f"{part.method.iloc[0]}, origin {part.back.iloc[0] + 1} of {origins}: {done} of {len(tasks)} done")
    whole = pd.concat(parts, ignore_index=True).drop(columns="back")
    whole.attrs["warnings"] = sum(part.attrs["warnings"] for part in parts)
    return whole


def _cuts(table: pd.DataFrame, horizon: int, origins: int, frequency: str) -> Iterator[pd.DataFrame]:
    """Every series at every origin: its history, the outcomes after it, and the scale of its steps."""
    for name, part in table.dropna(subset="value").groupby("series_id", sort=False):
        index, _ = index_of(part["period"], frequency, name)
        part = part.iloc[np.argsort(ordinals(index), kind="stable")]
        for back in range(origins):
            cut = len(part) - horizon - back
            if cut < SHORTEST or np.ptp(part.value.to_numpy()[:cut]) == 0:
                continue
            step = np.diff(part.value.to_numpy()[:cut])
            yield part.iloc[: cut + horizon].assign(
                back=back, known=np.arange(cut + horizon) < cut, origin=part.period.iloc[cut - 1],
                scale=np.abs(step).mean(), spread=np.sqrt((step**2).mean()), last=part.value.iloc[cut - 1],
            )  # fmt: skip


def _spread(tasks: list[tuple], jobs: int | None) -> Iterator[pd.DataFrame]:
    """Results of the tasks in order, on one core or several."""
    if jobs == 1 or len(tasks) == 1:
        yield from map(_one, tasks)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(_one, tasks)


def _one(task: tuple) -> pd.DataFrame:
    """One method at one origin over all series; periods are matched, so that a gap costs no outcome its forecast."""
    truth, method, horizon, frequency, lower, upper = task
    before = fit_warnings()
    forecasts = forecast_table(truth[truth.known], horizon, frequency, method, lower, upper)
    rest = truth[~truth.known].drop(columns="known").rename(columns={"value": "actual"})
    rest = rest.assign(period=rest.period.astype(str))
    both = rest.merge(forecasts.assign(period=forecasts.period.astype(str)), on=["series_id", "period"], how="inner")
    both = both.assign(method=method)
    both.attrs["warnings"] = fit_warnings() - before
    return both


def losses(results: pd.DataFrame) -> pd.DataFrame:
    """Loss of each row in units of the series' mean change: absolute error, pinball, CRPS, interval score; sMAPE in %.

    CRPS is twice the mean pinball loss at the seven quantiles; MSIS the interval score (Gneiting and Raftery 2007) at
    95 % in the same unit. The columns ending in _naive are those of a random walk with normal errors.
    """
    r, y = results, results["actual"].to_numpy(float)
    p, q = np.array(list(COLUMNS.values())), r[list(COLUMNS)].to_numpy(float)
    walk = r["last"].to_numpy()[:, None] + np.outer(r["spread"] * np.sqrt(r["horizon"]), _SCORES)
    near = 1e-9 * np.maximum(1, np.abs(y))
    pinball = lambda x: np.maximum(p * (y[:, None] - x), (p - 1) * (y[:, None] - x)).mean(1) / r["scale"]  # noqa: E731
    ape = lambda x: 200 * np.abs(y - x) / np.maximum(np.abs(y) + np.abs(x), 1e-9)  # noqa: E731
    out = r[["method", "series_id", "origin", "horizon"]].copy()
    out["indicator"] = r["series_id"].astype(str).str.split("#").str[0]
    out["ASE"], out["ASE_naive"] = np.abs(y - r["mean"]) / r["scale"], np.abs(y - r["last"]) / r["scale"]
    out["sMAPE"], out["sMAPE_naive"] = ape(r["mean"].to_numpy()), ape(r["last"].to_numpy())
    out["pinball"] = pinball(q)
    out["CRPS"], out["CRPS_naive"] = 2 * out["pinball"], 2 * pinball(walk)
    out["coverage_80"] = 100.0 * ((y >= r["q10"] - near) & (y <= r["q90"] + near))
    out["coverage_95"] = 100.0 * ((y >= r["q025"] - near) & (y <= r["q975"] + near))
    beyond = np.maximum(r["q025"] - y, 0) + np.maximum(y - r["q975"], 0)
    out["MSIS"] = (r["q975"] - r["q025"] + 2 / 0.05 * beyond) / r["scale"]
    return out


def score(results: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Scores by method and any of "horizon", "indicator", "origin", "series_id".

    MASE, CRPS, pinball and MSIS in units of the series' mean change; sMAPE and coverage in %; OWA and the columns
    ending in _ratio relative to naive (1 = as good). An indicator is the part of a series_id before '#'.
    """
    wrong = set(by) - {"horizon", "indicator", "origin", "series_id"}
    if wrong:
        raise UserError(f"score by {', '.join(sorted(wrong))}: say horizon, indicator, origin or series_id.")
    table = losses(results)
    keys = ["method", *by]
    # a series first, so that long and short ones count the same
    each = table.groupby([*dict.fromkeys([*keys, "series_id", "origin"])], sort=False)
    mean = each.mean(numeric_only=True).drop(columns=[] if "horizon" in by else "horizon")
    out = mean.groupby(keys, sort=False).mean()
    out = out.rename(columns={"ASE": "MASE"})
    out["OWA"] = (out["MASE"] / out["ASE_naive"] + out["sMAPE"] / out["sMAPE_naive"]) / 2
    walk = out[["ASE_naive", "CRPS_naive"]].to_numpy().T
    if "naive" in out.index.get_level_values("method"):  # then the method of that name is the measure itself
        own = out.xs("naive", level="method") if by else out.loc[["naive"]].set_axis([0])
        rows = out.index.droplevel("method") if by else [0] * len(out)
        walk = own[["MASE", "CRPS"]].reindex(rows).to_numpy().T
    out["MASE_ratio"], out["CRPS_ratio"] = out["MASE"] / walk[0], out["CRPS"] / walk[1]
    out["series"] = mean.groupby(keys, sort=False).size()
    columns = ["series", "OWA", "MASE", "sMAPE", "CRPS", "pinball", "MSIS", "coverage_80", "coverage_95"]
    return out[[*columns, "MASE_ratio", "CRPS_ratio"]].reset_index()


def ratio_range(scores: pd.Series, others: pd.Series) -> tuple[float, float]:
    """Between which values the ratio of two mean scores lies in 95 of 100 panels like this one; no unit.

    scores, others: what two methods scored on the same units (series or indicators), two at least. Percentiles of a
    paired bootstrap (Efron 1979): the units are drawn anew with replacement.
    """
    units = np.random.default_rng(2023).integers(0, len(scores), (10_000, len(scores)))
    ratios = scores.to_numpy()[units].mean(axis=1) / others.to_numpy()[units].mean(axis=1)
    return tuple(map(float, np.percentile(ratios, [2.5, 97.5])))
