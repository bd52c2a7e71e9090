"""Writes what a refresh found: all tables or none, each under a temporary name first."""

import shutil
import tempfile
from datetime import date
from pathlib import Path

import pandas as pd

from helpers import files
from helpers.refresh.changes import Change
from helpers.refresh.readers import tidy
from helpers.refresh.requests import Request
from helpers.statistics import check as data_check

# In this order: at every moment each table fits those before it. A figure stands in the log before it stands in the
# table, so that a refresh that is killed between the two finds it new again.
TABLES = ["sources.csv", "changes.csv", "observations.csv"]
KEY = ["series", "area", "period", "read_on"]


def write(data: Path, changes: list[Change], requests: list[Request], today: date, rehearse: bool = False) -> list[str]:
    """Write the changes into `data/statistics`; returns the faults that the tables would have, and then writes nothing.

    With `rehearse` nothing is written either way.
    """
    folder = data / "statistics"
    old = {name: files.read_table(folder / name) for name in TABLES}
    new = {
        "sources.csv": _sources(old["sources.csv"], changes, requests, today),
        "observations.csv": _observations(old["observations.csv"], changes, today),
        "changes.csv": _changes(old["changes.csv"], changes, today),
    }
    altered = [name for name in TABLES if not new[name].equals(old[name])]
    for left in data.glob(".refresh-*"):  # of a refresh that was killed; the lock says that none is at work
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=data, prefix=".refresh-") as place:
        rehearsal = Path(place) / "data"
        shutil.copytree(data, rehearsal, ignore=shutil.ignore_patterns(".*"))
        for name in altered:
            new[name].to_csv(rehearsal / "statistics" / name, index=False, lineterminator="\n")
        if faults := data_check.check(rehearsal):
            return faults
        if not rehearse:
            files.write_all({folder / name: (rehearsal / "statistics" / name).read_bytes() for name in altered})
    return []


def _observations(table: pd.DataFrame, changes: list[Change], today: date) -> pd.DataFrame:
    """A row for every new or revised figure, dated today; a vanished one is withdrawn by a row, never deleted."""
    own = {"published": "", "read_on": f"{today}"}
    rows = [
        vars(change) | own | {"value": change.after or change.before, "status": _status(change)} for change in changes
    ]
    whole = pd.concat([table, pd.DataFrame(rows, columns=table.columns, dtype=str)])
    # A second refresh of one day replaces the figure of the first.
    return whole.drop_duplicates(KEY, keep="last").sort_values(KEY, kind="stable", ignore_index=True)


def _status(change: Change) -> str:
    if change.kind == "vanished":
        return "withdrawn"
    return "suspect" if change.mark == tidy.UNRELIABLE else "part_year" if "-M" in change.period else "final"


def _sources(table: pd.DataFrame, changes: list[Change], requests: list[Request], today: date) -> pd.DataFrame:
    """A row for every source that gave a figure, with today as the day on which it was read."""
    used = {change.source for change in changes}
    rows = []
    for request in requests:
        if request.source in used:
            publisher = vars(request.publisher)
            titles = {name: request.filled(publisher[name]) for name in ("title", "title_kk", "title_ru")}
            url = request.filled(publisher["address"] or f"https://{publisher['hosts']}/", page="0")
            rows.append(publisher | titles | {"source": request.source, "url": url, "read_on": f"{today}"})
    whole = pd.concat([table, pd.DataFrame(rows, columns=table.columns, dtype=str)])
    return whole.drop_duplicates("source", keep="last").sort_values("source", ignore_index=True)


def _changes(table: pd.DataFrame, changes: list[Change], today: date) -> pd.DataFrame:
    rows = [{"read_on": f"{today}"} | vars(change) for change in changes]
    whole = pd.concat([table, pd.DataFrame(rows, columns=table.columns, dtype=str)])
    return whole.drop_duplicates(["read_on", "series", "area", "period"], keep="last", ignore_index=True)
