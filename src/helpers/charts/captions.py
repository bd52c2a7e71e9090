"""What charts say around their picture: the finding as title, what is measured where, whose figures they are."""

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from helpers import statistics
from helpers.language import NBSP, chance, day, integer, listing, name, plural, quantity, quarter, text, years as span
from helpers.targets import Outlook, assess, met, reference_numbers, target, target_decimals


class Words(NamedTuple):
    """Title, subtitle and source line of a chart."""

    title: str
    subtitle: str
    source: str

    @property
    def alt(self) -> str:
        """What the chart says to those who do not see it."""
        return f"{self.subtitle}. {self.title}."


def fan(outlook: Outlook) -> Words:
    """The last verdict and the last chance; name, unit and area; source."""
    if outlook.series is None:
        return planned_words(text("Targets without figures"), subtitle(outlook))
    parts = []
    settled = outlook.judged[outlook.judged["verdict"].isin(["met", "missed"])]
    if len(settled):
        last = settled.iloc[-1]
        met_, missed = text("The target of {year} was met"), text("The target of {year} was missed")
        parts.append((met_ if last["verdict"] == "met" else missed).format(year=last["year"]))
    undecided = outlook.judged[outlook.judged["probability"].notna()]
    if len(undecided):
        last = undecided.iloc[-1]
        alone, second = (
            text("The target of {year} has a chance of {chance}"),
            text("that of {year} has a chance of {chance}"),
        )
        parts.append((second if parts else alone).format(year=last["year"], chance=chance(last["probability"])))
    if outlook.broken and len(outlook.history):
        parts = [text("Figures cannot be compared after {year}: no verdict", year=outlook.history.index[-1].year)]
    parts = parts or [text("No target of these years can be judged yet")]
    return Words("; ".join(parts), subtitle(outlook), source_line([outlook.series.name]))


def subtitle(outlook: Outlook) -> str:
    """Name, unit and area of an indicator."""
    return measure(name(outlook.about), outlook.unit, outlook.area)


def measure(words: str, unit: str, area: str = "") -> str:
    """What is measured, in which unit (unless its name says so), and where."""
    # A bare per cent sign says little enough to stand twice.
    named = len(text(unit)) > 1 and text(unit) in words
    return ", ".join([words, *([] if named else [text(unit)]), *([place(area)] if area else [])])


def place(area: str) -> str:
    """The name of an area."""
    return name(statistics.areas().loc[area])


def source_line(codes: Iterable[str]) -> str:
    """The publishers of the series and the day they were read."""
    table = statistics.sources(list(codes))
    if table.empty:
        return ""
    publishers = listing([text(publisher) for publisher in dict.fromkeys(table["publisher"])])
    # A date isn't broken over two lines.
    read = day(pd.to_datetime(table["read_on"]).max().date()).replace(" ", NBSP)
    return text("Source: {publishers}; data read {day}", publishers=publishers, day=read)


def planned_words(title: str, subtitle: str) -> Words:
    """A chart of the plan's own promises: its source is the plan."""
    return Words(title, subtitle, text("Source: the development plan, order No. 547 of 30 December 2022, section 3"))


def short_names(outlooks: dict[str, Outlook]) -> dict[str, str]:
    """Each indicator's number and short name, under its key in `outlooks`; another plan's keeps its whole name."""
    short, numbers, names = statistics.short_names(), {kk: n for n, kk in reference_numbers().items()}, {}
    for key, outlook in outlooks.items():
        number = numbers.get(outlook.about["name_kk"])
        row = short.loc[number] if number in short.index else outlook.about
        names[key] = f"{outlook.indicator}. {name(row)}"
    return names


def planned(outlooks: dict[str, Outlook], *indicators: str) -> dict[str, pd.Series]:
    """The planned path of each named indicator by year, under its number and short name."""
    names, paths = short_names(outlooks), {}
    for indicator in indicators:
        goals = outlooks[indicator].judged.dropna(subset=["target"])
        paths[names[indicator]] = goals.set_index("year")["target"]
    return paths


def regions(table: pd.DataFrame, code: str, first: int) -> Words:
    """Where the latest figure is highest and lowest; rings are the first year, dots the latest."""
    about, last = statistics.catalogue().loc[code], table.columns[-1]
    latest = table[last].dropna()
    decimals, unit = int(about["decimals"]), about["unit"]
    title = text(
        "Highest in {high} ({most}), lowest in {low} ({least})",
        high=place(latest.idxmax()),
        most=quantity(latest.max(), decimals, unit),
        low=place(latest.idxmin()),
        least=quantity(latest.min(), decimals, unit),
    )
    rings = text("{measure}; ring {first}, dot {last}", measure=measure(name(about), unit), first=first, last=last)
    return Words(title, rings, source_line([code]))


def region_histories(latest: pd.Series, code: str, outlook: Outlook, year: int) -> Words:
    """How many regions reach the national target of the year of `latest`, and which is farthest from it."""
    about = statistics.catalogue().loc[code]
    decimals, unit = int(about["decimals"]), about["unit"]
    shown = text(
        "{measure}; region blue, whole country grey, national target orange", measure=measure(name(about), unit)
    )
    goal = target(outlook, year)
    if goal is None:
        return regions(latest.to_frame(year), code, year)._replace(subtitle=shown)
    good = latest.map(lambda value: met(value, goal, outlook.about["better"], decimals))
    row = outlook.judged.set_index("year").loc[year]
    aim = quantity(goal, target_decimals(row), unit)
    values = {"all": integer(len(good)), "year": year, "target": aim}
    title = text("All {all} regions reach the national target of {year} ({target})", **values)
    if not good.all():
        far = latest.idxmin() if outlook.about["better"] == "higher" else latest.idxmax()
        title = text(
            "{n} of {all} regions reach the national target of {year} ({target}); farthest from it: {area} ({figure})",
            n=integer(good.sum()),
            area=place(far),
            figure=quantity(latest[far], decimals, unit),
            **values,
        )
    return Words(title, shown, source_line([code]))


def scorecard(outlooks: dict[str, Outlook]) -> Words:
    """How many targets with a figure are met, how many indicators nobody measures; the plan's years."""
    judged = assess(outlooks)
    settled = judged[judged["verdict"].isin(["met", "missed"])]
    parts = [text("No target can be checked against a published figure yet")]
    if len(settled):
        n_met = integer((settled["verdict"] == "met").sum())
        parts = [plural("{met} of {n} target that can be checked is met",
                        "{met} of {n} targets that can be checked are met", len(settled), met=n_met)]  # fmt: skip
    unmeasured = sum(not outlook.has_verdict for outlook in outlooks.values())
    if unmeasured:
        numbers = {"n": integer(unmeasured), "all": integer(len(outlooks))}
        parts.append(text("{n} of {all} indicators have no comparable figures", **numbers))
    area = next(iter(outlooks.values())).area
    years = span(int(judged["year"].min()), int(judged["year"].max()))
    # Of a list that somebody brought, the area's name is its title.
    every = text("Every target, {years}, {area}") if statistics.areas().loc[area, "kind"] == "own" else ""
    shown = (every or text("Every target of the development plan, {years}, {area}")).format(
        years=years, area=place(area)
    )
    codes = [outlook.series.name for outlook in outlooks.values() if outlook.series is not None]
    return Words("; ".join(parts), shown, source_line(codes))


def town_and_country(urban: pd.Series, rural: pd.Series) -> Words:
    """How far apart towns and villages are in the latest year."""
    about = statistics.catalogue().loc["poverty"]
    both = pd.concat([urban, rural], axis=1).dropna()
    if both.empty:
        source = source_line(["poverty_urban", "poverty_rural"])
        return Words(text("No year with a figure of all"), measure(name(about), about["unit"], "KAZ"), source)
    last = both.index[-1]
    title = text(
        "Villages {rural}, towns {urban} in {year}",
        rural=quantity(rural[last], 1, about["unit"]),
        urban=quantity(urban[last], 1, about["unit"]),
        year=last,
    )
    shown = measure(name(about), about["unit"], "KAZ")
    return Words(title, shown, source_line(["poverty_urban", "poverty_rural"]))


def quarterly(quarters: pd.Series, code: str, area: str) -> Words:
    """The latest quarter beside the same quarter a year before."""
    about, last = statistics.catalogue().loc[code], quarters.index[-1]
    decimals, unit = int(about["decimals"]), about["unit"]
    shown = {"now": quantity(quarters.iloc[-1], decimals, unit), "quarter": quarter(last.year, last.quarter)}
    title = text("{now} in {quarter}", **shown)
    if last - 4 in quarters.index:
        before = quantity(quarters[last - 4], decimals, unit)
        title = text("{now} in {quarter}, {before} a year before", **shown, before=before)
    return Words(title, measure(name(about), unit, area), source_line([code]))
