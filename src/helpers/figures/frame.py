"""The frame of every chart: colours, the empty canvas with its words around, and the finished chart."""

import base64
import io
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.pages.captions import Words
from helpers.pages.labels import wrap
from helpers.pages.literal import visible

BLUE, GREY, ORANGE, INK, SOFT = "#12436D", "#8A96A1", "#C2500A", "#1B2730", "#5F6B76"
PURPLE = "#9B4DCA"  # what a person moved, not the figures
STYLE = Path(__file__).parents[1] / "jospar.mplstyle"
WIDTH, LEFT, RIGHT = 7.6, 0.075, 0.855


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


def canvas(words: Words, height: float = 3.0, left: float = LEFT) -> tuple[Figure, Axes]:
    """An empty chart, `height` inches of plot, with its title, unit and source around it however long they are."""
    title, subtitle = wrap(words.title, 58), wrap(words.subtitle, 88)
    above = 0.42 + 0.22 * (title.count("\n") + 1) + 0.165 * (subtitle.count("\n") + 1)
    source = wrap(words.source, 116)
    below = 0.56 + 0.13 * (source.count("\n") + 1)
    whole = above + height + below
    with matplotlib.style.context(STYLE):
        figure = Figure(figsize=(WIDTH, whole))
        axes = figure.add_axes((left, below / whole, RIGHT - left, height / whole))
        figure.text(0.02, 1 - 0.14 / whole, title, size=12.5, weight="bold", color=INK, va="top")
        under = 0.2 + 0.22 * (title.count("\n") + 1)
        figure.text(0.02, 1 - under / whole, subtitle, size=9.5, color=INK, va="top")
        figure.text(0.02, 0.1 / whole, source, size=7.8, color=SOFT, va="bottom")
    return figure, axes
