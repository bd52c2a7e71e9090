"""The command `jospar`. Each command is a few lines over the module that does the work; imports wait until needed."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from helpers import UserError

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Will the plan be met?"
)
plan_app = typer.Typer(no_args_is_help=True, help="Read a plan's published text into tables.")
data_app = typer.Typer(no_args_is_help=True, help="Check the data.")
app.add_typer(plan_app, name="plan")
app.add_typer(data_app, name="data")
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
    force: Annotated[bool, typer.Option("--force", help="render what hasn't changed too")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="wait for a run that is under way")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="say nothing but faults")] = False,
) -> None:
    """Render notebooks, or a whole batch, into pages; exit code 1 when a report failed."""
    import os

    from helpers import batch as batches
    from helpers import paths, runs
    from helpers.progress import Progress

    if notebooks:
        work = [batches.Job(path.resolve()) for path in notebooks]
    else:
        work = batches.read_batch(file or paths.NOTEBOOKS / "batch.yml", batch)
    work = batches.override(work, parameter or [])
    target = (output or paths.OUTPUTS).resolve()
    with Progress(len(work), quiet) as progress, interruptible():
        runs.run(work, target, jobs or os.cpu_count() or 1, progress.tell, force=force, wait=wait)
    if not quiet:
        print(target / "index.html")
    if progress.failed:
        raise SystemExit(1)


@app.command("runs")
def list_runs(output: Output = None) -> None:
    """List the runs, newest first: reports rendered, unchanged and failed, seconds."""
    from collections import Counter

    from helpers import paths, runs

    for run in runs.history(output or paths.OUTPUTS):
        counts = Counter(report["status"] for report in run["reports"])
        done = ", ".join(f"{n} {status}" for status, n in sorted(counts.items())) or "nothing"
        print(run["run"], f"{run['seconds']:6.1f} s" if run["complete"] else "interrupted", done, sep="  ")


@app.command()
def prune(
    keep: Annotated[int, typer.Option(help="how many of the newest runs stay", min=1)] = 10, output: Output = None
) -> None:
    """Remove old runs, never the latest complete one."""
    from helpers import paths, runs

    for name in runs.prune(output or paths.OUTPUTS, keep):
        print(f"removed {name}")


@app.command()
def compare(
    before: Annotated[str, typer.Argument(help="a run, by the name that `jospar runs` shows, or its folder")],
    after: Annotated[str, typer.Argument(help="a later run")],
    output: Output = None,
) -> None:
    """Say which forecasts moved between two runs, and why: new or revised figure, changed assumption or method."""
    from helpers import compare as comparing
    from helpers import paths

    folder = output or paths.OUTPUTS
    for line in comparing.lines(comparing.compare(comparing.load(before, folder), comparing.load(after, folder))):
        print(line)


@plan_app.command("read")
def plan_read(
    file: Annotated[Path, typer.Argument(help="the plan's text")],
    output: Annotated[Path | None, typer.Option(help="folder for the tables; default: data/plan")] = None,
    names: Annotated[Path | None, typer.Option(help="translations; default: names.csv beside the plan's text")] = None,
) -> None:
    """Read a plan's text into the tables of data/plan; nothing is written when a line can't be read."""
    from helpers import paths, plan_document

    beside = file.parent / "names.csv"
    names = names or (beside if beside.is_file() else paths.PLAN / "source" / "names.csv")
    plan_document.write(plan_document.read(file, names), output or paths.PLAN)


@data_app.command("check")
def data_check(folder: Annotated[Path | None, typer.Argument(help="the data folder; default: data")] = None) -> None:
    """Hold every table against data/datapackage.json; one line for each fault, exit code 1 when there is one."""
    from helpers import data_check as checks
    from helpers import paths

    faults = checks.check(folder or paths.DATA)
    for fault in faults:
        print(fault)
    if faults:
        raise SystemExit(1)
    print("every table is as data/datapackage.json says")


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
    from helpers.forecast_table import forecast_table, read_table
    from helpers.share import write

    table = forecast_table(read_table(file), horizon, frequency, method, lower, upper)
    write(output, table.to_csv(index=False))


@app.command()
def record(
    panel: Annotated[Path, typer.Option(help="a table with the columns series_id, period (years), value")],
    output: Annotated[Path | None, typer.Option(help="the scores of every method by horizon, a CSV")] = None,
    publish: Annotated[bool, typer.Option("--publish", help="renew data/record, behind notebook 6, too")] = False,
    jobs: Annotated[int | None, typer.Option(help="processes side by side; default: the cores", min=1)] = None,
) -> None:
    """Score our probabilities, a naive forecast's and the official methods' on a panel of yearly series."""
    import shutil

    from helpers import record as recording
    from helpers import record_tables

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
