"""The refresh: what it finds, what it holds back, and that it changes everything or nothing."""

import json
import logging
import os
import shutil
import signal
from datetime import date
from decimal import Decimal
from functools import partial

import pandas as pd
import pytest
from command import jospar
from test_data_check import WORLD

from helpers import UserError, files, statistics
from helpers.cli import reports
from helpers.refresh import changes, known_figures, refresh
from helpers.refresh.readers import tidy
from helpers.refresh.requests import area_codes, load, typed_in
from helpers.refresh.selection import select
from helpers.statistics import check as data_check

TODAY = date(2026, 11, 23)
SERIES = WORLD["statistics/series.csv"][0]
NAMES = "а,б,c"
TABLES = WORLD | {
    "statistics/series.csv": [
        SERIES,
        f"jobless,1,indicator,{NAMES},%,A,What it is.,lower,0,100,,1,120,,",
        f"savings,,driver,{NAMES},million tenge,M,What it is.,higher,0,,,3,45,2026-02,",
        f"balance,,driver,{NAMES},thousand people,A,What it is.,,,,,1,45,,",
        f"youth,,driver,{NAMES},%,A,What it is.,lower,0,100,,1,45,,",
        f"growth,,driver,{NAMES},% over 2019,A,What it is.,,,,,1,45,,",
    ],
    "statistics/observations.csv": [
        "series,area,period,value,status,source,published,read_on",
        "balance,KAZ,2023,1.0,final,copy,,",
        "growth,KAZ,2021,5.0,final,copy,,",
        "jobless,KAZ,2022,4.9,final,copy,,",
        "jobless,KAZ,2023,4.7,final,copy,,",
        "jobless,KAZ,2024,4.6,final,press_a,,",
        "jobless,KZ-11,2022,5.0,final,copy,,",
        "jobless,KZ-11,2023,4.8,final,copy,,",
        "savings,KAZ,2026-01,14663410.141,final,copy,,",
        "savings,KAZ,2026-03,15129613.382,final,copy,,",
        "youth,KAZ,2021,5.5,final,copy,,",
        "youth,KAZ,2022,5.4,final,copy,,",
    ],
    "statistics/sources.csv": [
        "source,publisher,title,title_kk,title_ru,url,licence,read_on",
        "copy,Bureau,Survey,Зерттеу,Обследование,https://stat.gov.kz,Official,2026-11-22",
        "press_a,Bureau,Report,Есеп,Отчёт,https://a.kz,Figures,2026-11-22",
    ],
    "statistics/areas.csv": [
        f"area,kind,{WORLD['statistics/areas.csv'][0].split('kind,')[1]}",
        "KAZ,country,Қазақстан,Казахстан,Kazakhstan,,,,",
        "KZ-11,region,Ақмола,Акмолинская область,Akmola region,,,,",
    ],
    "statistics/area_names.csv": ["name,area", "KZAKM,KZ-11", "Республика Казахстан,KAZ"],
    "statistics/requests.csv": [
        "series,source,request,item,areas,periods,unit,transformation,revision_bound,note",
        "jobless,open_sdg,indicator=8-5-2,,all,,PT,,0.3,",
        "jobless,taldau,index=7 measure=1 period=7 terms=1 dictionaries=1,,KAZ,,,,0.3,",
        "jobless,hand,press_,,,,,,,Press.",
        "savings,national_bank,form=25,class_type=Pension savings,KAZ,,thsd. tenge,times 0.001,100000,",
        "balance,taldau,index=11 measure=1 period=7 terms=1 dictionaries=1,,KAZ,,,plus 0.001,5,",
        "balance,taldau,index=12 measure=1 period=7 terms=1 dictionaries=1,,KAZ,,,minus 0.001,5,",
        "youth,ilostat,id=UNE area=KAZ,UNE,KAZ,,,,0.5,",
        "growth,taldau,index=13 measure=1 period=7 terms=1 dictionaries=1,,KAZ,,,chain 2019,5,",
    ],
    "statistics/changes.csv": [WORLD["statistics/changes.csv"][0]],
}
HEAD = "Year,UNIT_MEASURE,REF_AREA,Value\n"
KNOWN = HEAD + "2022,PT,,4.9\n2022,PT,KZAKM,5.0\n2023,PT,,4.7\n2023,PT,KZAKM,4.8\n"


@pytest.fixture
def world(tmp_path):
    """A small data folder in which all is well."""
    folder = tmp_path / "data"
    for name, lines in TABLES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    shutil.copy(files.DATA / "datapackage.json", folder)
    shutil.copy(files.STATISTICS / "publishers.csv", folder / "statistics")
    return folder


@pytest.fixture
def given(tmp_path, world):
    """Refreshes the small world from files by name."""

    def refreshed(files: dict[str, str], **options):
        place = tmp_path / "downloads"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        for name, text in files.items():
            (place / name).write_text(text, encoding="utf-8")
        return refresh(world, folder=place, **({"today": TODAY} | options))

    return refreshed


def snapshot(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"}


def tree(*years: tuple[str, str]) -> str:
    return json.dumps([{"text": "РЕСПУБЛИКА КАЗАХСТАН", **{f"y12{year}": value for year, value in years}}])


def told(outcome) -> list[str]:
    return [str(change) for change in outcome.changes]


def reasons(outcome) -> list[str]:
    return [reason for verdict in outcome.held for reason in verdict.reasons]


def test_the_small_world_is_in_order(world):
    assert data_check.check(world) == []


def test_an_answer_that_says_the_same_changes_nothing(given, world):
    before = snapshot(world)
    outcome = given({"indicator_8-5-2.csv": KNOWN})
    assert outcome.lines() == ["nothing new; 0 series held back"]
    assert snapshot(world) == before


def test_new_and_revised_figures_are_added_told_and_logged(given, world):
    outcome = given({"indicator_8-5-2.csv": KNOWN.replace(",,4.7", ",,4.8") + "2024,PT,KZAKM,4.5\n"})
    assert told(outcome) == [
        "revised   jobless KAZ 2023: 4.7 → 4.8 (open_sdg_8_5_2)",
        "new       jobless KZ-11 2024: 4.5 (open_sdg_8_5_2)",
    ]
    assert outcome.lines()[-1] == "1 new, 1 revised; 0 series held back"
    place = world / "statistics"
    added = [line for line in (place / "observations.csv").read_text().splitlines() if "2026-11-23" in line]
    assert added == [
        "jobless,KAZ,2023,4.8,final,open_sdg_8_5_2,,2026-11-23",
        "jobless,KZ-11,2024,4.5,final,open_sdg_8_5_2,,2026-11-23",
    ]
    assert (place / "changes.csv").read_text().splitlines()[1:] == [
        "2026-11-23,jobless,KAZ,2023,revised,4.7,4.8,open_sdg_8_5_2",
        "2026-11-23,jobless,KZ-11,2024,new,,4.5,open_sdg_8_5_2",
    ]
    assert (
        "open_sdg_8_5_2,Bureau of National Statistics of Kazakhstan,National SDG indicator 8-5-2,"
        "Ұлттық ТДМ индикаторы 8-5-2,Национальный индикатор ЦУР 8-5-2,https://"
        in (place / "sources.csv").read_text(encoding="utf-8")
    )
    assert data_check.check(world) == []


def test_what_was_known_on_a_day_stays_known_after_a_revision(given, world):
    given({"indicator_8-5-2.csv": KNOWN.replace(",,4.7", ",,4.8")})
    place = world / "statistics"
    assert statistics.series("jobless", as_of="2026-11-22", folder=place)["2023"] == 4.7
    assert statistics.series("jobless", as_of="2026-11-23", folder=place)["2023"] == 4.8
    printed = statistics.vintages("jobless", folder=place).query("period == '2023'")
    assert list(printed["value"]) == [4.7, 4.8]


def test_a_second_revision_of_one_day_replaces_the_first(given, world):
    given({"indicator_8-5-2.csv": KNOWN.replace(",,4.7", ",,4.8")})
    given({"indicator_8-5-2.csv": KNOWN.replace(",,4.7", ",,4.9")})
    assert [
        line for line in (world / "statistics/observations.csv").read_text().splitlines() if "2026-11-23" in line
    ] == ["jobless,KAZ,2023,4.9,final,open_sdg_8_5_2,,2026-11-23"]


def test_a_dry_run_tells_the_same_and_writes_nothing(given, world):
    before = snapshot(world)
    outcome = given({"indicator_8-5-2.csv": KNOWN.replace(",,4.7", ",,4.8")}, dry_run=True)
    assert len(outcome.changes) == 1
    assert snapshot(world) == before


def test_a_dry_run_names_the_faults_that_the_tables_would_have(given):
    outcome = given({"indicator_8-5-2.csv": KNOWN + "2025,PT,KZAKM,4.6\n"}, dry_run=True)
    assert len(outcome.faults) == 1
    assert "no figure for KZ-11 in 2024" in outcome.faults[0]


HELD = {
    "a revision beyond the bound": (
        KNOWN.replace(",,4.7", ",,5.1"), "KAZ 2023 is revised from 4.7 to 5.1, by more than 0.3",
    ),
    "a moved decimal point": (
        KNOWN + "2024,PT,KZAKM,45.0\n", "KZ-11 2024 is 45.0 where 4.8 stood: has the decimal point moved?",
    ),
    "another unit": (KNOWN.replace("PT", "TH_PEOPLE"), "open_sdg_8_5_2 prints the unit 'PT or TH_PEOPLE', not 'PT'"),
    "a vanished figure": (KNOWN.replace("2022,PT,KZAKM,5.0\n", ""), "KZ-11 2022 has vanished, it was 5.0"),
    "an end": (KNOWN.replace("2023,PT,KZAKM,4.8\n", ""), "KZ-11 ends at 2022, it was known to 2023"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("case", HELD)
def test_what_is_doubtful_is_held_back_named_and_taken_over_when_accepted(given, world, case):
    text, reason = HELD[case]
    before = snapshot(world)
    outcome = given({"indicator_8-5-2.csv": text + ("2024,PT,,4.5\n" if case == "another unit" else "")})
    assert reasons(outcome) == [reason]
    assert not outcome.changes
    assert f"held back jobless: {reason}" in outcome.lines()
    assert snapshot(world) == before
    accepted = given(
        {"indicator_8-5-2.csv": text + ("2024,PT,,4.5\n" if case == "another unit" else "")}, accept=["jobless"]
    )
    assert accepted.changes
    assert not accepted.held
    assert data_check.check(world) == []


def test_a_vanished_figure_that_is_accepted_is_withdrawn_and_not_deleted(given, world):
    given({"indicator_8-5-2.csv": HELD["an end"][0]}, accept=["jobless"])
    place = world / "statistics"
    assert list(statistics.series("jobless", "KZ-11", as_of="2026-11-23", folder=place)) == [5.0]
    assert list(statistics.series("jobless", "KZ-11", as_of="2026-11-22", folder=place)) == [5.0, 4.8]
    again = given({"indicator_8-5-2.csv": KNOWN}, today=date(2026, 11, 30))
    assert told(again) == ["new       jobless KZ-11 2023: 4.8 (open_sdg_8_5_2)"]


def test_two_sources_that_disagree_on_a_new_figure_are_held_back(given):
    files = {"indicator_8-5-2.csv": KNOWN + "2025,PT,,4.6\n", "taldau_7.json": tree(("2023", "4.7"), ("2025", "4.9"))}
    assert reasons(given(files)) == ["KAZ 2025 is 4.6 in open_sdg_8_5_2 and 4.9 in taldau_7"]


def test_a_second_source_alone_may_add_but_not_revise(given):
    assert told(given({"taldau_7.json": tree(("2023", "4,7"), ("2025", "4,6"))}))[0].startswith(
        "new       jobless KAZ 2025"
    )
    held = given({"taldau_7.json": tree(("2022", "4.8"))})
    assert reasons(held) == ["KAZ 2022 is 4.9 in the tables and 4.8 in taldau_7, a second source"]


def test_what_was_typed_in_does_not_vanish(given):
    assert not given({"indicator_8-5-2.csv": KNOWN}).held  # 2024 is from the press


def test_units_parts_and_chains_are_calculated(given, world):
    row = {"type": "thsd. tenge", "class_type": "Pension savings"}
    amounts = [("2026-01-01", 14663410141.0), ("2026-03-01", 15129613382.0), ("2026-04-01", 15500000000.0)]
    rows = [row | {"report_date": day, "amount": amount} for day, amount in amounts]
    index = tree(("2019", "100"), ("2020", "104,3"), ("2021", "104"), ("2022", "102.3"))
    balance = {"taldau_11.json": tree(("2023", "25387"), ("2024", "29282"))}
    balance |= {"taldau_12.json": tree(("2023", "24387"), ("2024", "12000"))}
    files = balance | {"taldau_13.json": index, "form.json": json.dumps({"formId": 25, "rows": rows})}
    outcome = given(files)
    assert [line for line in told(outcome) if line.startswith("new")] == [
        "new       balance KAZ 2024: 17.3 (taldau_11)",
        "new       growth KAZ 2018: 0.0 (taldau_13)",
        "new       growth KAZ 2019: 0.0 (taldau_13)",
        "new       growth KAZ 2020: 4.3 (taldau_13)",
        "new       growth KAZ 2022: 11.0 (taldau_13)",
        "new       savings KAZ 2026-04: 15500000.000 (national_bank_25)",
    ]


def test_a_part_of_a_sum_alone_leaves_the_series_as_it_is(given):
    assert given({"taldau_11.json": tree(("2024", "29282"))}).lines() == ["nothing new; 0 series held back"]


FAULTS = {
    "a web page": ("<html>Error</html>", "a web page or XML"),
    "a value with two points": (KNOWN + "2024,PT,,56.64.30\n", "KAZ 2024: '56.64.30' is no number"),
    "a figure twice": (KNOWN + "2023,PT,,4.6\n", "KAZ 2023 stands twice, as 4.7 and 4.6"),
    "an unknown area": (KNOWN + "2023,PT,KZXXX,4.6\n", "area 'KZXXX' is unknown; add it to area_names.csv"),
    "a value out of the bounds of the series": (KNOWN + "2024,PT,KZAKM,-1\n", "'-1.0' is outside 0 to 100"),
    "a gap": (KNOWN + "2025,PT,KZAKM,4.6\n", "jobless has no figure for KZ-11 in 2024; add it or declare the gap"),
    "another format": (tree(("2023", "4.7")), "is taldau_json, where open_sdg_csv was due"),
    "nothing": ("", "the answer is empty"),
    "a huge number": (KNOWN + f"2024,PT,,{'9' * 29}\n", "has too many digits"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_one_line_and_changes_nothing_else_either(given, world, case):
    text, message = FAULTS[case]
    before = snapshot(world)
    files = {"taldau_11.json": tree(("2024", "29282")), "taldau_12.json": tree(("2024", "12000"))}
    outcome = given(files | {"indicator_8-5-2.csv": text}, accept=["jobless"])
    assert len(outcome.faults) == 1, outcome.faults
    assert message in outcome.faults[0]
    assert "\n" not in outcome.faults[0]
    assert outcome.lines()[-1] == "nothing was changed"
    assert snapshot(world) == before


def test_a_file_that_answers_nothing_is_left_aside_and_named(given):
    outcome = given({"indicator_8-5-2.csv": KNOWN, "notes.txt": "Call them.", "indicator_8-5-2-1.csv": KNOWN})
    assert outcome.aside == ["indicator_8-5-2-1.csv", "notes.txt"]


def test_a_suspect_figure_that_is_printed_again_stays_suspect(given, world):
    path = world / "statistics/observations.csv"
    text = path.read_text(encoding="utf-8").replace("KZ-11,2023,4.8,final", "KZ-11,2023,4.76,suspect")
    path.write_text(text, encoding="utf-8")
    assert given({"indicator_8-5-2.csv": KNOWN.replace("KZAKM,4.8", "KZAKM,4.76")}).lines() == [
        "nothing new; 0 series held back"
    ]


ILOSTAT = "ref_area,source,indicator,time,obs_value,obs_status\nKAZ,BA,UNE,2021,5.5,{}\nKAZ,BA,UNE,2022,5.4,{}\n"


@pytest.mark.parametrize("mark", ["U", "Unreliable"])
def test_a_figure_that_its_publisher_calls_unreliable_is_suspect_and_said_so_once(given, world, mark):
    answer = {"UNE.csv": ILOSTAT.format("", mark) + f"KAZ,BA,UNE,2023,5.1,{mark}\n"}
    outcome = given(answer)
    assert told(outcome) == [
        "revised   youth KAZ 2022: 5.4 → 5.4 (ilostat_une), unreliable",
        "new       youth KAZ 2023: 5.1 (ilostat_une), unreliable",
    ]
    assert statistics.series("youth", folder=world / "statistics").to_dict() == {pd.Period("2021"): 5.5}
    assert told(given(answer)) == []


@pytest.mark.parametrize("mark", ["E", "Estimated value", "I", "P", "Provisional"])
def test_a_figure_that_its_publisher_estimated_or_may_change_is_taken_and_said_so(given, world, mark):
    outcome = given({"UNE.csv": ILOSTAT.format("", "") + f"KAZ,BA,UNE,2023,5.1,{mark}\n"})
    assert told(outcome) == ["new       youth KAZ 2023: 5.1 (ilostat_une), estimated or provisional"]
    assert statistics.series("youth", folder=world / "statistics")[pd.Period("2023")] == 5.1


@pytest.mark.parametrize("mark", ["B", "Break in series"])
def test_a_break_that_a_publisher_names_holds_a_new_figure_back(given, mark):
    answer = {"UNE.csv": ILOSTAT.format(mark, "") + f"KAZ,BA,UNE,2023,5.1,{mark}\n"}
    outcome = given(answer)
    assert reasons(outcome) == ["KAZ 2023 has a break before it, says ilostat_une; see breaks in series.csv"]
    assert told(given(answer, accept=["youth"]))[0].endswith("5.1 (ilostat_une), a break before it")


def test_l6_a_refresh_that_is_stopped_leaves_no_file_and_one_that_was_killed_leaves_none_for_long(
    given, world, monkeypatch
):
    from helpers.cli import tables

    (world / ".refresh-killed").mkdir()
    before, handlers = snapshot(world), {number: signal.getsignal(number) for number in reports.STOPPING}
    monkeypatch.setattr(data_check, "check", lambda folder: signal.raise_signal(signal.SIGTERM))
    monkeypatch.setattr("helpers.refresh.refresh", lambda **_: given({"indicator_8-5-2.csv": KNOWN}))
    try:
        with pytest.raises(SystemExit) as end:
            tables.data_refresh()
    finally:
        logging.disable(logging.NOTSET)
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert (end.value.code, snapshot(world), list(world.glob(".refresh-*"))) == (130, before, [])


def test_two_files_for_one_request_are_a_fault(given):
    outcome = given({"indicator_8-5-2.csv": KNOWN, "indicator_8-5-2 (1).csv": KNOWN})
    assert outcome.faults == ["indicator_8-5-2.csv: answers open_sdg indicator=8-5-2 as another file does"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sources": ["open_sgd"]}, "--source open_sgd: is not in publishers.csv; did you mean 'open_sdg"),
        ({"sources": ["hand"]}, "--source hand: is not in publishers.csv"),
        ({"accept": ["jobles"]}, "--accept jobles: is not in series.csv; did you mean 'jobless"),
        ({"sources": ["ilostat"]}, "no file there answers a request"),
    ],
)
def test_a_wrong_word_gives_one_line_with_advice(given, options, message):
    with pytest.raises(UserError, match=message):
        given({"indicator_8-5-2.csv": KNOWN}, **options)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("jobless,open_sdg", "jobless,open_sgd", "line 2, source: 'open_sgd' is unknown; did you mean 'open_sdg"),
        ("savings,", "saving,", "line 5, series: 'saving' is unknown; did you mean 'savings"),
        ("chain 2019", "chained 2019", "line 9, transformation: 'chained 2019' has a wrong form"),
        (",0.3,", ",much,", "line 2, revision_bound: 'much' has a wrong form"),
        ("indicator=8-5-2", "indicatr=8-5-2", "the address needs 'indicator'; add it to the request"),
    ],
)
def test_a_slip_in_the_table_of_requests_is_named(world, old, new, message):
    path = world / "statistics/requests.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UserError, match=message):
        assert [one.filled(one.publisher.address, page="0") for one in load(world / "statistics")]


def test_a_publisher_without_a_fixed_address_is_not_asked(world):
    requests = world / "statistics/requests.csv"
    text = requests.read_text(encoding="utf-8").replace(
        "jobless,open_sdg,indicator=8-5-2", "jobless,bureau_page,file=work"
    )
    requests.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="--source bureau_page: has no fixed address; download its files"):
        refresh(world, sources=["bureau_page"])


def test_a_folder_that_is_none_is_named(world, tmp_path):
    with pytest.raises(UserError, match="--from-folder nowhere: is no folder"):
        refresh(world, folder=tmp_path / "nowhere")


def test_a_table_that_cannot_be_moved_into_place_changes_nothing(given, world, monkeypatch):
    before, move = snapshot(world), os.replace

    def failing(source, target):
        if str(target).endswith("changes.csv"):
            raise OSError(28, "No space left on device")
        move(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(UserError, match=r"changes.csv: No space left on device"):
        given({"indicator_8-5-2.csv": KNOWN.replace(",,4.7", ",,4.8")})
    assert snapshot(world) == before


def test_two_refreshes_at_once_are_refused(given, world):
    from filelock import FileLock

    with FileLock(world / ".refresh.lock"), pytest.raises(UserError, match="another refresh is at work"):
        given({"indicator_8-5-2.csv": KNOWN})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "options", "code", "line"),
    [
        (KNOWN, [], 0, "nothing new; 0 series held back"),
        (KNOWN.replace(",,4.7", ",,5.7"), [], 0, "nothing new; 1 series held back"),
        (KNOWN.replace(",,4.7", ",,5.7"), ["--accept", "jobless"], 0, "0 new, 1 revised"),
        ("", [], 1, "nothing was changed"),
        (KNOWN, ["--accept", "jobles"], 2, ""),
    ],
)
def test_the_command_says_by_its_exit_code_what_became_of_it(world, tmp_path, monkeypatch, text, options, code, line):
    (tmp_path / "indicator_8-5-2.csv").write_text(text, encoding="utf-8")
    monkeypatch.setattr("helpers.refresh.refresh", partial(refresh, world))
    found = jospar("data", "refresh", "--from-folder", tmp_path, *options)
    assert found.returncode == code, found.stderr
    assert line.removeprefix("0 new, ") in found.stdout
    assert len(found.stderr.splitlines()) == (code == 2)


def test_a_moved_decimal_point_is_told_from_a_change():
    assert changes.shifted(46.0, 4.6)
    assert changes.shifted(0.47, 4.6)
    assert changes.shifted(443.315, 443315)
    assert not changes.shifted(5.6, 4.6)
    assert not changes.shifted(-46.0, 4.6)
    assert not changes.shifted(0.0, 4.6)
    assert not changes.shifted(30.0, 4.6)


@pytest.mark.slow
def test_hardly_any_step_of_the_past_looks_like_a_moved_decimal_point():
    steps = [
        (new, old)
        for code in statistics.catalogue().index
        for area in ("KAZ", "KZ-71", "KZ-75")
        if statistics.covers(code, area)
        for new, old in zip(statistics.series(code, area)[1:], statistics.series(code, area)[:-1], strict=True)
    ]
    assert len(steps) > 1000
    assert sum(changes.shifted(new, old) for new, old in steps) <= len(steps) / 300


def test_every_request_of_the_repository_fills_its_address():
    for request in load(files.STATISTICS):
        publisher = request.publisher
        assert "{" not in request.filled(publisher.address + publisher.title, page="0")
        if publisher.fields:
            assert "p_index_id=" + request.words["index"] in request.filled(publisher.fields)


def test_every_request_takes_the_figures_that_are_in_the_tables_for_what_they_are():
    place = files.STATISTICS
    known, typed, codes = known_figures(place), typed_in(place), area_codes(place)
    facts = statistics.catalogue()
    whole = [
        one for one in load(place) if not one.rank and not one.transformation.startswith(("plus", "minus", "chain"))
    ]
    assert len(whole) > 30
    for request in whole:
        factor = Decimal(request.transformation.removeprefix("times ") or 1)
        own = {
            key: figure
            for key, figure in known[request.series].items()
            if request.areas == "all" or key[0] in request.areas.split(" ")
            if not figure.source.startswith(typed.get(request.series, ("none",)))
        }
        rows = [
            (request.item, area, when, str(Decimal(one.value) / factor), request.unit)
            for (area, when), one in own.items()
        ]
        row = facts.loc[request.series]
        figures, unit, _ = select(tidy.frame(rows), request, row["frequency"], codes)
        said = changes.Facts(known[request.series], int(row["decimals"]), typed.get(request.series, ()))
        verdict = changes.judge(request.series, [changes.Offer(request, figures, unit)], said)
        assert (verdict.changes, verdict.reasons) == ([], []), request.series
