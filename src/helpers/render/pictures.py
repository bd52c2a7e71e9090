"""Pictures of a notebook put into its page: SVG, JPEG, GIF and LaTeX outputs, and what is attached to its text."""

from __future__ import annotations

import base64
import copy
import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from nbformat import NotebookNode

OTHERS = ("image/svg+xml", "image/jpeg", "image/gif")
SHOWN = ("text/html", "text/markdown", "image/png")  # what the page's template shows by itself
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


def attached(words: str, attachments: dict) -> str:
    """Markdown with its attachments in place of their names; one that is missing is told by its words."""
    for name, kinds in attachments.items():
        kind, content = next(iter(kinds.items()), ("", ""))
        if kind.startswith("image/"):
            address = f"data:{kind};base64,{''.join(''.join(content).split())}"
            for written in {name, quote(name)}:
                words = words.replace(f"attachment:{written}", address)
    return LOST.sub(r"\1", words)
