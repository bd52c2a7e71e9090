"""What is shared names neither user nor machine and keeps no time of a run: every file is opened and searched."""

import io
import json
import os
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from helpers import files
from helpers.render import execution, pdf

JOSPAR = Path(sys.executable).with_name("jospar")
USER, FOLDER = "qyzgaldaq", "saryarqa"  # a telling user, and a telling folder to work in
TELLTALE = [
    "import getpass, os, pathlib, sys, tempfile, warnings\nfrom IPython.display import HTML, Markdown\n"
    "from helpers.tables import Cell, Row, Table",
    "print(pathlib.Path.home(), os.getcwd(), getpass.getuser(), os.environ['LOGNAME'], tempfile.gettempdir())",
    "warnings.warn(str(pathlib.Path.home() / 'figures.csv'))",
    "str(pathlib.Path.home() / 'my figures.csv')",
    "HTML(f'<p>{os.getcwd()}</p>')",
    "Markdown(f'See {os.getcwd()}/more and [this](more.html)')",
    "Table(os.getcwd(), ['Read from'], [Row([Cell(str(pathlib.Path.home() / 'table.csv'))])])",
]


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """The output folder and the zip of a run by the telling user: a real report, a talkative one and a failing one."""
    folder = tmp_path_factory.mktemp("run") / FOLDER
    home = folder.parent / "home" / USER
    # Not below the folder for temporary files, whose content is never named in any case.
    temporary = folder.parent / "temporary"
    for made in (folder, home, temporary):
        made.mkdir(parents=True)
    entries = [{"notebook": str(files.NOTEBOOKS / "1_digitalisation.ipynb"), "parameters": {"language": "kk"}}]
    talks, fails = telling(folder, "talks"), telling(folder, "fails", "open(os.getcwd() + '/x')")
    entries += [{"notebook": str(talks)}, {"notebook": str(fails)}]
    batches = {"batches": {"default": [entry | {"formats": ["html", "xlsx", "pdf"]} for entry in entries]}}
    (folder / "batch.yml").write_text(json.dumps(batches), encoding="utf-8")
    names = dict.fromkeys(("USER", "LOGNAME", "LNAME", "USERNAME"), USER)
    env = os.environ | names | {"HOME": str(home), "TMPDIR": str(temporary)}
    options = {"cwd": folder, "env": env, "capture_output": True, "text": True, "check": False}
    done = subprocess.run([JOSPAR, "render", "--file", "batch.yml", "--output", "out"], **options)
    assert done.returncode == 1, done.stderr
    done = subprocess.run([JOSPAR, "share", "latest", "--output", "out"], **options)
    assert done.returncode == 0, done.stderr
    return folder / "out", next((folder / "out").glob("*.zip"))


@pytest.fixture(scope="module")
def parts(shared):
    """The zip, unpacked: content by the name of the part."""
    _, path = shared
    return dict(opened(path.name, path.read_bytes()))


def telling(folder, name, *code):
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    cells = [new_markdown_cell("# A title"), *map(new_code_cell, [*TELLTALE, *code])]
    path = folder / f"{name}.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return path


def opened(name, content, searched=None):
    """The parts of a file by name, unpacked: members of an archive, objects and streams of a PDF.

    The content of a file whose bytes are among those `searched` isn't given again, its name is.
    """
    known = searched if searched is not None else set()
    if content in known:
        yield name, b""
        return
    known.add(content)
    if name.endswith((".zip", ".xlsx")):
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            for member in file.namelist():
                yield f"{name}: {member}", member.encode()
                yield from opened(f"{name}: {member}", file.read(member), known if searched is not None else None)
    yield name, content
    if name.endswith(".pdf"):
        from pypdf import PdfReader

        reader = PdfReader(io.BytesIO(content))
        for number in range(1, reader.trailer["/Size"]):
            found = reader.get_object(number)
            yield f"{name}: object {number}", repr(found).encode()
            if hasattr(found, "get_data") and found.get("/Subtype") != "/Image":
                yield f"{name}: stream {number}", found.get_data()
        yield f"{name}: text", "".join(page.extract_text() for page in reader.pages).encode()


@pytest.mark.slow
def test_no_file_names_the_user_the_home_the_working_folder_or_the_machine(shared):
    out, _ = shared
    paths = [path for path in out.rglob("*") if path.is_file() and not path.is_symlink() and path.name != ".lock"]
    assert {path.suffix for path in paths} >= {".html", ".ipynb", ".xlsx", ".json", ".zip", ".txt"}
    telltales = [USER, FOLDER, str(out.parent.parent), "file://", str(files.ROOT), sys.prefix]
    # A machine that is named like a word of the reports tells nothing.
    telltales += [name for name in [socket.gethostname()] if len(name) > 5 and name not in execution.EVERYDAY]
    searched = set()  # the zip holds what lies beside it
    for path in paths:
        for part, content in opened(path.name, path.read_bytes(), searched):
            for telltale in telltales:
                assert telltale.encode() not in content, (part, telltale)


@pytest.mark.slow
def test_the_search_would_find_a_leak_in_each_kind_of_file(parts):
    kinds = (".html", ".ipynb", "sharedStrings.xml", "core.xml", "run.json", "README.txt", "index.html")
    assert all(any(name.endswith(kind) for name in parts) for kind in kinds)
    words = b"".join(parts.values())
    assert "Цифрландыруды тереңдету".encode() in words
    assert b"figures.csv" in words


@pytest.mark.slow
def test_an_executed_notebook_keeps_no_time_of_its_run(shared):
    out, _ = shared
    notebooks = [path for path in out.rglob("*.ipynb") if "latest" not in path.parts]
    assert len(notebooks) == 3
    for path in notebooks:
        book = json.loads(path.read_text(encoding="utf-8"))
        assert set(book["metadata"]) <= {"jospar", "kernelspec", "language_info"}
        for cell in book["cells"]:
            assert set(cell["metadata"]) <= {"tags"}
            assert all(set(output.get("metadata", {})) <= {"image/png"} for output in cell.get("outputs", []))


@pytest.mark.slow
@pytest.mark.skipif(pdf.browser() is None, reason="no Chromium here that could print")
def test_the_pdf_of_a_telling_user_was_made_and_searched(parts):
    assert "Цифрландыруды тереңдету" in "".join(v.decode() for k, v in parts.items() if k.endswith(".pdf: text"))


def test_printed_names_of_user_and_machine_are_taken_out_but_no_part_of_a_word(monkeypatch):
    monkeypatch.setattr(execution.getpass, "getuser", lambda: "aida")
    monkeypatch.setattr(execution.socket, "gethostname", lambda: "stat-3")
    assert execution.disguise()("aida@stat-3: /srv/aida/x, Zaidas") == "<user>@<machine>: /srv/<user>/x, Zaidas"
    monkeypatch.setattr(execution.getpass, "getuser", lambda: "root")
    assert execution.disguise()("root mean square") == "root mean square"


def test_folders_are_taken_out_of_html_and_of_data(monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: Path("/home/o'brien"))
    shown = execution.cleaned("text/html", "<p>/home/o&#x27;brien/x</p>", execution.disguise())
    assert shown == "<p>~/x</p>"
    assert execution.cleaned("application/json", {"a": ["/home/o'brien/x", 1]}, execution.disguise()) == {
        "a": ["~/x", 1]
    }
    assert execution.cleaned("image/png", "/home/o'brien", execution.disguise()) == "/home/o'brien"
