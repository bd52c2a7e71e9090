"""A panel of yearly series for the record: one file with the columns series_id, period, value."""

from pathlib import Path

import pandas as pd

from helpers import UserError, files, workbooks

COLUMNS = ["series_id", "period", "value"]


def read_panel(path: str | Path) -> pd.DataFrame:
    """The panel as series_id (text), period (year) and value (unit of each series), in order of time."""
    path = Path(path)
    if not workbooks.is_plain(path, COLUMNS):
        return check_panel(workbooks.long_table(path), path.name)
    return check_panel(files.read_table(path, advice=f"give a CSV file with {', '.join(COLUMNS)}"), path.name)


def check_panel(table: pd.DataFrame, name: str = "panel") -> pd.DataFrame:
    """The same table with years and numbers as such, or a UserError that names the first line at fault."""
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        raise UserError(f"{name}: no column {', '.join(missing)}; the panel needs {', '.join(COLUMNS)}")
    names = table["series_id"].fillna("").astype(str).str.strip()
    _stop_at_first(names == "", table["series_id"], name, "a name")
    if table.empty:
        raise UserError(f"{name}: no figures; the panel needs one line for each series and year")
    panel = table[COLUMNS].reset_index(drop=True)
    panel = panel.assign(
        series_id=panel["series_id"].astype(str),
        period=_numbers(panel["period"], name, "a year such as 2018"),
        value=_numbers(panel["value"], name, "a number with a decimal point"),
    )
    whole = panel["period"] == panel["period"].round()
    _stop_at_first(~whole | ~panel["period"].between(1800, 2200), table["period"], name, "a year such as 2018")
    panel["period"] = panel["period"].astype(int)
    twice = panel.duplicated(["series_id", "period"])
    if twice.any():
        line = twice.idxmax()
        series, period = panel.loc[line, ["series_id", "period"]]
        raise UserError(f"{name} line {line + 2}: {series} has two figures for {period}; leave one")
    return panel.sort_values(["series_id", "period"], ignore_index=True)


def _numbers(column: pd.Series, name: str, wanted: str) -> pd.Series:
    numbers = pd.to_numeric(column, errors="coerce").astype(float)
    bad = numbers.isna() | numbers.abs().eq(float("inf"))
    _stop_at_first(bad, column, name, wanted)
    return numbers


def _stop_at_first(bad: pd.Series, column: pd.Series, name: str, wanted: str) -> None:
    """A UserError for the first line at fault; line 1 of the file is its header."""
    bad = bad.reset_index(drop=True)
    if bad.any():
        line = int(bad.idxmax())
        raise UserError(f"{name} line {line + 2}: {column.name} is {column.iloc[line]!r}; it must be {wanted}")
