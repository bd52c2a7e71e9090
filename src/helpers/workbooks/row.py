"""One row of a spreadsheet with its figures by period."""

import re
from dataclasses import dataclass, field

from helpers.workbooks import figures, heads
from helpers.workbooks.figures import Figure
from helpers.workbooks.sheets import Sheet

ORDINAL = re.compile(r"(?:№\s*)?(\d{1,2}(?:\.\d{1,2})?)[.)]?")
UNITS = re.compile(
    r"^(%( (от|к|в|of|общ\w+|всех|total|жалпы) .*)?|проц\w*|в процентах|пайыз\w*|per ?cent\w*|в %|доля единицы|в долях|"
    r"(тыс|млн|мың|thousand|million)\.?\s*\w*\.?|"
    r"чел\w*\.?|человек|адам|people|persons|ед\.?|единиц\w*|бірлік|коэфф\w*\.?|коэффициент|на 10*\s?(000|тыс).*|"
    r"10*\s?000 \w+(ға|ге|қа|ке)\b.*|per 10*,?000.*|п\.п\.|промилле|‰|доля)$"
)
CALLED = r"(?:№|kpi|ци|целевой индикатор|показатель|индикатор|indicator|көрсеткіш)[-\s.:№]*"
NAME_HEADS = ("indicator", "показател", "индикатор", "наименован", "көрсеткіш", "атауы")
AREAS = re.compile(r"регион|област|территор|өңір|аймақ|облыс|\b(area|region)")


@dataclass
class Row:
    """One row of figures: where it stands, its words, and its figures by period; what was left aside or is doubtful."""

    where: str
    number: str
    label: str
    group: str
    unit: str
    figures: dict[str, Figure] = field(default_factory=dict)
    planned: dict[str, Figure] = field(default_factory=dict)
    aside: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    disputed: set[tuple[str, bool]] = field(default_factory=set)  # period, planned: two figures differ, so none counts
    cells: dict[str, str] = field(default_factory=dict)  # the row's other words by heading
    area: str = ""  # of which place its figures are, where a column says it
    title: str = ""  # name of its sheet, and what stands above the table

    def named_by(self, before: "Row", first: int, titles: list[str]) -> None:
        """Take the name of the row before for a line of plan or fact, or of a break-down whose name stands once."""
        word = heads.words_of(self.label)
        place = next((title for title in before.cells if any(word in title for word in NAME_HEADS)), "")
        if place and titles.index(place) < first and not self.number:
            self.cells = {place: before.label, **self.cells}
        elif not (heads.PLANNED.fullmatch(word) or heads.FACT.fullmatch(word)):
            return
        self.label, self.number = before.label, before.number

    def add(self, head: heads.Head, cell: object) -> None:
        """Take one cell under its heading."""
        if isinstance(cell, str) and self.unit:
            cell = re.sub(rf"(?<=[\d\s]){re.escape(self.unit)}\.?$", "", cell.strip(), flags=re.IGNORECASE)
        figure = figures.read(cell)
        if figure is None:
            return
        if head.aside:
            self.aside += [head.aside] if re.search(r"\d", str(cell)) else []  # else a remark, a unit
        elif isinstance(figure, str):
            self.aside.append(f"{head.period}: {figure}")
        elif (head.period, head.planned) in self.disputed:
            self.aside.append(f"{head.period}: {figure.value}, one of several figures")
        elif head.period in (store := self.planned if head.planned else self.figures):
            if store[head.period].value != figure.value:
                self.disputed.add((head.period, head.planned))
                first = store.pop(head.period).value
                self.aside.append(f"{head.period}: two figures, {first} and {figure.value}; none is taken")
        else:
            store[head.period] = figure
            self.doubts += [text for text in (head.doubt, figure.doubt) if text]


def caption(sheet: Sheet, top: int) -> tuple[str, str]:
    """What stands alone in a line above the table that begins in row `top`: its words, and the unit for all of it."""
    words, unit = "", ""
    for r, row in enumerate(sheet.cells[max(0, top - 12) : top], max(0, top - 12)):
        filled = [cell for cell in row if cell is not None]
        if any(isinstance(figures.read(cell), Figure) for cell in filled) or len(filled) > 3:
            words, unit = "", ""
        for cell in filled if len(filled) < 4 else []:
            if UNITS.match(mark := heads.words_of(cell).strip("(),: ")):
                unit = mark
            elif len(filled) == 2 and any(word in heads.words_of(filled[0]) for word in NAME_HEADS):
                words = str(filled[1])
            elif isinstance(cell, str) and len(filled) == 1 and r >= top - 4:
                words = cell
    return words, unit


def parted(words: str, number: str = "", unit: str = "") -> tuple[str, str, str]:
    """The number before a name, the name, and the unit behind its last comma or in brackets at its end."""
    if leading := re.match(rf"(?:{CALLED})?(\d{{1,2}}(?:\.\d{{1,2}})?)[.):]?\s+(?=\D)", words, re.IGNORECASE):
        number, words = number or leading[1], words[leading.end() :]
    words = figures.FOOTNOTE.sub("", words)
    if trailing := re.search(r"(?:,\s*([^,]+)|\(([^()]+)\))$", words):
        tail = (trailing[1] or trailing[2]).lower().strip()
        unit = unit or (tail if UNITS.match(tail) else "")
    return number, words, unit
