"""The pages that open a run: every verdict first, then the reports. One in each language, linked to one another."""

import contextlib
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from helpers import UserError, files
from helpers.language import (
    LANGUAGE_NAMES,
    LANGUAGES,
    TONE,
    current,
    day,
    in_language,
    message,
    name,
    number,
    percent,
    said_of,
    text,
    use_terms,
    visible,
)
from helpers.render import fingerprint
from helpers.render.batch import DEFAULT_PLAN
from helpers.render.outcomes import good, read_verdicts

if TYPE_CHECKING:
    from jinja2 import Template

STATES = {
    "rendered": (message("new"), "good"),
    "unchanged": (message("unchanged"), "quiet"),
    "failed": (message("failed"), "bad"),
}
MISSING = ("no comparable data", "no target")
COUNTRY, OWN = "KAZ", "OWN"  # OWN: the place of a list that `jospar judge` read


class Card(NamedTuple):
    """Rows of the scorecard by group, its years, and the day whose knowledge counts."""

    groups: list[dict]
    years: list[str]
    known: str


def file_name(language: str, first: str = LANGUAGES[0]) -> str:
    """The name of the index in a language: `index.html` is the one of the first language."""
    return "index.html" if language == first else f"index.{language}.html"


def pages(contents: dict[str, dict], prefix: str = "", first: str = LANGUAGES[0]) -> dict[str, str]:
    """The index as HTML by file name: `first` is the language of `index.html`, `prefix` the way to the run's folder."""
    names, html = {language: file_name(language, first) for language in LANGUAGES}, {}
    for language, content in contents.items():
        with in_language(language):
            html[names[language]] = template().render(content, names=names, prefix=prefix)
    return html


def contents(facts: dict, folder: Path, shelf: Sequence[tuple[str, dict]] = ()) -> dict[str, dict]:
    """What the index of a run says, by language.

    shelf: run and record of reports rendered singly, which an index outside of the run's folder lists too.
    """
    verdicts, by_language = newest_verdicts(folder), {}
    for language in LANGUAGES:
        with in_language(language):
            by_language[language] = content(facts, verdicts, shelf)
    return by_language


def content(facts: dict, verdicts: list[dict], shelf: Sequence[tuple[str, dict]]) -> dict:
    """What the index says in the language in use."""
    plan = main_plan(verdicts, facts["reports"])
    use_terms({row["term"]: row for row in plan_rows("terms", plan) if row["kind"] == "unit"})
    main, others = scorecards([row for row in verdicts if row["plan"] == plan], plan)
    reports = [report(group) for group in same_report(facts["reports"])]
    started, read = (day(date.fromisoformat(facts[key][:10])) for key in ("started", "data_read_on"))
    shown = {"facts": facts, "main": main, "others": others, "counts": counts(main), "reports": reports}
    shown |= {"filters": filters(main, others, reports, plan), "plan": plan_title(plan)}
    question = text("Will the targets be met?") if plan.startswith("data/own/") else text("Will the plan be met?")
    shown |= {"started": started, "read": read, "question": question}
    shown["answer"] = answer(facts["reports"], plan)
    shown["failures"] = [(one, e) for one in reports for e in one["editions"] if e["state"] == "failed"]
    shown["shelf"] = [(f"{run}/", report([one])) for run, one in shelf]
    return shown


@lru_cache
def template() -> "Template":
    """The index's template, compiled once."""
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(loader=FileSystemLoader(files.TEMPLATES), autoescape=True, finalize=visible)
    environment.globals |= {"text": text, "language": current, "languages": LANGUAGE_NAMES, "file_name": file_name}
    return environment.get_template("index.html.j2")


def answer(reports: list[dict], plan: str) -> str:
    """What the report on the whole plan answers in the language in use, as HTML; empty where the run has none."""
    for one in reports:
        shown, asked = good(one) or {}, one["parameters"]
        here = asked.get("language", LANGUAGES[0]) == current() and asked.get("area", COUNTRY) == COUNTRY
        if here and asked.get("plan", DEFAULT_PLAN) == plan and shown.get("answer"):
            return shown["answer"]
    return ""


def newest_verdicts(folder: Path) -> list[dict]:
    """The run's verdicts as known on the newest day of each area; none where its table is damaged, as `runs` says."""
    rows: list[dict] = []
    with contextlib.suppress(UserError):
        rows = read_verdicts(folder)
    newest = {row["area"]: row["as_of"] for row in sorted(rows, key=lambda row: row["as_of"])}
    return [row for row in rows if row["as_of"] == newest[row["area"]]]


def main_plan(verdicts: list[dict], reports: list[dict]) -> str:
    """The plan that opens the run: the default one where the run judged it, else the first judged or reported on."""
    named = [one["parameters"].get("plan", DEFAULT_PLAN) for one in reports]
    judged = dict.fromkeys([row["plan"] for row in verdicts] or named)
    return DEFAULT_PLAN if DEFAULT_PLAN in judged or not judged else next(iter(judged))


def scorecards(verdicts: list[dict], plan: str) -> tuple[Card, Card]:
    """The country's scorecard by direction, and that of the other areas, a group each, without what isn't measured."""
    areas = dict.fromkeys(row["area"] for row in verdicts)
    main = COUNTRY if COUNTRY in areas else next(iter(areas), "")
    about, names = plan_table("indicators", plan), plan_table("directions", plan)
    years = sorted({row["year"] for row in verdicts})
    rows = card_rows([row for row in verdicts if row["area"] == main], about)
    groups = [
        {"name": f"{code}. {name(direction)}", "rows": [row for row in rows if row["direction"] == code]}
        for code, direction in names.items()
    ]
    others = []
    for area in sorted((a for a in areas if a != main), key=area_name):
        own = card_rows([row for row in verdicts if row["area"] == area], about)
        others.append({"name": area_name(area), "rows": [r for r in own if not set(r["verdicts"]) <= set(MISSING)]})
    known = {row["area"]: row["as_of"] for row in verdicts}.get(main, "")
    return Card([g for g in groups if g["rows"]], years, known), Card([g for g in others if g["rows"]], years, known)


def card_rows(verdicts: list[dict], about: dict[str, dict]) -> list[dict]:
    """A row for each indicator with a cell for each year."""
    rows: dict[str, dict] = {}
    for row in verdicts:
        entry = about[row["indicator"]]
        first = {"label": f"{row['indicator']}. {name(entry)}", "unit": text(entry["unit"]), "area": row["area"]}
        first |= {"source": text("source in the plan: {source}", source=text(entry["source"]))}
        shown = rows.setdefault(row["indicator"], first | {"direction": entry["direction"], "cells": {}})
        shown["cells"][row["year"]] = cell(row)
    for shown in rows.values():
        shown["bare"] = all(c["verdict"] in MISSING for c in shown["cells"].values())
        shown["verdicts"] = list(dict.fromkeys(c["verdict"] for c in shown["cells"].values()))
    return list(rows.values())


def cell(row: dict) -> dict:
    """A verdict as a word and a tone, above the figure or the chance and the target."""
    verdict, said = row["verdict"], said_of(row)
    entry = {"verdict": verdict, "said": said, "words": text(said), "tone": TONE[verdict], "small": ""}
    if verdict == "no target":
        return entry
    goal = text("target {value}", value=number(float(row["target"]), int(row["target_decimals"])))
    if not (row["probability"] or row["figure"]):
        return entry | {"small": goal}
    chance = row["probability"]
    shown = percent(float(chance)) if chance else number(float(row["figure"]), int(row["decimals"]))
    # Who decided and why stands in the page; here the mark.
    marks = [text("by decision")] * bool(row.get("decision"))
    marks += [text("no stricter than {year}", year=row["lenient"])] if row.get("lenient") else []
    return entry | {"small": " · ".join([shown, goal, *marks])}


def counts(card: Card) -> list[dict]:
    """How many targets have each verdict, in the order of the scale."""
    cells = [cell["said"] for group in card.groups for row in group["rows"] for cell in row["cells"].values()]
    tones = TONE | {"none set": "quiet", "cell lost": "quiet"}
    tally = [{"words": text(word), "tone": tone, "n": cells.count(word)} for word, tone in tones.items()]
    return [one for one in tally if one["n"]]


def same_report(reports: Iterable[dict]) -> list[list[dict]]:
    """Reports that differ in their language alone, together."""
    groups: dict[str, list[dict]] = {}
    for one in reports:
        rest = {key: value for key, value in one["parameters"].items() if key != "language"}
        groups.setdefault(f"{one['notebook']} {rest}", []).append(one)
    return list(groups.values())


def report(group: list[dict]) -> dict:
    """One report in its languages: title in the language in use where there is one, direction, area, editions."""
    editions = [edition(one) for one in group]
    mine = sorted(editions, key=lambda e: (e["language"] != current(), not e["title"]))
    titled = next((e for e in mine if e["title"]), editions[0])
    first, parameters = group[0]["notebook"].partition("_")[0], group[0]["parameters"]
    area = parameters.get("area", "")
    rest = {key: value for key, value in parameters.items() if key not in ("language", "area")}
    listed = plan_title(rest.pop("plan")) if area == OWN and "plan" in rest else area_name(area)
    shown = [listed] * bool(area) + [f"{key} = {value}" for key, value in rest.items()]
    entry = {"title": titled["title"] or group[0]["notebook"], "href": titled["href"], "language": titled["language"]}
    # A notebook whose name begins with a direction's number is the report of that direction.
    known = plan_table("directions", parameters.get("plan", DEFAULT_PLAN))
    entry |= {"direction": first if first in known else "", "area": area or COUNTRY}
    return entry | {"shown": ", ".join(shown), "editions": editions}


def edition(one: dict) -> dict:
    """One language of a report: state, day, and its files (of the last good copy if it failed)."""
    language, state = one["parameters"].get("language", LANGUAGES[0]), one["status"]
    shown = good(one) or {}
    word, tone = STATES[state]
    entry = {"language": language, "state": state, "words": text(word), "tone": tone, "error": one.get("error", "")}
    entry |= {"title": shown.get("title", ""), "is_copy": state == "failed" and bool(shown)}
    rendered = shown.get("rendered", "")
    entry["day"] = day(date.fromisoformat(rendered[:10])) if rendered else ""
    entry["notebook"] = next((quote(file) for file in one["files"] if state == "failed"), "")
    names = (shown or one)["files"]
    html_files = [file for file in names if file.endswith(".html")]
    others = {quote(file): file.rpartition(".")[2] for file in names if file not in html_files}
    entry["href"] = quote(html_files[0]) if html_files else ""
    kinds = {"ipynb": text("notebook")}  # any other goes by its ending
    return entry | {"files": [(file, kinds.get(ending, ending)) for file, ending in others.items()]}


def filters(main: Card, others: Card, reports: list[dict], plan: str) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen, value and words: direction, area, verdict, language, state. One choice is none."""
    groups = [*main.groups, *others.groups]
    directions = {code: f"{code}. {name(direction)}" for code, direction in plan_table("directions", plan).items()}
    areas = {row["area"] for group in groups for row in group["rows"]} | {one["area"] for one in reports}
    verdicts = {verdict for group in groups for row in group["rows"] for verdict in row["verdicts"]}
    editions = [e for one in reports for e in one["editions"]]
    languages, states = ({edition[key] for edition in editions} for key in ("language", "state"))
    choices_by_key = {
        "direction": list(directions.items()) if groups or any(one["direction"] for one in reports) else [],
        "area": sorted(((area, area_name(area)) for area in areas), key=lambda pair: pair[1]),
        "verdict": [(verdict, text(verdict)) for verdict in TONE if verdict in verdicts],
        "language": [(code, LANGUAGE_NAMES[code]) for code in LANGUAGES if code in languages],
        "state": [(state, text(word)) for state, (word, _) in STATES.items() if state in states],
    }
    return {key: choices for key, choices in choices_by_key.items() if len(choices) > 1}


def area_name(area: str) -> str:
    """The name of an area; a code that no table knows as it is."""
    known = {row["area"]: row for row in fingerprint.table("areas.csv")}
    return name(known[area]) if area in known else str(area)


def plan_title(plan: str) -> str:
    """The plan's own title; the folder's name where it states none."""
    stated = [row for row in plan_rows("terms", plan) if row["kind"] == "plan"]
    return name(stated[0]) if stated else files.plan_folder(plan).name


def plan_table(table: str, plan: str) -> dict[str, dict]:
    """The rows of a table of a plan by its first column, every cell as text."""
    return {next(iter(row.values())): row for row in plan_rows(table, plan)}


def plan_rows(table: str, plan: str) -> list[dict]:
    """The rows of a table of a plan; none where the plan has no such table."""
    path = files.plan_folder(plan) / f"{table}.csv"
    return files.read_rows(path) if path.is_file() else []
