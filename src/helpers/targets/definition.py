"""Which series measures an indicator of whichever plan: the one that carries its Kazakh name."""

import pandas as pd

from helpers import files, plan, statistics
from helpers.language import message
from helpers.statistics import Figures


def reference_numbers() -> dict[str, str]:
    """Kazakh names by number of the indicators of data/plan, whose numbers statistics and assumptions refer to."""
    return plan.indicators(files.PLAN).set_index("indicator")["name_kk"].to_dict()


def yearly_series(name_kk: str, area: str) -> str:
    """The code of the yearly series with an indicator's definition that covers the area; empty when there is none.

    The Kazakh name ties them, since a number means another indicator in another plan.
    """
    table = statistics.catalogue()
    own = table[(table["name_kk"] == name_kk) & (table["role"] == "indicator") & (table["frequency"] == "A")]
    return next((code for code in own.index if statistics.covers(code, area)), "")


def why_not(name_kk: str, area: str) -> str:
    """The reason why nothing can be judged: one English sentence, translated where it is shown."""
    if area in statistics.areas().query("kind == 'own'").index:
        return message("The list gives no figures for it.")
    if name_kk in set(statistics.catalogue().query("role == 'indicator'")["name_kk"]):
        return message("No figures are published for this area.")
    numbers = {name: number for number, name in reference_numbers().items()}
    reason = statistics.not_measured().get(numbers.get(name_kk, ""))
    return reason or message("No series in the tables of statistics has this indicator's definition.")


def reported_year(printed: pd.DataFrame) -> int:
    """The plan's reported year; in the form it stands two years before the first planned one."""
    stated = printed.loc[printed["column"] == "reported", "year"]
    return int(stated.iloc[0] if len(stated) else printed["year"].min() - 2)


def figures_of(row: plan.TargetRow, as_of: str = "") -> Figures | None:
    """The yearly figures with the indicator's own definition, known by the day; none where none are published."""
    code = row.series or yearly_series(row.about["name_kk"], row.area)
    return statistics.figures(code, row.area, as_of) if code else None
