"""The Bureau's workbooks: years in merged head cells, quarters below them in any language, names at the left."""

import io
import re
import warnings
from datetime import date
from itertools import pairwise

import pandas as pd

from helpers.refresh.readers import archive, tidy

MOST_ROWS, MOST_COLUMNS = 20_000, 1_000
YEAR = re.compile(r"([12][0-9]{3})( ?(г\.?|год|года|жыл|year))?")
QUARTER = re.compile(r"(IV|I{1,3}|[1-4])[ -]*(quarter|квартал|кв\.?|тоқсан)", re.IGNORECASE)
WHOLE_YEAR = re.compile(r"(year|год|жыл)", re.IGNORECASE)
ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}


def read(data: bytes) -> pd.DataFrame:
    """Figures, tidy: the area is the name at the left of a row, `item` the heading above it.

    Where several sheets hold figures, the sheet's name stands before the heading, joined by ` > `.
    """
    sheets = {title: _figures(rows) for title, rows in _sheets(data).items()}
    filled = {title: rows for title, rows in sheets.items() if rows}
    if not filled:
        if any(b"<f>" in part or b"<f " in part for part in archive.parts(data, "xl/worksheets/")):
            raise tidy.Unreadable(
                "the answer holds no figure: open it in a spreadsheet program and save it, so that "
                "its formulas get values, or see that years stand in a row above the figures"
            )
        raise tidy.Unreadable("the answer holds no figure below a row of years")
    return tidy.frame(
        (" > ".join(filter(None, [title if len(filled) > 1 else "", heading])), label, period, value, "")
        for title, rows in filled.items()
        for heading, label, period, value in rows
    )


def _sheets(data: bytes) -> dict[str, list[list[str]]]:
    """The cells of every visible sheet as text. Rows are streamed, since a sheet may claim a million empty ones."""
    import openpyxl  # takes a tenth of a second, so only when needed

    archive.names(data)  # refuses a bomb before it is opened
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and validations, which carry no figure
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            found = {}
            for sheet in book.worksheets:
                if sheet.sheet_state != "visible":
                    continue
                rows = sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS)
                found[sheet.title] = [_trimmed(row) for row in rows]
            return found
    except Exception as error:  # a damaged workbook raises anything, from KeyError to ParseError
        raise tidy.Unreadable(f"the answer is no workbook that can be read ({type(error).__name__})") from error


def _trimmed(row: tuple) -> list[str]:
    cells = [_text(cell) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _text(cell: object) -> str:
    """What a reader sees in the cell: 5.1 for what is stored as 0.051 and shown as 5.1%, a year for its first day."""
    value = cell.value
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, date):
        return str(value.year) if (value.month, value.day) in ((1, 1), (12, 31)) else value.isoformat()[:10]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return repr(round(100 * value, 10)) if "%" in str(cell.number_format) else repr(value)


def _figures(rows: list[list[str]]) -> list[tuple[str, str, str, str]]:
    """Heading, label, period and value of every figure below a head of years; a second head replaces the first."""
    periods: dict[int, str] = {}
    heading, found = "", []
    for number, row in enumerate(rows):
        years = {column: match[1] for column, cell in enumerate(row) if (match := YEAR.fullmatch(tidy.name(cell)))}
        below = rows[number + 1] if number + 1 < len(rows) else []
        if _is_head(years, below, row, bool(periods)):
            _check_below(years, row, below)
            periods, heading = _periods(years, below), ""
            continue
        if not periods:
            continue
        label = tidy.name("; ".join(filter(None, row[: min(periods)])))
        values = [(period, row[column]) for column, period in periods.items() if column < len(row) and row[column]]
        if label and not values:
            heading = label
        elif label:
            found += [(heading, label, period, value) for period, value in values]
    return found


def _is_head(years: dict[int, str], below: list[str], row: list[str], headed: bool) -> bool:
    """Whether cells that look like years are a head: years that follow each other, or one above its quarters.

    Counts of people can look like years too, but don't rise by one from cell to cell. Years with gaps, falling years
    and a single one are a head where none stands above them and the row holds no other number.
    """
    numbers = [int(year) for _, year in sorted(years.items())]
    steps = [b - a for a, b in pairwise(numbers)]
    if steps and all(step == 1 for step in steps):
        return True
    if len(numbers) == 1 and any(_part(tidy.name(cell)) for cell in below):
        return True
    others = [cell for column, cell in enumerate(row) if column not in years and _is_number(cell)]
    if headed or others or not numbers or not all(1900 <= year <= 2100 for year in numbers):
        return False
    falling, rising = all(step < 0 for step in steps), all(step > 0 for step in steps)
    filled = all(column < len(below) and below[column] for column in years)
    return (falling or rising) and min(years) > 0 and (len(numbers) > 1 or filled)


def _is_number(cell: str) -> bool:
    try:
        tidy.number(cell)
    except tidy.Unreadable:
        return False
    return True


def _check_below(years: dict[int, str], row: list[str], below: list[str]) -> None:
    """Raises Unreadable where several columns below one year are told apart by anything but quarters."""
    heads = [column for column, cell in enumerate(row) if cell] + [len(below)]
    for column, year in years.items():
        end = min(head for head in heads if head > column) if any(head > column for head in heads) else column + 1
        labels = [cell for cell in below[column:end] if cell]
        if len(labels) > 1 and not any(_part(tidy.name(cell)) for cell in labels):
            raise tidy.Unreadable(f"below {year} stand {', '.join(labels)[:80]}; only quarters are read below a year")


def _periods(years: dict[int, str], below: list[str]) -> dict[int, str]:
    """The period of each column: the year alone, or with the quarter that stands below; a year reaches to the next."""
    parts = {column: part for column, cell in enumerate(below) if (part := _part(tidy.name(cell)))}
    if not parts:
        return years
    starts = sorted(years)
    return {
        column: years[max(start for start in starts if start <= column)] + part.strip()
        for column, part in parts.items()
        if column >= starts[0]
    }


def _part(label: str) -> str:
    """`-Q1` to `-Q4` for a quarter, a space for the whole year, empty for anything else."""
    if found := QUARTER.fullmatch(label):
        return f"-Q{ROMAN.get(found[1].upper(), found[1])}"
    return " " if WHOLE_YEAR.fullmatch(label) else ""
