"""A small chart for each region on one scale: its history before the country's, with the national targets."""

import matplotlib.style
import pandas as pd
from IPython.display import Markdown
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers import statistics
from helpers.charts import captions
from helpers.charts.captions import Words
from helpers.charts.frame import (
    BLUE,
    CLEAR,
    INK,
    ORANGE,
    PHONE,
    SOFT,
    STYLE,
    Chart,
    across,
    for_phones,
    framed,
    nothing,
)
from helpers.charts.labels import HALO, wrap
from helpers.charts.strokes import at, inner, number_axis, recent, unbroken
from helpers.language import name, number
from helpers.targets import Outlook

PALE = "#B4BDC5"
LEFT, RIGHT = 0.42, 0.12  # inches beside the panels
HIGH, NAMED, BETWEEN = 1.0, 0.52, 0.2  # inches: a panel, the room for its name above, the room between two


def region_histories(code: str, outlook: Outlook, as_of: str = "") -> Chart | Markdown:
    """Each region's history beside the country's and the national targets; the region that does worst comes first."""
    table = statistics.by_area(code, as_of=as_of)
    if table.empty:
        return nothing()
    latest = table.iloc[:, -1].dropna().sort_values(ascending=outlook.about["better"] == "higher", kind="stable")
    found = {area: recent(statistics.series(code, area, as_of)) for area in latest.index}
    country = recent(statistics.series(code, "KAZ", as_of))
    goals = outlook.judged.dropna(subset=["target"]).set_index("year")["target"]
    decimals = int(statistics.catalogue().loc[code, "decimals"])
    cut = {area: statistics.breaks(code, area) for area in ["KAZ", *found]}
    return histories(
        found, country, goals, cut, captions.region_histories(latest, code, outlook, table.columns[-1]), decimals
    )


@for_phones
def histories(
    found: dict[str, pd.Series],
    country: pd.Series,
    goals: pd.Series,
    breaks: dict[str, list[pd.Period]],
    words: Words,
    decimals: int = 1,
) -> Chart:
    """Panels in the order of `found` (areas' codes), yearly histories, with targets by year and breaks by area."""
    figure, panels = grid(words, len(found))
    with matplotlib.style.context(STYLE):
        for axes, (area, history) in zip(panels, found.items(), strict=True):
            for part in unbroken(country, breaks.get("KAZ", [])):
                axes.plot([at(p) for p in part.index], part.to_numpy(), color=PALE, linewidth=1.6)
            # A year wide each, so that they make a line of steps; a year without a target is a gap.
            axes.hlines(goals, goals.index - 0.5, goals.index + 0.5, color=ORANGE, linewidth=1.8)
            draw_region(axes, history, breaks.get(area, []))
            axes.set_title(wrap(name(statistics.areas().loc[area]), 22), size=8.5, color=INK, loc="left", pad=4, y=1.0)
        one_scale(panels, [*found.values(), country], goals, decimals)
        for axes, history in zip(panels, found.values(), strict=True):
            label_latest(axes, history, country, decimals)
    return Chart(figure, words.alt)


def in_row() -> int:
    """Panels in a row."""
    return 4 if across() > PHONE else 2


def grid(words: Words, count: int) -> tuple[Figure, list[Axes]]:
    """Empty panels in rows, with title, unit and source around them."""
    columns = in_row()
    step, rows = (across() - LEFT - RIGHT + BETWEEN) / columns, -(-count // columns)
    figure, whole, top = framed(words, rows * (HIGH + NAMED), 0.22, 0.45, CLEAR)
    panels = []
    with matplotlib.style.context(STYLE):
        for n in range(count):
            bottom = top - (n // columns + 1) * (HIGH + NAMED)
            left = LEFT + step * (n % columns)
            panels.append(figure.add_axes((left / across(), bottom / whole, (step - BETWEEN) / across(), HIGH / whole)))
    return figure, panels


def draw_region(axes: Axes, history: pd.Series, breaks: list[pd.Period]) -> None:
    """A region's figures in blue, a gap where one is missing, cut at a dotted line where the definition changed."""
    for part in unbroken(history, breaks):
        axes.plot([at(p) for p in part.index], part.to_numpy(), color=BLUE, linewidth=1.8)
        alone = part[part.notna() & part.shift().isna() & part.shift(-1).isna()]
        if len(alone):
            axes.plot([at(p) for p in alone.index], alone.to_numpy(), "o", color=BLUE, markersize=2.5)
    for edge in inner(history, breaks):
        axes.axvline((at(edge) + at(edge + 1)) / 2, color=SOFT, linewidth=0.9, linestyle=(0, (1, 2)))


def label_latest(axes: Axes, history: pd.Series, country: pd.Series, decimals: int) -> None:
    """The latest figure at its dot, on the side of the line where the country's isn't."""
    last, value = history.index[-1], history.iloc[-1]
    over = value >= country.get(last, value)
    axes.plot([at(last)], [value], "o", color=BLUE, markersize=4, zorder=5)
    axes.annotate(number(value, decimals), (at(last), value), xytext=(0, 5 if over else -5), textcoords="offset points",
                  ha="center", va="bottom" if over else "top", size=8.5, weight="bold", color=BLUE,
                  path_effects=[HALO], zorder=6)  # fmt: skip


def one_scale(panels: list[Axes], shown: list[pd.Series], goals: pd.Series, decimals: int) -> None:
    """The same axes everywhere: numbers at the first panel of each row, years below the last one of each column."""
    first = min(at(history.index[0]) for history in shown if len(history))
    last = max([at(history.index[-1]) for history in shown if len(history)] + [int(year) for year in goals.index])
    values = pd.concat([*shown, goals]).dropna()
    room = 0.4 * ((values.max() - values.min()) or 1)
    for n, axes in enumerate(panels):
        # Where nothing is below zero, the axis isn't either.
        low = max(values.min() - room, 0) if values.min() >= 0 else values.min() - room
        axes.set(xlim=(first - 0.6, last + 1.1), ylim=(low, values.max() + room / 4))
        number_axis(axes.yaxis, decimals)
        axes.set_xticks([first, last], [f"{first:.0f}", f"{last:.0f}"])
        for label, side in zip(axes.get_xticklabels(), ("left", "right"), strict=True):
            label.set_horizontalalignment(side)
        axes.tick_params(labelsize=8.5, labelleft=n % in_row() == 0, labelbottom=n + in_row() >= len(panels), length=2)
