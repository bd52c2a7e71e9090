"""Commands on the tables: plan read, plan names, plan diff, data check, data refresh."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from helpers import files
from helpers.cli.reports import interruptible

app = typer.Typer()
plan_app = typer.Typer(no_args_is_help=True, help="Read a plan into tables; say what a revision changed.")
data_app = typer.Typer(no_args_is_help=True, help="Check the data and bring them up to date.")
app.add_typer(plan_app, name="plan")
app.add_typer(data_app, name="data")


@plan_app.command("read")
def plan_read(
    file: Annotated[Path, typer.Argument(help="the plan's document: text, HTML or DOCX")],
    output: Annotated[Path | None, typer.Option(help="folder for the tables; default: data/plan")] = None,
    names: Annotated[Path | None, typer.Option(help="translations; default: names.csv beside the plan's text")] = None,
) -> None:
    """Read a plan in Kazakh or Russian into the tables of data/plan; nothing is written when a line can't be read."""
    from helpers.plan import document as plan_document

    beside = file.parent / "names.csv"
    if not names and not output and not beside.is_file():
        names = files.PLAN / "source" / "names.csv"
    tables = plan_document.read(file, names)
    plan_document.write(tables, output or files.PLAN)
    indicators, directions, years = tables["indicators"], tables["directions"], tables["targets"]["year"]
    print(f"{len(indicators)} indicators in {len(directions)} directions, {min(years)}–{max(years)}")


@plan_app.command("names")
def plan_names(file: Annotated[Path, typer.Argument(help="the plan's document: text, HTML or DOCX")]) -> None:
    """List the names that a plan prints in names.csv beside it, to be translated before it is read."""
    from helpers.plan import document as plan_document

    print(plan_document.write_names(file))


@plan_app.command("diff")
def plan_diff(
    old: Annotated[Path, typer.Argument(help="folder of the former plan's tables")],
    new: Annotated[Path, typer.Argument(help="folder of the revised plan's tables")],
    as_of: Annotated[str, typer.Option(help="judge by what was known on this day, YYYY-MM-DD; default: today")] = "",
) -> None:
    """Say which targets a revision changed, added, dropped or renamed, with each verdict before and after."""
    from helpers.targets import revision as differences

    for line in differences.lines(differences.diff(old.resolve(), new.resolve(), as_of)):
        print(line)


@data_app.command("check")
def data_check(folder: Annotated[Path | None, typer.Argument(help="the data folder; default: data")] = None) -> None:
    """Hold every table against data/datapackage.json; one line for each fault, exit code 1 when there is one."""
    from helpers.statistics import check as checks

    own = files.own_tables()
    faults = checks.check(folder or files.DATA) + (checks.check_own(own, folder or files.DATA) if own else [])
    if faults:
        print(*faults, sep="\n")
        raise SystemExit(1)
    print("every table is as data/datapackage.json says")


@data_app.command("refresh")
def data_refresh(
    source: Annotated[list[str] | None, typer.Option(metavar="PUBLISHER", help="one of publishers.csv")] = None,
    from_folder: Annotated[Path | None, typer.Option(help="downloaded files, instead of asking")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="write nothing")] = False,
    accept: Annotated[
        list[str] | None, typer.Option(metavar="SERIES", help="take it over although held back; may be repeated")
    ] = None,
) -> None:
    """Bring data/statistics up to date and say what changed; all or nothing, exit code 1 when an answer is faulty."""
    from helpers import refresh

    options = {"folder": from_folder, "dry_run": dry_run, "accept": accept or ()}
    with interruptible("interrupted; the tables are whole"):
        outcome = refresh.refresh(sources=source or (), **options, tell=lambda line: print(line, file=sys.stderr))
    print(*outcome.lines(), sep="\n")
    raise SystemExit(bool(outcome.faults))


@app.command("decisions")
def list_decisions(
    undo: Annotated[str | None, typer.Option(help="take back the newest decision on this indicator")] = None,
) -> None:
    """List the decisions on forecasts, oldest first: indicator, method, window, additions, who, when, why."""
    from helpers import targets

    if undo is not None:
        print(f"taken back: {targets.undo(undo)}")
        return
    for line in targets.decision_lines():
        print(line)


@data_app.command("import")
def data_import(
    file: Annotated[Path, typer.Argument(help="a spreadsheet or CSV of the office's own figures, however laid out")],
    yes: Annotated[
        bool, typer.Option("--yes", help="write into data/own; else only show what would be written")
    ] = False,
    chosen: Annotated[
        list[str] | None, typer.Option("--map", metavar="ROW=INDICATOR", help="where the words leave it open")
    ] = None,
) -> None:
    """Show which figures of a spreadsheet belong to which indicator; with --yes lay them over the published ones."""
    from helpers.refresh import people

    folder = files.own_folder()
    if not files.is_there(folder / "observations.csv"):
        os.environ["JOSPAR_OWN"] = "none"  # there is nothing yet to lay over
    contents = people.importing.preview(file, chosen or ())
    print(*contents.lines(), sep="\n")
    if not yes:
        print("Nothing is written without --yes.")
        return
    people.importing.write(contents, file.name, folder)
    print(f"wrote {folder.name}/; own figures, not published: `jospar render` shows them")


@data_app.command("template")
def data_template(
    output: Annotated[Path, typer.Option(help="the spreadsheet to write")] = Path("own_figures.xlsx"),
    language: Annotated[str, typer.Option(help="en, kk or ru")] = "en",
) -> None:
    """Write a spreadsheet with a row for each indicator without published figures, to be filled in and imported."""
    from helpers.refresh import people

    print(people.template.write(output, language))
