"""One rule for all rows: a published series is compared with the targets if it agrees with the plan's reported figure.

It agrees if its figure for the reported year differs from the plan's by less than the smallest step from one year's
target to the next: a larger difference would decide verdicts by itself.
"""

from typing import NamedTuple

import pandas as pd

from helpers import statistics
from helpers.targets.definition import reported_year
from helpers.targets.outlook import Outlook


class Agreement(NamedTuple):
    """The plan's reported figure, the published one, the smallest step between targets: each in the unit, or none."""

    code: str
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
    steps = outlook.judged["target"].dropna().diff().abs()
    year, first = pd.Period(str(reported_year(outlook.printed)), "Y"), outlook.reported[1] if outlook.reported else None
    table = statistics.catalogue().query("indicator == @outlook.indicator and frequency == 'A'")
    beside = [code for code, row in table.iterrows() if row["unit"][:3] == outlook.unit[:3]]
    codes = beside if outlook.series is None else [outlook.series.name]
    values = {code: statistics.series(code, "KAZ").get(year) for code in codes}
    known = {code: float(value) for code, value in values.items() if pd.notna(value)}
    if outlook.series is None and not known:
        return None
    code = min(known, key=lambda one: abs(known[one] - (first or 0)), default=codes[0])
    return Agreement(code, first, known.get(code), float(steps[steps > 1e-9].min()) if (steps > 1e-9).any() else None)
