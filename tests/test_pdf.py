"""The page as a PDF: printed by the Chromium that is there, A4, whole charts; without one the report stands."""

import base64
import io
import os
import signal
import tempfile

import pytest
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers import files, render
from helpers.render import page as share, pdf, summary
from helpers.render.batch import Job

FACTS = {"data_read_on": "2026-11-22", "version": "1.0", "commit": None, "parameters": {}}
KAZAKH = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"
prints = pytest.mark.skipif(pdf.browser() is None, reason="no Chromium here that could print")


def book(*outputs):
    cells = [new_markdown_cell("# A title\n\n[next](next.html), [source](https://stat.gov.kz/)")]
    cells += [new_code_cell("", outputs=[output]) for output in outputs]
    return new_notebook(cells=cells, metadata={"jospar": FACTS})


def html(*outputs):
    return share.page(book(*outputs), "kk", [("kk", "Қазақша", "a.html"), ("ru", "Русский", "b.html")])


def shown(kind, data):
    return new_output("display_data", {kind: data})


def picture(height):
    buffer = io.BytesIO()
    Figure(figsize=(7.6, height), dpi=100).savefig(buffer, format="png")
    return shown("image/png", base64.b64encode(buffer.getvalue()).decode())


def read(content):
    from pypdf import PdfReader

    return PdfReader(io.BytesIO(content))


@pytest.mark.slow
@prints
def test_the_pdf_is_a4_numbered_titled_and_shows_kazakh_letters():
    found = read(pdf.printed(html(shown("text/markdown", KAZAKH))))
    assert [round(float(side)) for side in found.pages[0].mediabox[2:]] == [595, 842]
    text = found.pages[0].extract_text()
    assert KAZAKH in text
    assert "1 / 1" in text
    assert found.metadata.title == "A title"
    assert found.metadata.creator.startswith("Jospar ")


@pytest.mark.slow
@prints
def test_links_to_the_web_stay_and_none_leads_to_this_machine():
    found = read(pdf.printed(html()))
    links = [a.get_object()["/A"]["/URI"] for page in found.pages for a in page.get("/Annots", [])]
    assert links == ["https://stat.gov.kz/"]
    text = found.pages[0].extract_text()
    assert "next" in text
    assert "Русский" not in text


@pytest.mark.slow
@prints
def test_no_chart_is_cut_by_the_end_of_a_sheet():
    found = read(pdf.printed(html(*(picture(4.5) for _ in range(5)))))
    drawn = [page.get_contents().get_data().count(b" Do") for page in found.pages]
    assert len(drawn) >= 3
    # A picture that is cut is drawn on both sheets.
    assert sum(drawn) == 5


@pytest.mark.slow
@prints
def test_nothing_in_the_page_runs_or_is_fetched(tmp_path):
    secret = tmp_path / "secret.html"
    secret.write_text("SECRET", encoding="utf-8")
    hostile = f"<p>still</p><script>document.body.textContent='RAN'</script><iframe src='{secret.as_uri()}'></iframe>"
    text = "".join(page.extract_text() for page in read(pdf.printed(html(shown("text/html", hostile)))).pages)
    assert "still" in text
    assert "RAN" not in text
    assert "SECRET" not in text


def program(folder, script):
    path = folder / "browser"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_without_a_browser_the_reason_and_the_remedy_are_one_line(monkeypatch, tmp_path):
    monkeypatch.delenv(pdf.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pdf.Unprinted, match="no Chromium was found; install one, or name it in JOSPAR_CHROMIUM"):
        pdf.printed("")
    monkeypatch.setenv(pdf.VARIABLE, "/nowhere/chromium")
    with pytest.raises(pdf.Unprinted, match="JOSPAR_CHROMIUM names no program that is there"):
        pdf.printed("")


@pytest.mark.parametrize(
    ("script", "limit", "reason"),
    [("exit 3", 60, "Chromium printed nothing"), ("exec sleep 60", 0.2, "took longer than 0.2 s")],
)
def test_a_browser_that_fails_or_hangs_is_one_line(monkeypatch, tmp_path, script, limit, reason):
    monkeypatch.setenv(pdf.VARIABLE, program(tmp_path, script))
    monkeypatch.setattr(pdf, "TIME_LIMIT", limit)
    with pytest.raises(pdf.Unprinted, match=reason):
        pdf.printed("<html></html>")


def test_a_browser_that_is_no_program_is_one_line_and_leaves_nothing_open(monkeypatch, tmp_path):
    (tmp_path / "browser").write_bytes(b"\0 no program")
    (tmp_path / "browser").chmod(0o755)
    monkeypatch.setenv(pdf.VARIABLE, str(tmp_path / "browser"))
    pdf.close()
    before = os.listdir("/proc/self/fd")
    with pytest.raises(pdf.Unprinted, match="can't be started: Exec format error; name another one"):
        pdf.printed("<html></html>")
    assert os.listdir("/proc/self/fd") == before


@pytest.mark.slow
@prints
def test_one_browser_of_the_users_choice_prints_all_pages_until_it_is_closed_or_lost(monkeypatch, tmp_path):
    starts = tmp_path / "starts"
    monkeypatch.setenv(pdf.VARIABLE, program(tmp_path, f'echo >> {starts}; exec {pdf.browser()} "$@"'))
    long = tempfile.TemporaryDirectory(prefix="x" * 32)  # too long for the path of a browser's socket, not a kernel's
    monkeypatch.setattr(tempfile, "tempdir", long.name)
    monkeypatch.setenv("TMPDIR", long.name)
    page = "<html><head></head><body>words</body></html>"
    assert all("words" in read(pdf.printed(page)).pages[0].extract_text() for _ in range(3))
    assert starts.read_text() == "\n"
    lost = pdf._browsers[pdf.browser()].pid
    os.kill(lost, signal.SIGKILL)
    os.waitid(os.P_PID, lost, os.WEXITED | os.WNOWAIT)
    assert pdf.printed(page).startswith(b"%PDF")
    folder = pdf._browsers[pdf.browser()].folder
    pdf.close()
    assert starts.read_text() == "\n\n"
    assert not folder.exists()
    long.cleanup()


def test_a_report_without_its_pdf_is_still_a_report_and_says_why(monkeypatch):
    monkeypatch.setenv(pdf.VARIABLE, "/nowhere/chromium")
    made, left_out = share.formats(book(), "en", [], ("html", "xlsx", "pdf"))
    assert made.keys() == {"html", "xlsx"}
    assert left_out.keys() == {"pdf"}
    facts = {"reports": [{"left_out": left_out}, {"left_out": left_out}, {}]}
    assert summary.left_out(facts) == [f"no pdf of 2 reports: {left_out['pdf']}"]


@pytest.mark.slow
@pytest.mark.hard
@prints
@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_overview_is_printed_in_other_languages_too(language, tmp_path):
    job = Job(files.NOTEBOOKS / "0_overview.ipynb", {"language": language}, ("pdf",))
    (report,) = render.run([job], tmp_path)["reports"]
    assert report["status"] == "rendered", report["error"]
    assert len(read((tmp_path / "latest" / f"{job.name}.pdf").read_bytes()).pages) > 1
