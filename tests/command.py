"""The command in this process: what a shell would start takes a second and a half to import what is imported here."""

import contextlib
import io
import logging
import os
import subprocess
import sys
from multiprocessing import resource_tracker
from pathlib import Path

from helpers import cli

JOSPAR = Path(sys.executable).with_name("jospar")


def jospar(*words: object, cwd: Path | None = None) -> subprocess.CompletedProcess:
    """What the command prints and its exit code, as `subprocess.run` gives them."""
    resource_tracker.ensure_running()  # one of before the command, which ends what itself has started
    arguments, output, errors = list(map(str, words)), io.StringIO(), io.StringIO()
    before, sys.argv = sys.argv, ["jospar", *arguments]
    surroundings = dict(os.environ)  # which the command changes for its kernels
    folder = contextlib.chdir(cwd or os.getcwd())
    with folder, contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        finally:
            sys.argv = before
            os.environ.clear()
            os.environ.update(surroundings)
            logging.disable(logging.NOTSET)
    return subprocess.CompletedProcess(arguments, code, output.getvalue(), errors.getvalue())
