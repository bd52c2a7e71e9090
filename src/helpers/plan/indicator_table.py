"""The table of indicators in section 3: its pages, headings and rows."""

import logging
import re
from dataclasses import dataclass

from helpers import UserError
from helpers.plan import lost_cells
from helpers.plan.form import BLANK, DIRECTION, GOAL, PARTS, Head, head_of, kind_of, outline
from helpers.plan.rows import Row, number, plain

START = re.compile(r"№|п\W?п\b|р\W?[сн]\b|.*(индикатор|показател|көрсеткіш)", re.IGNORECASE)
UNNAMED = re.compile(r"[\d\W]*")  # a number, or nothing
EMPTY = {"direction": "", "goal": "", "kind": "", "usual": ""}
Record = dict[str, str]


@dataclass(frozen=True)
class Page:
    """A part of the table under headings of its own."""

    head: Head
    rows: list[Row]


@dataclass
class Item:
    """An indicator, or a part of one, as its row prints it."""

    where: str
    number: str
    place: Record
    texts: Record  # name, responsible, source, unit, better: those that the table has a column for
    cells: list[str]
    values: list[str]
    page: int
    printed: str = ""  # its number as the row prints it


def label(row: Row) -> str:
    """The text of a heading inside section 3's grid: in the first or second cell, the others empty."""
    filled = [plain(cell) for cell in row.cells if plain(cell)]
    if 1 < len(filled) < 4 and place_of(" ".join(filled), EMPTY):
        return " ".join(filled)
    return filled[0] if len(filled) == 1 and any(map(plain, row.cells[:2])) else ""


def starts_of(rows: list[Row]) -> list[int]:
    """Where the table's headings stand, which each page or direction may repeat."""
    words = [" ".join(map(plain, row.cells[:2])) if len(row.cells) > 3 else "" for row in rows]
    likely = [n for n, text in enumerate(words) if START.match(text)]
    return [n for n in likely if (head := head_of(rows[n : n + 6])) and "name" in head.columns and len(head.at) > 1]


def pages_of(rows: list[Row]) -> list[Page]:
    """The pages of section 3's table; each repeats the headings. What stands before them belongs to the first."""
    starts = starts_of(rows)
    if not starts:
        raise UserError(f"{rows[0].where}: no table of indicators («№», «Индикатор», years) follows; is the text cut?")
    pages: list[Page] = []
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        head, where = head_of(rows[start:end]), rows[start].where
        if not head.consecutive or (pages and head.years != pages[0].head.years):
            raise UserError(f"{where}: no headings of the same consecutive planned years («2023 жыл», …); is it cut?")
        numbering = [[str(i + first) for i in range(head.width)] for first in (0, 1)]
        body = [row for row in rows[start + head.lines : end] if list(map(plain, row.cells)) not in numbering]
        body = [row for row in body if _fits(row, head, rows[start])]
        before = [row for row in rows[:start] if not pages and len(row.cells) == 1 and place_of(label(row), EMPTY)]
        pages.append(Page(head, [*before, *body]))
    return pages


def _fits(row: Row, head: Head, first: Row) -> bool:
    """Whether a row belongs to the table that begins with `first`; raises UserError for one of its rows that is cut."""
    words = plain(row.cells[0])
    if len(row.cells) == head.width and not any(plain(row.cells[n]) for n in head.bare_end):
        return True
    if len(row.cells) == 1 and not UNNAMED.fullmatch(words):
        return bool(place_of(words, EMPTY))
    if row.where.rpartition(", row ")[0] == first.where.rpartition(", row ")[0]:
        raise UserError(f"{row.where}: {len(row.cells)} cells don't fit the headings; compare with the plan")
    if row.where.endswith(", row 1"):
        logging.getLogger("jospar").warning("%s: left aside: a table with other columns", row.where)
    return False


def place_of(words: str, place: Record) -> Record | None:
    """The place of the rows below a heading inside the table; None for words that are none of the form's headings."""
    if heading := outline(DIRECTION, words):
        return {"direction": heading[0], "goal": "", "kind": place["usual"], "usual": place["usual"]}
    if heading := outline(GOAL, words):
        return place | {"goal": heading[0], "kind": place["kind"] or "budget"}
    return place | {"kind": kind} if (kind := kind_of(words)) else None


def unmerged(row: Row, head: Head) -> list[str]:
    """A row's cells; a responsible person, source or unit merged down the rows holds for each of them.

    Any other merged cell in a row of values hides where a value belongs.
    """
    cells = [plain(cell) for cell in row.cells]
    shared = {column for role, column in head.columns.items() if role not in ("name", "number")}
    for column, text in (row.above | row.beside).items():
        if column in shared and column in row.above:
            cells[column] = plain(text)
        elif plain(text) and column in (head.columns["name"], *head.at):
            raise UserError(f"{row.where}: «{plain(text)[:40]}» is merged over other cells; split it as in the plan")
    return cells


def items_of(pages: list[Page]) -> list[Item]:
    """The indicators in order: rows that a page break split are joined, the parts of row n are n.1, n.2."""
    items: list[Item] = []
    labels = [label(row) for page in pages for row in page.rows]
    usual = "" if any(map(kind_of, labels)) else "macro"
    first = "" if any(outline(DIRECTION, words) for words in labels) else "1"
    place = {"direction": first, "goal": "", "kind": usual, "usual": usual}
    numbered = any(_number(row, page.head) for page in pages for row in page.rows if not label(row))
    for at, page in enumerate(pages):
        for row in page.rows:
            words = label(row)
            if heading := place_of(words, place):
                place = heading
            elif plain(row.cells[0]) and not UNNAMED.fullmatch(words):
                logging.getLogger("jospar").warning("%s: left aside: «%s»", row.where, words[:60])
            else:
                item = _item(row, page.head, place, at)
                if not numbered and any(item.cells):
                    item.number = item.printed = str(len(items) + 1)
                _add(items, item)
    parents = {item.number.split(".")[0] for item in items if "." in item.number}
    return [item for item in items if item.number not in parents or any(item.cells)]


def _item(row: Row, head: Head, place: Record, page: int) -> Item:
    cells = unmerged(row, head)
    printed = ["" if cells[n].casefold() in BLANK else cells[n] for n in head.at]
    values = [cell and number(cell, row.where) for cell in printed]
    texts = {role: cells[column] for role, column in head.columns.items() if role != "number"}
    own = _number(row, head)
    return Item(row.where, own, place, texts, printed, values, page, own)


def _number(row: Row, head: Head) -> str:
    """An indicator's number as printed; none where Word counts the rows by itself."""
    return plain(row.cells[head.columns["number"]]).strip(" .)№") if "number" in head.columns else ""


def _add(items: list[Item], item: Item) -> None:
    """Appends an indicator or a part of one, or joins the second half of a row that a page break split."""
    family = int(items[-1].number.split(".")[0]) if items else 0
    if not item.place["kind"]:
        raise UserError(f"{item.where}: an indicator under no heading of its direction and kind; is a line missing?")
    parts = [known for known in items if known.number.split(".")[0] == str(family)]
    if items and not item.number and not any(item.cells):
        joined = {role: f"{words} {item.texts.get(role, '')}".strip() for role, words in items[-1].texts.items()}
        items[-1].texts = joined
        return
    if parts and item.number == f"{parts[0].printed}.{len(parts)}" and "." not in parts[0].printed:
        item.number = f"{family}.{len(parts)}"
    elif item.number != str(family + 1) and (item.number or not items):
        _renumber(items, item, family)
    elif not item.number:
        _name_part(parts, item, family)
    items.append(item)


def _renumber(items: list[Item], item: Item, family: int) -> None:
    """Numbers that begin anew in each direction, or name it («2.1.3»), are counted on. Raises UserError for a gap."""
    last, own = (str(number).split(".")[-1] for number in (items[-1].printed if items else "0", item.number))
    anew = own == "1" and (not items or items[-1].place != item.place or "." in item.number)
    if not (anew or (own.isdecimal() and last.isdecimal() and int(own) == int(last) + 1)):
        raise UserError(f"{item.where}: row «{item.number}» stands where row {family + 1} was due; is a row missing?")
    item.number = str(family + 1)


def _name_part(parts: list[Item], item: Item, family: int) -> None:
    """Names a part of an indicator by its number; it takes over what its own row leaves empty."""
    parent = parts[0]
    if any(parent.cells) or not parent.texts["name"].rstrip(" :").endswith(PARTS):
        raise UserError(f"{item.where}: values without a row number, and row {family} has no parts")
    item.number = f"{family}.{len(parts)}"
    item.texts = {role: own or parent.texts.get(role, "") for role, own in item.texts.items()}


def find_lost_cells(pages: list[Page], items: list[Item], national: list[Record]) -> dict[str, lost_cells.LostCell]:
    """Damaged rows: those of a page whose rows have more cells than headings, the last year empty in all of them."""
    filled = {page: [item.cells[-1] for item in items if item.page == page] for page in range(len(pages))}
    wide = [n for n, page in enumerate(pages) if page.head.bare_end]
    damaged = [page for page in wide if filled[page] and not any(filled[page])]
    known: dict[str, Record] = {}
    for record in national:
        if record["value"]:
            known.setdefault(record.get("indicator", ""), {})[record["year"]] = record["value"]
    for item in items:
        if item.page not in damaged:
            _refuse_shifted(item, pages[0].head.years, known.get(item.number, {}))
    rows = {item.number: (item.page, item.values) for item in items if item.page in damaged}
    return lost_cells.explain_lost_cells(rows, pages[0].head.years, known) if rows else {}


def _refuse_shifted(item: Item, years: list[str], known: Record) -> None:
    """Stops at a row of an undamaged page that agrees with section 2.1 only if one of its cells was lost."""
    if item.values[-1] or all(dict(zip(years, item.values, strict=True)).get(year) == known[year] for year in known):
        return
    lost = lost_cells.lost_cell(item.values, years, known)
    if lost is not None:
        words = f"agrees with section 2.1 only if its {years[lost]} cell was lost and the others moved"
        raise UserError(f"{item.where}: row {item.number} {words}; compare with the plan")
