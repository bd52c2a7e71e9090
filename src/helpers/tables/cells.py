"""What a publication table is made of: cells with words, numbers and tones, rows, and a table that shows itself.

It shows itself as HTML to readers, and as JSON to the spreadsheet, where a number is a number and no words.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import date
from functools import lru_cache
from pathlib import Path

import pandas as pd

from helpers.files import TABLE_MIME
from helpers.language import INLINE, TONE, between, day, name, number, percent, said_of, text, visible, web_address
from helpers.targets import Outlook, decimals_shown, lenient, target_decimals

SHARE = '[>0.99]">99%";[<0.01]"<1%";0%'  # a chance as `language.percent` shows it
COUNTED = '[=1]0%;[>0.99]">99%";0%'  # a counted share: all is only where all were
FEW = '[<0.01]"<1%";0%'  # a share of past cases, of which none on record is not none at all
YEAR = "0"


@dataclass(frozen=True)
class Figure:
    """A number behind a cell's words: value, its format in a spreadsheet, and what it is (empty: the cell itself)."""

    value: float
    format: str
    name: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell: words, a smaller second line, a tone (good, bad, mid, quiet), links by their words, numbers behind.

    It may span columns, and hold words in a fold. `note`: what its small line says beside numbers, for a spreadsheet.
    """

    words: str
    small: str = ""
    tone: str = ""
    links: tuple[tuple[str, str], ...] = ()
    figures: tuple[Figure, ...] = field(default=(), compare=False)
    span: int = 1
    fold: str = ""
    note: str = ""


@dataclass(frozen=True)
class Row:
    """One row of cells, or a group's heading; the indicator whose chart it leads to, where a page has that chart."""

    cells: list[Cell] = field(default_factory=list)
    group: str = ""
    indicator: str = ""


@dataclass(frozen=True)
class Table:
    """A table that shows itself. Text from data is escaped; the first column heads its row.

    `under` says what the small line of the first column is: a unit, if nothing else is said. `language`: that of its
    rows, where it isn't the page's.
    """

    caption: str
    heads: list[str]
    rows: list[Row]
    text_columns: tuple[int, ...] = (0,)
    verdicts: bool = False
    under: str = ""
    language: str = ""

    def _repr_mimebundle_(self, **_: object) -> dict:
        return {"text/html": self._repr_html_(), "text/plain": self.caption, TABLE_MIME: self.as_json()}

    def as_json(self) -> dict:
        """The table as data: caption, heads, and rows of cells with their words and numbers."""
        rows = [{"group": row.group} if row.group else {"cells": list(map(as_data, row.cells))} for row in self.rows]
        return {"caption": self.caption, "heads": self.heads, "under": self.under or text("Unit"), "rows": rows}

    def _repr_html_(self) -> str:
        return _template()(vars(self), tones=INLINE)

    def __repr__(self) -> str:
        return self.caption


@lru_cache
def _template() -> Callable[..., str]:
    from jinja2 import Environment, FileSystemLoader

    folder = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=folder, autoescape=True, finalize=visible)
    environment.tests["web_address"] = web_address
    return environment.get_template("table.html.j2").render


def as_data(part: Cell | Figure) -> dict:
    """What a cell or a figure says, by field; nothing where it says nothing."""
    parts = {field.name: getattr(part, field.name) for field in fields(part) if field.name != "span"}
    parts = {name: value for name, value in parts.items() if value != "" and value != ()}
    return parts | ({"figures": list(map(as_data, part.figures))} if "figures" in parts else {})


def pattern(decimals: int, signed: bool = False) -> str:
    """The format of a number in a spreadsheet, which the reader's program writes with its own separators."""
    plain = "#,##0" + ("." + "0" * decimals if decimals else "")
    return f"+{plain};-{plain};{plain}" if signed else plain


def figures(*given: tuple) -> tuple[Figure, ...]:
    """Figures from (value, format, name), those that are known; what floating point adds to the value is cut off."""
    return tuple(Figure(round(float(value), 6), *named) for value, *named in given if math.isfinite(value))


def value_cell(value: float, decimals: int, small: str = "", *beside: tuple) -> Cell:
    """A number, above a small line whose own numbers stand beside it in a spreadsheet: (value, format, name)."""
    return Cell(number(value, decimals), small, figures=figures((value, pattern(decimals)), *beside))


def date_cell(shown: date) -> Cell:
    """A day in words, and as a date to a spreadsheet, which counts days from the end of 1899."""
    return Cell(day(shown), figures=figures(((shown - date(1899, 12, 30)).days, "yyyy-mm-dd")))


def range_cell(middle: float, low: float, high: float, decimals: int) -> Cell:
    """A forecast's median above its 80 % range, with the publisher's decimals where the range is narrow enough."""
    decimals = decimals_shown(low, high, decimals)
    shape = pattern(decimals)
    ends = (low, shape, text("lower end")), (high, shape, text("upper end"))
    return value_cell(middle, decimals, between(low, high, decimals), *ends)


def verdict_cell(row: pd.Series, outlook: Outlook) -> Cell:
    """A target's verdict as a word with its chance, above the figure (or forecast) and the target."""
    tone, word = TONE[row["verdict"]], text(said_of(row))
    if row["verdict"] == "no target":
        return Cell(word, tone=tone)
    goal = text("target {value}", value=number(row["target"], target_decimals(row)))
    behind = (row["target"], pattern(target_decimals(row)), text("target"))
    if pd.isna(row["probability"]) and pd.isna(row["figure"]):
        return Cell(word, goal, tone, figures=figures(behind))
    year = lenient(row, outlook)
    marks = [text("no stricter than {year}", year=year)] if year else []
    if pd.isna(row["probability"]):
        shown, figure = number(row["figure"], outlook.decimals), (row["figure"], pattern(outlook.decimals))
        small = " · ".join([shown, goal, *marks])
        return Cell(word, small, tone, figures=figures((*figure, text("figure")), behind), note=" · ".join(marks))
    chance = (row["probability"], SHARE, text("chance"))
    marks = [text("by decision")] * bool(outlook.decision) + marks
    small = " · ".join([percent(row["probability"]), goal, *marks])
    return Cell(word, small, tone, figures=figures(chance, behind), note=" · ".join(marks))


def linked(words: str) -> tuple[str, str]:
    """Words and the address that stands in brackets at their end, empty where none does."""
    match = re.fullmatch(r"(.*?)\s*\((https?://[^\s()]+)\)(\.?)", words)
    return (match[1] + match[3], match[2]) if match else (words, "")


def linked_cell(words: str) -> Cell:
    """A source as a link to the address at its end, which nobody wants to read."""
    label, address = linked(words)
    return Cell("", links=((label, address),)) if address else Cell(words)


def bare_cell(outlook: Outlook, span: int) -> Cell:
    """One line for an indicator without a verdict: the plan's own source, and folded why nothing is judged."""
    notes = [outlook.reason] if outlook.series is None else [outlook.reason, outlook.series["note"]]
    stated = text(outlook.about.get("source", ""))
    source = text("source in the plan: {source}", source=stated) if stated else ""
    reason, address = linked(" ".join(map(text, notes)))
    links = ((text("source"), address),) if address else ()
    return Cell(text("no comparable data"), source, "quiet", links, span=span, fold=reason)


def label(outlook: Outlook) -> str:
    """An indicator's number and name, as the plan's table orders them."""
    return f"{outlook.indicator}. {name(outlook.about)}" if outlook.indicator else name(outlook.about)
