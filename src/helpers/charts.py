"""Few kinds of chart. Each carries its finding, its unit and area, and its source: it can travel alone."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import matplotlib
import matplotlib.style
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from helpers import statistics
from helpers.forecast import forecast
from helpers.language import name, number, percent, text
from helpers.pages import captions
from helpers.pages.captions import Words
from helpers.pages.labels import label_ends, wrap
from helpers.pages.literal import visible
from helpers.targets import Outlook, target
from helpers.verdict.definition import reported_year

BLUE, GREY, ORANGE, INK, SOFT = "#12436D", "#8A96A1", "#C2500A", "#1B2730", "#5F6B76"
PURPLE = "#9B4DCA"  # what a person moved, not the figures
STYLE = Path(__file__).parent / "jospar.mplstyle"
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
        return {"image/png": image, "text/plain": alt}, {"image/png": {"alt": alt}}


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


def fan(outlook: Outlook) -> Chart:
    """Figures as a solid line, the forecast dashed with its 50 and 80 % ranges shaded, targets as marks."""
    words = captions.fan(outlook)
    figure, axes = canvas(words)
    with matplotlib.style.context(STYLE):
        labels = []
        if outlook.series is not None:
            labels = draw_history(axes, recent(outlook.history), statistics.breaks(outlook.series.name, outlook.area))
            draw_redefined(axes, outlook)
        if outlook.reason:
            labels = []
        if outlook.forecast is not None:
            labels = draw_forecast(axes, outlook.history, outlook.forecast)
            labels += draw_adjusted(axes, outlook.history, outlook.adjusted)
        label_ends(axes, labels + draw_targets(axes, outlook.judged))
        finish(axes, outlook.decimals)
    return Chart(figure, f"{words.subtitle}. {words.title}.")


def history_and_forecast(history: pd.Series, expected: pd.DataFrame | None, words: Words, decimals: int = 1) -> Chart:
    """A series with its forecast and no targets, such as quarters within the year."""
    figure, axes = canvas(words)
    with matplotlib.style.context(STYLE):
        labels = draw_history(axes, history)
        label_ends(axes, labels if expected is None else draw_forecast(axes, history, expected))
        finish(axes, decimals)
    return Chart(figure, f"{words.subtitle}. {words.title}.")


def quarters(code: str, area: str, as_of: str, until: int) -> Chart:
    """A quarterly series from 2010 on with its forecast to the end of the year `until`."""
    known = statistics.series(code, area, as_of)
    about, ahead = statistics.catalogue().loc[code], pd.Period(f"{until}Q4", freq="Q")
    expected = None
    if known.index[-1] < ahead:
        limits = {"lower": about["lower_bound"], "upper": about["upper_bound"], "decimals": int(about["decimals"])}
        expected = forecast(known, until=ahead, frequency="quarterly", **limits)
    return history_and_forecast(known["2010":], expected, captions.quarterly(known, code, area), int(about["decimals"]))


def regions(code: str, outlook: Outlook, as_of: str = "") -> Chart:
    """Each region's figure in the plan's reported year (ring) and the latest (dot), with the national target."""
    table = statistics.by_area(code, as_of=as_of)
    reported = reported_year(outlook.printed)
    first = reported if reported in table else table.columns[0]
    latest = table.columns[-1]
    return dots(table[first], table[latest], target(outlook, latest), captions.regions(table, code, first))


def at(period: pd.Period) -> float:
    """Where a period stands on the axis of years."""
    year_long = {"Q": (period.quarter - 1) / 4, "M": (period.month - 1) / 12}
    return period.year + year_long.get(period.freqstr[0], 0)


def recent(history: pd.Series, years: int = 16) -> pd.Series:
    """The last years of a history: the forecast rests on all of it, the eye on these."""
    return history[history.index.year > history.index[-1].year - years] if len(history) else history


def draw_history(axes: Axes, history: pd.Series, breaks: Sequence[pd.Period] = ()) -> list[tuple]:
    """The published figures, cut where the definition changed; a missing period is never bridged. Returns a label."""
    if not len(history):
        return []
    whole = history.reindex(pd.period_range(history.index[0], history.index[-1], freq=history.index.freq))
    size = 3.5 if len(whole) < 40 else 0
    edges = [edge for edge in breaks if history.index[0] <= edge < history.index[-1]]
    for start, end in pairwise([whole.index[0] - 1, *edges, whole.index[-1]]):
        part = whole[(whole.index > start) & (whole.index <= end)]
        axes.plot([at(p) for p in part.index], part.to_numpy(), color=BLUE, marker="o", markersize=size)
    for edge in edges:
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
    """Whole years below, numbers as the language writes them at the left, a line at zero where growth is shown."""
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=9))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
    number_axis(axes.yaxis, decimals)
    if axes.get_ylim()[0] < 0:
        axes.axhline(0, color=INK, linewidth=0.8)


def number_axis(axis: Axis, decimals: int) -> None:
    """Round steps, every tick with the same digits and no more of them than the steps need."""
    axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    ticks = axis.get_major_locator()()
    needed = next((d for d in range(decimals + 1) if all(abs(t - round(t, d)) < 1e-9 for t in ticks)), decimals)
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value, needed)))


def lines(named: dict[str, pd.Series], focus: str, words: Words, decimals: int = 1) -> Chart:
    """One line that matters in blue, the others grey, each named at its end."""
    figure, axes = canvas(words, 3.3)
    with matplotlib.style.context(STYLE):
        labels = []
        for label, series in sorted(named.items(), key=lambda item: item[0] == focus):
            when = [at(p) for p in series.index]
            colour = BLUE if label == focus else GREY
            axes.plot(when, series.to_numpy(), color=colour, linewidth=2 if label == focus else 1.1)
            labels.append((when[-1], series.iloc[-1], label, colour if label == focus else SOFT))
        label_ends(axes, labels)
        finish(axes, decimals)
    return Chart(figure, f"{words.subtitle}. {words.title}.")


def dots(before: pd.Series, after: pd.Series, target: float | None, words: Words) -> Chart:
    """Each area's earlier (ring) and latest (dot) figure, sorted, with the plan's national target as a line."""
    after = after.dropna().sort_values()
    names = [visible(name(statistics.areas().loc[area])) for area in after.index]
    figure, axes = canvas(words, 0.25 * len(after), left=0.29)
    with matplotlib.style.context(STYLE):
        axes.grid(axis="x")
        axes.grid(False, axis="y")
        rows = range(len(after))
        axes.hlines(rows, before.reindex(after.index), after, color="#C9D1D8", linewidth=2)
        axes.plot(before.reindex(after.index), rows, "o", mfc="white", mec=GREY, markersize=5)
        axes.plot(after, rows, "o", color=BLUE, markersize=6)
        axes.set_yticks(list(rows), names, size=8.5)
        number_axis(axes.xaxis, 1)
        if target is not None:
            axes.axvline(target, color=ORANGE, linewidth=2, zorder=0.5)
            axes.annotate(text("target"), (target, 1), xycoords=("data", "axes fraction"), color=ORANGE, size=8.5,
                          xytext=(0, 3), textcoords="offset points", ha="center")  # fmt: skip
    return Chart(figure, f"{words.subtitle}. {words.title}.")


def paths_to(goals: dict[str, pd.Series], ceiling: float | None, words: Words) -> Chart:
    """Targets alone, for indicators that nobody measures: each row's planned path, with the ceiling it can't pass."""
    figure, axes = canvas(words)
    with matplotlib.style.context(STYLE):
        labels = []
        for label, series in goals.items():
            axes.plot(series.index, series.to_numpy(), color=ORANGE, marker="o", markersize=4, linewidth=1.4)
            labels.append((series.index[-1], series.iloc[-1], label, ORANGE))
        if ceiling is not None:
            axes.axhline(ceiling, color=INK, linewidth=1)
            axes.set_ylim(top=ceiling * 1.06)
        label_ends(axes, [(max(x for x, *_ in labels), *rest) for _, *rest in labels])
        finish(axes, 0)
    return Chart(figure, f"{words.subtitle}. {words.title}.")
