"""The answer that opens a page: what was met and missed, what asked for nothing, what is open, what has no figures."""

import re
from collections import Counter
from datetime import date

import pandas as pd

from helpers.charts import captions
from helpers.language import again, listing, literal, name, number, plural, quantity, text, years
from helpers.targets import Outlook, assess, lenient, met, target_decimals

MOST = 5  # points
HOPEFUL, DOUBTFUL = ("very likely", "likely"), ("unlikely", "very unlikely")


def points(outlooks: dict[str, Outlook], *more: str) -> list[str]:
    """The findings, at most five of a few sentences; what one indicator says stands on its own page."""
    judged = assess(outlooks)
    one_direction = len({outlook.about["direction"] for outlook in outlooks.values()}) == 1
    own = [_dropped(outlooks), *map(_suspected, outlooks.values())] if one_direction else []
    without = [_without(outlooks)]
    none = not any(outlook.has_verdict for outlook in outlooks.values())
    findings = [
        without if none else [_settled(judged, outlooks), _lenient(judged, outlooks)],
        _always(judged, outlooks),
        own,
        more,
        _open(judged, outlooks),
        [] if none else without,
    ]
    sentences = [" ".join(filter(None, finding)) for finding in findings]
    sentences = [words for words in sentences if words]
    return sentences if len(sentences) <= MOST else [*sentences[: MOST - 1], " ".join(sentences[MOST - 1 :])]


def short_names(outlooks: dict[str, Outlook]) -> dict[str, str]:
    """Each indicator's short name as it stands inside a sentence, by its key."""
    names = captions.short_names(outlooks)
    return {key: literal(_inside(words.partition(". ")[2])) for key, words in names.items()}


def _inside(words: str) -> str:
    """A name without the brackets at its end, its first letter small unless it opens an abbreviation."""
    words = re.sub(r"\s*\([^()]*\)$", "", words) or words
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def _settled(judged: pd.DataFrame, outlooks: dict[str, Outlook]) -> str:
    done = judged[judged["verdict"].isin(["met", "missed"])]
    if done.empty:
        none = text("No target here can be checked against a published figure.")
        return none if (judged["year"] < _today(outlooks).year).any() else ""
    n_met, n = int((done["verdict"] == "met").sum()), len(done)
    words = {"met": number(n_met, 0), "missed": number(n - n_met, 0), "years": _span(done)}
    if n_met in (0, n):
        whole = text("Of the **{n} targets** for {years} that can be checked, every one was met.")
        none = text("Of the **{n} targets** for {years} that can be checked, none was met.")
        sentence = (whole if n_met else none).format(n=number(n, 0), **words)
    else:
        sentence = text(
            "**{met} of the {n} targets** for {years} that can be checked were met and {missed} missed.",
            n=number(n, 0),
            **words,
        )
    return f"{sentence} {_as_printed(outlooks, n_met, n)}".strip()


def _as_printed(outlooks: dict[str, Outlook], n_met: int, n: int) -> str:
    """The same count with the damaged rows as they are printed; empty where it is the same."""
    other = pd.concat([o.other.get("as_printed", o.judged) for o in outlooks.values()])["verdict"]
    counts = int((other == "met").sum()), int(other.isin(["met", "missed"]).sum())
    if counts == (n_met, n):
        return ""
    met_then, all_then = (number(count, 0) for count in counts)
    return text("With the damaged rows read as printed it is {met} of {n}.", met=met_then, n=all_then)


def _always(judged: pd.DataFrame, outlooks: dict[str, Outlook]) -> list[str]:
    """Indicators whose targets were met every year, and those whose were missed every year, with the last figures."""
    done = judged[judged["verdict"].isin(["met", "missed"])]
    groups, names = {word: [] for word in ("met", "missed")}, short_names(outlooks)
    for indicator, rows in done.groupby("indicator", sort=False):
        if rows["verdict"].nunique() == 1:
            groups[rows["verdict"].iloc[0]].append(_against(rows.iloc[-1], outlooks[indicator], names[indicator]))
    heads = text("Met every year: {items}."), text("Missed every year: {items}.")
    return [head.format(items=listing(items)) for head, items in zip(heads, groups.values(), strict=True) if items]


def _against(row: pd.Series, outlook: Outlook, called: str) -> str:
    return text(
        "{name} ({figure} in {year}, target {target})",
        name=called,
        figure=literal(quantity(row["figure"], outlook.decimals, outlook.unit)),
        year=row["year"],
        target=literal(again(row["target"], target_decimals(row), outlook.unit)),
    )


def _dropped(outlooks: dict[str, Outlook]) -> str:
    """That real income fell in its last year; empty where it rose, or where nothing counts growth over a base."""
    for outlook in outlooks.values():
        if "growth" in outlook.unit and len(outlook.history) > 1:
            before, last = outlook.history.iloc[-2:]
            change = 100 * ((100 + last) / (100 + before) - 1)
            if change < 0:
                shown, year = number(-change, 1), outlook.history.index[-1].year
                return text("In {year} real income fell by {change}% on the year before.", year=year, change=shown)
    return ""


def _lenient(judged: pd.DataFrame, outlooks: dict[str, Outlook]) -> str:
    done = judged[judged["verdict"] == "met"]
    n = sum(lenient(row, outlooks[row["indicator"]]) > 0 for _, row in done.iterrows())
    if not n:
        return ""
    year = next(o.printed.loc[o.printed["column"] == "reported", "year"].iloc[0] for o in outlooks.values())
    words = {"met": number(len(done), 0), "year": year}
    if n == len(done):
        return text("None of the met targets was stricter than the level reported for {year}.", year=year)
    return plural(
        "{n} of the {met} met targets was no stricter than the level reported for {year}.",
        "{n} of the {met} met targets were no stricter than the level reported for {year}.",
        n,
        **words,
    )


def _suspected(outlook: Outlook) -> str:
    """What figures behind a break that we suspect would say if they were taken as printed."""
    goals = outlook.judged.dropna(subset=["target"])
    if not (outlook.broken and len(outlook.redefined) and len(outlook.history)) or goals.empty:
        return ""
    first, goal = outlook.redefined.iloc[0], goals.iloc[0]
    reached = met(first, goal["target"], outlook.about["better"], outlook.decimals)
    verdict = text("Taken as printed, the first target, {target}, would be met; no reason for the change is stated.")
    if not reached:
        verdict = text(
            "Taken as printed, the first target, {target}, would be missed; no reason for the change is stated."
        )
    change = text(
        "{name}: {before} in {since}, {after} in {year}.",
        name=literal(name(outlook.about)),
        before=literal(quantity(outlook.history.iloc[-1], outlook.decimals, outlook.unit)),
        since=outlook.history.index[-1].year,
        after=literal(quantity(first, outlook.decimals, outlook.unit)),
        year=outlook.redefined.index[0].year,
    )
    target = literal(quantity(goal["target"], target_decimals(goal), outlook.unit))
    return f"{change} {verdict.format(target=target)}"


def _open(judged: pd.DataFrame, outlooks: dict[str, Outlook]) -> list[str]:
    """Targets of years that are over, whose figure is not known, apart from those that lie ahead."""
    undecided = judged[judged["probability"].notna()]
    over = undecided["year"] < _today(outlooks).year
    past, ahead = undecided[over], undecided[~over]
    sentences = []
    if len(past):
        sentences.append(
            plural(
                "For {n} target of {years} no yearly figure was found yet.",
                "For {n} targets of {years} no yearly figure was found yet.",
                len(past),
                years=_span(past),
            )
        )
    return [*sentences, _ahead(ahead)] if len(ahead) else sentences


def _today(outlooks: dict[str, Outlook]) -> date:
    return max((o.figures.as_of for o in outlooks.values() if o.figures is not None), default=date.today())


def _ahead(ahead: pd.DataFrame) -> str:
    words = ahead["verdict"]
    hopeful, doubtful, even = (
        int(words.isin(verdicts).sum()) for verdicts in (HOPEFUL, DOUBTFUL, ("about as likely as not",))
    )
    parts = {
        plural("{n} is likely to be met", "{n} are likely to be met", hopeful): hopeful,
        plural("{n} is unlikely to be met", "{n} are unlikely to be met", doubtful): doubtful,
        plural("{n} could go either way", "{n} could go either way", even): even,
    }
    named = listing([part for part, n in parts.items() if n])
    whole = f"**{number(len(ahead), 0)}**"
    return text("Of {n} targets of {years}, {parts}.", n=whole, years=_span(ahead), parts=named)


def _without(outlooks: dict[str, Outlook]) -> str:
    """How many indicators have no comparable figures, and who has figures of most of them as the plan says."""
    without = [outlook for outlook in outlooks.values() if not outlook.has_verdict]
    if not without:
        return ""
    ((holder, held),) = Counter(outlook.about["source"] for outlook in without).most_common(1)
    counts = {"n": f"**{number(len(without), 0)}**", "held": number(held, 0), "holder": text(holder)}
    if not holder:
        return text("For {n} of the {all} indicators there are no comparable figures.", all=len(outlooks), **counts)
    if len(without) == len(outlooks):
        return text(
            "For none of the {n} indicators here are comparable figures published, so no target can be checked. The "
            "plan takes {held} of them from this source: {holder}. Its figures would settle the question.",
            **counts,
        )
    return text(
        "For {n} of the {all} indicators no comparable figures are published; the plan takes {held} of them from this "
        "source: {holder}.",
        all=number(len(outlooks), 0),
        **counts,
    )


def _span(rows: pd.DataFrame) -> str:
    return years(int(rows["year"].min()), int(rows["year"].max()))
