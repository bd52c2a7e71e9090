"""What stands behind the charts: figures and quantiles that a notebook hands out, as two more tables, and charts."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from helpers import files
from helpers.language import name, number, text
from helpers.render import source
from helpers.render.outcomes import QUANTILES

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from xlsxwriter.workbook import Workbook, Worksheet

HEIGHT = 18  # rows that a chart takes
BLUE, EDGE = {"color": "#12436D", "width": 2.25}, {"color": "#12436D", "width": 1, "dash_type": "dash"}
SHARES = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)  # of QUANTILES


def tables(notebook: NotebookNode) -> list[dict]:
    """The histories and the forecasts of the indicators that have any, in their units, as tables of a spreadsheet."""
    payloads = source.shown(notebook.cells, files.VERDICTS_MIME)
    lead = [text("Indicator"), text("Year")]
    shares = [text("quantile {share}", share=number(share, 3)) for share in SHARES]
    figures = {"caption": text("Figures behind the charts"), "heads": [*lead, text("figure")], "under": ""}
    forecasts = {"caption": text("Forecasts behind the charts"), "heads": [*lead, *shares], "under": ""}
    plans = {row["plan"] for payload in payloads for row in payload["figures"] + payload["forecasts"]}
    titles = {plan: names(plan) for plan in plans}
    for table, kind, columns in ((figures, "figures", ["value"]), (forecasts, "forecasts", QUANTILES)):
        rows = [row for payload in payloads for row in payload[kind]]
        table["rows"] = [{"cells": cells(row, columns, titles[row["plan"]])} for row in rows]
    return [table for table in (figures, forecasts) if table["rows"]]


def names(plan: str) -> dict[str, str]:
    """The names of a plan's indicators in the language in use, by number."""
    return {row["indicator"]: name(row) for row in files.read_rows(files.plan_folder(plan) / "indicators.csv")}


def cells(row: dict, columns: list[str], titles: dict[str, str]) -> list[dict]:
    """Indicator, year and numbers of a row, each with its words and, for the spreadsheet, its exact value."""
    values = [(float(row[column]), "0.0##") for column in columns]
    shown = [(float(row["period"]), "0"), *values]
    numbers = [{"words": number(value, 1), "figures": [{"value": value, "format": shape}]} for value, shape in shown]
    return [{"words": f"{row['indicator']}. {titles.get(row['indicator'], '')}"}, *numbers]


def spans(table: dict, first: int) -> dict[str, tuple[int, int]]:
    """First and last row of each indicator, on a sheet where the table's rows begin at `first`."""
    rows = enumerate((row["cells"][0]["words"] for row in table["rows"]), first)
    places = {label: [n for n, _ in group] for label, group in groupby(rows, key=lambda row: row[1])}
    return {label: (numbers[0], numbers[-1]) for label, numbers in places.items()}


def draw(book: Workbook, sheet: Worksheet, sheets: dict[str, dict], first: int) -> None:
    """Beside the figures a line chart for each indicator: history, median, ends of the 80% range, drawn from the cells.

    `sheets`: the tables of figures and of forecasts by the names of their sheets, where rows begin at `first`.
    """
    (past, figures), (ahead, forecasts) = sheets.items()
    columns = {text("figure"): (past, 2, {"color": "#1F2933", "width": 2.25})}
    quantiles = {text("median"): ("q50", BLUE), text("lower end"): ("q10", EDGE), text("upper end"): ("q90", EDGE)}
    columns |= {words: (ahead, 2 + QUANTILES.index(one), line) for words, (one, line) in quantiles.items()}
    places = {past: spans(figures, first), ahead: spans(forecasts, first)}
    for n, label in enumerate(places[past]):
        chart = book.add_chart({"type": "scatter", "subtype": "straight_with_markers"})
        for words, (place, column, line) in columns.items():
            if rows := places[place].get(label):
                years, values = ([place, rows[0], at, rows[1], at] for at in (1, column))
                dots = {"type": "circle", "size": 4, "border": line | {"width": 1}, "fill": {"color": line["color"]}}
                chart.add_series({"name": words, "categories": years, "values": values, "line": line, "marker": dots})
        chart.set_title({"name": label, "name_font": {"size": 11}, "overlay": False})
        chart.set_x_axis({"num_format": "0", "major_gridlines": {"visible": False}})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 640, "height": 20 * (HEIGHT - 1)})
        sheet.insert_chart(first + n * HEIGHT, 4, chart)
