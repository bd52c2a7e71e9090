"""From batch.yml to rendered reports: jobs, checks before anything runs, failures that don't spread."""

import json
import re

import nbformat
import pytest

from helpers import UserError, files, render as runs
from helpers.cli import reports
from helpers.render import batch
from helpers.render.batch import Job


def write_batch(folder, text):
    path = folder / "batch.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_list_of_values_means_every_combination(tmp_path):
    file = write_batch(
        tmp_path,
        "batches:\n  default:\n    - notebook: a.ipynb\n"
        "      parameters: {language: [en, kk], until: [2026, 2027], area: KAZ}\n",
    )
    jobs = batch.read_batch(file)
    assert [job.name for job in jobs] == [
        "a--language-en--until-2026--area-KAZ",
        "a--language-en--until-2027--area-KAZ",
        "a--language-kk--until-2026--area-KAZ",
        "a--language-kk--until-2027--area-KAZ",
    ]


def test_the_default_batch_is_seven_notebooks_in_three_languages():
    jobs = batch.read_batch()
    assert len(jobs) == 21
    assert {job.language for job in jobs} == {"en", "kk", "ru"}
    for job in jobs:
        batch.check(job)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("batches: {default: [", "line 1"),
        ("batches: {other: []}", "has no batch 'default'; it has other"),
        ("- a\n- b\n", "has no batch 'default'"),
        ("batches: {default: [{notbook: a.ipynb}]}", "line 1: unknown key 'notbook'; did you mean 'notebook'"),
        (
            "batches:\n  default:\n    - notebook: a.ipynb\n      time_limit: soon\n",
            "line 4: time_limit: takes int, not 'soon'",
        ),
        ("batches:\n  default:\n    - parameters: {a: 1}\n", "line 3: the key 'notebook' is missing"),
        (
            "batches:\n  default:\n    - notebook: a.ipynb\n      formats: [docx]\n",
            "line 4: formats: knows html, xlsx, pdf, not docx",
        ),
        ("batches: {default: [a.ipynb]}", "an entry has the keys"),
    ],
)
def test_a_broken_batch_file_is_refused_with_its_fault(tmp_path, text, fault):
    with pytest.raises(UserError, match=fault):
        batch.read_batch(write_batch(tmp_path, text))


WORDS = {
    "no": "no",
    "off": "off",
    "yes": "yes",
    "011": "011",
    "1:30": "1:30",
    "2024-02-31": "2024-02-31",
    "0x1f": "0x1f",
}
WORDS |= {"0x1f": "0x1f", "true": True, "75": 75, "-3": -3, "2.5": 2.5, "1e3": 1000.0, "": None, "'75'": "75"}


def test_a_word_of_a_batch_file_is_text_unless_it_is_a_truth_a_number_or_nothing(tmp_path, make_notebook):
    entry = "batches:\n  default:\n  - notebook: a.ipynb\n    parameters: "
    text = entry + "{" + ", ".join(f"p{n}: {word}" for n, word in enumerate(WORDS)) + "}"
    (job,) = batch.read_batch(write_batch(tmp_path, text))
    assert list(map(repr, job.parameters.values())) == list(map(repr, WORDS.values()))
    make_notebook("a", parameters='area: str = "KAZ"\nmore: bool = True')
    for words, line in {
        "area: 75": "takes str, not 75; put it in quotes",
        "more: yes": "not 'yes'; it is true",
    }.items():
        (job,) = batch.read_batch(write_batch(tmp_path, entry + "{" + words + "}"))
        with pytest.raises(UserError, match=line):
            batch.check(job)


def test_a_misspelt_parameter_stops_with_the_name_that_was_meant(make_notebook):
    with pytest.raises(UserError, match="no parameter 'langage'; did you mean 'language'"):
        batch.check(Job(make_notebook("a"), {"langage": "en"}))


@pytest.mark.parametrize("value", ["much", True, None])
def test_a_mistyped_parameter_stops_with_its_type(make_notebook, value):
    with pytest.raises(UserError, match="parameter rate takes float"):
        batch.check(Job(make_notebook("a"), {"rate": value}))


def test_values_from_the_command_line_take_the_declared_type(make_notebook):
    path = make_notebook("a", parameters="until: int = 2027\nflag: bool = False\nrate: float = 1.0\nname: str = 'x'")
    found = batch.parse_parameters(path, ["until=2026", "flag=true", "rate=2", "name=5"])
    assert found == {"until": 2026, "flag": True, "rate": 2.0, "name": "5"}
    with pytest.raises(UserError, match="parameter until takes int, not 'soon'"):
        batch.parse_parameters(path, ["until=soon"])
    with pytest.raises(UserError, match="write a parameter as name=value"):
        batch.parse_parameters(path, ["until"])


def test_a_file_that_is_no_notebook_is_named(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text("not a notebook", encoding="utf-8")
    with pytest.raises(UserError, match="is no notebook"):
        batch.check(Job(path))
    with pytest.raises(UserError, match="there is no such notebook"):
        batch.check(Job(tmp_path / "b.ipynb"))


def test_a_file_in_the_place_of_the_output_folder_is_named(make_notebook, tmp_path):
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(UserError, match="name another folder"):
        runs.run([Job(make_notebook("a"))], tmp_path / "out")


@pytest.mark.slow
def test_a_failing_report_is_recorded_and_the_others_are_rendered(make_notebook, tmp_path):
    good = make_notebook("good", "print(rate * 2)")
    bad = make_notebook("bad", "1 / 0", "print('never reached')")
    folder = runs.run([Job(bad), Job(good, {"rate": 2.5})], tmp_path / "out")["folder"]
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert [report["status"] for report in record["reports"]] == ["failed", "rendered"]
    assert record["reports"][0]["error"] == "ZeroDivisionError: division by zero"
    assert (folder / "failed" / "bad.ipynb").is_file()
    assert not (folder / "bad.html").exists()
    executed = nbformat.read(folder / "good--rate-2.5.ipynb", as_version=4)
    assert executed.cells[-1].outputs[0].text == "5.0\n"
    index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "ZeroDivisionError" in index
    assert f"{folder.name}/good--rate-2.5.html" in index


@pytest.mark.slow
def test_an_executed_notebook_and_its_page_name_no_machine(make_notebook, tmp_path):
    import getpass
    import os
    import socket

    bad = make_notebook("bad", "from helpers.render import batch\nprint(batch.__file__)\nbatch.read_batch(1)")
    folder = runs.run([Job(bad)], tmp_path / "out")["folder"]
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_text(encoding="utf-8")
            assert str(os.getcwd()) not in content
            assert str(tmp_path) not in content
            assert socket.gethostname() not in content
            assert f"/home/{getpass.getuser()}" not in content


# Own figures
OWN = "batches:\n  default:\n    - notebook: a.ipynb\n      own: data/own-2026\n"


def test_a_batch_may_name_its_folder_of_own_figures(tmp_path):
    assert [job.own for job in batch.read_batch(write_batch(tmp_path, OWN))] == ["data/own-2026"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            f"{OWN}    - notebook: b.ipynb\n",
            "own: a run takes one folder of own figures, not '', 'data/",
        ),
        (f"{OWN}    - notebook: b.ipynb\n      own: none\n", "not 'data/own-2026', 'none'"),
        (
            f"{OWN}  all:\n    - batch: default\n      own: none\n",
            "line 6: an entry that names a batch has no other key",
        ),
        (OWN.replace("data/own-2026", "[a, b]"), "line 4: own: takes str, not"),
        (OWN.replace("own: ", "parameters: {own: ") + "}\n", "line 4: own: is a key of the entry, beside parameters"),
    ],
)
def test_own_figures_of_a_batch_are_refused_where_they_cannot_work(tmp_path, text, fault):
    text = text.replace("data/own-2026\n}", "data/own-2026}")
    with pytest.raises(UserError, match=re.escape(fault)):
        batch.read_batch(write_batch(tmp_path, text), "all" if "all:" in text else "default")


def test_a_run_uses_the_folder_of_its_batch_and_refuses_one_without_figures(tmp_path, monkeypatch):
    monkeypatch.setenv("JOSPAR_OWN", "none")
    place = tmp_path / "office"
    place.mkdir()
    with pytest.raises(UserError, match=r"office holds no observations\.csv"):
        reports.use_own(str(place))
    (place / "observations.csv").write_text("series,area,period,value,status\n", encoding="utf-8")
    reports.use_own(str(place))
    assert files.own_tables() == place
    with pytest.raises(UserError, match="--include-own"):
        reports.executor("tcp://localhost:1")
    reports.use_own("none")
    assert files.own_tables() is None
