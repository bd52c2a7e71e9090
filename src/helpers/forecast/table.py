"""Forecasts for a table of many series: read, check, compute in bulk, and continue the periods as they were written."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from helpers import UserError, forecast as single
from helpers.forecast import methods as members, series as kept
from helpers.forecast.mixture import PROBABILITIES

NEEDED = ["series_id", "period", "value"]
_QUARTER = re.compile(r"^(\d{4})([-\s]?)[Qq]([1-4])$")


def read_table(path: str | Path) -> pd.DataFrame:
    """Table of series_id, period, value from a CSV file, checked; period as text, value as a number."""
    path = Path(path)
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError:
        raise UserError(f"{path} isn't there: check the name.") from None
    except (pd.errors.EmptyDataError, IsADirectoryError):
        raise UserError(f"{path} is empty or not a file: give a CSV with the columns {', '.join(NEEDED)}.") from None
    except (pd.errors.ParserError, UnicodeDecodeError) as fault:
        raise UserError(f"{path} can't be read as a CSV in UTF-8 ({str(fault).strip()}): save it as one.") from None
    return check_table(table, str(path))


def check_table(table: pd.DataFrame, name: str = "table") -> pd.DataFrame:
    """The three columns with values as numbers (empty = missing); stops at the first fault, with its row."""
    absent = [c for c in NEEDED if c not in table]
    if absent:
        raise UserError(f"{name} has no column {', '.join(absent)}: it needs {', '.join(NEEDED)}.")
    if table.empty:
        raise UserError(f"{name} has no rows: give one value at least.")
    table = table[NEEDED].reset_index(drop=True)
    text = table["value"].astype(object).where(table["value"].notna(), "").astype(str).str.strip()
    value = pd.to_numeric(text, errors="coerce")
    missing = text.str.lower().isin(["", "na", "nan", "none", "<na>"])
    wrong = np.flatnonzero(value.isna() & ~missing | np.isinf(value))
    if len(wrong):
        row = wrong[0]
        raise UserError(
            f"{name}, row {row + 2}, series {table.series_id[row]}: value is {text[row]!r}: write a number or nothing."
        )
    twice = np.flatnonzero(table.duplicated(["series_id", "period"]))
    if len(twice):
        row = twice[0]
        raise UserError(
            f"{name}, row {row + 2}, series {table.series_id[row]}: period {table.period[row]} twice: keep one of them."
        )
    return table.assign(value=value)


def _index(periods: pd.Series, frequency: str, name: str) -> tuple[pd.Index, str]:
    """Index of one series, and its style: "year" for numbers, else what stands between year and quarter."""
    number = pd.to_numeric(periods, errors="coerce").to_numpy(dtype=float)
    if np.array_equal(number, np.round(number)):
        return pd.Index(number.astype(int)), "number"
    text = periods.astype(str).str.strip()
    quarters = text.str.extract(_QUARTER)
    if quarters[0].notna().all() and frequency == "quarterly":
        index = pd.PeriodIndex((quarters[0] + "Q" + quarters[2]).to_numpy(), freq="Q")
        return index, quarters[1].iloc[0] + "Q"
    bad = text[~(number == np.round(number))].iloc[0]
    form = "2024-Q1, 2024Q1 or a running number" if frequency == "quarterly" else "a year or a running number"
    raise UserError(f"series {name}: period is {bad!r}: with frequency {frequency} write {form}.")


def _write(index: pd.Index, style: str) -> list:
    """Periods as the input wrote them."""
    return index.tolist() if style == "number" else [f"{p.year}{style}{p.quarter}" for p in index]


def forecast_table(
    table: pd.DataFrame, horizon: int, frequency: str = "annual", method: str = "ensemble",
    lower: float | None = None, upper: float | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Quantiles of every series of a table: series_id, period, horizon, mean, q025 ... q975, in each series' own unit.

    Nothing is assumed of bounds unless given, but that a series without negative values keeps so. See forecast().
    """
    period = kept.season_of(frequency)
    if not isinstance(horizon, int | np.integer) or horizon < 1:
        raise UserError(f"horizon is {horizon}: give a whole number of 1 or more.")
    members.find(method)
    single._check_bounds(lower, upper)
    names, series, ahead = [], [], []
    for name, part in check_table(table).groupby("series_id", sort=False):
        index, style = _index(part["period"], frequency, name)
        one = kept.prepare(pd.Series(part["value"].to_numpy(), index=index), name=f"series {name}")
        kept.check_within(one, lower, upper, f"series {name}")
        names.append(name)
        series.append(one)
        ahead.append(_write(single._periods(index, one.last, horizon), style))
    grids = np.array(single._compute(series, horizon, period, method, lower, upper, None))
    out = pd.DataFrame({"series_id": np.repeat(names, horizon), "period": [p for one in ahead for p in one]})
    out["horizon"] = np.tile(np.arange(1, horizon + 1), len(names))
    out["mean"] = grids[:, single.engine.MEDIAN].ravel()
    for column, p in single.COLUMNS.items():
        out[column] = grids[:, PROBABILITIES.searchsorted(p - 1e-9)].ravel()
    return out
