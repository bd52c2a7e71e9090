"""The table of indicators in section 3: its pages, headings and rows."""

import re
from dataclasses import dataclass

from helpers import UserError
from helpers.plan import lost_cells
from helpers.plan.rows import Row, number, plain

KINDS = {"Макроиндикаторлар": "macro", "Бюджеттік бағдарламалармен өзара байланысты нысаналы индикаторлар": "budget"}
DIRECTION = re.compile(r"(\d+)-стратегиялық бағыт\W+(.+)")
GOAL = re.compile(r"([\d.]+)-мақсат\W+(.+)")
YEAR = re.compile(r"(20\d\d) жыл")
Record = dict[str, str]


@dataclass(frozen=True)
class Page:
    """A part of the table under headings of its own."""

    years: list[str]  # reported, current, then the planned ones
    first: int  # index of the reported year's cell
    width: int
    rows: list[Row]


@dataclass
class Item:
    """An indicator, or a part of one, as its row prints it."""

    where: str
    number: str
    place: Record
    texts: list[str]  # name, responsible, source, unit
    cells: list[str]
    values: list[str]
    page: int


def periods(row: Row) -> tuple[int, list[str]]:
    """Index of the reported year's cell, and all years: reported and current stand before the planned ones."""
    found = [(i, int(match[1])) for i, cell in enumerate(row.cells) if (match := YEAR.fullmatch(plain(cell)))]
    at, year = found[0] if found else (0, 0)
    if at < 2 or found != [(at + n, year + n) for n in range(len(found))]:
        raise UserError(f"{row.where}: no headings of consecutive planned years here («2023 жыл», …); is the page cut?")
    return at - 2, [str(year + n) for n in range(-2, len(found))]


def label(row: Row) -> str:
    """The text of a heading inside section 3's grid: in the first or second cell, the others empty."""
    filled = [plain(cell) for cell in row.cells if plain(cell)]
    return filled[0] if len(filled) == 1 and any(map(plain, row.cells[:2])) else ""


def pages_of(rows: list[Row]) -> list[Page]:
    """The pages of section 3's table; each repeats the headings."""
    starts = [i for i, row in enumerate(rows) if row.cells[0].strip() == "№"]
    pages = []
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        head, *body = rows[start:end]
        first, years = periods(body[0] if body else head)
        if first != 5 or years != (pages or [Page(years, first, 0, [])])[0].years:
            raise UserError(f"{head.where}: other headings than the form's or the pages' before; compare with the plan")
        numbering = [str(i + 1) for i in range(len(head.cells))]
        kept = [row for row in body[1:] if row.cells != numbering]
        for row in [*body[:1], *kept]:
            if len(row.cells) != len(head.cells) or any(map(plain, row.cells[first + len(years) :])):
                raise UserError(f"{row.where}: {len(row.cells)} cells don't fit the headings; compare with the plan")
        pages.append(Page(years, first, len(head.cells), kept))
    if not pages:
        raise UserError(f"{rows[0].where}: no table of indicators (its first heading is «№»); is the text cut?")
    return pages


def unmerged(row: Row, page: Page) -> list[str]:
    """A row's cells; a responsible person, source or unit merged down the rows holds for each of them.

    Any other merged cell in a row of values hides where a value belongs.
    """
    cells = [plain(cell) for cell in row.cells]
    for column, text in (row.above | row.beside).items():
        if 2 <= column < page.first and column in row.above:
            cells[column] = plain(text)
        elif plain(text) and column > 0:
            raise UserError(
                f"{row.where}: «{plain(text)[:40]}» is merged over other cells; split it as the plan has it"
            )
    return cells


def items_of(pages: list[Page]) -> list[Item]:
    """The indicators in order: rows that a page break split are joined, the parts of row n are n.1, n.2."""
    items: list[Item] = []
    place = {"direction": "", "goal": "", "kind": ""}
    for at, page in enumerate(pages):
        for row in page.rows:
            if match := DIRECTION.fullmatch(label(row)):
                place = {"direction": match[1], "goal": "", "kind": ""}
            elif match := GOAL.fullmatch(label(row)):
                place = place | {"goal": match[1]}
            elif label(row) in KINDS:
                place = place | {"kind": KINDS[label(row)]}
            else:
                cells = unmerged(row, page)
                printed = cells[page.first : page.first + len(page.years)]
                values = [cell and number(cell, row.where) for cell in printed]
                _add(items, Item(row.where, cells[0], place, cells[1 : page.first], printed, values, at))
    parents = {item.number.split(".")[0] for item in items if "." in item.number}
    return [item for item in items if item.number not in parents]


def _add(items: list[Item], item: Item) -> None:
    """Appends an indicator or a part of one, or joins the second half of a row that a page break split."""
    family = int(items[-1].number.split(".")[0]) if items else 0
    if not item.place["kind"]:
        raise UserError(f"{item.where}: an indicator under no heading of its direction and kind; is a line missing?")
    if item.number == str(family + 1):
        items.append(item)
    elif item.number or not items:
        raise UserError(f"{item.where}: row «{item.number}» stands where row {family + 1} was due; is a row missing?")
    elif not any(item.cells):
        items[-1].texts = [" ".join(filter(None, halves)) for halves in zip(items[-1].texts, item.texts, strict=True)]
    else:
        parts = [known for known in items if known.number.split(".")[0] == str(family)]
        if any(parts[0].cells) or not parts[0].texts[0].rstrip(" :").endswith("оның ішінде"):
            raise UserError(f"{item.where}: values without a row number, and row {family} has no parts")
        item.number = f"{family}.{len(parts)}"
        item.texts = [own or parent for own, parent in zip(item.texts, parts[0].texts, strict=True)]
        items.append(item)


def find_lost_cells(pages: list[Page], items: list[Item], national: list[Record]) -> dict[str, lost_cells.LostCell]:
    """Damaged rows: those of a page whose rows have more cells than headings, the last year empty in all of them."""
    filled = {page: [item.cells[-1] for item in items if item.page == page] for page in range(len(pages))}
    wide = [page for page, grid in enumerate(pages) if grid.width > grid.first + len(grid.years)]
    damaged = [page for page in wide if filled[page] and not any(filled[page])]
    known: dict[str, Record] = {}
    for record in national:
        if record["value"]:
            known.setdefault(record.get("indicator", ""), {})[record["year"]] = record["value"]
    for item in items:
        if item.page not in damaged:
            _refuse_shifted(item, pages[0].years, known.get(item.number, {}))
    rows = {item.number: (item.page, item.values) for item in items if item.page in damaged}
    return lost_cells.explain_lost_cells(rows, pages[0].years, known) if rows else {}


def _refuse_shifted(item: Item, years: list[str], known: Record) -> None:
    """Stops at a row of an undamaged page that agrees with section 2.1 only if one of its cells was lost."""
    if item.values[-1] or all(dict(zip(years, item.values, strict=True)).get(year) == known[year] for year in known):
        return
    lost = lost_cells.lost_cell(item.values, years, known)
    if lost is not None:
        raise UserError(
            f"{item.where}: row {item.number} agrees with section 2.1 only if its {years[lost]} cell was lost and the "
            "others moved; compare with the plan"
        )
