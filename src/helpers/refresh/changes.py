"""What an answer changes in the tables, and what speaks against taking it over without asking."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from helpers.refresh.readers import tidy
from helpers.refresh.requests import Request
from helpers.refresh.selection import Figures, Marks, inside, printed

Key = tuple[str, str]  # area and period


@dataclass(frozen=True)
class Known:
    """The newest figure of a period in the tables."""

    value: str
    source: str
    status: str = "final"


@dataclass(frozen=True)
class Offer:
    """The figures of a series that one source gives now, the unit that it prints, and what it says of a figure."""

    request: Request
    figures: Figures
    unit: str
    marks: Marks = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """A figure that is new, revised or vanished; `before` and `after` are empty where there is none."""

    series: str
    area: str
    period: str
    kind: str
    before: str
    after: str
    source: str
    mark: str = ""

    def __str__(self) -> str:
        value = {"new": self.after, "vanished": self.before}.get(self.kind, f"{self.before} → {self.after}")
        words = f"{self.kind:8}  {self.series} {self.area} {self.period}: {value} ({self.source})"
        return f"{words}, {self.mark}" if self.mark else words


@dataclass
class Verdict:
    """The changes of one series, and the reasons to hold them back."""

    series: str
    changes: list[Change] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Facts:
    """What the tables say of a series: newest figures, digits, how typed-in sources begin, requests not read now.

    `partial` says that an answer may lack whole areas, as a file that a person downloaded for one area does.
    """

    known: dict[Key, Known]
    decimals: int
    typed: tuple[str, ...] = ()
    unread: tuple[Request, ...] = ()
    partial: bool = False


def judge(series: str, offers: list[Offer], facts: Facts) -> Verdict:
    """What the sources of one series change, and why that should wait for a person.

    The first source that gives a figure counts; the others must not contradict it. What was typed in, or comes from a
    request that was not read now, can't vanish.
    """
    known, values = facts.known, {key: fact.value for key, fact in facts.known.items()}
    rounded = [{key: printed(value, facts.decimals) for key, value in offer.figures.items()} for offer in offers]
    verdict = Verdict(series)
    taken: dict[Key, tuple[str, Offer]] = {}
    for offer, figures in zip(offers, rounded, strict=True):
        source, unit = offer.request.source, offer.request.unit
        verdict.reasons += [] if offer.unit == unit else [f"{source} prints the unit {offer.unit!r}, not {unit!r}"]
        for key, value in figures.items():
            first, other = taken.setdefault(key, (value, offer))
            if first != value and values.get(key) != first:
                verdict.reasons.append(f"{' '.join(key)} is {first} in {other.request.source} and {value} in {source}")
    for key, (value, offer) in sorted(taken.items()):
        before = values.get(key)
        # A suspect figure stands as it was found, with other digits than the series has.
        mark = offer.marks.get(key, "")
        doubted = mark == tidy.UNRELIABLE and key in known and known[key].status == "final"
        if before is not None and printed(Decimal(before), facts.decimals) == value and not doubted:
            continue
        kind = "new" if before is None else "revised"
        verdict.changes.append(Change(series, *key, kind, before or "", value, offer.request.source, mark))
        verdict.reasons += _doubts(key, value, offer, known)
    gone = list(_vanished(series, offers[0], rounded[0], set(taken), facts))
    verdict.reasons += _endings(gone, rounded[0])
    verdict.changes += gone
    return verdict


def _doubts(key: Key, value: str, offer: Offer, known: dict[Key, Known]) -> Iterator[str]:
    """Reasons that lie in one new or revised figure."""
    area, period = key
    if key in known:
        before = known[key].value
        if offer.request.rank and known[key].source != offer.request.source:
            yield f"{area} {period} is {before} in the tables and {value} in {offer.request.source}, a second source"
        if offer.request.bound and abs(Decimal(value) - Decimal(before)) > Decimal(offer.request.bound):
            yield f"{area} {period} is revised from {before} to {value}, by more than {offer.request.bound}"
    else:
        earlier = [when for place, when in known if place == area and when < period and len(when) == len(period)]
        before = known[area, max(earlier)].value if earlier else ""
        if earlier and offer.marks.get(key) == tidy.BREAK:
            yield f"{area} {period} has a break before it, says {offer.request.source}; see breaks in series.csv"
    if before and shifted(float(value), float(before)):
        yield f"{area} {period} is {value} where {before} stood: has the decimal point moved?"


def shifted(new: float, old: float) -> bool:
    """Whether a figure looks like another one with its decimal point moved: 46.0 and 4.6, not 5.2 and 4.6."""
    if new * old <= 0:
        return False
    steps = math.log10(new / old)
    return round(steps) != 0 and abs(steps - round(steps)) < 0.1


def _vanished(series: str, offer: Offer, figures: dict[Key, str], given: set[Key], facts: Facts) -> Iterator[Change]:
    """Figures in the tables that the first source no longer gives, from its first period on."""
    start, present = min(period for _, period in figures), {area for area, _ in figures}
    for (area, period), fact in sorted(facts.known.items()):
        typed = bool(facts.typed) and fact.source.startswith(facts.typed)
        part_year = "-M" in period  # it gives way to the whole year
        if (area, period) in given or typed or part_year or period < start or not _asks(offer.request, area, period):
            continue
        if (area in present or not facts.partial) and not any(_asks(one, area, period) for one in facts.unread):
            yield Change(series, area, period, "vanished", fact.value, "", offer.request.source)


def _asks(request: Request, area: str, period: str) -> bool:
    """Whether a request wants the figure of this area and period."""
    return inside(period, request.periods) and (request.areas == "all" or area in request.areas.split(" "))


def _endings(gone: list[Change], figures: dict[Key, str]) -> list[str]:
    """One line for each area that ends too early, and one for each period that is missing before its end."""
    lines = {}
    for change in gone:
        last = max((period for area, period in figures if area == change.area), default="")
        if not last:
            lines[change.area] = f"{change.area} is no longer given, it was known to {change.period}"
        elif change.period > last:
            lines[change.area] = f"{change.area} ends at {last}, it was known to {change.period}"
        else:
            lines[change.area, change.period] = f"{change.area} {change.period} has vanished, it was {change.before}"
    return list(lines.values())
