"""The verdict on one indicator: its row of the plan, its figures, what is expected of it."""

import pandas as pd

from helpers import UserError
from helpers.forecast import Forecast
from helpers.language import message
from helpers.plan import TargetRow
from helpers.statistics import Figures
from helpers.targets.decisions import Decision
from helpers.targets.definition import reported_year, why_not
from helpers.targets.judge import NO_DATA, NO_FORECAST, TOO_FEW, judge
from helpers.targets.outlook import INCOMPARABLE, Outlook

FEWEST = 5  # comparable figures, below which no target ahead gets a verdict
FEW_FIGURES = message("Fewer than five comparable figures are published: too few to judge a target ahead.")
EMPTY = {FEW_FIGURES: TOO_FEW, "": NO_FORECAST}  # the verdict on a target without a figure, by why nothing is expected


def verdict(
    row: TargetRow, figures: Figures | None, expected: Forecast | None = None, decision: Decision | None = None
) -> Outlook:
    """The outlook of one indicator: its figures, its forecast, the verdict on each of its targets.

    row: see `plan.target_row`. figures: none where the plan's own definition has none here. expected: see
    `forecast.expect`; it is passed over where the figures can't be compared with the targets. Raises UserError where
    the plan says of no target which side meets it.

    Example: `verdict(plan.target_row("11"), figures, forecast.expect(figures, 2027))`
    """
    require_direction(row.about, row.cells)
    facts = {"indicator": row.about["indicator"], "about": row.about, "printed": row.cells}
    if figures is None:
        reason = why_not(row.about["name_kk"], row.area)
        return Outlook(**facts, area=row.area, judged=judge(row.cells), reason=reason)
    reported = reported_year(row.cells)
    history, redefined = split_at_redefinition(figures, reported)
    reason = unjudgeable(figures, history, reported)
    expected = None if reason else expected
    basis = {"history": history, "expected": expected, "better": row.about["better"]}
    basis |= {"decimals": figures.decimals, "measured": reason != INCOMPARABLE, "without": EMPTY.get(reason, NO_DATA)}
    return Outlook(
        **facts,
        area=figures.area,
        series=figures.about,
        history=history,
        redefined=redefined,
        provisional=figures.provisional,
        **of_forecast(expected),
        judged=judge(row.cells, **basis),
        reason=reason,
        decision=decision if decision is not None and decision.who else None,
        other={name: judge(cells, **basis) for name, cells in row.others.items()},
        figures=figures,
    )


def of_forecast(expected: Forecast | None) -> dict:
    """The fields of an outlook that come from its forecast: as computed, as judgement moved it, what narrowed it."""
    if expected is None:
        return {}
    if expected.unadjusted is None:
        return {"forecast": expected, "narrowing": expected.narrowing}
    return {"forecast": expected.unadjusted, "adjusted": expected, "narrowing": expected.narrowing}


def require_direction(about: pd.Series, printed: pd.DataFrame) -> None:
    """Refuses targets of which nobody can say on which side they are met."""
    if about["better"] not in ("higher", "lower") and printed["value"].notna().any():
        raise UserError(
            f"indicator {about['indicator']}: its targets have no direction; say higher or lower in the column `better`"
        )


def split_at_redefinition(figures: Figures, reported: int) -> tuple[pd.Series, pd.Series]:
    """The figures with the definition of the plan's reported year, and those that a later break made another thing."""
    later = [edge for edge in figures.redefinitions if edge.year >= reported]
    values = figures.values
    return (values[values.index <= later[0]], values[values.index > later[0]]) if later else (values, values[:0])


def unjudgeable(figures: Figures, history: pd.Series, reported: int) -> str:
    """Why figures that exist can't be compared with the targets ahead; empty when they can."""
    redefined = [edge for edge in figures.redefinitions if edge.end_time.date() < figures.as_of]
    if any(edge.year >= reported for edge in redefined):
        return INCOMPARABLE
    if not len(history):
        return message("No figure had been published by this date.")
    if len(figures.comparable) < FEWEST:
        return FEW_FIGURES
    return ""
