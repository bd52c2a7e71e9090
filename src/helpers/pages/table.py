"""What a publication table is made of: cells with words and tones, rows, and a table that shows itself as HTML."""

from dataclasses import dataclass, field
from functools import lru_cache

import pandas as pd

from helpers import paths
from helpers.language import name, number, percent, text
from helpers.pages.tones import INLINE, TONE
from helpers.targets import Outlook
from helpers.verdict.judge import target_decimals


@dataclass(frozen=True)
class Cell:
    """One cell: its words, a smaller second line, a tone (good, bad, mid, quiet) or links by their words."""

    words: str
    small: str = ""
    tone: str = ""
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Row:
    """One row of cells, or a group's heading."""

    cells: list[Cell] = field(default_factory=list)
    group: str = ""


@dataclass(frozen=True)
class Table:
    """A table that shows itself as HTML. Text from data is escaped; the first column heads its row."""

    caption: str
    heads: list[str]
    rows: list[Row]
    text_columns: tuple[int, ...] = (0,)
    verdicts: bool = False

    def _repr_html_(self) -> str:
        return _template().render(
            caption=self.caption,
            heads=self.heads,
            rows=self.rows,
            text_columns=self.text_columns,
            verdicts=self.verdicts,
            tones=INLINE,
        )

    def __repr__(self) -> str:
        return self.caption


@lru_cache
def _template() -> "object":
    from jinja2 import Environment, FileSystemLoader

    folder = FileSystemLoader(paths.TEMPLATES)
    return Environment(loader=folder, autoescape=True).get_template("table.html.j2")


def verdict_cell(row: pd.Series, outlook: Outlook) -> Cell:
    """A target's verdict as a word with its chance, above the figure (or forecast) and the target."""
    tone, word = TONE[row["verdict"]], text(row["verdict"])
    if row["verdict"] == "no target":
        return Cell(text("none set") if row["reading"] == "blank" else text("cell lost"), tone="quiet")
    goal = text("target {value}", value=number(row["target"], target_decimals(row)))
    if row["verdict"] == "not measured":
        return Cell(word, goal, tone)
    if pd.isna(row["probability"]):
        return Cell(word, f"{number(row['figure'], outlook.decimals)} · {goal}", tone)
    return Cell(word, f"{percent(row['probability'])} · {goal}", tone)


def label(outlook: Outlook) -> str:
    """An indicator's number and name, as the plan's table orders them."""
    return f"{outlook.indicator}. {name(outlook.about)}" if outlook.indicator else name(outlook.about)
