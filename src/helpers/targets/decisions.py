"""Decisions of an economist on an indicator's forecast: method, window, what to add in a year, by whom and why.

The table `data/assumptions/decisions.csv` has a row for each decision, newest last; the last one on an indicator holds.
An empty method or since leaves the default; `add` reads `2026:+0.2 2027:-0.1`, in the unit of the indicator, and moves
these years alone. Decisions concern the country, not its regions.
"""

import math
import re
from dataclasses import dataclass, field
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
    who: str = ""
    day: str = ""
    why: str = ""

    @property
    def arguments(self) -> dict:
        """What the decision changes in a call of `forecast.expect`."""
        chosen = {"method": self.method, "since": self.since}
        return {name: value for name, value in chosen.items() if value}

    def row(self) -> dict[str, str]:
        """The decision as a row of the table."""
        added = " ".join(f"{year}:{value:+g}" for year, value in sorted(self.add.items()))
        since = str(self.since or "")
        return dict(
            zip(COLUMNS, (self.indicator, self.method, since, added, self.who, self.day, self.why), strict=True)
        )


def decisions(known: list[str], path: Path | None = None) -> dict[str, Decision]:
    """The decision that holds for each indicator; empty where there is no table. `known`: indicators of the plan.

    Raises UserError, naming the line, for an unknown indicator or method, a year twice, and what is no number.
    """
    path = path or DECISIONS
    if not path.is_file():
        return {}
    table = files.read_table(path, COLUMNS, exact=True)
    rows = [_read(row, f"{path.name}, line {line}", known) for line, row in enumerate(table.to_dict("records"), 2)]
    return {decision.indicator: decision for decision in rows}


def _read(row: dict[str, str], where: str, known: list[str]) -> Decision:
    if row["indicator"] not in known:
        raise UserError(f"{where}: the plan has no indicator {row['indicator']!r}; see indicators.csv")
    if row["since"] and not re.fullmatch(r"\d{4}", row["since"]):
        raise UserError(f"{where}: since {row['since']!r} is no year; write it as 2016")
    for column, what in (("who", "who decides"), ("why", "the reason")):
        if not row[column].strip():
            raise UserError(f"{where}: {column} is empty; say {what}")
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
    years = [int(pair[1]) for pair in pairs]
    if twice := {year for year in years if years.count(year) > 1}:
        raise UserError(f"{where}: add names {min(twice)} twice; leave one")
    return dict(zip(years, (float(pair[2]) for pair in pairs), strict=True))


def decide(
    indicator: str,
    known_until: int,
    who: str,
    why: str,
    method: str = "",
    since: int | None = None,
    add: dict[int, float] | None = None,
    path: Path | None = None,
) -> Decision:
    """The decision, written as the newest row of the table.

    known_until: the last year with a figure. Raises UserError for an unknown method, a year that is known, no name and
    no reason; then nothing is written.
    """
    add = {int(year): float(value) for year, value in (add or {}).items()}
    check_method(method, f"indicator {indicator}")
    if past := [year for year in add if year <= known_until]:
        raise UserError(
            f"indicator {indicator}: the figure of {min(past)} is known; decide on years after {known_until}"
        )
    if not all(math.isfinite(value) for value in add.values()):
        raise UserError(f"indicator {indicator}: add must hold numbers, such as {{2026: 0.2}}")
    if not who.strip() or not why.strip():
        raise UserError(f"indicator {indicator}: say who decides, and why")
    if not (method or since or add):
        raise UserError(f"indicator {indicator}: nothing is decided; give method, since or add")
    decision = Decision(str(indicator), method, since, add, who.strip(), str(date.today()), " ".join(why.split()))
    path = path or DECISIONS
    _write(pd.concat([_table(path), pd.DataFrame([decision.row()])]), path)
    return decision


def undo(indicator: str, path: Path | None = None) -> dict[str, str]:
    """The newest decision on an indicator, as a row, taken out of the table. Raises UserError where there is none."""
    path = path or DECISIONS
    table = _table(path)
    own = table.index[table["indicator"] == str(indicator)]
    if own.empty:
        raise UserError(f"indicator {indicator}: there is no decision to undo; see `jospar decisions`")
    _write(table.drop(own[-1]), path)
    return table.loc[own[-1]].to_dict()


def _table(path: Path) -> pd.DataFrame:
    if not path.is_file():
        return pd.DataFrame(columns=COLUMNS)
    return files.read_table(path, COLUMNS, exact=True)


def _write(table: pd.DataFrame, path: Path) -> None:
    files.write(path, table.to_csv(index=False, lineterminator="\n"))
