"""What stands behind the charts: figures and quantiles that a notebook hands out, as two more tables."""

from nbformat import NotebookNode

from helpers import files
from helpers.language import name, number, text
from helpers.render.outcomes import QUANTILES

SHARES = dict(zip(QUANTILES, (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975), strict=True))


def tables(notebook: NotebookNode) -> list[dict]:
    """The histories and the forecasts of the indicators that have any, in their units, as tables of a spreadsheet."""
    outputs = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])]
    found = [data[files.VERDICTS_MIME] for data in outputs if files.VERDICTS_MIME in data]
    lead = [text("Indicator"), text("Year")]
    said = {"figures": text("Figures behind the charts"), "forecasts": text("Forecasts behind the charts")}
    shares = [text("quantile {share}", share=number(share, 3)) for share in SHARES.values()]
    heads = {"figures": [*lead, text("figure")], "forecasts": [*lead, *shares]}
    columns = {"figures": ["value"], "forecasts": QUANTILES}
    made = []
    for kind, caption in said.items():
        rows = [{"cells": cells(one, columns[kind])} for payload in found for one in payload[kind]]
        if rows:
            made.append({"caption": caption, "heads": heads[kind], "rows": rows, "under": ""})
    return made


def cells(row: dict, columns: list[str]) -> list[dict]:
    """Indicator, year and numbers of a row, each with its words and, for the spreadsheet, its exact value."""
    rows = files.read_rows(files.plan_folder(row["plan"]) / "indicators.csv")
    called = next((name(one) for one in rows if one["indicator"] == row["indicator"]), "")
    values = [(float(row[column]), "0.0##") for column in columns]
    shown = [(float(row["period"]), "0"), *values]
    numbers = [{"words": number(value, 1), "figures": [{"value": value, "format": shape}]} for value, shape in shown]
    return [{"words": f"{row['indicator']}. {called}"}, *numbers]
