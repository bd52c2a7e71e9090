"""A small chart for each region on one scale: its history before the country's, with the national targets."""

import pandas as pd
from IPython.display import Markdown
from matplotlib.figure import Figure

from helpers import statistics
from helpers.charts import captions
from helpers.charts.captions import Words
from helpers.charts.colours import BLUE, SOFT
from helpers.charts.frame import CLEAR, PHONE, Chart, across, for_phones, framed, nothing
from helpers.charts.labels import HALO, wrap
from helpers.charts.panels import Box, Panel, Sheet, Span, put
from helpers.charts.strokes import at, inner, recent, unbroken
from helpers.language import name, number
from helpers.targets import Outlook

PALE = "#B4BDC5"
LEFT, RIGHT = 0.42, 0.12  # inches beside the panels
BEFORE, AFTER = 0.6, 1.1  # years of room beside the lines
HIGH, NAMED, BETWEEN = 1.0, 0.52, 0.2  # inches: a panel, the room for its name above, the room between two


def region_histories(code: str, outlook: Outlook, as_of: str = "") -> Chart | Markdown:
    """Each region's history beside the country's and the national targets; the region that does worst comes first."""
    table = statistics.by_area(code, as_of=as_of)
    if table.empty:
        return nothing()
    latest = table.iloc[:, -1].dropna().sort_values(ascending=outlook.about["better"] == "higher", kind="stable")
    regions = {area: recent(statistics.series(code, area, as_of)) for area in latest.index}
    country = recent(statistics.series(code, "KAZ", as_of))
    goals = outlook.judged.dropna(subset=["target"]).set_index("year")["target"]
    decimals = int(statistics.catalogue().loc[code, "decimals"])
    cut = {area: statistics.breaks(code, area) for area in ["KAZ", *regions]}
    return histories(
        regions, country, goals, cut, captions.region_histories(latest, code, outlook, table.columns[-1]), decimals
    )


@for_phones
def histories(
    regions: dict[str, pd.Series],
    country: pd.Series,
    goals: pd.Series,
    breaks: dict[str, list[pd.Period]],
    words: Words,
    decimals: int = 1,
) -> Chart:
    """Panels in the order of `regions` (areas' codes), yearly histories, with targets by year and breaks by area."""
    spans = one_scale([one for one in (*regions.values(), country) if len(one)], goals)
    ends = [spans[0].low + BEFORE, spans[0].high - AFTER]
    figure, boxes = grid(words, len(regions))
    sheet = Sheet(figure)
    for n, (box, (area, history)) in enumerate(zip(boxes, regions.items(), strict=True)):
        panel = Panel()
        for part in unbroken(country, breaks.get("KAZ", [])):
            panel.line([at(p) for p in part.index], part, color=PALE, linewidth=1.6)
        # A year wide each, so that they make a line of steps; a year without a target is a gap.
        panel.targets(goals, goals.index, 0.5, 1.8)
        draw_region(panel, history, breaks.get(area, []))
        label_latest(panel, history, country, decimals)
        title = wrap(name(statistics.areas().loc[area]), 22 if across() > PHONE else 20)
        outer = (n + in_row() >= len(boxes), n % in_row() == 0)
        put(sheet, box, panel, title, decimals, spans=spans, years=ends, named=outer, size=8.5)
    sheet.draw()
    return Chart(figure, words.alt)


def in_row() -> int:
    """Panels in a row."""
    return 4 if across() > PHONE else 2


def grid(words: Words, count: int) -> tuple[Figure, list[Box]]:
    """An empty figure with title, unit and source, and the places of its panels in rows."""
    columns = in_row()
    step, rows = (across() - LEFT - RIGHT + BETWEEN) / columns, -(-count // columns)
    figure, _, top = framed(words, rows * (HIGH + NAMED), 0.22, 0.45, CLEAR)
    places = ((LEFT + step * (n % columns), top - (n // columns + 1) * (HIGH + NAMED)) for n in range(count))
    return figure, [Box(left, bottom, step - BETWEEN, HIGH) for left, bottom in places]


def draw_region(panel: Panel, history: pd.Series, breaks: list[pd.Period]) -> None:
    """A region's figures in blue, a gap where one is missing, cut at a dotted line where the definition changed."""
    for part in unbroken(history, breaks):
        panel.line([at(p) for p in part.index], part, color=BLUE, linewidth=1.8)
        alone = part[part.notna() & part.shift().isna() & part.shift(-1).isna()]
        if len(alone):
            panel.line([at(p) for p in alone.index], alone, "o", color=BLUE, markersize=2.5)
    for edge in inner(history, breaks):
        panel.upright((at(edge) + at(edge + 1)) / 2, color=SOFT, linewidth=0.9, linestyle=(0, (1, 2)))


def label_latest(panel: Panel, history: pd.Series, country: pd.Series, decimals: int) -> None:
    """The latest figure at its dot, on the side of the line where the country's isn't."""
    last, value = history.index[-1], history.iloc[-1]
    over = value >= country.get(last, value)
    panel.line([at(last)], [value], "o", color=BLUE, markersize=4, zorder=5)
    panel.note(at(last), value, number(value, decimals), xytext=(0, 5 if over else -5), ha="center", size=8.5,
               va="bottom" if over else "top", weight="bold", color=BLUE, path_effects=[HALO], zorder=6)  # fmt: skip


def one_scale(shown: list[pd.Series], goals: pd.Series) -> tuple[Span, Span]:
    """The scales of all panels: years with room for the latest figure's number, and values."""
    first = min(at(history.index[0]) for history in shown if len(history))
    last = max([at(history.index[-1]) for history in shown] + [int(year) for year in goals.index])
    values = pd.concat([*shown, goals]).dropna()
    room = 0.4 * ((values.max() - values.min()) or 1)
    # Where nothing is below zero, the axis isn't either.
    low = max(values.min() - room, 0) if values.min() >= 0 else values.min() - room
    return Span(first - BEFORE, last + AFTER), Span(low, values.max() + room / 4)
