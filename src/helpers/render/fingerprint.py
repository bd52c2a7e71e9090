"""What a report depends on, as one hash: while it stays the same, the report needn't be rendered again.

Nothing here imports pandas or Jupyter, so that a run in which nothing has changed ends at once.
"""

import contextlib
import hashlib
import json
import platform
import re
import subprocess
import sys
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from helpers import UserError, files
from helpers.render import pictures
from helpers.render.batch import Job
from helpers.render.source import source_cells

# What is asked of the tables of statistics here.
COLUMNS = {
    "series.csv": ("series", "release_lag_days"),
    "observations.csv": ("series", "area", "period", "source", "published", "read_on"),
    "sources.csv": ("source", "read_on"),
    "areas.csv": ("area", "name_kk", "name_ru", "name_en"),
}


def inputs(today: date | None = None) -> str:
    """One hash of what all reports share: data, the package's code and wording, versions, figures known today."""
    # A later day may know more figures; a day that knows the same ones needs no new report.
    return digest([digest(data_hashes()), code(), versions(), str(last_known(today or date.today()))])


def digest(content: object) -> str:
    """One hash of what JSON can hold."""
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def key(job: Job, sisters: list[tuple], shared: str) -> str:
    """A report's hash: shared inputs, the notebook's cells, its name, parameters and plan, what its page links to."""
    sources = source_cells(job.notebook)
    if sources is None:
        return ""  # no notebook that could be read; the check of the job says so in words
    parts = [shared, job.name, sources, job.parameters, job.formats, sisters, plan_hash(job.plan)]
    words = "\n".join("".join(source) for kind, source, _ in sources if kind == "markdown")
    parts += [pictures.beside(words, job.notebook.parent)] if pictures.BESIDE.search(words) else []
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def plan_hash(name: str) -> str:
    """One hash of a plan's folder; none where it lies in the data, which all reports share."""
    folder = files.plan_folder(name)
    return "" if folder.is_relative_to(files.DATA) else folder_hash(folder)


def code() -> str:
    """One hash of the package's own files."""
    return folder_hash(files.PACKAGE)


def data_hashes() -> dict[str, str]:
    """The hash of each table in use by its path; own figures only where they are laid over the published ones."""
    published = {name: one for name, one in file_hashes(files.DATA).items() if not name.startswith("own/")}
    own = files.own_tables()
    return published | ({f"own/{name}": one for name, one in file_hashes(own).items()} if own else {})


def folder_hash(folder: Path) -> str:
    """One hash of all files of a folder, by name and content."""
    return digest(file_hashes(folder))


def file_hashes(folder: Path) -> dict[str, str]:
    """The hash of each file of a folder by its path; caches and hidden files are left out."""
    hashes = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part == "__pycache__" or part.startswith(".") for part in name.parts):
            hashes[name.as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return hashes


def versions() -> list[str]:
    """Python, and every installed distribution by the folder with its version: `numpy-2.4.0.dist-info`; sorted."""
    places = [Path(place) for place in sys.path]
    return [platform.python_version(), *sorted({path.name for place in places for path in place.glob("*.*-info")})]


def last_known(today: date) -> date | None:
    """The day on which the newest figure that is known today became known, as `statistics.vintages` has it."""
    try:
        return max((day for day in (day_known(*case) for case in _cases()) if day <= today), default=None)
    except (KeyError, ValueError) as fault:
        raise UserError(f"statistics/observations.csv: {fault} can't be read; `jospar data check` says where") from None


def _cases() -> set[tuple]:
    """What decides the day of each figure; many figures share a period and a lag, so each case is reckoned once."""
    lags = {row["series"]: timedelta(int(row["release_lag_days"])) for row in table("series.csv")}
    rows, first, seen, cases = table("observations.csv"), {}, set(), set()
    for row in rows:
        if row["read_on"]:
            first[row["series"]] = min(row["read_on"], first.get(row["series"], row["read_on"]))
    for row in rows:
        figure = row["series"], row["area"], row["period"]
        later = figure in seen or row["read_on"] > first.get(row["series"], "")
        cases.add((row["published"], row["read_on"], later, row["period"], lags[row["series"]]))
        seen.add(figure)
    return cases


def day_known(published: str, read: str, revised: bool, period: str, lag: timedelta) -> date:
    """The day from which a value counts, as `statistics.vintages` has it."""
    if published:
        return date.fromisoformat(published)
    usual = period_end(period) + lag
    return usual if not read else date.fromisoformat(read) if revised else min(usual, date.fromisoformat(read))


def read_on() -> str:
    """The last day on which a source of the figures was read."""
    used = {row["source"] for row in table("observations.csv")}
    days = [row["read_on"] for row in table("sources.csv") if row["source"] in used]
    if not all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in days) or not days:
        raise UserError("statistics/sources.csv: no day stands in read_on; `jospar data check` says where")
    return max(days)


def period_end(period: str) -> date:
    """The last day of a period as the tables write it: `2025`, `2025-Q3`, `2026-08` or `2025-M09` (to September)."""
    year, _, part = period.partition("-")
    month = 3 * int(part[1:]) if part.startswith("Q") else int(part.removeprefix("M") or 12)
    return date(int(year), month, monthrange(int(year), month)[1])


def table(name: str) -> list[dict[str, str]]:
    """The rows of a table of statistics, every cell as text."""
    return files.read_rows(files.STATISTICS / name, COLUMNS[name])


@lru_cache
def provenance() -> dict:
    """What made a report: the package's version, the commit, the day and the day the data were last read."""
    commit = ""
    with contextlib.suppress(OSError):  # no git
        asked = ["git", "-C", str(files.ROOT), "rev-parse", "--short", "HEAD"]
        commit = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    return {"version": version("jospar"), "commit": commit or None, "data_read_on": read_on()}
