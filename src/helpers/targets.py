"""Met, missed, likely, unlikely: the verdict on each target of the plan, and its probability."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from helpers import UserError, paths, plan, statistics
from helpers.language import message, use_terms
from helpers.verdict import official_methods
from helpers.verdict.adjustments import ADJUSTMENTS, COLUMNS as ADJUSTED, adjust, adjustments
from helpers.verdict.definition import reference_numbers, reported_year, why_not, yearly_series
from helpers.verdict.futures import Futures
from helpers.verdict.judge import NO_FIGURES, judge, target_decimals
from helpers.verdict.narrowing import Narrowing, narrow, quarterly_series
from helpers.verdict.pool import pooled_forecast
from helpers.verdict.precision import probability_met

NO_ADJUSTMENTS = pd.DataFrame(columns=ADJUSTED)
INCOMPARABLE = message(
    "Figures published since the plan can't be compared with those before, so no target is judged on them."
)
OFFICIAL = ("eurostat", "escap", "oecd", "linear")  # in the order in which they are shown
FEWEST = 5  # comparable figures, below which no target ahead gets a verdict


class Found(dict):
    """Outlooks by indicator; an indicator that the plan lacks is the user's fault, since the user named the plan."""

    def __init__(self, plan_name: str) -> None:
        """Starts empty; `plan_name` is said when an indicator is missing."""
        super().__init__()
        self.plan_name = plan_name

    def __missing__(self, indicator: str) -> "Outlook":
        known = ", ".join(self) or "none"
        raise UserError(f"plan: {self.plan_name} has no indicator {indicator} here, only {known}; name another plan")


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
    forecast: Futures | None = None
    judged: pd.DataFrame | None = None
    reason: str = ""
    printed: pd.DataFrame | None = None  # every cell of the plan's row, in the reading in use
    narrowing: Narrowing | None = None
    adjusted: Futures | None = None  # where an economist moved the forecast; the verdicts rest on it
    adjustments: pd.DataFrame | None = None
    other: dict[str, pd.DataFrame] = field(default_factory=dict)  # judged under the plan's other readings

    @property
    def measured(self) -> bool:
        """True when the plan's own definition has figures that targets can be held against."""
        return self.forecast is not None or (not self.reason and len(self.history) > 0)

    @property
    def has_verdict(self) -> bool:
        """True when at least one target is met, missed or given a chance."""
        return not self.judged["verdict"].isin(["not measured", "no target"]).all()

    @property
    def expected(self) -> Futures | None:
        """The forecast that the verdicts rest on: the adjusted one where there is one."""
        return self.forecast if self.adjusted is None else self.adjusted

    @property
    def broken(self) -> bool:
        """True when a change of definition ends the figures that the targets were set for."""
        return bool(self.reason) and self.reason == INCOMPARABLE

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
    folder: str | Path = paths.PLAN,
    adjusted: Path = ADJUSTMENTS,
) -> dict[str, Outlook]:
    """An outlook for every indicator of a direction (all directions when none is named), in the plan's order."""
    when = parse_date(as_of)
    rows = plan.indicators(folder)
    numbers = reference_numbers()
    moved = adjustments(list(numbers), adjusted)
    use_terms(plan.terms("unit", folder).set_index("term").to_dict("index"))
    if direction is not None:
        rows = rows[rows["direction"].astype(str) == str(direction)]
        if rows.empty:
            raise UserError(f"direction: the plan has no direction {direction}")
    printed = {name: plan.targets(name, folder) for name in [reading, *(r for r in plan.READINGS if r != reading)]}
    found = Found(paths.plan_name(folder))
    for _, row in rows.iterrows():
        cells = {name: table[table["indicator"] == row["indicator"]] for name, table in printed.items()}
        if len(cells[reading]):
            own = moved[moved["indicator"].map(numbers) == row["name_kk"]] if area == "KAZ" else moved[:0]
            found[row["indicator"]] = outlook(row, cells.pop(reading), area, when, until, moved=own, others=cells)
    return found


def national_outlooks(as_of: str = "", until: int = 2027, folder: str | Path = paths.PLAN) -> dict[str, Outlook]:
    """Outlooks of the national targets without a row of their own that have a series, by the code of the series."""
    rows = plan.national_targets(folder)
    names = set(rows.loc[rows["indicator"] == "", "name_kk"]) - set(plan.indicators(folder)["name_kk"])
    codes_ = [code for name in sorted(names) if (code := yearly_series(name, "KAZ"))]
    return {code: national_outlook(code, as_of, until, folder) for code in codes_}


def national_outlook(code: str, as_of: str = "", until: int = 2027, folder: str | Path = paths.PLAN) -> Outlook:
    """The outlook of a national target that has no row of its own: series and target carry the same Kazakh name."""
    rows = plan.national_targets(folder)
    rows = rows[rows["name_kk"] == statistics.catalogue().loc[code, "name_kk"]]
    if rows.empty:
        raise UserError(f"series {code}: no national target of the plan has its name")
    printed = rows.assign(column="planned", as_printed=rows["value"].astype(str), reading="certain", evidence="")
    return outlook(rows.iloc[0], printed, "KAZ", parse_date(as_of), until, code)


def outlook(
    about: pd.Series,
    printed: pd.DataFrame,
    area: str,
    when: date,
    until: int,
    code: str = "",
    moved: pd.DataFrame = NO_ADJUSTMENTS,
    others: dict[str, pd.DataFrame] | None = None,
) -> Outlook:
    """One indicator's outlook: its figures by `when`, its forecast to `until`, the verdict on each of its targets."""
    indicator = about["indicator"]
    require_direction(about, printed)
    code = code or yearly_series(about["name_kk"], area)
    if not code:
        reason = why_not(about["name_kk"], area)
        return Outlook(indicator, about, area, judged=judge(printed), reason=reason, printed=printed)
    row, known = statistics.catalogue().loc[code], statistics.observations(code, area, when)
    reported = reported_year(printed)
    history, redefined = split_at_redefinition(statistics.series(code, area, when), statistics.breaks(code), reported)
    reason = unjudgeable(history, code, area, when, reported)
    expected, narrowing = (None, None) if reason else expect(history, row, area, until, when)
    moved = moved if expected is None else moved[moved["period"].isin([p.year for p in expected["period"]])]
    adjusted = adjust(expected, moved)
    basis = {"history": history, "expected": expected if adjusted is None else adjusted, "better": about["better"]}
    basis |= {"decimals": int(row["decimals"]), "measured": reason != INCOMPARABLE}
    other = {name: judge(cells, **basis) for name, cells in (others or {}).items()}
    judged, provisional = judge(printed, **basis), known[known["status"] != "final"]
    rest = (expected, judged, reason, printed, narrowing, adjusted, moved, other)
    return Outlook(indicator, about, area, row, history, redefined, provisional, *rest)


def expect(
    history: pd.Series, row: pd.Series, area: str, until: int, when: date
) -> tuple[Futures | None, Narrowing | None]:
    """The forecast of a yearly series from its last figure to `until`, and the quarters that narrow its first year.

    None when the year `until` is already known.
    """
    if history.index[-1].year >= until:
        return None, None
    decimals, breaks = int(row["decimals"]), statistics.breaks(row.name, area)
    bounds = bound(row["lower_bound"]), bound(row["upper_bound"])
    expected = pooled_forecast(history, until, *bounds, breaks=breaks, decimals=decimals)
    quarters = quarterly_series(row["indicator"], area, when) if row["indicator"] else None
    return narrow(expected, history, quarters, decimals)


def require_direction(about: pd.Series, printed: pd.DataFrame) -> None:
    """Refuses targets of which nobody can say on which side they are met."""
    if about["better"] not in ("higher", "lower") and printed["value"].notna().any():
        raise UserError(
            f"indicator {about['indicator']}: its targets have no direction; say higher or lower in the column `better`"
        )


def split_at_redefinition(history: pd.Series, breaks: list[pd.Period], reported: int) -> tuple[pd.Series, pd.Series]:
    """The figures with the definition of the plan's reported year, and those that a later break made another thing."""
    later = [edge for edge in breaks if edge.year >= reported]
    return (history[history.index <= later[0]], history[history.index > later[0]]) if later else (history, history[:0])


def unjudgeable(history: pd.Series, code: str, area: str, when: date, reported: int) -> str:
    """Why figures that exist can't be held against the targets ahead; empty when they can."""
    redefined = [edge for edge in statistics.breaks(code) if edge.end_time.date() < when]
    if any(edge.year >= reported for edge in redefined):
        return INCOMPARABLE
    if not len(history):
        return message("No figure had been published by this date.")
    if len(comparable(history, code, area)) < FEWEST:
        return message("Fewer than five comparable figures are published: too few to judge a target ahead.")
    return ""


def comparable(history: pd.Series, code: str, area: str) -> pd.Series:
    """The figures since the last change of definition or territory, in the unit of the series."""
    earlier = [edge for edge in statistics.breaks(code, area) if edge < history.index[-1]]
    return history[history.index > earlier[-1]] if earlier else history


def bound(value: object) -> float | None:
    """A bound of a series as a number, or none where the table leaves it empty."""
    return None if pd.isna(value) or value == "" else float(value)


def assess(found: dict[str, Outlook]) -> pd.DataFrame:
    """One row for each indicator and planned year: target, figure, verdict, probability of being met."""
    return pd.concat([o.judged for o in found.values()], ignore_index=True)


def chance(outlook: Outlook, year: int) -> float:
    """Probability, 0 to 1, that the printed figure of one year ahead meets that year's target."""
    goal, expected = target(outlook, year), outlook.expected
    if goal is None or expected is None:
        what = "the plan has no target for this year" if goal is None else "it has no forecast"
        raise UserError(f"indicator {outlook.indicator}, {year}: no probability, since {what}")
    known = [period.year for period in expected["period"]]
    if year not in known:
        raise UserError(f"indicator {outlook.indicator}, {year}: the forecast covers {known[0]} to {known[-1]} only")
    chances = probability_met(expected, goal, outlook.about["better"], int(outlook.series["decimals"]))
    return float(chances.iloc[known.index(year)])


def methods(found: dict[str, Outlook]) -> pd.DataFrame:
    """What others would say of each indicator's last target ahead: a row for ours and for each official method.

    Columns indicator, year, method, verdict, probability (0 to 1), predicted (unit of the indicator).
    """
    rows = []
    for indicator, one in found.items():
        open_ = one.judged[one.judged["probability"].notna()]
        if open_.empty:
            continue
        last = open_.iloc[-1]
        figures = comparable(one.history, one.series.name, one.area)
        said = official_methods.methods(figures, last["target"], int(last["year"]), one.about["better"])
        ours = {"method": "ours", "verdict": last["verdict"], "probability": last["probability"]}
        said = said.set_index("method").loc[list(OFFICIAL)].reset_index()
        said = pd.concat([pd.DataFrame([ours | {"predicted": last["median"]}]), said])
        rows.append(said.assign(indicator=indicator, year=int(last["year"])))
    columns = ["indicator", "year", "method", "verdict", "probability", "predicted"]
    return pd.concat(rows, ignore_index=True)[columns] if rows else pd.DataFrame(columns=columns)


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
