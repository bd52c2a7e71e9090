"""Rows of the plan's table of targets: what the indicator is, its cells in a reading, its cells in the others."""

from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import pandas as pd

from helpers import UserError, files, plan
from helpers.language import code_table, name, text, use_terms, visible


@dataclass(frozen=True)
class TargetRow:
    """One indicator of the plan and what the plan prints of it."""

    about: pd.Series  # the row of indicators.csv, or of national_targets.csv
    cells: pd.DataFrame = field(repr=False)  # every cell in the reading in use
    others: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)  # by the names of the other readings
    area: str = "KAZ"
    series: str = ""  # the code of its series where the plan's name doesn't tell

    def _repr_html_(self) -> str:
        shown = self.cells[["year", "column", "as_printed", "value", "reading"]]
        shown = shown.assign(reading=shown["reading"].map(text))
        return f"<p><b>{self.about['indicator']}</b> {escape(str(visible(name(self.about))))}</p>{code_table(shown)}"


class ByIndicator(dict):
    """What there is of each indicator of a plan; one that it lacks is the user's fault, who named the plan."""

    def __init__(self, plan_name: str) -> None:
        """Starts empty; `plan_name` is said when an indicator is missing."""
        super().__init__()
        self.plan_name = plan_name

    def __missing__(self, indicator: str | int) -> object:
        if str(indicator) in self:
            return self[str(indicator)]
        known = ", ".join(self) or "none"
        raise UserError(f"plan: {self.plan_name} has no indicator {indicator} here, only {known}; name another plan")


class TargetRows(ByIndicator):
    """Rows of a plan by indicator."""

    def _repr_html_(self) -> str:
        return code_table(self.table(), index=True)

    def table(self) -> pd.DataFrame:
        """The targets as printed: a row an indicator, a column a year; a lost cell is empty."""
        cells = pd.concat([row.cells for row in self.values()])
        table = cells.pivot(index="indicator", columns="year", values="as_printed").reindex(list(self))
        table.insert(0, "", [name(row.about) for row in self.values()])
        return table.rename_axis(None, axis="columns")


def target_rows(
    direction: int | None = None, reading: str = "resolved", folder: str | Path = files.PLAN, area: str = "KAZ"
) -> TargetRows:
    """The rows of a direction (all when none is named) by indicator, in the plan's order.

    From here on the plan's own terms are known to `language.text`. Raises UserError for an unknown direction.
    """
    rows = plan.indicators(folder)
    use_terms(plan.terms("unit", folder).set_index("term").to_dict("index"))
    if direction is not None:
        rows = rows[rows["direction"].astype(str) == str(direction)]
        if rows.empty:
            raise UserError(f"direction: the plan has no direction {direction}")
    words = [reading, *(word for word in plan.READINGS if word != reading)]
    readings = {word: dict(iter(plan.targets(word, folder).groupby("indicator"))) for word in words}
    result = TargetRows(files.plan_name(folder))
    for _, about in rows.iterrows():
        if about["indicator"] in readings[reading]:
            cells = {word: tables[about["indicator"]] for word, tables in readings.items()}
            result[about["indicator"]] = TargetRow(about, cells.pop(reading), cells, area)
    return result


def target_row(
    indicator: str | int, reading: str = "resolved", folder: str | Path = files.PLAN, area: str = "KAZ"
) -> TargetRow:
    """The row of one indicator. Raises UserError where the plan has none of that number.

    Example: `target_row("11")`
    """
    return target_rows(None, reading, folder, area)[indicator]


def national_row(name_kk: str, series: str, folder: str | Path = files.PLAN) -> TargetRow:
    """The national target of that Kazakh name, as a row. Raises UserError where the plan has none."""
    rows = plan.national_targets(folder)
    rows = rows[rows["name_kk"] == name_kk]
    if rows.empty:
        raise UserError(f"series {series}: no national target of the plan has its name")
    cells = rows.assign(column="planned", as_printed=rows["value"].astype(str), reading="certain", evidence="")
    return TargetRow(rows.iloc[0], cells, series=series)
