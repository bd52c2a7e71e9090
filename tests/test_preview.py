"""A preview: its page follows the notebook, shows errors, answers nobody without the token, and leaves no trace."""

import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers.render import preview

CELL = 'language: str = "en"'


def save(path, heading, code="print(language)"):
    parameters = new_code_cell(CELL, metadata={"tags": ["parameters"]})
    cells = [new_markdown_cell(f"# {heading}"), parameters, new_code_cell(code)]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=cells, metadata=spec), path)


def fetch(address, **headers):
    request = urllib.request.Request(address, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode()


def page_after(address, page):
    """The page that comes after this one, as the browser waits for it."""
    number = next_ = re.search(r'after=(\d+)"', page)[1]
    while next_ == number:
        next_ = fetch(f"{address}next?after={number}")
    return fetch(address)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """The notebooks here need no library, so none is loaded for their kernels."""
    monkeypatch.setenv("JOSPAR_PRELOAD", "json")


@pytest.fixture
def server():
    """A server with a page, without a notebook."""
    import threading

    one = preview.Server(0)
    threading.Thread(target=one.serve_forever, daemon=True).start()
    yield one
    one.shown.end()
    one.shutdown()
    one.server_close()


@pytest.mark.slow
def test_a_preview_follows_its_notebook_shows_errors_and_leaves_nothing_behind(tmp_path):
    notebook = tmp_path / "work.ipynb"
    save(notebook, "First")
    call = [sys.executable, "-m", "helpers.cli", "preview", str(notebook), "-p", "language=kk"]
    process = subprocess.Popen(call, stdout=subprocess.PIPE, text=True)
    try:
        address = process.stdout.readline().strip()
        page = fetch(address)
        page = page if "First" in page else page_after(address, page)
        assert "First" in page
        assert "kk" in page
        save(notebook, "Second")
        page = page_after(address, page)
        assert "Second" in page
        save(notebook, "Third", "1 / 0")
        page = page_after(address, page)
        assert "Third" in page
        assert 'role="alert"' in page
        assert "ZeroDivisionError: division by zero" in page
        notebook.write_text("{", encoding="utf-8")
        page = page_after(address, page)
        assert 'role="alert"' in page
        children = psutil.Process(process.pid).children(recursive=True)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode == 130
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("rest", ["", "wrong/", "wrong/next?after=0", "../etc/passwd"])
def test_nobody_without_the_token_gets_an_answer(server, rest):
    with pytest.raises(urllib.error.HTTPError) as fault:
        fetch(f"http://{server.place}/{rest}")
    assert fault.value.code == 404


def test_a_page_of_another_name_gets_no_answer(server):
    with pytest.raises(urllib.error.HTTPError) as fault:
        fetch(server.address, Host="example.com")
    assert fault.value.code == 404


def test_a_preview_listens_on_this_machine_alone(server):
    assert server.server_address[0] == "127.0.0.1"
    assert server.address.startswith("http://127.0.0.1:")


def test_a_waiting_page_learns_of_the_next_one(server):
    page = fetch(server.address)
    server.shown.show("<p>Next</p>")
    assert "Next" in page_after(server.address, page)
