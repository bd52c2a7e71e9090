"""What moved between two runs, and why: each cause switched one at a time while the rest is held."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from helpers import UserError, files, plan, statistics
from helpers.charts import captions
from helpers.forecast import expect
from helpers.language import listing, name, number, quarter, text
from helpers.render import DEFAULT_PLAN, FIGURES, FORECASTS
from helpers.tables import signed
from helpers.targets import quarters_of

CLOSE = 1e-4  # relative; the files hold six digits
KEYS = ["indicator", "area", "plan"]


@dataclass(frozen=True)
class Cause:
    """One cause in words, and by how much it moved the median (its unit); none where it can't be told apart."""

    words: str
    effect: float | None = None


@dataclass(frozen=True)
class Move:
    """One forecast that moved: medians before and after, in the unit of the indicator, with the causes."""

    indicator: str
    area: str
    period: str
    before: float
    after: float
    decimals: int
    causes: tuple[Cause, ...]
    plan: str = DEFAULT_PLAN


def place(run: str | Path, output: Path) -> Path:
    """The folder of a run, named by itself or by its folder. Raises UserError where there is none."""
    folder = Path(run) if Path(run).is_dir() else output / str(run)
    if not folder.is_dir():
        raise UserError(f"run {run}: there is none of that name in {output.name}/; see `jospar runs`")
    return folder


def load(run: str | Path, output: Path) -> dict[tuple[str, str, str], tuple[pd.DataFrame, pd.Series]]:
    """The newest forecast and its figures of each indicator, area and plan that a run kept."""
    folder = place(run, output)
    if not all(files.is_there(folder / file) for file in (FORECASTS, FIGURES)):
        raise UserError(f"run {run}: kept no forecasts; compare runs that rendered a report on the plan's indicators")
    try:
        return gather(*(files.read_table(folder / file) for file in (FORECASTS, FIGURES)))
    except (UserError, ValueError, KeyError, IndexError, OverflowError):  # what a table lacks that was cut or changed
        raise UserError(f"run {run}: its {FORECASTS} or {FIGURES} is damaged; compare another run") from None


def gather(*tables: pd.DataFrame) -> dict[tuple[str, str, str], tuple[pd.DataFrame, pd.Series]]:
    """What `load` gives, from the two tables as text."""
    # Runs from before plans had names were all on the default one.
    forecasts, figures = (table if "plan" in table else table.assign(plan=DEFAULT_PLAN) for table in tables)
    series, forecasts = {}, forecasts.astype({"q50": float, "adjustment": float})
    figures = figures.astype({"value": float})
    years = pd.concat([forecasts["period"], figures["period"]])
    numbers = np.append(forecasts[["q50", "adjustment"]], figures["value"])
    if not years.str.fullmatch(r"[12][0-9]{3}").all() or not np.isfinite(numbers).all():
        raise ValueError("a year or a number is none")
    pd.to_datetime(forecasts["as_of"], format="%Y-%m-%d")  # raises for what is none
    for key, rows in forecasts.groupby(KEYS, sort=False):
        known = figures[(figures[KEYS] == list(key)).all(axis=1)]
        known = known[known["as_of"] == rows["as_of"].max()]
        values = pd.Series(known["value"].to_numpy(float), pd.PeriodIndex(known["period"], freq="Y"))
        values.name = known["series"].iloc[0]
        newest = rows[rows["as_of"] == rows["as_of"].max()]
        series[key] = newest.drop_duplicates("period", keep="last").set_index("period"), values
    return series


def compare(before: dict, after: dict, steps: dict | None = None) -> list[Move]:
    """Every forecast of a year that both runs have and whose median moved, as its publisher's digits show it.

    steps: medians of earlier calls on the same runs, for instance in another language; new ones are added.
    """
    steps = {} if steps is None else steps
    return [move for key in before if key in after for move in _moves(key, before[key], after[key], steps)]


def _moves(key: tuple[str, str, str], a: tuple, b: tuple, steps: dict) -> Iterator[Move]:
    """The moves of one indicator in one area, by one plan."""
    indicator, area, plan_name = key
    known = {b[1].name, a[1].name} <= set(statistics.catalogue().index)  # own figures may have been taken away since
    decimals = int(statistics.catalogue().loc[b[1].name, "decimals"]) + 1 if known else 1
    for period in a[0].index.intersection(b[0].index):
        before, after = float(a[0].loc[period, "q50"]), float(b[0].loc[period, "q50"])
        if round(before, decimals) != round(after, decimals):
            if known and key not in steps:
                steps[key] = medians(area, a, b)
            why = with_remainder(causes(area, period, a, b, steps[key]), after - before, decimals) if known else []
            yield Move(indicator, area, period, before, after, decimals, tuple(why), plan_name)


def with_remainder(parts: list[Cause], move: float, decimals: int) -> list[Cause]:
    """The causes, and what is left of a move when their effects are taken off, as far as its digits show it."""
    effects = [cause.effect for cause in parts if cause.effect is not None]
    left = move - sum(effects)
    return [*parts, Cause(text("remainder"), left)] if effects and round(left, decimals) else parts


def causes(area: str, period: str, a: tuple, b: tuple, by_step: list[pd.Series]) -> list[Cause]:
    """The causes that apply, with their effects where today's method gives the later run's forecast again."""
    (old, known), (new, known_later) = ((frame.loc[period], figures) for frame, figures in (a, b))
    shared = known.index.intersection(known_later.index)
    later = known_later[known_later.index.difference(known.index)]
    steps = [medians.get(period, np.nan) for medians in by_step]
    exact = np.isclose(steps[2] + new["adjustment"], new["q50"], rtol=CLOSE, atol=CLOSE)
    method = steps[0] + old["adjustment"] - old["q50"]
    changed = known_later[shared][~np.isclose(known_later[shared], known[shared])]
    revised = [f"{year} {_shown(known, year)} → {_shown(changed, year)}" for year in changed.index]
    news = [f"{year} {_shown(later, year)}" for year in later.index]
    news += _new_quarters(known.name, area, old["as_of"], new["as_of"])
    other = text("changed method ({before} → {after})", before=old["version"], after=new["version"])
    candidates = [
        (other, method, any(old[fact] != new[fact] for fact in ("version", "method"))),
        (text("revised figure: {items}", items=listing(revised)), steps[1] - steps[0], len(changed) > 0),
        (text("new figure: {items}", items=listing(news)), steps[2] - steps[1], len(news) > 0),
        (text("changed assumption"), new["adjustment"] - old["adjustment"], new["adjustment"] != old["adjustment"]),
    ]
    if exact:
        return [Cause(words, float(effect)) for words, effect, applies in candidates if applies and abs(effect) > CLOSE]
    # Without the later run's method at hand effects would mix; what is recorded still says what changed.
    rest = text("by how much each can't be told: this program has not the method of that run any more")
    return [*(Cause(words) for words, _, applies in candidates if applies), Cause(rest)]


def medians(area: str, a: tuple, b: tuple) -> list[pd.Series]:
    """Medians by year, in the unit, by today's method from: the first run's figures, these revised, the later run's.

    a, b: forecasts and figures of an indicator, as `load` gives them. A known year is its figure.
    """
    (before, known), (after, known_later) = a, b
    shared = known.index.intersection(known_later.index)
    revised = pd.concat([known_later[shared], known[known.index.difference(shared)]]).sort_index().rename(known.name)
    until, days = int(max(before.index.max(), after.index.max())), (before["as_of"].max(), after["as_of"].max())
    first, last = (_medians(*step, area, until) for step in ((known, days[0]), (known_later, days[1])))
    return [first, first if revised.equals(known) else _medians(revised, days[0], area, until), last]


def _medians(known: pd.Series, day: str, area: str, until: int) -> pd.Series:
    """Figures known on a day, then the medians that today's method gives from them to the year `until`, by year."""
    figures = replace(statistics.figures(known.name, area, day), values=known)
    expected = expect(figures, until, quarters=quarters_of(figures))
    whole = known.set_axis(known.index.astype(str))
    return whole if expected is None else pd.concat([whole, expected.set_index(expected["period"].astype(str))["q50"]])


def _new_quarters(code: str, area: str, before: str, after: str) -> list[str]:
    """The quarters of a yearly series' indicator published between two days, as they read in a sentence."""
    quarters = [quarters_of(statistics.figures(code, area, day)) for day in (before, after)]
    if quarters[1] is None:
        return []
    later = quarters[1].values[quarters[1].values.index.difference(quarters[0].values.index)]
    return [f"{quarter(q.year, q.quarter)} {_shown(later, q)}" for q in later.index]


def _shown(values: pd.Series, year: pd.Period) -> str:
    """A figure as its publisher prints it."""
    return number(values[year], int(statistics.catalogue().loc[values.name, "decimals"]))


def indicator_name(plan_name: str, indicator: str) -> str:
    """The name of an indicator of a plan."""
    return name(plan.indicators(plan_name).set_index("indicator").loc[indicator])


def lines(moves: list[Move]) -> list[str]:
    """The moves in words: one line each, its causes indented below it."""
    if not moves:
        return [text("No forecast moved.")]
    rows = []
    for move in moves:
        target = f"{move.indicator}. {indicator_name(move.plan, move.indicator)}, {captions.place(move.area)}"
        before, after = (number(value, move.decimals) for value in (move.before, move.after))
        rows += [f"{target}, {move.period}: {before} → {after}", *(f"  {words}" for words in reasons(move))]
    return rows


def reasons(move: Move) -> list[str]:
    """Each cause of a move in words, with its effect where it is known; or that no cause is recorded."""
    effects = ["" if cause.effect is None else f": {signed(cause.effect, move.decimals)}" for cause in move.causes]
    words = [f"{cause.words}{effect}" for cause, effect in zip(move.causes, effects, strict=True)]
    return words or [text("no recorded cause")]
