"""Results that the kernels of a run share: what doesn't depend on the language is computed once.

JOSPAR_CACHE names the folder; without it, or where it says `none`, nothing is kept. A result is found again only by
the same arguments with the same data, package and libraries, all by content. What was read while a file was being
edited is not kept.
"""

import contextlib
import hashlib
import os
import pickle
import platform
from collections.abc import Callable
from functools import wraps
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from helpers import files

VARIABLE = "JOSPAR_CACHE"
LIBRARIES = ("numpy", "scipy", "pandas", "statsmodels", "matplotlib")
MOST_BYTES = 256 * 2**20
# What reading a result raises where there is none, or a damaged one.
NONE = (OSError, EOFError, ValueError, IndexError, KeyError, AttributeError, ImportError, pickle.UnpicklingError)


def folder() -> Path | None:
    """The folder of shared results; none where none is wanted."""
    stated = os.environ.get(VARIABLE, "none")
    return None if stated in ("", "none") else Path(stated)


def inputs() -> list[Path]:
    """The files that results rest on: code and tables, the office's own too."""
    places = [files.PACKAGE, files.DATA, *([files.own_folder()] if files.own_tables() else [])]
    paths = {path for place in places for path in place.rglob("*") if path.suffix not in ("", ".pyc", ".part")}
    return sorted(path for path in paths if path.is_file())


def stamps() -> list[tuple[Path, tuple[int, ...] | None]]:
    """What changes with each of the files, and with the folders of tables when one comes or goes."""
    folders = [path for path in (files.DATA, *files.DATA.rglob("*")) if path.is_dir()]
    return [(path, files.stamp(path)) for path in [*inputs(), *folders, files.own_folder()]]


def state() -> str:
    """One hash of the content of all that results rest on."""
    whole = hashlib.sha256(platform.python_version().encode())
    for library in LIBRARIES:
        with contextlib.suppress(PackageNotFoundError):
            whole.update(f"{library} {version(library)}\n".encode())
    for path in inputs():
        whole.update(f"{path}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


# Before anything is read: a table that is edited later is not what this state says.
BEGAN = (stamps(), state()) if folder() else ([], "")


def shared(key: Callable[..., object]) -> Callable[[Callable], Callable]:
    """A function whose result is shared by `key(*arguments)`, of plain values; a key of None: not shared."""

    def wrap(function: Callable) -> Callable:
        @wraps(function)
        def call(*args: Any, **options: Any) -> Any:
            place, plain = folder(), key(*args, **options)
            if place is None or plain is None or not BEGAN[1]:
                return function(*args, **options)
            content = f"{BEGAN[1]} {function.__module__}.{function.__qualname__} {plain!r}"
            name = f"{hashlib.sha256(content.encode()).hexdigest()}.pickle"
            with contextlib.suppress(*NONE):
                return pickle.loads((place / name).read_bytes())
            result = function(*args, **options)
            if all(files.stamp(path) == before for path, before in BEGAN[0]):
                keep(place / name, result)
            return result

        return call

    return wrap


def keep(path: Path, result: object) -> None:
    """Write a result, whole or not at all; a full disk keeps none."""
    part = path.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(pickle.dumps(result, pickle.HIGHEST_PROTOCOL))
        part.replace(path)


def trim(place: Path, most: int = MOST_BYTES) -> None:
    """Remove the results that were written first until the others take no more than so many bytes."""
    with contextlib.suppress(OSError):
        held = sorted(((path.stat().st_mtime, path.stat().st_size, path) for path in place.iterdir()), reverse=True)
        total = 0
        for _, size, path in held:
            total += size
            if total > most:
                path.unlink(missing_ok=True)
