"""The command on anyone's list of targets: judge."""

import logging
import os
import re
from pathlib import Path
from typing import Annotated

import typer

from helpers import UserError, files

app = typer.Typer()


@app.command()
def judge(
    file: Annotated[
        Path | None, typer.Argument(help="a list: indicator, unit, better, history and targets by year")
    ] = None,
    template: Annotated[Path | None, typer.Option(help="write an empty list to fill in, an .xlsx, and end")] = None,
    language: Annotated[
        list[str] | None, typer.Option(metavar="LANGUAGE", help="en, kk or ru, may be repeated; default: the list's")
    ] = None,
    title: Annotated[str, typer.Option(help="what the list is about; default: the file's name")] = "",
    output: Annotated[Path | None, typer.Option(help="folder of all runs; default: outputs")] = None,
) -> None:
    """Judge a list of targets in a spreadsheet: a scorecard page with a chart for each indicator."""
    from helpers.cli import reports
    from helpers.refresh import people
    from helpers.render import archive

    if template:
        print(people.listing.template(template, (language or ["en"])[0]))
        return
    if not file:
        raise UserError("judge: name a spreadsheet with a list, or write an empty one with --template LIST.xlsx")
    one = people.listing.read(file)
    if one.remarks:
        logging.getLogger("jospar").warning("%s: %s", file.name, "; ".join(one.remarks[:4]))
    target = Path(os.path.realpath(output or files.OUTPUTS))
    name = re.sub(r"\W+", "_", file.stem).strip("_").lower() or "list"
    with archive.writing_to(target):
        folder = people.listing.write(one, file.name, title or file.stem, target / "lists" / name)
    os.environ["JOSPAR_OWN"] = str(folder)  # the kernels read it too
    pairs = [f"plan=data/own/{name}", "area=OWN", f"until={one.until}"]
    for code in language or [one.language]:
        reports.render([files.NOTEBOOKS / "list.ipynb"], [*pairs, f"language={code}"], output=target, quiet=True)
        # `latest` stays at the last batch, beside which the list is rendered.
        pages = (sorted(run["folder"].glob("list*.html")) for run in archive.history(target))
        print(*next(filter(None, pages)), sep="\n")
