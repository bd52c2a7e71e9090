"""Met, missed, likely, unlikely: the verdict on each target of the plan, and its probability."""

from pathlib import Path

import pandas as pd

from helpers import files, plan, statistics
from helpers.forecast import expect
from helpers.shared import shared
from helpers.statistics import Figures
from helpers.targets import official as official_methods
from helpers.targets.agreement import Agreement, agreement
from helpers.targets.ambition import Ambition
from helpers.targets.choices import Change, Choices, choices, decide, decision_lines
from helpers.targets.decisions import Decision, decisions, undo
from helpers.targets.definition import figures_of, reference_numbers, reported_year, yearly_series
from helpers.targets.judge import target_decimals
from helpers.targets.official import METHODS, OFFICIAL, WORDS, Judgement
from helpers.targets.outlook import Outlook, Outlooks, lenient, record, target
from helpers.targets.pace import Pace, kind_of, pace, promise
from helpers.targets.precision import decimals_of, decimals_shown, likelihood_words, met, probability_met, share_met
from helpers.targets.publication import Publication, publish
from helpers.targets.verdicts import FEWEST, verdict

__all__ = [
    "FEWEST", "METHODS", "OFFICIAL", "WORDS", "Agreement", "Ambition", "Change", "Choices", "Decision",
    "Judgement", "Outlook", "Outlooks", "Pace", "Publication", "agreement", "assess", "choices",
    "codes", "decide", "decimals_of", "decimals_shown", "decision_lines", "decisions", "figures_of", "gather",
    "joint", "kind_of", "lenient", "likelihood_words", "met", "methods", "national_outlook", "national_outlooks",
    "outlook", "outlooks", "pace", "probability_met", "promise", "publish", "quarters_of", "record",
    "reference_numbers", "reported_year", "revision", "share_met", "target", "target_decimals", "undo", "verdict",
]  # fmt: skip
__dir__ = __all__.copy


def outlooks(
    direction: int | None = None,
    area: str = "KAZ",
    as_of: str = "",
    until: int = 2027,
    reading: str = "resolved",
    folder: str | Path = files.PLAN,
    decided: Path | None = None,
    method: str = "",
    since: int | None = None,
) -> Outlooks:
    """An outlook for every indicator of a direction (all directions when none is named), in the plan's order.

    The loop over `figures_of`, `forecast.expect` and `verdict`, with the decisions of the table `decided`; method and
    since, where given, hold for all.

    Example: `outlooks(3)[12]`
    """
    rows = plan.target_rows(direction, reading, folder, area)
    about = (direction, reading, files.plan_folder(folder), area, str(statistics.known_day(as_of)), decided)
    return _outlooks(rows, about, as_of, until, method, since, decided)


def _same(_: plan.TargetRows, about: tuple, as_of: str, *chosen: object) -> tuple | None:
    """What outlooks rest on; none for a plan or decisions outside of the data folder."""
    _, _, folder, _, _, decided = about
    return None if decided or not folder.is_relative_to(files.DATA) else (*map(str, about), *chosen)


@shared(_same)
def _outlooks(
    rows: plan.TargetRows, about: tuple, as_of: str, until: int, method: str, since: int | None, decided: Path | None
) -> Outlooks:
    """The outlooks of the rows, computed once for all reports of a run; `about` says which rows they are."""
    return gather(rows, choices=choices(rows, as_of, until, method, since, decided), as_of=as_of, until=until)


def gather(
    rows: plan.TargetRows, *known: Outlook, choices: Choices | None = None, as_of: str = "", until: int = 2027
) -> Outlooks:
    """The outlooks of all rows, in the plan's order: those that are known, and the rest as `outlook` has them."""
    own = {one.indicator: one for one in known}
    outlooks = Outlooks(rows.plan_name)
    for indicator, row in rows.items():
        choice = None if choices is None else choices[indicator]
        outlooks[indicator] = own.get(indicator) or outlook(row, figures_of(row, as_of), until, choice)
    return outlooks


def outlook(row: plan.TargetRow, figures: Figures | None, until: int, choice: Decision | None = None) -> Outlook:
    """One indicator's verdict, from its figures and the default forecast or the one that was decided on."""
    choice = choice or Choices()[row.about["indicator"]]
    arguments = {"method": choice.method, "since": choice.since, "judgement": choice.add}
    return verdict(row, figures, expect(figures, until, quarters=quarters_of(figures), **arguments), choice)


def quarters_of(figures: Figures | None) -> Figures | None:
    """The quarterly figures with the same definition, in the same area and known by the same day; none without any."""
    table = statistics.catalogue()
    for code in statistics.for_indicator(figures.indicator) if figures and figures.indicator else []:
        if table.loc[code, "frequency"] == "Q" and statistics.covers(code, figures.area):
            return statistics.figures(code, figures.area, figures.as_of)
    return None


def national_outlooks(as_of: str = "", until: int = 2027, folder: str | Path = files.PLAN) -> dict[str, Outlook]:
    """Outlooks of the national targets without a row of their own that have a series, by the code of the series."""
    rows = plan.national_targets(folder)
    names = set(rows.loc[rows["indicator"] == "", "name_kk"]) - set(plan.indicators(folder)["name_kk"])
    series = [code for name in sorted(names) if (code := yearly_series(name, "KAZ"))]
    return {code: national_outlook(code, as_of, until, folder) for code in series}


def national_outlook(code: str, as_of: str = "", until: int = 2027, folder: str | Path = files.PLAN) -> Outlook:
    """The outlook of a national target that has no row of its own: series and target carry the same Kazakh name."""
    row = plan.national_row(statistics.catalogue().loc[code, "name_kk"], code, folder)
    return outlook(row, figures_of(row, as_of), until)


def assess(outlooks: dict[str, Outlook]) -> pd.DataFrame:
    """One row for each indicator and planned year: target, figure, verdict, probability of being met."""
    return pd.concat([o.judged for o in outlooks.values()], ignore_index=True)


def methods(outlooks: dict[str, Outlook]) -> pd.DataFrame:
    """What others would say of each indicator's last target ahead: a row for ours and for each official method.

    Columns indicator, year, method, verdict, probability (0 to 1), predicted (unit of the indicator).
    """
    rows = []
    for indicator, one in outlooks.items():
        ahead = one.judged[one.judged["probability"].notna()]
        if ahead.empty:
            continue
        last = ahead.iloc[-1]
        since, better = reported_year(one.printed), one.about["better"]
        others = official_methods.methods(one.figures.comparable, last["target"], int(last["year"]), better, since)
        ours = {"method": "ours", "verdict": last["verdict"], "probability": last["probability"]}
        table = pd.concat([pd.DataFrame([ours | {"predicted": last["median"]}]), others])
        rows.append(table.assign(indicator=indicator, year=int(last["year"])))
    columns = ["indicator", "year", "method", "verdict", "probability", "predicted"]
    return pd.concat(rows, ignore_index=True)[columns] if rows else pd.DataFrame(columns=columns)


def codes(outlooks: dict[str, Outlook]) -> list[str]:
    """The codes of the series that the outlooks rest on."""
    return [outlook.series.name for outlook in outlooks.values() if outlook.series is not None]
