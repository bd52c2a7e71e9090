"""One row of a spreadsheet with its figures by period."""

import re
from dataclasses import dataclass, field

from helpers.workbooks import figures, heads
from helpers.workbooks.figures import Figure

ORDINAL = re.compile(r"(?:№\s*)?(\d{1,2}(?:\.\d{1,2})?)[.)]?")
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

    def add(self, head: heads.Head, cell: object, percent: bool, unsaved: bool) -> None:
        """Take one cell under its heading."""
        if isinstance(cell, str) and self.unit:
            cell = re.sub(rf"(?<=[\d\s]){re.escape(self.unit)}\.?$", "", cell.strip(), flags=re.IGNORECASE)
        unread = "is a formula without a stored value; open and save the file"
        found = unread if unsaved else figures.read(cell, percent)
        if found is None:
            return
        if head.aside:
            self.aside.append(head.aside)
        elif isinstance(found, str):
            self.aside.append(f"{head.period}: {found}")
        elif (head.period, head.planned) in self.disputed:
            self.aside.append(f"{head.period}: {found.value}, one of several figures")
        elif head.period in (store := self.planned if head.planned else self.figures):
            if store[head.period].value != found.value:
                self.disputed.add((head.period, head.planned))
                first = store.pop(head.period).value
                self.aside.append(f"{head.period}: two figures, {first} and {found.value}; none is taken")
        else:
            store[head.period] = found
            self.doubts += [text for text in (head.doubt, found.doubt) if text]
