"""One rule for all rows: a published series is held against the targets if it agrees with the plan's reported figure.

It agrees if its figure for the reported year differs from the plan's by less than the smallest step from one year's
target to the next: a larger difference would decide verdicts by itself.
"""

from typing import NamedTuple

import pandas as pd

from helpers import statistics
from helpers.targets.definition import reported_year
from helpers.targets.outlook import Outlook


class Agreement(NamedTuple):
    """The plan's figure for its reported year, the published one, and the smallest step between targets, in the unit.

    None where one is not printed or published.
    """

    code: str
    year: int
    stated: float | None
    published: float | None
    step: float | None

    @property
    def agrees(self) -> bool | None:
        """Whether the rule lets the series be judged; none where it cannot be applied."""
        if None in (self.stated, self.published, self.step):
            return None
        return round(abs(self.published - self.stated), 9) < self.step


def agreement(outlook: Outlook) -> Agreement | None:
    """The series with the indicator's own definition, else the nearest published one in its unit, beside the plan."""
    year = reported_year(outlook.printed)
    stated = outlook.printed.loc[outlook.printed["column"] == "reported", "value"].dropna()
    steps = outlook.judged["target"].dropna().diff().abs()
    steps = steps[steps > 1e-9]
    codes = candidates(outlook)
    values = {code: statistics.series(code, "KAZ").get(pd.Period(year, "Y")) for code in codes}
    known = {code: float(value) for code, value in values.items() if pd.notna(value)}
    if outlook.series is None and not known:
        return None
    first = float(stated.iloc[0]) if len(stated) else None
    code = min(known, key=lambda one: abs(known[one] - (first or 0)), default=codes[0])
    return Agreement(code, year, first, known.get(code), float(steps.min()) if len(steps) else None)


def candidates(outlook: Outlook) -> list[str]:
    """The yearly series to compare: the indicator's own, else those beside it that are counted in the same unit."""
    if outlook.series is not None:
        return [outlook.series.name]
    table = statistics.catalogue()
    beside = table[(table["indicator"] == outlook.indicator) & (table["frequency"] == "A")]
    return [code for code, row in beside.iterrows() if row["unit"][:3] == outlook.unit[:3]]
