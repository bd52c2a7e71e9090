"""The ensemble beside its peers on every development set, in one run: `python benchmarks/accuracy.py DATA`.

Peers are the extra `benchmark`, needed by this script alone. OWA, MASE and CRPS are relative to the
naive forecast (1 = as good); coverage of the 80 and 95 % intervals in %, whole and by horizon; time
in milliseconds a series. The Kazakh panel is cut after 2018 and averaged by indicator, losses cut at the 99th
percentile. The ensemble's widths were learnt on the first five sets, its design with all yearly ones
in view; M3 and Tourism taught it no number.

Of the world panel, one series is drawn of each country and indicator of the national platforms, five years ahead; there
the ensemble's coefficients are learnt anew for each third of the countries, from outcomes before the origin in the
other two. `--sets "World panel"` runs these alone; learning takes some minutes.
"""

import argparse
import logging
import os
import platform
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from unittest.mock import patch

import learn
import numpy as np
import pandas as pd
from development_sets import Case, held_out, last, read_competition, read_panel
from world_panel import COUNTRY_FOLDS, Cases, country_fold, read

from helpers import ONE_THREAD
from helpers.forecast import COLUMNS, backtest, corrections
from helpers.forecast.table import forecast_table

Method = Callable[[list[Case], int, int], np.ndarray]
ROWS = ["mean", *COLUMNS]
OURS = "**ensemble**"
WORLD = "World panel"
WORLD_ORIGINS, WORLD_HORIZON, SEED = (2014, 2018), 5, 2027
STATSFORECAST = ("AutoETS", "AutoTheta", "DynamicOptimizedTheta", "AutoARIMA")


def own(cases: list[Case], horizon: int, period: int, method: str) -> np.ndarray:
    """Forecasts by one of our methods: [series, mean and quantiles, horizon]."""
    rows = [(i, t, v) for i, c in enumerate(cases) for t, v in enumerate(c.history)]
    table = pd.DataFrame(rows, columns=["series_id", "period", "value"])
    told = forecast_table(table, horizon, "annual" if period == 1 else "quarterly", method)
    return told[ROWS].to_numpy().reshape(len(cases), horizon, len(ROWS)).transpose(0, 2, 1)


def own_abroad(cases: list[Case], horizon: int, period: int, learnt: Sequence[corrections.Numbers]) -> np.ndarray:
    """The ensemble's forecasts, each with the coefficients learnt for the fold of its country."""
    folds = np.array([country_fold(c.series.split("|")[0]) for c in cases])
    out = np.empty((len(cases), len(ROWS), horizon))
    for fold in np.unique(folds):
        rows = np.flatnonzero(folds == fold)
        with patch.object(corrections, "read", lambda numbers=learnt[fold]: numbers):
            out[rows] = own([cases[i] for i in rows], horizon, period, "ensemble")
    return out


def world_cases(panel: Cases, origin: int) -> list[Case]:
    """One series, drawn by SEED, of each country and indicator of the national platforms, with all outcomes known."""
    whole = np.isfinite(panel.futures[:, :WORLD_HORIZON]).all(1)
    about = panel.about[whole & ~panel.about["un"] & (panel.about["origin"] == origin)]
    drawn = about.groupby(["country", "indicator"]).sample(1, random_state=SEED)
    return [
        Case(f"{row.country}|{row.indicator}#{row.series}", panel.histories[i], panel.futures[i, :WORLD_HORIZON])
        for i, row in zip(drawn.index, drawn.itertuples(), strict=True)
    ]


def compare_world(data: Path, methods: Sequence[str], jobs: int) -> dict[str, pd.DataFrame]:
    """One row per method for each of WORLD_ORIGINS, our coefficients learnt before it in other countries."""
    path, tables = data / "world_panel.csv.gz", {}
    seen, panel = learn.everything(path, data) if OURS in methods else None, read(path)
    for origin in WORLD_ORIGINS:
        chosen = {name: METHODS[name] for name in methods}
        if seen is not None:
            learnt = [learn.learn_before(seen, origin, fold) for fold in range(len(COUNTRY_FOLDS))]
            chosen[OURS] = partial(own_abroad, learnt=learnt)
        name = f"{WORLD}, {origin}"
        tables[name] = compare(name, world_cases(panel, origin), 1, chosen, jobs)
    return tables


def statsforecast_peer(cases: list[Case], horizon: int, period: int, name: str) -> np.ndarray:
    """Forecasts by one of statsforecast's automatic models, a series at a time; naive where the model gives up."""
    from statsforecast import models

    out = np.empty((len(cases), len(ROWS), horizon))
    for i, c in enumerate(cases):
        season = period if len(c.history) >= 2 * period + 2 else 1
        try:
            told = getattr(models, name)(season_length=season).forecast(y=c.history, h=horizon, level=[50, 80, 95])
        except Exception:
            told = models.Naive().forecast(y=c.history, h=horizon, level=[50, 80, 95])
        keys = ["mean", "lo-95", "lo-80", "lo-50", "mean", "hi-50", "hi-80", "hi-95"]
        out[i] = [told[k] for k in keys]
    return out


def prophet_peer(cases: list[Case], horizon: int, period: int) -> np.ndarray:
    """Forecasts by prophet with its defaults, at quarter or year ends; quantiles of its own samples."""
    from prophet import Prophet

    logging.getLogger("cmdstanpy").disabled = True
    logging.getLogger("prophet").setLevel(logging.ERROR)
    out = np.empty((len(cases), len(ROWS), horizon))
    for i, c in enumerate(cases):
        ends = pd.date_range("1930", periods=len(c.history) + horizon, freq="YE" if period == 1 else "QE")
        model = Prophet(yearly_seasonality=period > 1, weekly_seasonality=False, daily_seasonality=False)
        np.random.seed(0)
        model.fit(pd.DataFrame({"ds": ends[: len(c.history)], "y": c.history}))
        ahead = pd.DataFrame({"ds": ends[-horizon:]})
        samples = model.predictive_samples(ahead)["yhat"]
        out[i] = [model.predict(ahead)["yhat"], *np.quantile(samples, list(COLUMNS.values()), axis=1)]
    return out


METHODS: dict[str, Method] = {
    "naive": partial(own, method="naive"),
    "drift": partial(own, method="drift"),
    "statsmodels Theta": partial(own, method="theta"),
    **{f"statsforecast {name}": partial(statsforecast_peer, name=name) for name in STATSFORECAST},
    "prophet": prophet_peer,
    OURS: partial(own, method="ensemble"),
}


def record(cases: list[Case], told: np.ndarray, method: str) -> pd.DataFrame:
    """Forecasts and outcomes as backtest.losses() takes them."""
    rows = []
    for c, q in zip(cases, told, strict=True):
        step = np.diff(c.history)
        scale = np.abs(step).mean() or 1e-9
        fixed = (method, c.series, 0, c.history[-1], scale, np.sqrt((step**2).mean()))
        rows += [(*fixed, h + 1, y, *q[:, h]) for h, y in enumerate(c.future)]
    names = ["method", "series_id", "origin", "last", "scale", "spread", "horizon", "actual"]
    return pd.DataFrame(rows, columns=[*names, *ROWS])


def summary(results: pd.DataFrame, by_indicator: bool) -> pd.Series:
    """OWA, MASE and CRPS relative to naive, coverage whole and by horizon."""
    loss = backtest.losses(results)
    each = loss.groupby(["indicator", "series_id"]).mean(numeric_only=True)
    steps = loss.pivot_table(index=["indicator", "series_id"], columns="horizon", values=["coverage_80", "coverage_95"])
    if by_indicator:
        each = each.clip(upper=each.quantile(0.99), axis=1).groupby("indicator").mean()
        steps = steps.groupby("indicator").mean()
    m, s = each.mean(), steps.mean()
    owa = (m.ASE / m.ASE_naive + m.sMAPE / m.sMAPE_naive) / 2
    whole = f"{m.coverage_80:.0f}/{m.coverage_95:.0f}"
    lines = {k: " ".join(f"{v:.0f}" for v in s[f"coverage_{k}"]) for k in (80, 95)}
    ratios = {"OWA": owa, "MASE": m.ASE / m.ASE_naive, "CRPS": m.CRPS / m.CRPS_naive}
    ranges = {
        f"{k} range": backtest.ratio_range(each[c], each[f"{c}_naive"]) for k, c in (("MASE", "ASE"), ("CRPS",) * 2)
    }
    return pd.Series(ratios | ranges | {"coverage": whole, **lines})


def compare(name: str, cases: list[Case], period: int, methods: dict[str, Method], jobs: int) -> pd.DataFrame:
    """One row per method for a set, the work shared among processes; time is of one core."""
    horizon, rows = len(cases[0].future), {}
    for method, run in methods.items():
        parts = [cases[i::8] for i in range(8)]
        with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:  # one thread each, by the environment
            done = list(pool.map(_timed, [(run, part, horizon, period) for part in parts if part]))
        frames = [record(part, told, method) for part, (told, _) in zip([p for p in parts if p], done, strict=True)]
        rows[method] = summary(pd.concat(frames), "#" in cases[0].series)
        rows[method]["ms"] = 1000 * sum(t for _, t in done) / len(cases)
        r = rows[method]
        print(
            f"| {name} | {method} | {r.OWA:.3f} | {r.MASE:.3f} | {r.CRPS:.3f} | {r.coverage} | {r.ms:.1f} |", flush=True
        )
    return pd.DataFrame(rows).T


def _timed(task: tuple) -> tuple[np.ndarray, float]:
    method, cases, horizon, period = task
    warnings.simplefilter("ignore")
    method(cases[:1], horizon, period)  # imports and compilation aren't the method's time
    start = time.process_time()
    return method(cases, horizon, period), time.process_time() - start


def read_sets(data: Path) -> dict[str, tuple[list[Case], int]]:
    """The cases of every set but the world panel, with its periods in a year."""
    m1, wdi = (read_competition(data / f) for f in ("m1_yearly.csv", "wdi_annual_dev.csv"))
    return {
        "M1 yearly": (m1, 1),
        "M1 yearly, last 12": (last(m1, 12), 1),
        "World Bank": (wdi, 1),
        "World Bank, last 12": (last(wdi, 12), 1),
        "Kazakh panel": (read_panel(data / "kazstat_sdg_yearly.csv", 2018), 1),
        "M1 quarterly": (read_competition(data / "m1_quarterly.csv"), 4),
    } | held_out()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the development sets")
    parser.add_argument("--methods", nargs="*", default=list(METHODS), choices=list(METHODS))
    parser.add_argument("--sets", nargs="*", default=[""], help="sets whose name begins so (default: all)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    os.environ |= ONE_THREAD
    asked = tuple(arguments.sets)
    print(f"{date.today()}, {os.cpu_count()} cores {platform.machine()}\n")
    print("| set | method | OWA | MASE | CRPS | 80/95 % hold | ms |\n| --- | --- | --- | --- | --- | --- | --- |")
    chosen = {method: METHODS[method] for method in arguments.methods}
    sets = {name: one for name, one in read_sets(arguments.data).items() if name.startswith(asked)}
    tables = {name: compare(name, *one, chosen, arguments.jobs) for name, one in sets.items()}
    if WORLD.startswith(asked):
        tables |= compare_world(arguments.data, arguments.methods, arguments.jobs)
    print("\nCoverage by horizon, and where the ratios lie in 95 of 100 sets of series (or groups) like these")
    for name, table in tables.items():
        for method, row in table.iterrows():
            ranges = "; ".join("{} {:.3f}-{:.3f}".format(k, *row[f"{k} range"]) for k in ("MASE", "CRPS"))
            print(f"{name}, {method}: 80 %: {row[80]}; 95 %: {row[95]}; {ranges}")


if __name__ == "__main__":
    main()
