"""Which verdicts changed between two runs, and why: what a message of the night begins with."""

import contextlib
from collections.abc import Iterable
from pathlib import Path

from helpers import UserError
from helpers.charts import captions
from helpers.language import LANGUAGES, in_language, number, percent, text
from helpers.record import compare
from helpers.render import outcomes

KEY = ("plan", "indicator", "area", "year")
LINE = "{indicator}. {name}, {place}, {year}: {before} → {after}: {why}"


def changes(before: dict | None, after: dict) -> list[dict]:
    """A row a target whose verdict in words changed: indicator, name, place, year, before, after, why; in English.

    before, after: the records of two runs with their folders; without an earlier run nothing has changed. `said` is
    the row as one line in each language.
    """
    if before is None:
        return []
    old, new = (verdicts(run["folder"]) for run in (before, after))
    changed = other_verdicts(old, new)
    rows, lines, steps = [], [{} for _ in changed], {}
    for language in reversed(LANGUAGES):  # English is the last
        with in_language(language):
            causes = reasons(before["folder"], after["folder"], changed, steps)
            rows = [
                dict(zip(KEY, key, strict=True))
                | {"name": compare.indicator_name(*key[:2]), "place": captions.place(key[2])}
                | {"before": words(old[key]), "after": words(new[key]), "why": why(new[key], causes.get(key, ""))}
                for key in changed
            ]
        for line, row in zip(lines, rows, strict=True):
            line[language] = LINE.format_map(row)
    return [row | {"said": line} for row, line in zip(rows, lines, strict=True)]


def verdicts(folder: Path) -> dict[tuple[str, ...], dict]:
    """The verdicts that a run kept, by plan, indicator, area and year; the newest day counts."""
    rows: list[dict] = []
    with contextlib.suppress(UserError):  # a damaged table of yesterday is named by `jospar runs`
        rows = outcomes.read_verdicts(folder)
    return by_target(sorted(rows, key=lambda row: row["as_of"]))


def by_target(rows: Iterable[dict]) -> dict[tuple[str, ...], dict]:
    """Verdicts by plan, indicator, area and year; the last of each counts."""
    return {tuple(str(row[key]) for key in KEY): row for row in rows}


def other_verdicts(before: dict[tuple[str, ...], dict], after: dict[tuple[str, ...], dict]) -> list[tuple[str, ...]]:
    """The keys of the targets whose verdict is another one than before."""
    return [key for key, row in after.items() if key in before and row["verdict"] != before[key]["verdict"]]


def words(row: dict) -> str:
    """A verdict in words, with its chance where it has one."""
    chance = f" ({percent(float(row['probability']))})" if row["probability"] else ""
    return text(row["verdict"]) + chance


def reasons(before: Path, after: Path, changed: list[tuple[str, ...]], steps: dict) -> dict[tuple[str, ...], str]:
    """Why the forecasts behind changed verdicts moved, by key; none where a run kept none. steps: see `compare`."""
    wanted = {(indicator, area, folder) for folder, indicator, area, _ in changed}
    try:
        runs = [compare.load(folder, folder.parent) for folder in (before, after)] if changed else [{}, {}]
        moves = compare.compare(*({key: run[key] for key in run.keys() & wanted} for run in runs), steps)
    except UserError:
        return {}
    return {
        (move.plan, move.indicator, move.area, move.period): "; ".join(cause.words for cause in move.causes)
        for move in moves
    }


def why(row: dict, cause: str) -> str:
    """The figure that settled a target, else the causes that moved its forecast."""
    if row["figure"]:
        places = int(row["decimals"])
        return text("new figure: {items}", items=f"{row['year']} {number(float(row['figure']), places)}")
    return cause or text("no recorded cause")
