"""How good one method was on one series: forecasts from past years, with what was known then, beside no change."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers import files
from helpers.forecast.engine import forecast
from helpers.forecast.expectation import DEFAULT
from helpers.shared import shared

if TYPE_CHECKING:
    from helpers.statistics import Figures

AHEAD, ORIGINS = 2, 8  # years ahead, and how many past years are looked ahead from
FEWEST, FEWEST_CASES = 5, 3  # figures before an origin; cases below which nothing is said
_cache: dict[tuple, pd.DataFrame] = {}


@dataclass(frozen=True)
class Track:
    """Scores of past forecasts `AHEAD` years ahead: errors in the unit of the series, bias above 0 if too high."""

    cases: int
    error: float
    no_change: float
    bias: float
    inside: int  # cases in which the figure lay in the 80 % range, as both are printed
    first: int  # the years forecast, the first and the last
    last: int


def track(figures: "Figures", method: str = DEFAULT, since: int | None = None) -> Track | None:
    """The scores of a method on a series; none where fewer than FEWEST_CASES years can be compared.

    Arguments as in `expect`; quarters, bounds and judgement are left out; a window keeps its length at every origin.

    Example: `track(statistics.figures("unemployment"), "ets", since=2010)`
    """
    cases = past_forecasts(figures, method or DEFAULT, since)
    if len(cases) < FEWEST_CASES:
        return None
    off, last = cases["median"] - cases["figure"], cases["naive"] - cases["figure"]
    low, high = cases["low"].round(figures.decimals), cases["high"].round(figures.decimals)
    inside = int(((low <= cases["figure"]) & (cases["figure"] <= high)).sum())
    scores = float(off.abs().mean()), float(last.abs().mean()), float(off.mean())
    return Track(len(cases), *scores, inside, int(cases["year"].min()), int(cases["year"].max()))


def past_forecasts(figures: "Figures", method: str, since: int | None) -> pd.DataFrame:
    """A row for each of the last ORIGINS years forecast: origin, year, figure, median, low and high (80 %), naive.

    Computed once in a process. Years beyond a break are left out: what came is another thing than what was forecast.
    """
    key = (figures.code, figures.area, figures.as_of, figures.folder, method, since or 0)
    if key not in _cache:
        _cache[key] = _scored(figures, method, since)
    return _cache[key]


def _same(figures: "Figures", *args: object) -> tuple | None:
    """What the scores rest on; none for figures from elsewhere, whose earlier values nobody has seen."""
    return (figures.content(), args) if figures.folder == files.STATISTICS else None


@shared(_same)
def _scored(figures: "Figures", method: str, since: int | None) -> pd.DataFrame:
    """The same, computed once for all reports of a run."""
    years = [year for year in figures.values.index if year - AHEAD in figures.values.index]
    comparable = [year for year in years if not any(year - AHEAD <= edge < year for edge in figures.breaks)]
    rows = [_past(figures, year, method, since) for year in comparable[-ORIGINS:]]
    columns = ["origin", "year", "figure", "median", "low", "high", "naive"]
    return pd.DataFrame([row for row in rows if row], columns=columns)


def _past(figures: "Figures", year: pd.Period, method: str, since: int | None) -> tuple | None:
    """The forecast of a year as it would have been AHEAD years before; none where too little was known then."""
    origin = year - AHEAD
    known = known_at(figures, origin)
    if since:  # a window as long as the one asked for, seen from the origin
        known = known[known.index.year > origin.year - (figures.values.index[-1].year - since + 1)]
    if len(known) < FEWEST or np.ptp(known.to_numpy()) == 0:
        return None
    bounds = figures.lower, figures.upper
    ahead = forecast(known, year.year, *bounds, decimals=figures.decimals, method=method).iloc[-1]
    return origin.year, year.year, figures.values[year], ahead["q50"], ahead["q10"], ahead["q90"], known.iloc[-1]


def known_at(figures: "Figures", origin: pd.Period) -> pd.Series:
    """The values up to a period, from the last break before it on, as they stood when its first figure came."""
    days = figures.vintages
    then = figures.values_on(days.loc[days["period"].astype(str) == str(origin), "known"].min().date())
    # Figures on the other side of a break are another thing: none is learned from.
    after = max((edge for edge in figures.breaks if edge < origin), default=None)
    return then[(then.index <= origin) & (after is None or then.index > after)]
