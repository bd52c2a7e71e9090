"""A run: jobs rendered side by side into a folder of its own. run.json is its record; nothing that was good is lost."""

import contextlib
import itertools
import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from helpers import UserError, fingerprint, paths
from helpers.batch import Job, check
from helpers.execution import Work, packed, render

FORMAT = 1  # of run.json; runs recorded otherwise are passed over


@dataclass
class Run:
    """One run under way: its folder, its facts, and the record of each report so far, in the order of the jobs."""

    folder: Path
    facts: dict
    jobs: list[Job]
    records: dict[int, dict] = field(default_factory=dict)

    def save(self, **more: object) -> dict:
        """Write run.json as it stands; returns what was written."""
        from helpers.share import write

        self.facts |= more
        reports = [self.records[n] for n in sorted(self.records)]
        whole = self.facts | {"reports": reports}
        write(self.folder / "run.json", json.dumps(whole, ensure_ascii=False, indent=1) + "\n")
        return whole


def run(
    jobs: list[Job],
    output: Path = paths.OUTPUTS,
    workers: int = 2,
    tell: Callable[[dict], None] = lambda record: None,
    executor: Executor | None = None,
    force: bool = False,
    wait: bool = False,
) -> dict:
    """The record of a finished run: every job rendered, taken over unchanged, or its failure kept beside the last good.

    The run becomes `latest` and the index is replaced only when all jobs have ended. An interrupted run leaves what it
    finished; the next one takes that over.
    """
    for job in jobs:
        check(job)
    with locked(output, wait), writing_to(output):
        past = history(output)
        run_ = start(jobs, output)
        try:
            open_jobs = take_over(run_, past, force, tell)
            render_all(run_, open_jobs, past, workers, tell, executor)
        except BaseException:
            run_.save(complete=False)
            raise
        return finish(run_, output)


def start(jobs: list[Job], output: Path) -> Run:
    """A new run with its folder; its facts say what made it and when."""
    from helpers import share

    now = datetime.now(UTC)
    folder = new_folder(output, now)
    facts = (
        {"format": FORMAT}
        | share.provenance()
        | {"run": folder.name, "started": now.isoformat(timespec="seconds"), "complete": False}
    )
    return Run(folder, facts | {"data_sha256": fingerprint.folder_hash(paths.DATA)}, jobs)


def take_over(run_: Run, past: list[dict], force: bool, tell: Callable) -> list[int]:
    """Link the reports that haven't changed since an earlier run; returns the numbers of the jobs still to do."""
    shared = fingerprint.inputs()
    rendered = {r["key"]: (p, r) for p in reversed(past) for r in p["reports"] if r["status"] != "failed"}
    still = []
    for n, job in enumerate(run_.jobs):
        key = fingerprint.key(job, job.sisters(run_.jobs), shared)
        run_.records[n] = {"name": job.name, "notebook": job.notebook.name, "parameters": job.parameters, "key": key}
        found = None if force else rendered.get(key)
        if found and link_files(found[0]["folder"], run_.folder, found[1]["files"]):
            run_.records[n] = found[1] | {"status": "unchanged", "seconds": 0.0}
            tell(run_.records[n])
        else:
            still.append(n)
    return still


def render_all(
    run_: Run, numbers: list[int], past: list[dict], workers: int, tell: Callable, executor: Executor | None
) -> None:
    """Render the jobs on the executor and keep each result as it comes."""
    waiting = {n: run_.records.pop(n) for n in numbers}
    data = packed() if executor else None
    pool = executor or ThreadPoolExecutor(workers, thread_name_prefix="render")
    try:
        pending: dict[Future, int] = {pool.submit(render, work(run_, n, data)): n for n in numbers}
        for future in as_completed(pending):
            n = pending[future]
            record, files = future.result()
            record = waiting[n] | record | {"files": sorted(files)}
            keep(run_, n, record, files, past)
            tell(run_.records[n])
    except BaseException:
        stop_everything(pool)
        raise
    pool.shutdown()


def work(run_: Run, n: int, data: bytes | None) -> Work:
    """One job of the run with all that its rendering needs."""
    job = run_.jobs[n]
    facts = {key: run_.facts[key] for key in ("version", "commit", "data_read_on")}
    source = job.notebook.read_text(encoding="utf-8")
    sisters = job.sisters(run_.jobs)
    return Work(
        job.name,
        job.notebook.name,
        source,
        job.parameters,
        job.language,
        job.formats,
        job.time_limit,
        sisters,
        facts,
        data,
    )


def stop_everything(pool: Executor) -> None:
    """End what is under way: no further job starts, and the kernels that run are killed."""
    from helpers.warm_kernel import close_all

    pool.shutdown(wait=False, cancel_futures=True)
    close_all()


def keep(run_: Run, n: int, record: dict, files: dict[str, str], past: list[dict]) -> None:
    """Write a report's files and its record; beside a failed report, link the last good one."""
    from helpers.share import write

    for name, text in files.items():
        (run_.folder / name).parent.mkdir(exist_ok=True)
        write(run_.folder / name, text)
    if record["status"] == "failed":
        record["last_good"] = last_good(record["name"], run_.folder, past)
    run_.records[n] = record
    run_.save()


def last_good(name: str, folder: Path, past: list[dict]) -> dict | None:
    """The newest earlier report of that name, linked into the folder: its files, title and the start of its run."""
    for earlier in past:
        for report in earlier["reports"]:
            if report["name"] != name:
                continue
            good = report.get("last_good") if report["status"] == "failed" else report | {"started": earlier["started"]}
            if good and link_files(earlier["folder"], folder, good["files"]):
                return {key: good[key] for key in ("files", "title", "started")}
    return None


def finish(run_: Run, output: Path) -> dict:
    """Close the record, keep the forecasts, write the index, and make the run the latest."""
    from helpers import forecast_files, share

    forecast_files.keep(run_.folder, run_.jobs, f"{run_.facts['version']} {run_.facts['commit']}")
    began = datetime.fromisoformat(run_.facts["started"])
    seconds = round((datetime.now(UTC) - began).total_seconds(), 1)
    facts = run_.save(complete=True, seconds=seconds)
    share.write(output / "index.html", share.index(facts))
    point_latest(run_.folder, output)
    return facts | {"folder": run_.folder}


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


def link_files(source: Path, target: Path, names: list[str]) -> bool:
    """Put files of one run into another without copying them where the disk allows; False when one is gone."""
    if not names or not all((source / name).is_file() for name in names):
        return False
    for name in names:
        if (target / name).exists():
            continue
        (target / name).parent.mkdir(exist_ok=True)
        try:
            os.link(source / name, target / name)
        except OSError:
            shutil.copyfile(source / name, target / name)
    return True


def history(output: Path) -> list[dict]:
    """The records of earlier runs, newest first; a folder without a readable record is passed over."""
    found = []
    for path in sorted(output.glob("*/run.json"), reverse=True):
        if path.parent.is_symlink():
            continue
        with contextlib.suppress(ValueError):
            record = json.loads(path.read_text(encoding="utf-8"))
            if record.get("format") == FORMAT:
                found.append(record | {"folder": path.parent})
    return found


def prune(output: Path, keep_runs: int) -> list[str]:
    """The names of the runs that were removed: all but the newest `keep_runs`, never the latest complete one."""
    with locked(output, wait=False):
        past = history(output)
        latest = next((p["run"] for p in past if p["complete"]), None)
        old = [p for p in past[keep_runs:] if p["run"] != latest]
        for p in old:
            shutil.rmtree(p["folder"])
        return [p["run"] for p in old]


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
    with lock:
        yield


@contextlib.contextmanager
def writing_to(output: Path) -> Iterator[None]:
    """A full disk or a folder that can't be written is the user's to mend: one line."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno is None:
            raise
        raise UserError(f"{output}: {error.strerror}; make room or name another folder with --output") from error
