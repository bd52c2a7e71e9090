"""Forecasts for a table of many series: read, check, compute in bulk, and continue the periods as they were written."""

from pathlib import Path

import numpy as np
import pandas as pd

from helpers import UserError, files, workbooks
from helpers.forecast import ensemble, methods
from helpers.forecast.distribution import COLUMNS
from helpers.forecast.engine import MOST_AHEAD, check_bounds, compute, periods_after
from helpers.forecast.mixture import PROBABILITIES
from helpers.forecast.series import check_within, prepare, season_of

NEEDED = ["series_id", "period", "value"]
MOST = 10**7  # of a year or a running number; more are dates and slips
_FORMULA = r"[=@\t\r]|[+-](?![\d.])"
_QUARTER = r"^(\d{4})([-\s]?)[Qq]([1-4])$"


def read_table(path: str | Path, frequency: str = "annual") -> pd.DataFrame:
    """Table of series_id, period, value from a CSV or a spreadsheet of any layout, checked; value as a number.

    Of a file that holds years and quarters those of the frequency are taken; the log `jospar` says what is left aside.
    """
    path = Path(path)
    if workbooks.is_plain(path, NEEDED):
        table = files.read_table(path, advice=f"give a CSV with the columns {', '.join(NEEDED)}")
        table = table.rename(columns={column: column.strip().casefold() for column in table})
        if twice := sorted(set(table.columns[table.columns.duplicated()])):
            raise UserError(f"{path}: column {twice[0]} stands twice: leave one.")
    else:
        table = workbooks.long_table(path, frequency)
    table = check_table(table, str(path))
    # The forecasts carry the names on, and a spreadsheet would take such a one for a formula and run it.
    wrong = np.flatnonzero(table["series_id"].str.match(_FORMULA))
    if len(wrong):
        name = table["series_id"][wrong[0]]
        raise UserError(
            f"{path}, row {wrong[0] + 2}: a spreadsheet takes the name {name[:40]!r} for a formula: mend it."
        )
    return table


def check_table(table: pd.DataFrame, name: str = "table") -> pd.DataFrame:
    """The three columns with values as numbers (empty = missing); stops at the first fault, with its row."""
    absent = [c for c in NEEDED if c not in table]
    if absent:
        has = ", ".join(map(str, table.columns))[:200]
        raise UserError(f"{name} has no column {', '.join(absent)}: it needs {', '.join(NEEDED)} and has {has}.")
    if table.empty:
        raise UserError(f"{name} has no rows: give one value at least.")
    table = table[NEEDED].reset_index(drop=True)
    text = table["value"].astype(object).where(table["value"].notna(), "").astype(str).str.strip()
    value = pd.to_numeric(text, errors="coerce")
    missing = text.str.lower().isin(["", "na", "nan", "none", "<na>"])
    wrong = np.flatnonzero(value.isna() & ~missing | np.isinf(value))
    if len(wrong):
        row, what = wrong[0], f"value is {text[wrong[0]]!r}: write a number or nothing."
        raise UserError(f"{name}, row {row + 2}, series {table.series_id[row]}: {what}")
    _check_keys(table, name)
    return table.assign(value=value)


def read_panel(path: str | Path) -> pd.DataFrame:
    """The panel of yearly series behind the record, from a file: as `check_panel` gives it."""
    return check_panel(read_table(path), str(path))


def check_panel(table: pd.DataFrame, name: str = "panel") -> pd.DataFrame:
    """The table by series and year, a year as period and a figure in every row; stops at the first fault."""
    panel = check_table(table, name)
    years = pd.to_numeric(panel["period"], errors="coerce")
    no_year = ~years.between(1800, 2200) | (years != years.round())
    for rows, fault in ((no_year, "period is no year such as 2018"), (panel["value"].isna(), "value is missing")):
        if rows.any():
            row = rows.idxmax()
            raise UserError(f"{name}, row {row + 2}, series {panel.series_id[row]}: {fault}: mend or remove it.")
    panel = panel.assign(series_id=panel["series_id"].astype(str), period=years.astype(int))
    return panel.sort_values(["series_id", "period"], ignore_index=True)


def _check_keys(table: pd.DataFrame, name: str) -> None:
    """Stop at a series without a name, and at a period that stands twice."""
    unnamed = np.flatnonzero(table["series_id"].isna() | (table["series_id"].astype(str).str.strip() == ""))
    if len(unnamed):
        raise UserError(f"{name}, row {unnamed[0] + 2}: series_id is empty: name the series.")
    twice = np.flatnonzero(table.duplicated(["series_id", "period"]))
    if len(twice):
        row, what = twice[0], f"period {table.period[twice[0]]} twice: keep one of them."
        raise UserError(f"{name}, row {row + 2}, series {table.series_id[row]}: {what}")


def index_of(periods: pd.Series, frequency: str, name: str) -> tuple[pd.Index, str]:
    """Index of one series, and its style: "number" for numbers, else what stands between year and quarter."""
    number = pd.to_numeric(periods, errors="coerce").to_numpy(dtype=float)
    if np.array_equal(number, np.round(number)):
        _check_numbers(number, frequency, name)
        return pd.Index(number.astype(int)), "number"
    text = periods.astype(str).str.strip()
    quarters = text.str.extract(_QUARTER)
    if quarters[0].notna().all() and frequency == "quarterly":
        index = pd.PeriodIndex((quarters[0] + "Q" + quarters[2]).to_numpy(), freq="Q")
        return index, quarters[1].iloc[0] + "Q"
    bad = text[~(number == np.round(number))].iloc[0]
    form = "2024-Q1, 2024Q1 or a running number" if frequency == "quarterly" else "a year or a running number"
    raise UserError(f"series {name}: period is {bad!r}: with frequency {frequency} write {form}.")


def _check_numbers(number: np.ndarray, frequency: str, name: str) -> None:
    """Stop at numbers that are no years and no running numbers, but months, dates, or years where quarters are due."""
    if np.abs(number).max(initial=0) > MOST:
        raise UserError(f"series {name}: period is {number[np.abs(number).argmax()]:g}: that is no year or number.")
    months = (number // 100 >= 1800) & (number // 100 <= 2200) & (number % 100 >= 1) & (number % 100 <= 12)
    if months.all() and len(number):
        raise UserError(f"series {name}: period is {number[0]:.0f}, a month: give years, or quarters as 2024-Q1.")
    if frequency == "quarterly" and len(number) and (number >= 1800).all() and (number <= 2200).all():
        raise UserError(f"series {name}: period is {number[0]:.0f}, a year: write quarters as 2024-Q1.")


def forecast_table(
    table: pd.DataFrame, horizon: int, frequency: str = "annual", method: str = "ensemble",
    lower: float | None = None, upper: float | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Quantiles of every series of a table: series_id, period, horizon, mean, q025 ... q975, in each series' own unit.

    Nothing is assumed of bounds unless given, but that a series without negative values keeps so. See forecast().
    """
    period = season_of(frequency)
    if not isinstance(horizon, int | np.integer) or not 1 <= horizon <= MOST_AHEAD:
        raise UserError(f"horizon is {horizon}: give a whole number from 1 to {MOST_AHEAD}.")
    methods.find(method)
    check_bounds(lower, upper)
    names, series, ahead = [], [], []
    for name, part in check_table(table).groupby("series_id", sort=False):
        index, style = index_of(part["period"], frequency, name)
        past = prepare(pd.Series(part["value"].to_numpy(), index=index), name=f"series {name}")
        check_within(past, lower, upper, f"series {name}")
        names.append(name)
        series.append(past)
        after = periods_after(index, past.last, horizon)
        ahead += after.tolist() if style == "number" else [f"{p.year}{style}{p.quarter}" for p in after]
    grids = np.array(compute(series, horizon, period, method, lower, upper, None))
    out = pd.DataFrame({"series_id": np.repeat(names, horizon), "period": ahead})
    out["horizon"] = np.tile(np.arange(1, horizon + 1), len(names))
    out["mean"] = grids[:, ensemble.MEDIAN].ravel()
    for column, p in COLUMNS.items():
        out[column] = grids[:, PROBABILITIES.searchsorted(p - 1e-9)].ravel()
    return out
