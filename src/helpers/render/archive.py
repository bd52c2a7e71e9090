"""The runs of an output folder: their history, the last good copy of a report, which is the latest, which may go."""

import contextlib
import itertools
import json
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from helpers import UserError

FORMAT = 2  # of run.json; runs recorded otherwise are passed over


def history(output: Path) -> list[dict]:
    """The records of earlier runs, newest first; a folder without a readable record is passed over."""
    found = []
    for path in sorted(output.glob("*/run.json"), reverse=True):
        if path.parent.is_symlink():
            continue
        with contextlib.suppress(ValueError, OSError):
            record = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(record, dict) and record.get("format") == FORMAT:
                found.append(record | {"folder": path.parent})
    return found


def rendered(past: list[dict]) -> dict[str, tuple[Path, dict]]:
    """The newest good report for each key, with the folder of its run."""
    return {r["key"]: (p["folder"], r) for p in reversed(past) for r in p["reports"] if r["status"] != "failed"}


def latest_complete(past: list[dict]) -> dict | None:
    """The newest run that ended by itself, or none."""
    return next((run for run in past if run["complete"]), None)


def same(latest: dict, keys: dict[str, str]) -> bool:
    """True when a run holds exactly these reports (key by name), all of them good and still there."""
    reports = {report["name"]: report for report in latest["reports"]}
    if reports.keys() != keys.keys():
        return False
    return all(
        report["status"] != "failed" and report["key"] == keys[name] and current(latest["folder"], report)
        for name, report in reports.items()
    )


def whole(folder: Path, report: dict) -> bool:
    """True when the report's files are all there with the size that they had: none was lost or cut short."""
    try:
        return bool(report["files"]) and sum((folder / f).stat().st_size for f in report["files"]) == report["size"]
    except OSError:
        return False


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
            good = report.get("last_good") if report["status"] == "failed" else report
            if good and whole(earlier["folder"], good):
                link_files(earlier["folder"], folder, good["files"])
                kept = {key: good[key] for key in ("files", "size", "title", "rendered")}
                return kept | {"own": good.get("own", False)}
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
    with contextlib.suppress(FileNotFoundError):
        temporary.unlink()
    try:
        temporary.symlink_to(folder.name, target_is_directory=True)
    except OSError:
        return
    os.replace(temporary, output / "latest")


def prune(output: Path, keep: int) -> list[str]:
    """The names of the runs that were removed: all but the newest `keep`, never the latest complete one."""
    if not output.is_dir():
        return []
    with locked(output, wait=False), writing_to(output):
        past = history(output)
        latest = latest_complete(past)
        old = [run for run in past[keep:] if run is not latest]
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
def locked(output: Path, wait: bool) -> Iterator[None]:
    """One run at a time in an output folder: a second one waits, or stops with a word."""
    from filelock import FileLock, Timeout

    with writing_to(output):
        output.mkdir(parents=True, exist_ok=True)
        lock = FileLock(output / ".lock")
        try:
            lock.acquire(timeout=-1 if wait else 0)
        except Timeout:
            raise UserError(f"{output}: another run is under way; wait for it with --wait") from None
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
