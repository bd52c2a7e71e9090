"""Publication tables: what is promised, what came, what is expected, and where each number is from."""

import re
from dataclasses import replace
from datetime import date

import pandas as pd
from IPython.display import Markdown

from helpers import plan as plans, statistics
from helpers.language import NBSP, current, message, name, number, percent, plural, spoken, text
from helpers.tables.beside import (
    PUBLISHERS,
    agreements,
    depends_on_reading,
    methods,
    not_measured,
    other_reading,
    pace,
    signed,
)
from helpers.tables.cells import (
    COUNTED,
    SHARE,
    TONE,
    YEAR,
    Cell,
    Row,
    Table,
    bare_cell,
    date_cell,
    figures,
    label,
    linked_cell,
    pattern,
    range_cell,
    value_cell,
    verdict_cell,
)
from helpers.targets import Outlook, decimals_shown, met, target_decimals

__all__ = [
    "COUNTED", "METHODS", "PUBLISHERS", "SHARE", "TONE", "YEAR", "Cell", "Row", "Table", "agreements",
    "conflicts", "damaged", "depends_on_reading", "figures", "forecasts", "label", "linked_cell", "methods",
    "nationals", "not_measured", "other_reading", "pace", "pattern", "printed", "range_cell", "scorecard",
    "series", "signed", "sources", "value_cell", "worries",
]  # fmt: skip
__dir__ = __all__.copy

COPY = re.compile(r"\s*\(((?:copied from|көшірме:|копия:) [^()]*)\)")
METHODS = {"ensemble": message("ensemble"), "reference class": message("reference class")}


def scorecard(outlooks: dict[str, Outlook], groups: pd.DataFrame | None = None, caption: str = "") -> Table:
    """All targets by year: the verdict in words and colour, with the figure or forecast beside the target."""
    years = sorted({year for o in outlooks.values() for year in o.judged["year"]})
    rows, group = [], None
    for outlook in outlooks.values():
        direction = outlook.about["direction"]
        if groups is not None and direction != group:
            group = direction
            rows.append(Row(group=f"{direction}. {name(groups.set_index('direction').loc[direction])}"))
        by_year = outlook.judged.set_index("year")
        cells = [bare_cell(outlook, len(years))]
        if outlook.has_verdict:
            cells = [verdict_cell(by_year.loc[year], outlook) for year in years]
        rows.append(Row([Cell(label(outlook), _measured_in(outlook)), *cells], indicator=outlook.indicator))
    heads = [text("Indicator"), *(str(year) for year in years)]
    return Table(caption or text("Targets and verdicts"), heads, rows, verdicts=True)


def _measured_in(outlook: Outlook) -> str:
    """The unit, and a warning where a verdict hangs on how the plan's damaged row is read."""
    if not depends_on_reading(outlook):
        return text(outlook.unit)
    return text("{unit}; some verdicts depend on how this damaged row is read", unit=text(outlook.unit))


def forecasts(outlooks: dict[str, Outlook]) -> Table:
    """For each forecast indicator: last figure, median and 80 % range by year, and what the forecast rests on."""
    expected = [outlook for outlook in outlooks.values() if outlook.forecast is not None]
    years = [str(period) for period in expected[0].forecast["period"].tail(2)] if expected else []
    heads = [text("Indicator"), text("Last figure"), *years, text("Figures used"), text("Method")]
    heads.append(text("Expected error one year ahead"))
    caption = text("Forecasts with their 80% ranges and expected error")
    return Table(caption, heads, [_forecast_row(outlook) for outlook in expected], text_columns=(0, len(heads) - 2))


def _forecast_row(outlook: Outlook) -> Row:
    decimals, expected = outlook.decimals, outlook.expected
    error = expected.error.iloc[0]
    last = outlook.history.index[-1]
    return Row([
        Cell(label(outlook), text(outlook.unit)),
        value_cell(outlook.history.iloc[-1], decimals, str(last), (last.year, YEAR, text("year"))),
        *(range_cell(row["q50"], row["q10"], row["q90"], decimals) for row in expected.tail(2).to_dict("records")),
        value_cell(expected.n_used, 0),
        Cell(text(METHODS.get(expected.label, expected.label))),
        value_cell(error, decimals_shown(0, error, decimals + 1)),
    ])  # fmt: skip


def sources(codes: list[str]) -> Table:
    """Where the figures are from: one row for each series, with its definition, publications and the day of reading."""
    rows, title = [], "title" if current() == "en" else f"title_{current()}"
    for code in dict.fromkeys(codes):
        about, behind = statistics.catalogue().loc[code], statistics.sources([code])
        # The publication is the publisher's; whose copy of it was read stands below.
        named = [COPY.sub("", one) for one in behind[title]]
        copies = "; ".join(dict.fromkeys(match[1] for one in behind[title] if (match := COPY.search(one))))
        links = tuple(zip(named, behind["url"], strict=True))
        publishers, licences = ({text(words): None for words in behind[column]} for column in ("publisher", "licence"))
        words = [Cell(name(about), text(about["definition"])), Cell("; ".join(publishers))]
        read_on = date_cell(date.fromisoformat(behind["read_on"].max()))
        rows.append(Row([*words, Cell("", copies, links=links), Cell("\n".join(licences)), read_on]))
    heads = [text("Series"), text("Publisher"), text("Publication"), text("Licence"), text("Accessed")]
    caption = text("Sources of the figures")
    return Table(caption, heads, rows, text_columns=(0, 1, 2, 3, 4), under=text("Definition"))


def series(values: pd.Series, code: str) -> Table:
    """One series as a table: years across."""
    about = statistics.catalogue().loc[code]
    cells = [Cell(name(about), text(about["unit"])), *(value_cell(v, int(about["decimals"])) for v in values)]
    return Table(name(about), [text("Series"), *map(str, values.index)], [Row(cells)])


def nationals(outlooks: dict[str, Outlook]) -> Table | Markdown:
    """The scorecard of national targets without a row of their own in the plan."""
    if not outlooks:
        return Markdown(text("No such target of this plan has published figures."))
    unnumbered = {code: replace(outlook, indicator="") for code, outlook in outlooks.items()}
    return scorecard(unnumbered, caption=text("National targets and verdicts"))


def conflicts(contradictions: pd.DataFrame, indicators: pd.DataFrame) -> Table | Markdown:
    """Where section 2.1 and section 3 of the plan set different targets."""
    if contradictions.empty:
        return Markdown(text("Sections 2.1 and 3 of this plan set no target differently."))
    about = indicators.set_index("indicator")
    rows = [
        Row([
            Cell(f"{row['indicator']}. {name(about.loc[row['indicator']])}", text(about.loc[row["indicator"], "unit"])),
            Cell(str(row["year"]), figures=figures((row["year"], YEAR))),
            value_cell(row["national"], 1),
            value_cell(row["plan"], 1),
        ])
        for row in contradictions.to_dict("records")
    ]  # fmt: skip
    heads = [text("Indicator"), text("Year"), text("Section 2.1"), text("Section 3")]
    return Table(text("Targets that differ inside the plan"), heads, rows)


def damaged(printed: pd.DataFrame, indicators: pd.DataFrame) -> Table | Markdown:
    """The rows of the plan that lost a cell: reading in use and its evidence."""
    about, rows = indicators.set_index("indicator"), []
    uncertain = printed[printed["reading"].isin(["resolved", "inferred"])]
    if uncertain.empty:
        return Markdown(text("No row of this plan lost a cell."))
    for indicator, cells in uncertain.groupby("indicator", sort=False):
        first, later = cells.iloc[0], cells[cells["column"] != "reported"]
        values = [
            f"{year}:{NBSP}{'…' if pd.isna(value) else number(value, target_decimals({'as_printed': as_printed}))}"
            for year, value, as_printed in later[["year", "value", "as_printed"]].itertuples(index=False)
        ]
        names = Cell(f"{indicator}. {name(about.loc[indicator])}")
        rows.append(Row([names, Cell("; ".join(values)), Cell(text(first["reading"]), text(first["evidence"]))]))
    heads = [text("Indicator"), text("Values in this reading"), text("Reading, and why")]
    return Table(text("Rows that lost a cell"), heads, rows, text_columns=(0, 1, 2))


def printed(outlooks: dict[str, Outlook], plan: str = "data/plan") -> Table:
    """The rows of section 3 that a page judges, as printed: a cell stands under the year where the document has it."""
    grid = plans.printed(plan)
    grid = grid[grid["indicator"].isin(list(outlooks))]
    years = [column for column in grid.columns if isinstance(column, int)]
    rows = [
        Row([Cell(f"{row['indicator']}. {row['name']}", row["unit"]), *(Cell(row[year]) for year in years)])
        for row in grid.to_dict("records")
    ]
    caption = text("{plan}: section 3 as digitised, slips included", plan=name(plans.title(plan)))
    heads = [text("Row as printed"), *map(str, years)]
    return Table(caption, heads, rows, language=spoken(grid["name"]))


def worries(outlooks: dict[str, Outlook]) -> Table:
    """Indicators with figures and targets ahead, the least likely last target first; those without a chance after."""
    rows = []
    for outlook in outlooks.values():
        ahead = outlook.judged.dropna(subset=["target"])
        ahead = ahead[ahead["year"] >= outlook.as_of.year]
        if len(outlook.history) and len(ahead):
            last = ahead.iloc[-1]
            order = 2 if pd.isna(last["probability"]) else last["probability"]
            rows.append((order, Row([Cell(label(outlook), text(outlook.unit)), *_worry(outlook, last, ahead)])))
    rows = [row for _, row in sorted(rows, key=lambda pair: pair[0])]
    heads = [text("Indicator"), text("Last figure"), text("Age of the figure"), text("Last target")]
    heads += [text("Chance of the next target"), text("Chance of the last target")]
    return Table(text("Targets ahead, the least likely first"), heads, rows)


def _worry(outlook: Outlook, last: pd.Series, ahead: pd.DataFrame) -> list[Cell]:
    """Last figure, its age, last target with the distance to it, chances of the next and of the last target."""
    year, figure, decimals = outlook.history.index[-1].year, outlook.history.iloc[-1], outlook.decimals
    goal, goal_year = last["target"], last["year"]
    distance = text("{gap} to go", gap=number(abs(goal - figure), decimals))
    if met(figure, goal, outlook.about["better"], decimals):
        distance = text("reached")
    return [
        value_cell(figure, decimals, str(year), (year, YEAR, text("year"))),
        Cell(plural("{n} year", "{n} years", outlook.age), figures=figures((outlook.age, YEAR))),
        value_cell(goal, target_decimals(last), f"{goal_year}: {distance}", (goal_year, YEAR, text("year"))),
        *(_chance_cell(row) for _, row in ahead.iloc[[0, -1]].iterrows()),
    ]


def _chance_cell(row: pd.Series) -> Cell:
    if pd.isna(row["probability"]):
        return Cell(text("no forecast"), str(row["year"]))
    return Cell(percent(row["probability"]), str(row["year"]), figures=figures((row["probability"], SHARE)))
