"""Tables with one figure a row: names, periods and values in columns."""

import re
from dataclasses import replace

from helpers.workbooks import heads
from helpers.workbooks.row import AREAS, ORDINAL, Row, caption, parted
from helpers.workbooks.sheets import Sheet

SERIES = re.compile(
    r"(?!.*\b(код|code|ед\.|единиц|unit))(series|name\b|title\b|атау|.*(indicator|показател|индикатор|наименован|көрсеткіш))"
)
BEGINS = re.compile(r"начало|(дата|период) (начала|с\b)|start|begin|from$|басы|басталу")
ENDS = ("конец периода", "окончание периода", "дата окончания", "end", "end date", "period end", "аяқталуы")
PERIODS = ("period", "year", "период", "год", "жыл", "кезең", "date", "дата", "отчетный год", "отчётный год", "жылы")
VALUES = re.compile(r"value|.*значени|мән|факт|figure|показание|нақты")
UNIT = re.compile(r"ед\.|единиц|unit|бірл|өлш")
PLAN = re.compile(r"(план|жоспар|цел[ьеи]|target|plan|goal|нысана|мақсат)\w*( \w+)?")
KINDS = re.compile(r"вид|тип|стат|.*(кварт|тоқсан|quarter)|type|kind|status|түр")  # of a period, or of a figure


def long_columns(sheet: Sheet) -> tuple[int, int, int, int] | None:
    """The row of headings and the columns of series, period and value of a table with one figure a row."""
    for r, row in enumerate(sheet.cells[:20]):
        words = [heads.words_of(cell) for cell in row]
        fits = (
            SERIES.match,
            (*PERIODS, *ENDS).__contains__,
            lambda word: VALUES.match(word) and not (heads.PLANNED.search(word) or KINDS.match(word)),
        )
        places = [next((c for c, word in enumerate(words) if fit(word)), -1) for fit in fits]
        below = [one[places[1]] for one in sheet.cells[r + 1 :] if one[places[1]] is not None]
        if min(places[1:]) >= 0 and sum(heads.is_year(cell) for cell in below) * 2 > len(below):
            return r, *places
    return None


def long_rows(sheet: Sheet, top: int, series: int, period: int, value: int) -> list[Row]:
    """The rows of a table with one figure a row, joined by series."""
    rows: dict[tuple[str, ...], Row] = {}
    titles, (above, default) = [heads.words_of(cell) for cell in sheet.cells[top]], caption(sheet, top)
    _, name, unit = parted(above, unit=default)
    place, measure = (next((c for c, title in enumerate(titles) if kind.match(title)), -1) for kind in (AREAS, UNIT))
    begins = next((c for c, title in enumerate(titles) if BEGINS.match(title)), -1) if titles[period] in ENDS else -1
    aims = [c for c, title in enumerate(titles) if c != value and PLAN.match(title)]
    for r, cells in enumerate(sheet.cells[top + 1 :], top + 1):
        area = heads.words_of(cells[place]) if place >= 0 else ""
        if series >= 0 and cells[series] is not None:
            name, unit = str(cells[series]), heads.words_of(cells[measure]) if measure >= 0 else default
        others = {title: str(cell) for title, cell in zip(titles, cells, strict=True) if cell is not None}
        called = number[1] if (number := ORDINAL.match(name)) else ""
        new = Row(f"{sheet.name}!{r + 1}", called, name or sheet.name, area, unit, area=area, cells=others)
        share = next((word for word in map(heads.words_of, cells) if heads.PARTS.fullmatch(word)), "")
        row = rows.setdefault((name, area, share), new)
        head = heads.read([cells[period], *kinds(titles, cells)])
        head = heads.span(cells[begins], cells[period]) if begins >= 0 and cells[begins] is not None else head
        if head is not None:
            row.add(head, cells[value])
        elif cells[value] is not None:
            row.aside.append(f"row {r + 1}: «{cells[period]}» is no period")
        for c in aims if head and head.period else []:
            row.add(replace(head, planned=True), cells[c])
    return list(rows.values())


def kinds(titles: list[str], cells: list[object]) -> list[str]:
    """What other columns say of a figure: its quarter, plan or fact."""
    words = [(title, heads.words_of(cell)) for title, cell in zip(titles, cells, strict=True) if KINDS.match(title)]
    return [f"{word} кв" if word.isdigit() else word for _, word in words if word.isdigit() or heads.is_part(word)]


def cross_rows(sheet: Sheet) -> list[Row]:
    """The rows of tables with years down and quarters across, by the name at their left or else above them."""
    rows, head, first, row = [], -1, 0, None
    for r, cells in enumerate(sheet.cells):
        places = [c for c, cell in enumerate(sheet.heads[r]) if heads.is_quarter(cell)]
        below = sheet.cells[r + 1] if r + 1 < len(sheet.cells) else cells
        if len(places) > 1 and places[0] and heads.is_year(below[places[0] - 1]):
            head, first, row = r, places[0], None
        if head in (-1, r) or not heads.is_year(cells[first - 1]):
            continue
        names = [str(cell) for cell in cells[: first - 1] if cell is not None]
        if names or row is None:
            above, default = caption(sheet, head)
            number, label, unit = parted(max(names, key=len, default=above or sheet.name), unit=default)
            words = {f"column {n}": name for n, name in enumerate(names)}
            row = Row(f"{sheet.name}, row {r + 1}", number, label, "", unit, cells=words)
            rows.append(row)
        for c in range(first, len(cells)):
            part = sheet.heads[head][c]
            period = heads.read([cells[first - 1], part]) if heads.is_part(part) else None
            unknown = heads.Head("", aside=f"column «{part or c + 1}»")
            row.add(period or unknown, cells[c])
    return rows


def outline_rows(sheet: Sheet) -> list[Row]:
    """The rows of an outline, in which a year and its figure a line stand below each name; none in another table."""
    rows: list[Row] = []
    for r, cells in enumerate(sheet.cells):
        filled = [cell for cell in cells if cell is not None]
        words = heads.words_of(filled[0]) if filled else ""
        if rows and len(filled) == 2 and heads.is_year(filled[0]) and (head := heads.read(filled[:1])):
            rows[-1].add(head, filled[1])
        elif words and len(filled) < 3 and isinstance(filled[0], str) and words not in PERIODS:
            number, label, unit = parted(filled[0])
            rows.append(Row(f"{sheet.name}, row {r + 1}", number, label, "", unit))
    rows = [row for row in rows if row.figures]
    return rows if len(rows) > 1 and all(len(row.figures) > 1 for row in rows) else []
