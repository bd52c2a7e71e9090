"""The Bureau's workbooks: years in merged head cells, quarters below them in any language, names at the left."""

import io
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

import pandas as pd

from helpers import workbooks
from helpers.refresh.readers import archive, tidy

MOST_ROWS, MOST_COLUMNS = 20_000, 1_000
# A year, alone or in words; a day stands for the year that it begins or ends.
YEAR = re.compile(r"(?:за )?([12][0-9]{3})(?:-01-01|-12-31|\.0|,? ?(?:г\.?|год|года|жыл|жылы|ж\.?|year))?", re.I)
QUARTER = re.compile(r"(IV|I{1,3}|[1-4])[ -]*(quarter|квартал|кв\.?|тоқсан)", re.IGNORECASE)
WHOLE_YEAR = re.compile(r"(year|год|жыл)", re.IGNORECASE)
ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}
FEW = 3  # counts of people can rise by one as years do, but hardly through more cells than this
Place = tuple[str, str, str, str]  # heading, label, period, value


def read(data: bytes) -> pd.DataFrame:
    """Figures, tidy: the area is the name at the left of a row, `item` the heading above it.

    Where several sheets hold figures, the sheet's name stands before the heading, joined by ` > `. Figures without a
    year above them or a name at their left are left out and named by their place.
    """
    sheets = {title: list(_figures(rows)) for title, rows in _sheets(data).items()}
    filled = [title for title, rows in sheets.items() if any(tidy.period(period) for _, _, period, _ in rows)]
    if not filled:
        if any(b"<f>" in part or b"<f " in part for part in archive.parts(data, "xl/worksheets/").values()):
            advice = "open it in a spreadsheet program and save it, so that its formulas get values"
            raise tidy.Unreadable(
                f"the answer holds no figure: {advice}, or see that years stand in a row above the figures"
            )
        places = Counter(place for rows in sheets.values() for _, _, place, _ in rows)
        but = f" but {tidy.unread(places)}" if places else ""
        raise tidy.Unreadable(f"the answer holds no figure below a row of years{but}")
    return tidy.frame(
        (
            " > ".join(filter(None, [title if len(filled) > 1 else "", heading])),
            label,
            period if title in filled or tidy.period(period) else f"sheet {title}",
            value,
            "",
        )
        for title, rows in sheets.items()
        for heading, label, period, value in rows
    )


def _sheets(data: bytes) -> dict[str, list[list[str]]]:
    """The cells of every visible sheet as text. Rows are streamed, since a sheet may claim a million empty ones."""
    import openpyxl  # takes a tenth of a second, so only when needed

    archive.parts(data)  # refuses a bomb before it is opened
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and validations, which carry no figure
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            sheets = {}
            for sheet in book.worksheets:
                if sheet.sheet_state != "visible":
                    continue
                sheet.reset_dimensions()  # what it claims may be too little, and filling up to a bound takes long
                rows = sheet.iter_rows(max_row=MOST_ROWS + 1)
                sheets[sheet.title] = [_trimmed(row) for row in rows]
    except Exception as error:  # a damaged workbook raises anything, from KeyError to ParseError
        raise tidy.Unreadable(f"the answer is no workbook that can be read ({type(error).__name__})") from error
    for title, rows in sheets.items():
        if any(rows[MOST_ROWS:]) or max(map(len, rows), default=0) > MOST_COLUMNS:
            raise tidy.Unreadable(f"sheet {title} has more than {MOST_ROWS:,} rows or {MOST_COLUMNS:,} columns")
    return sheets


def _trimmed(row: tuple) -> list[str]:
    cells = ["" if cell.value is None else _text(cell) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _text(cell: object) -> str:
    """What a reader sees in the cell: 5.1 for what is stored as 0.051 and shown as 5.1%, a date as an ISO day."""
    value = cell.value
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return repr(round(100 * value, 10)) if workbooks.is_percent(cell.number_format) else repr(value)


def _figures(rows: list[list[str]]) -> Iterator[Place]:
    """Every figure below a head of years; a second head replaces the first. What has no period has its place there."""
    periods: dict[int, str] = {}
    heading, start = "", 1
    for number, row in enumerate(rows):
        years = {column: match[1] for column, cell in enumerate(row) if (match := YEAR.fullmatch(tidy.name(cell)))}
        below = rows[number + 1] if number + 1 < len(rows) else []
        if _is_head(years, below, row, periods):
            _check_below(years, row, below)
            start, periods, heading = min(years), _periods(years, row, below), ""
            continue
        label = tidy.name("; ".join(filter(None, row[:start])))
        counting = periods if label else {}
        values = {column: row[column] for column in range(start, len(row)) if _is_figure(row, column, counting)}
        if label and periods and not values:
            heading = label
        for column, value in values.items():
            place = periods.get(column, f"column {column + 1}") if periods else "rows above the years"
            yield heading, label, place if label or not periods else f"row {number + 1} without a name", value


def _is_figure(row: list[str], column: int, periods: dict[int, str]) -> bool:
    """Whether a cell counts: whatever stands under a period, and a number elsewhere; the head's own words don't."""
    return bool(row[column]) and (tidy.period(periods.get(column, "")) != "" or _is_number(row[column]))


def _is_head(years: dict[int, str], below: list[str], row: list[str], periods: dict[int, str]) -> bool:
    """Whether cells that look like years are a head: years that follow each other, or one above its quarters.

    Counts of people can look like years too, but don't rise by one from cell to cell. Years with gaps, falling years
    and a single one are a head where none stands above them and the row holds no other number. Raises Unreadable for
    a row that could be either.
    """
    numbers = [int(year) for _, year in sorted(years.items())]
    steps = [b - a for a, b in pairwise(numbers)]
    if steps and all(step == 1 for step in steps):
        known = {int(period[:4]) for period in periods.values() if tidy.period(period)}
        near = {year + step for year in known for step in (-1, 0, 1)}
        if known and not near & set(numbers) and len(numbers) <= FEW and any(row[: min(years)]):
            raise tidy.Unreadable(f"{', '.join(years.values())} beside {row[0]!r} may be years or figures")
        return True
    if len(numbers) == 1 and any(_part(tidy.name(cell)) for cell in below):
        return True
    others = [cell for column, cell in enumerate(row) if column not in years and _is_number(cell)]
    if periods or others or not numbers or not all(1900 <= year <= 2100 for year in numbers):
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
        end = min((head for head in heads if head > column), default=column + 1)
        labels = [cell for cell in below[column:end] if cell]
        if len(labels) > 1 and not any(_part(tidy.name(cell)) for cell in labels):
            raise tidy.Unreadable(f"below {year} stand {', '.join(labels)[:80]}; only quarters are read below a year")


def _periods(years: dict[int, str], row: list[str], below: list[str]) -> dict[int, str]:
    """The period of each column: the year alone, or with the quarter below it; a year reaches to the next head.

    What is planned or expected, and a column whose words name no period, has these words in its place.
    """
    words = {column: tidy.name(cell) for column, cell in enumerate(below) if not tidy.is_missing(cell)}
    if any(_is_number(words.get(column, "")) for column in years):
        words = {}  # a row of figures
    shared = len({words.get(column, "") for column in years}) == 1
    heads = sorted({column for column, cell in enumerate(row) if cell and column > min(years)} | {*years})
    periods = {}
    for head, end in pairwise([*heads, max(len(row), len(below))]):
        base = years.get(head, tidy.name(row[head]))
        divided = head in years and any(_part(words.get(column, "")) for column in range(head, end))
        for column in range(head, end):
            label = words.get(column, "")
            if divided and _part(label):
                periods[column] = base + _part(label).strip()
            elif column == head and head in years and not divided and (not label or _is_told(label, shared)):
                periods[column] = base
            elif label or column == head:
                periods[column] = f"{base} {label or 'as a whole' * divided}".strip()
    return periods


def _is_told(label: str, shared: bool) -> bool:
    """Whether a year's figure is the year's with these words below it: facts, or the same unit below every year."""
    words = label.casefold()
    return bool(workbooks.FACT.search(words)) or (shared and not workbooks.PLANNED.search(words))


def _part(label: str) -> str:
    """`-Q1` to `-Q4` for a quarter, a space for the whole year, empty for anything else."""
    if quarter := QUARTER.fullmatch(label):
        return f"-Q{ROMAN.get(quarter[1].upper(), quarter[1])}"
    return " " if WHOLE_YEAR.fullmatch(label) else ""
