"""Executed notebook → page, spreadsheet, PDF. What is written here opens offline and names no machine."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from html import escape
from threading import Lock
from typing import TYPE_CHECKING

from helpers import files
from helpers.language import day, in_language, text, visible
from helpers.render import archive, index, pictures, source

if TYPE_CHECKING:
    from pathlib import Path

    from nbconvert import HTMLExporter
    from nbformat import NotebookNode

UNDESCRIBED = re.compile(r"<img\b(?![^>]*\balt\s*=)", re.IGNORECASE)
MAIN, BANNER = "<main>\n", '<p class="banner" role="note" id="copy">'
_one_page = Lock()  # an exporter makes one page at a time
ALERT = "background:#8b1a1a;color:#fff;font:1rem sans-serif;margin:0;padding:.6rem 1rem;white-space:pre-wrap"


def title(notebook: NotebookNode) -> str:
    """The notebook's first heading."""
    headings = (c.source for c in notebook.cells if c.cell_type == "markdown" and c.source.startswith("# "))
    return next(headings, "# ").splitlines()[0].removeprefix("# ").strip()


def formats(
    notebook: NotebookNode, language: str, sisters: list[tuple], wanted: tuple[str, ...]
) -> tuple[dict[str, bytes], dict[str, str]]:
    """The report as files of the wanted kinds (html, xlsx, pdf), and why those that can't be made here are left out."""
    from helpers.render import pdf, spreadsheet

    html = page(notebook, language, sisters) if {"html", "pdf"} & set(wanted) else ""
    contents, left_out = {}, {}
    if "html" in wanted:
        contents["html"] = html.encode()
    if "xlsx" in wanted:
        contents["xlsx"] = spreadsheet.spreadsheet(notebook, page_facts(notebook, language, sisters))
    if "pdf" in wanted:
        try:
            contents["pdf"] = pdf.printed(html)
        except pdf.Unprinted as reason:
            left_out["pdf"] = str(reason)
    return contents, left_out


def page(notebook: NotebookNode, language: str, sisters: list[tuple]) -> str:
    """A self-contained HTML page: code folded away, pictures inside, nothing fetched from outside."""
    shown = pictures.inside(notebook)
    shown.cells = answer_first(shown.cells)
    facts = page_facts(notebook, language, sisters) | {"linked": link_rows(shown)}
    with _one_page:
        return visible(exporter().from_notebook_node(shown, {"page": facts})[0])


def link_rows(notebook: NotebookNode) -> set[str]:
    """Lead each row of a scorecard to its indicator's chart, where the notebook has it; returns these indicators."""
    from nbconvert.filters import get_metadata

    outputs = [output for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output]
    charts = {chart for output in outputs if isinstance(chart := get_metadata(output, "indicator", "image/png"), str)}
    linked = set()
    for output in (output for output in outputs if {files.TABLE_MIME, "text/html"} <= output.data.keys()):
        for chart in charts:
            place, html = f'data-chart="{chart}"', output.data["text/html"]
            if place in html:
                linked.add(chart)
                output.data["text/html"] = html.replace(place, f'href="#chart-{chart}"')
    return linked


@cache
def exporter() -> HTMLExporter:
    """nbconvert's exporter with our template, which is compiled once; a page is parsed again only where it must be."""
    from nbconvert import HTMLExporter, TemplateExporter
    from nbconvert.filters import Highlight2HTML
    from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter

    class Exporter(HTMLExporter):
        def from_notebook_node(self, nb: NotebookNode, resources: dict | None = None, **kw: object) -> tuple[str, dict]:
            about = nb.metadata.get("language_info", {})
            lexer = about.get("pygments_lexer", about.get("name"))
            self.register_filter("highlight_code", Highlight2HTML(pygments_lexer=lexer, parent=self))
            self.register_filter("filter_data_type", WidgetsDataTypeFilter(self._nb_metadata, parent=self))
            html, more = TemplateExporter.from_notebook_node(self, nb, resources, **kw)
            # nbconvert parses every page to give each picture a description; ours have one.
            return super().from_notebook_node(nb, resources, **kw) if UNDESCRIBED.search(html) else (html, more)

    return Exporter(template_name="report", extra_template_basedirs=[str(files.TEMPLATES)])


def answer_first(cells: list[NotebookNode]) -> list[NotebookNode]:
    """The cells with the workings that stand before the answer moved in front of the last heading."""
    lead = next((n for n, cell in enumerate(cells) if "lead" in tags(cell)), 0)
    workings = [cell for cell in cells[:lead] if "workings" in tags(cell)]
    others = [cell for n, cell in enumerate(cells) if n > lead or "workings" not in tags(cell)]
    last = max((n for n, cell in enumerate(others) if cell.source.startswith("## ")), default=len(others))
    return [*others[:last], *workings, *others[last:]]


def tags(cell: NotebookNode) -> list[str]:
    """What a cell is marked as: workings, lead, index, plan-text."""
    return cell.metadata.get("tags", [])


def answer(notebook: NotebookNode) -> str:
    """The sentences of the cells tagged `index`, as HTML; empty in a report that doesn't open the index."""
    from nbconvert.filters import markdown2html

    words = source.shown((cell for cell in notebook.cells if "index" in tags(cell)), "text/markdown")
    return visible(markdown2html("\n\n".join(words))) if any(words) else ""


def page_facts(notebook: NotebookNode, language: str, sisters: list[tuple]) -> dict:
    """What the page's frame says: title, labels in the report's language, sister pages, parameters and version."""
    facts = notebook.metadata["jospar"]
    with in_language(language):
        own = text("Own figures of the office, not published, are laid over the published ones.")
        read, today = day(date.fromisoformat(facts["data_read_on"])), day(date.today())
        return {
            "banner": own if facts.get("own") else "",
            "language": language,
            "home": index.file_name(language),
            "has_plan_text": any("plan-text" in tags(cell) for cell in notebook.cells),
            "title": title(notebook),
            "css": (files.TEMPLATES / "page.css").read_text(encoding="utf-8"),
            "labels": _labels(),
            "siblings": sisters,
            "footer": text("Data read by {data}. Published on {today}.", data=read, today=today),
            "colophon": _colophon(facts),
        }


def _labels() -> dict[str, str]:
    """What leads from place to place, in the language in use."""
    return {
        "all_reports": text("All reports"),
        "show_code": text("Show the code"),
        "language": text("Language"),
        "workings": text("Workings: figures, model, judgement"),
        "colophon": text("Colophon"),
        "how_to_read": text("How to read this"),
        "back": text("To the scorecard"),
        "plan_text": text("The plan's text"),
    }


def _colophon(facts: dict) -> str:
    commit = f" ({facts['commit']})" if facts["commit"] else ""
    parameters = ", ".join(f"{key} = {value!r}" for key, value in facts["parameters"].items())
    shown = text("Parameters: {parameters}", parameters=parameters or text("the notebook's defaults"))
    return f"Jospar {facts['version']}{commit}. {shown}"


def fault(words: str) -> str:
    """A bar that says above a page why it isn't whole, or stands in its place."""
    return f'<!DOCTYPE html><meta charset="utf-8"><p role="alert" style="{ALERT}">{escape(visible(words))}</p>'


def mark_copy(folder: Path, good: dict, language: str) -> None:
    """Put a banner with its day on the pages of the copy that stands for a failed report; its own run has none."""
    with in_language(language):
        rendered = day(date.fromisoformat(good["rendered"][:10]))
        words = text("This is the copy of {day}: a later rendering failed, as the index says.", day=rendered)
    for path in (folder / name for name in good["files"] if name.endswith(".html")):
        html = path.read_text(encoding="utf-8")
        if BANNER not in html:
            html = html.replace(MAIN, f"{MAIN}{BANNER}<strong>{words}</strong></p>\n", 1)
            good["size"] += len(html.encode()) - path.stat().st_size
            # Written anew, not into the file that both runs share.
            files.write(path, html)
            good["sha256"] = good["sha256"] | {path.name: archive.content_hash(html)}
