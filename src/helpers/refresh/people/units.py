"""The unit of a row of a spreadsheet, and what its figures are multiplied with to have the plan's."""

import re
from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise
from statistics import median

from helpers.workbooks import Row

COUNTS = re.compile(r"чел|адам|people|persons|\bед(\.|иниц$)|\bшт|дана|бірлік|тенге|теңге|tenge|млн|млрд|тыс|мың")
COUNTED = re.compile(r"(числ|количеств|кол-во|number of|count of)|.*\b(саны|санын)$", re.IGNORECASE)  # by its name
PEOPLE = re.compile(r"чел|адам|people|persons")
SCALES = (("млн", 10**6), ("million", 10**6), ("тыс", 1000), ("мың", 1000), ("thousand", 1000))
EACH = re.compile(r"(?:\bна|\bper)\s*(10*[ ,]?0*)\s*(тыс|thousand)?|\b(10*[ ]?0*)\s*(мың)?\s*\w+(?:ға|ге|қа|ке)\b")
KNOWN = ((r"промилле|‰|per mil", 1000), (r"%|проц|пайыз|per ?cent", 100), (r"^дол|share|үлес", 1))


def other(row: Row, unit: str) -> str:
    """Why a row's figures can't be in the plan's unit; empty where they can."""
    share, kind = unit.startswith("%"), row.unit or "a number by its name"
    counts = COUNTS.search(row.unit) if row.unit else COUNTED.match(row.label)
    if (share and counts and not base(row.unit)) or (not share and re.match(r"%|проц|пайыз|per ?cent", row.unit)):
        return f"its unit is {kind}, the plan's is {unit}"
    return ""


def base(unit: str) -> int:
    """Of how many a unit counts some: 100 for per cent, 1000 for per mille, 1 for a share; 0 for any other unit."""
    if each := EACH.search(unit):
        number = re.sub(r"\D", "", each[1] or each[3] or "")
        return int(number) * (1000 if each[2] or each[4] else 1) if number else 0
    return next((n for words, n in KNOWN if re.search(words, unit)), 0)


def shares_throughout(rows: Iterable[Row]) -> bool:
    """True where nearly all of three or more rows, which are mostly more than three per cent, have no figure over 1."""
    small = [max(abs(figure.value) for figure in row.figures.values()) <= 1 for row in rows if row.figures]
    return len(small) > 2 and sum(small) > 0.8 * len(small)


def factors(row: Row, unit: str, usual: float, shares: bool) -> tuple[dict[str, Decimal], str]:
    """What each figure is multiplied with to have the plan's unit, and what is doubtful of that.

    usual: the plan's own level. shares: the file's other percentages are shares of one.
    """
    sizes = {period: abs(figure.value) for period, figure in row.figures.items()}
    scale, wanted = (next((n for word, n in SCALES if word in text), 1) for text in (row.unit, unit))
    ours, theirs, turned = base(unit), base(row.unit), f"figures in {row.unit} are turned into {unit}"
    if theirs not in (0, 1, ours) and ours:
        return dict.fromkeys(sizes, Decimal(ours) / theirs), turned
    if PEOPLE.search(row.unit) and scale != wanted:
        return dict.fromkeys(sizes, Decimal(scale) / wanted), turned
    once = dict.fromkeys(sizes, Decimal(1))
    if not unit.startswith("%") or min(sizes.values()) > 1:
        return once, ""
    large = [size for size in sizes.values() if size > 1]
    if not large and (usual > 3 or (("дол" in row.unit or shares) and 10 * max(sizes.values()) <= usual)):
        reason = f"its unit is {row.unit}" if "дол" in row.unit else "all figures are at most 1"
        return dict.fromkeys(sizes, Decimal(100)), f"{reason}, so they are taken as shares of one, times 100"
    middle = median(large) if large and usual > 3 else 0
    parts = [period for period, size in sizes.items() if size <= 1 and middle < 300 * size <= 9 * middle]
    doubt = f"{', '.join(parts)}: taken as shares of one among per cent, times 100" if parts else ""
    return once | dict.fromkeys(parts, Decimal(100)), doubt


def jump(row: Row, times: dict[str, Decimal]) -> str:
    """Where a figure is twenty times its neighbour or more, as no indicator of a country moves; empty if nowhere."""
    sizes = [(period, abs(figure.value * times[period])) for period, figure in sorted(row.figures.items())]
    for (_, before), (period, after) in pairwise(sizes):
        if min(before, after) > 0 and max(before, after) >= 20 * min(before, after):
            return f"jumps from {before.normalize():f} to {after.normalize():f} in {period}"
    return ""
