"""Where every folder is; one reader of a small table; one writer, whole or not at all; advice after a wrong word."""

from __future__ import annotations

import contextlib
import csv
import difflib
import io
import os
import shutil
import stat
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import UserError

if TYPE_CHECKING:
    import pandas as pd


PACKAGE = Path(__file__).resolve().parent
TEMPLATES = PACKAGE / "render" / "templates"
ROOT = PACKAGE.parents[1]
# Elsewhere than in the repository on a machine that was sent the data with its work.
DATA = Path(os.environ.get("JOSPAR_DATA") or ROOT / "data")
PLAN = DATA / "plan"
STATISTICS = DATA / "statistics"
NOTEBOOKS = ROOT / "notebooks"
OUTPUTS = ROOT / "outputs"
# The output of a notebook from which the spreadsheet takes a table.
TABLE_MIME = "application/vnd.jospar.table+json"
# The output from which index and tables of a run take forecasts and verdicts.
VERDICTS_MIME = "application/vnd.jospar.verdicts+json"


def stamp(path: str | Path) -> tuple[int, ...] | None:
    """What changes with a file: its number, size and time; nothing where there is none."""
    with contextlib.suppress(OSError):
        status = os.stat(path)
        return status.st_ino, status.st_size, status.st_mtime_ns  # the time of change moves with other links, too
    return None


def is_there(path: Path) -> bool:
    """False where nothing has this name; what is there and no file, or out of reach, is told when it is read."""
    try:
        return bool(path.lstat())
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True


def own_folder() -> Path:
    """The folder of the office's own figures: JOSPAR_OWN, else data/own."""
    stated = os.environ.get("JOSPAR_OWN", "")
    return Path(stated) if stated not in ("", "none") else DATA / "own"


def own_tables() -> Path | None:
    """The folder of own figures in use; none where JOSPAR_OWN says `none` or there are no tables."""
    stated = os.environ.get("JOSPAR_OWN", "")
    holds = is_there(own_folder() / "observations.csv")
    if stated not in ("", "none") and not holds:
        raise UserError(f"JOSPAR_OWN: {own_folder().name} holds no observations.csv; name the folder, or say none")
    return own_folder() if holds and stated != "none" else None


def plan_folder(name: str | Path = PLAN) -> Path:
    """The folder of a plan as the notebooks' parameter `plan` names it: from the repository's root, or absolute."""
    place = Path(name)
    if place.parts[:2] == ("data", "own"):
        return own_folder().joinpath(*place.parts[2:])
    # The data folder may lie elsewhere than in the repository; the name `data/plan` goes with it.
    return DATA.joinpath(*place.parts[1:]) if place.parts[:1] == ("data",) else ROOT / place


def plan_name(folder: str | Path = PLAN) -> str:
    """The name that `plan_folder` takes for a folder, so that a run keeps the same one whichever way it was given."""
    place = plan_folder(folder)
    for base, prefix in ((own_folder(), Path("data/own")), (DATA, Path("data")), (ROOT, Path())):
        if place.is_relative_to(base):
            return (prefix / place.relative_to(base)).as_posix()
    return str(folder)


MOST_BYTES = 128 * 2**20  # of a table that is read; 5 million figures, the largest in use has 5,620
SIGNS = {";": "semicolons", "\t": "tabs", "|": "bars"}
RESTORE = "mend it, or restore it from the repository"


def read_cells(path: Path, advice: str = RESTORE) -> list[tuple[int, list[str]]]:
    """The rows of a CSV file, each with its line, all cells text; blank lines are left out, an empty cell is "".

    Takes UTF-8 with or without a BOM. Raises UserError, with file and line, for a file that isn't there or is too
    large, for another encoding, open quotes and a row with more or fewer cells than the head.
    """
    name = shown(path)
    words = _text(path, name, advice)
    reader = csv.reader(io.StringIO(words, newline=""), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise UserError(f"{name}, line {reader.line_num}: {error}; {advice}") from None
    if not rows or not any(rows[0][1]):
        raise UserError(f"{name}: is empty; {advice}")
    head = [cell.strip() for cell in rows[0][1]]
    if doubled := [cell for cell in head if head.count(cell) > 1]:
        raise UserError(f"{name}, line 1: column {doubled[0]!r} stands twice; leave one")
    for line, row in rows:
        if len(row) != len(head):
            raise UserError(f"{name}, line {line}: {len(row)} cells instead of {len(head)}; quote a cell with a comma")
    return [(1, head), *rows[1:]]


def shown(path: Path) -> str:
    """How a fault names a file: as it was given, a whole path by its folder and name."""
    return f"{path.parent.name}/{path.name}" if path.is_absolute() else str(path)


def _text(path: Path, name: str, advice: str) -> str:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UserError(f"{name}: is no file; {advice}")
        if path.stat().st_size > MOST_BYTES:
            raise UserError(f"{name}: has {path.stat().st_size / 2**20:.0f} MB; {MOST_BYTES // 2**20} MB are allowed")
        data = path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"{name}: no such file; {advice}") from None
    except OSError as error:
        raise UserError(f"{name}: {error.strerror}; {advice}") from None
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise UserError(f"{name}, line {line}: holds a NUL, so it is no text; save it as CSV in UTF-8")
    try:
        return data.decode("utf-8-sig").lstrip("\ufeff")  # two programs may each have put one
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UserError(f"{name}, line {line}: is not in UTF-8; save it so") from None


def read_rows(
    path: Path, columns: Collection[str] = (), advice: str = RESTORE, exact: bool = False
) -> list[dict[str, str]]:
    """The rows of a small CSV table by column, every cell as text, an empty one as "".

    Raises UserError as `read_cells` does, and for a table that lacks one of the columns (`exact`: has any others).
    """
    (_, head), *rows = _checked(path, columns, advice, exact)
    return [dict(zip(head, row, strict=True)) for _, row in rows]


def read_table(path: Path, columns: Collection[str] = (), advice: str = RESTORE, exact: bool = False) -> pd.DataFrame:
    """The same as a data frame of text."""
    import pandas as pd

    (_, head), *rows = _checked(path, columns, advice, exact)
    return pd.DataFrame([row for _, row in rows], columns=head, dtype=str)


def _checked(path: Path, columns: Collection[str], advice: str, exact: bool) -> list[tuple[int, list[str]]]:
    rows = read_cells(Path(path), advice)
    head, name = rows[0][1], shown(Path(path))
    if columns and len(head) == 1 and (mark := next((sign for sign in ";\t|" if sign in head[0]), "")):
        raise UserError(f"{name}: {SIGNS[mark]} stand between the cells; save it with commas, and numbers as 12.5")
    if exact and head != list(columns):
        raise UserError(f"{name}: the columns must be {', '.join(columns)}; {advice}")
    if missing := [column for column in columns if column not in head]:
        known = "".join(sign if sign.isprintable() else "?" for sign in ", ".join(head)[:200])  # for any terminal
        raise UserError(f"{name}: has no column {', '.join(missing)}; it has {known}; {advice}")
    return rows


def nearest(word: object, known: Iterable[object], many: int = 1) -> str:
    """Advice after a wrong word: the known words most like it, else all of them where they are few."""
    words = [str(one) for one in known]
    if close := difflib.get_close_matches(str(word), words, many, cutoff=0.5):
        return f"did you mean {' or '.join(map(repr, close))}?"
    return f"it may be {', '.join(words[:20]) or 'none'}{' …' if len(words) > 20 else ''}"


def write(path: Path, content: str | bytes) -> None:
    """Write a whole file or none: under a temporary name first, then renamed. What a link leads to is written.

    Raises UserError for a target that is no regular file, such as a device, and for one that can't be written.
    """
    write_all({path: content})


def write_all(contents: Mapping[Path, str | bytes]) -> None:
    """Write several files, all or none: when one can't be written or the work is stopped, all are as they were."""
    path = Path()
    try:
        with contextlib.ExitStack() as undo:
            ready = []
            for path, content in contents.items():
                target = _target(path)
                temporary = target.with_name(f".{target.name.encode()[:200].decode(errors='ignore')}.part")
                undo.callback(_remove, temporary)
                temporary.write_bytes(content.encode("utf-8", "replace") if isinstance(content, str) else content)
                ready.append((temporary, target))
            for temporary, target in ready:
                path = target
                if len(ready) > 1:  # one rename is whole by itself
                    undo.callback(_put_back, target, _second_name(target))
                os.replace(temporary, target)
            undo.pop_all()
            for _, target in ready:
                _remove(_backup(target))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}; make room or name another place") from error


def _target(path: Path) -> Path:
    """The regular file, there or not yet, that is meant: what a link leads to."""
    target = Path(os.path.realpath(path))
    try:
        if not stat.S_ISREG(target.stat().st_mode):
            raise UserError(f"{path}: is no regular file, so it isn't written over; name another")
    except FileNotFoundError:
        pass
    return target


def _backup(target: Path) -> Path:
    return target.with_name(f".{target.name.encode()[:200].decode(errors='ignore')}.before")


def _second_name(target: Path) -> Path | None:
    """A second name of a file, which takes no room on a full disk; none where there is no file yet."""
    if not target.exists():
        return None
    _remove(_backup(target))
    try:
        os.link(target, _backup(target))
    except OSError:  # a file system without links
        shutil.copyfile(target, _backup(target))
    return _backup(target)


def _put_back(target: Path, backup: Path | None) -> None:
    with contextlib.suppress(OSError):
        if backup is None:
            target.unlink()
        elif target.exists() and target.samefile(backup):  # it was not moved away yet
            backup.unlink()
        else:
            os.replace(backup, target)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
