"""Learns the ensemble's corrections from the world's official series: `python benchmarks/learn.py WORLD_PANEL DATA`.

Prints how good the corrected forecasts are abroad, by folds: each case is forecast with coefficients learnt only from
other countries (`--indicators`: and other indicators), and only from outcomes before its origin. `--write` learns from
every outcome up to 2023 and puts the coefficients into corrections.csv. DATA holds M1 and the World Bank's series.
The chance of no change (`unchanged.py`) has nothing learnt: it comes after the corrections, in what is scored too.

A split-conformal scale was tried and left out (26 November 2026): by horizon, and for the 50, 80 and 95 % ranges, from
forecasts of earlier origins in other countries. It moved CRPS by a factor of .995, .998 and 1.000 at the origins 2014,
2016 and 2018 and made the 80 % range hold 76, 78 and 76 % of outcomes, where it had held 81, 81 and 79. By horizon
alone, from the latest origin whose outcomes were known, the 80 % range held 78, 69, 78, 79, 79 % one to five years
after 2018, where it had held 78, 73, 80, 82, 84; the 95 % range 94, 89, 94, 95, 94 in place of 93, 89, 93, 95, 95.
After 2014 it was 75, 79, 74, 75, 77 in place of 77, 80, 82, 82, 85, and 93, 93, 92, 93, 94 of 93, 94, 94, 95, 95.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from development_sets import Case, by_year, earlier, last, read_competition
from scipy.optimize import minimize
from scipy.special import ndtri
from world_panel import COUNTRY_FOLDS, HORIZON, Cases, indicator_fold, read

from helpers.forecast import corrections, ensemble, unchanged
from helpers.forecast.centres import step_size
from helpers.forecast.mixture import PROBABILITIES, deviation

SEVEN = [int(np.argmin(abs(PROBABILITIES - p))) for p in (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)]
MEDIAN = SEVEN[3]
LAST_OUTCOME = 2023
ENDLESS = 1e12  # steps of room: no bound
FARTHEST = 30.0  # steps: an outcome further off counts as this far, or one disaster would rule
RIDGE, PULL_RIDGE, LATER_RIDGE, CONSTANT_RIDGE = 0.15, 12.0, 2.0, 0.1  # the last three in parts of the first
UN_WEIGHT = 0.3
# Weight of a case of each set beside one of a national platform: business series trend more than official ones do.
WEIGHTS = {"M1": 3.0, "M1 last 12": 3.0, "M1 quarters as years": 3.0, "World Bank": 1.0, "World Bank earlier": 1.0}
CALENDAR = ("World Bank", "World Bank earlier")  # left out of the folds: their outcomes are of the tested years
FOLDS = len(COUNTRY_FOLDS)
TESTED = (2010, 2012, 2014, 2016, 2018)


class Windows(NamedTuple):
    """Cases as the engine sees them, in steps from the last value; the first axis of every array is the case."""

    quantiles: np.ndarray  # uncorrected, [case, probability, horizon]
    centres: np.ndarray  # [case, pull, horizon]
    even: pd.DataFrame
    odd: pd.DataFrame
    outcomes: np.ndarray  # [case, horizon]
    room: np.ndarray  # down to 0 where no value is negative, else infinite
    walk: np.ndarray  # root mean square step, for the naive forecast
    times: np.ndarray  # how often figures stayed, as `unchanged.Past` has it, with the two that follow
    cases: np.ndarray
    half: np.ndarray
    about: pd.DataFrame

    def take(self, rows: np.ndarray) -> "Windows":
        """The cases at these rows."""
        cut = lambda p: p.iloc[rows].reset_index(drop=True) if isinstance(p, pd.DataFrame) else p[rows]  # noqa: E731
        return Windows(*map(cut, self))

    def view(self) -> corrections.View:
        """What the engine corrects."""
        return corrections.View(
            self.quantiles, self.centres.transpose(1, 0, 2), dict(self.even.items()), dict(self.odd.items())
        )


def windows(cases: Cases) -> Windows:
    """Everything the engine says of the cases, those of equal length together."""
    lengths = np.array([len(h) for h in cases.histories])
    parts, order = [], []
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        for some in np.array_split(rows, 1 + len(rows) // 50):
            parts.append(seen(np.array([cases.histories[i] for i in some]), cases.futures[some]))
            order.append(some)
    about = cases.about.iloc[np.concatenate(order)]
    whole = Windows(*joined(parts), about)
    return whole.take(np.argsort(about.index))


def joined(parts: Sequence[tuple]) -> list:
    """Tuples of tables and arrays, put one below the other."""
    return [pd.concat(p, ignore_index=True) if isinstance(p[0], pd.DataFrame) else np.concatenate(p)
            for p in zip(*parts, strict=True)]  # fmt: skip


def everything(panel: Path, data: Path) -> Windows:
    """The world panel's cases, and those of M1 and the World Bank below them."""
    return Windows(*joined([windows(cases) for cases in (read(panel), other_sets(data))]))


def seen(values: np.ndarray, futures: np.ndarray) -> tuple:
    """The parts of Windows, but `about`, for histories of one length."""
    size, last_value = step_size(values), values[:, -1]
    view = ensemble.view(values, HORIZON)
    room = np.where(values.min(1) >= 0, last_value / size, np.inf)
    walk = np.sqrt((np.diff(values, axis=1) ** 2).mean(1)) / size
    outcomes = (futures - last_value[:, None]) / size[:, None]
    small = view.quantiles.astype(np.float32), view.centres.transpose(1, 0, 2).astype(np.float32)
    past = unchanged.past(values, HORIZON)
    return (*small, pd.DataFrame(view.even), pd.DataFrame(view.odd), outcomes, room, walk, *past)


def other_sets(folder: Path) -> Cases:
    """Cases of M1 and the World Bank."""
    m1, bank = (read_competition(folder / name) for name in ("m1_yearly.csv", "wdi_annual_dev.csv"))
    sets: dict[str, list[Case]] = {
        "M1": m1, "M1 last 12": last(m1, 12), "World Bank": bank, "World Bank earlier": earlier(bank, 5),
        "M1 quarters as years": by_year(read_competition(folder / "m1_quarterly.csv")),
    }  # fmt: skip
    cases = [(name, case) for name, some in sets.items() for case in some]
    futures = np.full((len(cases), HORIZON), np.nan)
    for i, (_, case) in enumerate(cases):
        futures[i, : len(case.future)] = case.future[:HORIZON]
    rows = [(case.series, "", case.series, False, -1, 0, name) for name, case in cases]
    about = pd.DataFrame(rows, columns=["series", "country", "indicator", "un", "fold", "origin", "set"])
    return Cases([case.history for _, case in cases], futures, about)


class Lesson(NamedTuple):
    """What the loss is computed from, in single precision."""

    x: np.ndarray
    o: np.ndarray
    middle: np.ndarray  # [case, horizon]
    away: np.ndarray  # [case, seven, horizon]
    toward: np.ndarray  # from the middle to each pull, [pull, case, horizon]
    unit: np.ndarray
    outcomes: np.ndarray
    weight: np.ndarray  # [case, horizon]
    room: np.ndarray


def scales(w: Windows) -> corrections.Numbers:
    """Numbers without coefficients: names, means and sizes of the features in these cases."""
    even, odd = w.even.to_numpy(), w.odd.to_numpy()
    mean, size = even.mean(0), even.std(0) + 1e-9
    mean[0], size[0] = 0, 1  # the constant
    nothing = [np.zeros(0)] * 6
    return corrections.Numbers(
        tuple(w.even.columns), tuple(w.odd.columns), mean, size, np.sqrt((odd**2).mean(0)) + 1e-9, *nothing
    )


def lesson(w: Windows, numbers: corrections.Numbers, last_outcome: int) -> Lesson:
    """The cases without outcomes later than a year; a group of country and indicator weighs as the root of its size."""
    year = w.about["origin"].to_numpy()[:, None] + np.arange(1, HORIZON + 1)
    known = np.isfinite(w.outcomes) & (year <= last_outcome)
    group = w.about["set"].where(w.about["set"] != "world", w.about["country"] + w.about["indicator"])
    mine = w.about["set"] == "world"
    weight = np.where(mine, group.map(group.value_counts()) ** -0.5, 1.0) * np.where(w.about["un"], UN_WEIGHT, 1.0)
    weight[mine] /= weight[mine].mean()
    weight *= w.about["set"].map(WEIGHTS).fillna(1.0).to_numpy()
    spread = known * (weight / np.maximum(known.sum(1), 1))[:, None]
    x, o = corrections.standard(w.view(), numbers)
    middle = w.quantiles[:, MEDIAN]
    single = (
        x, o, middle, w.quantiles[:, SEVEN] - middle[:, None], w.centres.transpose(1, 0, 2) - middle,
        deviation(w.quantiles), np.where(known, np.clip(w.outcomes, -FARTHEST, FARTHEST), 0),
        spread / spread.sum(), np.minimum(w.room, ENDLESS),
    )  # fmt: skip
    return Lesson(*(part.astype(np.float32) for part in single))


def shapes(numbers: corrections.Numbers) -> dict[str, tuple[int, ...]]:
    """Shape of each matrix of coefficients."""
    even, odd, levels = len(numbers.even), len(numbers.odd), len(corrections.LEVELS)
    pulls = (len(corrections.PULLS), even)
    return {"pulls": pulls, "shift": (odd,), "width": (levels, even), "later": (levels, even)} | {
        "skew": (levels, odd), "later_skew": (levels, odd)
    }  # fmt: skip


def unpack(theta: np.ndarray, numbers: corrections.Numbers) -> corrections.Numbers:
    """The numbers with these coefficients."""
    form = shapes(numbers)
    ends = np.cumsum([np.prod(shape) for shape in form.values()])
    parts = np.split(theta, ends[:-1])
    return numbers._replace(**{k: p.reshape(s) for p, (k, s) in zip(parts, form.items(), strict=True)})


def ridges(numbers: corrections.Numbers) -> np.ndarray:
    """What each coefficient's square costs: constants little, pulls and what changes with the horizon more."""
    parts = {name: np.full(shape, RIDGE) for name, shape in shapes(numbers).items()}
    for name in ("pulls", "width", "later"):
        parts[name][:, 0] *= CONSTANT_RIDGE
    for name, factor in {
        "pulls": PULL_RIDGE,
        "shift": PULL_RIDGE,
        "later": LATER_RIDGE,
        "later_skew": LATER_RIDGE,
    }.items():
        parts[name] *= factor
    return np.concatenate([part.ravel() for part in parts.values()])


def loss(theta: np.ndarray, data: Lesson, numbers: corrections.Numbers, ridge: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean pinball loss at the seven quantiles in steps, with the ridge, and its gradient."""
    n = unpack(theta.astype(np.float32), numbers)
    at, sign = PROBABILITIES[SEVEN][:, None].astype(np.float32), np.sign(ndtri(PROBABILITIES[SEVEN]))
    share, ahead = corrections.shares()[:, SEVEN].astype(np.float32), corrections.late(HORIZON).astype(np.float32)
    turned = (share * sign).astype(np.float32)
    both = (data.x @ n.width.T)[:, :, None] + (data.x @ n.later.T)[:, :, None] * ahead
    skew = (data.o @ n.skew.T)[:, :, None] + (data.o @ n.later_skew.T)[:, :, None] * ahead
    log = np.einsum("slh,lp->sph", both, share) + np.einsum("slh,lp->sph", skew, turned)
    away = data.away * np.exp(np.clip(log, -corrections.STRONGEST, corrections.STRONGEST))
    moved = data.middle + np.einsum("sp,psh->sh", data.x @ n.pulls.T, data.toward)
    moved = moved + (data.o @ n.shift)[:, None] * data.unit
    told, slope = squeezed(moved[:, None] + away, data.room[:, None, None])
    error = data.outcomes[:, None] - told
    weight = data.weight[:, None] / len(SEVEN)
    value = float((np.maximum(at * error, (at - 1) * error) * weight).sum())
    push = np.where(error > 0, -at, 1 - at) * weight * slope
    centre, wide = push.sum(1), push * away * (np.abs(log) < corrections.STRONGEST)
    even, odd = np.einsum("sph,lp->slh", wide, share), np.einsum("sph,lp->slh", wide, turned)
    gradient = [
        np.einsum("sh,psh->ps", centre, data.toward) @ data.x, (centre * data.unit).sum(1) @ data.o,
        even.sum(2).T @ data.x, (even @ ahead).T @ data.x, odd.sum(2).T @ data.o, (odd @ ahead).T @ data.o,
    ]  # fmt: skip
    flat = np.concatenate([part.ravel() for part in gradient]).astype(float)
    return value + ridge @ theta**2, flat + 2 * ridge * theta


def squeezed(q: np.ndarray, room: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`series.bound` with 0 as the lower bound, in steps from the last value, and its slope."""
    room = np.minimum(room, ENDLESS)
    rest = np.maximum(0.75 * room, 1e-9)
    excess = np.maximum(-q - 0.25 * room, 0)
    slope = np.exp(-np.minimum(excess / rest, 80))
    return np.where(excess > 0, np.maximum(rest * slope - room, -room), q), np.where(excess > 0, slope, 1)


def learn(w: Windows, last_outcome: int, steps: int = 60) -> corrections.Numbers:
    """The coefficients that minimise the loss on the outcomes up to a year."""
    year = w.about["origin"].to_numpy()
    w = w.take(np.flatnonzero(np.isfinite(w.outcomes[:, 0]) & (year < last_outcome)))
    numbers = scales(w)
    ridge = ridges(numbers)
    data = lesson(w, numbers, last_outcome)
    found = minimize(loss, np.zeros(len(ridge)), (data, numbers, ridge), "L-BFGS-B", True, options={"maxiter": steps})
    return unpack(found.x, numbers)


def told(w: Windows, numbers: corrections.Numbers) -> np.ndarray:
    """Corrected quantiles in steps from the last value, at or above 0 where no value is negative."""
    q = corrections.correct(w.view(), numbers)
    q = unchanged.with_rest(q, unchanged.Past(w.times, w.cases, w.half))
    room, half = w.room[:, None, None], w.half[:, None, None]
    q = squeezed(q, room)[0]
    return np.where(q + room < half, -room, q)  # as `engine.on_bound` has it


def abroad(w: Windows, origin: int, by_indicator: bool = False) -> np.ndarray:
    """Quantiles of the cases of an origin, each by coefficients learnt before it on other countries; else missing."""
    about, out = w.about, np.full(w.quantiles.shape, np.nan, np.float32)
    indicator = about["indicator"].map(indicator_fold).to_numpy() if by_indicator else np.zeros(len(about), int)
    for fold in range(FOLDS):
        for part in np.unique(indicator):
            # the UN's codes can't be matched with the global numbers
            apart = (indicator != part) & ~about["un"] if by_indicator else np.ones(len(about), bool)
            numbers = learn_before(w, origin, fold, apart)
            rows = np.flatnonzero((about["fold"] == fold) & (about["origin"] == origin) & (indicator == part))
            out[rows] = told(w.take(rows), numbers)
    return out


def learn_before(w: Windows, origin: int, fold: int, among: np.ndarray | bool = True) -> corrections.Numbers:
    """The coefficients for a fold's countries at an origin: from outcomes before it, among cases of other countries."""
    other = (w.about["fold"] != fold) & ~w.about["set"].isin(CALENDAR) & among
    return learn(w.take(np.flatnonzero(other)), origin)


def elsewhere(w: Windows, origins: tuple[int, ...]) -> np.ndarray:
    """Quantiles of the cases of some origins by coefficients learnt on every outcome of other countries up to 2023."""
    out = np.full(w.quantiles.shape, np.nan, np.float32)
    for fold in range(FOLDS):
        numbers = learn(w.take(np.flatnonzero(w.about["fold"] != fold)), LAST_OUTCOME)
        rows = np.flatnonzero((w.about["fold"] == fold) & w.about["origin"].isin(origins))
        out[rows] = told(w.take(rows), numbers)
    return out


def losses(w: Windows, q: np.ndarray) -> pd.DataFrame:
    """CRPS, absolute error (in steps; _naive: of a random walk) and hits in % of each case with five outcomes."""
    rows = np.flatnonzero(np.isfinite(w.outcomes[:, :5]).all(1) & np.isfinite(q[:, 0, 0]))
    y, seven = w.outcomes[rows, None, :5], q[rows][:, SEVEN, :5]
    at = PROBABILITIES[SEVEN][:, None]
    crps = lambda x: 2 * np.maximum(at * (y - x), (at - 1) * (y - x)).mean((1, 2))  # noqa: E731
    walk = ndtri(at)[None] * w.walk[rows, None, None] * np.sqrt(np.arange(1, 6))
    table = pd.DataFrame({"crps": crps(seven), "crps_naive": crps(walk)})
    table["error"], table["error_naive"] = np.abs(y[:, 0] - seven[:, 3]).mean(1), np.abs(y[:, 0]).mean(1)
    table = table.clip(upper=table.quantile(0.99), axis=1)
    for name, low, high in (("hold_80", 1, 5), ("hold_95", 0, 6)):
        table[name] = 100 * ((y[:, 0] >= seven[:, low] - 1e-6) & (y[:, 0] <= seven[:, high] + 1e-6)).mean(1)
    about = w.about.iloc[rows]
    return table.assign(group=(about["country"] + "|" + about["indicator"]).to_numpy(), un=about["un"].to_numpy())


def line(table: pd.DataFrame) -> str:
    """Ratios to the naive forecast and coverage, each group of country and indicator weighing the same."""
    mean = table.drop(columns="un").groupby("group").mean().mean()
    return "{:5d} | {:.3f} | {:.3f} | {:.0f}/{:.0f}".format(
        table["group"].nunique(), mean.crps / mean.crps_naive, mean.error / mean.error_naive, mean.hold_80, mean.hold_95
    )


def show(w: Windows, name: str, origin: int, q: np.ndarray) -> None:
    """Print the scores of an origin: national platforms, and the UN's database where it has five outcomes."""
    chosen = np.where((w.about["origin"] == origin).to_numpy()[:, None, None], q, np.nan)
    table = losses(w, chosen)
    for which, part in (("platforms", table[~table["un"]]), ("UN", table[table["un"]])):
        if len(part):
            print(f"| {origin} | {which} | {name} | {line(part)} |", flush=True)


def write(numbers: corrections.Numbers, path: Path = corrections.TABLE) -> None:
    """Put the coefficients into the table: a row a feature."""
    even = pd.DataFrame({"feature": numbers.even, "kind": "even", "mean": numbers.mean, "size": numbers.size})
    odd = pd.DataFrame({"feature": numbers.odd, "kind": "odd", "mean": 0.0, "size": numbers.odd_size})
    even[list(corrections.PULLS)], odd["shift"] = numbers.pulls.T, numbers.shift
    for columns, both, skew in (
        (corrections.WIDTHS, numbers.width, numbers.skew),
        (corrections.LATER, numbers.later, numbers.later_skew),
    ):
        even[list(columns)], odd[list(columns)] = both.T, skew.T
    table = pd.concat([even, odd])
    order = ["feature", "kind", "mean", "size", *corrections.PULLS, "shift", *corrections.WIDTHS, *corrections.LATER]
    table[order].to_csv(path, index=False, float_format="%.4f")


def main() -> None:
    """Judge by folds, learn from everything, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("panel", type=Path, help="world_panel.csv.gz")
    parser.add_argument("data", type=Path, help="folder of the other development sets")
    parser.add_argument("--indicators", action="store_true", help="folds by indicator too")
    parser.add_argument("--no-folds", action="store_true", help="only learn from everything")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    w = everything(arguments.panel, arguments.data)
    if not arguments.no_folds:
        report(w, arguments.indicators)
    if arguments.write:
        write(learn(w, LAST_OUTCOME, steps=100))


def report(w: Windows, by_indicator: bool) -> None:
    """Print scores by origin: without corrections, with those learnt before it, with those learnt up to 2023."""
    print(
        "| origin | source | coefficients | groups | CRPS / naive | MASE / naive | 80/95 % hold |\n"
        + "| --- " * 7
        + "|"
    )
    plain = squeezed(w.quantiles, w.room[:, None, None])[0]
    late = elsewhere(w, TESTED)
    for origin in TESTED:
        show(w, "none", origin, plain)
        show(w, "learnt before", origin, abroad(w, origin, by_indicator))
        show(w, "learnt up to 2023", origin, late)


if __name__ == "__main__":
    main()
