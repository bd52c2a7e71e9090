"""A spreadsheet or CSV file as plain sheets of cells, with what Excel hides: formats, merged and hidden cells."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from helpers import UserError

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | bool | date | time | timedelta | None  # of a cell
KINDS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt")
MOST_CELLS = 2_000_000  # of a sheet; a figure table is far smaller
# Whose errors mean a damaged file; `builtins` are what openpyxl lets through.
LIBRARIES = ("python_calamine", "lxml", "xml", "zlib", "zipfile", "builtins", "openpyxl")
CODINGS = ("utf-8-sig", "cp1251")


@dataclass
class Sheet:
    """Cells by row and column, empty ones None. `heads` is the same with each merged cell's value in all its places."""

    name: str
    cells: list[list[Value]]
    heads: list[list[Value]]
    hidden: set[int] = field(default_factory=set)  # rows, from 0
    state: str = "visible"
    hidden_columns: set[int] = field(default_factory=set)


def read(path: Path) -> list[Sheet]:
    """The sheets of a file that hold anything; raises UserError with one line for a file that can't be read."""
    if path.suffix.lower() not in KINDS:
        raise UserError(f"{path.name}: is no spreadsheet; give one of {', '.join(KINDS)}")
    if not path.is_file():
        raise UserError(f"{path.name}: isn't there; check the name and the folder")
    if not path.stat().st_size:
        raise UserError(f"{path.name}: the file is empty; save it again")
    sheets = [delimited(path)] if path.suffix.lower() in (".csv", ".tsv", ".txt") else workbook(path)
    sheets = [sheet for sheet in sheets if any(cell is not None for row in sheet.cells for cell in row)]
    if not sheets:
        raise UserError(f"{path.name}: has no filled cell; give the workbook that holds the figures")
    return sheets


def workbook(path: Path) -> list[Sheet]:
    """The sheets of an Excel or OpenDocument file, whichever of the kinds its ending names."""
    content = path.read_bytes()
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" and path.suffix.lower() == ".xlsx":
        raise UserError(f"{path.name}: is protected by a password, or an old .xls; save it as .xlsx without a password")
    excel = content[:2] == b"PK" and path.suffix.lower() in (".xlsx", ".xlsm")
    try:
        return excel_sheets(content) if excel else other_sheets(content)
    except Exception as fault:  # each library has errors of its own, and they share no base class but this
        if isinstance(fault, MemoryError) or type(fault).__module__.split(".")[0] not in LIBRARIES:
            raise
        reason = next(iter(str(fault).splitlines()), type(fault).__name__)[:80]
        advice = "open it and save it again as .xlsx"
        raise UserError(f"{path.name}: can't be read as a spreadsheet ({reason}); {advice}") from None


def excel_sheets(content: bytes) -> list[Sheet]:
    """Sheets with formats, merged and hidden cells, and formulas that no program has computed."""
    import openpyxl

    values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    formulas = openpyxl.load_workbook(io.BytesIO(content))
    return [excel_sheet(sheet, formulas[sheet.title]) for sheet in values.worksheets]


def excel_sheet(sheet: object, formulas: object) -> Sheet:
    """One sheet of a workbook."""
    if (sheet.max_row or 0) * (sheet.max_column or 0) > MOST_CELLS:
        raise ValueError(f"sheet {sheet.title} has {sheet.max_row} rows and {sheet.max_column} columns")
    rows = list(sheet.iter_rows())
    cells = [[shown(cell, formulas) for cell in row] for row in rows]
    one = Sheet(sheet.title, cells, [list(row) for row in cells], state=sheet.sheet_state)
    for area in sheet.merged_cells.ranges:
        for row in range(area.min_row - 1, min(area.max_row, len(cells))):
            for column in range(area.min_col - 1, min(area.max_col, len(cells[row]))):
                one.heads[row][column] = cells[area.min_row - 1][area.min_col - 1]
    one.hidden = {n - 1 for n, row in sheet.row_dimensions.items() if row.hidden}
    folded = [column for column in sheet.column_dimensions.values() if column.hidden]
    one.hidden_columns = {n - 1 for column in folded for n in range(column.min, column.max + 1)}
    return one


def shown(cell: Cell, formulas: Worksheet) -> Value:
    """A cell's value as a reader sees it: 5.1 for 0.051 as 5.1%, a sign of equality for a formula not yet computed."""
    if isinstance(cell.value, int | float) and is_percent(cell.number_format):
        return round(100 * cell.value, 8)
    if cell.value is None and formulas[cell.coordinate].data_type == "f":
        return "="
    return plain(cell.value)


def is_percent(number_format: object) -> bool:
    """True where a program shows a hundred times the value; a sign in quotes or behind a stroke is only printed."""
    return "%" in re.sub(r'"[^"]*"|[\\_*].', "", str(number_format))


def other_sheets(content: bytes) -> list[Sheet]:
    """Sheets of an .xls or .ods file, by pandas and calamine."""
    tables = pd.read_excel(io.BytesIO(content), sheet_name=None, header=None, dtype=object, engine="calamine")
    sheets = []
    for name, table in tables.items():
        cells = [[plain(value) for value in row] for row in table.to_numpy(dtype=object).tolist()]
        sheets.append(Sheet(str(name), cells, [list(row) for row in cells]))
    return sheets


def delimited(path: Path) -> Sheet:
    """A CSV file as Excel saves one: in UTF-8, UTF-16 or the Russian code page, with whichever separator."""
    content = path.read_bytes()
    words = decoded(content, path.name)
    lines = [line for line in words.splitlines() if line.strip()][:50]
    # A decimal comma is a comma too, so it separates only where nothing else does in the median line.
    mark = next((m for m in ";\t|" if lines and sorted(line.count(m) for line in lines)[len(lines) // 2]), ",")
    try:
        rows = [[plain(cell) for cell in row] for row in csv.reader(io.StringIO(words), delimiter=mark, strict=True)]
    except csv.Error as fault:
        raise UserError(f"{path.name}: can't be read as a table ({fault}); look for an open quote") from None
    width = max(map(len, rows), default=0)
    cells = [row + [None] * (width - len(row)) for row in rows]
    return Sheet(path.stem, cells, [list(row) for row in cells])


def decoded(content: bytes, name: str) -> str:
    """The text of a file in one of the codings that office programs write."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    if b"\0" in content[:4096]:
        raise UserError(f"{name}: is no text; give a CSV file, or name it by its own ending (.xlsx, .xls, .ods)")
    for coding in CODINGS:
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode(coding)
    raise UserError(f"{name}: is in no coding that is known; save it as CSV in UTF-8")


def plain(value: object) -> Value:
    """A cell's value; blanks, and what pandas has for them, are None."""
    if value is None or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, str):
        words = " ".join(re.sub("[\ufeff\u00ad]", "", value).split())
        return words or None
    return None if value is pd.NaT else value
