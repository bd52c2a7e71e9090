"""An indicator of one's own: yearly figures from a CSV file, targets by year, verdicts as for the plan's indicators."""

from pathlib import Path

import pandas as pd

from helpers import UserError, files, workbooks
from helpers.charts import Words
from helpers.forecast import Forecast, check_panel
from helpers.language import between, number, percent, text
from helpers.targets import decimals_of, likelihood_words, met, probability_met


def read(path: str | Path) -> pd.Series:
    """The figures of a file in their unit, by year: a CSV with the columns year and value, or one row of a spreadsheet.

    More columns of a CSV are ignored. Raises UserError for a spreadsheet with more than one row of figures.
    """
    path = Path(path)
    if workbooks.is_plain(path, ["year", "value"]):
        table = files.read_table(path, ["year", "value"], "give a CSV file with the columns year and value")
        table = table[table["value"].str.strip() != ""].rename(columns={"year": "period"}).assign(series_id="value")
    else:
        table = workbooks.long_table(path)
    panel = check_panel(table, path.name)
    if (names := panel["series_id"].unique()).size > 1:
        raise UserError(f"{path.name}: has {names.size} rows of figures ({', '.join(names[:3])} …); leave one")
    return pd.Series(panel["value"].to_numpy(), pd.PeriodIndex(panel["period"].astype(str), freq="Y", name="year"))


def verdicts(history: pd.Series, expected: Forecast, targets: dict[int, float], better: str) -> pd.DataFrame:
    """A row a target year: target, figure (where known), chance (0 to 1) and verdict in words; units of the history."""
    decimals = decimals_of(history)
    known = {period.year: value for period, value in history.items()}
    ahead = {pd.Period(period, freq="Y").year: n for n, period in enumerate(expected["period"])}
    rows = []
    for year, target in targets.items():
        if year in known:
            word = "met" if met(known[year], target, better, decimals) else "missed"
            rows.append((year, target, known[year], None, word))
        elif year in ahead:
            chance = round(float(probability_met(expected, target, better, decimals).iloc[ahead[year]]), 2)
            rows.append((year, target, None, chance, likelihood_words(chance)))
        else:
            last = max(ahead)
            raise UserError(f"target of {year}: neither a figure nor a forecast; the forecast reaches to {last}")
    return pd.DataFrame(rows, columns=["year", "target", "figure", "chance", "verdict"]).set_index("year")


def ranges(expected: Forecast, decimals: int = 1) -> pd.DataFrame:
    """Median and ends of the 80 % range by year, in the unit of the history, rounded for reading."""
    table = expected.set_index("period")[["q10", "q50", "q90"]].round(decimals)
    return pd.DataFrame(table.to_numpy(), pd.Index(table.index.astype(str), name="year"), ["low", "median", "high"])


def in_words(judged: pd.DataFrame, expected: Forecast, decimals: int = 1) -> str:
    """The verdicts in sentences: what is expected, and how likely each target is."""
    last = expected.iloc[-1]
    ahead = {"median": number(last["q50"], decimals), "range": between(last["q10"], last["q90"], decimals)}
    first = text("For {year} the forecast is {median}, with an 80% range of {range}.", year=last["period"], **ahead)
    words, sentences = text("Target of {target} for {year}: {verdict} ({chance})."), []
    for year, row in judged.dropna(subset=["chance"]).iterrows():
        parts = {"verdict": text(row["verdict"]), "chance": percent(row["chance"])}
        sentences.append(words.format(target=number(row["target"], decimals), year=year, **parts))
    return " ".join([first, *sentences])


def words(title: str, unit: str) -> Words:
    """What stands around the chart of an indicator of one's own."""
    return Words(title, unit, text("Source: own table"))
