"""Commands on reports and runs: render, preview, runs, prune, share, compare, schedule install."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from helpers import UserError, files

app = typer.Typer()
schedule_app = typer.Typer(no_args_is_help=True, help="Render every night.")
app.add_typer(schedule_app, name="schedule")
STOPPING = {signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}
Output = Annotated[Path | None, typer.Option(help="folder of all runs; default: outputs")]
Refresh = Annotated[bool, typer.Option("--refresh", help="ask the publishers first")]
Keep = Annotated[int, typer.Option(help="how many runs stay; 0: all", min=0)]
Format = Annotated[str, typer.Option(help="what --notify gets: text, json, html or both (text and json)")]
Notify = Annotated[str, typer.Option(help="shell command that gets the message on standard input")]
Parameters = Annotated[
    list[str] | None, typer.Option("--parameter", "-p", metavar="NAME=VALUE", help="of the notebook; own=FOLDER")
]


def stop_once(*_: object) -> None:
    """Raise KeyboardInterrupt for the first signal, and ignore what comes after: stopping needs no second word."""
    import logging

    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)
    logging.disable()  # kernels that are killed are no news
    raise KeyboardInterrupt


@contextlib.contextmanager
def interruptible(words: str = "interrupted; the next run takes over what is finished") -> Iterator[None]:
    """SIGTERM and SIGHUP end a run as Ctrl-C does: with what is finished kept, and with no process left."""
    import psutil

    from helpers.render import kernels

    kernels.adopt_orphans()
    others = psutil.Process().children()
    before = {number: signal.getsignal(number) for number in STOPPING}
    for number, handler in before.items():
        if handler != signal.SIG_IGN:  # as nohup asks for
            signal.signal(number, stop_once)
    try:
        yield
    except KeyboardInterrupt:
        with contextlib.suppress(OSError):  # the terminal may be gone
            print(f"jospar: {words}" if words else "", file=sys.stderr)
        raise SystemExit(130) from None
    else:
        for number, handler in before.items():
            signal.signal(number, handler)
    finally:
        kernels.end_descendants(others)


@app.command()
def render(
    notebooks: Annotated[list[Path] | None, typer.Argument(help="by file, name or number; none: the batch")] = None,
    parameter: Parameters = None,
    batch: Annotated[str, typer.Option(help="name of a batch")] = "default",
    file: Annotated[Path | None, typer.Option(help="batches, beside their notebooks; default: batch.yml")] = None,
    output: Output = None,
    jobs: Annotated[int | None, typer.Option(help="side by side; default: the cores", min=1, max=256)] = None,
    cluster: Annotated[str | None, typer.Option(help="render on the Dask cluster at this address")] = None,
    force: Annotated[bool, typer.Option("--force", help="render what hasn't changed too")] = False,
    if_changed: Annotated[bool, typer.Option("--if-changed", help="no new run when nothing has changed")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="wait for a run that is under way")] = False,
    notify: Annotated[str | None, typer.Option(help="shell command that gets a summary on standard input")] = None,
    notify_format: Format = "both",
    quiet: Annotated[bool, typer.Option("--quiet", help="say nothing but faults")] = False,
    without_own: Annotated[bool, typer.Option("--without-own", help="the public edition, without data/own")] = False,
    include_own: Annotated[bool, typer.Option("--include-own", help="send own figures to the cluster")] = False,
) -> None:
    """Render notebooks, or a whole batch, into pages; exit code 1 when a report failed, 2 when none could start."""
    from helpers import render as runs, shared
    from helpers.render import Progress, summary

    own = [os.path.realpath(pair.partition("=")[2]) for pair in parameter or [] if pair.startswith("own=")][-1:]
    parameter = [pair for pair in parameter or [] if not pair.startswith("own=")]
    if notify_format not in summary.FORMATS:
        raise UserError(f"--notify-format: knows {', '.join(summary.FORMATS)}, not {notify_format!r}")
    work, asked = chosen(notebooks, batch, file, parameter)
    use_own("none" if without_own else "".join(own) or next((job.own for job in work), ""))
    target = Path(os.path.realpath(output or files.OUTPUTS))
    place = Path(os.environ.setdefault(shared.VARIABLE, str(target / ".cache")))  # for the kernels
    options = {"force": force, "wait": wait, "if_changed": if_changed, "asked": asked, "news": changes}
    with interruptible(), executor(cluster, include_own) as pool, Progress(len(work), quiet) as progress:
        facts = runs.run(work, target, jobs or cores(), progress.tell, pool, watch=progress.watch, **options)
    shared.trim(place)
    if facts["new"] and notify and (fault := summary.notify(notify, facts, notify_format)):
        print(f"jospar: {fault}", file=sys.stderr)
    if not quiet:
        print(target / "index.html" if facts["new"] else f"nothing has changed since the run {facts['run']}")
    for line in summary.left_out(facts):
        print(f"jospar: {line}", file=sys.stderr)
    warn(target)
    if progress.failed:
        raise SystemExit(1)


def changes(before: dict, after: dict) -> list[dict]:
    """Which verdicts changed between two runs, and why; what this takes is loaded only when there is something."""
    from helpers.record import news

    return news.changes(before, after)


def use_own(folder: str) -> None:
    """Lay a folder of own figures over the published ones, in the kernels too; `none` lays none, empty the usual."""
    if folder:
        os.environ["JOSPAR_OWN"] = folder if folder == "none" else str(files.ROOT / folder)
        files.own_tables()  # raises where there are none


@app.command()
def preview(
    notebook: Annotated[Path, typer.Argument(help="the notebook to work on")],
    parameter: Parameters = None,
    port: Annotated[int, typer.Option(help="port of this machine; default: a free one", min=0, max=65535)] = 0,
) -> None:
    """Show a notebook's page in the browser, rendered anew whenever notebook, data or package are saved."""
    import tempfile

    from helpers import shared
    from helpers.render import preview as previews

    with tempfile.TemporaryDirectory(prefix="jospar-", ignore_cleanup_errors=True) as folder, interruptible(""):
        os.environ.setdefault(shared.VARIABLE, folder)
        previews.preview(notebook.resolve(), parameter or [], port, lambda line: print(line, flush=True))


def warn(output: Path) -> None:
    """Name the runs whose records are damaged, on standard error."""
    from helpers.render import archive

    for line in archive.damaged(output):
        print(f"jospar: {line}", file=sys.stderr)


def chosen(notebooks: list[Path] | None, batch: str, file: Path | None, pairs: list[str]) -> tuple[list, dict]:
    """The jobs that the command line asks for, and how it asked, for the record of the run."""
    from helpers.render import batch as batches, source

    if notebooks:
        work = [batches.Job(source.named(path)) for path in notebooks]
        asked = {"notebooks": [job.notebook.name for job in work]}
    else:
        work = batches.read_batch(file or files.NOTEBOOKS / "batch.yml", batch)
        asked = {"batch": batch}
    return batches.override(work, pairs), asked | {"parameters": pairs}


def executor(address: str | None, include_own: bool = False) -> contextlib.AbstractContextManager:
    """The cluster at an address; without one nothing, and the reports are rendered here."""
    if address is None:
        return contextlib.nullcontext()
    from helpers.render import cluster as elsewhere

    if files.own_tables() and not include_own:
        raise UserError("--cluster: data/own holds own figures, not published; say --include-own or --without-own")
    return elsewhere.cluster(address)


def cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@app.command("runs")
def list_runs(output: Output = None) -> None:
    """List the runs, newest first: reports rendered, unchanged and failed, seconds."""
    from collections import Counter

    from helpers.render import archive

    for run in archive.history(output or files.OUTPUTS):
        counts = Counter(report["status"] for report in run["reports"])
        done = ", ".join(f"{n} {status}" for status, n in sorted(counts.items())) or "nothing"
        ended = f"{run['seconds']:6.1f} s" if run["complete"] else "not complete"
        print(run["run"], ended, done, sep="  ")
    warn(output or files.OUTPUTS)


@app.command()
def prune(
    keep: Annotated[int, typer.Option(help="how many of the newest runs stay", min=1)] = 10, output: Output = None
) -> None:
    """Remove old runs, never the latest complete one."""
    from helpers.render import archive

    for name in archive.prune(output or files.OUTPUTS, keep):
        print(f"removed {name}")


@app.command()
def share(
    run: Annotated[str, typer.Argument(help="a run, by the name that `jospar runs` shows, or latest")],
    language: Annotated[list[str] | None, typer.Option(metavar="CODE", help="en, kk or ru; default: all")] = None,
    to: Annotated[Path | None, typer.Option(help="the zip; default: named after the run, beside the runs")] = None,
    output: Output = None,
    include_own: Annotated[bool, typer.Option("--include-own", help="send own figures, not published, too")] = False,
) -> None:
    """Put a run's pages, notebooks, spreadsheets and PDFs into one zip to send, with a README for who gets it."""
    from helpers.render import parcel

    print(parcel.pack(run, output or files.OUTPUTS, language or [], to, include_own))


@app.command()
def compare(
    before: Annotated[str, typer.Argument(help="a run, by the name that `jospar runs` shows, or its folder")],
    after: Annotated[str, typer.Argument(help="a later run")],
    output: Output = None,
) -> None:
    """Say which verdicts changed between two runs, then which forecasts moved, and why."""
    from helpers.language import current
    from helpers.record import compare as comparing

    folder = output or files.OUTPUTS
    old, new = (comparing.place(run, folder) for run in (before, after))
    for one in changes({"folder": old}, {"folder": new}):
        print(one["said"][current()])
    for line in comparing.lines(comparing.compare(comparing.load(old, folder), comparing.load(new, folder))):
        print(line)


@schedule_app.command("install")
def schedule_install(
    systemd: Annotated[bool, typer.Option("--systemd", help="a service and a timer of your user")] = False,
    cron: Annotated[bool, typer.Option("--cron", help="a line in your crontab")] = False,
    notify: Notify = "",
    refresh: Refresh = False,
    keep: Keep = 0,
    yes: Annotated[bool, typer.Option("--yes", help="write; else only show what would be written")] = False,
) -> None:
    """Run `schedule run` each night, by systemd or cron; without --yes only show what would be written."""
    from helpers.render import schedule

    if systemd == cron:
        raise UserError("schedule install: name one of --systemd and --cron")
    print((schedule.systemd if systemd else schedule.cron)(yes, notify, keep, refresh))


@schedule_app.command("run")
def schedule_run(
    notify: Notify = "",
    notify_format: Format = "text",
    refresh: Refresh = False,
    keep: Keep = 0,
    batch: Annotated[str, typer.Option(help="name of a batch")] = "nightly",
    file: Annotated[Path | None, typer.Option(help="batches, beside their notebooks; default: batch.yml")] = None,
    output: Output = None,
) -> None:
    """The nightly work: refresh, render what changed, prune, tell; exit code 1 when something failed and was told."""
    from helpers import render as runs
    from helpers.render import archive, summary

    target = Path(os.path.realpath(output or files.OUTPUTS))
    faults = refreshed() if refresh else []
    work, asked = chosen(None, batch, file, [])
    use_own(next((job.own for job in work), ""))
    with interruptible():
        facts = runs.run(work, target, cores(), wait=True, if_changed=True, asked=asked, news=changes)
    failed = bool(faults or (facts["new"] and summary.failures(facts)))
    if facts["new"] or faults:
        facts |= {"changes": facts.get("changes", []) if facts["new"] else [], "refresh": faults}
        summary.write(facts)
        print(summary.as_text(facts), end="")
        if notify and (fault := summary.notify(notify, facts, notify_format)):
            print(f"jospar: {fault}", file=sys.stderr)
    if keep:
        archive.prune(target, keep)
    raise SystemExit(failed)


def refreshed() -> list[str]:
    """Bring the figures up to date; what went wrong, a line each: the night goes on with the figures there are."""
    import subprocess

    from helpers.render import schedule

    # In a process of its own, since this one would keep the tables as it read them before.
    done = subprocess.run([schedule.command(), "data", "refresh"], capture_output=True, text=True, check=False)
    return [line for line in (done.stderr + done.stdout).splitlines() if line.strip()][-5:] if done.returncode else []
