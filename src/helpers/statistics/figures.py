"""One object for a series in an area as known on a day: values, breaks, bounds, decimals, unit, vintages, source."""

import datetime
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path

import pandas as pd

from helpers import files, statistics
from helpers.language import code_table, name, visible

SHOWN = 6  # newest values in the short form


@dataclass(frozen=True)
class Figures:
    """A series in an area as known on a day.

    `values`: final figures of whole periods, in the unit, by period. `observations`: everything known, part-years too.
    `redefinitions`: last periods before the definition changed; `breaks`: these and changes of territory.
    """

    code: str
    area: str
    as_of: datetime.date
    about: pd.Series = field(repr=False)
    values: pd.Series
    observations: pd.DataFrame = field(repr=False)
    redefinitions: list[pd.Period] = field(repr=False)
    breaks: list[pd.Period]
    folder: Path = field(default=files.STATISTICS, repr=False)

    @property
    def lower(self) -> float | None:
        """The lowest value that the series can have, in its unit; none where the table states none."""
        return bound(self.about["lower_bound"])

    @property
    def upper(self) -> float | None:
        """The highest value that the series can have, in its unit; none where the table states none."""
        return bound(self.about["upper_bound"])

    @property
    def decimals(self) -> int:
        """Digits after the point that the publisher prints."""
        return int(self.about["decimals"])

    @property
    def unit(self) -> str:
        """The unit of the values, in English; `language.text` translates it."""
        return self.about["unit"]

    @property
    def indicator(self) -> str:
        """The number of the plan's indicator that the series measures; empty for a driver."""
        return self.about["indicator"]

    @property
    def comparable(self) -> pd.Series:
        """The values since the last change of definition or territory."""
        earlier = [edge for edge in self.breaks if len(self.values) and edge < self.values.index[-1]]
        return self.values[self.values.index > earlier[-1]] if earlier else self.values

    @property
    def provisional(self) -> pd.DataFrame:
        """What is known but is no final figure of a whole period: part-years and doubtful ones."""
        return self.observations[self.observations["status"] != "final"]

    @property
    def parts(self) -> pd.DataFrame:
        """Figures of the first months of years, in the unit: year, months, value."""
        rows = self.observations[self.observations["status"] == "part_year"]
        return rows.assign(year=rows["period"].str[:4].astype(int))[["year", "months", "value"]]

    @cached_property
    def vintages(self) -> pd.DataFrame:
        """Every value ever printed, with the day from which it counts: see `statistics.vintages`."""
        return statistics.vintages(self.code, self.area, self.folder)

    @property
    def loc(self) -> "Figures":
        """The figures themselves, so that `figures.loc[2016:]` works as on a table."""
        return self

    def values_on(self, day: datetime.date) -> pd.Series:
        """Final figures of whole periods as they stood on another day, in the unit, by period."""
        return statistics.series(self.code, self.area, day, folder=self.folder)

    def content(self) -> tuple:
        """All that a forecast takes of it, in plain values: what is equal here gives the same forecast."""
        about = (self.code, self.area, str(self.as_of), str(self.breaks), self.lower, self.upper, self.decimals)
        return (*about, list(map(str, self.values.index)), self.values.tolist(), self.parts.to_numpy().tolist())

    def __getitem__(self, span: slice) -> pd.Series:
        """The values of a span of periods or years: `figures[2016:]`; of one year: `figures[2016]`."""
        if not isinstance(span, slice):
            return self.values[str(span)]
        ends = [end if end is None else str(end) for end in (span.start, span.stop)]
        return self.values[slice(*ends)]

    def _repr_html_(self) -> str:
        head = f"<b>{self.code}</b>, {self.area}, {escape(str(visible(self.unit)))}, known on {self.as_of}"
        edges = f"; breaks after {', '.join(map(str, self.breaks))}" if self.breaks else ""
        return f"<p>{head}{edges}</p>{code_table(self.values.tail(SHOWN).to_frame('value').T, index=True)}"


class Columns(pd.DataFrame):
    """A table of pandas that shows a missing figure as none, in a page as in the lab."""

    @property
    def _constructor(self) -> type:
        return Columns

    def _repr_html_(self) -> str:
        return code_table(self, index=True)


def side_by_side(*columns: Figures | None) -> Columns:
    """Values of several series by period, in their units, a column each under its name; what is none is left out."""
    return Columns({name(one.about): one.values for one in columns if one is not None})


def bound(value: object) -> float | None:
    """A bound of a series as a number; none where the table leaves it empty."""
    return None if pd.isna(value) or value == "" else float(value)


def figures(code: str, area: str = "KAZ", as_of: statistics.Day = None, folder: Path = files.STATISTICS) -> Figures:
    """The series `code` in an area as known by the day `as_of` (today when empty), in the series' unit.

    Raises UserError for a code, an area or a day that doesn't exist, and where the area has no figures.

    Example: `figures("unemployment")[2016:]`
    """
    day = statistics.known_day(as_of)
    values = statistics.series(code, area, day, folder=folder)  # raises where the code or the area is unknown
    about, observations = statistics.catalogue(folder).loc[code], statistics.observations(code, area, day, folder)
    redefinitions, breaks = statistics.breaks(code, folder=folder), statistics.breaks(code, area, folder)
    return Figures(code, area, day, about, values, observations, redefinitions, breaks, folder)
