"""What a caller may not have given the command: standard streams and a home folder."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path


def open_streams() -> None:
    """Open the null device for each standard stream that the caller has closed.

    Otherwise the next file or socket takes its number, and the kernels' output goes into it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115 (it stays open to the end)
            os.set_inheritable(stream.fileno(), True)
            setattr(sys, name, stream)


@contextlib.contextmanager
def writable_home() -> Iterator[None]:
    """A home folder in which Jupyter and matplotlib can write: the user's own, else one that goes at the end."""
    if has_home():
        yield
        return
    with tempfile.TemporaryDirectory(prefix="jospar-", ignore_cleanup_errors=True) as folder:
        os.environ["HOME"] = folder
        yield


def has_home() -> bool:
    """True when the user has a home folder and may write there."""
    try:
        return os.access(Path.home(), os.W_OK)
    except RuntimeError:  # no HOME, and a user without an entry in the list of users
        return False
