"""Named scenarios for drivers: a printed value with its source, or a stated rule from the published history.

`data/assumptions/scenarios.csv` has the columns scenario, driver, year (empty: every year), value (% a year; points for
the margin), rule (instead of a value) and reason. A scenario takes from `baseline` what it doesn't name.
"""

from datetime import date
from functools import lru_cache
from pathlib import Path

import pandas as pd

from helpers import UserError, files, statistics

SCENARIOS = files.DATA / "assumptions" / "scenarios.csv"
COLUMNS = ["scenario", "driver", "year", "value", "rule", "reason"]
BASELINE = "baseline"
# The series behind each driver, and what makes its figures growth in per cent.
HISTORY = {"real_wages": ("wage_real_index", 100), "gdp": ("gdp_index", 100), "inflation": ("inflation", 0)}
MEAN, LAST, AS = "mean of the last five", "last", "as "
RULES = (MEAN, LAST, *(AS + driver for driver in HISTORY))


@lru_cache
def scenarios(path: Path = SCENARIOS) -> pd.DataFrame:
    """The table as it stands: one row a scenario, driver and year."""
    table = files.read_table(path, COLUMNS, exact=True)
    for line, row in enumerate(table.to_dict("records"), 2):
        _check(row, f"{path.name}, line {line}")
    return table


def _check(row: dict, where: str) -> None:
    if bool(row["value"]) == bool(row["rule"]):
        raise UserError(f"{where}: give a value or a rule, one of them")
    try:
        float(row["value"] or 0), int(row["year"] or 0)
    except ValueError:
        raise UserError(f"{where}: year {row['year']!r} or value {row['value']!r} is no number") from None
    if row["rule"] and row["rule"] not in RULES:
        raise UserError(f"{where}: rule {row['rule']!r} is unknown; it may be {', '.join(RULES)}")
    if not row["reason"]:
        raise UserError(f"{where}: reason is empty; name the source, or say why")


def known(path: Path = SCENARIOS) -> list[str]:
    """The names of the scenarios, in the order of the table."""
    return list(dict.fromkeys(scenarios(path)["scenario"]))


def chosen(scenario: str, path: Path = SCENARIOS) -> pd.DataFrame:
    """The rows in force in a scenario: its own, and those of `baseline` for drivers that it doesn't name."""
    if scenario not in known(path):
        raise UserError(f"scenario {scenario!r} is unknown; it may be {', '.join(known(path))}")
    table = scenarios(path)
    own = table[table["scenario"] == scenario]
    rest = table[(table["scenario"] == BASELINE) & ~table["driver"].isin(own["driver"])]
    return pd.concat([own, rest], ignore_index=True)


def value(
    scenario: str, driver: str, year: int, as_of: str | date | None = None, path: Path = SCENARIOS
) -> float | None:
    """The driver's value in a year, in % (points for a margin); none where the scenario says nothing of that year."""
    rows = chosen(scenario, path)
    rows = rows[(rows["driver"] == driver) & rows["year"].isin(["", str(year)])]
    if rows.empty:
        return None
    row = rows.sort_values("year").iloc[-1]  # a row for the year itself comes before the one for every year
    if row["value"]:
        return float(row["value"])
    if row["rule"].startswith(AS):
        return value(scenario, row["rule"].removeprefix(AS), year, as_of, path)
    rates = history(driver, as_of)
    return float(rates.iloc[-1] if row["rule"] == LAST else rates.iloc[-5:].mean())


def history(driver: str, as_of: str | date | None = None) -> pd.Series:
    """Published yearly growth of a driver, in %."""
    code, base = HISTORY[driver]
    return statistics.series(code, as_of=as_of) - base
