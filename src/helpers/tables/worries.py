"""What to worry about: the targets ahead by their chance, with the distance to them and the age of the figures."""

import pandas as pd

from helpers.language import number, percent, plural, text
from helpers.tables.cells import SHARE, YEAR, Cell, Row, Table, figures, label, value_cell
from helpers.targets import Outlook, met, target_decimals


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
    gap = number(abs(last["target"] - figure), decimals)
    reached = met(figure, last["target"], outlook.about["better"], decimals)
    return [
        value_cell(figure, decimals, str(year), (year, YEAR, text("year"))),
        Cell(plural("{n} year", "{n} years", outlook.age), figures=figures((outlook.age, YEAR))),
        value_cell(
            last["target"],
            target_decimals(last),
            f"{last['year']}: " + (text("reached") if reached else text("{gap} to go", gap=gap)),
            (last["year"], YEAR, text("year")),
        ),
        *(_chance_cell(row) for _, row in ahead.iloc[[0, -1]].iterrows()),
    ]


def _chance_cell(row: pd.Series) -> Cell:
    if pd.isna(row["probability"]):
        return Cell(text("no forecast"), str(row["year"]))
    return Cell(percent(row["probability"]), str(row["year"]), figures=figures((row["probability"], SHARE)))
