"""Decisions of an economist on an indicator's forecast: method, window, what to add in a year, by whom and why.

The table `data/assumptions/decisions.csv` has a row for each decision, newest last; the last one on an indicator holds.
An empty method or since leaves the default; `add` reads `2026:+0.2 2027:-0.1`, in the unit of the indicator, and moves
these years alone. Decisions concern the country, not its regions.
"""

import math
import re
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pandas as pd

from helpers import UserError, files, forecast

DECISIONS = files.DATA / "assumptions" / "decisions.csv"
COLUMNS = ["indicator", "method", "since", "add", "who", "day", "why"]
ADDED = re.compile(r"(\d{4}):([+-]?\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Decision:
    """What was decided on the forecast of one indicator, by whom, when and why."""

    indicator: str
    method: str = ""
    since: int | None = None
    add: dict[int, float] = field(default_factory=dict)  # by year, in the unit of the indicator
    who: str = ""  # empty: nobody decided, the default holds
    day: str = ""
    why: str = ""
    passed: tuple[int, ...] = ()  # years of `add` whose figure is known by now: nothing is added to them

    def row(self) -> dict[str, str]:
        """The decision as a row of the table."""
        added = " ".join(f"{year}:{value:+g}" for year, value in sorted(self.add.items()))
        cells = (self.indicator, self.method, str(self.since or ""), added, self.who, self.day, self.why)
        return dict(zip(COLUMNS, cells, strict=True))

    def __str__(self) -> str:
        added = ", ".join(f"{year} {value:+g}" for year, value in sorted(self.add.items()))
        parts = [self.method and f"method {self.method}", self.since and f"since {self.since}", added]
        by = ", ".join(filter(None, (self.who, self.day)))
        words = [", ".join(str(part) for part in parts if part), f"{by}: {self.why}" if by else ""]
        return f"{self.indicator}: {'; '.join(filter(None, words))}"


def decisions(known: list[str], path: Path | None = None) -> dict[str, Decision]:
    """The decision that holds for each indicator; empty where there is no table. `known`: indicators of the plan.

    Raises UserError, naming the line, for an unknown indicator or method, a year twice, and what is no number.
    """
    path = path or DECISIONS
    rows = enumerate(read(path).to_dict("records"), 2)
    return {row["indicator"]: _read(row, f"{path.name}, line {line}", known) for line, row in rows}


def _read(row: dict[str, str], where: str, known: list[str]) -> Decision:
    if row["indicator"] not in known:
        raise UserError(f"{where}: the plan has no indicator {row['indicator']!r}; see indicators.csv")
    if row["since"] and not re.fullmatch(r"\d{4}", row["since"]):
        raise UserError(f"{where}: since {row['since']!r} is no year; write it as 2016")
    for column, what in (("who", "who decides"), ("why", "the reason")):
        if not row[column].strip():
            raise UserError(f"{where}: {column} is empty; say {what}")
    if row["day"] and not re.fullmatch(r"\d{4}-[01]\d-[0-3]\d", row["day"], re.ASCII):
        raise UserError(f"{where}: day {row['day'][:20]!r} is no day; write it as 2026-01-31")
    check_method(row["method"], where)
    since, added = int(row["since"]) if row["since"] else None, _added(row["add"], where)
    return Decision(row["indicator"], row["method"], since, added, row["who"], row["day"], row["why"])


def check_method(method: str, where: str) -> None:
    """Raises UserError for a method that no one knows by that name."""
    if method and method not in forecast.names():
        raise UserError(f"{where}: method {method!r} is unknown; use one of {', '.join(forecast.names())}")


def _added(words: str, where: str) -> dict[int, float]:
    """What is added by year, out of `2026:+0.2 2027:-0.1`."""
    pairs = [ADDED.fullmatch(word) for word in words.split()]
    if not all(pairs):
        raise UserError(f"{where}: add {words!r} can't be read; write it as 2026:+0.2 2027:-0.1")
    if not all(math.isfinite(float(pair[2])) and pair[1][:2] in ("19", "20", "21") for pair in pairs):
        raise UserError(f"{where}: add {words[:40]!r} is beyond every figure or year; write it as 2026:+0.2")
    years = [int(pair[1]) for pair in pairs]
    if twice := {year for year in years if years.count(year) > 1}:
        raise UserError(f"{where}: add names {min(twice)} twice; leave one")
    return dict(zip(years, (float(pair[2]) for pair in pairs), strict=True))


def append(decision: Decision, path: Path | None = None) -> None:
    """Write a decision that `check` lets pass as the newest row. Raises UserError where it has no name or reason."""
    if not decision.who.strip() or not decision.why.strip():
        raise UserError(f"indicator {decision.indicator}: say who decides, and why")
    today = replace(decision, who=decision.who.strip(), why=" ".join(decision.why.split()), day=str(date.today()))
    path = path or DECISIONS
    write(pd.concat([read(path), pd.DataFrame([today.row()])]), path)


def check(decision: Decision, known_until: int) -> None:
    """Raises UserError for an unknown method, a year whose figure is known, what is no number, or nothing decided."""
    where = f"indicator {decision.indicator}"
    check_method(decision.method, where)
    if past := [year for year in decision.add if year <= known_until]:
        raise UserError(f"{where}: the figure of {min(past)} is known; decide on years after {known_until}")
    if not all(math.isfinite(value) for value in decision.add.values()):
        raise UserError(f"{where}: add must hold numbers, such as {{2026: 0.2}}")
    if not (decision.method or decision.since or decision.add):
        raise UserError(f"{where}: nothing is decided; give method, since or add")


def undo(indicator: str | int, path: Path | None = None) -> Decision:
    """The newest decision on an indicator, taken out of the table. Raises UserError where there is none."""
    path = path or DECISIONS
    table = read(path)
    own = table.index[table["indicator"] == str(indicator)]
    if own.empty:
        raise UserError(f"indicator {indicator}: there is no decision to undo; see `jospar decisions`")
    write(table.drop(own[-1]), path)
    return _read(table.loc[own[-1]].to_dict(), path.name, [str(indicator)])


def read(path: Path | None = None) -> pd.DataFrame:
    """The table as text, oldest decision first; empty where there is no file."""
    path = path or DECISIONS
    if not files.is_there(path):
        return pd.DataFrame(columns=COLUMNS)
    return files.read_table(path, COLUMNS, exact=True)


def write(table: pd.DataFrame, path: Path) -> None:
    """Put the table in place of the file, whole or not at all."""
    files.write(path, table.to_csv(index=False, lineterminator="\n"))
