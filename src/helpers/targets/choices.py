"""Which method, window and judgement hold for each indicator: as asked for, else as decided, else the default."""

import re
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

import pandas as pd

from helpers import files, forecast, plan
from helpers.language import capital, code_table, name, number, percent, text, visible
from helpers.targets.decisions import Decision, append, check, check_method, decisions, read
from helpers.targets.definition import figures_of, reference_numbers
from helpers.targets.judge import target_decimals
from helpers.targets.outlook import Outlook


class Choices(dict):
    """The decision in force by indicator, the default where nobody decided."""

    def __missing__(self, indicator: str | int) -> Decision:
        return self[str(indicator)] if str(indicator) in self else Decision(str(indicator), forecast.DEFAULT)

    def _repr_html_(self) -> str:
        rows = pd.DataFrame([decision.row() | {"indicator": indicator} for indicator, decision in self.items()])
        return code_table(rows.loc[:, (rows != "").any()])  # where nobody decided, method alone has something to say


def choices(
    rows: dict[str, plan.TargetRow],
    as_of: str = "",
    until: int = 2027,
    method: str = "",
    since: int | None = None,
    table: Path | None = None,
) -> Choices:
    """What holds for each row: method, since and add are the arguments of `forecast.expect`.

    method, since: for all rows, before what the table of decisions says. Decisions are on the country, not its regions,
    and go by an indicator's Kazakh name. Raises UserError for an unknown method and a faulty table.
    """
    numbers = reference_numbers()
    held = {numbers[number]: decision for number, decision in decisions(list(numbers), table).items()}
    by_row = {key: held.get(row.about["name_kk"]) if row.area == "KAZ" else None for key, row in rows.items()}
    return Choices({key: in_force(by_row[key], row, as_of, until, method, since) for key, row in rows.items()})


def in_force(
    decision: Decision | None, row: plan.TargetRow, as_of: str, until: int, method: str, since: int | None
) -> Decision:
    """The decision with every argument filled in; what it adds is left to years that are ahead."""
    if decision is None:
        decision = Decision(row.about["indicator"])
    method, since = method or decision.method or forecast.DEFAULT, since or decision.since
    check_method(method, f"indicator {row.about['indicator']}")
    known = known_until(row, as_of) if decision.add else 0
    ahead = {year: value for year, value in decision.add.items() if known < year <= until}
    passed = tuple(year for year in sorted(decision.add) if year <= known)
    return replace(decision, method=method, since=since, add=ahead, passed=passed)


def known_until(row: plan.TargetRow, as_of: str = "") -> int:
    """The last year with a figure of the row's indicator; 0 where there is none."""
    figures = figures_of(row, as_of)
    return figures.values.index[-1].year if figures is not None and len(figures.values) else 0


def decision_lines(table: Path | None = None) -> list[str]:
    """Every decision as a line, oldest first, with what has overtaken it: a newer one, or a figure."""
    numbers = list(reference_numbers())
    held, rows, lines = decisions(numbers, table), read(table).to_dict("records"), []
    rows_by_number = plan.target_rows()
    newest = {row["indicator"]: n for n, row in enumerate(rows)}
    for n, row in enumerate(rows):
        number, note = row["indicator"], ""
        if newest[number] != n:
            note = " (a newer decision holds)"
        elif passed := in_force(held[number], rows_by_number[number], "", 9999, "", None).passed:
            note = f" (no effect on {', '.join(map(str, passed))}: the figure is known)"
        what = "; ".join(f"{column} {row[column]}" for column in ("method", "since", "add") if row[column])
        lines.append(str(visible(f"{number}: {what}; {row['who']}, {row['day']}: {row['why']}{note}")))
    return lines or ["no decisions: every forecast is the default"]


@dataclass(frozen=True)
class Change:
    """What a decision changes: the outlook before and after, and whether the row was written."""

    before: Outlook
    after: Outlook
    written: bool

    def table(self) -> pd.DataFrame:
        """A row for each target ahead: target, then verdict, chance and median before and after."""
        ahead = self.after.judged["probability"].notna() | self.before.judged["probability"].notna()
        old, new = self.before.judged[ahead], self.after.judged[ahead]
        goals = [number(row["target"], target_decimals(row)) for row in old.to_dict("records")]
        table = pd.DataFrame({text("Year"): old["year"], capital(text("target")): goals})
        for words, judged in ((capital(text("before")), old), (capital(text("after")), new)):
            rows = judged.to_dict("records")
            table[words] = [f"{text(row['verdict'])} ({percent(row['probability'])})" for row in rows]
            table[f"{words}: {text('forecast')}"] = judged["median"].astype(float).round(self.after.decimals + 1)
        return table

    def words(self) -> str:
        """Whether the decision holds from now on, in one sentence."""
        if self.written:
            return text("Written to decisions.csv: it holds from the next run on. `targets.undo` takes it back.")
        return text("Nothing is written. Say who decides and why, and the decision holds from the next run on.")

    def __repr__(self) -> str:
        return f"{self.after.decision}\n{self.table().to_string(index=False)}\n{self.words()}"

    def _repr_html_(self) -> str:
        head = f"<p><b>{self.after.indicator}</b> {escape(str(visible(name(self.after.about))))}</p>"
        words = re.sub("`(.+?)`", r"<code>\1</code>", self.words())
        return f"{head}{code_table(self.table())}<p>{words}</p>"


def decide(
    indicator: str | int,
    method: str = "",
    since: int | None = None,
    add: dict[int, float] | None = None,
    who: str = "",
    why: str = "",
    as_of: str = "",
    until: int = 2027,
    folder: str | Path = files.PLAN,
    table: Path | None = None,
) -> Change:
    """The verdicts before and after a decision on an indicator's forecast, which is written where who and why are said.

    add: what to add to a year's forecast, by year, in the indicator's unit. Raises UserError, and writes nothing, for
    an unknown method, a year whose figure is known, or an indicator without a forecast.

    Example: `decide(12, method="ets", since=2016, who="A. Author", why="The years before were another survey.")`
    """
    from helpers import targets

    row = plan.target_row(indicator, folder=folder)
    figures, known = figures_of(row, as_of), known_until(row, as_of)
    added = {int(year): float(value) for year, value in (add or {}).items()}
    decision = Decision(row.about["indicator"], method, since, added, who, "", why)
    check(decision, known)
    before = targets.outlook(row, figures, until, choices({"": row}, as_of, until, table=table)[""])
    after = targets.outlook(row, figures, until, in_force(decision, row, as_of, until, "", None))
    written = bool(who.strip() or why.strip())
    if written:
        numbers = {words: number for number, words in reference_numbers().items()}
        append(replace(decision, indicator=numbers[row.about["name_kk"]]), table)
    return Change(before, after, written)
