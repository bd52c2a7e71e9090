"""Figures out of people's spreadsheets: any layout in, rows with figures by period out; what is left out is named."""

import logging
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pandas as pd

from helpers import UserError
from helpers.workbooks import figures, heads, sheets
from helpers.workbooks.figures import Figure
from helpers.workbooks.heads import FACT, PLANNED
from helpers.workbooks.rows import Row, read_rows
from helpers.workbooks.sheets import KINDS, is_percent

__all__ = [
    "FACT", "KINDS", "PLANNED", "Figure", "Row", "figures", "heads", "is_percent", "is_plain", "long_table",
    "read_rows", "sheets",
]  # fmt: skip
__dir__ = __all__.copy

MOST_REMARKS = 4  # that one line names
FREQUENCIES = {"annual": "yearly", "quarterly": "quarterly"}


def is_plain(path: Path, columns: Collection[str]) -> bool:
    """True for a CSV with commas whose head has one of the columns, and for what is no kind of spreadsheet.

    The strict reader of plain tables names their faults with the line.
    """
    if path.suffix.lower() not in KINDS or not path.is_file() or not path.stat().st_size:
        return True
    with path.open("rb") as file:
        head = file.readline(10_000).decode("utf-8-sig", errors="replace")
    return bool({cell.strip().casefold() for cell in head.split(",")} & set(columns))


def long_table(path: Path, frequency: str = "annual") -> pd.DataFrame:
    """One figure a row: series_id, period (`2025`, `2025-Q3`), value in the file's own units; from any layout.

    What is doubtful or left aside goes to the log `jospar` in one line. Raises UserError where no figure is there.
    """
    rows = read_rows(path)
    names = _names(rows)
    quarterly = frequency == "quarterly"
    records = [
        (name, period, float(figure.value))
        for name, row in zip(names, rows, strict=True)
        for period, figure in sorted(row.figures.items())
        if ("-Q" in period) == quarterly and "-M" not in period
    ]
    if not records:
        raise UserError(f"{path.name}: has no {FREQUENCIES.get(frequency, frequency)} figures; see --frequency")
    if line := "; ".join(_remarks(names, rows, quarterly)):
        logging.getLogger("jospar").warning("%s: %s", path.name, line)
    return pd.DataFrame(records, columns=["series_id", "period", "value"])


def _names(rows: list[Row]) -> list[str]:
    """A name for each row: its words, else its number; where two have the same, their group or place tells them."""
    names = [row.label or row.number or row.where for row in rows]
    for tell in (lambda row: row.group, lambda row: row.where):
        many = Counter(names)
        names = [
            f"{tell(row)}: {name}" if many[name] > 1 and tell(row) else name
            for name, row in zip(names, rows, strict=True)
        ]
    return names


def _remarks(names: list[str], rows: list[Row], quarterly: bool) -> list[str]:
    """What is doubtful first, then what is left aside."""
    named = list(zip(names, rows, strict=True))
    remarks = [f"{name[:40]}: {line}" for name, row in named for line in dict.fromkeys(row.doubts)]
    remarks += [f"{name[:40]}: left aside: {line}" for name, row in named for line in dict.fromkeys(row.aside)]
    others = [p for row in rows for p in row.figures if ("-Q" in p) != quarterly or "-M" in p]
    remarks += [f"{len(others)} figures of other periods left aside, such as {others[0]}"] if others else []
    planned = sum(len(row.planned) for row in rows)
    remarks += [f"{planned} planned values left aside"] if planned else []
    rest = len(remarks) - MOST_REMARKS
    return [*remarks[:MOST_REMARKS], *([f"and {rest} more"] if rest > 0 else [])]
