"""Judgemental adjustments: what an economist knows that the figures don't, with the reason, and beside what they say.

The table `data/assumptions/adjustments.csv` has the columns indicator, period (a year), add_factor (in the unit of
the indicator, added to that year's forecast and to no other) and author_note (who adjusts, and why).
It concerns the country, not its regions.
"""

import math
from pathlib import Path

import pandas as pd

from helpers import UserError
from helpers.files import DATA
from helpers.targets.futures import Futures

ADJUSTMENTS = DATA / "assumptions" / "adjustments.csv"
COLUMNS = ["indicator", "period", "add_factor", "author_note"]


def adjustments(known: list[str], path: Path = ADJUSTMENTS) -> pd.DataFrame:
    """The table with year and number in place of text, empty where there is no file; `known` are the indicators."""
    if not path.is_file():
        return pd.DataFrame(columns=COLUMNS)
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    if list(table.columns) != COLUMNS:
        raise UserError(f"{path.name}: the columns must be {', '.join(COLUMNS)}")
    for line, row in enumerate(table.to_dict("records"), 2):
        _check(row, f"{path.name}, line {line}", known)
    return table.assign(period=table["period"].astype(int), add_factor=table["add_factor"].astype(float))


def _check(row: dict, where: str, known: list[str]) -> None:
    if row["indicator"] not in known:
        raise UserError(f"{where}: the plan has no indicator {row['indicator']!r}; see indicators.csv")
    if not (row["period"].isascii() and row["period"].isdigit() and len(row["period"]) == 4):
        raise UserError(f"{where}: period {row['period']!r} is no year; write it as 2026")
    if not _is_number(row["add_factor"]):
        raise UserError(f"{where}: add_factor {row['add_factor']!r} is no number; write it as -0.2")
    if not row["author_note"].strip():
        raise UserError(f"{where}: author_note is empty; say who adjusts, and why")


def _is_number(words: str) -> bool:
    try:
        return math.isfinite(float(words))
    except ValueError:
        return False


def adjust(expected: Futures | None, rows: pd.DataFrame) -> Futures | None:
    """The forecast with each adjusted year moved, within its bounds; none where nothing is adjusted."""
    if expected is None or rows.empty:
        return None
    draws = expected.draws.copy()
    for row in rows.to_dict("records"):
        draws[:, expected.column(row["period"])] += row["add_factor"]
    return expected.moved(draws)
