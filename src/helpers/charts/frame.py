"""The frame of every chart: its style, the empty canvas with its words around, and the finished chart."""

import base64
import contextlib
import copyreg
import hashlib
import io
import pickle
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import partial, wraps
from typing import Any, NamedTuple

import matplotlib
import pandas as pd
from IPython.display import Markdown
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.charts import colours
from helpers.charts.captions import Words
from helpers.charts.colours import INK, SOFT
from helpers.charts.labels import even_lines
from helpers.language import current, terms, text, visible
from helpers.shared import folder, shared

WIDTH, LEFT, RIGHT = 7.6, 0.075, 0.855
PHONE = 3.6  # inches of a chart that a telephone shows at its full size
_narrow: ContextVar[bool] = ContextVar("narrow", default=False)


class Print(NamedTuple):
    """How a source is set: letters in a line, points, inches from line to line."""

    letters: int
    size: float
    line: float


FINE, CLEAR = Print(116, 7.8, 0.13), Print(104, 8.5, 0.15)


def styled() -> contextlib.AbstractContextManager[None]:
    """The look of all charts, while it holds; its file is read once."""
    return matplotlib.rc_context(colours.style())


def nothing() -> Markdown:
    """The line in place of what would show figures, where none is known."""
    return Markdown(text("No figure had been published by then."))


@dataclass(frozen=True)
class Chart:
    """A finished chart with its finding in words, for readers who see it and for those who don't."""

    figure: Figure
    alt: str
    indicator: str = ""  # whose row of a scorecard it belongs to
    narrow: Figure | None = None

    def png(self, figure: Figure | None = None) -> bytes:
        """The picture, or that of another figure in the same style; the same bytes for the same figure."""
        with styled():
            return colours.png(figure or self.figure)

    def _repr_mimebundle_(self, **_: object) -> tuple[dict, dict]:
        image = base64.b64encode(self.png()).decode()
        alt = visible(self.alt)
        wide = round(self.figure.get_figwidth() * self.figure.dpi)
        more = {"alt": alt, "width": wide, "indicator": self.indicator}
        if self.narrow is not None:
            more["narrow"] = base64.b64encode(self.png(self.narrow)).decode()
        return {"image/png": image, "text/plain": alt}, {"image/png": more}


@dataclass(frozen=True)
class Kept:
    """A chart whose pictures an earlier rendering kept: it is drawn only for who asks for its figure."""

    pictures: tuple[dict, dict]
    draw: Callable[[], Chart]

    def _repr_mimebundle_(self, **_: object) -> tuple[dict, dict]:
        return self.pictures

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # a notebook asks for every way in which it might be shown
            raise AttributeError(name)
        return getattr(self.draw(), name)


def kept(draw: Callable[..., Chart | Markdown]) -> Callable[..., Chart | Markdown | Kept]:
    """The chart; its pictures are shared by the renderings of a run and later ones, while it shows the same."""

    @wraps(draw)
    def chart(*given: object, **named: object) -> Chart | Markdown | Kept:
        again = partial(draw, *given, **named)
        if folder() is None:
            return again()
        shown = _shown(_key(again), again)
        return Kept(shown, again) if isinstance(shown, tuple) else shown

    return chart


class _Pickler(pickle.Pickler):
    """Writes of a dataclass its fields alone: what it has worked out and kept beside them is no content."""

    def reducer_override(self, thing: object) -> Any:
        if is_dataclass(thing) and not isinstance(thing, type):
            return type(thing), tuple(getattr(thing, field.name) for field in fields(thing))
        return NotImplemented


def _content(values: object) -> bytes:
    """Bytes that are the same for values that show the same: how a table lies in memory is left out."""
    kinds = [pd.DataFrame, pd.Series, *pd.DataFrame.__subclasses__(), *pd.Series.__subclasses__()]
    pickler = _Pickler(content := io.BytesIO())
    pickler.fast = True  # equal words give equal bytes, whether they are one object or two
    pickler.dispatch_table = (
        copyreg.dispatch_table | dict.fromkeys(kinds, _cells) | {pd.Period: lambda p: (str, (str(p),))}
    )
    pickler.dump(values)
    return content.getvalue()


def _cells(table: pd.DataFrame | pd.Series) -> tuple:
    """A table as plain values, for a pickler."""
    named = [*table.columns] if isinstance(table, pd.DataFrame) else table.name
    return list, ([named, *map(str, table.index), *table.to_numpy(dtype=object).tolist()],)


def _key(draw: partial) -> str | None:
    """What the chart shows, in which words and style; none where that can't be told by its content."""
    with contextlib.suppress(pickle.PicklingError, AttributeError, TypeError, ValueError):
        content = _content((draw.args, draw.keywords, terms(), str(dict(matplotlib.rcParams))))
        name = f"{draw.func.__module__}.{draw.func.__qualname__}"
        return f"{name} {current()} {hashlib.sha256(content).hexdigest()}"
    return None


@shared(lambda key, draw: key)
def _shown(key: str | None, draw: Callable[[], Chart | Markdown]) -> tuple[dict, dict] | Markdown:
    shown = draw()
    return shown if isinstance(shown, Markdown) else shown._repr_mimebundle_()


def across() -> float:
    """How wide a chart is drawn now, in inches."""
    return PHONE if _narrow.get() else WIDTH


def for_phones(draw: Callable[..., Chart]) -> Callable[..., Chart | Kept]:
    """The chart, drawn a second time as narrow as a telephone; its pictures are shared as `kept` says."""
    return kept(twice(draw))


def twice(draw: Callable[..., Chart]) -> Callable[..., Chart]:
    """The chart, drawn a second time as narrow as a telephone."""

    @wraps(draw)
    def both(*given: object, **named: object) -> Chart:
        with styled():
            chart = draw(*given, **named)
            token = _narrow.set(True)
            try:
                return replace(chart, narrow=draw(*given, **named).figure) if isinstance(chart, Chart) else chart
            finally:
                _narrow.reset(token)

    return both


def framed(words: Words, height: float, head: float, foot: float, fine: Print = FINE) -> tuple[Figure, float, float]:
    """A figure in the style that holds, with its title, unit and source, and `height` inches between them.

    Also its whole height and the upper edge of what is between, in inches; `head` and `foot` are the room beside the
    words above and below.
    """
    share = across() / WIDTH
    title, subtitle, source = (
        even_lines(part, int(letters * share))
        for part, letters in ((words.title, 58), (words.subtitle, 88), (words.source, fine.letters))
    )
    above = head + 0.22 * (title.count("\n") + 1) + 0.165 * (subtitle.count("\n") + 1)
    below = foot + fine.line * (source.count("\n") + 1)
    whole = above + height + below
    figure = Figure(figsize=(across(), whole))
    figure.text(0.02, 1 - 0.14 / whole, title, size=12.5, weight="bold", color=INK, va="top")
    under = 0.2 + 0.22 * (title.count("\n") + 1)
    figure.text(0.02, 1 - under / whole, subtitle, size=9.5, color=INK, va="top")
    figure.text(0.02, 0.1 / whole, source, size=fine.size, color=SOFT, va="bottom")
    return figure, whole, whole - above


def canvas(words: Words, height: float = 3.0, left: float = LEFT) -> tuple[Figure, Axes]:
    """An empty chart in the style that holds, `height` inches of plot, framed by its words."""
    figure, whole, top = framed(words, height, 0.42, 0.56)
    # Beside the plot a narrow chart keeps the same room in inches, and a little more for the labels of its lines.
    left, right = left * WIDTH / across(), 1 - (1 - RIGHT) * WIDTH / across() - 0.03 * (across() < WIDTH)
    right = max(right, min(left + 0.45, 0.97))
    return figure, figure.add_axes((left, (top - height) / whole, right - left, height / whole))
