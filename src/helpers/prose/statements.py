"""Sentences on several targets at once, on what narrowed a forecast and on who moved it."""

import math

from helpers.forecast import Narrowing
from helpers.language import chance, listing, literal, number, plural, quantity, quarter, text
from helpers.tables import signed
from helpers.targets import Outlook, joint


def together(outlooks: dict[str, Outlook]) -> str:
    """How many of the open targets will be met, with the range; empty where fewer than two are open."""
    count = joint.expected_met(outlooks)
    if count is None or count.open < 2:
        return ""
    values = {"expected": number(count.expected, 1), "n": number(count.open, 0)}
    if count.low == count.high:
        return text("About {expected} of the {n} targets with a forecast can be expected to be met.", **values)
    return text(
        "About {expected} of the {n} targets with a forecast can be expected to be met, with an 80% range of {low} to "
        "{high} if the indicators move independently of one another.",
        **values,
        low=number(count.low, 0),
        high=number(count.high, 0),
    )


def jointly(outlook: Outlook) -> list[str]:
    """The chance that every target ahead is met."""
    ahead, shared = joint.open_targets(outlook), joint.all_met(outlook)
    if shared is None or len(ahead) < 2:
        return []
    every = text(
        "The chance of meeting every target from {first} to {last} is {chance}.",
        first=int(ahead["year"].iloc[0]),
        last=int(ahead["year"].iloc[-1]),
        chance=chance(shared),
    )
    return [every]


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
            figure=literal(quantity(known.known[known.months], outlook.decimals, outlook.unit)),
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
    return [
        text(
            "A judgement moves the forecast for {year} by {change}; without it the median would be {median}. "
            "The reason given: {note}",
            year=year,
            change=literal(moved_by(add, outlook)),
            median=literal(quantity(plain.loc[str(year), "q50"], outlook.decimals, outlook.unit)),
            note=literal(f"{outlook.decision.who}: {ended(outlook.decision.why)}" if outlook.decision else ""),
        )
        for year, add in outlook.adjusted.judgement.items()
    ]


def moved_by(change: float, outlook: Outlook) -> str:
    """A change of the forecast with its unit: points for shares."""
    words = signed(change, outlook.decimals + 1)
    if outlook.unit.startswith("%"):
        return text("{change} points", change=words)
    return f"{words} {text(outlook.unit)}"


def decided(outlook: Outlook) -> str:
    """Who decided on method and window of the forecast, when and why; empty where nobody did."""
    decision = outlook.decision
    if decision is None or outlook.expected is None:
        return ""
    method, since = outlook.expected.method, outlook.expected.since
    window = text("figures since {year}", year=since) if since else text("all figures")
    return text(
        "The forecast rests on a decision of {who}, {day}: method {method}, {window}. The reason given: {why}",
        who=literal(decision.who),
        day=decision.day,
        method=literal(method),
        window=window,
        why=literal(ended(decision.why)),
    )


def ended(words: str) -> str:
    """A sentence with its full stop."""
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."
