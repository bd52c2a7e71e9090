"""Reads a development plan in Kazakh or Russian (digitised text, HTML or DOCX) into the tables of `data/plan`.

Which cell a row of a damaged page lost, and what proves it, `lost_cells` says.
"""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from helpers import UserError, plan
from helpers.plan import form, lost_cells, write as write
from helpers.plan.indicator_table import Item, find_lost_cells, items_of, label, pages_of, starts_of
from helpers.plan.names import Names
from helpers.plan.rows import NUMBER, Row, number, plain, read as read_rows

RESOURCES = {"finance": "Қаржылық|Финансов", "staff": "Адами|Человеческ|Кадров|Трудов|Людск"}
WHEN = r"20\d\d (?:жылы|жыл|ж\.|году|год|г\.)"
OPEN_LIST = re.compile(rf"\({WHEN}[^)]*$")
LIST = re.compile(rf"(.+?) ?\(({WHEN}.*)\)\W*")
YEAR_ITEM = re.compile(rf"{WHEN} ?[–-]")
LIST_ITEM = re.compile(r"(20\d\d) \S+ ?[–-] ?(.*)")
FLOOR = re.compile(r"(\d+(?:,\d+)?) ?%-[а-яәіңғүұқөһ]+ төмен емес|не (?:менее|ниже) (\d+(?:,\d+)?) ?%")
Record = dict[str, str]


def _sections(path: Path) -> dict[str, list[Row]]:
    """Rows of each section, its heading first; those that the plan lacks are empty, and said."""
    rows = read_rows(path)
    heads = [n for n, row in enumerate(rows) if form.INDICATORS.match(plain(row.cells[0]))]
    tables = starts_of(rows)
    start = max((n for n in heads if n < max(tables, default=0)), default=None)
    start = min(tables, default=None) if start is None else start
    if start is None:
        last = rows[-1].where if rows else f"{path}, line 1"
        wanted = "the table of section 3" if heads else "a heading «3-бөлім» or «Раздел 3»"
        raise UserError(f"{last}: the text ends without {wanted}; is it a whole development plan?")
    first = min(n for n in tables if n >= start)
    words = [plain(row.cells[0]) for row in rows]
    fourth = [n for n in range(first, len(rows)) if form.RESOURCES.match(words[n])]
    end = next((n for n in fourth if "ресурс" in words[n].casefold()), next(iter(fourth), len(rows)))
    ends = [n for n in range(first, len(rows)) if len(rows[n].cells) == 1 and form.END.match(words[n])]
    stop, close = min([*ends, end]), next((n for n in ends if n > end), len(rows))
    if end == len(rows) and rows[-1].where.startswith(f"{path}, line"):
        raise UserError(f"{rows[-1].where}: the text ends without a heading «4-бөлім» or «Раздел 4»; is it whole?")
    parts = _architecture(rows[:start], words) | {"indicators": rows[start:stop], "resources": rows[end:close]}
    if absent := ", ".join(name for name, lines in parts.items() if not lines):
        logging.getLogger("jospar").warning("%s: not found, so left empty: %s", path, absent)
    return parts


def _architecture(rows: list[Row], words: list[str]) -> dict[str, list[Row]]:
    """The parts of section 2, which a plan may lack; a table of contents names them before."""
    at = max((n for n in range(len(rows)) if form.ARCHITECTURE["national"].match(words[n])), default=0)
    starts = {}
    for name, pattern in form.ARCHITECTURE.items():
        place = next((n for n in range(at, len(rows)) if pattern.match(words[n])), None)
        if place is not None:
            starts[name] = at = place
    ends = dict(zip(starts, [*list(starts.values())[1:], len(rows)], strict=False))
    return {name: rows[starts[name] : ends[name]] if name in starts else [] for name in form.ARCHITECTURE}


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
                row.refuse(f"«{text[-60:]}» is no whole list of years and targets; compare with the plan")
            elif not any(row.cells[1:]) and "<p>" not in row.cells[0]:
                document = text
            text = ""
    if text:
        rows[-1].refuse(f"the list of years «…{text[-40:]}» has no end; is the text cut?")


def _national(rows: list[Row], names: Names) -> list[Record]:
    targets = []
    for row, printed, text in _lists(rows):
        name, body = LIST.fullmatch(text).groups()
        record = names.find("national_target", name, row.where)
        document = {"document": names.find("document", printed, row.where)["key"]}
        for part in re.split(rf" ?[,;] ?(?={WHEN})", body):
            item = LIST_ITEM.fullmatch(part.strip())
            if not item or (item[2] and not NUMBER.fullmatch(item[2])):
                row.refuse(f"«{part[:60]}» is not a year and its target («2023 жылы – 4,9%»): it is not a number")
                continue
            value = item[2] and number(item[2], row.where)
            targets.append(record | document | {"year": item[1], "value": value})
    return targets


def _outline(parts: dict[str, list[Row]], names: Names) -> tuple[list[Record], list[Record]]:
    """Directions and goals from the headings of section 3. Section 2.1 lists them too: lacking one is a cut text."""
    directions: dict[str, Record] = {}
    goals: dict[str, Record] = {}
    rows = parts["indicators"]
    for row in rows:
        if heading := form.outline(form.DIRECTION, label(row)):
            number, words = heading
            directions[number] = names.find("direction", words, row.where, number) | {"direction": number}
        elif heading := form.outline(form.GOAL, label(row)):
            number, words = heading
            place = {"goal": number, "direction": list(directions)[-1] if directions else "1"}
            goals[number] = names.find("goal", words, row.where, number) | place
    heads = r".*(стратегиялық бағыт|-мақсат|стратегическое направление \d+|цель [\d.]+)\W*"
    for table, entries in (("directions", directions), ("goals", goals)):
        cells = [plain(cell) for row in parts[table][1:] for cell in row.cells]
        listed = len([cell for cell in cells if cell and not re.fullmatch(heads, cell, re.IGNORECASE)])
        if parts[table] and listed != len(entries):
            rows[-1].refuse(f"section 3 has {len(entries)} {table}, 2.1 lists {listed}; is the text cut?")
    if not directions:
        logging.getLogger("jospar").warning("%s: no heading «Стратегическое направление 1.»", rows[0].where)
        directions["1"] = names.find("direction", plain(rows[0].cells[0]), rows[0].where, "1") | {"direction": "1"}
    return list(directions.values()), list(goals.values())


def _programmes(rows: list[Row], further: list[Row], names: Names) -> list[Record]:
    """Programmes by direction, checked against the number that each column's heading announces; then the others."""
    head, *body = rows[1:] or rows or [Row("", [])]
    texts = [" ".join(plain(row.cells[i]) for row in body if i < len(row.cells)) for i in range(len(head.cells))]
    other = " ".join(plain(cell) for row in further[1:] for cell in row.cells)
    records = []
    for column, text in enumerate([*texts, other], start=1):
        programmes = re.findall(r"(\d{3}) «([^»]+)»", text)
        if column <= len(texts) and not plain(head.cells[column - 1]).endswith(f"– {len(programmes)}"):
            head.refuse(f"column {column} announces another number of programmes than {len(programmes)}")
        direction = {"direction": str(column) if column <= len(texts) else ""}
        records += [names.find("programme", n, head.where, code) | direction | {"code": code} for code, n in programmes]
    return records


def _indicator(item: Item, names: Names) -> Record:
    name, texts = item.texts["name"], item.texts
    if "unit" not in texts:
        unit = re.search(r"(?:,\s*|\()([^,()]{1,20})\)?$", name)
        texts = texts | {"unit": unit[1].strip() if unit else ""}
    kinds = {kind: text for kind in ("responsible", "source", "unit") if (text := texts.get(kind))}
    terms = {kind: names.find(kind, text, item.where)["key"] for kind, text in kinds.items()}
    floor = FLOOR.search(name)
    own = {"indicator": item.number, "floor": number(floor[1] or floor[2], item.where) if floor else ""}
    stems = form.BETTER.items()
    better = [way for way, stem in stems if re.search(stem, texts.get("better", ""), re.IGNORECASE)]
    own |= {"better": better[0]} if len(better) == 1 else {}
    place = {key: item.place[key] for key in ("direction", "goal", "kind")}
    return names.find("indicator", name, item.where, item.number) | place | terms | own


def _resources(rows: list[Row], names: Names) -> list[Record]:
    if not rows:
        return []
    at = next((n for n in range(len(rows)) if len(rows[n].cells) > 3 and form.head_of(rows[n:])), None)
    head = form.head_of(rows[at:]) if at is not None else None
    if not head or not head.consecutive:
        rows[-1].refuse("section 4 has no table with years («2023 жыл», «2023 год»); is the text cut?")
        return []
    records = []
    for row in rows[at + head.lines :]:
        cells = [plain(cell) for cell in row.cells]
        kinds = [kind for kind, stem in RESOURCES.items() if re.match(stem, cells[0], re.IGNORECASE)]
        if len(cells) != head.width or not all(cells) or not kinds:
            row.refuse(f"not a row of resources with {head.width} cells; is the text cut?")
            continue
        unit = names.find("unit", cells[head.columns.get("unit", 1)], row.where)["key"]
        for column, year, kind in zip(head.at, head.years, head.kinds, strict=True):
            period = " ".join(filter(None, (plain(line.cells[column]) for line in rows[at : at + head.lines])))
            when = {"period": period, "year": year, "column": kind, "value": number(cells[column], row.where)}
            records.append({"resource": kinds[0], "unit": unit} | when)
    if [record["resource"] for record in records[:: len(head.years)]] != list(RESOURCES):
        rows[-1].refuse("section 4 needs the rows Қаржылық and Адами (Финансовые, Человеческие); is the text cut?")
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
    columns = dict(zip(pages[0].head.years, pages[0].head.kinds, strict=True))
    records["targets"] = []
    for item, about in zip(items, records["indicators"], strict=True):
        lost_cell, note = lost.get(item.number), about.get("evidence", "")
        rows = lost_cells.place_cells(item.cells, item.values, columns, lost_cell, note)
        records["targets"] += [{"indicator": item.number} | row for row in rows]
    records["programmes"] = _programmes(parts["programmes"], parts["further"], known)
    records["resources"] = _resources(parts["resources"], known)
    if unsaid := [row["indicator"] for row in records["indicators"] if not row.get("better")]:
        advice = "fill in `better` in the list that `jospar plan names` makes"
        logging.getLogger("jospar").warning(f"{path}: no word which way is better for {', '.join(unsaid)}; {advice}")
    tables = {name: pd.DataFrame(records[name], columns=columns, dtype=object) for name, columns in plan.TABLES.items()}
    return {name: table.fillna("").astype(str) for name, table in tables.items()}
