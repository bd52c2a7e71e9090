"""Sentences on several targets at once, on what narrowed a forecast and on who moved it."""

import math

from helpers.language import chance, literal, number, plural, quantity, text
from helpers.tables import signed
from helpers.targets import Outlook, joint


def together(found: dict[str, Outlook]) -> str:
    """How many of the open targets will be met, with the range; empty where fewer than two are open."""
    count = joint.expected_met(found)
    if count is None or count.open < 2:
        return ""
    if count.low == count.high:
        return text(
            "About {expected} of the open targets can be expected to be met.", expected=number(count.expected, 1)
        )
    return text(
        "About {expected} of the open targets can be expected to be met, with an 80% range of {low} to {high} if the "
        "indicators move independently of one another.",
        expected=number(count.expected, 1),
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


def narrowed(outlook: Outlook) -> str:
    """Which published quarters narrow the current year's forecast, and how near a year comes to its quarters."""
    known = outlook.narrowing
    if known is None:
        return ""
    # A distance between two shares is in points.
    share = outlook.unit.startswith("%")
    digits = outlook.decimals + 1
    # "Never more than" has to be rounded up.
    largest = math.ceil(round(known.apart * 10**digits, 6)) / 10**digits
    apart = number(largest, digits)
    return plural(
        "{n} published quarter of {year} narrows that year's forecast: in {compared} years the yearly figure was never "
        "more than {apart} away from the mean of its quarters.",
        "{n} published quarters of {year} narrow that year's forecast: in {compared} years the yearly figure was never "
        "more than {apart} away from the mean of its quarters.",
        known.quarters,
        year=known.year,
        compared=known.compared,
        apart=text("{change} points", change=apart) if share else literal(quantity(largest, digits, outlook.unit)),
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
            note=literal(f"{outlook.decision.who}: {outlook.decision.why}" if outlook.decision else ""),
        )
        for year, add in outlook.adjusted.judgement.items()
    ]


def moved_by(change: float, outlook: Outlook) -> str:
    """A change of the forecast with its unit: points for shares."""
    words = signed(change, outlook.decimals + 1)
    if outlook.unit.startswith("%"):
        return text("{change} points", change=words)
    return f"{words} {text(outlook.unit)}"
