"""Charts of the record: past forecasts beside what came, and stated chances beside how often they came true."""

from collections.abc import Callable

import pandas as pd
from matplotlib.ticker import FuncFormatter

from helpers import charts, statistics
from helpers.charts import BLUE, GREY, INK, SOFT, Chart, Panel, Words
from helpers.language import integer, name, per_cent_sign
from helpers.targets import Outlook

PALE = "#A9B4BE"
ROW, YEARS, LINE = 1.5, 0.34, 0.14  # inches: height of a small chart, of its years below, of a line of its name


@charts.kept
def then_and_now(then: dict[str, Outlook], now: dict[str, Outlook], checked: pd.DataFrame, words: Words) -> Chart:
    """Small charts, one an indicator: what was known then (grey), its forecast with 80 % range, what came (dots)."""

    def draw(panel: Panel, indicator: str) -> None:
        past, ahead, after = then[indicator].history, then[indicator].forecast, now[indicator].history
        when = [past.index[-1].year, *(period.year for period in ahead["period"])]
        start = past.iloc[-1]
        panel.band(when, [start, *ahead["q10"]], [start, *ahead["q90"]])
        panel.line(when, [start, *ahead["q50"]], color=BLUE, linestyle=(0, (4, 2)), linewidth=1.6)
        panel.line([p.year for p in past.index[-9:]], past.iloc[-9:], color=GREY, linewidth=1.6)
        after = after[after.index >= past.index[-1]]
        panel.line([p.year for p in after.index], after, "o-", color=INK, linewidth=1.4, markersize=3.5)
        goals = then[indicator].judged.dropna(subset=["target"])
        goals = goals[goals["year"] <= when[-1]]
        panel.targets(goals["target"], goals["year"], 0.35, 2)

    return small_charts({key: now[key] for key in checked["indicator"].unique()}, draw, words)


@charts.kept
def hedgehog(outlooks: dict[str, Outlook], forecasts: pd.DataFrame, words: Words) -> Chart:
    """Small charts, one an indicator: every past forecast pale, starting at the figure it knew; the figures dark."""

    def draw(panel: Panel, indicator: str) -> None:
        for origin, spine in forecasts[forecasts["indicator"] == indicator].groupby("origin"):
            panel.line([origin, *spine["year"]], [spine["naive"].iloc[0], *spine["median"]], color=PALE, linewidth=1)
        one = outlooks[indicator]
        for part in charts.unbroken(one.history, statistics.breaks(one.series.name, one.area)):
            panel.line([p.year for p in part.index], part, color=BLUE, linewidth=2)

    return small_charts({key: outlooks[key] for key in forecasts["indicator"].unique()}, draw, words)


@charts.twice  # what calls it is kept
def small_charts(outlooks: dict[str, Outlook], draw: Callable[[Panel, str], None], words: Words) -> Chart:
    """Charts in two columns, in one on a telephone, each named above, under one title, unit line and source."""
    columns = 2 if charts.across() == charts.WIDTH else 1
    rows, left, wide = -(-len(outlooks) // columns), 0.15 / columns, 0.8 / columns
    titles = [charts.wrap(charts.measure(name(one.about), one.unit), 38 + 3 * columns) for one in outlooks.values()]
    above = 0.06 + LINE * max([3, *(title.count("\n") + 1 for title in titles)])
    figure, _, inside = charts.framed(words, rows * (above + ROW + YEARS), 0.45, 0.3)
    sheet = charts.Sheet(figure)
    for n, (indicator, outlook) in enumerate(outlooks.items()):
        bottom = inside - (n // columns) * (above + ROW + YEARS) - above - ROW
        box = charts.Box((left + 0.49 * (n % columns)) * charts.across(), bottom, wide * charts.across(), ROW)
        draw(panel := Panel(), indicator)
        charts.put(sheet, box, panel, titles[n], outlook.decimals)
    sheet.draw()
    return Chart(figure, words.alt)


@charts.for_phones
def calibration(table: pd.DataFrame, words: Words) -> Chart:
    """Stated chance across, share met up: a dot for each tenth with its targets; on the diagonal both agree."""
    figure, axes = charts.canvas(words, 4.2)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1.2, linestyle=(0, (4, 2)))
    axes.plot(table["stated"], table["observed"], "o-", color=BLUE, markersize=6, linewidth=1.4)
    for row in table.to_dict("records"):
        where, style = (row["stated"], row["observed"]), {"size": 7.8, "color": SOFT, "va": "top"}
        axes.annotate(integer(row["n"]), where, xytext=(9, -6), textcoords="offset points", **style)
    axes.set(xlim=(0, 1.12), ylim=(-0.03, 1.02))
    for axis in (axes.xaxis, axes.yaxis):
        roomy = charts.across() == charts.WIDTH or axis is axes.yaxis
        axis.set_ticks([0, 0.2, 0.4, 0.6, 0.8, 1] if roomy else [0, 0.5, 1])
        axis.set_major_formatter(FuncFormatter(lambda share, _: integer(100 * share) + per_cent_sign()))
    return Chart(figure, words.alt)
