"""Reads a development plan's published text (in Kazakh, digitised page by page) into the tables of `data/plan`.

On a damaged page rows have more cells than headings, and the last planned year is empty in every row: each row lost one
cell, and those behind it stand one year too early. Where section 2.1 prints the same indicator, the lost cell is proven
(`resolved`); other damaged rows are read like it (`inferred`). A lost value stays empty.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from helpers import UserError, plan
from helpers.plan import write as write

SECTIONS = {  # in the order of the document; the form is the same for every ministry
    "national": "2.1.",
    "directions": "Мемлекеттік органның стратегиялық бағыттары",
    "goals": "Мемлекеттік органның мақсаттары",
    "programmes": "Бюджеттік бағдарламалар",
    "further": "2.2.",
    "indicators": "3-бөлім",
    "resources": "4-бөлім",
}
KINDS = {"Макроиндикаторлар": "macro", "Бюджеттік бағдарламалармен өзара байланысты нысаналы индикаторлар": "budget"}
RESOURCES = {"Қаржылық": "finance", "Адами": "staff"}
DIRECTION = re.compile(r"(\d+)-стратегиялық бағыт\W+(.+)")
GOAL = re.compile(r"([\d.]+)-мақсат\W+(.+)")
YEAR = re.compile(r"(20\d\d) жыл")
OPEN_LIST = re.compile(r"\(20\d\d жылы[^)]*$")
LIST = re.compile(r"(.+?) ?\((20\d\d жылы.*)\)\W*")
YEAR_ITEM = re.compile(r"20\d\d (?:жылы|ж\.) ?[–-]")
LIST_ITEM = re.compile(r"(20\d\d) жылы ?[–-] ?(.*)")
NUMBER = re.compile(r"(-?(?:\d{1,3}(?: \d{3})+|\d+)(?:[.,]\d+)?)(?: ?(?:%|мың)| ?\([^()]*\))?")
FLOOR = re.compile(r"(\d+(?:,\d+)?) ?%-[а-яәіңғүұқөһ]+ төмен емес")
Record = dict[str, str]


@dataclass(frozen=True)
class _Row:
    where: str
    cells: list[str]


@dataclass(frozen=True)
class _Page:
    years: list[str]  # reported, current, then the planned ones
    first: int  # index of the reported year's cell
    width: int
    rows: list[_Row]


@dataclass
class _Item:
    where: str
    number: str
    place: Record
    texts: list[str]  # name, responsible, source, unit
    cells: list[str]
    values: list[str]
    page: int


def _plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).split()).strip("*# ")


def _number(text: str, where: str) -> str:
    """A printed number as a plain decimal; a note in brackets, % and "thousand" may follow it."""
    match = NUMBER.fullmatch(text.replace("\N{MINUS SIGN}", "-"))
    if not match:
        raise UserError(f"{where}: «{text[:60]}» is not a number; compare the cell with the printed plan")
    return match[1].replace(" ", "").replace(",", ".")


def _sections(path: Path) -> dict[str, list[_Row]]:
    """Rows of each section, its heading first."""
    lines = enumerate(plan.read_text(path).split("\n"), start=1)
    rows = [_Row(f"{path}, line {n}", line.strip("\r").split("\t")) for n, line in lines if line.strip()]
    starts = [0]
    for heading in SECTIONS.values():
        found = [i for i in range(starts[-1], len(rows)) if _plain(rows[i].cells[0]).startswith(heading)]
        if not found:
            last = rows[-1].where if rows else f"{path}, line 1"
            raise UserError(f"{last}: the text ends without a heading «{heading}»; is it a whole development plan?")
        starts.append(found[0])
    return {name: rows[a:b] for name, a, b in zip(SECTIONS, starts[1:], [*starts[2:], len(rows)], strict=True)}


def _periods(row: _Row) -> tuple[int, list[str]]:
    """Index of the reported year's cell, and all years: reported and current stand before the planned ones."""
    found = [(i, int(match[1])) for i, cell in enumerate(row.cells) if (match := YEAR.fullmatch(_plain(cell)))]
    at, year = found[0] if found else (0, 0)
    if at < 2 or found != [(at + n, year + n) for n in range(len(found))]:
        raise UserError(f"{row.where}: no headings of consecutive planned years here («2023 жыл», …); is the page cut?")
    return at - 2, [str(year + n) for n in range(-2, len(found))]


# Section 2.1: a national target is a name and a list of years in brackets; both may run on after a page break.
def _lists(rows: list[_Row]) -> Iterator[tuple[_Row, str, str]]:
    document = text = ""
    for row in rows:
        for piece in filter(None, (_plain(p) for cell in row.cells for p in cell.split("</p>"))):
            text = f"{text} {piece}".strip()
            if OPEN_LIST.search(text):
                continue
            if LIST.fullmatch(text):
                yield row, document, text
            elif YEAR_ITEM.search(text):
                raise UserError(
                    f"{row.where}: «{text[-60:]}» is no whole list of years and targets; compare with the plan"
                )
            elif not any(row.cells[1:]) and "<p>" not in row.cells[0]:
                document = text
            text = ""
    if text:
        raise UserError(f"{rows[-1].where}: the list of years «…{text[-40:]}» has no end; is the text cut?")


def _national(rows: list[_Row], names: plan.Names) -> list[Record]:
    targets = []
    for row, printed, text in _lists(rows):
        name, body = LIST.fullmatch(text).groups()
        record = names.find("national_target", name, row.where)
        document = {"document": names.find("document", printed, row.where)["key"]}
        for part in re.split(r" ?, ?(?=20\d\d жылы)", body):
            item = LIST_ITEM.fullmatch(part.strip())
            if not item:
                raise UserError(f"{row.where}: «{part[:60]}» is not a year and its target («2023 жылы – 4,9%»)")
            value = item[2] and _number(item[2], row.where)
            targets.append(record | document | {"year": item[1], "value": value})
    return targets


def _outline(parts: dict[str, list[_Row]], names: plan.Names) -> tuple[list[Record], list[Record]]:
    """Directions and goals from the headings of section 3. Section 2.1 lists them too: lacking one is a cut text."""
    directions, goals = [], []
    for row in parts["indicators"]:
        if match := DIRECTION.fullmatch(_label(row)):
            directions.append(names.find("direction", match[2], row.where, match[1]) | {"direction": match[1]})
        elif match := GOAL.fullmatch(_label(row)):
            place = {"goal": match[1], "direction": directions[-1]["direction"] if directions else ""}
            goals.append(names.find("goal", match[2], row.where, match[1]) | place)
    for table, found, head in (("directions", directions, "стратегиялық бағыт"), ("goals", goals, "-мақсат")):
        cells = [_plain(cell) for row in parts[table][1:] for cell in row.cells]
        listed = len([cell for cell in cells if cell and not cell.endswith(head)])
        if listed != len(found):
            where = parts["indicators"][-1].where
            raise UserError(f"{where}: section 3 has {len(found)} {table}, 2.1 lists {listed}; is the text cut?")
    return directions, goals


def _programmes(rows: list[_Row], further: list[_Row], names: plan.Names) -> list[Record]:
    """Programmes by direction, checked against the number that each column's heading announces; then the others."""
    head, *body = rows[1:] or rows
    texts = [" ".join(_plain(row.cells[i]) for row in body if i < len(row.cells)) for i in range(len(head.cells))]
    other = " ".join(_plain(cell) for row in further[1:] for cell in row.cells)
    records = []
    for number, text in enumerate([*texts, other], start=1):
        found = re.findall(r"(\d{3}) «([^»]+)»", text)
        if number <= len(texts) and not _plain(head.cells[number - 1]).endswith(f"– {len(found)}"):
            raise UserError(f"{head.where}: column {number} announces another number of programmes than {len(found)}")
        direction = {"direction": str(number) if number <= len(texts) else ""}
        records += [names.find("programme", n, head.where, code) | direction | {"code": code} for code, n in found]
    return records


def _label(row: _Row) -> str:
    """The text of a heading inside section 3's grid: in the first or second cell, the others empty."""
    filled = [_plain(cell) for cell in row.cells if _plain(cell)]
    return filled[0] if len(filled) == 1 and any(map(_plain, row.cells[:2])) else ""


def _pages(rows: list[_Row]) -> list[_Page]:
    """The pages of section 3's table; each repeats the headings."""
    starts = [i for i, row in enumerate(rows) if row.cells[0].strip() == "№"]
    pages = []
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        head, *body = rows[start:end]
        first, years = _periods(body[0] if body else head)
        if first != 5 or years != (pages or [_Page(years, first, 0, [])])[0].years:
            raise UserError(f"{head.where}: other headings than the form's or the pages' before; compare with the plan")
        numbering = [str(i + 1) for i in range(len(head.cells))]
        kept = [row for row in body[1:] if row.cells != numbering]
        for row in [*body[:1], *kept]:
            if len(row.cells) != len(head.cells) or any(map(_plain, row.cells[first + len(years) :])):
                raise UserError(f"{row.where}: {len(row.cells)} cells don't fit the headings; compare with the plan")
        pages.append(_Page(years, first, len(head.cells), kept))
    if not pages:
        raise UserError(f"{rows[0].where}: no table of indicators (its first heading is «№»); is the text cut?")
    return pages


def _items(pages: list[_Page]) -> list[_Item]:
    """The indicators in order: rows that a page break split are joined, the parts of row n are n.1, n.2."""
    items: list[_Item] = []
    place = {"direction": "", "goal": "", "kind": ""}
    for number, page in enumerate(pages):
        for row in page.rows:
            if match := DIRECTION.fullmatch(_label(row)):
                place = {"direction": match[1], "goal": "", "kind": ""}
            elif match := GOAL.fullmatch(_label(row)):
                place = place | {"goal": match[1]}
            elif _label(row) in KINDS:
                place = place | {"kind": KINDS[_label(row)]}
            else:
                cells = [_plain(cell) for cell in row.cells]
                printed = cells[page.first : page.first + len(page.years)]
                values = [cell and _number(cell, row.where) for cell in printed]
                _add(items, _Item(row.where, cells[0], place, cells[1 : page.first], printed, values, number))
    parents = {item.number.split(".")[0] for item in items if "." in item.number}
    return [item for item in items if item.number not in parents]


def _add(items: list[_Item], item: _Item) -> None:
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


def _indicator(item: _Item, names: plan.Names) -> Record:
    name, *others = item.texts
    kinds = ("responsible", "source", "unit")
    terms = {kind: names.find(kind, text, item.where)["key"] for kind, text in zip(kinds, others, strict=True)}
    floor = FLOOR.search(name)
    own = {"indicator": item.number, "floor": _number(floor[1], item.where) if floor else ""}
    return names.find("indicator", name, item.where, item.number) | item.place | terms | own


def _lost_cells(pages: list[_Page], items: list[_Item], national: list[Record]) -> dict[str, tuple[int, str, str]]:
    """Damaged rows: those of a page whose rows have more cells than headings, the last year empty in all of them."""
    filled = {page: [item.cells[-1] for item in items if item.page == page] for page in range(len(pages))}
    wide = [page for page, grid in enumerate(pages) if grid.width > grid.first + len(grid.years)]
    damaged = [page for page in wide if filled[page] and not any(filled[page])]
    known: dict[str, Record] = {}
    for record in national:
        if record["value"]:
            known.setdefault(record.get("indicator", ""), {})[record["year"]] = record["value"]
    rows = {item.number: (item.page, item.values) for item in items if item.page in damaged}
    return plan.explain_lost_cells(rows, pages[0].years, known) if rows else {}


def _resources(rows: list[_Row], names: plan.Names) -> list[Record]:
    head, *body = rows[1:] or rows
    first, years = _periods(head)
    records = []
    for row in body:
        cells, width = [_plain(cell) for cell in row.cells], 2 + len(years)
        if first != 2 or not len(head.cells) == len(cells) == width or not all(cells) or cells[0] not in RESOURCES:
            raise UserError(f"{row.where}: not a row of resources with {width} cells; is the text cut?")
        common = {"resource": RESOURCES[cells[0]], "unit": names.find("unit", cells[1], row.where)["key"]}
        for i, (period, value) in enumerate(zip(head.cells[2:], cells[2:], strict=True)):
            when = {"period": _plain(period), "year": years[i], "column": plan.column_of(i)}
            records.append(common | when | {"value": _number(value, row.where)})
    if [record["resource"] for record in records[:: len(years)]] != list(RESOURCES.values()):
        raise UserError(f"{rows[-1].where}: section 4 needs the rows {' and '.join(RESOURCES)}; is the text cut?")
    return records


def read(path: Path, names: Path | None = None) -> dict[str, pd.DataFrame]:
    """The plan's tables by name, all cells text. `names` defaults to names.csv beside the plan, if there is one."""
    beside = path.with_name("names.csv")
    known = plan.Names(names or (beside if beside.exists() else None))
    parts = _sections(path)
    records = {"national_targets": _national(parts["national"], known), "terms": known.terms}
    records["directions"], records["goals"] = _outline(parts, known)
    pages = _pages(parts["indicators"])
    items = _items(pages)
    lost = _lost_cells(pages, items, records["national_targets"])
    records["indicators"] = [_indicator(item, known) for item in items]
    records["targets"] = []
    for item, about in zip(items, records["indicators"], strict=True):
        lost_cell, note = lost.get(item.number), about.get("evidence", "")
        rows = plan.place_cells(item.cells, item.values, pages[0].years, lost_cell, note)
        records["targets"] += [{"indicator": item.number} | row for row in rows]
    records["programmes"] = _programmes(parts["programmes"], parts["further"], known)
    records["resources"] = _resources(parts["resources"], known)
    tables = {name: pd.DataFrame(records[name], columns=columns, dtype=object) for name, columns in plan.TABLES.items()}
    return {name: table.fillna("").astype(str) for name, table in tables.items()}
