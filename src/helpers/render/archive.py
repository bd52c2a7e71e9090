"""The runs of an output folder: their history, the last good copy of a report, which is the latest, which may go."""

import contextlib
import hashlib
import itertools
import json
import math
import os
import re
import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from helpers import UserError
from helpers.render import outcomes

SHELF = 20  # single renders that the index lists
FORMAT = 2  # of run.json; runs recorded otherwise are passed over
STATUSES = ("rendered", "unchanged", "failed")
# What every run and every report in run.json says, and of which kind it is.
RUN = {"run": str, "started": str, "complete": bool, "reports": list, "version": str, "data_read_on": str}
REPORT = {"name": str, "notebook": str, "parameters": dict, "key": str, "status": str, "title": str}
COPY = {"files": list, "size": int, "title": str, "rendered": str}


def history(output: Path) -> list[dict]:
    """The records of earlier runs, newest first, as they ended and not as a clock or a folder's name says.

    A folder without a record, or whose record is damaged, is passed over; `damaged` names the latter.
    """
    runs = [one for one in map(_read, _records(output)) if isinstance(one, dict)]
    return sorted(runs, key=lambda run: (run.get("number", 0), run["folder"].name), reverse=True)


def damaged(output: Path) -> list[str]:
    """A line for each run whose record is of this format and can't be used, and for damaged verdicts of others."""
    lines = []
    for run in filter(None, map(_read, _records(output))):
        try:
            lines += [run] if isinstance(run, str) else outcomes.read_verdicts(run["folder"])[:0]
        except UserError as fault:
            lines.append(str(fault))
    return lines


def _records(output: Path) -> list[Path]:
    return sorted(path for path in output.glob("*/run.json") if path.is_file() and not path.parent.is_symlink())


def _read(path: Path) -> dict | str:
    """The record of a run, or a line that says why it is set aside; empty for a record of another format."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(record, dict) or record.get("format") != FORMAT:
            return ""
        _check(record, path.parent.name)
    except (ValueError, OSError, RecursionError, UserError) as fault:
        return f"{path.parent.name}/run.json: {fault}; this run is set aside, remove its folder"
    return record | {"folder": path.parent}


def _check(record: dict, folder: str) -> None:
    """Raises UserError for what is missing or strange; names of files stay inside the run's folder."""
    _has(record, RUN)
    datetime.fromisoformat(record["started"]), date.fromisoformat(record["data_read_on"])
    if record["run"] != folder:
        raise UserError(f"it is the record of {record['run'][:40]!r}")
    number, seconds = record.get("number", 0), record.get("seconds") if record["complete"] else 0
    if not isinstance(number, int) or not isinstance(seconds, int | float) or not math.isfinite(seconds):
        raise UserError("number or seconds is no number")
    if not isinstance(record.get("asked", {}), dict):
        raise UserError("asked is no dict")
    for report in record["reports"]:
        _has(report, REPORT)
        if report["status"] not in STATUSES:
            raise UserError(f"status {report['status'][:40]!r} is unknown")
        if copy := outcomes.good(report):
            _has(copy, COPY)
        for copy in (report, report.get("last_good") or {}):
            if copy.get("rendered"):
                datetime.fromisoformat(copy["rendered"])
            if unsafe := [name for name in [report["name"], *copy.get("files", [])] if not _inside(name)]:
                raise UserError(f"file {str(unsafe[0])[:40]!r} lies outside the run")


def _has(record: object, kinds: dict[str, type]) -> None:
    for name, kind in kinds.items():
        if not isinstance(record, dict) or not isinstance(record.get(name), kind):
            raise UserError(f"{name} is missing or no {kind.__name__}")


def _inside(name: object) -> bool:
    """Whether a file's name means one in the run's folder, or in its folder `failed`."""
    return isinstance(name, str) and bool(re.fullmatch(r"(failed/)?[^/\\\x00-\x1f]+", name)) and name not in (".", "..")


def rendered(past: list[dict]) -> dict[str, tuple[Path, dict]]:
    """The newest good report for each key, with the folder of its run."""
    return {r["key"]: (p["folder"], r) for p in reversed(past) for r in p["reports"] if r["status"] != "failed"}


def latest_complete(past: list[dict]) -> dict | None:
    """The newest batch that ended by itself; where there is none, the newest complete run; or none."""
    ended = [run for run in past if run["complete"]]
    return next((run for run in ended if not is_single(run)), ended[0] if ended else None)


def is_single(run: dict) -> bool:
    """True when notebooks were named on the command line: such a run stands beside the last batch, not in its place."""
    return bool(run.get("asked", {}).get("notebooks"))


def shelf(past: list[dict]) -> list[tuple[str, dict]]:
    """Run and record of the newest single render of each report, newest first, at most SHELF."""
    newest: dict[str, tuple[str, dict]] = {}
    for run in past:
        for report in run["reports"] if run["complete"] and is_single(run) else []:
            newest.setdefault(report["name"], (run["run"], report))
    return list(newest.values())[:SHELF]


def same(latest: dict, keys: dict[str, str]) -> bool:
    """True when a run holds exactly these reports (key by name), all of them good and still there."""
    reports = {report["name"]: report for report in latest["reports"]}
    return reports.keys() == keys.keys() and all(
        report["status"] != "failed" and report["key"] == keys[name] and current(latest["folder"], report)
        for name, report in reports.items()
    )


def shown(run: dict, output: Path) -> bool:
    """True when `latest`, where there is one, and the two indexes are there and lead to the run."""
    latest = output / "latest"
    return all((place / "index.html").is_file() for place in (output, run["folder"])) and (
        not latest.is_symlink() or os.path.realpath(latest) == os.path.realpath(run["folder"])
    )


def whole(folder: Path, report: dict) -> bool:
    """True when the report's files are all there as they were written: none was lost, cut short or edited."""
    hashes = report.get("sha256") or {}
    try:
        same = all(content_hash((folder / name).read_bytes()) == value for name, value in hashes.items())
        size = sum((folder / name).stat().st_size for name in report["files"])
        return same and bool(report["files"]) and size == report["size"]
    except OSError:
        return False


def content_hash(content: bytes | str) -> str:
    """The hash by which a written file is known again."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def current(folder: Path, report: dict) -> bool:
    """True when the report needn't be made again: it is whole, and a format it lacks can't be made here either."""
    from helpers.render import pdf

    return whole(folder, report) and not ("left_out" in report and pdf.browser())


def last_good(name: str, folder: Path, past: list[dict]) -> dict | None:
    """The newest good report of that name, linked into the folder: its files, their size, title and day."""
    for earlier in past:
        for report in earlier["reports"]:
            if report["name"] != name:
                continue
            good = outcomes.good(report)
            if good and whole(earlier["folder"], good):
                link_files(earlier["folder"], folder, good["files"])
                return {key: good[key] for key in (*COPY, "answer", "sha256", "own") if key in good}
    return None


def link_files(source: Path, target: Path, names: list[str]) -> None:
    """Put files of one run into another, without copying them where the disk allows."""
    for name in names:
        if (target / name).exists():
            continue
        (target / name).parent.mkdir(exist_ok=True)
        try:
            os.link(source / name, target / name)
        except OSError:
            shutil.copyfile(source / name, target / name)


def point_latest(folder: Path, output: Path) -> None:
    """`latest` is a link to the newest complete run; where links can't be made, the index alone says which it is."""
    temporary = output / ".latest.part"
    latest = output / "latest"
    if latest.is_dir() and not latest.is_symlink():
        return
    temporary.unlink(missing_ok=True)
    try:
        temporary.symlink_to(folder.name, target_is_directory=True)
    except OSError:
        return
    os.replace(temporary, latest)


def check_latest(output: Path) -> None:
    """Stop before anything is rendered when `latest` is a folder of somebody's own."""
    if (latest := output / "latest").is_dir() and not latest.is_symlink():
        raise UserError(f"{latest}: is a folder, where the link to the latest run belongs; move it away")


def prune(output: Path, keep: int) -> list[str]:
    """The names of the runs that were removed: all but the newest `keep`, never the latest complete one."""
    if not output.is_dir():
        return []
    with locked(output, wait=False), writing_to(output):
        past = history(output)
        latest, pointed = latest_complete(past), os.path.realpath(output / "latest")
        old = [run for run in past[keep:] if run is not latest and os.path.realpath(run["folder"]) != pointed]
        for run in old:
            shutil.rmtree(run["folder"])
        return [run["run"] for run in old]


def new_folder(output: Path, started: datetime) -> Path:
    """A new folder named after the start of the run; a second run in the same second gets a number."""
    name = started.strftime("%Y-%m-%d_%H%M%S")
    for number in itertools.count(1):
        folder = output / (f"{name}-{number}" if number > 1 else name)
        with contextlib.suppress(FileExistsError):
            folder.mkdir(parents=True)
            return folder
    raise AssertionError("unreachable")


@contextlib.contextmanager
def locked(output: Path, wait: bool, advice: str = "wait until it has ended") -> Iterator[None]:
    """One run at a time in an output folder: a second one waits, or stops with a word."""
    from filelock import FileLock, Timeout

    with writing_to(output):
        output.mkdir(parents=True, exist_ok=True)
        lock = FileLock(output / ".lock")
        try:
            lock.acquire(timeout=-1 if wait else 0)
        except Timeout:
            raise UserError(f"{output}: another run is under way; {advice}") from None
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def writing_to(output: Path) -> Iterator[None]:
    """A full disk or a folder that can't be written is the user's to mend: one line."""
    try:
        yield
    except OSError as error:
        what = error.strerror or str(error)
        raise UserError(f"{output}: {what}; make room or name another folder with --output") from error
