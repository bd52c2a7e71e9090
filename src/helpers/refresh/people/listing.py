"""A list of anyone's targets, a province's or a company's, into a plan folder with the figures behind it."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from helpers import UserError, files, plan, statistics
from helpers.language import spoken, text
from helpers.refresh.people import importing, template as filling
from helpers.workbooks import PLANNED, Figure, Row, read_rows

AREA = "OWN"  # where a list is about: its title is the area's name
HEAD = re.compile(r"better|direction|trend|тренд|лучше|желаем|желательн|направлени|жақсы|бағыт")
UP = re.compile(
    r"higher|more|\bup\b|increas|больш|более|выше|рост|увелич|повыш|көп|жоғары|\bарт|\bөс|↑|^\+$|\bmax|макс"
)
DOWN = re.compile(
    r"lower|less|fewer|down|decreas|меньш|менее|ниже|сниж|уменьш|сокращ|\bаз|төмен|кем|↓|^[-−]$|\bmin|мин"
)
NOT = re.compile(r"\b(не|not|no|at most|емес)\b")
ADVICE = "head a column «better» and write higher or lower in each row"


@dataclass
class Item:
    """One indicator of a list: its words, unit, targets and history by year."""

    where: str
    label: str
    unit: str
    group: str
    better: str = ""
    targets: dict[str, Figure] = field(default_factory=dict)
    history: dict[str, Figure] = field(default_factory=dict)

    def take(self, figures: dict[str, Figure], into: dict[str, Figure]) -> None:
        """Add figures of years; raises UserError where a year has another one already."""
        for period, figure in figures.items():
            if period.isdigit() and into.setdefault(period, figure).value != figure.value:
                raise UserError(f"{self.where} «{self.label[:60]}»: two figures for {period}; leave one")


@dataclass
class Listing:
    """The indicators of a list, and a line for what is doubtful or left aside."""

    items: list[Item]
    remarks: list[str]

    @property
    def until(self) -> int:
        """The last year that has a target."""
        return max(int(year) for item in self.items for year in item.targets)

    @property
    def language(self) -> str:
        """The language in which most of the names are written."""
        return spoken(item.label for item in self.items)


def read(path: Path, today: date | None = None) -> Listing:
    """The list of a file: years across or down, targets under «target 2026» or on a sheet so named.

    Raises UserError, one line, for a file without targets, and for an indicator of which it isn't said which way is
    better.
    """
    items: dict[str, Item] = {}
    remarks: list[str] = []
    for row in read_rows(path):
        item = items.setdefault(row.label.lower(), Item(row.where, row.label or row.number, row.unit, row.group))
        item.unit, item.better = item.unit or row.unit, item.better or way(row)
        aims = bool(PLANNED.search(row.where.rpartition(",")[0].lower()))
        item.take(row.planned, item.targets)
        item.take(row.figures, item.targets if aims else item.history)
        lines = dict.fromkeys([*row.doubts, *row.aside])
        remarks += [f"{row.where}: {line}" for line in lines if "column «" not in line]
    if not any(item.targets for item in items.values()):
        raise UserError(f"{path.name}: has no targets; head their columns «target 2027» or name their sheet «targets»")
    wanted = [item for item in items.values() if item.targets]
    if undecided := [item for item in wanted if not item.better]:
        raise UserError(f"{path.name}: {undecided[0].where} «{undecided[0].label[:60]}»: which way is better? {ADVICE}")
    remarks += [line for item in items.values() for line in checked(item, today or date.today())]
    return Listing(wanted, remarks)


def way(row: Row) -> str:
    """Which way is better, as a cell under such a heading says: higher, lower, or empty where that isn't clear."""
    for words in [cell.lower().strip() for title, cell in row.cells.items() if HEAD.search(title)]:
        up, down = bool(UP.search(words)), bool(DOWN.search(words))
        if up != down:
            return "higher" if up != bool(NOT.search(words)) else "lower"
    return ""


def checked(item: Item, today: date) -> Iterator[str]:
    """What is to be said of an item; a figure of a year that is not over is taken out of its history."""
    place = f"{item.where} «{item.label[:60]}»"
    if not item.targets:
        yield f"{place}: no target, left out"
    for year in [year for year in item.history if statistics.period_end(year).date() >= today]:
        yield f"{place}: {year} is not over, its figure is left aside"
        del item.history[year]
    if item.targets and not item.history:
        yield f"{place}: no figures, so no verdict"


def write(listing: Listing, document: str, title: str, folder: Path, today: date | None = None) -> Path:
    """The folder, with the list's figures and a folder of its targets; whole, in place of an earlier one."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".list-") as draft:
        place = Path(draft) / "list"
        plan.write(tables(listing, title), place / folder.name)
        area = {"area": AREA, "kind": "own"} | dict.fromkeys(plan.NAMES, title)
        area |= dict.fromkeys(("from_year", "to_year", "breaks", "note"), "")
        files.write(place / "areas.csv", pd.DataFrame([area]).to_csv(index=False))
        importing.write(figures(listing), document, place, today, AREA)
        shutil.rmtree(folder, ignore_errors=True)
        place.rename(folder)
    return folder


def figures(listing: Listing) -> importing.Preview:
    """The histories in the form in which own figures are written."""
    preview = importing.Preview()
    for number, item in enumerate(listing.items, 1):
        # Not the bare number, by which tables of statistics mean an indicator of data/plan.
        about = pd.Series(dict.fromkeys(plan.NAMES, item.label) | {"unit": item.unit, "better": item.better})
        if item.history:
            preview.series[f"{number}"] = importing.Series(f"list_{number}", about, figures=item.history)
    return preview


def tables(listing: Listing, title: str) -> dict[str, pd.DataFrame]:
    """The list as the tables of a plan: a direction for each group, all else that a plan holds empty."""
    groups = list(dict.fromkeys(item.group or title for item in listing.items))
    directions = [{"direction": n} | dict.fromkeys(plan.NAMES, group) for n, group in enumerate(groups, 1)]
    rows, cells = [], []
    for number, item in enumerate(listing.items, 1):
        row = {"indicator": number, "direction": groups.index(item.group or title) + 1, "kind": "macro"}
        rows.append(row | dict.fromkeys(plan.NAMES, item.label) | {"unit": item.unit, "better": item.better})
        for year, figure in sorted(item.targets.items()):
            printed = f"{figure.value:f}"
            cell = {"indicator": number, "year": year, "column": "planned", "value": printed, "as_printed": printed}
            cells.append(cell | {"printed_year": year, "reading": "certain", "evidence": ""})
    units = dict.fromkeys(item.unit for item in listing.items if item.unit)
    terms = [("plan", "title", title), *(("unit", unit, unit) for unit in units)]
    names = [{"kind": kind, "term": term} | dict.fromkeys(plan.NAMES, words) for kind, term, words in terms]
    filled = {"directions": directions, "indicators": rows, "targets": cells, "terms": names}
    return {name: pd.DataFrame(filled.get(name, []), columns=columns) for name, columns in plan.TABLES.items()}


def template(path: Path, language: str = "en", today: date | None = None) -> Path:
    """The path of an empty list to fill in: ten years of history, five of targets. Raises for an unknown language."""
    year = (today or date.today()).year
    with filling.workbook(path, language) as book:
        sheet, bold = book.add_worksheet(text("Indicators")), book.add_format({"bold": True, "text_wrap": True})
        heads = [text("Indicator"), text("Unit"), text("Better: higher or lower")]
        aims = [f"{text('Target')} {n}" for n in range(year, year + 5)]
        sheet.write_row(0, 0, [*heads, *(str(n) for n in range(year - 10, year)), *aims], bold)
        sheet.data_validation(1, 2, 500, 2, {"validate": "list", "source": [text("higher"), text("lower")]})
        sheet.set_column(0, 0, 60)
        sheet.freeze_panes(1, 3)
    return path
