"""Sentences on several targets at once, on what narrowed a forecast and on who moved it."""

import math
from collections.abc import Mapping

from helpers.forecast import Narrowing
from helpers.language import again, chance, integer, listing, literal, number, plural, quantity, quarter, text
from helpers.tables import signed
from helpers.targets import Outlook, joint, target_decimals


def figure_of(value: float, outlook: Outlook) -> str:
    """A figure of an indicator with its unit."""
    return literal(quantity(value, outlook.decimals, outlook.unit))


def goal_of(row: Mapping, outlook: Outlook) -> str:
    """A judged row's target as the plan prints it, its unit not said again."""
    return literal(again(row["target"], target_decimals(row), outlook.unit))


def together(outlooks: dict[str, Outlook]) -> str:
    """How many of the open targets will be met, with the range; empty where fewer than two are open."""
    count = joint.expected_met(outlooks)
    if count is None or count.open < 2:
        return ""
    words = text(
        "About {expected} of the {n} targets with a forecast can be expected to be met, with an 80% range of {low} to "
        "{high} if the indicators move independently of one another."
    )
    if count.low == count.high:
        words = text("About {expected} of the {n} targets with a forecast can be expected to be met.")
    ends = {"low": integer(count.low), "high": integer(count.high)}
    return words.format(expected=number(count.expected, 1), n=integer(count.open), **ends)


def jointly(outlook: Outlook) -> list[str]:
    """The chance that every target ahead is met."""
    ahead, shared = joint.open_targets(outlook), joint.all_met(outlook)
    if shared is None or len(ahead) < 2:
        return []
    words = text("The chance of meeting every target from {first} to {last} is {chance}.")
    return [words.format(first=ahead["year"].iloc[0], last=ahead["year"].iloc[-1], chance=chance(shared))]


def narrowed(known: Narrowing, outlook: Outlook) -> str:
    """Which published quarters or months narrow a year's forecast, and how near years came to what such tell."""
    digits = outlook.decimals + 1
    # "Never more than" has to be rounded up; a distance between two shares is in points.
    largest = math.ceil(round(known.apart * 10**digits, 6)) / 10**digits
    points = text("{change} points", change=number(largest, digits)) if outlook.unit.startswith("%") else ""
    values = {"year": known.year, "compared": known.compared}
    values |= {"apart": literal(points or quantity(largest, digits, outlook.unit))}
    if known.months:
        return text(
            "The figure for the first {months} months of {year} ({figure}) narrows its forecast: each of {compared} "
            "years before came within {apart} of what such a figure told of it.",
            months=known.months,
            figure=figure_of(known.known[known.months], outlook),
            **values,
        )
    figures = [f"{quarter(known.year, n)} {number(value, outlook.decimals)}" for n, value in known.known.items()]
    mean = text("the mean of its four quarters") if known.whole else text("the mean of these quarters, as far as known")
    values |= {"figures": literal(listing(figures)), "mean": mean}
    return plural(
        "{n} published quarter narrows the forecast of {year} ({figures}): in {compared} years the yearly figure was "
        "never more than {apart} away from {mean}.",
        "{n} published quarters narrow the forecast of {year} ({figures}): in {compared} years the yearly figure was "
        "never more than {apart} away from {mean}.",
        len(known.known),
        **values,
    )


def adjusted(outlook: Outlook) -> list[str]:
    """By how much, by whom and why each year's forecast was moved, and what it would be without."""
    if outlook.adjusted is None:
        return []
    plain = outlook.forecast.set_index(outlook.forecast["period"].astype(str))
    moves = text("A judgement moves the forecast for {year} by {change}; without it the median would be {median}.")
    note = literal(f"{outlook.decision.who}: {ended(outlook.decision.why)}") if outlook.decision else ""
    reason = [text("The reason given: {note}", note=note)] if note else []
    sentences = []
    for year, add in outlook.adjusted.judgement.items():
        change, median = literal(moved_by(add, outlook)), figure_of(plain.loc[str(year), "q50"], outlook)
        sentences.append(" ".join([moves.format(year=year, change=change, median=median), *reason]))
    return sentences


def moved_by(change: float, outlook: Outlook) -> str:
    """A change of the forecast with its unit: points for shares."""
    words = signed(change, outlook.decimals + 1)
    if outlook.unit.startswith("%"):
        return text("{change} points", change=words)
    return f"{words} {text(outlook.unit)}"


def decided(outlook: Outlook) -> str:
    """Who decided on method and window of the forecast, when and why; empty where nobody did."""
    decision, expected = outlook.decision, outlook.expected
    if decision is None or expected is None:
        return ""
    window = text("figures since {year}", year=expected.since) if expected.since else text("all figures")
    words = text("The forecast rests on a decision of {who}, {day}: method {method}, {window}. The reason given: {why}")
    who, method, why = map(literal, (decision.who, expected.method, ended(decision.why)))
    return words.format(who=who, day=decision.day, method=method, window=window, why=why)


def ended(words: str) -> str:
    """A sentence with its full stop."""
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."
