"""A run: jobs rendered side by side into a folder of its own. run.json is its record; nothing that was good is lost."""

import contextlib
import json
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed, wait as wait_for
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from helpers import UserError, files
from helpers.render import archive, fingerprint, pictures
from helpers.render.batch import DEFAULT_PLAN, Job, check, sisters
from helpers.render.fingerprint import provenance
from helpers.render.outcomes import COLUMNS, FIGURES, FORECASTS, VERDICTS, as_csv
from helpers.render.progress import Progress

__all__ = [
    "COLUMNS", "DEFAULT_PLAN", "FIGURES", "FORECASTS", "VERDICTS", "Progress", "archive", "as_csv", "batch", "cluster",
    "kernels", "outcomes", "parcel", "preview", "provenance", "run", "schedule", "source", "summary",
]  # fmt: skip
__dir__ = __all__.copy

STOP_LIMIT = 5.0  # seconds that an interrupted run gives its kernels to end


def ignore(*_: object) -> None:
    """Nothing, for who doesn't want to be told."""


@dataclass
class Run:
    """One run: its jobs with their keys and sister pages, and once it is under way its folder, facts and records."""

    jobs: list[Job]
    keys: list[str]
    sisters: list[list[tuple[str, str, str]]]
    folder: Path = Path()
    facts: dict = field(default_factory=dict)
    records: dict[int, dict] = field(default_factory=dict)

    def turn(self, n: int) -> int:
        """How many languages of the report come before this one."""
        return [code for code, _, _ in self.sisters[n]].index(self.jobs[n].language) if self.sisters[n] else 0

    def save(self, **more: object) -> dict:
        """Write run.json as it stands, the reports in the order of the jobs; returns what was written."""
        self.facts |= more
        whole = self.facts | {"reports": [self.records[n] for n in sorted(self.records)]}
        files.write(self.folder / "run.json", json.dumps(whole, ensure_ascii=False, indent=1, default=str) + "\n")
        return whole


def run(
    jobs: list[Job],
    output: Path = files.OUTPUTS,
    workers: int = 2,
    tell: Callable[[dict], None] = ignore,
    executor: Executor | None = None,
    force: bool = False,
    wait: bool = False,
    watch: Callable[[str, int, int], None] = ignore,
    if_changed: bool = False,
    asked: dict | None = None,
    news: Callable[[dict, dict], list[dict]] | None = None,
) -> dict:
    """The record of a finished run: every job rendered, taken over unchanged, or its failure kept beside the last good.

    The run becomes `latest` and the index is replaced only when all jobs have ended. An interrupted run leaves what it
    finished; the next one takes that over. `tell` gets each report's record, `watch` its name and the cell under way.
    With `if_changed`, the latest complete run is returned as it is when it holds just these reports. `news` tells which
    verdicts a new batch changed, from the records of the last one and of this; they open the index.
    """
    rendering = prepared(jobs, output, force)
    with archive.locked(output, wait, "wait for it with --wait"), archive.writing_to(output):
        if wait:  # while it waited, the data may have changed
            rendering = prepared(jobs, output, force)
        archive.check_latest(output)
        past = archive.history(output)
        latest = archive.latest_complete(past)
        keys = {job.name: key for job, key in zip(jobs, rendering.keys, strict=True)}
        if if_changed and not force and latest and archive.same(latest, keys) and archive.shown(latest, output):
            return latest | {"new": False}
        number = 1 + max((run.get("number", 0) for run in past), default=0)
        start(rendering, output, asked or {}, number)
        try:
            numbers = take_over(rendering, {} if force else archive.rendered(past), tell)
            render_all(rendering, numbers, past, executor or ThreadPoolExecutor(workers, "render"), tell, watch)
        except BaseException:
            with contextlib.suppress(OSError, UserError):
                rendering.save(complete=False)
            raise
        return finish(rendering, output, news) | {"new": True}


def prepared(jobs: list[Job], output: Path, force: bool) -> Run:
    """The jobs with their keys, checked before anything is written: all that weren't rendered just so before."""
    if not jobs:
        raise UserError("there is no report to render; the batch is empty")
    names = [job.name for job in jobs]
    if twice := {name for name in names if names.count(name) > 1}:
        raise UserError(f"{min(twice)}: two reports would have this name; rename a notebook or leave one out")
    pages, shared = sisters(jobs), fingerprint.inputs()
    keys = [fingerprint.key(job, same, shared) for job, same in zip(jobs, pages, strict=True)]
    known = {} if force else archive.rendered(archive.history(output))
    for job, key in zip(jobs, keys, strict=True):
        # The check needs papermill, which takes long to import: an unchanged run does without.
        if key not in known:
            check(job)
    return Run(jobs, keys, pages)


def start(rendering: Run, output: Path, asked: dict, number: int) -> None:
    """Give the run its folder and the facts that say what made it, of which data, and when."""
    now = datetime.now(UTC)
    rendering.folder = archive.new_folder(output, now)
    started, data = now.isoformat(timespec="seconds"), fingerprint.data_hashes()
    rendering.facts = {"format": archive.FORMAT} | fingerprint.provenance()
    rendering.facts |= {"run": rendering.folder.name, "number": number, "started": started, "complete": False}
    rendering.facts |= {"asked": asked, "data_known_on": str(fingerprint.last_known(now.date()))}
    own = files.own_tables() is not None
    rendering.save(data_sha256=fingerprint.digest(data), data=data, own=own)


def take_over(rendering: Run, good: dict[str, tuple[Path, dict]], tell: Callable) -> list[int]:
    """Link the reports that haven't changed since an earlier run; returns the numbers of the jobs still to do."""
    still = []
    for n, key in enumerate(rendering.keys):
        folder, report = good.get(key, (None, None))
        if report and archive.current(folder, report):
            archive.link_files(folder, rendering.folder, report["files"])
            rendering.records[n] = report | {"status": "unchanged", "seconds": 0.0}
            tell(rendering.records[n])
        else:
            still.append(n)
    rendering.save()
    return still


def render_all(
    rendering: Run, numbers: list[int], past: list[dict], pool: Executor, tell: Callable, watch: Callable
) -> None:
    """Render the jobs on the executor and keep each result as it comes."""
    from helpers.render import pdf
    from helpers.render.execution import Work

    pending: dict[Future, int] = {}
    try:
        submit = submitter(pool, [rendering.jobs[n].notebook for n in numbers], watch) if numbers else None
        facts = {key: rendering.facts[key] for key in ("version", "commit", "data_read_on", "own")}
        # One language of each report first: the others take over what doesn't depend on the language.
        for n in sorted(numbers, key=rendering.turn):
            job = rendering.jobs[n]
            work = Work.of(job, pictures.with_pictures(job.notebook), rendering.sisters[n], facts)
            pending[submit(work)] = n
        for future in as_completed(list(pending)):
            record, contents = result(future)
            keep(rendering, pending[future], record, contents, past)
            tell(rendering.records[pending.pop(future)])
    except BaseException:
        stop(pool, list(pending))
        raise
    pool.shutdown()
    pdf.close()


def submitter(pool: Executor, notebooks: list[Path], watch: Callable) -> Callable:
    """How work on notebooks is handed out: as it is to threads of this process, with all it needs to anything else."""
    from helpers.render import cluster, execution, kernels

    if isinstance(pool, ThreadPoolExecutor):
        if len(notebooks) > 1:  # for a single report, a kernel of its own starts sooner
            kernels.prepare(set(notebooks))
        return lambda work: pool.submit(execution.render, work, watch)
    code, data = fingerprint.code(), cluster.packed(files.DATA)
    return lambda work: pool.submit(cluster.render, work, data, code)


def result(future: Future) -> tuple[dict, dict[str, bytes]]:
    """What a job gave; whatever went wrong with it is its own failure and stops no other."""
    from helpers.render.execution import disguise, one_line

    try:
        return future.result()
    except Exception as failure:
        error = disguise()(f"{type(failure).__name__}: {one_line(failure)}")
        return {"status": "failed", "error": error, "title": "", "seconds": 0.0, "size": 0, "kernel": "none"}, {}


def stop(pool: Executor, pending: list[Future]) -> None:
    """End what is under way: no further job starts, and the kernels that run are killed."""
    from helpers.render import execution

    for future in pending:
        future.cancel()
    pool.shutdown(wait=False)
    if isinstance(pool, ThreadPoolExecutor):
        end = time.monotonic() + STOP_LIMIT
        # Again and again, since a thread may have been about to start its kernel.
        while time.monotonic() < end and wait_for(pending, 0.1).not_done:
            execution.kill_kernels()


def check_data(rendering: Run) -> None:
    """Stop a run whose data change under it: one part would rest on the old figures, the other on the new ones."""
    now, before = fingerprint.data_hashes(), rendering.facts["data"]
    if changed := sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name)):
        raise UserError(f"data/{changed[0]}: changed while the run was under way; nothing is published, start it again")


def keep(rendering: Run, n: int, record: dict, contents: dict[str, bytes], past: list[dict]) -> None:
    """Write a report's files and its record; beside a failed report, link the last good one."""
    from helpers.render import page

    check_data(rendering)
    for name, content in contents.items():
        (rendering.folder / name).parent.mkdir(exist_ok=True)
        files.write(rendering.folder / name, content)
    hashes = {name: archive.content_hash(content) for name, content in sorted(contents.items())}
    job = rendering.jobs[n]
    asked = {"name": job.name, "notebook": job.notebook.name, "parameters": job.parameters, "key": rendering.keys[n]}
    record = asked | record | {"files": sorted(contents), "sha256": hashes, "own": rendering.facts["own"]}
    if record["status"] == "failed":
        record["last_good"] = archive.last_good(job.name, rendering.folder, past)
        if record["last_good"]:
            page.mark_copy(rendering.folder, record["last_good"], job.language)
    else:
        record["rendered"] = datetime.now(UTC).isoformat(timespec="seconds")
    rendering.records[n] = record
    rendering.save()


def finish(rendering: Run, output: Path, news: Callable[[dict, dict], list[dict]] | None = None) -> dict:
    """Gather the forecasts, write summary and index, make the run the latest; last of all it is recorded complete."""
    from helpers.render import index, outcomes, summary

    reports = [rendering.records[n] for n in sorted(rendering.records)]
    contradictions = outcomes.keep(rendering.folder, reports, "{version} {commit}".format(**rendering.facts))
    began = datetime.fromisoformat(rendering.facts["started"])
    seconds = round((datetime.now(UTC) - began).total_seconds(), 1)
    check_data(rendering)
    facts = rendering.save(seconds=seconds, contradictions=contradictions) | {"complete": True}
    past = [facts | {"folder": rendering.folder}, *archive.history(output)]
    latest, former = (archive.latest_complete(runs) for runs in (past, past[1:]))
    if news and former and latest is past[0] and outcomes.differ(former["folder"], rendering.folder):
        facts = rendering.save(changes=news(former, latest)) | {"complete": True}
        latest |= facts
    summary.write(facts | {"folder": rendering.folder})
    shelf = [one for one in archive.shelf(past) if one[0] != latest["run"]]
    contents = index.contents(facts, rendering.folder, shelf)
    for name, page in index.pages(contents).items():
        files.write(rendering.folder / name, page)
    if latest["run"] != facts["run"]:
        contents = index.contents(latest, latest["folder"], shelf)
    for name, page in index.pages(contents, f"{latest['run']}/").items():
        files.write(output / name, page)
    archive.point_latest(latest["folder"], output)
    rendering.save(complete=True)
    return facts | {"folder": rendering.folder}
