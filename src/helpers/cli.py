"""The command `jospar`. Each command is a few lines over the module that does the work; imports wait until needed."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from helpers import UserError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # importing rich takes longer than all else that the help needs
    help="Will the plan be met?",
)
plan_app = typer.Typer(no_args_is_help=True, help="Read a plan into tables; say what a revision changed.")
data_app = typer.Typer(no_args_is_help=True, help="Check the data and bring them up to date.")
app.add_typer(plan_app, name="plan")
app.add_typer(data_app, name="data")
schedule_app = typer.Typer(no_args_is_help=True, help="Render every night.")
app.add_typer(schedule_app, name="schedule")
Output = Annotated[Path | None, typer.Option(help="folder of all runs; default: outputs")]
Parameters = Annotated[
    list[str] | None, typer.Option("--parameter", "-p", help="name=value, as the notebook declares it")
]


def main() -> None:
    """Run the command; a fault that the user can mend is one line and exit code 2."""
    try:
        app()
    except UserError as fault:
        print(f"jospar: {fault}", file=sys.stderr)
        raise SystemExit(2) from None


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """SIGTERM ends a run as Ctrl-C does: cleanly, with what is finished kept."""
    import signal

    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        print("jospar: interrupted; the next run takes over what is finished", file=sys.stderr)
        raise SystemExit(130) from None
    finally:
        signal.signal(signal.SIGTERM, before)


@app.command()
def render(
    notebooks: Annotated[list[Path] | None, typer.Argument(help="notebooks; none: the batch")] = None,
    parameter: Parameters = None,
    batch: Annotated[str, typer.Option(help="name of a batch")] = "default",
    file: Annotated[Path | None, typer.Option(help="the file of batches; default: notebooks/batch.yml")] = None,
    output: Output = None,
    jobs: Annotated[int | None, typer.Option(help="reports rendered side by side; default: the cores", min=1)] = None,
    cluster: Annotated[str | None, typer.Option(help="render on the Dask cluster at this address")] = None,
    force: Annotated[bool, typer.Option("--force", help="render what hasn't changed too")] = False,
    if_changed: Annotated[bool, typer.Option("--if-changed", help="no new run when nothing has changed")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="wait for a run that is under way")] = False,
    notify: Annotated[str | None, typer.Option(help="shell command that gets a summary on standard input")] = None,
    notify_format: Annotated[str, typer.Option(help="what --notify gets: text, json or both")] = "both",
    quiet: Annotated[bool, typer.Option("--quiet", help="say nothing but faults")] = False,
) -> None:
    """Render notebooks, or a whole batch, into pages; exit code 1 when a report failed, 2 when none could start."""
    from helpers import paths
    from helpers.progress import Progress
    from helpers.rendering import runs, summary

    if notify_format not in summary.FORMATS:
        raise UserError(f"--notify-format: knows {', '.join(summary.FORMATS)}, not {notify_format!r}")
    work, asked = chosen(notebooks, batch, file, parameter or [])
    target = (output or paths.OUTPUTS).resolve()
    options = {"force": force, "wait": wait, "if_changed": if_changed, "asked": asked}
    with interruptible(), executor(cluster) as pool, Progress(len(work), quiet) as progress:
        facts = runs.run(work, target, jobs or cores(), progress.tell, pool, watch=progress.watch, **options)
    if facts["new"] and notify and (fault := summary.notify(notify, facts, notify_format)):
        print(f"jospar: {fault}", file=sys.stderr)
    if not quiet:
        print(target / "index.html" if facts["new"] else f"nothing has changed since the run {facts['run']}")
    for line in summary.left_out(facts):
        print(f"jospar: {line}", file=sys.stderr)
    if progress.failed:
        raise SystemExit(1)


def chosen(notebooks: list[Path] | None, batch: str, file: Path | None, pairs: list[str]) -> tuple[list, dict]:
    """The jobs that the command line asks for, and how it asked, for the record of the run."""
    from helpers import batch as batches, paths

    asked = {"notebooks": [path.name for path in notebooks]} if notebooks else {"batch": batch}
    if notebooks:
        work = [batches.Job(path.resolve()) for path in notebooks]
    else:
        work = batches.read_batch(file or paths.NOTEBOOKS / "batch.yml", batch)
    return batches.override(work, pairs), asked | {"parameters": pairs}


def executor(address: str | None) -> contextlib.AbstractContextManager:
    """The cluster at an address; without one nothing, and the reports are rendered here."""
    if address is None:
        return contextlib.nullcontext()
    from helpers.rendering import elsewhere

    return elsewhere.cluster(address)


def cores() -> int:
    """The processor cores that this process may use."""
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@app.command("runs")
def list_runs(output: Output = None) -> None:
    """List the runs, newest first: reports rendered, unchanged and failed, seconds."""
    from collections import Counter

    from helpers import paths
    from helpers.rendering import archive

    for run in archive.history(output or paths.OUTPUTS):
        counts = Counter(report["status"] for report in run["reports"])
        done = ", ".join(f"{n} {status}" for status, n in sorted(counts.items())) or "nothing"
        print(run["run"], f"{run['seconds']:6.1f} s" if run["complete"] else "interrupted", done, sep="  ")


@app.command()
def prune(
    keep: Annotated[int, typer.Option(help="how many of the newest runs stay", min=1)] = 10, output: Output = None
) -> None:
    """Remove old runs, never the latest complete one."""
    from helpers import paths
    from helpers.rendering import archive

    for name in archive.prune(output or paths.OUTPUTS, keep):
        print(f"removed {name}")


@app.command()
def share(
    run: Annotated[str, typer.Argument(help="a run, by the name that `jospar runs` shows, or latest")],
    language: Annotated[list[str] | None, typer.Option(help="en, kk or ru, may be repeated; default: all")] = None,
    to: Annotated[Path | None, typer.Option(help="the zip; default: named after the run, beside the runs")] = None,
    output: Output = None,
) -> None:
    """Put a run's pages, notebooks, spreadsheets and PDFs into one zip to send, with a README for who gets it."""
    from helpers import paths
    from helpers.sharing import parcel

    print(parcel.pack(run, output or paths.OUTPUTS, language or [], to))


@app.command()
def compare(
    before: Annotated[str, typer.Argument(help="a run, by the name that `jospar runs` shows, or its folder")],
    after: Annotated[str, typer.Argument(help="a later run")],
    output: Output = None,
) -> None:
    """Say which forecasts moved between two runs, and why: new or revised figure, changed assumption or method."""
    from helpers import paths
    from helpers.rendering import compare as comparing

    folder = output or paths.OUTPUTS
    for line in comparing.lines(comparing.compare(comparing.load(before, folder), comparing.load(after, folder))):
        print(line)


@schedule_app.command("install")
def schedule_install(
    systemd: Annotated[bool, typer.Option("--systemd", help="a service and a timer of your user")] = False,
    cron: Annotated[bool, typer.Option("--cron", help="a line in your crontab")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="write; else only show what would be written")] = False,
) -> None:
    """Render the batch nightly each night, by systemd or cron; without --yes only show what would be written."""
    from helpers.rendering import schedule

    if systemd == cron:
        raise UserError("schedule install: name one of --systemd and --cron")
    print(schedule.systemd(yes) if systemd else schedule.cron(yes))


@plan_app.command("read")
def plan_read(
    file: Annotated[Path, typer.Argument(help="the plan's document: text, HTML or DOCX")],
    output: Annotated[Path | None, typer.Option(help="folder for the tables; default: data/plan")] = None,
    names: Annotated[Path | None, typer.Option(help="translations; default: names.csv beside the plan's text")] = None,
) -> None:
    """Read a plan (text, HTML or DOCX) into the tables of data/plan; nothing is written when a line can't be read."""
    from helpers import paths, plan_document

    beside = file.parent / "names.csv"
    names = names or (beside if beside.is_file() else paths.PLAN / "source" / "names.csv")
    plan_document.write(plan_document.read(file, names), output or paths.PLAN)


@plan_app.command("names")
def plan_names(file: Annotated[Path, typer.Argument(help="the plan's document: text, HTML or DOCX")]) -> None:
    """List the names that a plan prints in names.csv beside it, to be translated before it is read."""
    from helpers import plan_document

    print(plan_document.write_names(file))


@plan_app.command("diff")
def plan_diff(
    old: Annotated[Path, typer.Argument(help="folder of the former plan's tables")],
    new: Annotated[Path, typer.Argument(help="folder of the revised plan's tables")],
    as_of: Annotated[str, typer.Option(help="judge by what was known on this day, YYYY-MM-DD; default: today")] = "",
) -> None:
    """Say which targets a revision changed, added, dropped or renamed, with each verdict before and after."""
    from helpers import plan_diff as differences

    for line in differences.lines(differences.diff(old.resolve(), new.resolve(), as_of)):
        print(line)


@data_app.command("check")
def data_check(folder: Annotated[Path | None, typer.Argument(help="the data folder; default: data")] = None) -> None:
    """Hold every table against data/datapackage.json; one line for each fault, exit code 1 when there is one."""
    from helpers import data_check as checks, paths

    faults = checks.check(folder or paths.DATA)
    for fault in faults:
        print(fault)
    if faults:
        raise SystemExit(1)
    print("every table is as data/datapackage.json says")


@data_app.command("refresh")
def data_refresh(
    source: Annotated[list[str] | None, typer.Option(help="a publisher of publishers.csv; may be repeated")] = None,
    from_folder: Annotated[Path | None, typer.Option(help="downloaded files, instead of asking")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="write nothing")] = False,
    accept: Annotated[
        list[str] | None, typer.Option(help="a series to take over although held back; may be repeated")
    ] = None,
) -> None:
    """Bring data/statistics up to date and say what changed; all or nothing, exit code 1 when an answer is faulty."""
    from helpers import refresh

    options = {"folder": from_folder, "dry_run": dry_run, "accept": accept or ()}
    outcome = refresh.refresh(sources=source or (), **options, tell=lambda line: print(line, file=sys.stderr))
    print(*outcome.lines(), sep="\n")
    raise SystemExit(bool(outcome.faults))


@app.command()
def forecast(
    file: Annotated[Path, typer.Argument(help="a table with the columns series_id, period, value")],
    horizon: Annotated[int, typer.Option(help="periods ahead", min=1)],
    output: Annotated[Path, typer.Option(help="the forecasts, a CSV")],
    frequency: Annotated[str, typer.Option(help="annual or quarterly")] = "annual",
    method: Annotated[str, typer.Option(help="ensemble, or a member by name")] = "ensemble",
    lower: Annotated[float | None, typer.Option(help="least possible value")] = None,
    upper: Annotated[float | None, typer.Option(help="greatest possible value")] = None,
) -> None:
    """Forecast every series of a table: mean and seven quantiles for each period ahead."""
    from helpers.engine.bulk import forecast_table, read_table
    from helpers.share import write

    table = forecast_table(read_table(file), horizon, frequency, method, lower, upper)
    write(output, table.to_csv(index=False))


@app.command()
def backtest(
    file: Annotated[Path, typer.Argument(help="a table with the columns series_id, period, value")],
    horizon: Annotated[int, typer.Option(help="periods ahead", min=1)],
    output: Annotated[Path, typer.Option(help="every forecast beside what came, a CSV")],
    origins: Annotated[int, typer.Option(help="how many past periods to forecast from", min=1)] = 3,
    frequency: Annotated[str, typer.Option(help="annual or quarterly")] = "annual",
    method: Annotated[list[str] | None, typer.Option(help="methods; default: ensemble and naive")] = None,
    lower: Annotated[float | None, typer.Option(help="least possible value")] = None,
    upper: Annotated[float | None, typer.Option(help="greatest possible value")] = None,
    jobs: Annotated[int | None, typer.Option(help="processes side by side; default: the cores", min=1)] = None,
) -> None:
    """Forecast the past of a table from what was known then; print how good that was."""
    from helpers import backtest as testing
    from helpers.engine.bulk import read_table
    from helpers.share import write

    methods = method or ["ensemble", "naive"]
    made = testing.run(read_table(file), methods, horizon, origins, frequency, jobs, lower, upper)
    write(output, made.to_csv(index=False))
    print(testing.score(made).round(3).to_string(index=False))


@app.command()
def record(
    panel: Annotated[Path, typer.Option(help="a table with the columns series_id, period (years), value")],
    output: Annotated[Path | None, typer.Option(help="the scores of every method by horizon, a CSV")] = None,
    publish: Annotated[bool, typer.Option("--publish", help="renew data/record, behind notebook 6, too")] = False,
    jobs: Annotated[int | None, typer.Option(help="processes side by side; default: the cores", min=1)] = None,
) -> None:
    """Score our probabilities, a naive forecast's and the official methods' on a panel of yearly series."""
    import shutil

    from helpers.record import scores as recording, tables as record_tables

    if not (output or publish):
        raise UserError("record: say where the scores go with --output OUT.csv, or renew data/record with --publish")
    if publish:
        table = record_tables.publish(panel, jobs=jobs)
        if output:
            shutil.copyfile(record_tables.FOLDER / "record.csv", output)
    else:
        table = recording.write_record(panel, output, jobs)
    if left_out := recording.left_out_line(table):
        print(left_out, file=sys.stderr)


if __name__ == "__main__":
    main()
