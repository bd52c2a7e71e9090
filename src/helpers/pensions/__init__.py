"""A small model of the average pension beside the average wage, both in tenge, under a scenario.

Solidary pension: grows by the printed indexation of a year, else by inflation and the scenario's margin.
Basic pension: grows by the printed indexation, else by inflation, as the subsistence minimum does; besides, its maximum
rises on the schedule of the law. Nobody prints how many get the maximum, so there are two paths: `low` gives the rise
of the schedule to no pensioner, `high` to all.
Average wage: grows by inflation and the scenario's real growth.
"""

from datetime import date
from functools import lru_cache
from pathlib import Path

import pandas as pd

from helpers import UserError, files, statistics
from helpers.pensions.scenarios import chosen, value

__all__ = ["RATIO", "page", "parameters", "replacement", "yearly_growth"]
__dir__ = __all__.copy

PARAMETERS = files.DATA / "assumptions" / "pensions.csv"
COLUMNS = ["parameter", "year", "value", "unit", "source"]
RATIO = "pension_wage_ratio"


@lru_cache
def parameters(path: Path = PARAMETERS) -> pd.DataFrame:
    """The model's parameters with their sources: parameter, year, value, unit, source."""
    table = files.read_table(path, COLUMNS, exact=True)
    try:
        return table.assign(year=table["year"].astype(int), value=table["value"].astype(float))
    except ValueError as fault:
        raise UserError(f"{path.name}: {fault}; write years and numbers as 2026 and 12.5") from None


def replacement(scenario: str, until: int, as_of: str | date | None = None) -> pd.DataFrame:
    """Average pension over average wage, in %, a row a year after the last figure: `low` and `high`, see above.

    Further columns: wage and, for both paths, pension_low and pension_high, in tenge a month. Empty where no figure had
    been published by the day, or none lies ahead.
    """
    chosen(scenario)  # an unknown one is refused before anything is computed
    ratio, wages = statistics.series(RATIO, as_of=as_of), statistics.series("wage_nominal", as_of=as_of)
    both = ratio.index.intersection(wages.index)
    start = both[-1].year if len(both) else until
    wage = float(wages[both[-1]]) if len(both) else float("nan")
    pension = wage * float(ratio[both[-1]]) / 100 if len(both) else wage
    parts = parameters().set_index("parameter")["value"]
    basic = pension * float(parts["basic_pension"] / (parts["basic_pension"] + parts["solidary_pension"]))
    solidary, low, high, rows = pension - basic, basic, basic, []
    for year in range(start + 1, until + 1):
        growth = yearly_growth(scenario, year, as_of)
        wage, solidary = wage * growth["wages"], solidary * growth["solidary"]
        low, high = low * growth["basic"], high * growth["basic"] * growth["schedule"]
        rows.append((year, wage, solidary + low, solidary + high))
    table = pd.DataFrame(rows, columns=["year", "wage", "pension_low", "pension_high"]).set_index("year")
    return table.assign(**{end: 100 * table[f"pension_{end}"] / table["wage"] for end in ("low", "high")})


def yearly_growth(scenario: str, year: int, as_of: str | date | None = None) -> dict[str, float]:
    """Factors by which wages, solidary and basic pensions grow in a year, and the schedule of the basic maximum."""
    inflation = value(scenario, "inflation", year, as_of)
    printed = value(scenario, "pension_indexation", year, as_of)
    margin = value(scenario, "pension_margin", year, as_of)
    maximum = parameters().query("parameter == 'basic_maximum'").set_index("year")["value"]
    step = maximum.get(year, maximum.iloc[-1]) / maximum.get(year - 1, maximum.iloc[-1])
    solidary, basic = (inflation + margin, inflation) if printed is None else (printed, printed)
    wages = (1 + inflation / 100) * (1 + value(scenario, "real_wages", year, as_of) / 100)
    return {"wages": wages, "solidary": 1 + solidary / 100, "basic": 1 + basic / 100, "schedule": float(step)}
