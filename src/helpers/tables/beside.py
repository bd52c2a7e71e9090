"""Pace, other readings of the plan, other methods, and what has no comparable figures: a table each."""

from IPython.display import Markdown

from helpers import targets
from helpers.language import NBSP, TONE, integer, message, name, number, per_cent_sign, percent, plural, text
from helpers.statistics import catalogue
from helpers.tables.cells import FEW, SHARE, YEAR, Cell, Row, Table, figures, label, pattern, value_cell, verdict_cell
from helpers.targets import Ambition, Outlook, Pace, agreement, decimals_shown, kind_of, promise, target_decimals

DASH = "\N{EN DASH}"
READINGS = {
    "resolved": message("put right"),
    "as_printed": message("as printed"),
    "alternative": message("one year later than printed"),
}
PUBLISHERS = {
    "linear": message("Straight line"),
    "eurostat": message("Eurostat"),
    "escap": message("UN ESCAP"),
    "oecd": message("OECD"),
}
# Each method's own words beside ours, in the colours of our verdicts.
SAID = TONE | {
    message("target met"): "good",
    message("significant progress"): "good",
    message("moderate progress"): "mid",
    message("insufficient progress"): "bad",
    message("movement away"): "bad",
    message("on track"): "good",
    message("accelerate"): "mid",
    message("reverse"): "bad",
    message("uncertain"): "mid",
}


def pace(outlooks: dict[str, Outlook]) -> Table | Markdown:
    """How far it is to each indicator's last target, how fast it has moved, and how often such a change was managed."""
    rows = [_pace_row(outlook, known) for outlook in outlooks.values() if (known := targets.pace(outlook))]
    if not rows:
        return Markdown(text("No target ahead has a forecast."))
    heads = [text("Indicator"), text("Last figure"), text("Target"), text("Still to go"), text("Recent pace a year")]
    heads += [text("Years to go at that pace"), text("Pace needed a year"), text("Managed before")]
    return Table(text("Gap and pace"), [*heads, text("Share of past changes as large, in series of its kind")], rows)


def _pace_row(outlook: Outlook, known: Pace) -> Row:
    decimals, last = outlook.decimals, outlook.history.index[-1]
    goal = outlook.judged.set_index("year").loc[known.year]
    years = Cell(DASH if known.reached else text("moving away"))
    if not known.reached and known.years is not None:
        years = value_cell(known.years, 1)
    cells = [
        Cell(label(outlook), text(outlook.unit)),
        value_cell(outlook.history.iloc[-1], decimals, str(last), (last.year, YEAR, text("year"))),
        value_cell(known.target, target_decimals(goal), str(known.year), (known.year, YEAR, text("year"))),
        Cell(text("reached")) if known.reached else signed_cell(known.gap, decimals),
        signed_cell(known.recent, decimals + 1),
        years,
        Cell(DASH) if known.reached else signed_cell(known.needed, decimals + 1),
        _managed(known),
        past_share(known.kind),
    ]
    return Row(cells)


def _managed(known: Pace) -> Cell:
    if not known.spans:
        return Cell(DASH)
    behind = figures((known.managed, YEAR, text("managed")), (known.spans, YEAR, text("all spans")))
    return Cell(text("{n} of {all} spans", n=integer(known.managed), all=integer(known.spans)), figures=behind)


def signed(value: float, decimals: int) -> str:
    """A change with its sign, which is left out only where it rounds to nothing."""
    words = number(value, decimals)
    return f"+{words}" if value > 0 and words != number(0, decimals) else words


def signed_cell(value: float, decimals: int) -> Cell:
    """A change with its sign, as a number too."""
    return Cell(signed(value, decimals), figures=figures((value, pattern(decimals, signed=True))))


def past_share(kind: Ambition | None, small: str = "") -> Cell:
    """Share of the past changes of the reference class that were as large; a dash where no class compares."""
    # None of those on record is not none at all.
    return Cell(DASH) if kind is None else Cell(percent(kind.achieved), small, figures=figures((kind.achieved, FEW)))


def depends_on_reading(outlook: Outlook) -> bool:
    """True if a verdict changes when the plan's row is read another way."""
    in_use = list(outlook.judged["verdict"])
    return outlook.measured and any(list(judged["verdict"]) != in_use for judged in outlook.other.values())


def other_reading(outlooks: dict[str, Outlook]) -> Table | Markdown:
    """The verdicts under each other reading of a damaged row, below those in use."""
    rows, years = [], sorted({int(year) for o in outlooks.values() for year in o.judged["year"]})
    for outlook in outlooks.values():
        if not depends_on_reading(outlook):
            continue
        readings = {text("in use"): outlook.judged}
        readings |= {text(READINGS[name]): judged for name, judged in outlook.other.items()}
        for words, judged in readings.items():
            if words == text("in use") or not judged["target"].equals(outlook.judged["target"]):
                by_year = judged.set_index("year")
                cells = [verdict_cell(by_year.loc[year], outlook) for year in years]
                rows.append(Row([Cell(label(outlook), text("reading: {reading}", reading=words)), *cells]))
    if not rows:
        return Markdown(text("No verdict depends on how a damaged row of the plan is read."))
    heads = [text("Indicator"), *map(str, years)]
    return Table(text("Verdicts that depend on the reading"), heads, rows, verdicts=True, under=text("Reading"))


def methods(outlooks: dict[str, Outlook]) -> Table | Markdown:
    """What official methods would say of the last target, for each indicator of which one says otherwise than we do."""
    rows, compared = [], targets.methods(outlooks)
    if compared.empty:
        return Markdown(text("No target ahead has a forecast."))
    for indicator, judgements in compared.groupby("indicator", sort=False):
        cells = [_said(row, outlooks[indicator]) for row in judgements.to_dict("records")]
        if {cell.tone for cell in cells} != {cells[0].tone}:
            about = text("target for {year}", year=judgements["year"].iloc[0])
            rows.append(Row([Cell(label(outlooks[indicator]), about), *cells]))
    if not rows:
        words = text("The methods modelled on official bodies say the same of these targets as the verdicts above.")
        return Markdown(words)
    heads = [text("Indicator"), text("This report"), *(text(PUBLISHERS[m]) for m in targets.OFFICIAL)]
    caption = text("The last target where methods disagree, as our reconstruction of each judges it")
    return Table(caption, heads, rows, verdicts=True, under=text("Target"))


def _said(row: dict, outlook: Outlook) -> Cell:
    ahead = outlook.judged.set_index("year").loc[row["year"]]
    # As many decimals as our forecast for the year has.
    digits = decimals_shown(ahead["low"], ahead["high"], outlook.decimals)
    value, behind = number(row["predicted"], digits), (row["predicted"], pattern(digits), text("expected value"))
    if row["method"] == "ours":
        tone, chance = SAID[row["verdict"]], (row["probability"], SHARE, text("chance"))
        return Cell(text(row["verdict"]), f"{percent(row['probability'])} · {value}", tone, (), figures(chance, behind))
    return Cell(text(row["verdict"]), value, SAID[row["verdict"]], (), figures(behind))


def not_measured(outlooks: dict[str, Outlook]) -> Table:
    """Indicators without a forecast: the change that the plan sets, and how many past changes were as large."""
    bare = [one for one in outlooks.values() if not one.measured]
    rows = [Row([Cell(label(one), text(one.unit)), _promised(one), _ambition_cell(one)]) for one in bare]
    heads = [text("Indicator"), text("In the plan"), text("Share of past changes as large, in series of its kind")]
    return Table(text("How ambitious targets without a forecast are"), heads, rows)


def agreements(outlooks: dict[str, Outlook]) -> Table:
    """For each indicator with a published series: the plan's reported figure beside it, and what the rule says."""
    rows = []
    for outlook in outlooks.values():
        known = agreement(outlook)
        if known is None:
            continue
        word = {True: text("compared with the targets"), False: text("another measure, no verdict")}
        words = word.get(known.agrees, text("one of the two is missing; the definition decides"))
        words = text("agrees, but a break follows: no verdict") if known.agrees and outlook.broken else words
        if known.agrees is False and outlook.has_verdict:
            words = text("differs, yet judged: the series has the indicator's own name")
        digits, code = max(target_decimals(row) for _, row in outlook.printed.iterrows()), catalogue().loc[known.code]
        values = [(known.stated, digits), (known.published, int(code["decimals"])), (known.step, digits)]
        cells = [Cell(DASH) if value is None else value_cell(value, places) for value, places in values]
        beside = "" if outlook.series is not None else name(code)
        rows.append(Row([Cell(label(outlook), beside), *cells, Cell(words)]))
    heads = [text("Indicator"), text("Reported in the plan"), text("Published")]
    heads += [text("Smallest step between targets"), text("What follows")]
    return Table(text("Published series beside the plan's reported figures"), heads, rows, (0, 4), under=text("Series"))


def _promised(outlook: Outlook) -> Cell:
    cells = outlook.printed.dropna(subset=["value"]).set_index("year")
    promised = promise(outlook)
    years = [cells.index[-1]] if promised is None else [promised.since, promised.year]
    shown = [(cells.loc[year, "value"], target_decimals(cells.loc[year]), str(year)) for year in years]
    words = " → ".join(f"{number(value, digits)}{NBSP}({year})" for value, digits, year in shown)
    small = text("start: what the plan expected of 2022") if promised and promised.column == "current" else ""
    small = text("start: the first target") if promised and promised.column == "planned" else small
    return Cell(words, small, figures=figures(*((value, pattern(digits), year) for value, digits, year in shown)))


def _ambition_cell(outlook: Outlook) -> Cell:
    promised = promise(outlook)
    if promised is None or promised.kind is None:
        return Cell(DASH)
    change = change_words(outlook.unit, promised.kind.change, promised.start, promised.target, outlook.decimals)
    small = plural("{change} in {n} year", "{change} in {n} years", promised.year - promised.since, change=change)
    return past_share(promised.kind, small)


def change_words(unit: str, change: float, start: float, target: float, decimals: int) -> str:
    """A change as its reference class counts it: points for shares, per cent for rates and counts."""
    if kind_of(unit, start, target) == "share":
        return text("{change} points", change=signed(change, decimals))
    return signed(change, 0) + per_cent_sign()
