"""Met, missed, likely, unlikely: the verdict on each target of the plan, and its probability."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from helpers import UserError, paths, plan, statistics
from helpers.forecast import Forecast, forecast
from helpers.language import message
from helpers.precision import likelihood_words, met, probability_met

REPORTED_YEAR = 2021
JUDGED = ["indicator", "year", "target", "as_printed", "reading", "evidence", "figure", "status"]
JUDGED += ["verdict", "probability", "median", "low", "high"]
NO_FIGURES: pd.Series = pd.Series(dtype=float, index=pd.PeriodIndex([], freq="Y"))


@dataclass(frozen=True)
class Outlook:
    """What is known of one indicator in one area, and what is expected: figures, forecast, targets with verdicts."""

    indicator: str
    about: pd.Series
    area: str
    series: pd.Series | None = None
    history: pd.Series = field(default_factory=NO_FIGURES.copy)
    redefined: pd.Series = field(default_factory=NO_FIGURES.copy)
    provisional: pd.DataFrame | None = None
    forecast: Forecast | None = None
    judged: pd.DataFrame | None = None
    reason: str = ""

    @property
    def measured(self) -> bool:
        """True when the plan's own definition has figures that targets can be held against."""
        return self.forecast is not None or (not self.reason and len(self.history) > 0)

    @property
    def decimals(self) -> int:
        """Digits after the point: the publisher's where there is a series, else the plan's own."""
        promised = max(target_decimals(row) for _, row in self.judged.iterrows())
        # A count printed to the last person, in thousands, has more digits than anyone reads.
        return promised if self.series is None else min(int(self.series["decimals"]), promised + 1)

    @property
    def unit(self) -> str:
        """The unit of the plan's target."""
        return self.about["unit"]


def outlooks(
    direction: int | None = None,
    area: str = "KAZ",
    as_of: str = "",
    until: int = 2027,
    reading: str = "resolved",
    folder: Path = paths.PLAN,
) -> dict[str, Outlook]:
    """An outlook for every indicator of a direction (all directions when none is named), in the plan's order."""
    when = parse_date(as_of)
    rows = plan.indicators(folder)
    if direction is not None:
        rows = rows[rows["direction"].astype(str) == str(direction)]
        if rows.empty:
            raise UserError(f"direction: the plan has no direction {direction}")
    printed = plan.targets(reading, folder)
    return {
        row["indicator"]: outlook(row, printed[printed["indicator"] == row["indicator"]], area, when, until)
        for _, row in rows.iterrows()
        if (printed["indicator"] == row["indicator"]).any()
    }


def national_outlook(code: str, as_of: str = "", until: int = 2027, folder: Path = paths.PLAN) -> Outlook:
    """The outlook of a national target that has no row of its own: series and target carry the same Kazakh name."""
    rows = plan.national_targets(folder)
    rows = rows[rows["name_kk"] == statistics.catalogue().loc[code, "name_kk"]]
    if rows.empty:
        raise UserError(f"series {code}: no national target of the plan has its name")
    printed = rows.assign(column="planned", as_printed=rows["value"].astype(str), reading="certain", evidence="")
    return outlook(rows.iloc[0], printed, "KAZ", parse_date(as_of), until, code)


def outlook(about: pd.Series, printed: pd.DataFrame, area: str, when: date, until: int, code: str = "") -> Outlook:
    """One indicator's outlook: its figures by `when`, its forecast to `until`, the verdict on each of its targets."""
    indicator = about["indicator"]
    code = code or yearly_series(indicator, area)
    if not code:
        return Outlook(indicator, about, area, judged=judge(printed), reason=why_not(indicator, area))
    row = statistics.catalogue().loc[code]
    figures = statistics.series(code, area, when)
    history, redefined = split_at_redefinition(figures, statistics.breaks(code))
    reason = unjudgeable(history, [edge for edge in statistics.breaks(code) if edge.end_time.date() < when])
    expected = None if reason else expect(history, row, area, until)
    known = statistics.observations(code, area, when)
    judged = judge(printed, history, expected, about["better"], int(row["decimals"]), measured=not reason)
    provisional = known[known["status"] != "final"]
    return Outlook(indicator, about, area, row, history, redefined, provisional, expected, judged, reason)


def expect(history: pd.Series, row: pd.Series, area: str, until: int) -> Forecast | None:
    """The forecast of a yearly series from its last figure to `until`; none when that year is already known."""
    if history.index[-1].year >= until:
        return None
    return forecast(
        history,
        until=until,
        lower=bound(row["lower_bound"]),
        upper=bound(row["upper_bound"]),
        breaks=statistics.breaks(row.name, area),
        decimals=int(row["decimals"]),
    )


def yearly_series(indicator: str, area: str) -> str:
    """The code of the yearly series with the plan's definition that covers the area; empty when there is none."""
    catalogue = statistics.catalogue()
    for code in statistics.for_indicator(indicator):
        if catalogue.loc[code, "frequency"] == "A" and statistics.covers(code, area):
            return code
    return ""


def why_not(indicator: str, area: str) -> str:
    """The reason why nothing can be judged: one English sentence, translated where it is shown."""
    return statistics.not_measured().get(indicator, message("No figures are published for this area."))


def split_at_redefinition(history: pd.Series, breaks: list[pd.Period]) -> tuple[pd.Series, pd.Series]:
    """The figures with the definition of the plan's reported year, and those that a later break made another thing."""
    later = [edge for edge in breaks if edge.year >= REPORTED_YEAR]
    return (history[history.index <= later[0]], history[history.index > later[0]]) if later else (history, history[:0])


def unjudgeable(history: pd.Series, breaks: list[pd.Period]) -> str:
    """Why figures that exist can't be held against the targets; empty when they can."""
    if any(edge.year >= REPORTED_YEAR for edge in breaks):
        return message(
            "Figures published since the plan can't be compared with those before, so no target is judged on them."
        )
    return "" if len(history) else message("No figure had been published by this date.")


def bound(value: object) -> float | None:
    """A bound of a series as a number, or none where the table leaves it empty."""
    return None if pd.isna(value) or value == "" else float(value)


def judge(
    printed: pd.DataFrame,
    history: pd.Series = NO_FIGURES,
    expected: Forecast | None = None,
    better: str = "higher",
    decimals: int = 1,
    measured: bool = False,
) -> pd.DataFrame:
    """One row for each planned year: target, figure or forecast, verdict and probability."""
    planned = printed[printed["column"] == "planned"].copy()
    known = {period.year: value for period, value in history.items()} if measured else {}
    ahead = {} if expected is None else {pd.Period(r["period"], freq="Y").year: r for _, r in expected.iterrows()}
    rows = [_verdict(row, known, ahead, expected, better, decimals) for _, row in planned.iterrows()]
    return pd.concat([planned.rename(columns={"value": "target"}).reset_index(drop=True), pd.DataFrame(rows)], axis=1)[
        JUDGED
    ]


def _verdict(row: pd.Series, known: dict, ahead: dict, expected: Forecast | None, better: str, decimals: int) -> dict:
    """Figure, verdict and probability for one target: fact first, else forecast, else what is missing."""
    year, target = int(row["year"]), row["value"]
    found = {"figure": known.get(year), "status": "", "probability": None, "median": None, "low": None, "high": None}
    if year in ahead:
        found |= {key: ahead[year][q] for key, q in (("median", "q50"), ("low", "q10"), ("high", "q90"))}
        found["status"] = "forecast"
    elif year in known:
        found["status"] = "final"
    if pd.isna(target):
        return found | {"verdict": message("no target")}
    if year in known:
        return found | {"verdict": message("met") if met(known[year], target, better, decimals) else message("missed")}
    if year not in ahead:
        return found | {"verdict": message("not measured")}
    chance = float(probability_met(expected, target, better, decimals).iloc[int(ahead[year]["horizon"]) - 1])
    # The word belongs to the chance as it is shown, in whole per cent.
    return found | {"verdict": likelihood_words(round(chance, 2)), "probability": chance}


def assess(found: dict[str, Outlook]) -> pd.DataFrame:
    """One row for each indicator and planned year: target, figure, verdict, probability of being met."""
    return pd.concat([o.judged for o in found.values()], ignore_index=True)


def target_decimals(row: pd.Series) -> int:
    """Digits after the point in the plan's own cell."""
    digits = str(row["as_printed"]).replace(".", ",").partition(",")[2]
    return len(digits) if digits.isdigit() else 0


def target(outlook: Outlook, year: int) -> float | None:
    """The target of one year in the indicator's unit, or none."""
    found = outlook.judged.loc[outlook.judged["year"] == year, "target"].dropna()
    return None if found.empty else float(found.iloc[0])


def codes(found: dict[str, Outlook]) -> list[str]:
    """The codes of the series that the outlooks rest on."""
    return [outlook.series.name for outlook in found.values() if outlook.series is not None]


def parse_date(as_of: str | date) -> date:
    """The day whose knowledge counts; today when empty."""
    if isinstance(as_of, date):
        return as_of
    try:
        return date.fromisoformat(as_of) if as_of else date.today()
    except ValueError:
        raise UserError(f"as_of: {as_of!r} is no date; write it as YYYY-MM-DD or leave it empty for today") from None
