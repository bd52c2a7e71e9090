"""Series and their observations as they stood on a date. What a series is stands in `series.csv`."""

import datetime
import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from helpers import UserError, files
from helpers.statistics import own

__all__ = [
    "STATUSES",
    "Figures",
    "areas",
    "bound",
    "breaks",
    "by_area",
    "catalogue",
    "check",
    "covers",
    "figures",
    "for_indicator",
    "known_day",
    "last_known",
    "nearest",
    "not_measured",
    "observations",
    "own",
    "part_year",
    "period_end",
    "series",
    "short_names",
    "side_by_side",
    "sources",
    "transform",
    "vintages",
]


STATUSES = ("final", "suspect")


def catalogue(folder: Path = files.STATISTICS) -> pd.DataFrame:
    """What every series is: one row a series, indexed by its code."""
    return _series_table(folder).copy()


def areas(folder: Path = files.STATISTICS) -> pd.DataFrame:
    """Country, regions and peers, indexed by code, with names in three languages."""
    return _table(folder, "areas.csv").set_index("area")


def not_measured(folder: Path = files.STATISTICS) -> pd.Series:
    """Why an indicator of the plan has no series with its own definition: reasons indexed by indicator."""
    return _table(folder, "not_measured.csv").set_index("indicator")["reason"]


def short_names(folder: Path = files.STATISTICS) -> pd.DataFrame:
    """A short name in three languages of each indicator of data/plan, indexed by its number."""
    return _table(folder, "short_names.csv").set_index("indicator")


def for_indicator(indicator: str, role: str = "indicator", folder: Path = files.STATISTICS) -> list[str]:
    """Codes of the series of `role` that belong to an indicator of the plan, in the order of the catalogue."""
    table = _series_table(folder)
    return list(table.index[(table["indicator"] == str(indicator)) & (table["role"] == role)])


def covers(code: str, area: str, folder: Path = files.STATISTICS) -> bool:
    """True when the series has figures for the area."""
    _known(code, area, folder)
    return (code, area) in _observations(folder).places


def last_known(today: datetime.date, folder: Path = files.STATISTICS) -> datetime.date:
    """The day on which the newest figure that is known today became known."""
    days = _observations(folder).table["known"]
    return days[days <= pd.Timestamp(today)].max().date()


def by_area(
    code: str, kind: str = "region", as_of: str | datetime.date | None = None, folder: Path = files.STATISTICS
) -> pd.DataFrame:
    """Final yearly figures in the series' unit: a row for each area of the kind (region, peer, group), years across."""
    of_kind = areas(folder).query("kind == @kind").index
    found = {area: series(code, area, as_of, folder=folder) for area in of_kind if covers(code, area, folder)}
    table = pd.DataFrame(found).T
    table.columns = [period.year for period in table.columns]
    return table


def observations(
    code: str, area: str = "KAZ", as_of: str | datetime.date | None = None, folder: Path = files.STATISTICS
) -> pd.DataFrame:
    """Every figure known by `as_of` in the series' unit: period (text), months, value, status, source, published.

    `months` says how much of the year a part-year figure covers (9 for `2025-M09`); it is empty for others. Of several
    values of a period the newest that was known counts; a period whose figure was withdrawn by then is absent.
    """
    rows = _vintages(code, area, Path(folder))
    rows = rows[rows["known"] <= _date(as_of)].drop_duplicates("period", keep="last")
    columns = ["period", "months", "value", "status", "source", "published"]
    return rows.loc[rows["status"] != "withdrawn", columns].reset_index(drop=True)


def vintages(code: str, area: str = "KAZ", folder: Path = files.STATISTICS) -> pd.DataFrame:
    """Every value ever printed for each period, in the series' unit and in the order in which they became known.

    Columns: period, months, value, status, source, published, read_on, known (the day from which it counts).
    """
    return _vintages(code, area, Path(folder)).copy()


@lru_cache(4096)
def _vintages(code: str, area: str, folder: Path) -> pd.DataFrame:
    _known(code, area, folder)
    places = _observations(folder).places
    if (code, area) not in places:
        known = ", ".join(sorted(place for series, place in places if series == code))
        raise UserError(f"series {code} has no figures for area {area}; it has them for {known}")
    rows = _observations(folder).table.iloc[slice(*places[code, area])].drop(columns=["series", "area"])
    rows["months"] = pd.to_numeric(rows["period"].str.extract(r"-M(\d\d)$")[0]).astype("Int64")
    return rows[["period", "months", *rows.columns[1:-1]]].reset_index(drop=True)


def series(
    code: str,
    area: str = "KAZ",
    as_of: str | datetime.date | None = None,
    status: Iterable[str] = ("final",),
    folder: Path = files.STATISTICS,
) -> pd.Series:
    """Figures of whole periods known by `as_of`, in the series' unit, by period (Y, Q or M); missing ones are absent.

    `status` may add `suspect`; part-year figures come from `part_year`, since they are no figure of a whole year.
    """
    wanted = (status,) if isinstance(status, str) else tuple(status)
    for one in wanted:
        if one not in STATUSES:
            raise UserError(f"status {one!r} is unknown; use {' or '.join(STATUSES)} (part-year figures: part_year)")
    rows = observations(code, area, as_of, folder)
    rows = rows[rows["status"].isin(wanted)]
    index = pd.PeriodIndex(rows["period"], freq=_frequency(code, folder), name="period")
    return pd.Series(rows["value"].to_numpy(dtype=float), index=index, name=code).sort_index()


def part_year(
    code: str, area: str = "KAZ", as_of: str | datetime.date | None = None, folder: Path = files.STATISTICS
) -> pd.DataFrame:
    """Figures for the first months of a year, in the series' unit: year, months, value, source, published."""
    rows = observations(code, area, as_of, folder)
    rows = rows[rows["status"] == "part_year"].copy()
    rows.insert(0, "year", rows["period"].str[:4].astype(int))
    return rows[["year", "months", "value", "source", "published"]].reset_index(drop=True)


def breaks(code: str, area: str = "KAZ", folder: Path = files.STATISTICS) -> list[pd.Period]:
    """Last periods before a definition or a territory changed, sorted; figures on both sides don't compare.

    An entry `AREA:PERIOD` of the series replaces the break of that area's own territory.
    """
    _known(code, area, folder)
    entries = _series_table(folder).loc[code, "breaks"].split()
    own = [entry.split(":")[1] for entry in entries if entry.startswith(f"{area}:")]
    shared = [entry for entry in entries if ":" not in entry]
    territory = own or areas(folder).loc[area, "breaks"].split()
    frequency = _frequency(code, folder)
    # The end of the period matters: a break after 2021 lies after the last quarter of 2021.
    return sorted({pd.Period(entry).asfreq(frequency, how="end") for entry in shared + territory})


def sources(codes: Iterable[str] | None = None, folder: Path = files.STATISTICS) -> pd.DataFrame:
    """Publisher, title, address, licence and reading date of every source behind the series `codes` (or all series)."""
    wanted = set(_series_table(folder).index) if codes is None else {codes} if isinstance(codes, str) else set(codes)
    for code in wanted:
        _known(code, "KAZ", folder)
    figures = _observations(folder).table
    used = set(figures.loc[figures["series"].isin(wanted), "source"])
    table = _table(folder, "sources.csv").set_index("source")
    return table[table.index.isin(used)]


@cache
def period_end(period: str) -> pd.Timestamp:
    """Last day of a period as the tables write it: `2025`, `2025-Q3`, `2026-08` or `2025-M09` (to September)."""
    return pd.Period(period.replace("-M", "-")).end_time.normalize()


def nearest(word: str, known: Iterable[str]) -> str:
    """Advice that names the known words most like `word`."""
    close = difflib.get_close_matches(word, list(known), n=3, cutoff=0.5)
    return f"did you mean {' or '.join(close)}?" if close else "see the catalogue for those that exist"


def _known(code: str, area: str, folder: Path) -> None:
    codes = _series_table(folder).index
    if code not in codes:
        raise UserError(f"series {code!r} is not in {folder.name}/series.csv; {nearest(str(code), codes)}")
    places = areas(folder)
    if area not in places.index:
        by_name = {name: place for place, name in places["name_en"].items()}
        close = difflib.get_close_matches(str(area), [*places.index, *by_name], n=1, cutoff=0.5)
        advice = f"did you mean {by_name.get(close[0], close[0])}?" if close else "see areas.csv for those that exist"
        raise UserError(f"area {area!r} is not in {folder.name}/areas.csv; {advice}")


def known_day(as_of: str | datetime.date | None) -> datetime.date:
    """The day whose knowledge counts; today when empty."""
    return _date(as_of).date()


def _date(as_of: str | datetime.date | None) -> pd.Timestamp:
    if as_of is None or as_of == "":
        return pd.Timestamp.today().normalize()
    try:
        day = as_of if isinstance(as_of, datetime.date) else datetime.date.fromisoformat(str(as_of))
        return pd.Timestamp(day).normalize()
    except ValueError:
        raise UserError(f"as_of {as_of!r} is not a date; write it as 2025-12-31") from None


def _frequency(code: str, folder: Path) -> str:
    return {"A": "Y", "Q": "Q", "M": "M"}[_series_table(folder).loc[code, "frequency"]]


@lru_cache
def _read(folder: Path, name: str) -> pd.DataFrame:
    table = files.read_table(folder / name)
    return own.laid_over(table, folder, name) if name in ("series.csv", "sources.csv") else table


def _table(folder: Path, name: str) -> pd.DataFrame:
    return _read(Path(folder), name).copy()


@lru_cache
def _series_table(folder: Path) -> pd.DataFrame:
    table = _table(folder, "series.csv").set_index("series")
    try:
        for column in ("lower_bound", "upper_bound"):
            table[column] = pd.to_numeric(table[column])
        for column in ("decimals", "release_lag_days"):
            table[column] = table[column].astype(int)
    except (KeyError, ValueError) as fault:
        raise UserError(f"{folder.name}/series.csv: {fault}; `jospar data check` names the line") from None
    return table


_WORDS = ("series", "area", "period", "status", "source", "published", "read_on")


@dataclass(frozen=True)
class _Observations:
    """All figures in one table, sorted, and where in it those of each series and area begin and end."""

    table: pd.DataFrame
    places: dict[tuple[str, str], tuple[int, int]]


@lru_cache
def _observations(folder: Path) -> _Observations:
    """The figures as the CSV has them; words are read as categories, so that a million rows take a second."""
    path, words = folder / "observations.csv", list(_WORDS)
    try:
        kinds = dict.fromkeys(words, "category") | {"value": float}
        table = pd.read_csv(path, dtype=kinds, keep_default_na=False, index_col=False, encoding="utf-8-sig")
        known = set(table["status"].cat.categories) <= {*STATUSES, "part_year", "withdrawn"}
        if not known or table[words].isna().any(axis=None) or not np.isfinite(table["value"]).all():
            raise ValueError("a row is cut short or too long, or a value is no number")
    except (OSError, KeyError, ValueError) as fault:
        files.read_rows(path, [*words, "value"])  # names what is no table, with its line
        raise UserError(f"{folder.name}/{path.name}: {fault}; `jospar data check` names the line") from None
    return _sorted(_with_own(table, folder), folder)


def _with_own(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """The published figures under those of the office, where it has some."""
    if not own.active() or Path(folder) != files.STATISTICS:
        return table
    table = own.laid_over(table.astype(dict.fromkeys(_WORDS, str)), folder, "observations.csv")
    return table.astype(dict.fromkeys(_WORDS, "category") | {"value": float})


def _sorted(table: pd.DataFrame, folder: Path) -> _Observations:
    """The figures in order, with the day from which each counts."""
    words = list(_WORDS)
    # A column of nothing but years is read as one of numbers; its words are wanted.
    table[words] = table[words].apply(lambda column: column.cat.rename_categories(str))
    table = table.sort_values(["series", "area", "period", "read_on"], kind="stable", ignore_index=True)
    try:
        table["known"] = _days_known(table, _series_table(folder)["release_lag_days"])
    except ValueError as fault:
        raise UserError(f"{folder.name}/observations.csv: {fault}; `jospar data check` names the line") from None
    pairs = table["series"].cat.codes.to_numpy(np.int64) * len(table["area"].cat.categories) + table["area"].cat.codes
    starts = np.flatnonzero(np.diff(pairs, prepend=-1))
    ends = np.append(starts[1:], len(table)).tolist()
    keys = zip(table["series"].iloc[starts], table["area"].iloc[starts], strict=True)
    return _Observations(table, dict(zip(keys, zip(starts.tolist(), ends, strict=True), strict=True)))


def _days_known(table: pd.DataFrame, lags: pd.Series) -> pd.Series:
    """The day from which each value counts.

    A first value counts from its publication where that day is known, else from the end of its period plus the
    series' usual lag, but no later than it was read. A value that a later reading of the series brought, and a
    revision, count from the day on which they were read: before, nobody here knew them.
    """
    periods, series = table["period"].cat, table["series"].cat
    ends = pd.Series([period_end(period) for period in periods.categories]).to_numpy()[periods.codes]
    if unknown := set(series.categories) - set(lags.index):
        raise ValueError(f"series {min(unknown)!r} is not in series.csv")
    usual = ends + pd.to_timedelta(lags.reindex(series.categories), unit="D").to_numpy()[series.codes]
    read = _dates(table["read_on"])
    published = _dates(table["published"])
    first = published.fillna(pd.Series(usual, table.index).where(read.isna() | (usual < read), read))
    first_reading = read.groupby(table["series"].cat.codes).transform("min")
    later = (table.duplicated(["series", "area", "period"]) & read.notna()) | (read > first_reading)
    return first.mask(later, published.fillna(read))


def _dates(column: pd.Series) -> pd.Series:
    """Days out of a column of categories; empty ones are missing."""
    days = pd.to_datetime(pd.Series(column.cat.categories).replace("", None)).to_numpy()
    return pd.Series(days[column.cat.codes], column.index)


from helpers.statistics.figures import Figures, bound, figures, side_by_side  # noqa: E402  (builds on what stands above)
