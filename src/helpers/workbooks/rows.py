"""Rows of a spreadsheet with their figures by period, whether the years stand across, down or in a column."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate, chain, pairwise, takewhile
from pathlib import Path

from helpers import UserError
from helpers.workbooks import figures, heads, sheets
from helpers.workbooks.figures import Figure
from helpers.workbooks.long import PERIODS, cross_rows, long_columns, long_rows, outline_rows
from helpers.workbooks.row import AREAS, NAME_HEADS, ORDINAL, UNITS, Row, caption, parted
from helpers.workbooks.sheets import Sheet

LABELS = (
    "показател", "индикатор", "наименован", "көрсеткіш", "атауы", "indicator", "name", "series", "№", "ед.",
    "unit", "бірлік", "единиц", "код", "code", "better", "лучш", "жақсы", "желаем", "желательн", "направлен", "бағыт",
)  # fmt: skip
UNIT_HEADS = ("ед.", "единиц", "unit", "бірл", "өлш")
AIM = re.compile(r"(?:\w+\.? )?(план|жоспар|plan|target|цел[ьи]|прогноз|болжам|forecast|нысана|мақсат)\w*")


def read_rows(path: Path) -> list[Row]:
    """Every row of a file that has figures under periods; raises UserError where no sheet has any."""
    rows = []
    for sheet in sheets.read(path):
        if sheet.state != "visible":
            rows.append(Row(sheet.name, "", "", "", "", aside=["the sheet is hidden in the file"]))
            continue
        title = captions(sheet)
        date_by_caption(sheet)
        tables = [row for table in side_by_side(sheet) for row in of_table(table)]
        rows += [replace(row, title=title) for row in tables or unread(sheet)]
    if not any(row.figures or row.planned for row in rows):
        advice = next((f"{row.where}: {line}" for row in rows for line in row.aside), "give years as headings")
        raise UserError(f"{path.name}: no row with figures under years or quarters; {advice}")
    return rows


def captions(sheet: Sheet) -> str:
    """The sheet's name and the lines above its table, which have a word or two each."""
    lines = [[str(cell) for cell in row if cell is not None] for row in sheet.cells[:8]]
    return "\n".join([sheet.name, *(" ".join(line) for line in takewhile(lambda line: len(line) < 3, lines))])


def date_by_caption(sheet: Sheet) -> None:
    """Give «План» and «Факт» above columns the one year that the sheet's name or the caption above them states."""
    years = {*heads.years_of(heads.words_of(sheet.name))}
    for row in sheet.heads:
        words = [heads.words_of(cell) for cell in row if cell is not None]
        if len({*words}) < 3:
            years = {year for cell in words for year in heads.years_of(cell)} or years
        elif len(years) == 1 and any(map(heads.FACT.match, words)) and not any(map(heads.is_year, row)):
            row[:] = [f"{cell} {min(years)}" if heads.is_part(cell) else cell for cell in row]


def side_by_side(sheet: Sheet) -> list[Sheet]:
    """The tables of a sheet; one that begins with a heading of names after another's years is a table of its own."""
    for row in sheet.heads[:15]:
        years = [c for c, cell in enumerate(row) if heads.is_year(cell)]
        names = [c for c, cell in enumerate(row) if any(word in heads.words_of(cell) for word in NAME_HEADS)]
        starts = [c for c in names if years and years[0] < c < years[-1] and c - 1 not in names]
        if starts:
            return [part(sheet, a, b) for a, b in pairwise([0, *starts, len(row)])]
    return [sheet]


def part(sheet: Sheet, start: int, end: int) -> Sheet:
    """The columns from start to before end, as a sheet."""
    cells, words = ([row[start:end] for row in rows] for rows in (sheet.cells, sheet.heads))
    return replace(sheet, cells=cells, heads=words, hidden_columns={c - start for c in sheet.hidden_columns})


def of_table(sheet: Sheet) -> list[Row]:
    """The rows of one table."""
    if columns := long_columns(sheet):
        return long_rows(sheet, *columns)
    if rows := cross_rows(sheet) or outline_rows(sheet):
        return rows
    filled = [row for row in sheet.cells if sum(cell is not None for cell in row) > 1]  # else a caption
    lines = zip(*filled, strict=True), filled
    down, across = (max((len({*filter(heads.is_year, line)}) for line in way), default=0) for way in lines)
    return wide_rows(turned(sheet), down=True) if down > across else wide_rows(sheet, down=False)


def unread(sheet: Sheet) -> list[Row]:
    """A row that says how many numbers a sheet holds of which none has a period; none for a sheet without numbers."""
    count = sum(isinstance(figures.read(cell), Figure) for row in sheet.cells for cell in row)
    place = Row(sheet.name, "", "", "", "", aside=[f"{count} numbers without years or quarters as headings"])
    return [place] if count else []


def turned(sheet: Sheet) -> Sheet:
    """The sheet with rows and columns exchanged, so that years stand across."""
    cells, words = ([list(column) for column in zip(*rows, strict=True)] for rows in (sheet.cells, sheet.heads))
    return Sheet(sheet.name, cells, words, sheet.hidden_columns, sheet.state, sheet.hidden)


def wide_rows(sheet: Sheet, down: bool) -> list[Row]:
    """The rows of a table with periods across; a second band of headings begins a second table."""
    tops = [r for r in range(len(sheet.cells)) if is_head(sheet, r)]
    tops = [r for n, r in enumerate(tops) if n == 0 or r - tops[n - 1] > 1]
    rows: list[Row] = []
    for top, end in pairwise([*tops, len(sheet.cells)]):
        columns, body = periods(sheet, top)
        if columns:
            rows += band(sheet, columns, range(body, end), top, down)
    return rows


def is_head(sheet: Sheet, r: int) -> bool:
    """True for a row of headings: years, and no other numbers; what stands before them is no indicator's name."""
    row = sheet.heads[r]
    years = [c for c, cell in enumerate(row) if heads.is_year(cell)]
    if not years:
        return False
    stated = [int(heads.years_of(heads.words_of(row[c]))[0]) for c in years]
    if len(stated) > 2 and sorted(stated) == list(range(min(stated), max(stated) + 1)):
        return True
    rest = [cell for cell in row[years[0] :] if cell is not None]
    before = [heads.words_of(cell) for cell in row[: years[0]] if cell is not None]
    named = [w for w in before if len(w) > 3 and w not in PERIODS and not any(known in w for known in LABELS)]
    words = all(isinstance(cell, str) for cell in (row[c] for c in years))
    few = len(years) == 1 and (not words or len(rest) == 1) and not any(known in w for w in before for known in LABELS)
    return (len(years) * 2 >= len(rest) and not named and not few) or (
        len(years) >= 3
        and len(years) == len(rest)
        and (words or (len({heads.words_of(row[c]) for c in years}) == len(years) and not named))
    )


def periods(sheet: Sheet, top: int) -> tuple[dict[int, heads.Head], int]:
    """What each column's headings say, and the row in which the figures begin."""
    first = next(c for c, cell in enumerate(sheet.heads[top]) if heads.is_year(cell))
    body = top + 1
    while body < len(sheet.cells) and body < top + 4 and is_below(sheet.heads[body][first:]):
        body += 1
    start = top
    while start > 0 and start > top - 3 and any(heads.is_part(cell) for cell in sheet.heads[start - 1][first:]):
        start -= 1
    columns, year = {}, None
    years = [cell for cell in sheet.heads[top] if heads.is_year(cell)]
    above = sheet.heads[start:top]
    if len({*years}) < len(years):  # «План» above some years, «Факт» above the same ones again
        above = [list(accumulate(row, lambda last, cell: last if cell is None else cell)) for row in above]
    for c, cell in enumerate(sheet.heads[top][first:], first):
        below = [sheet.heads[r][c] for r in range(top + 1, body)]
        year = cell if heads.is_year(cell) else year
        carried = year if cell is None and any(heads.is_part(part) for part in below) else cell
        parts = [*(row[c] for row in above), carried, *below]
        strange = [part for part in below if not (part is None or is_below([part]))]
        head = None if strange else heads.read(parts)
        if head or any(part is not None for part in parts):
            other = next(part for part in [*strange, *parts] if part is not None)
            columns[c] = head or heads.Head("", aside=f"column «{other}»")
    return columns, body


def is_below(cells: list[object]) -> bool:
    """True for a row that goes on with the headings: mostly quarters, plan and fact, or units, and no figure."""
    filled = [cell for cell in cells if cell is not None]
    known = [cell for cell in filled if heads.is_part(cell) or UNITS.match(heads.words_of(cell))]
    numbers = any(isinstance(figures.read(cell), Figure) for cell in filled)
    return bool(filled) and len(known) * 2 >= len(filled) and not numbers


def band(sheet: Sheet, columns: dict[int, heads.Head], body: range, top: int, down: bool) -> Iterator[Row]:
    """The rows of figures below one band of headings."""
    first, unit, before = min(columns), caption(sheet, top)[1], None
    above = [cell for cell in sheet.cells[top - 1] if cell is not None] if top else []
    group = str(above[0]) if len(above) == 1 else ""
    lines = [sheet.heads[r] for r in (top, *range(max(0, top - 2), top), *range(top + 1, body.start))]
    titles = [next(filter(None, map(heads.words_of, column)), "") for column in zip(*lines, strict=True)]
    for r in body:
        labels = {c: cell for c, cell in enumerate(sheet.heads[r][:first]) if cell is not None}
        filled = {c: sheet.cells[r][c] for c in columns if sheet.cells[r][c] is not None}
        if (not labels and not filled) or numbering(sheet.cells[r]):
            continue
        labels = labels or (dict(enumerate(above)) if len(above) == 1 else {})  # a table for a single indicator
        row = described(sheet, r, labels, titles, down)
        if not filled and before and continues(row.label) and before.where.endswith(f" {r}"):
            before.label = f"{before.label} {row.label}"  # a long name goes on below its figures
            continue
        if not filled:
            word = row.unit or heads.words_of(row.label).strip("():, ")
            unit, group = (word, group) if UNITS.match(word) and not row.number else (unit, row.label)
            continue
        if before and labels:
            row.named_by(before, min(labels), titles)
        row.unit, row.group = row.unit or unit, group if row.area == row.label else row.area or group
        fill(row, sheet, r, {c: columns[c] for c in filled}, titles)
        before = row
        yield row


def continues(words: str) -> bool:
    """True for words that go on a name that stands above: no heading of parts, and no capital at the start."""
    return words[:1].islower() and not re.match(r"в том числе|из них|в т\.|оның ішінде|соның ішінде|of which", words)


def fill(row: Row, sheet: Sheet, r: int, filled: dict[int, heads.Head], titles: list[str]) -> None:
    """Put the cells of a line into its row; what has no period is kept by its heading."""
    kinds = [cell.lower() for cell in row.cells.values() if cell not in (row.label, row.number) and len(cell) < 20]
    aims = any(map(AIM.fullmatch, [sheet.name.lower(), row.group.lower(), *kinds]))
    other = next((cell for cell in kinds if cell != row.unit and heads.OTHER.search(cell)), "")
    if heads.DONE.fullmatch(other) and not any(heads.FACT.match(heads.words_of(x)) for x in chain(*sheet.cells)):
        row.doubts, other = [*row.doubts, f"«{other}» is taken as the fact"], ""
    for c, head in sorted(filled.items(), key=lambda place: place[0] in sheet.hidden_columns):
        head = heads.Head("", aside=f"«{other}»") if other else head
        aim = heads.Head(head.period, True, head.aside, head.doubt) if aims and head.period else head
        if c in sheet.hidden_columns and not aim.planned:  # what is in sight comes first, and counts
            row.doubts.append(f"the column of {head.period or titles[c]} is hidden in the file")
            aim = heads.Head("", aside=row.doubts[-1]) if aim.period in (row.figures | row.planned) else aim
        row.add(aim, sheet.cells[r][c])
        if not head.period:
            value = row.cells.setdefault(titles[c], str(sheet.cells[r][c]))
            row.unit = row.unit or (value.lower() if any(word in titles[c] for word in UNIT_HEADS) else "")
    if r in sheet.hidden:
        row.doubts.append("the row is hidden in the file")


def numbering(cells: list[object]) -> bool:
    """True for a row that only numbers the columns."""
    filled = [cell for cell in cells if cell is not None]
    numbers = [int(c) if isinstance(c, float) or str(c).isdigit() else c for c in filled]
    return len(filled) > 2 and numbers == list(range(1, len(filled) + 1))


def described(sheet: Sheet, r: int, labels: dict[int, object], titles: list[str], down: bool) -> Row:
    """A row's number, name and unit out of the cells before its figures."""
    number, unit, names, cells = "", "", [], {}
    for c, cell in labels.items():
        words = str(int(cell) if isinstance(cell, float) and cell == int(cell) else cell)
        cells[titles[c] or f"column {c}"] = words
        if ordinal := ORDINAL.fullmatch(words):
            number = number or ordinal[1]
        elif any(word in titles[c] for word in NAME_HEADS):
            names.append(words)
        elif UNITS.match(words.lower().strip("(), ")) or any(word in titles[c] for word in UNIT_HEADS):
            unit = unit or words.lower().strip("(), ")
        elif words not in names:
            names.append(words)
    titled = [words for title, words in cells.items() if words in names and any(name in title for name in NAME_HEADS)]
    named = titled or names
    label = max(named, key=len, default="")
    number, label, unit = parted(label, number, unit)
    place = f"{sheet.name}, column {r + 1}" if down else f"{sheet.name}, row {r + 1}"
    area = next((words for title, words in cells.items() if AREAS.match(title)), "")
    return Row(place, number, label, "", unit, cells=cells, area=area)
