"""Checks every table of `data/` against `datapackage.json`, and the rules that join the tables.

Frictionless, which checks such packages, takes nan, INF, 1e308, 1_000 and 2025-1-5 for good (5.21, November 2026).
"""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from operator import itemgetter
from pathlib import Path

import pandas as pd

from helpers import UserError, files
from helpers.statistics import period_end

PERIODS = {"A": r"\d{4}(-M\d\d)?", "Q": r"\d{4}-Q[1-4]", "M": r"\d{4}-\d\d"}
WAYS = {"A": "2025 or 2025-M09", "Q": "2025-Q3", "M": "2026-08"}
DATE = "[0-9]{4}-[0-9][0-9]-[0-9][0-9]"
FORMS = {  # of a cell by its column's type or notation, and an example
    "number": (r"-?[0-9]+(\.[0-9]+)?", "4.6"),
    "scientific": (r"-?[0-9]+(\.[0-9]+)?(e[+-][0-9]+)?", "4.6"),  # of commands, 1.2e+07; none is typed so by hand
    "integer": ("-?[0-9]+", "2025"),
    "date": (DATE, "2025-12-31"),
}


def check(folder: Path = files.DATA) -> list[str]:
    """Faults of the tables, one line each: file, line, column, what is wrong, what to do. Empty when all is well."""
    package = _package(folder)
    tables, faults = {}, []
    for resource in package["resources"]:
        tables[resource["name"]], missing = _read(folder, resource)
        faults += missing or _schema_faults(resource, tables[resource["name"]])
    # A rule that joins tables says nothing sensible about a broken one.
    faults = faults or [fault for resource in package["resources"] for fault in _key_faults(resource, tables)]
    rules = (_observation_faults, _gap_faults, _cover_faults, _name_faults, _request_faults)
    return faults or [fault for faults_of in rules for fault in faults_of(tables)]


def check_own(place: Path, folder: Path = files.DATA) -> list[str]:
    """Faults of the office's own tables, one line each, by the rules of the published ones but for address and unit."""
    package = {resource["name"]: resource for resource in _package(folder)["resources"]}
    tables, own, faults = {}, {}, []
    for name in ("series", "observations", "sources", "areas", "indicators"):
        tables[name] = published = _read(folder, package[name])[0]
        if not (path := place / f"{name}.csv").is_file() and name in ("areas", "indicators"):
            continue
        about = package[name] | {"path": f"own/{name}.csv"}
        free = [f | ({"constraints": {}} if f["name"] in ("url", "unit") else {}) for f in about["schema"]["fields"]]
        own[name] = about | {"schema": about["schema"] | {"fields": free}}
        table = files.read_table(path, [field["name"] for field in free])
        table.index = [line for line, _ in files.read_cells(path)[1:]]
        faults += _schema_faults(own[name], table)
        tables[name] = table if name == "observations" else pd.concat([table, published])
    if faults := faults or [line for name in ("series", "observations") for line in _key_faults(own[name], tables)]:
        return faults
    return list(_observation_faults(tables, own["observations"]["path"]))


def _package(folder: Path) -> dict:
    path = Path(folder) / "datapackage.json"
    if not path.is_file():
        raise UserError(f"{path.name} is missing in {Path(folder).name}/; restore it from the repository")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"{path.name} is no valid JSON ({error}); mend it or restore it from the repository") from None


def _read(folder: Path, resource: dict) -> tuple[pd.DataFrame, list[str]]:
    """A table as text, its index the lines of the file; or why it can't be read."""
    path, name = Path(folder) / resource["path"], resource["path"]
    expected = [field["name"] for field in resource["schema"]["fields"]]
    try:
        (_, head), *rows = files.read_cells(path, "restore it, or take it out of datapackage.json")
    except UserError as fault:
        return pd.DataFrame(), [str(fault)]
    with path.open("rb") as file:
        mark = file.read(len(codecs.BOM_UTF8))
    if mark == codecs.BOM_UTF8:
        return pd.DataFrame(), [f"{name}, line 1: begins with a byte order mark; save it as plain CSV in UTF-8"]
    if head != expected:
        columns = f"the columns are {', '.join(head)}; they must be {', '.join(expected)}"
        return pd.DataFrame(), [f"{name}, line 1: {columns}"]
    return pd.DataFrame([row for _, row in rows], [line for line, _ in rows], expected, dtype=object), []


def _schema_faults(resource: dict, table: pd.DataFrame) -> list[str]:
    """Faults that one table has by itself, in the order of its lines; each rule carries its own advice."""
    faults = []
    for field in resource["schema"]["fields"]:
        name, cells = field["name"], list(table[field["name"]].items())
        for advice, holds in _rules(field).items():
            wrong = {text for text in {text for _, text in cells} if not holds(text)}
            faults += [(n, _line(resource["path"], n, name, text, advice)) for n, text in cells if text in wrong]
    return [*(line for _, line in sorted(faults, key=itemgetter(0))), *_duplicates(resource, table)]


def _rules(field: dict) -> dict[str, Callable[[str], bool]]:
    """Tests of a column's texts by the advice to give where one fails; only a required text may not be empty."""
    constraints, rules = field.get("constraints", {}), {}
    form, example = FORMS.get(field.get("notation") or field["type"], ("", ""))
    if constraints.get("required"):
        rules["is empty; fill it in"] = lambda text: text.strip() != ""
    if form:
        rules[f"is no {field['type']}; write it as {example}"] = lambda text: text == "" or _is_one(text, form)
    if pattern := constraints.get("pattern"):
        whole = re.compile(pattern)
        rules[f"has the wrong form; it must match {pattern}"] = lambda text: text == "" or bool(whole.fullmatch(text))
    if allowed := constraints.get("enum"):
        rules[f"is unknown; use one of: {'; '.join(allowed)}"] = lambda text: text in {"", *allowed}
    low, high = constraints.get("minimum", float("-inf")), constraints.get("maximum", float("inf"))
    if low > float("-inf") or high < float("inf"):
        bounds = f"is outside {low} to {high}; correct it"
        rules[bounds] = lambda text: not re.fullmatch(form, text) or low <= float(text) <= high
    return rules


def _duplicates(resource: dict, table: pd.DataFrame) -> Iterator[str]:
    key, first = resource["schema"]["primaryKey"], {}
    for number, *values in table[key].itertuples(name=None):
        line = first.setdefault(tuple(values), number)
        if line != number:
            advice = f"stands on line {line} already; keep one"
            yield _line(resource["path"], number, " + ".join(key), ", ".join(values), advice)


def _key_faults(resource: dict, tables: dict[str, pd.DataFrame]) -> Iterator[str]:
    """Codes that another table doesn't know."""
    table = tables[resource["name"]]
    for key in resource["schema"].get("foreignKeys", []):
        column, reference = key["fields"], key["reference"]
        known = tables[reference["resource"]][reference["fields"]]
        unknown = table[~table[column].isin({"", *known})]
        for number, value in unknown[column].items():
            advice = f"is not in {reference['resource'].replace('-', '_')}.csv; {files.nearest(value, known)}"
            yield _line(resource["path"], number, column, value, advice)


def _observation_faults(tables: dict, path: str = "statistics/observations.csv") -> Iterator[str]:
    """Figures that contradict what series.csv says of their series; of two rows of a series the first counts."""
    catalogue = tables["series"].drop_duplicates("series").set_index("series").to_dict("index")
    for number, row in tables["observations"].to_dict("index").items():
        for column, advice in _row_faults(row, catalogue[row["series"]]):
            yield _line(path, number, column, row[column], advice)


def _row_faults(row: dict, facts: dict) -> Iterator[tuple[str, str]]:
    frequency, value = facts["frequency"], row["value"]
    if not re.fullmatch(PERIODS[frequency], row["period"], re.ASCII):
        yield "period", f"does not fit the frequency {frequency} of {row['series']}; write it as {WAYS[frequency]}"
    if row["status"] != "suspect" and (row["status"] == "part_year") != ("-M" in row["period"]):
        yield "status", f"does not fit the period {row['period']}; part_year goes with a period such as 2025-M09"
    low, high = float(facts["lower_bound"] or "-inf"), float(facts["upper_bound"] or "inf")
    if not low <= float(value) <= high:
        yield "value", f"is outside {low:g} to {high:g}, the bounds of {row['series']}; check the unit and the digits"
    digits = len(value.partition(".")[2])
    if row["status"] != "suspect" and digits != int(facts["decimals"]):
        yield "value", f"has {digits} decimals, {row['series']} has {facts['decimals']}; write the printed figure"
    # A projection is published before its period; its code says so.
    projected = row["series"].endswith("_projection")
    for column, day in (("published", row["published"]), ("read_on", row["read_on"])):
        if not projected and day and day < f"{period_end(row['period']):%Y-%m-%d}":
            yield column, f"is before the end of {row['period']}; a figure can't be older than its period"
    if row["status"] == "withdrawn" and not row["read_on"]:
        yield "status", "needs read_on, the day from which the figure is no longer given; add it"


def _gap_faults(tables: dict[str, pd.DataFrame]) -> Iterator[str]:
    """Holes inside a series that series.csv doesn't declare, and declared holes that are filled."""
    lines = {code: number for number, code in tables["series"]["series"].items()}
    catalogue = tables["series"].set_index("series")
    whole = tables["observations"][~tables["observations"]["period"].str.contains("-M")]
    for (code, area), rows in whole.groupby(["series", "area"]):
        declared = catalogue.loc[code, "gaps"].split()
        if declared == ["irregular"]:
            continue
        index = pd.PeriodIndex(rows["period"], freq={"A": "Y", "Q": "Q", "M": "M"}[catalogue.loc[code, "frequency"]])
        missing = pd.period_range(index.min(), index.max(), freq=index.freq).difference(index)
        holes = {str(period).replace("Q", "-Q") for period in missing}
        for hole in sorted(holes ^ set(declared)):
            state = f"a figure for {area} in {hole}, which is declared as a gap; take it out of the gaps"
            if hole in holes:
                state = f"no figure for {area} in {hole}; add it or declare the gap"
            yield f"statistics/series.csv, line {lines[code]}, gaps: {code} has {state}"


def _cover_faults(tables: dict[str, pd.DataFrame]) -> Iterator[str]:
    """Series without a figure; indicators with neither a series nor a reason, or with both."""
    used = set(tables["observations"]["series"])
    for number, code in tables["series"]["series"].items():
        if code not in used:
            yield _line("statistics/series.csv", number, "series", code, "has no observation; add one or drop it")
    measured = set(tables["series"].loc[tables["series"]["role"] == "indicator", "indicator"])
    reasons = set(tables["not-measured"]["indicator"])
    for number, code in tables["indicators"]["indicator"].items():
        if (code in measured) == (code in reasons):
            state = "both a series and a reason" if code in measured else "neither a series nor a reason"
            advice = f"has {state}; put it either in series.csv (role indicator) or in not_measured.csv"
            yield _line("plan/indicators.csv", number, "indicator", code, advice)


def _name_faults(tables: dict[str, pd.DataFrame]) -> Iterator[str]:
    """A yearly series that measures an indicator is found by its name, in whichever plan: the two must agree."""
    names = tables["indicators"].set_index("indicator")["name_kk"]
    series = tables["series"]
    measuring = series[(series["role"] == "indicator") & (series["frequency"] == "A") & (series["indicator"] != "")]
    for line, row in measuring.iterrows():
        if row["name_kk"] != names[row["indicator"]]:
            advice = f"is not the name of indicator {row['indicator']}; make them the same, or the role another"
            yield f"statistics/series.csv, line {line}, name_kk: «{row['name_kk'][:40]}» {advice}"


def _request_faults(tables: dict[str, pd.DataFrame]) -> Iterator[str]:
    """Series of which nobody says where they come from, and requests that lack what asking needs."""
    path = "statistics/requests.csv"
    publishers = tables["publishers"].set_index("source").to_dict("index")
    for number, row in tables["requests"].iterrows():
        if row["source"] == "hand":
            continue
        for column in ("request", "areas", "revision_bound"):
            if not row[column]:
                yield _line(path, number, column, "", "is empty; fill it in, or let the source be hand")
        facts = publishers[row["source"]]
        needed = set(re.findall(r"(?<!{){(\w+)}", " ".join(facts.values()))) - {"page"}
        if missing := sorted(needed - {word.partition("=")[0] for word in row["request"].split(" ")}):
            advice = f"lacks {missing[0]}=; {row['source']} asks for it"
            yield _line(path, number, "request", row["request"], advice)
    lines = {code: number for number, code in tables["series"]["series"].items()}
    for code in sorted(set(lines) - set(tables["requests"]["series"]), key=lines.get):
        advice = "is not in requests.csv; add where it comes from, or hand"
        yield _line("statistics/series.csv", lines[code], "series", code, advice)


def _line(path: str, number: int, column: str, value: str, advice: str) -> str:
    return f"{path}, line {number}, {column}: {value!r} {advice}"


def _is_one(text: str, form: str) -> bool:
    """Whether a text has the form, and is a day of the calendar where the form is a date's."""
    return bool(re.fullmatch(form, text)) and (form != DATE or not pd.isna(pd.to_datetime(text, errors="coerce")))
