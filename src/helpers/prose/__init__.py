"""The report's sentences: each is a whole message with named placeholders, filled from what was computed."""

from collections.abc import Mapping
from datetime import timedelta

from IPython.display import Markdown

from helpers import plan, statistics
from helpers.language import again, between, chance, listing, literal, month, name, plural, quantity, quarter, text
from helpers.prose import statements
from helpers.prose.lead import headline, joined, outcomes, short_names
from helpers.targets import Outlook, decimals_shown, promise, record as record_line, target

__all__ = [
    "headline", "outcomes", "own", "paragraph", "part_year", "plan_title", "planned", "recent", "record", "region",
    "worries",
]  # fmt: skip
__dir__ = __all__.copy


OLD = 3  # years from which a figure is called old


def plan_title(folder: str) -> Markdown:
    """The title of the plan that the report is on, as the plan's tables state it."""
    return Markdown(f"**{literal(name(plan.title(folder)))}**")


def paragraph(outlook: Outlook) -> Markdown:
    """One indicator in words: last figure against its target, forecast and chance, what to mind."""
    if not len(outlook.history):
        return Markdown(literal(text(outlook.reason)))
    sentences = [_latest(outlook), *_age(outlook), *_expected(outlook), *statements.jointly(outlook)]
    sentences += [statements.narrowed(known, outlook) for known in outlook.narrowing]
    sentences += [statements.decided(outlook), *statements.adjusted(outlook)]
    sentences += [literal(text(note)) for note in (outlook.reason, outlook.series["note"])]
    return Markdown(" ".join(sentence for sentence in sentences if sentence))


def record(outlook: Outlook) -> Markdown:
    """The line under a chart: how good its method was on this very series, beside no change."""
    return Markdown(record_line(outlook))


def _latest(outlook: Outlook) -> str:
    year, figure = outlook.history.index[-1].year, f"**{statements.figure_of(outlook.history.iloc[-1], outlook)}**"
    row = outlook.judged[outlook.judged["year"] == year]
    if row.empty or row.iloc[0]["verdict"] not in ("met", "missed"):
        return text("The latest figure is {figure} in {year}.", figure=figure, year=year)
    good = text("The latest figure, {figure} in {year}, meets that year's target of {target}.")
    bad = text("The latest figure, {figure} in {year}, misses that year's target of {target}.")
    message = good if row.iloc[0]["verdict"] == "met" else bad
    return message.format(figure=figure, year=year, target=statements.goal_of(row.iloc[0], outlook))


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
                target=statements.goal_of(row, outlook),
                chance=f"**{chance(row['probability'])}**",
                verdict=text(row["verdict"]),
            )
        )
    return sentences


def part_year(outlook: Outlook, as_of: str = "") -> Markdown:
    """The latest figure for a part of a year that has no final figure yet: it is shown, and never judged."""
    if not len(outlook.history):
        return Markdown("")
    months = _first_months(outlook.series.name, outlook.history.index[-1].year, outlook.area, as_of)
    rule = text("A part of a year is not judged.")
    return Markdown(f"{months} {rule}" if months else "")


def recent(code: str, count: int, as_of: str = "", beside: Outlook | None = None) -> str:
    """The last figures of a published series of the country, each with its period, and those of the year under way.

    beside: the indicator whose target of the last figure's year is named after them.
    """
    about, known = statistics.catalogue().loc[code], statistics.series(code, as_of=as_of).tail(count)
    if known.empty:
        return ""
    decimals = int(about["decimals"])
    days = [quarter(day.year, day.quarter) if day.freqstr[0] == "Q" else str(day.year) for day in known.index]
    shown = _dated(dict(zip(days, known, strict=True)), decimals, about["unit"])
    sentence, year = text("{name}: {figures}.", name=literal(name(about)), figures=shown), known.index[-1].year
    if beside is not None and (goal := target(beside, year)) is not None:
        named = literal(quantity(goal, decimals, about["unit"]))
        sentence = joined(sentence, text("The target of {year} is {target}.", year=year, target=named))
    return joined(sentence, _first_months(code, year, as_of=as_of))


def _first_months(code: str, after: int, area: str = "KAZ", as_of: str = "") -> str:
    """The latest part of a year after the last whole one, with the same months of the years before; empty without."""
    known, about = statistics.figures(code, area, as_of).parts, statistics.catalogue().loc[code]
    if known.empty or known["year"].iloc[-1] <= after:
        return ""
    alike = known[known["months"] == known["months"].iloc[-1]].set_index("year")["value"]
    shown = _dated(alike, int(about["decimals"]), about["unit"])
    return text("In the first {months} months: {figures}.", months=known["months"].iloc[-1], figures=shown)


def _dated(figures: Mapping, decimals: int, unit: str) -> str:
    """Figures with their dates, the unit once: 208 people (2020), 200 (2021)."""
    pairs = [*figures.items()]
    words = [quantity(pairs[0][1], decimals, unit), *(again(value, decimals, unit) for _, value in pairs[1:])]
    return literal(listing([f"{value} ({date})" for value, (date, _) in zip(words, pairs, strict=True)]))


def planned(*outlooks: Outlook) -> str:
    """What the plan itself sets for indicators: from the first printed value to the last target."""
    named, items = short_names({outlook.indicator: outlook for outlook in outlooks}), []
    for outlook in outlooks:
        if (promised := promise(outlook)) is not None:
            start, end = (again(value, outlook.decimals, outlook.unit) for value in (promised.start, promised.target))
            words = text("{name} from {start} ({since}) to {end} ({year})")
            figures = {"start": literal(start), "since": promised.since, "end": literal(end), "year": promised.year}
            items.append(words.format(name=named[outlook.indicator], **figures))
    return text("Planned: {items}.", items=listing(items)) if items else ""


def worries(outlooks: dict[str, Outlook]) -> Markdown:
    """The targets ahead of which the figures are too old to tell, and how many of all can be expected to be met."""
    named = short_names(outlooks)
    # Quarters since the last yearly figure tell what has happened.
    unseen = [key for key, one in outlooks.items() if one.age >= OLD and not one.narrowing]
    old = [named[key] for key in unseen if outlooks[key].judged["year"].max() >= outlooks[key].as_of.year]
    words = text("Figures three or more years old cannot show what has happened since: {names}.")
    sentences = [words.format(names=listing(old))] if old else []
    return Markdown(" ".join([*sentences, statements.together(outlooks)]).strip())


def _age(outlook: Outlook) -> list[str]:
    """That a figure is old, and when the next one is due by the publisher's usual delay."""
    old = [plural("This figure is {n} year old.", "This figure is {n} years old.", outlook.age)]
    old, following = old if outlook.age >= OLD else [], []
    if not outlook.broken:
        ahead = outlook.history.index[-1] + 1
        day = ahead.end_time.date() + timedelta(days=int(outlook.series["release_lag_days"]))
        words = text("The figure for {year} is due about {month}.")
        if day < outlook.as_of:
            words = text("The figure for {year} was due about {month} and was not found.")
        following = [words.format(year=ahead.year, month=month(day))]
    return old + following
