"""Series and their observations as they stood on a date. What a series is stands in `series.csv`."""

import datetime
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import pandas as pd

from helpers import UserError, files
from helpers.statistics import own
from helpers.statistics.store import STATUSES, all_observations, areas_table, period_end, read, series_table

__all__ = [
    "STATUSES", "Figures", "areas", "bound", "breaks", "by_area", "catalogue", "chain_index", "check", "covers",
    "figures", "for_indicator", "known_day", "not_measured", "observations", "own", "period_end", "series",
    "short_names", "side_by_side", "sources", "vintages",
]  # fmt: skip
__dir__ = __all__.copy

Day = str | datetime.date | None  # whose knowledge counts; today when empty


def catalogue(folder: Path = files.STATISTICS) -> pd.DataFrame:
    """What every series is: one row a series, indexed by its code."""
    return series_table(folder).copy()


def areas(folder: Path = files.STATISTICS) -> pd.DataFrame:
    """Country, regions and peers, indexed by code, with names in three languages."""
    return areas_table(folder).copy()


def not_measured(folder: Path = files.STATISTICS) -> pd.Series:
    """Why an indicator of the plan has no series with its own definition: reasons indexed by indicator."""
    return read(folder, "not_measured.csv").set_index("indicator")["reason"]


def short_names(folder: Path = files.STATISTICS) -> pd.DataFrame:
    """A short name in three languages of each indicator of data/plan, indexed by its number."""
    return read(folder, "short_names.csv").set_index("indicator")


def for_indicator(indicator: str, role: str = "indicator", folder: Path = files.STATISTICS) -> list[str]:
    """Codes of the series of `role` that belong to an indicator of the plan, in the order of the catalogue."""
    table = series_table(folder)
    return list(table.index[(table["indicator"] == str(indicator)) & (table["role"] == role)])


def covers(code: str, area: str, folder: Path = files.STATISTICS) -> bool:
    """True when the series has figures for the area."""
    _known(code, area, folder)
    return (code, area) in all_observations(folder).places


def by_area(code: str, as_of: Day = None) -> pd.DataFrame:
    """Final yearly figures in the series' unit: a row for each region, years across."""
    regions = areas().query("kind == 'region'").index
    table = pd.DataFrame({area: series(code, area, as_of) for area in regions if covers(code, area)}).T
    table.columns = [period.year for period in table.columns]
    return table


def observations(code: str, area: str = "KAZ", as_of: Day = None, folder: Path = files.STATISTICS) -> pd.DataFrame:
    """Every figure known by `as_of` in the series' unit: period (text), months, value, status, source, published.

    `months` says how much of the year a part-year figure covers (9 for `2025-M09`); it is empty for others. Of several
    values of a period the newest that was known counts; a period whose figure was withdrawn by then is absent.
    """
    return _observations(code, area, _date(as_of), Path(folder)).copy()


@lru_cache(4096)
def _observations(code: str, area: str, day: pd.Timestamp, folder: Path) -> pd.DataFrame:
    rows = _vintages(code, area, folder)
    rows = rows[rows["known"] <= day].drop_duplicates("period", keep="last")
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
    places = all_observations(folder).places
    if (code, area) not in places:
        known = ", ".join(sorted(place for series, place in places if series == code))
        raise UserError(f"series {code} has no figures for area {area}; it has them for {known}")
    rows = all_observations(folder).table.iloc[slice(*places[code, area])].drop(columns=["series", "area"])
    rows["months"] = pd.to_numeric(rows["period"].str.extract(r"-M(\d\d)$")[0]).astype("Int64")
    return rows[["period", "months", *rows.columns[1:-1]]].reset_index(drop=True)


def series(
    code: str, area: str = "KAZ", as_of: Day = None, status: Iterable[str] = ("final",), folder: Path = files.STATISTICS
) -> pd.Series:
    """Figures of whole periods known by `as_of`, in the series' unit, by period (Y, Q or M); missing ones are absent.

    `status` may add `suspect`; part-year figures stand in `Figures.parts`, since they are no figure of a whole year.
    """
    wanted = (status,) if isinstance(status, str) else tuple(status)
    for word in wanted:
        if word not in STATUSES:
            raise UserError(f"status {word!r} is unknown; use {' or '.join(STATUSES)} (part-years: Figures.parts)")
    return _series(code, area, _date(as_of), wanted, Path(folder)).copy()


@lru_cache(4096)
def _series(code: str, area: str, day: pd.Timestamp, status: tuple[str, ...], folder: Path) -> pd.Series:
    rows = _observations(code, area, day, folder)
    rows = rows[rows["status"].isin(status)]
    index = pd.PeriodIndex(rows["period"], freq=_frequency(code, folder), name="period")
    return pd.Series(rows["value"].to_numpy(dtype=float), index=index, name=code).sort_index()


def breaks(code: str, area: str = "KAZ", folder: Path = files.STATISTICS) -> list[pd.Period]:
    """Last periods before a definition or a territory changed, sorted; figures on both sides don't compare.

    An entry `AREA:PERIOD` of the series replaces the break of that area's own territory.
    """
    _known(code, area, folder)
    entries = series_table(folder).loc[code, "breaks"].split()
    own = [entry.split(":")[1] for entry in entries if entry.startswith(f"{area}:")]
    shared = [entry for entry in entries if ":" not in entry]
    territory = own or areas_table(folder).loc[area, "breaks"].split()
    frequency = _frequency(code, folder)
    # The end of the period matters: a break after 2021 lies after the last quarter of 2021.
    return sorted({pd.Period(entry).asfreq(frequency, how="end") for entry in shared + territory})


def chain_index(index: pd.Series, base: pd.Period) -> pd.Series:
    """Growth over the `base` period in %, chained from an index with the previous period = 100.

    The period before the first index is part of the result: its level is known from the first index.
    A hole in the index ends the chain, because nobody knows the step across it.
    """
    links = index.sort_index().dropna() / 100
    if links.empty:
        raise UserError("chain_index: the index is empty; give at least one period")
    missing = pd.period_range(links.index[0], links.index[-1], freq=links.index.freq).difference(links.index)
    if len(missing):
        raise UserError(f"chain_index: no figure for {missing[0]}; a chain needs every period, so cut the index there")
    first = links.index[0] - 1
    level = pd.concat([pd.Series([1.0], index=pd.PeriodIndex([first])), links]).cumprod()
    if base not in level.index:
        known = f"{level.index[0]}–{level.index[-1]}"
        raise UserError(f"chain_index: the base {base} is outside {known}; choose one inside")
    return (100 * (level / level[base] - 1)).rename(index.name)


def sources(codes: Iterable[str] | None = None, folder: Path = files.STATISTICS) -> pd.DataFrame:
    """Publisher, title, address, licence and reading date of every source behind the series `codes` (or all series)."""
    wanted = set(series_table(folder).index) if codes is None else {codes} if isinstance(codes, str) else set(codes)
    for code in wanted:
        _known(code, "KAZ", folder)
    figures = all_observations(folder).table
    used = set(figures.loc[figures["series"].isin(wanted), "source"])
    table = read(folder, "sources.csv").set_index("source")
    return table[table.index.isin(used)]


def _known(code: str, area: str, folder: Path) -> None:
    """Stop at a series or an area that doesn't exist."""
    codes, places = series_table(folder).index, areas_table(folder)
    if code not in codes:
        raise UserError(f"series {code!r} is not in {folder.name}/series.csv; {files.nearest(code, codes, 3)}")
    if area not in places.index:
        advice = files.nearest(area, [*places.index, *places["name_en"]])
        for code_of, name in places["name_en"].items():
            advice = advice.replace(repr(name), repr(code_of))
        raise UserError(f"area {area!r} is not in {folder.name}/areas.csv; {advice}")


def known_day(as_of: Day) -> datetime.date:
    """The day whose knowledge counts; today when empty."""
    return _date(as_of).date()


def _date(as_of: Day) -> pd.Timestamp:
    if as_of is None or as_of == "":
        return pd.Timestamp.today().normalize()
    try:
        day = as_of if isinstance(as_of, datetime.date) else datetime.date.fromisoformat(str(as_of))
        return pd.Timestamp(day).normalize()
    except ValueError:
        raise UserError(f"as_of {as_of!r} is not a date; write it as 2025-12-31") from None


def _frequency(code: str, folder: Path) -> str:
    return {"A": "Y", "Q": "Q", "M": "M"}[series_table(folder).loc[code, "frequency"]]


from helpers.statistics.figures import Figures, bound, figures, side_by_side  # noqa: E402  (builds on what stands above)
