"""The record of our probabilities beside a naive forecast's and the official methods', on a panel of official series.

As if standing at the end of 2016, 2017 and 2018, each method says for each of the next five years how probable it is
that 14 targets are met: the last figure plus {-2, -1, -0.5, 0, 0.5, 1, 2} mean absolute yearly changes times the
square root of the horizon, as a floor and as a ceiling. Results are averaged within each indicator first (`series_id`
up to `#`), so that no indicator with many regions dominates.
"""

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers import UserError, files
from helpers.forecast import LEVELS, check_panel, forecast, likely_bounds, read_panel
from helpers.targets import METHODS, Judgement, decimals_of, share_met

ORIGINS = (2016, 2017, 2018)
HORIZONS = np.arange(1, 6)
MULTIPLES = np.array([-2, -1, -0.5, 0, 0.5, 1, 2])
DIRECTIONS = ("higher", "lower")
FEWEST = 5  # figures up to the origin: with fewer there is no verdict
NAMES = ("ours", "naive", *METHODS)
COLUMNS = ["method", "horizon", "n", "brier", "crps", "coverage80", "coverage95"]


class Task(NamedTuple):
    """One series seen from one origin: what was known, and what came (not a number where nothing was published)."""

    series_id: str
    origin: int
    known: pd.Series
    future: np.ndarray


class Scored(NamedTuple):
    """Two tables. `cases`: a row a target, a column a method. `figures`: a row a figure to be forecast and a method."""

    cases: pd.DataFrame
    figures: pd.DataFrame
    left_out: pd.Series


def write_record(panel_path: str | Path, output_path: str | Path, jobs: int | None = None) -> pd.DataFrame:
    """Write the record of a panel as CSV, whole or not at all; returns the table."""
    output = Path(output_path)
    if not output.parent.is_dir():
        raise UserError(f"{output.parent.name}: no such folder for {output.name}; make it first")
    table = record(read_panel(panel_path), jobs)
    files.write(output, table.to_csv(index=False, float_format="%.6g"))
    return table


def record(panel: pd.DataFrame, jobs: int | None = None) -> pd.DataFrame:
    """Score of each method by horizon (1 to 5, and all): see `summary`."""
    return summary(score(panel, jobs))


def left_out_line(table: pd.DataFrame) -> str:
    """One line on the series of a record's panel that could not be scored, and why; empty if there is none."""
    left_out = table.attrs["left_out"]
    reasons = "; ".join(f"{count} {reason}" for reason, count in left_out.value_counts().items())
    return f"{len(left_out)} series left out: {reasons}" if len(left_out) else ""


def score(panel: pd.DataFrame, jobs: int | None = None) -> Scored:
    """Every case of the panel with the probability that each method gave it; `jobs` processes, by default all cores."""
    tasks, left_out = _tasks(check_panel(panel))
    if not tasks:
        raise UserError(f"panel: no series can be scored: {'; '.join(left_out.value_counts().index)}")
    if jobs is not None and jobs < 1:
        raise UserError(f"jobs {jobs}: give the number of processes, 1 or more")
    if jobs == 1:
        parts = list(map(_score_task, tasks))
    else:
        with ProcessPoolExecutor(jobs) as pool:
            parts = list(pool.map(_score_task, tasks, chunksize=16))
    cases, figures = (pd.concat(tables, ignore_index=True) for tables in zip(*parts, strict=True))
    for table in (cases, figures):
        table.insert(0, "indicator", table["series_id"].str.split("#").str[0])
    return Scored(cases, figures, left_out)


def summary(scored: Scored) -> pd.DataFrame:
    """Columns method, horizon, n (targets), brier (0 is best), crps (in mean absolute yearly changes), coverage80, 95.

    Brier score: mean of (probability - met)^2. CRPS: mean over the distribution of |x - y| less half of |x - x'|,
    held at the 99th percentile of the naive forecast's, lest a series that had hardly moved before decide the mean.
    Coverage: share, 0 to 1, of figures inside the central interval; empty where a method predicts one value only.
    `attrs["left_out"]` says of each series that could not be scored why.
    """
    squares, figures = _squares(scored), scored.figures
    most = figures.loc[figures["method"] == "naive", "crps"].quantile(0.99)
    figures = figures.assign(crps=figures["crps"].clip(upper=most))
    rows = []
    for name in NAMES:
        own = figures[figures["method"] == name]
        for horizon in [*HORIZONS, "all"]:
            now, mine = (part if horizon == "all" else part[part["horizon"] == horizon] for part in (squares, own))
            means = mine.groupby("indicator")[["crps", "in80", "in95"]].mean().mean()
            rows.append((name, horizon, len(now), now.groupby("indicator")[name].mean().mean(), *means))
    table = pd.DataFrame(rows, columns=COLUMNS)
    table.attrs["left_out"] = scored.left_out
    return table


def by_indicator(scored: Scored) -> pd.DataFrame:
    """Columns indicator, n (targets) and the Brier score of each method; their means are those of `summary`."""
    groups = _squares(scored).groupby("indicator")
    table = groups[list(NAMES)].mean()
    table.insert(0, "n", groups.size())
    return table.reset_index()


def _squares(scored: Scored) -> pd.DataFrame:
    """Squared distance between each method's probability and what came, a row a target."""
    squares = scored.cases[list(NAMES)].sub(scored.cases["met"], axis=0) ** 2
    return pd.concat([scored.cases[["indicator", "horizon"]], squares], axis=1)


def calibration(scored: Scored, method: str = "ours") -> pd.DataFrame:
    """For each tenth of stated probability: n, stated and observed (means, 0 to 1), with indicators weighing the same.

    `observed_plain` counts every case once, however many regions its indicator has.
    """
    cases = scored.cases
    tenth = np.minimum((cases[method] * 10 + 1e-9).astype(int), 9)
    weight = 1 / cases.groupby("indicator")[method].transform("size")
    table = pd.DataFrame({"weight": weight, "stated": weight * cases[method], "observed": weight * cases["met"]})
    table = table.groupby(tenth).sum().div(weight.groupby(tenth).sum(), axis=0).drop(columns="weight")
    table.insert(0, "n", cases.groupby(tenth).size())
    table["observed_plain"] = cases.groupby(tenth)["met"].mean()
    table.index = [f"{10 * number}-{10 * number + 10} %" for number in table.index]
    return table.rename_axis("tenth").reset_index()


def _tasks(panel: pd.DataFrame) -> tuple[list[Task], pd.Series]:
    """What can be scored, and for each series that can't be at all the reason."""
    tasks, reasons = [], {}
    for series_id, group in panel.groupby("series_id"):
        answers = [_task(series_id, group.set_index("period")["value"], origin) for origin in ORIGINS]
        own = [answer for answer in answers if isinstance(answer, Task)]
        tasks += own
        if not own:
            reasons[series_id] = answers[-1]
    return tasks, pd.Series(reasons, dtype=object)


def _task(series_id: str, values: pd.Series, origin: int) -> Task | str:
    """The unbroken run of figures up to the origin, or the reason why there is nothing to score."""
    if origin not in values.index:
        return f"no figure for an origin ({ORIGINS[0]}-{ORIGINS[-1]})"
    past = values[values.index <= origin]
    # In an unbroken run the year less the position is constant.
    run = past.index.to_numpy() - np.arange(len(past))
    past = past[run == run[-1]]
    future = values.reindex(origin + HORIZONS).to_numpy(dtype=float)
    if len(past) < FEWEST:
        return f"fewer than {FEWEST} unbroken figures up to an origin"
    if np.ptp(past.to_numpy()) == 0:
        return "no change up to an origin, so no threshold can be set"
    if np.isnan(future).all():
        return "no figure after an origin"
    past.index = pd.PeriodIndex(past.index.astype(str), freq="Y")
    return Task(str(series_id), origin, past, future)


def _targets(known: np.ndarray) -> np.ndarray:
    """Targets in the unit of the series: a row a multiple, a column a horizon."""
    return known[-1] + MULTIPLES[:, None] * np.abs(np.diff(known)).mean() * np.sqrt(HORIZONS)


def _score_task(task: Task) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Probabilities of all methods for the targets of one series and origin, and the scores of their distributions."""
    values, years = task.known.to_numpy(), task.origin + HORIZONS
    targets, points, cases = _targets(values), {}, []
    lower, upper = likely_bounds(values)
    ours = forecast(task.known, lower=lower, upper=upper, horizon=len(HORIZONS), size=len(LEVELS)).draws
    points["ours"], points["naive"] = ours, naive_points(values)
    for better in DIRECTIONS:
        probabilities = {"ours": share_met(points["ours"], targets, better, decimals_of(values))}
        probabilities["naive"] = _naive_probability(values, targets, better)
        for name, method in METHODS.items():
            judgement: Judgement = method(task.known, targets, years, better)
            probabilities[name], points[name] = judgement.probability, judgement.points
        cases.append(_case_table(task, targets, better, probabilities))
    return pd.concat(cases), _figure_table(task, points)


def _case_table(task: Task, targets: np.ndarray, better: str, probabilities: dict[str, np.ndarray]) -> pd.DataFrame:
    """A row for each target whose year has a figure: where and when, met (0 or 1) and what each method said."""
    slack = 1e-9 * np.maximum(1.0, np.abs(targets))
    above, below = task.future >= targets - slack, task.future <= targets + slack
    table = pd.DataFrame({
        "series_id": task.series_id, "origin": task.origin, "better": better,
        "horizon": np.broadcast_to(HORIZONS, targets.shape).ravel(),
        "multiple": np.repeat(MULTIPLES, len(HORIZONS)),
        "met": (above if better == "higher" else below).ravel().astype(float),
        **{name: values.ravel() for name, values in probabilities.items()},
    })  # fmt: skip
    return table[np.broadcast_to(np.isfinite(task.future), targets.shape).ravel()]


def _figure_table(task: Task, points: dict[str, np.ndarray]) -> pd.DataFrame:
    """CRPS (in mean absolute yearly changes) and hits of the 80 and 95 % intervals: a row a method and figure."""
    scores = [figure_scores(points[name], task.future) for name in NAMES]
    crps, in80, in95 = (np.concatenate(column) for column in zip(*scores, strict=True))
    scale = np.abs(np.diff(task.known.to_numpy())).mean()
    table = pd.DataFrame({
        "series_id": task.series_id, "method": np.repeat(NAMES, len(HORIZONS)),
        "horizon": np.tile(HORIZONS, len(NAMES)), "crps": crps / scale, "in80": in80, "in95": in95,
    })  # fmt: skip
    return table[np.tile(np.isfinite(task.future), len(NAMES))]


def figure_scores(points: np.ndarray, future: np.ndarray) -> list[np.ndarray]:
    """CRPS in the unit of the series, then hits (0 or 1) of the 80 and the 95 % interval, one a horizon."""
    ordered, size = np.sort(points, axis=0), len(points)
    rank = 2 * np.arange(1, size + 1) - size - 1
    scores = [np.abs(ordered - future).mean(axis=0) - (rank[:, None] * ordered).sum(axis=0) / size**2]
    slack = 1e-9 * np.maximum(1.0, np.abs(future))
    ends = np.quantile(ordered, [0.1, 0.9, 0.025, 0.975], axis=0)
    for low, high in (ends[:2], ends[2:]):
        inside = (future >= low - slack) & (future <= high + slack)
        scores.append(inside.astype(float) if size > 1 else np.full(len(future), np.nan))
    return scores


def naive_points(values: np.ndarray) -> np.ndarray:
    """Equally likely values of a random walk with normal errors: the forecast that every other must beat."""
    from scipy.special import ndtri

    return values[-1] + ndtri(LEVELS)[:, None] * _naive_spread(values)


def _naive_probability(values: np.ndarray, targets: np.ndarray, better: str) -> np.ndarray:
    """Probability, 0 to 1, that a random walk with normal errors meets each target."""
    from scipy.special import ndtr

    below = ndtr((targets - values[-1]) / _naive_spread(values))
    return 1 - below if better == "higher" else below


def _naive_spread(values: np.ndarray) -> np.ndarray:
    """Standard deviation by horizon, in the unit of the series: root mean square change times root of the horizon."""
    return np.sqrt(np.mean(np.diff(values) ** 2) * HORIZONS)
