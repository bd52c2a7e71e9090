"""The tables of a folder of statistics, read once: series, and all observations with the day from which each counts."""

import re
import warnings
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from helpers import UserError, files
from helpers.statistics import own

STATUSES = ("final", "suspect")
_NAMES = ("name_kk", "name_ru", "name_en")
COLUMNS = {
    "series.csv": (
        *("series", "indicator", "role", *_NAMES, "unit", "frequency", "definition", "better", "lower_bound"),
        *("upper_bound", "breaks", "decimals", "release_lag_days", "gaps", "note"),
    ),
    "areas.csv": ("area", "kind", *_NAMES, "from_year", "to_year", "breaks", "note"),
    "sources.csv": ("source", "publisher", "title", "title_kk", "title_ru", "url", "licence", "read_on"),
}
_WORDS = ["series", "area", "period", "status", "source", "published", "read_on"]


@cache
def period_end(period: str) -> pd.Timestamp:
    """Last day of a period as the tables write it: `2025`, `2025-Q3`, `2026-08` or `2025-M09` (to September)."""
    return pd.Period(period.replace("-M", "-")).end_time.normalize()


@lru_cache
def read(folder: Path, name: str) -> pd.DataFrame:
    """A table as text, missing cells empty, with the office's own rows over it; not to be changed."""
    table = files.read_table(Path(folder) / name, COLUMNS.get(name, ()))
    return own.laid_over(table, folder, name) if name in COLUMNS else table


PERIOD = re.compile(r"[12]\d{3}(-Q[1-4]|-M?(0[1-9]|1[0-2]))?", re.ASCII)
KNOWN = {*STATUSES, "part_year", "withdrawn"}


@lru_cache
def series_table(folder: Path) -> pd.DataFrame:
    """What every series is, by its code, numbers as numbers; raises UserError where one is none."""
    table = read(folder, "series.csv").set_index("series")
    try:
        for column in ("lower_bound", "upper_bound"):
            table[column] = pd.to_numeric(table[column])
        for column in ("decimals", "release_lag_days"):
            table[column] = table[column].astype(int)
        strange = [*{*table["frequency"]} - {"A", "Q", "M"}, *{*table["decimals"]} - {*range(16)}]
        strange += [one for one in " ".join(table["breaks"]).split() if not PERIOD.fullmatch(one.rpartition(":")[2])]
        if strange:
            words = "is no frequency (A, Q, M), decimals (0 to 15) or period of breaks"
            raise ValueError(f"{str(strange[0])[:20]!r} {words}")
    except (KeyError, ValueError, OverflowError) as fault:
        raise UserError(f"{folder.name}/series.csv: {fault}; `jospar data check` names the line") from None
    return table


@lru_cache
def areas_table(folder: Path) -> pd.DataFrame:
    """Country, regions and peers by code, every cell as text; not to be changed."""
    return read(folder, "areas.csv").set_index("area")


@dataclass(frozen=True)
class Observations:
    """All figures in one table, sorted, and where in it those of each series and area begin and end."""

    table: pd.DataFrame
    places: dict[tuple[str, str], tuple[int, int]]


@lru_cache
def all_observations(folder: Path) -> Observations:
    """The figures as the CSV has them; words are read as categories, so that a million rows take a second."""
    path = folder / "observations.csv"
    try:
        kinds = dict.fromkeys(_WORDS, "category") | {"value": float}
        with warnings.catch_warnings(action="error", category=pd.errors.ParserWarning):  # the end of a row is dropped
            table = pd.read_csv(path, dtype=kinds, keep_default_na=False, index_col=False, encoding="utf-8-sig")
        known = set(table["status"].cat.categories) <= KNOWN
        if not known or table[_WORDS].isna().any(axis=None) or not np.isfinite(table["value"]).all():
            raise ValueError("a row is cut short or too long, or a value is no number")
    except (OSError, KeyError, ValueError, pd.errors.ParserWarning) as fault:
        files.read_rows(path, [*_WORDS, "value"])  # names what is no table, with its line
        raise UserError(f"{folder.name}/{path.name}: {fault}; `jospar data check` names the line") from None
    return _sorted(_with_own(table, folder), folder)


def _with_own(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """The published figures under those of the office, where it has some."""
    if files.own_tables() is None or Path(folder) != files.STATISTICS:
        return table
    table = own.laid_over(table.astype(dict.fromkeys(_WORDS, str)), folder, "observations.csv")
    try:
        strange = [*{*table["status"]} - KNOWN, *table["value"][~np.isfinite(table["value"].astype(float))]]
        if strange:
            raise ValueError(f"{str(strange[0])[:20]!r} is no status or no figure")
        return table.astype(dict.fromkeys(_WORDS, "category") | {"value": float})
    except ValueError as fault:
        raise UserError(f"{files.own_folder().name}/observations.csv: {fault}; import the figures again") from None


def _sorted(table: pd.DataFrame, folder: Path) -> Observations:
    """The figures in order, with the day from which each counts."""
    # A column of nothing but years is read as one of numbers; its words are wanted.
    table[_WORDS] = table[_WORDS].apply(lambda column: column.cat.rename_categories(str))
    table = table.sort_values(["series", "area", "period", "read_on"], kind="stable", ignore_index=True)
    try:
        table["known"] = _days_known(table, series_table(folder)["release_lag_days"])
    except (ValueError, OverflowError) as fault:
        words = f"{folder.name}/observations.csv, or own: {fault}"
        raise UserError(f"{words}; `jospar data check` names the line") from None
    pairs = table["series"].cat.codes.to_numpy(np.int64) * len(table["area"].cat.categories) + table["area"].cat.codes
    starts = np.flatnonzero(np.diff(pairs, prepend=-1))
    ends = np.append(starts[1:], len(table)).tolist()
    keys = zip(table["series"].iloc[starts], table["area"].iloc[starts], strict=True)
    return Observations(table, dict(zip(keys, zip(starts.tolist(), ends, strict=True), strict=True)))


def _days_known(table: pd.DataFrame, lags: pd.Series) -> pd.Series:
    """The day from which each value counts.

    A first value counts from its publication where that day is known, else from the end of its period plus the
    series' usual lag, but no later than it was read. A value that a later reading of the series brought, and a
    revision, count from the day on which they were read: before, nobody here knew them.
    """
    periods, series = table["period"].cat, table["series"].cat
    if strange := [one for one in periods.categories if not PERIOD.fullmatch(one)]:
        raise ValueError(f"period {strange[0][:20]!r} is none; write 2025, 2025-Q3 or 2025-M09")
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
