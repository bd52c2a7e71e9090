"""The figures of one series out of a publisher's answer, in the unit and with the digits of our tables."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import pandas as pd

from helpers.refresh.readers import tidy
from helpers.refresh.readers.tidy import Unreadable
from helpers.refresh.requests import Request, normal
from helpers.statistics import chain_index

Figures = dict[tuple[str, str], Decimal]  # by area and period
Marks = dict[tuple[str, str], str]  # what the publisher says of them
FACTORS = {"times": 1, "plus": 1, "minus": -1}


def select(answer: pd.DataFrame, request: Request, frequency: str, codes: dict[str, str]) -> tuple[Figures, str, Marks]:
    """Figures by area and period in the unit of the series, before rounding; the unit that the answer prints; marks.

    Raises Unreadable when the answer has none for this request, an area is unknown, a value is no number, or two
    values stand for the same area and period.
    """
    rows = _matching(answer, request, codes)
    twice = rows.duplicated(["code", "period"]).any()
    if twice and rows["unit"].nunique() > 1 and request.unit in set(rows["unit"]):
        rows = rows[rows["unit"] == request.unit]  # the same thing in several units
    figures: Figures = {}
    marks, units = {}, set()
    for row in rows.itertuples():
        if not (when := _fitting(row.period, frequency)) or not inside(when, request.periods):
            continue
        try:
            value = tidy.number(row.value)
        except Unreadable as fault:
            raise Unreadable(f"{row.code} {when}: {fault}") from None
        if figures.setdefault((row.code, when), value) != value:
            raise Unreadable(f"{row.code} {when} stands twice, as {figures[row.code, when]} and {value}")
        units.add(row.unit)
        marks |= {(row.code, when): mark} if (mark := answer.attrs["marks"].get(row.Index)) else {}
    if not figures:
        raise Unreadable(f"no figure for {request.series} ({request.item or 'the total'}, {request.areas})")
    return transformed(figures, request.transformation), " or ".join(sorted(units)), marks


def _matching(answer: pd.DataFrame, request: Request, codes: dict[str, str]) -> pd.DataFrame:
    """The rows that the request means, with the code of their area.

    In a workbook of indicators the row's own name is the item, so what is an area elsewhere is part of the name there.
    """
    table = answer.assign(code=answer["area"].map(lambda name: codes.get(normal(name), "")))
    if request.item and not table["item"].eq(request.item).any():
        whole = (table["item"] + " > " + table["area"]).str.removeprefix(" > ")
        mine = whole.eq(request.item) | whole.str.endswith(f" > {request.item}")
        return table[mine].assign(code=request.areas)
    table = table[table["item"] == request.item]
    if request.areas != "all":
        return table[table["code"].isin(request.areas.split(" "))]
    if unknown := sorted(set(table.loc[table["code"] == "", "area"])):
        raise Unreadable(f"area {unknown[0]!r} is unknown; add it to area_names.csv")
    return table


def _fitting(period: str, frequency: str) -> str:
    """A period in the form of the series' frequency; empty where it belongs to another frequency."""
    month = int(period[5:]) if len(period) == 7 and "Q" not in period else 0
    if frequency == "A":
        return period[:4] if month == 12 or len(period) == 4 else ""
    if frequency == "Q":
        return period if "Q" in period else f"{period[:4]}-Q{month // 3}" if month and month % 3 == 0 else ""
    return period if month else ""


def inside(period: str, periods: str) -> bool:
    """Whether a period lies in `2001..2020`; everything lies in an empty one."""
    first, _, last = periods.partition("..")
    return not periods or (first <= period and period[: len(last)] <= last)


def transformed(figures: Figures, transformation: str) -> Figures:
    """The figures after `times 0.001`, `plus 0.001`, `minus 0.001` or `chain 2019`."""
    verb, _, argument = transformation.partition(" ")
    if verb == "chain":
        return _chained(figures, argument)
    factor = Decimal(argument or 1) * FACTORS.get(verb, 1)
    return {key: value * factor for key, value in figures.items()}


def _chained(figures: Figures, base: str) -> Figures:
    whole: Figures = {}
    for area in {area for area, _ in figures}:
        own = {period: float(value) for (place, period), value in figures.items() if place == area}
        index = pd.Series(own.values(), index=pd.PeriodIndex(own, freq="Y"))
        chained = chain_index(index, pd.Period(base, "Y"))
        whole |= {(area, str(period)): Decimal(f"{value:.9f}") for period, value in chained.items()}
    return whole


def added(parts: list[Figures]) -> Figures:
    """The sum of parts, for areas and periods in which every part has a figure."""
    shared = set(parts[0]).intersection(*parts[1:])
    return {key: sum((part[key] for part in parts), Decimal(0)) for key in sorted(shared)}


def printed(value: Decimal, decimals: int) -> str:
    """The figure with the digits that its publisher prints, halves rounded up."""
    try:
        return str(value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
    except InvalidOperation:
        raise Unreadable(f"{value:.3e} has too many digits") from None
