"""A notebook as it lies in its file: its cells read without Jupyter, and checked with it."""

from __future__ import annotations

import json
import reprlib
from typing import TYPE_CHECKING

from helpers import UserError, files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from nbformat import NotebookNode


def source_cells(notebook: Path) -> list[list] | None:
    """Kind, source and metadata of each cell; none of a file that is no notebook: the check of its job says so."""
    try:
        raw = json.loads(notebook.read_text(encoding="utf-8-sig"))["cells"]
        cells = [[cell["cell_type"], cell["source"], cell["metadata"]] for cell in raw]
        ["".join(source) for _, source, _ in cells]
        return cells
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def opened(notebook: Path) -> NotebookNode:
    """The notebook, valid and for Python; raises UserError for anything else, and says of which kind it is."""
    import nbformat

    try:
        words = notebook.read_text(encoding="utf-8-sig")
        raw = json.loads(words)
        number = raw.get("nbformat") if isinstance(raw, dict) else None
        if number in (1, 2, 3):
            raise UserError(f"{notebook}: is an old notebook (format {number}); open and save it in Jupyter")
        if number != 4:
            raise UserError(f"{notebook}: is no notebook that can be read (format {reprlib.repr(number)})")
        content = nbformat.reads(words, as_version=4)
        nbformat.validate(content, relax_add_props=True)
    except (ValueError, TypeError, OSError, nbformat.ValidationError, AttributeError, RecursionError):
        raise UserError(f"{notebook}: is no notebook that can be read") from None
    spec = content.metadata.get("kernelspec") or {}
    language = spec.get("language") or (content.metadata.get("language_info") or {}).get("name") or "python"
    if str(language).lower() not in ("python", "ipython", "python3") or spec.get("name") in ("ir", "julia"):
        raise UserError(f"{notebook}: is a notebook for {language} (kernel {spec.get('name')}); this renders Python")
    return content


def shown(cells: Iterable[dict], kind: str) -> list:
    """What the cells show of a kind (a MIME type), in their order."""
    outputs = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    return [data[kind] for data in outputs if kind in data]


def named(path: Path) -> Path:
    """The notebook that is meant: a file, or one of `notebooks/` by its name or number. Raises where there is none."""
    if path.suffix == ".ipynb" and path.is_file():
        return path.resolve()
    known = {notebook.stem: notebook for notebook in sorted(files.NOTEBOOKS.glob("*.ipynb"))}
    stem = path.name.removesuffix(".ipynb")
    fitting = [stem] if stem in known else [name for name in known if name.partition("_")[0] == stem]
    if len(fitting) != 1 or len(path.parts) > 1:
        raise UserError(f"{path}: there is no such notebook; {files.nearest(stem, fitting or known)}")
    return known[fitting[0]]
