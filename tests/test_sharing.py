"""`jospar share`: everything in it opens, no link leads to what stayed behind, it is written whole or not at all."""

import errno
import json
import os
import re
import zipfile

import pytest
from command import jospar

from helpers import UserError, render as runs
from helpers.render import archive, parcel, pdf
from helpers.render.batch import Job
from helpers.render.links import keep_links, outside

KINDS = ("html", "ipynb", "pdf", "xlsx")
PAGE = (
    '<html><head></head><body><a href="index.kk.html">All</a> <a href="a--language-ru.html" lang="ru" hreflang="ru">'
    'Русский</a> <a href="a--language-kk.html" hreflang="kk">Қазақша</a> <a href="https://stat.gov.kz/">source</a>'
    '<a href="#top">top</a> <a href="elsewhere.html">elsewhere</a></body></html>'
)


class Broken(set):
    """Names of the reports that fail; `lacking` holds the formats that can't be made, with the reason."""

    def __init__(self):
        self.lacking = {}

    def render(self, work, watch=None):
        """Four small files for each report, without a kernel."""
        if work.name in self:
            return {"status": "failed", "error": "ValueError: no", "title": "", "seconds": 0, "size": 0}, {}
        kinds = {*work.formats, "ipynb"} - self.lacking.keys()
        content = {"html": PAGE, "ipynb": '{"cells": []}'}
        made = {f"{work.name}.{kind}": content.get(kind, f"{work.name} as {kind}") for kind in kinds}
        made = {name: content.encode() for name, content in made.items()}
        record = {"status": "rendered", "title": f"Title of {work.name}", "seconds": 0}
        record |= {"size": sum(map(len, made.values()))} | ({"left_out": dict(self.lacking)} if self.lacking else {})
        return record, made


@pytest.fixture
def broken(monkeypatch):
    found = Broken()
    monkeypatch.setattr("helpers.render.execution.render", found.render)
    monkeypatch.setattr("helpers.render.kernels.prepare", lambda sources: None)
    return found


@pytest.fixture
def jobs(make_notebook):
    path = make_notebook("a")
    return [Job(path, {"language": language}, ("html", "xlsx", "pdf")) for language in ("en", "kk", "ru")]


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def inside(path):
    """The zip's files by their path below its one folder."""
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        tops = {name.partition("/")[0] for name in file.namelist()}
        assert len(tops) == 1
        return {name.partition("/")[2]: file.read(name) for name in file.namelist()}


def change(jobs):
    """A cell more in the notebook: every report has to be rendered again."""
    content = json.loads(jobs[0].notebook.read_text(encoding="utf-8"))
    content["cells"].append(content["cells"][-1] | {"source": "1 + 1", "metadata": {}, "id": "added"})
    jobs[0].notebook.write_text(json.dumps(content), encoding="utf-8")


def test_a_run_is_one_zip_with_every_format_an_index_and_a_readme(jobs, out, broken):
    run = runs.run(jobs, out)["run"]
    path = parcel.pack("latest", out, [])
    assert path == out / f"jospar-{run}.zip"
    files = inside(path)
    assert {"README.txt", "index.html", "run.json"} < files.keys()
    for language in ("en", "kk", "ru"):
        for kind in KINDS:
            assert f"a--language-{language}.{kind}" in files
    assert path.read_bytes() == parcel.pack(run, out, []).read_bytes()
    assert [r["run"] for r in archive.history(out)] == [run]


def test_only_the_languages_asked_for_are_sent_and_no_link_leads_to_another(jobs, out, broken):
    run = runs.run(jobs, out)["run"]
    path = parcel.pack("latest", out, ["kk"])
    assert path.name == f"jospar-{run}-kk.zip"
    files = inside(path)
    assert not [name for name in files if "language-ru" in name or "language-en" in name]
    page, index = files["a--language-kk.html"].decode(), files["index.html"].decode()
    assert "language-ru" not in page + index + files["run.json"].decode()
    assert "Русский" not in page
    for kept in ("index.kk.html", "a--language-kk.html", "https://stat.gov.kz/", "#top"):
        assert f'href="{kept}"' in page
    assert "elsewhere.html" not in page
    assert "elsewhere" in page
    readme = files["README.txt"].decode()
    assert readme.startswith("Жоспар орындала ма? Есептер, ")
    assert "a--language-kk: Title of a--language-kk" in readme


def test_the_readme_speaks_every_language_that_is_sent(jobs, out, broken):
    runs.run(jobs, out)
    readme = inside(parcel.pack("latest", out, ["en", "ru"]))["README.txt"].decode()
    assert readme.startswith("Будет ли выполнен план? Отчёты от ")
    assert "1 report in this language:" in readme
    assert "Қазақ" not in readme
    for kind in KINDS:
        assert f"  .{kind}" in readme


def test_every_link_of_the_index_leads_to_a_file_of_the_zip(jobs, out, broken):
    runs.run(jobs, out)
    files = inside(parcel.pack("latest", out, ["kk", "en"]))
    links = [link for link in re.findall(r'href="([^"]+)"', files["index.html"].decode()) if not outside(link)]
    assert len(links) >= 2 * len(KINDS)
    assert set(links) <= files.keys()


def test_a_failed_report_is_sent_as_its_last_good_copy_or_named_as_missing(jobs, out, broken):
    runs.run(jobs[:2], out)
    change(jobs)
    broken |= {job.name for job in jobs}
    runs.run(jobs, out)
    files = inside(parcel.pack("latest", out, []))
    assert "a--language-kk.pdf" in files
    assert not [name for name in files if "language-ru" in name]
    readme = files["README.txt"].decode()
    assert "a--language-en: Title of a--language-en (copy of " in readme
    assert "Не удалось построить, поэтому здесь нет:\n  a--language-ru" in readme


def test_a_run_that_is_not_there_unfinished_or_without_such_a_report_is_named(jobs, out, broken):
    with pytest.raises(UserError, match="run latest: there is none of that name in out/; see `jospar runs`"):
        parcel.pack("latest", out, [])
    runs.run(jobs[:1], out)
    with pytest.raises(UserError, match="run yesterday: there is none"):
        parcel.pack("yesterday", out, [])
    with pytest.raises(UserError, match="has no report in kk that could be shared"):
        parcel.pack("latest", out, ["kk"])
    with pytest.raises(UserError, match="--language de: is none of en, kk, ru"):
        parcel.pack("latest", out, ["de"])
    change(jobs)
    with pytest.raises(KeyboardInterrupt):
        runs.run(jobs, out, tell=interrupt)
    unfinished = archive.history(out)[0]["run"]
    with pytest.raises(UserError, match=f"run {unfinished}: is not complete"):
        parcel.pack(unfinished, out, [])
    assert not list(out.glob("*.zip"))


def interrupt(record):
    raise KeyboardInterrupt


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_text("cut")])
def test_a_lost_or_cut_file_stops_the_zip(jobs, out, broken, damage):
    folder = runs.run(jobs, out)["folder"]
    damage(folder / "a--language-ru.pdf")
    with pytest.raises(UserError, match="files of a--language-ru are lost or cut short; render it again"):
        parcel.pack("latest", out, [])
    assert not list(out.glob("*.zip"))
    assert parcel.pack("latest", out, ["kk"]).is_file()


def test_a_full_disk_leaves_the_earlier_zip_as_it_was(jobs, out, broken, monkeypatch):
    runs.run(jobs, out)
    before = parcel.pack("latest", out, []).read_bytes()

    def full(source, target):
        raise OSError(errno.ENOSPC, "No space left on device", str(target))

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(UserError, match="No space left on device"):
        parcel.pack("latest", out, [])
    assert [path.read_bytes() for path in out.glob("*.zip")] == [before]
    assert not list(out.glob(".*.part"))


def test_the_shared_record_names_no_folder_of_the_sender(jobs, out, broken, tmp_path):
    runs.run(jobs, out)
    record = inside(parcel.pack("latest", out, ["ru"]))["run.json"].decode()
    assert str(tmp_path) not in record
    assert [report["name"] for report in json.loads(record)["reports"]] == ["a--language-ru"]


def test_an_unchanged_report_is_taken_over_with_all_its_formats(jobs, out, broken):
    first, second = runs.run(jobs, out), runs.run(jobs, out)
    assert [report["status"] for report in second["reports"]] == ["unchanged"] * 3
    for job in jobs:
        for kind in KINDS:
            name = f"{job.name}.{kind}"
            assert (second["folder"] / name).read_bytes() == (first["folder"] / name).read_bytes()
    index = (out / "index.html").read_text(encoding="utf-8")
    assert all(f"{second['run']}/a--language-kk.{kind}" in index for kind in KINDS)


def test_a_report_with_another_list_of_formats_is_rendered(jobs, out, broken):
    runs.run(jobs, out)
    found = runs.run([Job(jobs[0].notebook, jobs[0].parameters, ("html",)), *jobs[1:]], out)
    assert [report["status"] for report in found["reports"]] == ["rendered", "unchanged", "unchanged"]
    assert not (found["folder"] / "a--language-en.pdf").exists()


@pytest.mark.slow
def test_a_report_without_its_pdf_is_taken_over_until_a_browser_is_there(jobs, out, broken, monkeypatch):
    monkeypatch.setattr(pdf, "browser", lambda: None)
    broken.lacking = {"pdf": "no Chromium was found"}
    first = runs.run(jobs, out)
    assert [report["status"] for report in first["reports"]] == ["rendered"] * 3
    assert not list(first["folder"].glob("*.pdf"))
    assert not runs.run(jobs, out, if_changed=True)["new"]
    assert [report["status"] for report in runs.run(jobs, out)["reports"]] == ["unchanged"] * 3
    broken.lacking = {}
    monkeypatch.setattr(pdf, "browser", lambda: "chromium")
    found = runs.run(jobs, out, if_changed=True)
    assert [report["status"] for report in found["reports"]] == ["rendered"] * 3
    assert len(list(found["folder"].glob("*.pdf"))) == 3


@pytest.mark.parametrize(
    ("link", "left"),
    [
        ('<a href="https://a.example/x">w</a>', '<a href="https://a.example/x">w</a>'),
        ('<a class="x" href="b.html" id="y">w <b>x</b></a>', "w <b>x</b>"),
        ('<a lang="kk" hreflang="kk" href="b.html">w</a>', ""),
        ('<a href="file:///home/x">w</a>', "w"),
        ('<a id="href">w</a><a href="b.html">v</a>', '<a id="href">w</a>v'),
    ],
)
def test_a_link_that_is_not_kept_becomes_its_words(link, left):
    assert keep_links(f"<p>{link}</p>", outside) == f"<!DOCTYPE html>\n<html><body><p>{left}</p></body></html>"


def test_the_command_prints_the_zip_or_one_line(jobs, out, broken, tmp_path):
    runs.run(jobs, out)
    words = ["share", "latest", "--language", "ru", "--to", tmp_path / "sent.zip", "--output", out]
    done = jospar(*words)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, str(tmp_path / "sent.zip"), "")
    assert zipfile.is_zipfile(tmp_path / "sent.zip")
    words[-3] = tmp_path / "nowhere" / "sent.zip"
    done = jospar(*words)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_index_of_a_zip_is_in_the_language_asked_for_and_leads_to_the_others(jobs, out, broken):
    runs.run(jobs, out)
    files = inside(parcel.pack("latest", out, ["ru"]))
    opened = files["index.html"].decode()
    assert '<html lang="ru">' in opened
    assert 'href="index.en.html"' in opened
    assert '<html lang="en">' in files["index.en.html"].decode()
    assert files["index.ru.html"] == files["index.html"]


def test_a_run_holds_its_own_index_which_leads_to_its_files_and_up_to_the_newest(jobs, out, broken):
    folder = runs.run(jobs, out)["folder"]
    page = (folder / "index.html").read_text(encoding="utf-8")
    links = {link for link in re.findall(r'href="([^"#]+)"', page) if not outside(link)}
    assert "../index.html" in links
    assert all((folder / link).is_file() for link in links)
    (folder / "index.html").unlink()
    assert runs.run(jobs, out, if_changed=True)["new"]


def test_the_list_of_reports_names_the_region():
    report = {"name": "7_region", "status": "rendered", "title": "Work", "parameters": {"area": "KZ-75"}}
    assert parcel.line(report) == "  7_region: Work, Almaty city"
