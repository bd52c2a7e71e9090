"""The report's sentences: each is a whole message with named placeholders, filled from what was computed."""

import re

import pandas as pd
from IPython.display import Markdown

from helpers import plan, statistics
from helpers.language import again, between, chance, literal, name, number, plural, quantity, text, years
from helpers.prose import lead, statements
from helpers.prose.lead import DOUBTFUL, HOPEFUL
from helpers.targets import Outlook, decimals_shown, target_decimals

__all__ = [
    "DOUBTFUL",
    "HOPEFUL",
    "headline",
    "lowered",
    "own",
    "paragraph",
    "part_year",
    "plain",
    "plan_title",
    "record",
    "region",
    "season",
]


def plan_title(folder: str) -> Markdown:
    """The title of the plan that the report is on, as the plan's tables state it."""
    return Markdown(f"**{literal(name(plan.title(folder)))}**")


def headline(found: dict[str, Outlook]) -> Markdown:
    """The answer: what was met and missed, what is open, what can be expected, what has no comparable figures."""
    return Markdown("\n".join(f"- {words}" for words in lead.points(found)))


def plain(words: str) -> str:
    """A name without what it explains in brackets at its end, since the sentence puts its figures there."""
    return re.sub(r"\s*\([^()]*\)$", "", words) or words


def lowered(words: str) -> str:
    """A name as it stands inside a sentence: its first letter small, unless it opens an abbreviation."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def paragraph(outlook: Outlook) -> Markdown:
    """One indicator in words: last figure against its target, forecast and chance, what to mind."""
    if not len(outlook.history):
        return Markdown(literal(text(outlook.reason)))
    sentences = [_latest(outlook), *_expected(outlook), *statements.jointly(outlook), statements.narrowed(outlook)]
    sentences += [statements.decided(outlook), *statements.adjusted(outlook)]
    sentences += [literal(text(said)) for said in (outlook.reason, outlook.series["note"])]
    return Markdown(" ".join(sentence for sentence in sentences if sentence))


def record(outlook: Outlook) -> Markdown:
    """The line under a chart: how good its method was on this very series, beside no change."""
    return Markdown(statements.record(outlook))


def _latest(outlook: Outlook) -> str:
    last, year = outlook.history.iloc[-1], outlook.history.index[-1].year
    figure = literal(quantity(last, outlook.decimals, outlook.unit))
    row = outlook.judged[outlook.judged["year"] == year]
    if row.empty or row.iloc[0]["verdict"] not in ("met", "missed"):
        return text("The latest figure is {figure} in {year}.", figure=f"**{figure}**", year=year)
    target = literal(again(row.iloc[0]["target"], target_decimals(row.iloc[0]), outlook.unit))
    if row.iloc[0]["verdict"] == "met":
        message = text("The latest figure, {figure} in {year}, meets that year's target of {target}.")
    else:
        message = text("The latest figure, {figure} in {year}, misses that year's target of {target}.")
    return message.format(figure=f"**{figure}**", year=year, target=target)


def _expected(outlook: Outlook) -> list[str]:
    # The unit is said once, but for the per cent sign.
    sentences, share = [], "%" if outlook.unit.startswith("%") else ""
    for _, row in outlook.judged[outlook.judged["probability"].notna()].tail(2).iterrows():
        decimals = decimals_shown(row["low"], row["high"], outlook.decimals)
        sentences.append(
            text(
                "For {year} the forecast is {median}, with an 80% range of {range}; the target of {target} has a "
                "chance of {chance}: {verdict}.",
                year=row["year"],
                median=literal(quantity(row["median"], decimals, outlook.unit)),
                range=literal(between(row["low"], row["high"], decimals, share)),
                target=literal(again(row["target"], target_decimals(row), outlook.unit)),
                chance=f"**{chance(row['probability'])}**",
                verdict=text(row["verdict"]),
            )
        )
    return sentences


def part_year(outlook: Outlook, as_of: str = "") -> Markdown:
    """The latest figure for a part of a year that has no final figure yet: it is shown, and never judged."""
    if not len(outlook.history):
        return Markdown("")
    found = statistics.part_year(outlook.series.name, outlook.area, as_of)
    later = found[found["year"] > outlook.history.index[-1].year]
    if later.empty:
        return Markdown("")
    row, whole = later.iloc[-1], {period.year for period in outlook.history.index}
    alike = found[(found["months"] == row["months"]) & found["year"].isin(whole)]["year"].nunique()
    figure = literal(quantity(row["value"], outlook.decimals, outlook.unit))
    return Markdown(_part_of_year(alike, months=row["months"], year=row["year"], figure=figure))


def _part_of_year(alike: int, **said: object) -> str:
    """The figure of a part of a year, and how many earlier years would let one tell the whole from it."""
    if not alike:
        return text(
            "In the first {months} months of {year} it was {figure}. No earlier year has a figure for as many months, "
            "so it tells nothing of the whole year, and nothing is judged on it.",
            **said,
        )
    return plural(
        "In the first {months} months of {year} it was {figure}. Only {n} earlier year has a figure for as many "
        "months, so it tells little of the whole year, and nothing is judged on it.",
        "In the first {months} months of {year} it was {figure}. Only {n} earlier years have a figure for as many "
        "months, so it tells little of the whole year, and nothing is judged on it.",
        alike,
        **said,
    )


def season(quarters: pd.Series) -> Markdown:
    """How far each quarter usually lies from its year's mean, over the last ten full years, in points."""
    recent = quarters[quarters.index.year > quarters.index[-1].year - 11]
    full = recent.groupby(recent.index.year).filter(lambda year: len(year) == 4)
    apart = full - full.groupby(full.index.year).transform("mean")
    usual = apart.groupby(full.index.quarter).mean()
    return Markdown(
        text(
            "The season is worth {spread} points: over {years} the mean quarter was highest in {high} and "
            "lowest in {low}. Figures are printed with one decimal, so the step from one quarter to the next is "
            "rarely more than the rounding.",
            spread=number(usual.max() - usual.min(), 2),
            years=years(full.index.year.min(), full.index.year.max()),
            high=text("Q{quarter}", quarter=usual.idxmax()),
            low=text("Q{quarter}", quarter=usual.idxmin()),
        )
    )
