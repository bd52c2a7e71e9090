"""Pictures of a notebook put into its page: SVG, JPEG, GIF and LaTeX outputs, and what is attached to its text."""

from __future__ import annotations

import base64
import copy
import json
import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from helpers import UserError

if TYPE_CHECKING:
    from nbformat import NotebookNode

OTHERS = ("image/svg+xml", "image/jpeg", "image/gif")
SHOWN = ("text/html", "text/markdown", "image/png")  # what the page's template shows by itself
KINDS = {"png": "png", "jpg": "jpeg", "jpeg": "jpeg", "gif": "gif", "svg": "svg+xml", "webp": "webp"}
# An address of a picture in Markdown or in an <img>.
BESIDE = re.compile(
    rf"(!\[[^\]\n]*\]\(|<img\b[^>]*?\bsrc=[\"'])([^\s:\"'()<>]+\.({'|'.join(KINDS)}))(?=[\s)\"'])", re.IGNORECASE
)
LARGEST = 10 * 2**20  # bytes of a picture; in a page it takes a third more
LOST = re.compile(r"!\[([^\]]*)\]\(attachment:[^)]*\)")


def inside(notebook: NotebookNode) -> NotebookNode:
    """A copy of the notebook in which every picture stands as the page can show it, without a file beside it."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "data" in output and not any(kind in output.data for kind in SHOWN):
                shown = as_html(output.data, output.get("metadata", {}))
                output.data |= {"text/html": shown} if shown else {}
        if cell.cell_type == "markdown":
            cell.source = attached(cell.source, cell.pop("attachments", {}))
    return notebook


def as_html(data: dict, metadata: dict) -> str:
    """A picture or a formula as HTML; empty for anything else. Inside an image no script of an SVG runs."""
    for kind in OTHERS:
        if kind in data:
            words = "".join(data[kind])
            content = base64.b64encode(words.encode()).decode() if kind == "image/svg+xml" else "".join(words.split())
            alt = (metadata.get(kind) or {}).get("alt", "")
            return f'<img src="data:{kind};base64,{content}" alt="{escape(alt)}">'
    if "text/latex" in data:
        return f'<pre class="latex">{escape("".join(data["text/latex"]))}</pre>'
    return ""


def with_pictures(notebook: Path) -> str:
    """The text of a notebook's file, the pictures that lie beside it inside; raises UserError as `beside` does."""
    source = notebook.read_text(encoding="utf-8-sig")
    cells = json.loads(source)
    for cell in cells["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = beside("".join(cell["source"]), notebook.parent)
    return json.dumps(cells)


def beside(words: str, folder: Path) -> str:
    """Markdown with the pictures of the notebook's folder in place of their names.

    Raises UserError for a picture that is larger than is allowed. A name that leads out of the folder or to no file
    stays as it is.
    """

    def instead(match: re.Match) -> str:
        path = (folder / unquote(match[2])).resolve()
        if not path.is_relative_to(folder.resolve()) or not path.is_file():
            return match[0]
        if path.stat().st_size > LARGEST:
            raise UserError(f"{match[2]}: a picture has {LARGEST // 2**20} MB at most")
        content = base64.b64encode(path.read_bytes()).decode()
        return f"{match[1]}data:image/{KINDS[match[3].lower()]};base64,{content}"

    return BESIDE.sub(instead, words)


def attached(words: str, attachments: dict) -> str:
    """Markdown with its attachments in place of their names; one that is missing is told by its words."""
    for name, kinds in attachments.items():
        kind, content = next(iter(kinds.items()), ("", ""))
        if kind.startswith("image/"):
            address = f"data:{kind};base64,{''.join(''.join(content).split())}"
            for written in {name, quote(name)}:
                words = words.replace(f"attachment:{written}", address)
    return LOST.sub(r"\1", words)
