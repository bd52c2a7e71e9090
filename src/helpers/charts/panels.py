"""Small charts side by side, each with scales of its own, drawn into one empty Axes as large as the figure.

An Axes for each of twenty panels takes twenty times as long as all their lines, and that twice, wide and narrow. Lines
that look alike are one line with gaps: matplotlib takes its time for each line, not for its points.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from matplotlib import rcParams
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from helpers.charts.colours import BLUE, INK, ORANGE
from helpers.charts.strokes import digits, round_steps, within

MARGIN = 0.05  # of a scale, beyond what is drawn
TICK = 2 / 72  # inches


class Box(NamedTuple):
    """Where a panel's plot stands on its sheet, in inches from the left and the bottom."""

    left: float
    bottom: float
    width: float
    height: float


class Span(NamedTuple):
    """The ends of a scale."""

    low: float
    high: float

    def inches(self, values: Sequence[float], start: float, length: float) -> np.ndarray:
        """Where values stand that this scale spreads over a length."""
        return start + length * (np.asarray(values, dtype=float) - self.low) / ((self.high - self.low) or 1)


@dataclass
class Panel:
    """What one small chart shows, in its own units, until `put` draws it."""

    lines: list[tuple] = field(default_factory=list)
    bands: list[tuple] = field(default_factory=list)
    uprights: list[tuple] = field(default_factory=list)
    notes: list[tuple] = field(default_factory=list)

    def line(self, when: Sequence[float], values: Sequence[float], *form: str, **style: Any) -> None:
        """A line, as `Axes.plot` takes it; a missing value parts it."""
        self.lines.append((np.asarray(when, dtype=float), np.asarray(values, dtype=float), form, style))

    def targets(self, values: Sequence[float], years: Sequence[float], half: float, width: float) -> None:
        """Orange bars at their years, `half` a year to each side; none where a target is missing."""
        years, values = np.asarray(years, dtype=float), np.asarray(values, dtype=float)
        when = np.column_stack([years - half, years + half, np.full(len(years), np.nan)]).ravel()
        self.line(when, np.repeat(values, 3), color=ORANGE, linewidth=width, solid_capstyle="butt")

    def band(self, when: Sequence[float], low: Sequence[float], high: Sequence[float]) -> None:
        """A pale range between two lines."""
        self.bands.append((np.asarray(when, dtype=float), np.asarray(low, dtype=float), np.asarray(high, dtype=float)))

    def upright(self, when: float, **style: Any) -> None:
        """A line from the bottom of the panel to its top."""
        self.uprights.append((when, style))

    def note(self, when: float, value: float, words: str, **style: Any) -> None:
        """Words beside a point, as `Axes.annotate` takes them."""
        self.notes.append((when, value, words, style))

    def spans(self) -> tuple[Span, Span]:
        """Scales that hold all lines and bands, with a margin: across and up."""
        across = [when for when, *_ in [*self.lines, *self.bands]]
        up = [values for _, values, *_ in self.lines] + [edge for _, *edges in self.bands for edge in edges]
        ends = [(np.nanmin(all_), np.nanmax(all_)) for all_ in map(np.concatenate, (across, up))]
        return tuple(Span(low - MARGIN * (high - low), high + MARGIN * (high - low)) for low, high in ends)


class Sheet:
    """An empty Axes over a whole figure whose units are inches, until `draw` the lines beside it."""

    def __init__(self, figure: Figure) -> None:
        width, height = figure.get_size_inches()
        self.axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(0, height))
        self.axes.set_axis_off()
        self.axes.autoscale(False)
        self._lines: dict[tuple, list[np.ndarray]] = {}

    def line(self, where: Sequence[float], level: Sequence[float], *form: str, **style: Any) -> None:
        """A line, as `Axes.plot` takes it."""
        ends = np.array([[*where, np.nan], [*level, np.nan]], dtype=float)
        self._lines.setdefault((form, *sorted(style.items())), []).append(ends)

    def draw(self) -> None:
        """Draw the lines, all of one look at once."""
        for (form, *style), parts in self._lines.items():
            self.axes.plot(*np.hstack(parts), *form, **dict(style))


def put(
    sheet: Sheet,
    box: Box,
    panel: Panel,
    title: str,
    decimals: int,
    *,
    spans: tuple[Span, Span] | None = None,
    years: Sequence[float] = (),
    named: tuple[bool, bool] = (True, True),
    size: float = 8,
) -> None:
    """Put a panel into its box: its strokes and notes, its title above, its scales with their numbers.

    `spans` are its scales across and up (by default they hold what is drawn), `years` those marked below (by default
    round ones), `named` whether years and values get their numbers, `size` those numbers' in points.
    """
    across, up = spans or panel.spans()
    draw_strokes(sheet, box, panel, across, up)
    sheet.axes.text(box.left, box.bottom + box.height + 5 / 72, title, size=8.5, color=INK, va="bottom")
    mark_values(sheet, box, up, decimals, size if named[1] else None)
    mark_years(sheet, box, across, years or whole_years(across), size if named[0] else None)


def draw_strokes(sheet: Sheet, box: Box, panel: Panel, across: Span, up: Span) -> None:
    """Bands, lines and words of a panel, in inches."""
    for when, *edges in panel.bands:
        where = across.inches(when, box.left, box.width)
        low, high = (up.inches(edge, box.bottom, box.height) for edge in edges)
        sheet.axes.fill_between(where, low, high, color=BLUE, alpha=0.16, linewidth=0)
    for when, values, form, style in panel.lines:
        where, level = across.inches(when, box.left, box.width), up.inches(values, box.bottom, box.height)
        sheet.line(where, level, *form, **style)
    for when, style in panel.uprights:
        where = across.inches(when, box.left, box.width)
        sheet.line([where, where], [box.bottom, box.bottom + box.height], **style)
    for when, value, words, style in panel.notes:
        place = across.inches(when, box.left, box.width), up.inches(value, box.bottom, box.height)
        sheet.axes.annotate(words, place, textcoords="offset points", **style)


def mark_values(sheet: Sheet, box: Box, up: Span, decimals: int, size: float | None) -> None:
    """Pale lines at round steps, with their numbers at the left unless `size` (points) is none."""
    steps = round_steps().tick_values(*up)
    label = digits(steps, decimals)
    inside = within(steps, up)
    levels = up.inches(inside, box.bottom, box.height)
    ends = np.tile([box.left, box.left + box.width, np.nan], len(inside))
    style = {"color": rcParams["grid.color"], "linewidth": rcParams["grid.linewidth"]}
    sheet.line(ends, np.repeat(levels, 3), **style, zorder=0.5)
    for step, level in zip(inside if size else [], levels, strict=False):
        sheet.axes.text(box.left - 4 / 72, level, label(step), size=size, ha="right", va="center",
                        color=rcParams["ytick.color"])  # fmt: skip


def mark_years(sheet: Sheet, box: Box, across: Span, years: Sequence[float], size: float | None) -> None:
    """The line below a panel with a tick for each year, and the years unless `size` (points) is none.

    The first and the last of two years stand inside the panel's width; more stand under their ticks.
    """
    places = across.inches(years, box.left, box.width)
    where = [box.left, box.left + box.width, np.nan, *np.repeat(places, 3)]
    level = [box.bottom, box.bottom, np.nan, *[box.bottom, box.bottom - TICK, np.nan] * len(years)]
    sheet.line(where, level, color=rcParams["axes.edgecolor"], linewidth=0.8, zorder=2.5)
    sides = ("left", "right") if len(years) == 2 else ("center",) * len(years)
    for year, place, side in zip(years if size else [], places, sides, strict=False):
        sheet.axes.text(place, box.bottom - 6 / 72, f"{year:.0f}", size=size, ha=side, va="top",
                        color=rcParams["xtick.color"])  # fmt: skip


def whole_years(across: Span, most: int = 5) -> list[float]:
    """Round years within a scale, `most` steps at most."""
    return within(MaxNLocator(integer=True, nbins=most).tick_values(*across), across)
