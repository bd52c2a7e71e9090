"""What a revision of a plan changed: targets changed, added, dropped, renamed, and what that does to each verdict.

Both plans are judged on the same figures and with the same forecasts, so that every other verdict is the revision's own
work. An indicator is the same if its Kazakh name is; one that is gone and one that came are a renamed one if their unit
is the same and their names are alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import pandas as pd

from helpers import plan, targets
from helpers.language import message, name, number, percent, text
from helpers.targets.judge import judge, target_decimals

COLUMNS = ["section", "indicator", "name", "change", "year", "was", "became", "verdict_was", "verdict_became"]
ALIKE = 0.6  # share of letters that two names have in common, from which on one is the other reworded
CHANGES = {
    "changed": message("target {was} → {became}"),
    "added": message("target {became} added"),
    "dropped": message("target {was} dropped"),
    "same": message("target {became} as before"),
    "renamed": message("renamed: {was} → {became}"),
    "renumbered": message("number {was} → {became}"),
    "unit": message("unit: {was} → {became}"),
    "better": message("better: {was} → {became}"),
}
DIRECTIONS = (message("higher"), message("lower"))  # the words of `better`, here for the catalogues


@dataclass(frozen=True)
class Entry:
    """An indicator of section 3, or a national target of section 2.1 (no number), with its judged years."""

    number: str
    about: pd.Series
    judged: pd.DataFrame


Key = tuple[str, str]  # section or document, and Kazakh name


def diff(old: str | Path, new: str | Path, as_of: str = "") -> pd.DataFrame:
    """A row (COLUMNS) for each target, name or number that differs or whose verdict does; targets in their own unit.

    Only verdicts that rest on the figures of `as_of` (default: today's) are compared.
    """
    last = max(int(plan.targets(folder=folder)["year"].max()) for folder in (old, new))
    before, after = entries(old, as_of, last), entries(new, as_of, last)
    rows = [row for keys in pairs(before, after) for row in compare(before.get(keys[0]), after.get(keys[1]), keys)]
    return pd.DataFrame(rows, columns=COLUMNS)


def entries(folder: str | Path, as_of: str, until: int) -> dict[Key, Entry]:
    """A plan's indicators, then its national targets; only those without a row of their own are judged."""
    outlooks = targets.outlooks(None, "KAZ", as_of, until, folder=folder)
    entries_by_key = {("3", o.about["name_kk"]): Entry(o.indicator, o.about, o.judged) for o in outlooks.values()}
    alone = {o.about["name_kk"]: o.judged for o in targets.national_outlooks(as_of, until, folder).values()}
    for (document, name_kk), rows in plan.national_targets(folder).groupby(["document", "name_kk"], sort=False):
        printed = rows.assign(column="planned", as_printed=rows["value"].astype(str), reading="certain", evidence="")
        entries_by_key[document, name_kk] = Entry("", rows.iloc[0], alone.get(name_kk, judge(printed)))
    return entries_by_key


def pairs(before: dict[Key, Entry], after: dict[Key, Entry]) -> list[tuple[Key | None, Key | None]]:
    """What in one plan is what in the other: first the same names, then names that are alike; else none."""
    gone, came = [key for key in before if key not in after], [key for key in after if key not in before]
    scores = [(alike(before[a], after[b]), a, b) for a in gone for b in came if a[0] == b[0]]
    renamed: dict[Key, Key] = {}
    for score, a, b in sorted(scores, key=lambda triple: triple[0], reverse=True):
        if score >= ALIKE and a not in renamed and b not in renamed.values():
            renamed[a] = b
    matches: list[tuple[Key | None, Key | None]] = [(key, key if key in after else renamed.get(key)) for key in before]
    return [*matches, *((None, key) for key in came if key not in renamed.values())]


def alike(old: Entry, new: Entry) -> float:
    """How alike two names are, 0 to 1; nothing is alike in another unit."""
    if old.about["unit"] != new.about["unit"]:
        return 0.0
    return SequenceMatcher(None, old.about["name_kk"].casefold(), new.about["name_kk"].casefold()).ratio()


def compare(old: Entry | None, new: Entry | None, keys: tuple[Key | None, Key | None]) -> Iterator[dict]:
    """What differs between two states of one indicator: its name, number, unit and direction, then year by year."""
    entry = new or old
    section = (keys[1] or keys[0])[0]
    about = {"section": section if section == "3" else "2.1", "indicator": entry.number, "name": name(entry.about)}
    if old and new:
        facts = [("renamed", name(old.about), name(new.about)), ("renumbered", old.number, new.number)]
        if keys[0] != keys[1] and name(old.about) == name(new.about):
            facts[0] = ("renamed", old.about["name_kk"], new.about["name_kk"])
        facts += [(what, old.about[what], new.about[what]) for what in ("unit", "better")]
        for change, was, became in facts:
            if was != became:
                yield about | {"change": change, "was": was, "became": became}
    for year, was, became in years(old, new):
        before, after = goal(was), goal(became)
        verdicts = {"verdict_was": verdict(was), "verdict_became": verdict(became)}
        change = "same" if before == after else "added" if not before else "changed" if after else "dropped"
        if change != "same" or verdicts["verdict_was"] != verdicts["verdict_became"]:
            yield about | {"change": change, "year": year, "was": before, "became": after} | verdicts


def years(old: Entry | None, new: Entry | None) -> Iterator[tuple[int, pd.Series | None, pd.Series | None]]:
    """Every planned year of either plan with the judged targets that have a value."""
    judged = [None if entry is None else entry.judged.dropna(subset=["target"]) for entry in (old, new)]
    by_year = [{} if rows is None else {int(row["year"]): row for _, row in rows.iterrows()} for rows in judged]
    for year in sorted(by_year[0].keys() | by_year[1].keys()):
        yield year, by_year[0].get(year), by_year[1].get(year)


def goal(row: pd.Series | None) -> str:
    """A target as its plan prints it; empty where there is none."""
    return "" if row is None else number(row["target"], target_decimals(row))


def verdict(row: pd.Series | None) -> str:
    """A verdict in words with its chance; empty where there is no target."""
    if row is None:
        return ""
    chance = "" if pd.isna(row["probability"]) else f" ({percent(row['probability'])})"
    return text(row["verdict"]) + chance


def lines(changes: pd.DataFrame) -> list[str]:
    """The differences in words: an indicator a line, what changed indented below it."""
    if changes.empty:
        return [text("Both plans set the same targets, and the verdicts are the same.")]
    words: list[str] = []
    for (section, indicator, named), rows in changes.groupby(["section", "indicator", "name"], sort=False):
        label = f"{indicator}. {named}" if indicator else text("Section {section}: {name}", section=section, name=named)
        cells = rows.astype(object).where(rows.notna(), "").to_dict("records")
        words += [label, *(f"  {line_of(row)}" for row in cells)]
    return words


def line_of(row: dict) -> str:
    """One change in words, a target's with its verdict before and after."""
    change, was, became = (row[column] for column in ("change", "was", "became"))
    words = text(CHANGES[change], was=text(was), became=text(became))
    if not row["year"]:
        return words
    none = text("no target")
    verdicts = [row["verdict_was"] or none, row["verdict_became"] or none]
    return f"{int(row['year'])}: {words}; " + (verdicts[0] if verdicts[0] == verdicts[1] else " → ".join(verdicts))
