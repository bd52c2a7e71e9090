"""Met, missed, likely, unlikely: the verdict on each target of the plan, and its probability."""

from datetime import date
from pathlib import Path

import pandas as pd

from helpers import UserError, files, plan, statistics
from helpers.language import message, use_terms
from helpers.targets import official as official_methods
from helpers.targets.adjustments import ADJUSTMENTS, COLUMNS as ADJUSTED, adjust, adjustments
from helpers.targets.ambition import Ambition
from helpers.targets.definition import reference_numbers, reported_year, why_not, yearly_series
from helpers.targets.futures import Futures
from helpers.targets.judge import judge, target_decimals
from helpers.targets.narrowing import Narrowing, narrow, quarterly_series
from helpers.targets.official import METHODS, WORDS, Judgement
from helpers.targets.outlook import INCOMPARABLE, Found, Outlook, comparable, target
from helpers.targets.pace import Pace, kind_of, pace, promise
from helpers.targets.pool import LEVELS, likely_bounds, pooled_forecast, pooled_points
from helpers.targets.precision import decimals_of, decimals_shown, likelihood_words, met, probability_met, share_met

__all__ = [
    "FEWEST",
    "LEVELS",
    "METHODS",
    "NO_ADJUSTMENTS",
    "OFFICIAL",
    "WORDS",
    "Ambition",
    "Found",
    "Futures",
    "Judgement",
    "Outlook",
    "Pace",
    "assess",
    "bound",
    "chance",
    "codes",
    "decimals_of",
    "decimals_shown",
    "expect",
    "joint",
    "kind_of",
    "likelihood_words",
    "likely_bounds",
    "met",
    "methods",
    "national_outlook",
    "national_outlooks",
    "outlook",
    "outlooks",
    "pace",
    "parse_date",
    "pooled_points",
    "probability_met",
    "promise",
    "quarterly_series",
    "reference_numbers",
    "reported_year",
    "require_direction",
    "revision",
    "share_met",
    "split_at_redefinition",
    "target",
    "target_decimals",
    "unjudgeable",
]


NO_ADJUSTMENTS = pd.DataFrame(columns=ADJUSTED)
OFFICIAL = ("eurostat", "escap", "oecd", "linear")  # in the order in which they are shown
FEWEST = 5  # comparable figures, below which no target ahead gets a verdict


def outlooks(
    direction: int | None = None,
    area: str = "KAZ",
    as_of: str = "",
    until: int = 2027,
    reading: str = "resolved",
    folder: str | Path = files.PLAN,
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
    found = Found(files.plan_name(folder))
    for _, row in rows.iterrows():
        cells = {name: table[table["indicator"] == row["indicator"]] for name, table in printed.items()}
        if len(cells[reading]):
            own = moved[moved["indicator"].map(numbers) == row["name_kk"]] if area == "KAZ" else moved[:0]
            found[row["indicator"]] = outlook(row, cells.pop(reading), area, when, until, moved=own, others=cells)
    return found


def national_outlooks(as_of: str = "", until: int = 2027, folder: str | Path = files.PLAN) -> dict[str, Outlook]:
    """Outlooks of the national targets without a row of their own that have a series, by the code of the series."""
    rows = plan.national_targets(folder)
    names = set(rows.loc[rows["indicator"] == "", "name_kk"]) - set(plan.indicators(folder)["name_kk"])
    codes_ = [code for name in sorted(names) if (code := yearly_series(name, "KAZ"))]
    return {code: national_outlook(code, as_of, until, folder) for code in codes_}


def national_outlook(code: str, as_of: str = "", until: int = 2027, folder: str | Path = files.PLAN) -> Outlook:
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
