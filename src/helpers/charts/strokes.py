"""What is drawn into a chart: figures, breaks, forecasts and targets, and the axes around them."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.lines import TICKDOWN, Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import ScaledTranslation

from helpers.charts.colours import BLUE, GREY, INK, ORANGE, PURPLE, SOFT
from helpers.charts.frame import PHONE, across
from helpers.language import number, percent, text
from helpers.targets import Outlook

PAD = 7 / 72  # inches between a plot and the numbers beside it


def at(period: pd.Period) -> float:
    """Where a period stands on the axis of years."""
    year_long = {"Q": (period.quarter - 1) / 4, "M": (period.month - 1) / 12}
    return period.year + year_long.get(period.freqstr[0], 0)


def recent(history: pd.Series, years: int = 16) -> pd.Series:
    """The last years of a history: the forecast rests on all of it, the eye on these."""
    return history[history.index.year > history.index[-1].year - years] if len(history) else history


def inner(history: pd.Series, breaks: Sequence[pd.Period]) -> list[pd.Period]:
    """The breaks that part one figure of a history from another."""
    return [edge for edge in breaks if len(history) and history.index[0] <= edge < history.index[-1]]


def unbroken(history: pd.Series, breaks: Sequence[pd.Period] = ()) -> Iterator[pd.Series]:
    """The stretches of a history between its breaks, a missing period as a missing value that no line crosses."""
    if history.empty:
        return
    whole = history.reindex(pd.period_range(history.index[0], history.index[-1], freq=history.index.freq))
    for start, end in pairwise([whole.index[0] - 1, *inner(history, breaks), whole.index[-1]]):
        yield whole[(whole.index > start) & (whole.index <= end)]


def draw_history(axes: Axes, history: pd.Series, breaks: Sequence[pd.Period] = ()) -> list[tuple]:
    """The published figures, cut where the definition changed; a missing period is never bridged. Returns a label."""
    if not len(history):
        return []
    size = 3.5 if (history.index[-1] - history.index[0]).n < 39 else 0
    for part in unbroken(history, breaks):
        axes.plot([at(p) for p in part.index], part.to_numpy(), color=BLUE, marker="o", markersize=size)
    for edge in inner(history, breaks):
        mark_break(axes, (at(edge) + at(edge + 1)) / 2)
    return [(at(history.index[-1]), history.iloc[-1], text("figure"), BLUE)]


def mark_break(axes: Axes, where: float) -> None:
    """A dotted line where a definition changed, named above the plot."""
    axes.axvline(where, color=GREY, linewidth=1, linestyle=(0, (1, 2)))
    axes.annotate(text("break in series"), (where, 1.0), xycoords=("data", "axes fraction"), size=8, color=SOFT,
                  xytext=(0, 3), textcoords="offset points", ha="center")  # fmt: skip


def draw_redefined(axes: Axes, outlook: Outlook) -> None:
    """Figures after the change of definition that ends the plan's own, apart and grey; suspect ones as rings."""
    later = outlook.redefined
    if len(later):
        axes.plot([at(p) for p in later.index], later.to_numpy(), "o-", color=GREY, markersize=4)
    if outlook.broken and len(outlook.history):
        mark_break(axes, at(outlook.history.index[-1]) + 0.5)
    for row in outlook.provisional.to_dict("records"):
        if row["status"] == "suspect":
            axes.plot([int(row["period"])], [row["value"]], "o", mfc="white", mec=GREY, markersize=6)


def draw_forecast(axes: Axes, history: pd.Series, expected: pd.DataFrame) -> list[tuple]:
    """The forecast from the last figure on: median dashed, 80 % range pale, 50 % range darker. Returns labels."""
    start = history.iloc[-1]
    when = [at(p) for p in (history.index[-1], *pd.PeriodIndex(expected["period"], freq=history.index.freq))]
    for low, high, shade in (("q10", "q90", 0.14), ("q25", "q75", 0.22)):
        axes.fill_between(when, [start, *expected[low]], [start, *expected[high]], color=BLUE, alpha=shade, linewidth=0)
    axes.plot(when, [start, *expected["q50"]], color=BLUE, linestyle=(0, (4, 2)), linewidth=1.6)
    last, end = expected.iloc[-1], when[-1]
    ranges = [
        (end, last[low], text("{share} range", share=percent(p)), SOFT) for low, p in (("q25", 0.5), ("q10", 0.8))
    ]
    return [(end, last["q50"], text("forecast"), BLUE), *ranges]


def draw_adjusted(axes: Axes, history: pd.Series, adjusted: pd.DataFrame | None) -> list[tuple]:
    """The forecast as an economist moved it, beside the one that wasn't: median and ends of the 80 % range."""
    if adjusted is None:
        return []
    when = [at(p) for p in (history.index[-1], *adjusted["period"])]
    for column, width in (("q50", 1.8), ("q10", 0.8), ("q90", 0.8)):
        axes.plot(when, [history.iloc[-1], *adjusted[column]], color=PURPLE, linewidth=width, linestyle=(0, (4, 2)))
    return [(when[-1], adjusted["q50"].iloc[-1], text("adjusted forecast"), PURPLE)]


def draw_targets(axes: Axes, judged: pd.DataFrame) -> list[tuple]:
    """The plan's targets as orange bars at their years. Returns the label of the last."""
    goals = judged.dropna(subset=["target"])
    if goals.empty:
        return []
    years = goals["year"].astype(float)
    axes.hlines(goals["target"], years - 0.38, years + 0.38, color=ORANGE, linewidth=2.4, zorder=4)
    return [(years.iloc[-1] + 0.38, goals["target"].iloc[-1], text("target"), ORANGE)]


def finish(axes: Axes, decimals: int) -> None:
    """Whole years below, numbers as the language writes them at the left, a line at zero where growth is shown.

    Drawn by hand when all else is: matplotlib's own axes, five artists a tick, take a third of a chart's time.
    """
    span, height = axes.get_xlim(), axes.get_ylim()
    years = MaxNLocator(integer=True, nbins=9 if across() > PHONE else 4).tick_values(*span)
    _years_below(axes, within(years, span))
    steps = round_steps().tick_values(*height)
    label = digits(steps, decimals)
    _numbers_beside(axes, {step: label(step) for step in within(steps, height)})
    axes.set_axis_off()
    if height[0] < 0:
        axes.axhline(0, color=INK, linewidth=0.8)


def within(ticks: Sequence[float], limits: tuple[float, float]) -> list[float]:
    """The ticks that stand on a scale with these limits."""
    return [tick for tick in ticks if limits[0] <= tick <= limits[1]]


def _years_below(axes: Axes, years: list[float]) -> None:
    """The line below a plot with a tick and a number for each year."""
    down, edge = axes.get_xaxis_transform(), {"color": rcParams["axes.edgecolor"], "linewidth": 0.8, "clip_on": False}
    axes.add_artist(Line2D([0, 1], [0, 0], transform=axes.transAxes, solid_capstyle="projecting", zorder=2.5, **edge))
    style = {"color": rcParams["xtick.color"], "transform": down}
    axes.add_artist(Line2D(years, [0] * len(years), linestyle="none", marker=TICKDOWN, markersize=3.5,
                           markeredgewidth=0.8, clip_on=False, zorder=2.01, **style))  # fmt: skip
    style["transform"] = down + ScaledTranslation(0, -PAD, axes.figure.dpi_scale_trans)
    for year in years:
        axes.text(year, 0, f"{year:.0f}", ha="center", va="top", **style)


def _numbers_beside(axes: Axes, labels: dict[float, str]) -> None:
    """Pale lines across a plot at round steps, with their numbers at the left."""
    aside, where = axes.get_yaxis_transform(), np.tile([0, 1, np.nan], len(labels))
    axes.add_artist(Line2D(where, np.repeat([*labels], 3), transform=aside, zorder=0.5,
                           color=rcParams["grid.color"], linewidth=rcParams["grid.linewidth"]))  # fmt: skip
    style = {"color": rcParams["ytick.color"], "ha": "right", "va": "center_baseline"}
    style["transform"] = aside + ScaledTranslation(-PAD, 0, axes.figure.dpi_scale_trans)
    for value, words in labels.items():
        axes.text(0, value, words, **style)


def number_axis(axis: Axis, decimals: int) -> None:
    """Round steps, every tick with the same digits and no more of them than the steps need."""
    axis.set_major_locator(round_steps())
    label = digits(axis.get_major_locator()(), decimals)
    axis.set_major_formatter(FuncFormatter(lambda value, _: label(value)))


def round_steps() -> MaxNLocator:
    """Where a scale of numbers has its ticks."""
    return MaxNLocator(nbins=6, steps=[1, 2, 5, 10])


def digits(ticks: Sequence[float], decimals: int) -> Callable[[float], str]:
    """How ticks are written: all with the same digits, no more than they need."""
    needed = next((d for d in range(decimals + 1) if all(abs(t - round(t, d)) < 1e-9 for t in ticks)), decimals)
    return lambda value: number(value, needed)
