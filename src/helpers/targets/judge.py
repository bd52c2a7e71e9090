"""The verdict on each planned year of one indicator: the published figure first, else the forecast, else nothing."""

from collections.abc import Mapping

import pandas as pd

from helpers.forecast import Forecast
from helpers.language import message
from helpers.targets.precision import likelihood_words, met, probability_met

# Why a target has neither a figure nor a chance.
NO_DATA, TOO_FEW, NO_FORECAST = "no comparable data", "too few figures for a forecast", "no forecast"
JUDGED = ["indicator", "year", "target", "as_printed", "reading", "evidence", "figure", "status"]
JUDGED += ["verdict", "probability", "median", "low", "high"]
NO_FIGURES: pd.Series = pd.Series(dtype=float, index=pd.PeriodIndex([], freq="Y"))


def judge(
    printed: pd.DataFrame,
    history: pd.Series = NO_FIGURES,
    expected: Forecast | None = None,
    better: str = "higher",
    decimals: int = 1,
    measured: bool = False,
    without: str = NO_DATA,
) -> pd.DataFrame:
    """One row for each planned year: target, figure or forecast, chance, verdict; `without` where there is neither."""
    planned = printed[printed["column"] == "planned"]
    known = {period.year: value for period, value in history.items()} if measured else {}
    ahead = {} if expected is None else {pd.Period(r["period"], freq="Y").year: r for _, r in expected.iterrows()}
    rows = [_verdict(row, known, ahead, expected, better, decimals) for _, row in planned.iterrows()]
    table = pd.concat([planned.rename(columns={"value": "target"}).reset_index(drop=True), pd.DataFrame(rows)], axis=1)
    return table[JUDGED].fillna({"verdict": without})


def _verdict(row: pd.Series, known: dict, ahead: dict, expected: Forecast | None, better: str, decimals: int) -> dict:
    """Figure, verdict and probability for one target: fact first, else forecast, else what is missing."""
    year, target = int(row["year"]), row["value"]
    cell = {"figure": known.get(year), "status": "", "probability": None, "median": None, "low": None, "high": None}
    if year in ahead:
        cell |= {key: ahead[year][q] for key, q in (("median", "q50"), ("low", "q10"), ("high", "q90"))}
        cell["status"] = "forecast"
    elif year in known:
        cell["status"] = "final"
    if pd.isna(target):
        return cell | {"verdict": message("no target")}
    if year in known:
        reached = met(known[year], target, better, decimals)
        return cell | {"verdict": message("met") if reached else message("missed")}
    if year not in ahead:
        return cell | {"verdict": None}
    chance = float(probability_met(expected, target, better, decimals).iloc[int(ahead[year]["horizon"]) - 1])
    # The word belongs to the chance as it is shown, in whole per cent.
    return cell | {"verdict": likelihood_words(round(chance, 2)), "probability": chance}


def target_decimals(row: Mapping) -> int:
    """Digits after the point in the plan's own cell."""
    digits = str(row["as_printed"]).replace(".", ",").partition(",")[2]
    return len(digits) if digits.isdigit() else 0
