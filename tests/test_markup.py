"""Text from data never becomes markup: not in the page, the notebook, the picture or the spreadsheet."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import matplotlib
import nbformat
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from openpyxl import load_workbook

from helpers import charts, files, statistics
from helpers.charts.captions import Words
from helpers.language.markup import UNSEEN, literal, visible, web_address
from helpers.render import page as share
from helpers.render.index import contents, pages as index_pages
from helpers.render.spreadsheet import spreadsheet
from helpers.tables import Cell, Row, Table
from helpers.targets.choices import Change

JOSPAR = Path(sys.executable).with_name("jospar")
RLO, RLI, PDF, RLM = "\u202e", "\u2067", "\u202c", "\u200f"
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</table></body><h1>x",
    "\"><b>'x'</b>",
    "[a](javascript:alert(1))",
    "![a](https://e.example/a.png)",
    "<https://e.example>",
    "https://e.example/x www.e.example",
    "**bold** _soft_ ~~gone~~ `code`",
    "# head",
    "- item",
    "1. item",
    "> said",
    "a | b\n--|--\n1 | 2",
    "$x^2$ and $$y$$ and \\(z\\)",
    "&lt;b&gt; &amp;",
    "{{ 7 * 7 }} {% raw %}",
    f"{RLO}gnitset{PDF}",
    f"left {RLO}right",
    f"{RLI}alone",
    f"mark{RLM}ed",
    "عدد العاطلين",
]
FACTS = {"data_read_on": "2026-11-22", "version": "1.0", "commit": None, "parameters": {}}


class Elements(HTMLParser):
    """What a page consists of: the names of its elements, its attributes, its words."""

    def __init__(self, html):
        super().__init__()
        self.names, self.attributes, self.words = [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.words += data


def outputs_of(words):
    """What a report shows of a name: a table, a sentence, a chart."""
    links = (words, "https://a.example/"), (words, words), ("script", "javascript:alert(1)")
    row = Row([Cell(words, words), Cell(words, words, "good"), Cell("", links=links)])
    table = Table(words, [words, words, words], [Row(group=words), row])
    data = table._repr_mimebundle_()
    chart, about = charts.Chart(matplotlib.figure.Figure(figsize=(1, 1)), words)._repr_mimebundle_()
    sentence = {"text/markdown": f"{literal(words)}, **{literal(words)}** (4.7%)"}
    return [
        new_output("execute_result", data),
        new_output("execute_result", sentence),
        new_output("execute_result", chart, metadata=about),
        new_output("stream", text=words),
    ]


def report(words):
    cells = [new_markdown_cell("# A title"), new_code_cell("", outputs=outputs_of(words))]
    return new_notebook(cells=cells, metadata={"jospar": FACTS | {"parameters": {"name": words}}})


@cache
def page(words):
    return share.page(report(words), "en", [])


@cache
def index(name):
    """The index of a run with a good and a failed report of this title, area and error."""
    one = {"name": "a", "notebook": "a.ipynb", "parameters": {"area": name}, "status": "rendered", "title": name}
    one |= {"files": ["a.html", "a.ipynb"]}
    bad = one | {"status": "failed", "error": name, "last_good": None, "parameters": {"area": f"{name}b"}}
    facts = {"run": "R", "started": "2026-11-22", "data_read_on": "2026-11-22", "reports": [one, bad]}
    return index_pages(contents(facts | {"version": "1", "commit": None}, Path("nowhere")))["index.html"]


def squeezed(words):
    return re.sub(r"\s+", "", words)


@pytest.mark.parametrize("words", HOSTILE)
def test_in_the_page_a_name_is_text_and_adds_no_element(words):
    plain, found = Elements(page("name")), Elements(page(words))
    # An address that is one is a link in the table of sources, and nowhere else.
    assert found.names == plain.names
    # A short second line has a class of its own, so that it stays on its line.
    named = [[name for name, _ in elements.attributes if name != "class"] for elements in (found, plain)]
    assert named[0] == named[1]
    assert not [value for _, value in found.attributes if (value or "").lower().startswith("javascript:")]
    assert squeezed(visible(words)) in squeezed(found.words)
    assert not UNSEEN.search(page(words))


@pytest.mark.parametrize("words", HOSTILE)
def test_in_the_index_a_title_and_a_parameter_are_text(words):
    assert Elements(index(words)).names == Elements(index("name")).names
    assert squeezed(visible(words)) in squeezed(Elements(index(words)).words)
    assert not UNSEEN.search(index(words))


@pytest.mark.parametrize("words", HOSTILE)
def test_in_the_notebook_a_name_is_text_to_a_renderer_that_lets_html_through(words):
    import mistune

    html = mistune.create_markdown(escape=False, plugins=["strikethrough", "table", "url", "math"])
    shown, plain = (Elements(html(outputs_of(name)[1].data["text/markdown"])) for name in (words, "name"))
    assert shown.names == plain.names == ["p", "strong"]
    assert squeezed(visible(words)) in squeezed(shown.words)
    assert not UNSEEN.search(str([output.get("data", {}) for output in outputs_of(words)[:3]]))


@pytest.mark.parametrize("words", HOSTILE)
def test_on_the_workbench_a_name_and_a_unit_are_text(words, monkeypatch):
    monkeypatch.setattr(Change, "table", lambda self: pd.DataFrame({"Year": [2026]}))
    after = SimpleNamespace(indicator="12", about=pd.Series(dict.fromkeys(("name_en", "name_kk", "name_ru"), words)))
    values = pd.Series([1.0], pd.PeriodIndex(["2025"], freq="Y"))
    known = SimpleNamespace(code="a", area="KAZ", unit=words, as_of="2026-01-01", breaks=(), values=values)
    shown = Change(None, after, False)._repr_html_(), statistics.Figures._repr_html_(known)
    for html in shown:
        assert set(Elements(html).names) <= {"p", "b", "table", "thead", "tbody", "tr", "th", "td", "code"}
        assert squeezed(visible(words)) in squeezed(Elements(html).words)
        assert not UNSEEN.search(html)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["path", "none"])
@pytest.mark.parametrize("words", HOSTILE)
def test_in_a_picture_a_name_is_text(words, kind):
    series = pd.Series([1.0, 2.0], pd.period_range("2024", "2025", freq="Y"))
    chart = charts.lines({words: series, "other": series + 1}, words, Words(words, words, words))
    buffer = io.BytesIO()
    with matplotlib.rc_context({"svg.fonttype": kind}):
        chart.figure.savefig(buffer, format="svg")
    tree = ElementTree.fromstring(buffer.getvalue())
    names = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert not names & {"script", "img", "image", "a", "b", "h1", "foreignObject"}
    assert not UNSEEN.search(buffer.getvalue().decode())
    if kind == "none":
        assert squeezed(visible(words)) in squeezed("".join(tree.itertext()))


@pytest.mark.parametrize("words", HOSTILE)
def test_in_the_spreadsheet_a_name_is_text(words):
    notebook = report(words)
    book = load_workbook(io.BytesIO(spreadsheet(notebook, share.page_facts(notebook, "en", []))))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert sum(squeezed(str(cell.value)).startswith(squeezed(visible(words))) for cell in cells) >= 7
    links = {cell.hyperlink.target for cell in cells if cell.hyperlink and cell.hyperlink.target}
    assert all(web_address(link) for link in links)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=40))
def test_any_text_in_prose_is_one_paragraph_of_the_same_words(words):
    from nbconvert.filters import markdown2html

    found = Elements(markdown2html(f"See {literal(words)} here."))
    assert found.names == ["p"]
    assert squeezed(f"See {visible(words)} here.") == squeezed(found.words)


def test_hidden_marks_are_shown_by_their_code_points_and_letters_stay_as_they_are():
    assert visible(f"a{RLO}b") == "a⟨U+202E⟩b"
    for words in ("عدد", "Жұмыссыздық деңгейі, %", "a\tb\nc", "−4,7\N{NO-BREAK SPACE}%"):
        assert visible(words) == words


SUFFIX = f' <script>alert(1)</script> [x](javascript:alert(2)) **b** "q" $y$ {RLO}z'
TEXTS = {"title", "publisher", "licence", "note", "reason", "definition", "author_note", "evidence", "source"}


EVERY = sorted(files.NOTEBOOKS.glob("[0-9]*.ipynb"))
# The overview and a direction with judgement, quarters, regions and peers; the others wait for make test-hard.
FEW = [path for path in EVERY if path.stem in ("0_overview", "3_employment")]


@pytest.fixture(scope="module", params=[FEW, pytest.param(EVERY, marks=pytest.mark.hard)], ids=["few", "every"])
def hostile(tmp_path_factory, request):
    """The folder of a run on data whose every name, note, reason and title ends in markup."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(files.DATA, folder / "data")
    for table in (folder / "data").rglob("*.csv"):
        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        columns = [c for c in (rows[0] if rows else {}) if c.startswith("name_") or c in TEXTS - keys(table)]
        rows = [row | {c: row[c] + SUFFIX for c in columns if row[c]} for row in rows]
        if columns:
            with table.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
    with (folder / "data" / "assumptions" / "decisions.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(["11", "", "", "2026:0.2", "A. Author", "2026-11-01", f"a plant {SUFFIX}"])
    entries = [{"notebook": str(path), "formats": ["html", "xlsx"]} for path in request.param]
    (folder / "batch.yml").write_text(json.dumps({"batches": {"default": entries}}), encoding="utf-8")
    words = [JOSPAR, "render", "--file", folder / "batch.yml", "--output", folder / "out"]
    env = os.environ | {"JOSPAR_DATA": str(folder / "data")}
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "out" / "latest"


def keys(table):
    """Columns of a table whose words are codes that another table holds."""
    return {"source"} if table.name in ("observations.csv", "sources.csv", "indicators.csv") else set()


@pytest.mark.slow
def test_hostile_data_give_pages_without_an_element_more(hostile):
    pages = [path for path in hostile.glob("*.html") if path.name[0].isdigit()]
    assert len(pages) in (len(FEW), len(EVERY))
    shown = ""
    for path in pages:
        html = path.read_text(encoding="utf-8")
        found = Elements(html)
        assert "script" not in found.names
        assert not [v for _, v in found.attributes if (v or "").startswith("javascript:")]
        assert not UNSEEN.search(html)
        # A part of a name that became bold would have lost its marks.
        assert found.words.count("[x](javascript:alert(2)) **b**") == found.words.count("<script>alert(1)</script>")
        shown += found.words
    assert shown.count("<script>alert(1)</script>") > 200


@pytest.mark.slow
def test_hostile_data_give_notebooks_and_spreadsheets_of_text(hostile):
    for path in hostile.glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                rich = data.get("text/markdown", "") + data.get("text/html", "")
                assert "<script" not in rich
                assert "](javascript" not in data.get("text/markdown", "")
                assert not UNSEEN.search(rich + output.get("text", ""))
    for path in hostile.glob("*.xlsx"):
        book = load_workbook(path)
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
        assert not any(UNSEEN.search(str(cell.value)) for cell in cells)
