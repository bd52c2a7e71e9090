"""Reads a development plan (in Kazakh: text digitised page by page, HTML or DOCX) into the tables of `data/plan`.

On a damaged page rows have more cells than headings, and the last planned year is empty in every row: each row lost one
cell, and those behind it stand one year too early. Where section 2.1 prints the same indicator, the lost cell is proven
(`resolved`); other damaged rows are read like it (`inferred`). A lost value is section 2.1's where
that prints it, and else stays empty.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from helpers import UserError, plan
from helpers.plan import lost_cells, write as write
from helpers.plan.indicator_table import DIRECTION, GOAL, Item, find_lost_cells, items_of, label, pages_of, periods
from helpers.plan.names import Names
from helpers.plan.rows import Row, number, plain, read as read_rows

SECTIONS = {  # in the order of the document; the form is the same for every ministry
    "national": "2.1.",
    "directions": "Мемлекеттік органның стратегиялық бағыттары",
    "goals": "Мемлекеттік органның мақсаттары",
    "programmes": "Бюджеттік бағдарламалар",
    "further": "2.2.",
    "indicators": "3-бөлім",
    "resources": "4-бөлім",
}
RESOURCES = {"Қаржылық": "finance", "Адами": "staff"}
OPEN_LIST = re.compile(r"\(20\d\d жылы[^)]*$")
LIST = re.compile(r"(.+?) ?\((20\d\d жылы.*)\)\W*")
YEAR_ITEM = re.compile(r"20\d\d (?:жылы|ж\.) ?[–-]")
LIST_ITEM = re.compile(r"(20\d\d) жылы ?[–-] ?(.*)")
FLOOR = re.compile(r"(\d+(?:,\d+)?) ?%-[а-яәіңғүұқөһ]+ төмен емес")
KAZAKH = re.compile("[әғқңөұүһі]", re.IGNORECASE)  # letters that Russian does not have
Record = dict[str, str]


def _sections(path: Path) -> dict[str, list[Row]]:
    """Rows of each section, its heading first."""
    rows = read_rows(path)
    starts = [0]
    for heading in SECTIONS.values():
        found = [i for i in range(starts[-1], len(rows)) if plain(rows[i].cells[0]).startswith(heading)]
        if not found:
            last = rows[-1].where if rows else f"{path}, line 1"
            words = " ".join(cell for row in rows for cell in row.cells)
            if re.search("[а-яё]", words, re.IGNORECASE) and not KAZAKH.search(words):
                raise UserError(f"{path}: holds no Kazakh; only the Kazakh text of a development plan is read")
            raise UserError(f"{last}: the text ends without a heading «{heading}»; is it a whole development plan?")
        starts.append(found[0])
    return {name: rows[a:b] for name, a, b in zip(SECTIONS, starts[1:], [*starts[2:], len(rows)], strict=True)}


# Section 2.1: a national target is a name and a list of years in brackets; both may run on after a page break.
def _lists(rows: list[Row]) -> Iterator[tuple[Row, str, str]]:
    document = text = ""
    for row in rows:
        for piece in filter(None, (plain(p) for cell in row.cells for p in cell.split("</p>"))):
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


def _national(rows: list[Row], names: Names) -> list[Record]:
    targets = []
    for row, printed, text in _lists(rows):
        name, body = LIST.fullmatch(text).groups()
        record = names.find("national_target", name, row.where)
        document = {"document": names.find("document", printed, row.where)["key"]}
        for part in re.split(r" ?, ?(?=20\d\d жылы)", body):
            item = LIST_ITEM.fullmatch(part.strip())
            if not item:
                raise UserError(f"{row.where}: «{part[:60]}» is not a year and its target («2023 жылы – 4,9%»)")
            value = item[2] and number(item[2], row.where)
            targets.append(record | document | {"year": item[1], "value": value})
    return targets


def _outline(parts: dict[str, list[Row]], names: Names) -> tuple[list[Record], list[Record]]:
    """Directions and goals from the headings of section 3. Section 2.1 lists them too: lacking one is a cut text."""
    directions, goals = [], []
    for row in parts["indicators"]:
        if match := DIRECTION.fullmatch(label(row)):
            directions.append(names.find("direction", match[2], row.where, match[1]) | {"direction": match[1]})
        elif match := GOAL.fullmatch(label(row)):
            place = {"goal": match[1], "direction": directions[-1]["direction"] if directions else ""}
            goals.append(names.find("goal", match[2], row.where, match[1]) | place)
    for table, found, head in (("directions", directions, "стратегиялық бағыт"), ("goals", goals, "-мақсат")):
        cells = [plain(cell) for row in parts[table][1:] for cell in row.cells]
        listed = len([cell for cell in cells if cell and not cell.endswith(head)])
        if listed != len(found):
            where = parts["indicators"][-1].where
            raise UserError(f"{where}: section 3 has {len(found)} {table}, 2.1 lists {listed}; is the text cut?")
    return directions, goals


def _programmes(rows: list[Row], further: list[Row], names: Names) -> list[Record]:
    """Programmes by direction, checked against the number that each column's heading announces; then the others."""
    head, *body = rows[1:] or rows
    texts = [" ".join(plain(row.cells[i]) for row in body if i < len(row.cells)) for i in range(len(head.cells))]
    other = " ".join(plain(cell) for row in further[1:] for cell in row.cells)
    records = []
    for column, text in enumerate([*texts, other], start=1):
        found = re.findall(r"(\d{3}) «([^»]+)»", text)
        if column <= len(texts) and not plain(head.cells[column - 1]).endswith(f"– {len(found)}"):
            raise UserError(f"{head.where}: column {column} announces another number of programmes than {len(found)}")
        direction = {"direction": str(column) if column <= len(texts) else ""}
        records += [names.find("programme", n, head.where, code) | direction | {"code": code} for code, n in found]
    return records


def _indicator(item: Item, names: Names) -> Record:
    name, *others = item.texts
    kinds = ("responsible", "source", "unit")
    terms = {kind: names.find(kind, text, item.where)["key"] for kind, text in zip(kinds, others, strict=True)}
    floor = FLOOR.search(name)
    own = {"indicator": item.number, "floor": number(floor[1], item.where) if floor else ""}
    return names.find("indicator", name, item.where, item.number) | item.place | terms | own


def _resources(rows: list[Row], names: Names) -> list[Record]:
    head, *body = rows[1:] or rows
    first, years = periods(head)
    records = []
    for row in body:
        cells, width = [plain(cell) for cell in row.cells], 2 + len(years)
        if first != 2 or not len(head.cells) == len(cells) == width or not all(cells) or cells[0] not in RESOURCES:
            raise UserError(f"{row.where}: not a row of resources with {width} cells; is the text cut?")
        common = {"resource": RESOURCES[cells[0]], "unit": names.find("unit", cells[1], row.where)["key"]}
        for i, (period, value) in enumerate(zip(head.cells[2:], cells[2:], strict=True)):
            when = {"period": plain(period), "year": years[i], "column": lost_cells.column_of(i)}
            records.append(common | when | {"value": number(value, row.where)})
    if [record["resource"] for record in records[:: len(years)]] != list(RESOURCES.values()):
        raise UserError(f"{rows[-1].where}: section 4 needs the rows {' and '.join(RESOURCES)}; is the text cut?")
    return records


def write_names(path: Path) -> Path:
    """Writes names.csv beside a plan's document: every name that it prints, to be translated. Never over an old one."""
    target = path.with_name("names.csv")
    known = Names(None)
    _read(path, known)
    try:
        with target.open("x", encoding="utf-8", newline="") as file:
            file.write(known.to_fill_in().to_csv(index=False, lineterminator="\n"))
    except FileExistsError:
        raise UserError(f"{target}: is there already; add what it lacks, or move it away") from None
    return target


def read(path: Path, names: Path | None = None) -> dict[str, pd.DataFrame]:
    """The plan's tables by name, all cells text. `names` defaults to names.csv beside the plan, if there is one."""
    beside = path.with_name("names.csv")
    return _read(path, Names(names or (beside if beside.exists() else None)))


def _read(path: Path, known: Names) -> dict[str, pd.DataFrame]:
    parts = _sections(path)
    records = {"national_targets": _national(parts["national"], known), "terms": known.terms}
    records["directions"], records["goals"] = _outline(parts, known)
    pages = pages_of(parts["indicators"])
    items = items_of(pages)
    lost = find_lost_cells(pages, items, records["national_targets"])
    records["indicators"] = [_indicator(item, known) for item in items]
    records["targets"] = []
    for item, about in zip(items, records["indicators"], strict=True):
        lost_cell, note = lost.get(item.number), about.get("evidence", "")
        rows = lost_cells.place_cells(item.cells, item.values, pages[0].years, lost_cell, note)
        records["targets"] += [{"indicator": item.number} | row for row in rows]
    records["programmes"] = _programmes(parts["programmes"], parts["further"], known)
    records["resources"] = _resources(parts["resources"], known)
    tables = {name: pd.DataFrame(records[name], columns=columns, dtype=object) for name, columns in plan.TABLES.items()}
    return {name: table.fillna("").astype(str) for name, table in tables.items()}
