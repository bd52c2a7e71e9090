"""Faults that were found by breaking the house, each by its number in the findings: refused in one line, or right.

The files in tests/fixtures/faults are small and neutral, made for the purpose.
"""

import io
import json
import os
import socket
import stat
import sys
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pandas as pd
import pytest

from helpers import UserError, files, statistics
from helpers.charts import captions
from helpers.forecast import forecast_table, read_panel, read_table
from helpers.refresh import selection
from helpers.refresh.readers import formats, tidy
from helpers.render import archive, batch, execution, fingerprint, source
from helpers.render.batch import Job

CASES = Path(__file__).parent / "fixtures" / "faults"


def one_line(fault: pytest.ExceptionInfo) -> str:
    """The words of a fault, which must be one line that a terminal can show."""
    words = str(fault.value)
    assert words
    assert "\n" not in words
    assert len(words) < 600
    return words


# Gaps in the data


def months(first, last, without=()):
    index = pd.period_range(first, last, freq="M")
    values = pd.Series([20.0 + n / 10 for n in range(len(index))], index)
    return values.drop([pd.Period(month, freq="M") for month in without])


@pytest.mark.parametrize("gap", ["2025Q2", "2024Q1", "2026Q1"])
def test_h1_a_quarter_is_told_where_the_one_a_year_before_is_missing(gap):
    index = pd.period_range("2019Q1", "2026Q2", freq="Q").drop(pd.Period(gap, freq="Q"))
    words = captions.quarterly(pd.Series(5.0, index), "unemployment_quarterly", "KAZ").title
    assert ("a year before" in words) == (gap != "2025Q2")


def test_h1_series_without_a_common_year_have_words_too():
    early, late = (pd.Series([1.0], pd.PeriodIndex([year], freq="Y")) for year in ("2010", "2020"))
    assert captions.town_and_country(early, late).title


# Runs of yesterday


def record(folder, **more):
    report = {"name": "a", "notebook": "a.ipynb", "parameters": {}, "key": "k", "status": "rendered", "title": "A"}
    report |= {"files": ["a.html"], "size": 3, "rendered": "2026-01-01T00:00:00+00:00"}
    facts = {"format": archive.FORMAT, "run": folder.name, "started": "2026-01-01T00:00:00+00:00", "complete": True}
    facts |= {"version": "1", "data_read_on": "2026-01-01", "seconds": 1.0, "reports": [report]}
    return facts | more, report


def save(folder, facts):
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps(facts))
    (folder / "a.html").write_bytes(b"abc")


DAMAGES = {
    "M10-no-keys": lambda facts, report: [facts.pop(key) for key in list(facts) if key != "format"],
    "M10-no-reports": lambda facts, report: facts.pop("reports"),
    "M10-report-is-text": lambda facts, report: facts.update(reports=["a"]),
    "M10-status": lambda facts, report: report.update(status="splendid"),
    "M10-seconds": lambda facts, report: facts.update(seconds="many"),
    "M10-date": lambda facts, report: facts.update(started="yesterday"),
    "M10-of-another-folder": lambda facts, report: facts.update(run="2020-01-01_000000"),
    "M10-asked": lambda facts, report: facts.update(asked=[]),
    "L21-name": lambda facts, report: report.update(name="../x"),
    "L21-outside": lambda facts, report: report.update(files=["../../x"]),
    "L21-absolute": lambda facts, report: report.update(files=["/etc/passwd"]),
    "L21-number": lambda facts, report: report.update(files=[1]),
    "L21-copy-outside": lambda facts, report: report.update(
        status="failed", last_good={"files": ["../x"], "size": 1, "title": "", "rendered": ""}
    ),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_record_is_set_aside_with_one_line(tmp_path, damage):
    good, bad = tmp_path / "2026-01-01_000000", tmp_path / "9999-01-01_000000"
    save(good, record(good)[0])
    facts, report = record(bad)
    damage(facts, report)
    save(bad, facts)
    assert [run["run"] for run in archive.history(tmp_path)] == [good.name]
    (line,) = archive.damaged(tmp_path)
    assert bad.name in line
    assert "\n" not in line


def test_a_record_that_leads_to_a_device_is_never_read(tmp_path):
    (tmp_path / "9999-01-01_000000").mkdir()
    (tmp_path / "9999-01-01_000000" / "run.json").symlink_to("/dev/zero")
    assert archive.history(tmp_path) == []


def test_m3_the_latest_run_is_the_last_one_and_not_that_of_the_latest_clock(tmp_path):
    ahead, now = tmp_path / "2026-11-27_000000", tmp_path / "2026-11-25_000000"
    save(ahead, record(ahead, number=1)[0])
    save(now, record(now, number=2)[0])
    archive.point_latest(now, tmp_path)
    assert [run["run"] for run in archive.history(tmp_path)] == [now.name, ahead.name]
    assert archive.prune(tmp_path, 1) == [ahead.name]
    assert (tmp_path / "latest").resolve() == now


def test_l16_a_page_edited_at_its_size_is_not_whole(tmp_path):
    folder = tmp_path / "2026-01-01_000000"
    _, report = record(folder)
    save(folder, {})
    report["sha256"] = {"a.html": archive.content_hash(b"abc")}
    assert archive.whole(folder, report)
    (folder / "a.html").write_bytes(b"aBc")
    assert not archive.whole(folder, report)


def test_l12_a_folder_named_latest_is_refused_before_anything_is_rendered(tmp_path):
    (tmp_path / "latest").mkdir()
    with pytest.raises(UserError, match="move it away"):
        archive.check_latest(tmp_path)


# Batch files and notebooks


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(CASES.glob("batch_*.yml")), ids=lambda path: f"L1-L4-{path.stem}")
def test_a_strange_batch_file_is_one_line(path):
    with pytest.raises(UserError) as fault:
        batch.read_batch(path)
    one_line(fault)


READ = {
    "batch_datetime": "'2026-01-01T10:00:00Z': is no day",
    "batch_inf": "takes int, not inf",
    "batch_nb_dir": "there is no such notebook",
    "batch_nb_empty": "there is no such notebook",
    "batch_null": "takes str, not None; put it in quotes",
    "batch_yes_no": "language 'no': did you mean",
}


@pytest.mark.parametrize("name", READ)
def test_a_batch_file_that_can_be_read_but_not_rendered_is_one_line(name):
    (job,) = batch.read_batch(CASES / "read" / f"{name}.yml")
    with pytest.raises(UserError, match=READ[name]) as fault:
        batch.check(replace(job, notebook=files.NOTEBOOKS / job.notebook.name))
    one_line(fault)


@pytest.mark.parametrize(("name", "formats"), [("batch_anchors", ("html", "xlsx")), ("batch_formats_empty", ())])
def test_two_entries_of_one_report_give_the_formats_of_both(name, formats):
    (job,) = batch.read_batch(CASES / "read" / f"{name}.yml")
    assert job.formats == formats


@pytest.mark.slow
def test_a_grid_of_eight_thousand_reports_is_read(tmp_path):
    path = tmp_path / "batch.yml"
    many = {"until": list(range(2822)), "language": ["en", "kk", "ru"]}
    path.write_text(json.dumps({"batches": {"default": [{"notebook": "a.ipynb", "parameters": many}]}}))
    assert len(batch.read_batch(path)) == 8_466


def test_l9_every_name_of_a_notebook_has_a_link_that_leads_to_its_page(tmp_path):
    from html.parser import HTMLParser
    from urllib.parse import unquote, urlsplit

    from helpers.render import index

    links = []

    class Links(HTMLParser):
        def handle_starttag(self, tag, attrs):
            links.extend(value for key, value in attrs if key == "href")

    facts, report = record(tmp_path)
    names = [Job(Path(name)).name for name in json.loads((CASES / "names.json").read_text())["names"]]
    assert len(names) > 5
    facts["reports"] = [report | {"name": name, "files": [f"{name}.html"], "title": name} for name in names]
    Links().feed(index.pages(index.contents(facts, tmp_path), prefix="run/")["index.html"])
    for name in names:
        assert any(unquote(urlsplit(link).path) == f"run/{name}.html" for link in links), name


@pytest.mark.parametrize("path", sorted(CASES.glob("*.ipynb")), ids=lambda path: f"L8-N-{path.stem}")
def test_a_broken_notebook_is_one_line(path):
    source.source_cells(path)
    with pytest.raises(UserError) as fault:
        batch.check(Job(path))
    one_line(fault)


def test_n_a_notebook_with_a_bom_is_read(make_notebook):
    path = make_notebook("bom")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    batch.check(Job(path))
    assert source.source_cells(path)


# Names that leak, errors as they go out


def test_m6_m12_names_go_from_what_a_cell_shows_also_where_the_user_has_none(monkeypatch):
    monkeypatch.setattr(socket, "gethostname", lambda: "seagull-7")

    def nameless():
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nameless)
    assert execution.cleaned("text/html", "<b>seagull-7</b>", execution.disguise()) == "<b><machine></b>"
    assert execution.cleaned("application/json", {"a": ["on seagull-7"]}, execution.disguise()) == {
        "a": ["on <machine>"]
    }
    assert execution.cleaned("image/png", "seagull-7", execution.disguise()) == "seagull-7"
    assert execution.disguise()("SEAGULL-7.office.example said it") == "<machine> said it"


def test_m6_the_account_goes_too_where_the_environment_names_another(monkeypatch):
    monkeypatch.setenv("LOGNAME", "annag")
    monkeypatch.setattr(execution, "_account", lambda: "service-3")
    assert execution.disguise()("Annag, service-3 and annagram") == "<user>, <user> and annagram"


def test_l14_an_error_goes_out_short_and_without_control_characters():
    words = execution.one_line(ValueError("\x1b[31mred\u202e" + "x" * 5_000_000 + "\nmore"))
    assert len(words) < 600
    assert words.isprintable()


# Streams that break


@pytest.mark.parametrize("kind", ["full", "gone"])
def test_l19_a_full_or_closed_standard_output_is_no_traceback(monkeypatch, capfd, kind):
    from helpers import cli

    reader, writer = os.pipe()
    os.close(reader)
    with open("/dev/full" if kind == "full" else writer, "w") as stream:
        for name in ("stdout", "__stdout__"):
            monkeypatch.setattr(sys, name, stream)
        monkeypatch.setattr(sys, "argv", ["jospar", "--version"])
        with pytest.raises(SystemExit) as end:
            cli.main()
    assert end.value.code == (2 if kind == "full" else 0)


def test_l20_a_locale_of_ascii_alone_prints_every_letter(monkeypatch):
    from helpers.cli import environment

    raw = io.BytesIO()
    monkeypatch.setattr(environment, "Lasting", lambda *_, **__: raw)
    with open(os.devnull, "w", encoding="ascii") as stream:
        for name in ("stdout", "__stdout__"):
            monkeypatch.setattr(sys, name, stream)
        environment.open_streams()
        print("Жоспар → \ud800")
        assert raw.getvalue().decode() == "Жоспар → \\ud800\n"


# Tables


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b\n1,2,3\n", "line 2: 3 cells instead of 2"),
        (b"a,b\n1\n", "line 2: 1 cells instead of 2"),
        (b"a,b\n1,\xe9\n", "line 2: is not in UTF-8"),
        (b"a,b\n1,\x00\n", "line 2: holds a NUL"),
        (b"a,a\n1,2\n", "'a' stands twice"),
        (b"", "is empty"),
        (b"a;b\n1;2\n", "semicolons"),
        (b'a,b\n"1,2\n', "line"),
    ],
    ids=lambda value: f"M5-M8-{value}" if isinstance(value, str) else None,
)
def test_a_strange_table_is_refused_with_its_line(tmp_path, content, words):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(UserError) as fault:
        files.read_table(tmp_path / "t.csv", ["a", "b"])
    assert words in one_line(fault)


def test_m8_a_bom_is_no_part_of_a_table(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"\xef\xbb\xbfa,b\r\n1,\r\n")
    assert files.read_rows(tmp_path / "t.csv", ["a", "b"], exact=True) == [{"a": "1", "b": ""}]


def test_a_table_beyond_the_limit_is_refused_unread(tmp_path):
    with (tmp_path / "big.csv").open("wb") as file:
        file.truncate(2**30)
    with pytest.raises(UserError, match="1024 MB"):
        files.read_table(tmp_path / "big.csv")


@pytest.mark.parametrize(
    "line",
    [
        "x,KAZ,2020,1,final,s,,",
        "poverty,KAZ,2020,1",
        "poverty,KAZ,20x0,1,final,s,,",
        "poverty,KAZ,2020,1,final,sdg,,,9",
    ],
)
def test_m8_broken_observations_are_one_line(tmp_path, monkeypatch, line):
    for name in ("series.csv", "areas.csv", "sources.csv"):
        (tmp_path / name).write_bytes((files.STATISTICS / name).read_bytes())
    (tmp_path / "observations.csv").write_text(f"series,area,period,value,status,source,published,read_on\n{line}\n")
    monkeypatch.setattr(files, "STATISTICS", tmp_path)
    with pytest.raises(UserError) as fault:
        statistics.series("poverty", folder=tmp_path)
    one_line(fault)
    with pytest.raises(UserError):
        fingerprint.last_known(pd.Timestamp("2026-01-01").date())


def test_m7_a_device_is_never_written_over_and_a_link_keeps_its_target(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match="no regular file"):
        files.write(tmp_path / "pipe", "x")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    files.write(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_l11_l13_a_loop_of_links_and_a_missing_folder_are_one_line(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    for path in (tmp_path / "a", tmp_path / "nowhere" / "x"):
        with pytest.raises(UserError) as fault:
            files.write(path, "x")
        one_line(fault)


@pytest.mark.parametrize("stop", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "L5-INT"])
def test_several_files_are_written_all_or_none(tmp_path, monkeypatch, stop):
    (tmp_path / "a").write_text("old")
    replace, calls = os.replace, []

    def second_fails(source, target):
        calls.append(target)
        if len(calls) == 2:
            raise stop
        replace(source, target)

    monkeypatch.setattr(os, "replace", second_fails)
    with pytest.raises((UserError, KeyboardInterrupt)):
        files.write_all({tmp_path / "a": "new", tmp_path / "b": "new"})
    assert (tmp_path / "a").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a"]


# Forecasts of a table

REFUSED = [
    *("tab_big", "tab_dup", "tab_empty", "tab_formula", "tab_gap", "tab_inf", "tab_infperiod", "tab_nan"),
    *("tab_nanperiod", "tab_noid", "tab_nul", "tab_ragged", "fc_typo_year", "fc_yyyymm", "fc_over"),
]


@pytest.mark.parametrize("name", REFUSED, ids=lambda name: f"M5-L13-L24-H-I-J-{name}")
def test_a_table_that_would_be_misread_is_one_line(name):
    with pytest.raises(UserError) as fault:
        forecast_table(read_table(CASES / f"{name}.csv"), 3)
    one_line(fault)


def test_h_decimal_commas_between_semicolons_are_read_as_numbers():
    table = read_table(CASES / "fc_decimal_comma.csv")
    assert table["value"].notna().all()
    assert len(forecast_table(table, 3)) == 3 * table["series_id"].nunique()


def test_h_years_are_no_quarters():
    with pytest.raises(UserError, match="a year"):
        forecast_table(read_table(CASES / "fc_yearsasquarters.csv"), 3, "quarterly")


def test_j_capitals_and_spaces_in_the_head_are_read():
    assert len(forecast_table(read_table(CASES / "fc_upper_head.csv"), 2)) == 2


@pytest.mark.parametrize(
    "more", [{"horizon": 10**8}, {"horizon": 1, "lower": float("nan")}], ids=["L13-far", "L13-nan"]
)
def test_l13_a_horizon_or_bound_out_of_reason_is_one_line(more):
    table = pd.DataFrame({"series_id": "a", "period": range(2010, 2020), "value": range(10)})
    with pytest.raises(UserError) as fault:
        forecast_table(table, **more)
    one_line(fault)


def test_i_an_empty_name_is_refused_in_a_data_frame_too(tmp_path):
    with pytest.raises(UserError, match="series_id"):
        forecast_table(pd.DataFrame({"series_id": [None], "period": [2020], "value": [1]}), 1)
    (tmp_path / "p.csv").write_text("series_id,period,value\n,2020,1\n")
    with pytest.raises(UserError, match="series_id"):
        read_panel(tmp_path / "p.csv")


# Readers of publishers' files


def answer(name):
    data = (CASES / name).read_bytes()
    return formats.read(data, [formats.recognise(data)])


def figures(name):
    return [tuple(row) for row in answer(name)[["period", "value"]].itertuples(index=False)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sdg_quarter_space.csv", [("2013-Q1", "7.9"), ("2013-Q2", "7.6"), ("2014", "7.5")]),
        ("sdg_year_flag.csv", [("2018", "1"), ("2019", "2"), ("2020", "3")]),
        ("sdg_trailing_commas.csv", [("2020", "5.1"), ("2021", "5.0")]),
        ("wb_forecast_flag.json", [("2024", "4.9")]),
        ("workbook_hidden_sheet.xlsx", [("2021", "1.5"), ("2022", "2.5"), ("2023", "3.5")]),
        ("workbook_one_year.xlsx", [("2023", "3.5")]),
        ("workbook_year_superscript.xlsx", [("2021", "1"), ("2022", "2"), ("2023", "3")]),
        ("workbook_years_descending.xlsx", [("2023", "3.5"), ("2022", "2.5"), ("2021", "1.5")]),
        ("workbook_years_with_gap.xlsx", [("2015", "3.5"), ("2018", "2.5"), ("2021", "1.5")]),
    ],
)
def test_a_b_d_f_figures_are_read_with_their_periods(name, expected):
    assert figures(name) == expected


def test_a_a_figure_that_is_left_out_is_named():
    assert answer("sdg_fiscal_mixed.csv").attrs["left_out"] == {"2015/16": 1, "2016/17": 1}


def test_b_both_sheets_are_read():
    assert set(answer("workbook_one_sheet_with_gap.xlsx")["item"]) == {"A", "B"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("workbook_year_over_sex.xlsx", "men, women"),
        ("workbook_year_over_months.xlsx", "January"),
        ("workbook_long_form.xlsx", "row of years"),
        ("workbook_formulas_uncached.xlsx", "formulas"),
        ("bns_old_xls.xls", ".xls"),
        ("bns_zip_with_xlsx.zip", "unpack"),
        ("sdg_semicolon.csv", "semicolons"),
        ("wb_databank.csv", "DataBank"),
        ("taldau_empty.json", "no figure"),
    ],
)
def test_c_g_what_can_not_be_read_says_what_it_is(name, words):
    with pytest.raises(UserError, match=words) as fault:
        answer(name)
    one_line(fault)


def test_e_marks_behind_a_figure_go_and_a_doubtful_comma_is_refused():
    assert [str(tidy.number(words)) for words in ("78,8*", "4,9¹", "0,505", "1 234,5")] == [
        "78.8",
        "4.9",
        "0.505",
        "1234.5",
    ]
    for words in ("127,505", "1,234.5", "-1,234"):
        with pytest.raises(UserError):
            tidy.number(words)


def test_f_the_unit_and_the_area_have_other_names_on_other_platforms():
    table = answer("sdg_units.csv")
    assert table["unit"].tolist() == ["%", "Number Thousands", "%"]
    assert table["area"].tolist() == ["KAZ", "KAZ", "KZ-10"]
    assert not table["item"].str.contains("Observation|multiplier", regex=True).any()
    assert selection.inside("2020", "")


# Pictures in pages


def test_l_m_svg_jpeg_gif_latex_and_attachments_stand_in_the_page():
    from nbformat import v4

    from helpers.render import page

    data = [{"image/svg+xml": "<svg/>"}, {"image/jpeg": "AAAA"}, {"image/gif": "BBBB"}, {"text/latex": "$x<y$"}]
    outputs = [v4.new_output("display_data", one | {"text/plain": "<Image object>"}) for one in data]
    words = "![a](attachment:my%20dot.png) <img src='attachment:dot.png'> ![gone](attachment:none.png)"
    text = v4.new_markdown_cell(words, attachments={"my dot.png": {"image/png": "CC"}, "dot.png": {"image/png": "DD"}})
    facts = {"data_read_on": "2026-01-01", "version": "1", "commit": "", "parameters": {}}
    notebook = v4.new_notebook(cells=[text, v4.new_code_cell("x", outputs=outputs)], metadata={"jospar": facts})
    html = page.page(notebook, "en", [])
    for part in ("svg+xml;base64,PHN2Zy8+", "jpeg;base64,AAAA", "gif;base64,BBBB", "$x&lt;y$", ",CC", ",DD"):
        assert part in html
    assert "attachment:" not in html
    assert "Image object" not in html


def test_m_a_picture_beside_a_notebook_stands_in_it_and_one_outside_does_not(tmp_path):
    from helpers.render import pictures

    for place in (tmp_path, tmp_path / "n"):
        place.mkdir(exist_ok=True)
        (place / "my dot.png").write_bytes(b"\1\2\3")
    words = '![p](my%20dot.png) <img src="my%20dot.png"> ![o](../my%20dot.png) ![w](https://a/b.png) ![n](none.png)'
    inside = "data:image/png;base64,AQID"
    due = f'![p]({inside}) <img src="{inside}"> ![o](../my%20dot.png) ![w](https://a/b.png) ![n](none.png)'
    assert pictures.beside(words, tmp_path / "n") == due


def test_m_a_report_is_rendered_anew_when_a_picture_beside_its_notebook_changes():
    from helpers.render import pictures

    path = CASES / "executed" / "localimg.ipynb"
    assert pictures.with_pictures(path).count("data:image/png;base64,") == 2
    picture = path.with_name("pic.png").read_bytes()
    before = fingerprint.key(Job(path), [], "")
    try:
        path.with_name("pic.png").write_bytes(picture + b"\0")
        assert fingerprint.key(Job(path), [], "") != before
    finally:
        path.with_name("pic.png").write_bytes(picture)


# Documents, and what an earlier run kept


@pytest.mark.parametrize("words", ["<div>" * 100_000, "<table><tr><td>" * 3_000], ids=["deep", "deeptable"])
def test_a_document_of_elements_without_end_is_one_line(tmp_path, words):
    from helpers.plan import document

    (tmp_path / "deep.html").write_text(f"<html><body>{words}</body></html>")
    with pytest.raises(UserError) as fault:
        document.read(tmp_path / "deep.html")
    one_line(fault)


def test_h_a_bom_and_the_line_ends_of_windows_are_no_part_of_a_table():
    assert forecast_table(read_table(CASES / "tab_bom_crlf.csv"), 1)["period"].tolist() == [2023]


def test_e_a_star_behind_a_figure_of_a_workbook_is_no_part_of_it():
    assert [float(tidy.number(value)) for value in answer("workbook_starred_figures.xlsx")["value"]] == [4.9, 4.8, 4.7]


def test_e_a_comma_that_may_stand_before_thousands_is_refused():
    with pytest.raises(UserError, match="decimals or thousands"):
        tidy.number(answer("sdg_thousands_comma.csv")["value"].iloc[0])


@pytest.mark.parametrize("path", sorted((CASES / "plan").iterdir()), ids=lambda path: f"O-{path.name}")
def test_o_a_document_that_is_no_plan_is_one_line(path):
    from helpers.plan import document

    with pytest.raises(UserError) as fault:
        document.read(path)
    words = one_line(fault)
    due = {"plan.pdf": "is a PDF", "russian_form.txt": "line 8: the text ends without the table"}
    assert due.get(path.name, path.name) in words


def test_o_what_the_world_bank_says_in_xml_is_passed_on():
    answer = b'<?xml version="1.0"?><wb:error xmlns:wb="http://www.worldbank.org"><wb:message id="120">Not\nvalid'
    with pytest.raises(UserError, match="the World Bank answers with an error: Not valid"):
        formats.recognise(answer + b"</wb:message></wb:error>")


@pytest.mark.parametrize("name", ["forecasts.csv", "figures.csv"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\0", b"a,b\n1,2\n", b"indicator,period\n", b'"\n1'])
def test_l22_a_damaged_table_of_a_run_is_one_line(tmp_path, name, content):
    from helpers.record import compare

    for other in ("forecasts.csv", "figures.csv"):
        (tmp_path / other).write_text(
            "indicator,area,plan,as_of,period,value,series,q50\n1,KAZ,p,2026-01-01,2026,1,s,1\n"
        )
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match="is damaged") as fault:
        compare.load(tmp_path, tmp_path)
    one_line(fault)


def test_a_number_beyond_every_figure_is_no_decision(tmp_path):
    import importlib

    decisions = importlib.import_module("helpers.targets.decisions")
    (tmp_path / "d.csv").write_text(f"{','.join(decisions.COLUMNS)}\n11,,,2026:+{'9' * 400},A,2026-01-01,Why\n")
    with pytest.raises(UserError, match="beyond every figure"):
        decisions.decisions(["11"], tmp_path / "d.csv")


# Series cut anywhere, and with their next period; tests/hard/cut_series.py runs the notebooks on such tables


def cut_everywhere(monkeypatch, seed):
    """Have every series of every area cut at a random place, with gaps, or with its next period."""
    from random import Random

    from hard.cut_series import changed

    whole, cuts = statistics._vintages, {}

    def known(code, area, folder):
        rows = whole(code, area, folder)
        if (code, area) not in cuts and len(rows):
            cuts[code, area] = changed(rows, Random(f"{seed} {code} {area}")).reset_index(drop=True)
        return cuts.get((code, area), rows)

    monkeypatch.setattr(statistics, "_vintages", known)
    for name in ("_observations", "_series"):  # what was kept of whole series is no answer here
        monkeypatch.setattr(statistics, name, lru_cache(getattr(statistics, name).__wrapped__))


def look_up_everything(as_of):
    """Ask for all that notebooks say and draw of series by themselves, beside their own targets."""
    from helpers import charts, forecast, plan, prose, tables, targets
    from helpers.pensions import page as pension_page
    from helpers.prose import region

    for code in statistics.catalogue().index:
        prose.recent(code, 3, as_of)
    rows = plan.target_rows()
    for code, indicator in (("unemployment", "11"), ("poverty", "7")):
        figures = targets.figures_of(rows[indicator], as_of)
        expected = forecast.expect(figures, 2027, quarters=targets.quarters_of(figures))
        one = targets.verdict(rows[indicator], figures, expected)
        assert statistics.side_by_side(figures) is not None
        assert tables.series(figures.values, figures.code)
        assert charts.region_histories(code, one, as_of)
        assert charts.regions(code, one, as_of)
        assert charts.fan(one)
        assert prose.paragraph(one)
        assert region.rank(statistics.by_area(code, as_of=as_of), code, "KZ-75", as_of)
    urban, rural = (statistics.series(code, as_of=as_of) for code in ("poverty_urban", "poverty_rural"))
    assert charts.lines({"a": urban, "b": rural}, "a", captions.town_and_country(urban, rural))
    assert charts.quarters("unemployment_quarterly", "KAZ", as_of, 2027)
    assert pension_page.chart("baseline", 2030, as_of)
    assert pension_page.table(2030, as_of)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, *[pytest.param(seed, marks=pytest.mark.hard) for seed in range(1, 20)]])
def test_h1_a_series_cut_anywhere_is_told_and_drawn(monkeypatch, seed):
    cut_everywhere(monkeypatch, seed)
    look_up_everything(["", "2014-06-01", "2023-06-01"][seed % 3])


@pytest.mark.slow
def test_h1_where_nothing_was_known_yet_a_line_says_so():
    look_up_everything("2004-06-01")


def test_h1_a_region_has_its_place_where_the_country_has_no_figure(monkeypatch):
    from helpers.prose import region

    whole, table = statistics.series, statistics.by_area("poverty")
    first = region.rank(table, "poverty", "KZ-75").data
    monkeypatch.setattr(statistics, "series", lambda code, area="KAZ", *more, **kw: whole(code, area, *more, **kw)[:-1])
    assert "where the whole country had" in first
    second = region.rank(table, "poverty", "KZ-75").data
    assert second.split(". Of")[1] == first.split(". Of")[1]
    assert "country" not in second


# Notebooks that do what none should: each fails alone, and the others are rendered

FAILS = {
    "alloc": "MemoryError",
    "alloc_touch": "MemoryError",
    "ansi_error": "ValueError",
    "huge_error": "ValueError",
    "input": "StdinNotImplementedError",
    "kill_self": "Kernel died",
    "loop": "timed out",
    "loop_noint": "timed out",
    "multiline_error": "ValueError: a",
    "os_exit": "Kernel died",
    "print_500mb": "show more than 100 MB",
    "surrogate_display": "UnicodeEncodeError",
    "sys_exit": "ended itself",
    "sys_exit0": "ended itself",
    "sys_exit3": "SystemExit: 3",
    "whoami": "RuntimeError",
}


@pytest.mark.hard
def test_each_odd_notebook_fails_alone_and_pictures_stand_in_their_pages(tmp_path, make_notebook):
    from helpers import render

    limits = dict.fromkeys(("loop", "loop_noint"), 10)  # the others may be slow where much else runs
    jobs = [Job(path, time_limit=limits.get(path.stem, 60)) for path in sorted((CASES / "executed").glob("*.ipynb"))]
    jobs.append(Job(make_notebook("cells_2000", *map(str, range(2000)))))
    reports = {report["name"]: report for report in render.run(jobs, tmp_path / "outputs", 2)["reports"]}
    assert sorted(reports) == sorted(job.name for job in jobs)
    assert {name for name, report in reports.items() if report["status"] == "failed"} == set(FAILS)
    for name, words in FAILS.items():
        assert words in reports[name]["error"]
        assert len(reports[name]["error"]) < 600
        assert reports[name]["error"].isprintable()
    for name in ("att_imgtag", "localimg", "mimes", "svg2"):
        html = (tmp_path / "outputs" / "latest" / f"{name}.html").read_text(encoding="utf-8")
        assert 'src="data:image/' in html
        assert "attachment:" not in html
        assert "Image object" not in html


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"a,b\n1,2\n", b"series,area,period,value,status\nx,KAZ,2025,much,final\n"]
)
def test_damaged_own_figures_are_one_line(tmp_path, monkeypatch, content):
    (tmp_path / "published").mkdir()
    for name in ("series.csv", "areas.csv", "sources.csv", "observations.csv"):
        (tmp_path / "published" / name).write_bytes((files.STATISTICS / name).read_bytes())
    (tmp_path / "observations.csv").write_bytes(content)
    monkeypatch.setenv("JOSPAR_OWN", str(tmp_path))
    monkeypatch.setattr(files, "STATISTICS", tmp_path / "published")
    with pytest.raises(UserError) as fault:
        statistics.series("poverty", folder=tmp_path / "published")
    one_line(fault)
