"""How far it is to a target, how fast the indicator has moved, and how often such a change was managed before."""

from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.targets.ambition import Ambition, ambition
from helpers.targets.outlook import Outlook
from helpers.targets.precision import is_higher, met

RECENT = 5  # figures behind the recent pace
LONGEST = 6  # years over which the reference class knows changes


class Pace(NamedTuple):
    """From the last figure to the last target ahead, in the unit of the indicator and in years."""

    year: int
    target: float
    gap: float  # target less last figure
    reached: bool  # the last figure meets the target already
    recent: float  # change a year: Theil-Sen slope of the last five figures
    years: float | None  # years to the target at the recent pace; none if it does not lead there
    needed: float  # change a year that leads to the target in its year
    managed: int  # earlier spans of as many years with at least the change needed
    spans: int
    kind: Ambition | None  # the same of official series of its kind


def pace(outlook: Outlook) -> Pace | None:
    """Gap and pace to the last target ahead; none where none is ahead."""
    ahead = outlook.judged[outlook.judged["probability"].notna()]
    if ahead.empty:
        return None
    year, target = int(ahead["year"].iloc[-1]), float(ahead["target"].iloc[-1])
    figures = outlook.figures.comparable
    better, left = outlook.about["better"], year - figures.index[-1].year
    gap, recent = target - figures.iloc[-1], slope(figures.tail(RECENT))
    reached = met(figures.iloc[-1], target, better, int(outlook.series["decimals"]))
    years = 0.0 if reached else gap / recent if gap * recent > 0 else None
    managed, spans = earlier(figures, left, gap, better)
    kind = like_it(outlook.unit, figures.iloc[-1], target, left, better)
    return Pace(year, target, gap, reached, recent, years, gap / left, managed, spans, kind)


def slope(figures: pd.Series) -> float:
    """Median of the slopes between all pairs of figures, a year (Theil-Sen): one odd year does not turn it."""
    points = list(zip(figures.index.year, figures, strict=True))
    slopes = [(b - a) / (t - s) for (s, a), (t, b) in combinations(points, 2)]
    return float(np.median(slopes)) if slopes else 0.0


def earlier(figures: pd.Series, years: int, change: float, better: str) -> tuple[int, int]:
    """Spans of so many years in which the series changed at least so much, and all such spans."""
    by_year = pd.Series(figures.to_numpy(), index=figures.index.year)
    changes = (by_year - by_year.set_axis(by_year.index + years)).dropna()
    hair = 1e-9 * max(1.0, abs(change))
    enough = changes >= change - hair if is_higher(better) else changes <= change + hair
    return int(enough.sum()), len(changes)


def kind_of(unit: str, *levels: float) -> str:
    """Kind of an indicator for the reference class, from its unit: share, rate or count; empty where it has none."""
    if "growth" in unit:
        return ""  # measured from zero: neither points nor per cent of the level compare
    if unit.startswith("%"):
        return "share" if all(0 <= level <= 100 for level in levels) else "rate"
    return "count" if unit.startswith(("people", "thousand")) else "rate"


def like_it(unit: str, level: float, target: float, years: int, better: str) -> Ambition | None:
    """How often official series of the same kind changed so much in so many years; none where no class compares."""
    kind = kind_of(unit, level, target)
    if not kind or not 1 <= years <= LONGEST or (kind != "share" and level <= 0):
        return None
    return ambition(kind, level, target, years, better)


class Promise(NamedTuple):
    """What the plan itself says of an indicator: from which value, in which year, to its last target."""

    since: int
    start: float
    year: int
    target: float
    kind: Ambition | None
    column: str  # what the plan prints at the start: a reported figure, what it expected of 2022, or a target


def promise(outlook: Outlook) -> Promise | None:
    """The change that the plan promises: from its reported figure, else its first value, to its last target."""
    cells = outlook.printed.dropna(subset=["value"]).sort_values("year")
    if len(cells) < 2:
        return None
    first, last = cells.iloc[0], cells.iloc[-1]
    since, year = int(first["year"]), int(last["year"])
    kind = like_it(outlook.unit, first["value"], last["value"], year - since, outlook.about["better"])
    return Promise(since, first["value"], year, last["value"], kind, first["column"])
