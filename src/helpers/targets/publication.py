"""What a notebook hands to the run: its forecasts, the figures they rest on, its verdicts, as output of a cell.

Readers of the page see nothing of it; index, spreadsheets and the run's own tables are made from it, so that they can't
say anything but what the page says.
"""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from helpers.files import VERDICTS_MIME
from helpers.targets.judge import target_decimals
from helpers.targets.outlook import Outlook, Outlooks, lenient

QUANTILES = ["q025", "q10", "q25", "q50", "q75", "q90", "q975"]
VERDICT = ["year", "verdict", "probability", "figure", "target", "reading"]


@dataclass(frozen=True)
class Publication:
    """Rows of forecasts, figures and verdicts, each with the keys plan, indicator, area and as_of."""

    forecasts: list[dict]
    figures: list[dict]
    verdicts: list[dict]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        return {VERDICTS_MIME: vars(self), "text/html": "", "text/plain": ""}


def publish(outlooks: Outlooks | dict[str, Outlook], as_of: str = "", plan: str = "") -> Publication:
    """The outlooks as rows for the run; the last expression of a cell hands them out.

    as_of: the day whose knowledge counts, today when empty. plan: the folder's name, that of the outlooks when empty.
    """
    plan = plan or getattr(outlooks, "plan_name", "data/plan")
    rows = Publication([], [], [])
    for outlook in outlooks.values():
        key = {"plan": plan, "indicator": outlook.indicator, "area": outlook.area, "as_of": as_of or str(date.today())}
        rows.forecasts.extend(key | row for row in forecast_rows(outlook))
        rows.figures.extend(key | row for row in figure_rows(outlook))
        rows.verdicts.extend(key | row for row in verdict_rows(outlook))
    return rows


def forecast_rows(outlook: Outlook) -> list[dict]:
    """Method, period, quantiles in the indicator's unit, and how far judgement moved them."""
    expected = outlook.expected
    if expected is None:
        return []
    added = expected.judgement or {}
    return [
        {"method": expected.label, "period": str(row["period"]), "adjustment": added.get(row["period"].year, 0)}
        | {name: f"{row[name]:.6g}" for name in QUANTILES}
        for row in expected.to_dict("records")
    ]


def figure_rows(outlook: Outlook) -> list[dict]:
    """Every figure known, with the code of its series."""
    code = "" if outlook.series is None else outlook.series.name
    return [{"series": code, "period": str(period), "value": value} for period, value in outlook.history.items()]


def verdict_rows(outlook: Outlook) -> list[dict]:
    """The verdict on each target: its chance (0 to 1) or the figure, the target, and how many decimals both have."""
    decided = "" if outlook.decision is None else f"{outlook.decision.who}: {outlook.decision.why}"
    rows = []
    for row in outlook.judged.to_dict("records"):
        shown = {column: "" if pd.isna(row[column]) else row[column] for column in VERDICT}
        shown |= {"lenient": lenient(row, outlook) or "", "decimals": outlook.decimals}
        # What is met or missed rests on figures, whatever was decided.
        rests = decided if shown["probability"] != "" else ""
        rows.append(shown | {"target_decimals": target_decimals(row), "decision": rests})
    return rows
