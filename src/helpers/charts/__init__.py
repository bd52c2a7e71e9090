"""Few kinds of chart. Each carries its finding, its unit and area, and its source: it can travel alone."""

from collections.abc import Sequence

import pandas as pd
from IPython.display import Markdown

from helpers import UserError, statistics
from helpers.charts import captions
from helpers.charts.captions import Words, measure, place
from helpers.charts.colours import BLUE, FAINT, GREY, INK, ORANGE, PURPLE, SOFT
from helpers.charts.frame import (
    LEFT,
    RIGHT,
    WIDTH,
    Chart,
    across,
    canvas,
    for_phones,
    framed,
    kept,
    nothing,
    styled,
    twice,
)
from helpers.charts.labels import label_ends, wrap
from helpers.charts.panels import Box, Panel, Sheet, put
from helpers.charts.scorecard import scorecard
from helpers.charts.small_multiples import region_histories
from helpers.charts.strokes import (
    at,
    draw_adjusted,
    draw_forecast,
    draw_history,
    draw_redefined,
    draw_targets,
    finish,
    inner,
    mark_break,
    number_axis,
    recent,
    unbroken,
)
from helpers.forecast import forecast
from helpers.language import name, text
from helpers.targets import Outlook, reported_year, target

__all__ = [
    "BLUE", "GREY", "INK", "LEFT", "ORANGE", "PURPLE", "RIGHT", "SOFT", "WIDTH", "Box", "Chart", "Panel", "Sheet",
    "Words", "across", "canvas", "captions", "dots", "fan", "finish", "for_phones", "framed", "history_and_forecast",
    "kept", "label_ends", "lines", "measure", "nothing", "number_axis", "paths_to", "place", "put", "quarters",
    "region_histories", "regions", "scorecard", "styled", "twice", "unbroken", "wrap",
]  # fmt: skip
__dir__ = __all__.copy


@for_phones
def fan(outlook: Outlook) -> Chart:
    """Figures as a solid line, the forecast dashed with its 50 and 80 % ranges shaded, targets as marks."""
    if not isinstance(outlook, Outlook):
        raise UserError("fan: draws an outlook; write charts.fan(targets.verdict(row, figures, expected))")
    words = captions.fan(outlook)
    figure, axes = canvas(words)
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
    return Chart(figure, words.alt, outlook.indicator)


@for_phones
def history_and_forecast(history: pd.Series, expected: pd.DataFrame | None, words: Words, decimals: int = 1) -> Chart:
    """A series with its forecast and no targets, such as quarters within the year."""
    figure, axes = canvas(words)
    labels = draw_history(axes, history)
    label_ends(axes, labels if expected is None else draw_forecast(axes, history, expected))
    finish(axes, decimals)
    return Chart(figure, words.alt)


def quarters(code: str, area: str, as_of: str, until: int) -> Chart | Markdown:
    """A quarterly series from 2010 on with its forecast to the end of the year `until`."""
    known = statistics.series(code, area, as_of)
    if known.empty:
        return nothing()
    about, ahead = statistics.catalogue().loc[code], pd.Period(f"{until}Q4", freq="Q")
    expected = None
    if known.index[-1] < ahead:
        limits = {"lower": about["lower_bound"], "upper": about["upper_bound"], "decimals": int(about["decimals"])}
        expected = forecast(known, until=ahead, frequency="quarterly", **limits)
    shown = known["2010":] if known.index[-1].year >= 2010 else known
    return history_and_forecast(shown, expected, captions.quarterly(known, code, area), int(about["decimals"]))


def regions(code: str, outlook: Outlook, as_of: str = "") -> Chart | Markdown:
    """Each region's figure in the plan's reported year (ring) and the latest (dot), with the national target."""
    table = statistics.by_area(code, as_of=as_of)
    if table.empty:
        return nothing()
    reported = reported_year(outlook.printed)
    first = reported if reported in table else table.columns[0]
    latest = table.columns[-1]
    return dots(table[first], table[latest], target(outlook, latest), captions.regions(table, code, first))


@for_phones
def lines(
    named: dict[str, pd.Series], focus: str, words: Words, decimals: int = 1, breaks: Sequence[pd.Period] = ()
) -> Chart:
    """One line that matters in blue, the others grey, each named at its end, all cut where the definition changed."""
    figure, axes = canvas(words, 3.3)
    labels = []
    for label, series in sorted(
        ((key, one) for key, one in named.items() if len(one)), key=lambda item: item[0] == focus
    ):
        colour = BLUE if label == focus else GREY
        for part in unbroken(series, breaks):
            axes.plot([at(p) for p in part.index], part, color=colour, linewidth=2 if label == focus else 1.1)
        labels.append((at(series.index[-1]), series.iloc[-1], label, colour if label == focus else SOFT))
    for edge in inner(next(iter(named.values())), breaks):
        mark_break(axes, (at(edge) + at(edge + 1)) / 2)
    label_ends(axes, labels)
    finish(axes, decimals)
    return Chart(figure, words.alt)


@for_phones
def dots(before: pd.Series, after: pd.Series, target: float | None, words: Words) -> Chart:
    """Each area's earlier (ring) and latest (dot) figure, sorted, with the plan's national target as a line."""
    after = after.dropna().sort_values()
    left, letters, row = (0.29, 40, 0.25) if across() == WIDTH else (0.22, 20, 0.3)
    names = [wrap(name(statistics.areas().loc[area]), letters) for area in after.index]
    figure, axes = canvas(words, row * len(after), left)
    axes.grid(axis="x")
    axes.grid(False, axis="y")
    rows = range(len(after))
    axes.hlines(rows, before.reindex(after.index), after, color=FAINT, linewidth=2)
    axes.plot(before.reindex(after.index), rows, "o", mfc="white", mec=GREY, markersize=5)
    axes.plot(after, rows, "o", color=BLUE, markersize=6)
    axes.set_yticks(list(rows), names, size=8.5)
    number_axis(axes.xaxis, 1)
    if target is not None:
        axes.axvline(target, color=ORANGE, linewidth=2, zorder=0.5)
        axes.annotate(text("target"), (target, 1), xycoords=("data", "axes fraction"), color=ORANGE, size=8.5,
                      xytext=(0, 3), textcoords="offset points", ha="center")  # fmt: skip
    return Chart(figure, words.alt)


@for_phones
def paths_to(goals: dict[str, pd.Series], ceiling: float | None, words: Words) -> Chart:
    """Targets alone, for indicators that nobody measures: each row's planned path, with the ceiling it can't pass."""
    figure, axes = canvas(words)
    end = max(series.index[-1] for series in goals.values())
    for series in goals.values():
        axes.plot(series.index, series.to_numpy(), color=ORANGE, marker="o", markersize=4, linewidth=1.4)
    if ceiling is not None:
        axes.axhline(ceiling, color=INK, linewidth=1)
        axes.set_ylim(top=ceiling * 1.06)
    label_ends(axes, [(end, series.iloc[-1], label, ORANGE) for label, series in goals.items()])
    finish(axes, 0)
    return Chart(figure, words.alt)
