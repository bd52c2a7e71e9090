"""All targets of a plan in one picture: indicators down, years across, each verdict as a mark on a colour."""

from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle

from helpers.charts import captions
from helpers.charts.colours import FAINT, INK, SOFT, VERDICTS, mixed
from helpers.charts.frame import Chart, kept, styled
from helpers.charts.labels import even_lines
from helpers.language import TONE, name, said_of, text, visible
from helpers.targets import Outlook, assess

WIDE, EDGE, GAP = 10.4, 0.2, 0.4  # inches: the picture, its margin, the room between its two columns
COLUMN = (WIDE - 2 * EDGE - GAP) / 2
CELL, PITCH, LINE = 0.45, 0.29, 0.17  # inches: width of a cell, height of a row of one line, and of one more line
SIZE = 11  # points, of which an A4 page with margins of 15 mm leaves 7.5


class Look(NamedTuple):
    """How a verdict looks: fill, colour of the mark, and the mark, which alone says the verdict too."""

    fill: str
    ink: str
    mark: str


def _look(verdict: str, mark: str, share: float) -> Look:
    tone = VERDICTS[TONE[verdict]]
    return Look(mixed(tone, share), "#ffffff" if share > 0.6 else tone, mark)


# What is settled is full, what is expected pale; a double arrow is surer than a single one.
LOOKS = {
    "met": _look("met", "✓", 1),
    "missed": _look("missed", "✗", 1),
    "very likely": _look("very likely", "▲▲", 0.18),
    "likely": _look("likely", "▲", 0.09),
    "about as likely as not": _look("about as likely as not", "◆", 0.2),
    "unlikely": _look("unlikely", "▼", 0.09),
    "very unlikely": _look("very unlikely", "▼▼", 0.18),
    "no comparable data": _look("no comparable data", "–", 0.1),
    "too few figures for a forecast": _look("too few figures for a forecast", "…", 0.1),
    "no forecast": _look("no forecast", "○", 0.1),
    "cell lost": Look("#ffffff", SOFT, "?"),
    "none set": Look("#ffffff", SOFT, ""),
}
DECIDED = {"by decision": Look("#ffffff", INK, "*")}  # stands in the key; a verdict has the star in its corner


class Line(NamedTuple):
    """A row of the picture: its words, its height in inches, and the verdicts by year (none for a heading)."""

    words: str
    height: float
    verdicts: dict[int, str] | None = None
    decided: frozenset[int] = frozenset()  # the years whose verdict rests on an economist's decision


@kept
def scorecard(outlooks: dict[str, Outlook], groups: pd.DataFrame) -> Chart:
    """Every target's verdict, grouped by direction in two columns; the finding above, the key and sources below."""
    words, judged = captions.scorecard(outlooks), assess(outlooks)
    years = sorted(judged["year"].astype(int).unique())
    title, subtitle, source = (
        even_lines(part, letters) for part, letters in ((words.title, 66), (words.subtitle, 94), (words.source, 106))
    )
    with styled():
        columns = balanced(blocks(outlooks, groups, years))
        present = {verdict for line in chain(*columns) for verdict in (line.verdicts or {}).values()}
        present |= {"by decision" for line in chain(*columns) if line.decided}
        key = key_places([verdict for verdict in LOOKS | DECIDED if verdict in present])
        above = 0.35 + 0.3 * (title.count("\n") + 1) + 0.2 * (subtitle.count("\n") + 1)
        below = 0.45 + 0.3 * (1 + max((row for row, *_ in key), default=0)) + 0.2 * (source.count("\n") + 1)
        whole = above + max(map(tall, columns)) + below
        figure = Figure(figsize=(WIDE, whole))
        put(figure, EDGE, 0.15, title, size=16, weight="bold", va="top")
        put(figure, EDGE, 0.23 + 0.3 * (title.count("\n") + 1), subtitle, size=12, va="top")
        for n, column in enumerate(columns):
            draw_column(figure, EDGE + n * (COLUMN + GAP), above, column, years)
        for row, left, verdict in key:
            middle = whole - below + 0.35 + 0.3 * row
            draw_cell(figure, left, middle, verdict)
            put(figure, left + CELL + 0.03, middle, text(verdict))
        put(figure, EDGE, whole - 0.12, source, color=SOFT, va="bottom")
    return Chart(figure, words.alt)


def blocks(outlooks: dict[str, Outlook], groups: pd.DataFrame, years: list[int]) -> list[list[Line]]:
    """For each direction its heading and its indicators, in the plan's order, with a verdict for each of the years."""
    names, labels, lines = groups.set_index(groups["direction"].astype(str)), captions.short_names(outlooks), {}
    for key, outlook in outlooks.items():
        direction = str(outlook.about["direction"])
        if direction not in lines:
            heading = fitted(f"{direction}. {name(names.loc[direction])}", COLUMN, weight="bold")
            lines[direction] = [Line(heading, PITCH + 0.12 + LINE * heading.count("\n"))]
        label = fitted(labels[key], COLUMN - CELL * len(years) - 0.1)
        verdicts = dict.fromkeys(years, "none set")
        verdicts |= {int(row["year"]): said_of(row) for _, row in outlook.judged.iterrows()}
        ahead = outlook.judged.loc[outlook.judged["probability"].notna(), "year"] if outlook.decision else ()
        lines[direction].append(Line(label, PITCH + LINE * label.count("\n"), verdicts, frozenset(map(int, ahead))))
    return list(lines.values())


def length(words: str, **style: object) -> float:
    """How wide words are when drawn in the style in use, in inches."""
    font = FontProperties(**{"size": SIZE} | style)
    return _renderer().get_text_width_height_descent(words, font, False)[0] / 72


@lru_cache
def _renderer() -> RendererAgg:
    return FigureCanvasAgg(Figure(dpi=72)).get_renderer()


def fitted(words: str, wide: float, **style: object) -> str:
    """Words broken into lines no wider than `wide` inches, where their own words allow it."""
    lines = [""]
    for word in visible(words).split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and length(longer, **style) > wide:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


def tall(column: list[Line]) -> float:
    """The height of a column in inches, its line of years included."""
    return PITCH + sum(line.height for line in column)


def balanced(parts: list[list[Line]]) -> list[list[Line]]:
    """The directions in two columns of heights as even as can be, in their order within each; the first stays left."""
    if len(parts) > 12:  # of a plan with very many directions each way to share them out would be too much to try
        half = len(parts) // 2
        return [list(chain(*parts[:half])), list(chain(*parts[half:]))]
    ways = []
    for chosen in range(2 ** (len(parts) - 1)):
        sides = [[], []]
        for n, part in enumerate(parts):
            sides[chosen >> (n - 1) & 1 if n else 0] += part
        ways.append((max(map(tall, sides)), chosen, sides))
    return [side for side in min(ways)[2] if side]


def draw_column(figure: Figure, left: float, top: float, column: list[Line], years: list[int]) -> None:
    """One column: years above, headings bold over a rule, a row of marks for each indicator."""
    edges = [left + COLUMN - CELL * (len(years) - n) for n in range(len(years))]
    for edge, year in zip(edges, years, strict=True):
        put(figure, edge + CELL / 2, top + PITCH / 2, str(year), ha="center", color=SOFT, size=SIZE)
    top += PITCH
    for line in column:
        middle = top + line.height / 2
        if line.verdicts is None:
            put(figure, left, middle + 0.05, line.words, weight="bold")
            rule(figure, left, top + line.height - 0.01)
        else:
            put(figure, left, middle, line.words)
            for edge, year in zip(edges, years, strict=True):
                draw_cell(figure, edge, middle, line.verdicts[year], line.height)
                if year in line.decided:
                    put(figure, edge + CELL - 0.1, middle - 0.02, "*", ha="center", weight="bold")
        top += line.height


def draw_cell(figure: Figure, left: float, middle: float, verdict: str, height: float = PITCH) -> None:
    """A verdict's mark on its colour; what has no target is a white frame."""
    look, (width, whole) = (LOOKS | DECIDED)[verdict], figure.get_size_inches()
    size = (CELL - 0.03) / width, (height - 0.03) / whole
    corner = (left + 0.015) / width, 1 - (middle + height / 2 - 0.015) / whole
    edge = FAINT if look.fill == "#ffffff" else look.fill
    figure.add_artist(Rectangle(corner, *size, facecolor=look.fill, edgecolor=edge, linewidth=0.6))
    if look.mark:
        put(figure, left + CELL / 2, middle, look.mark, ha="center", color=look.ink, weight="bold")


def key_places(verdicts: list[str]) -> list[tuple[int, float, str]]:
    """Where each verdict stands in the key: row, distance from the left in inches, verdict."""
    places, row, left = [], 0, EDGE
    for verdict in verdicts:
        wide = CELL + 0.2 + length(text(verdict))
        if left + wide > WIDE - EDGE + 0.15:
            row, left = row + 1, EDGE
        places.append((row, left, verdict))
        left += wide
    return places


def put(figure: Figure, left: float, top: float, words: str, **style: object) -> None:
    """Words at a place in inches from the left and the top."""
    width, whole = figure.get_size_inches()
    figure.text(left / width, 1 - top / whole, words, **{"size": SIZE, "color": INK, "va": "center"} | style)


def rule(figure: Figure, left: float, top: float) -> None:
    """A thin line under a heading, as wide as the column."""
    width, whole = figure.get_size_inches()
    figure.add_artist(
        Rectangle((left / width, 1 - top / whole), COLUMN / width, 0.01 / whole, facecolor=SOFT, linewidth=0)
    )
