"""What a run says: the forecasts, figures and verdicts that its notebooks handed out, gathered into three tables.

`forecasts.csv` has a row for each indicator, area and period, `figures.csv` one for each figure known, `verdicts.csv`
one for each target. Where two notebooks speak of one indicator, the one that speaks of fewer is heard: the report of a
direction before the overview.
"""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

from helpers import UserError, files
from helpers.render import source

KEPT = FORECASTS, FIGURES, VERDICTS = "forecasts.csv", "figures.csv", "verdicts.csv"
KEYS = ["plan", "indicator", "area", "as_of"]
RENEW = "it is set aside, render the run's reports anew with --force"
QUANTILES = ["q025", "q10", "q25", "q50", "q75", "q90", "q975"]
COLUMNS = {
    FORECASTS: [*KEYS, "method", "version", "period", *QUANTILES, "adjustment"],
    FIGURES: [*KEYS, "series", "period", "value"],
    VERDICTS: [
        *(*KEYS, "year", "verdict", "probability", "figure", "decimals"),
        *("target", "target_decimals", "reading", "decision", "lenient"),
    ],
}


def keep(folder: Path, reports: list[dict], version: str) -> list[str]:
    """Write the tables into the folder of a run; nothing where no report hands anything out.

    Returns where reports contradict one another, a line each: an edited notebook says otherwise than the overview.
    """
    spoken = sorted(handed_out(folder, reports), key=lambda one: len({row["indicator"] for row in one["verdicts"]}))
    tables: dict[str, dict[tuple, list[dict]]] = {name: {} for name in KEPT}
    contradictions: dict[str, None] = {}
    for one in spoken:
        for name in KEPT:
            for key, rows in by_key(one[name.removesuffix(".csv")]).items():
                first = tables[name].setdefault(key, rows)
                if name == VERDICTS and plain(first) != plain(rows):
                    contradictions[f"indicator {key[1]}, {key[2]}: {one['report']} says otherwise"] = None
    if spoken:
        for name in KEPT:
            rows = [row | {"version": version} for group in tables[name].values() for row in group]
            files.write(folder / name, as_csv(COLUMNS[name], rows))
    return list(contradictions)


def differ(before: Path, after: Path) -> bool:
    """Whether two runs kept different verdicts; False where one kept none."""
    tables = [folder / VERDICTS for folder in (before, after)]
    return all(table.is_file() for table in tables) and tables[0].read_bytes() != tables[1].read_bytes()


def read_verdicts(folder: Path) -> list[dict[str, str]]:
    """The verdicts that a run kept, one row a target, every cell as text; none where the run judged nothing.

    Raises UserError for a table that was damaged since.
    """
    if not (path := folder / VERDICTS).is_file():
        return []
    rows = files.read_rows(path, [one for one in COLUMNS[VERDICTS] if one not in ("decision", "lenient")], RENEW)
    for row in rows:
        for column in ("probability", "figure", "decimals", "target", "target_decimals"):
            try:
                float(row[column] or 0)
            except ValueError:
                raise UserError(f"{files.shown(path)}: {column} {row[column]!r} is no number; {RENEW}") from None
    return rows


def good(report: dict) -> dict | None:
    """The report's files that can be shown: its own, or those of the last good copy, if any, when it failed."""
    return report.get("last_good") if report["status"] == "failed" else report


def handed_out(folder: Path, reports: list[dict]) -> Iterator[dict]:
    """What each report of a run handed out, of the last good copy where it failed."""
    for report in reports:
        for name in (good(report) or {}).get("files", []):
            if name.endswith(".ipynb"):
                for payload in payloads(folder / name):
                    yield payload | {"report": report["name"]}


def payloads(notebook: Path) -> list[dict]:
    """The outputs of an executed notebook that are made for the run; none of what is no notebook."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        return [payload for payload in source.shown(cells, files.VERDICTS_MIME) if payload]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def by_key(rows: list[dict]) -> dict[tuple, list[dict]]:
    """Rows by plan, indicator, area and day."""
    groups: dict[tuple, list[dict]] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in KEYS), []).append(row)
    return groups


def plain(rows: list[dict]) -> list[tuple]:
    """What two reports must agree on: verdict and chance of each year."""
    return [(row["year"], row["verdict"], row["probability"]) for row in rows]


def as_csv(columns: list[str], rows: list[dict]) -> str:
    """Rows as the text of a CSV file; what has no column is left out."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()
