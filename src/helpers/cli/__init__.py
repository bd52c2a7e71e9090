"""The command `jospar`. Each command is a few lines over the module that does the work; imports wait until needed."""

import os
import sys
from typing import Annotated

import typer

from helpers import ONE_THREAD, UserError
from helpers.cli import forecasts, lists, reports, tables
from helpers.cli.environment import lost_output, open_streams, writable_home

__all__ = ["app", "main"]
__dir__ = __all__.copy


app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # importing rich takes longer than all else that the help needs
    help="Will the plan be met?",
)
for commands in (reports, tables, forecasts, lists):
    app.add_typer(commands.app)


def say_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        from importlib.metadata import version

        print(f"jospar {version('jospar')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=say_version, is_eager=True, help="the version")
    ] = False,
) -> None:
    """Will the plan be met?"""


def main() -> None:
    """Run the command; a fault that the user can mend is one line and exit code 2."""
    for name, one in ONE_THREAD.items():  # before anything imports numpy, which reads it once
        os.environ.setdefault(name, one)
    open_streams()
    # jsonschema would load these for formats that no schema of ours or Jupyter's uses: 1.3 s for their grammars.
    sys.modules |= dict.fromkeys(("rfc3987_syntax", "isoduration"))
    code: object = 0
    try:
        with writable_home():
            app()
    except (UserError, PermissionError) as fault:
        denied = isinstance(fault, PermissionError) and f"{fault.filename}: {fault.strerror}; ask for the right to it"
        print(f"jospar: {denied or fault}", file=sys.stderr)
        code = 2
    except SystemExit as end:
        code = end.code
    if lost := lost_output():
        print(f"jospar: {lost}", file=sys.stderr)
    raise SystemExit(code or (2 if lost else 0))
