"""The pension model in the report: its chart, its results, its assumptions."""

import pandas as pd
from IPython.display import Markdown

from helpers import pensions, statistics
from helpers.charts import BLUE, GREY, SOFT, Chart, Words, canvas, captions, finish, for_phones, label_ends
from helpers.language import between, message, per_cent_sign, quantity, text, years as span
from helpers.pensions import scenarios
from helpers.tables import YEAR, Cell, Row, Table, figures, linked_cell, pattern, signed, value_cell

NAMES = {
    "baseline": message("baseline"),
    "stalled_wages": message("real wages change as in the last year"),
    "wages_follow_gdp": message("real wages follow GDP"),
    "inflation_only": message("pensions follow inflation only"),
    "national_bank": message("inflation as the National Bank expects"),
}
DRIVERS = {
    "real_wages": message("Growth of real wages, %"),
    "gdp": message("Growth of GDP, %"),
    "inflation": message("Inflation, %"),
    "pension_indexation": message("Indexation of pensions, %"),
    "pension_margin": message("Solidary pensions above inflation, points"),
}
PARAMETERS = {
    "solidary_pension": message("Average solidary pension"),
    "basic_pension": message("Average basic pension"),
    "basic_maximum": message("Highest basic pension"),
}
BEHIND = [pensions.RATIO, "average_pension", "wage_nominal", "wage_real_index", "inflation", "gdp_index"]


def named(scenario: str) -> str:
    """A scenario's name, with last year's change of wages where that goes on; its code where nobody has named it."""
    words, own = text(NAMES.get(scenario, scenario)), scenarios.chosen(scenario).iloc[0]
    if (own["driver"], own["rule"]) != ("real_wages", scenarios.LAST):
        return words
    return f"{words} ({signed(scenarios.value(scenario, 'real_wages', 0), 1)}{per_cent_sign()})"


@for_phones
def chart(scenario: str, until: int, as_of: str = "") -> Chart | Markdown:
    """The pension-to-wage ratio so far, its range in the scenario, and the middles of the other scenarios' ranges."""
    ratio = statistics.series(pensions.RATIO, as_of=as_of)
    paths = {name: pensions.replacement(name, until, as_of) for name in [scenario, *scenarios.known()]}
    if paths[scenario].empty:
        return Markdown(text("No figure that the model could start from had been published, or none lies ahead."))
    words = _words(ratio, paths[scenario], scenario)
    figure, axes = canvas(words)
    start, last = ratio.index[-1].year, float(ratio.iloc[-1])
    labels = []
    for other, path in paths.items():
        years, middle = [start, *path.index], [last, *path[["low", "high"]].mean(axis=1)]
        line, label, level = (BLUE, BLUE, 3) if other == scenario else (GREY, SOFT, 2)
        if other == scenario:
            axes.fill_between(years, [last, *path["low"]], [last, *path["high"]], color=BLUE, alpha=0.22, lw=0)
        axes.plot(years, middle, color=line, lw=1.4, linestyle=(0, (4, 2)), zorder=level)
        labels.append((years[-1], middle[-1], named(other), label))
    axes.plot([period.year for period in ratio.index], ratio, "o-", color=BLUE, markersize=4)
    label_ends(axes, labels)
    finish(axes, 1)
    return Chart(figure, words.alt)


def _words(ratio: pd.Series, path: pd.DataFrame, scenario: str) -> Words:
    last, now = path.iloc[-1], {"now": quantity(ratio.iloc[-1], 1, "%"), "last": ratio.index[-1].year}
    title = text("By the scenario: {range} of the average wage in {year}, after {now} in {last}")
    title = title.format(range=between(last["low"], last["high"], 1, "%"), year=last.name, **now)
    shown = text("Average pension as a share of the average wage, %; scenario: {name}", name=named(scenario))
    return Words(title, shown, captions.source_line(BEHIND))


def expected(scenario: str, until: int, as_of: str = "") -> str:
    """How much of the average wage the average pension will be in the last year, by a scenario; empty without years."""
    path = pensions.replacement(scenario, until, as_of)
    if path.empty:
        return ""
    words = text('In the scenario "{name}" the average pension is {range} of the average wage in {year}.')
    last = path.iloc[-1]
    return words.format(name=named(scenario), range=between(last["low"], last["high"], 1, "%"), year=last.name)


def table(until: int, as_of: str = "") -> Table:
    """The ratio by year in each scenario."""
    rows, years = [], []
    for scenario in scenarios.known():
        path = pensions.replacement(scenario, until, as_of)
        years = list(path.index)
        cells = [_between_cell(row["low"], row["high"]) for _, row in path.iterrows()]
        rows.append(Row([Cell(named(scenario), text("model")), *cells]))
    heads = [text("Scenario"), *map(str, years)]
    caption = text("Average pension as a share of the average wage, %")
    return Table(caption, heads, rows if years else [], under=text("Method"))


def _between_cell(low: float, high: float) -> Cell:
    """A range alone, its ends as numbers too."""
    ends = (low, pattern(1), text("lower end")), (high, pattern(1), text("upper end"))
    return Cell(between(low, high, 1), figures=figures(*ends))


def assumptions(scenario: str, as_of: str = "") -> Table:
    """The drivers of a scenario with their values and reasons, then the model's parameters with their sources."""
    rows = []
    for row in scenarios.chosen(scenario).to_dict("records"):
        year = int(row["year"] or 0)
        value = scenarios.value(scenario, row["driver"], year, as_of)
        behind = scenarios.history(row["driver"], as_of).index[-5:].year if row["rule"] == scenarios.MEAN else ()
        mean = text("mean of {years}", years=span(behind[0], behind[-1])) if len(behind) else ""
        cells = [Cell(text(DRIVERS.get(row["driver"], row["driver"]))), Cell(row["year"] or text("every year"))]
        rows.append(Row([*cells, value_cell(value, 1, mean), linked_cell(text(row["reason"]))]))
    for row in pensions.parameters().to_dict("records"):
        year = Cell(str(row["year"]), figures=figures((row["year"], YEAR)))
        cells = [Cell(text(PARAMETERS[row["parameter"]]), text(row["unit"])), year]
        rows.append(Row([*cells, value_cell(row["value"], 0), linked_cell(text(row["source"]))]))
    heads = [text("Assumption"), text("Year"), text("Value"), text("Source or reason")]
    caption = text("What the scenario assumes: {name}", name=named(scenario))
    return Table(caption, heads, rows, text_columns=(0, 1, 3))
