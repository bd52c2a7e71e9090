"""The frame of every chart: colours, the empty canvas with its words around, and the finished chart."""

import base64
import io
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.charts.captions import Words
from helpers.charts.labels import wrap
from helpers.language import visible

BLUE, GREY, ORANGE, INK, SOFT = "#12436D", "#8A96A1", "#C2500A", "#1B2730", "#5F6B76"
PURPLE = "#9B4DCA"  # what a person moved, not the figures
STYLE = Path(__file__).with_name("jospar.mplstyle")
WIDTH, LEFT, RIGHT = 7.6, 0.075, 0.855


class Print(NamedTuple):
    """How a source is set: letters in a line, points, inches from line to line."""

    letters: int
    size: float
    line: float


FINE, CLEAR = Print(116, 7.8, 0.13), Print(104, 8.5, 0.15)


@dataclass(frozen=True)
class Chart:
    """A finished chart with its finding in words, for readers who see it and for those who don't."""

    figure: Figure
    alt: str

    def png(self) -> bytes:
        """The picture; the same bytes for the same chart."""
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="png", metadata={"Software": None})
        return buffer.getvalue()

    def _repr_mimebundle_(self, **_: object) -> tuple[dict, dict]:
        image = base64.b64encode(self.png()).decode()
        alt = visible(self.alt)
        wide = round(self.figure.get_figwidth() * self.figure.dpi)
        return {"image/png": image, "text/plain": alt}, {"image/png": {"alt": alt, "width": wide}}


def framed(words: Words, height: float, head: float, foot: float, fine: Print = FINE) -> tuple[Figure, float, float]:
    """A figure with its title, unit and source however long they are, and `height` inches between them.

    Also its whole height and the upper edge of what is between, in inches; `head` and `foot` are the room beside the
    words above and below.
    """
    title, subtitle, source = wrap(words.title, 58), wrap(words.subtitle, 88), wrap(words.source, fine.letters)
    above = head + 0.22 * (title.count("\n") + 1) + 0.165 * (subtitle.count("\n") + 1)
    below = foot + fine.line * (source.count("\n") + 1)
    whole = above + height + below
    with matplotlib.style.context(STYLE):
        figure = Figure(figsize=(WIDTH, whole))
        figure.text(0.02, 1 - 0.14 / whole, title, size=12.5, weight="bold", color=INK, va="top")
        under = 0.2 + 0.22 * (title.count("\n") + 1)
        figure.text(0.02, 1 - under / whole, subtitle, size=9.5, color=INK, va="top")
        figure.text(0.02, 0.1 / whole, source, size=fine.size, color=SOFT, va="bottom")
    return figure, whole, whole - above


def canvas(words: Words, height: float = 3.0, left: float = LEFT) -> tuple[Figure, Axes]:
    """An empty chart, `height` inches of plot, framed by its words."""
    figure, whole, top = framed(words, height, 0.42, 0.56)
    with matplotlib.style.context(STYLE):
        return figure, figure.add_axes((left, (top - height) / whole, RIGHT - left, height / whole))
