"""The answer that opens a page: what was met and missed, what asked for nothing, what is open, what has no figures."""

import re
from collections import Counter
from datetime import date

import pandas as pd
from IPython.display import Markdown

from helpers.charts import captions
from helpers.language import chance, integer, listing, literal, name, number, plural, quantity, text, years
from helpers.prose.statements import figure_of, goal_of
from helpers.targets import Outlook, assess, lenient, met, target_decimals

MOST = 5  # sentences of the answer, and names in one of them
SETTLED, EVEN = ("met", "missed"), "about as likely as not"
HOPEFUL, DOUBTFUL = ("very likely", "likely"), ("unlikely", "very unlikely")


def headline(outlooks: dict[str, Outlook], *more: str) -> Markdown:
    """The answer in five sentences at most: what was met, what is of concern, what is likely, what is unknown.

    more: sentences on what the page shows besides, such as `recent`.
    """
    return Markdown("\n".join(f"- {words}" for words in _points(outlooks, *more)))


def _points(outlooks: dict[str, Outlook], *more: str) -> list[str]:
    judged = assess(outlooks)
    one_direction = len({outlook.about["direction"] for outlook in outlooks.values()}) == 1
    own = [_dropped(outlooks), *map(_suspected, outlooks.values())] if one_direction else []
    unknown = joined(_without(outlooks), _unknown(judged, outlooks))
    if not any(outlook.has_verdict for outlook in outlooks.values()):
        return [*filter(None, [unknown, *own, *more])]
    good, bad = _always(judged, outlooks, "met", one_direction or len(outlooks) <= MOST), _concern(judged, outlooks)
    sentences = [_settled(judged, outlooks), good, bad, *own, *more, _ahead(judged, outlooks), unknown]
    if sum(map(bool, sentences)) > MOST:
        sentences[1:3] = [joined(good, bad)]
    sentences = [*filter(None, sentences)]
    return [*sentences[: MOST - 1], *filter(None, [joined(*sentences[MOST - 1 :])])]


def joined(*sentences: str) -> str:
    """Sentences as one, with semicolons between; empty ones are left out."""
    first, *others = [sentence.removesuffix(".") for sentence in sentences if sentence] or [""]
    return "; ".join([first, *map(_lowered, others)]) + "." * bool(first)


def outcomes(outlooks: dict[str, Outlook]) -> Markdown:
    """What is too long for the answer: how many there are, which always met or missed, who has the other figures."""
    judged = assess(outlooks)
    always = [_always(judged, outlooks, "met", figures=True), _always(judged, outlooks, "missed", figures=False)]
    return Markdown(" ".join(filter(None, [_counted(outlooks), *always, _held(outlooks)])))


def _counted(outlooks: dict[str, Outlook]) -> str:
    """How many indicators the plan has, and how many there are by their parts; empty where none is divided."""
    n = len({outlook.indicator.split(".")[0] for outlook in outlooks.values()})
    words = plural(
        "The plan has {n} indicator; counted by its parts there are {all}.",
        "The plan has {n} indicators; counted by their parts there are {all}.",
        n,
        all=integer(len(outlooks)),
    )
    return words if n < len(outlooks) else ""


def short_names(outlooks: dict[str, Outlook]) -> dict[str, str]:
    """Each indicator's short name as it stands inside a sentence, by its key."""
    names = captions.short_names(outlooks)
    bare = {key: words.partition(". ")[2] for key, words in names.items()}
    # Brackets at a name's end are left out.
    return {key: literal(_lowered(re.sub(r"\s*\([^()]*\)$", "", words) or words)) for key, words in bare.items()}


def _lowered(words: str) -> str:
    """Words with their first letter small, unless it opens an abbreviation."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def _settled(judged: pd.DataFrame, outlooks: dict[str, Outlook]) -> str:
    done = judged[judged["verdict"].isin(SETTLED)]
    if done.empty:
        return ""
    n_met, n, span = int((done["verdict"] == "met").sum()), len(done), _span(done)
    some = plural(
        "**{met} of the {n} target** for {years} that can be checked were met and {missed} missed.",
        "**{met} of the {n} targets** for {years} that can be checked were met and {missed} missed.",
        n,
        met=integer(n_met),
        missed=integer(n - n_met),
        years=span,
    )
    whole = text("Every target for {years} that can be checked was met (**{n}** of {n}).", n=integer(n), years=span)
    none = text("No target for {years} that can be checked was met (**0** of {n}).", n=integer(n), years=span)
    return joined({n: whole, 0: none}.get(n_met, some), _as_printed(outlooks, n_met, n), _lenient(done, outlooks))


def _as_printed(outlooks: dict[str, Outlook], n_met: int, n: int) -> str:
    """The same count with the damaged rows as they are printed; empty where it is the same."""
    other = pd.concat([o.other.get("as_printed", o.judged) for o in outlooks.values()])["verdict"]
    counts = int((other == "met").sum()), int(other.isin(["met", "missed"]).sum())
    if counts == (n_met, n):
        return ""
    met_then, all_then = map(integer, counts)
    return text("With the damaged rows read as printed it is {met} of {n}.", met=met_then, n=all_then)


def _always(judged: pd.DataFrame, outlooks: dict[str, Outlook], word: str, figures: bool) -> str:
    """Indicators whose targets were met (or missed) in every year with a figure; a single such year is named."""
    names, items = short_names(outlooks), []
    for key, rows in judged[judged["verdict"].isin(SETTLED)].groupby("indicator", sort=False):
        if set(rows["verdict"]) == {word}:
            last, named = rows.iloc[-1], names[key]
            alone = text("{name} ({year} only)", name=named, year=last["year"]) if len(rows) == 1 else named
            items.append(_against(last, outlooks[key], named) if figures else alone)
    n, parts = len(items), {"items": listing(items)}
    good = plural("Met every year with a figure: {items}.", "Met every year with a figure: {items}.", n, **parts)
    bad = plural("Missed every year with a figure: {items}.", "Missed every year with a figure: {items}.", n, **parts)
    return "" if not n else good if word == "met" else bad


def _concern(judged: pd.DataFrame, outlooks: dict[str, Outlook]) -> str:
    """Indicators whose last verdict is a miss or a doubt, with the figure that missed or the chance."""
    names, items = short_names(outlooks), []
    decided = judged[judged["verdict"].isin([*SETTLED, *HOPEFUL, EVEN, *DOUBTFUL])]
    for indicator, rows in decided.groupby("indicator", sort=False):
        last, missed = rows.iloc[-1], rows[rows["verdict"].isin(SETTLED)].tail(1).query("verdict == 'missed'")
        if last["verdict"] in ("missed", *DOUBTFUL) and len(missed):
            items.append(_against(missed.iloc[0], outlooks[indicator], names[indicator]))
        elif last["verdict"] in DOUBTFUL:
            words = text("{name} (chance of {chance} in {year})")
            items.append(words.format(name=names[indicator], chance=chance(last["probability"]), year=last["year"]))
    if len(items) > MOST:
        items = [*items[: MOST - 1], text("{n} more", n=integer(len(items) - MOST + 1))]
    named = plural("Of most concern: {items}.", "Of most concern: {items}.", len(items), items=listing(items))
    return named if items else ""


def _against(row: pd.Series, outlook: Outlook, called: str) -> str:
    words = text("{name} ({figure} in {year}, target {target})")
    shown = {"figure": figure_of(row["figure"], outlook), "target": goal_of(row, outlook)}
    return words.format(name=called, year=row["year"], **shown)


def _dropped(outlooks: dict[str, Outlook]) -> str:
    """That real income, which is counted as growth over a base, fell in its last year; empty where it rose."""
    for outlook in outlooks.values():
        levels = 100 + outlook.history.tail(2) if outlook.history.name == "real_income" else outlook.history[:0]
        if len(levels) == 2 and levels.iloc[1] < levels.iloc[0]:
            change, year = number(100 - 100 * levels.iloc[1] / levels.iloc[0], 1), levels.index[1].year
            return text("In {year} real income fell by {change}% on the year before.", year=year, change=change)
    return ""


def _lenient(done: pd.DataFrame, outlooks: dict[str, Outlook]) -> str:
    """How many of the met targets the level that the plan reports met already; empty where none."""
    rows = done[done["verdict"] == "met"]
    past = [year for _, row in rows.iterrows() if (year := lenient(row, outlooks[row["indicator"]]))]
    if past and len(past) == len(rows):
        return text("No met target was stricter than the level reported for {year}.", year=max(past))
    words = plural(
        "{n} of the {met} met targets was no stricter than the level reported for {year}.",
        "{n} of the {met} met targets were no stricter than the level reported for {year}.",
        len(past),
        met=integer(len(rows)),
        year=max(past, default=0),
    )
    return words if past else ""


def _suspected(outlook: Outlook) -> str:
    """What figures behind a break that we suspect would say if they were taken as printed."""
    goals = outlook.judged.dropna(subset=["target"])
    if not (outlook.broken and len(outlook.redefined) and len(outlook.history)) or goals.empty:
        return ""
    first, goal = outlook.redefined.iloc[0], goals.iloc[0]
    reached = met(first, goal["target"], outlook.about["better"], outlook.decimals)
    good = text("Taken as printed, the first target, {target}, would be met; no reason for the change is stated.")
    bad = text("Taken as printed, the first target, {target}, would be missed; no reason for the change is stated.")
    when = {"since": outlook.history.index[-1].year, "year": outlook.redefined.index[0].year}
    before, after = (figure_of(value, outlook) for value in (outlook.history.iloc[-1], first))
    change = text("{name}: {before} in {since}, {after} in {year}.")
    change = change.format(name=literal(name(outlook.about)), before=before, after=after, **when)
    target = literal(quantity(goal["target"], target_decimals(goal), outlook.unit))
    return joined(change, (good if reached else bad).format(target=target))


def _unknown(judged: pd.DataFrame, outlooks: dict[str, Outlook]) -> str:
    """How many targets of years that are over have no yearly figure."""
    past = judged[judged["probability"].notna() & (judged["year"] < _today(outlooks).year)]
    if past.empty:
        return ""
    return plural(
        "For {n} target of {years} no yearly figure was found yet.",
        "For {n} targets of {years} no yearly figure was found yet.",
        len(past),
        years=_span(past),
    )


def _today(outlooks: dict[str, Outlook]) -> date:
    return max((o.figures.as_of for o in outlooks.values() if o.figures is not None), default=date.today())


def _ahead(judged: pd.DataFrame, outlooks: dict[str, Outlook]) -> str:
    """How many targets that lie ahead are likely, unlikely, or neither; empty where none has a forecast."""
    ahead = judged[judged["probability"].notna() & (judged["year"] >= _today(outlooks).year)]
    if ahead.empty:
        return ""
    hopeful, doubtful, even = (int(ahead["verdict"].isin(words).sum()) for words in (HOPEFUL, DOUBTFUL, [EVEN]))
    parts = {
        plural("{n} is likely to be met", "{n} are likely to be met", hopeful): hopeful,
        plural("{n} is unlikely to be met", "{n} are unlikely to be met", doubtful): doubtful,
        plural("{n} could go either way", "{n} could go either way", even): even,
    }
    return plural(
        "Of the **{n} target** of {years} with a forecast, {parts}.",
        "Of the **{n} targets** of {years} with a forecast, {parts}.",
        len(ahead),
        years=_span(ahead),
        parts=listing([part for part, n in parts.items() if n]),
    )


def _without(outlooks: dict[str, Outlook]) -> str:
    """How many indicators have no comparable figures."""
    sources = [outlook.about["source"] for outlook in outlooks.values() if not outlook.has_verdict]
    some = text("For **{n}** of the {all} indicators no comparable figures are published.")
    every = text("No comparable figures are published for any of the **{all}** indicators.")
    if not any(sources):
        some = text("For **{n}** of the {all} indicators there are no comparable figures.")
        every = text("There are no comparable figures for any of the **{all}** indicators.")
    counts = {"n": integer(len(sources)), "all": integer(len(outlooks))}
    if len(sources) < len(outlooks):
        return some.format(**counts) if sources else ""
    return joined(every.format(**counts), text("No target can be checked."), _held(outlooks))


def _held(outlooks: dict[str, Outlook]) -> str:
    """From whom the plan takes the figures of most indicators without comparable ones."""
    sources = Counter(outlook.about["source"] for outlook in outlooks.values() if not outlook.has_verdict)
    ((holder, held),) = sources.most_common(1) or [("", 0)]
    words = text("For {held} of the {n} indicators without comparable figures the plan names this source: {holder}.")
    if held == len(outlooks):
        words = text("For all of them the plan names a source that would settle it: {holder}.")
    return words.format(held=integer(held), n=integer(sources.total()), holder=text(holder)) if holder else ""


def _span(rows: pd.DataFrame) -> str:
    return years(int(rows["year"].min()), int(rows["year"].max()))
