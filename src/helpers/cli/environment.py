"""What a caller may not have given the command: standard streams and a home folder."""

import codecs
import contextlib
import errno
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path


class Lasting(io.FileIO):
    """A stream whose reader may go away, or whose disk may fill, without ending the work; `fault` is what happened."""

    fault: OSError | None = None

    def write(self, data: bytes, /) -> int:
        """Write, or drop what can't be written."""
        try:
            return super().write(data)
        except OSError as fault:
            self.fault = fault
            return len(data)


def open_streams() -> None:
    """Make the standard streams last, in UTF-8 where the locale knows only ASCII; the null device for a closed one.

    Otherwise the next file or socket takes the closed one's number, and the kernels' output goes into it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115 (it stays open to the end)
            os.set_inheritable(stream.fileno(), True)
            setattr(sys, name, stream)
        elif mode == "w" and stream is getattr(sys, f"__{name}__"):
            coding = "utf-8" if codecs.lookup(stream.encoding).name == "ascii" else stream.encoding
            raw = io.BufferedWriter(Lasting(stream.fileno(), "w", closefd=False))
            setattr(sys, name, io.TextIOWrapper(raw, coding, "backslashreplace", line_buffering=True))


def lost_output() -> str:
    """Why something printed is lost; empty where nothing is, and where the reader had read enough."""
    with contextlib.suppress(AttributeError):  # not a stream of `open_streams`
        sys.stdout.flush()
        fault = sys.stdout.buffer.raw.fault
        return f"standard output: {fault.strerror}; make room" if fault and fault.errno != errno.EPIPE else ""
    return ""


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
