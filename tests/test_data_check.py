import json
import shutil

import pytest

from helpers import UserError, files
from helpers.statistics import check as data_check
from helpers.targets.ambition import QUANTILES

FOLDERS = ("assumptions/", "examples/", "plan/", "record/", "statistics/")
# A small world in which all is well: table → header and rows.
NAMES = "name_kk,name_ru,name_en"
WORLD = {
    "plan/directions.csv": [f"direction,{NAMES}", "1,а,б,c"],
    "plan/goals.csv": [f"goal,direction,{NAMES}", "1,1,а,б,c"],
    "plan/indicators.csv": [
        f"indicator,direction,goal,kind,{NAMES},unit,better,floor,responsible,source",
        "1,1,,macro,а,б,c,%,lower,,,",
        "2,1,1,budget,а,б,c,%,higher,,,",
    ],
    "plan/targets.csv": [
        "indicator,year,column,value,as_printed,printed_year,reading,evidence",
        '1,2023,planned,4.8,"4,8",2023,certain,',
        "2,2023,planned,,,2023,blank,",
    ],
    "plan/national_targets.csv": [
        f"document,direction,indicator,{NAMES},unit,better,year,value",
        "Plan,1,1,а,б,c,%,lower,2023,4.8",
    ],
    "plan/terms.csv": [f"kind,term,{NAMES}", "unit,%,%,%,%"],
    "plan/programmes.csv": [f"code,{NAMES},direction", "001,а,б,c,"],
    "plan/resources.csv": ["resource,unit,period,year,column,value", "staff,people,2023,2023,planned,500"],
    "statistics/series.csv": [
        f"series,indicator,role,{NAMES},unit,frequency,definition,better,lower_bound,upper_bound,breaks,decimals,"
        "release_lag_days,gaps,note",
        "jobless,1,indicator,а,б,c,%,A,What it is.,lower,0,100,,1,120,,",
        "savings,,driver,а,б,c,million tenge,M,What it is.,higher,0,,,3,45,2026-02,",
        "rate,1,context,а,б,c,%,Q,What it is.,lower,0,100,,1,50,irregular,",
    ],
    "statistics/observations.csv": [
        "series,area,period,value,status,source,published,read_on",
        "jobless,KAZ,2023,4.7,final,bns,2024-02-14,",
        "jobless,KAZ,2024,4.6,final,bns,,",
        "jobless,KAZ,2025-M09,4.6,part_year,bns,,",
        "savings,KAZ,2026-01,1.000,final,bns,,",
        "savings,KAZ,2026-03,1.100,final,bns,,",
        "rate,KAZ,2024-Q1,4.5,final,bns,,",
        "rate,KAZ,2024-Q4,4.25,suspect,bns,,",
    ],
    "statistics/sources.csv": [
        "source,publisher,title,title_kk,title_ru,url,licence,read_on",
        "bns,Bureau,Survey,Зерттеу,Обследование,https://stat.gov.kz,Official,2026-11-22",
    ],
    "statistics/areas.csv": [f"area,kind,{NAMES},from_year,to_year,breaks,note", "KAZ,country,а,б,c,,,,"],
    "statistics/publishers.csv": [
        "source,publisher,title,title_kk,title_ru,formats,address,fields,hosts,named_by,licence,note",
        "bureau,Bureau,Workbook {element},{element} кітабы,Книга {element},bureau_workbook,https://stat.gov.kz/{element},,stat.gov.kz,element,Official,",
        "hand,,,,,,,,,,,",
    ],
    "statistics/requests.csv": [
        "series,source,request,item,areas,periods,unit,transformation,revision_bound,note",
        "jobless,bureau,element=102790,,all,,,,0.3,",
        "savings,hand,press_,,,,,,,Press.",
        "rate,hand,press_,,,,,,,Press.",
    ],
    "statistics/area_names.csv": ["name,area", "Republic of Kazakhstan,KAZ"],
    "statistics/changes.csv": [
        "read_on,series,area,period,kind,before,after,source",
        "2026-11-22,jobless,KAZ,2024,revised,4.5,4.6,bns",
    ],
    "statistics/not_measured.csv": ["indicator,reason", "2,There is no series."],
    "statistics/short_names.csv": ["indicator,name_kk,name_ru,name_en", "1,а,а,a", "2,б,б,b"],
    "assumptions/decisions.csv": [
        "indicator,method,since,add,who,day,why",
        "1,ets,2016,2026:-0.2,A. Author,2026-11-01,A plant opens.",
    ],
    "assumptions/pensions.csv": ["parameter,year,value,unit,source", "basic_pension,2025,47561,tenge a month,Ministry"],
    "assumptions/reference_class.csv": [
        f"kind,level_from,level_to,years,indicators,series,changes,{','.join(QUANTILES)}",
        f"count,,,1,7,194,2174,{'-100,' * (len(QUANTILES) - 1)}1.20594e+07",
    ],
    "assumptions/scenarios.csv": [
        "scenario,driver,year,value,rule,reason",
        "baseline,gdp,,,last,Nothing else is known.",
        "baseline,inflation,2026,9.5,,Somebody says so.",
    ],
    "record/record.csv": ["method,horizon,n,brier,crps,coverage80,coverage95", "ours,all,10,0.15,2.3,0.76,5e-05"],
    "record/calibration.csv": ["method,tenth,n,stated,observed,observed_plain", "ours,0-10 %,10,0.04,0.05,0.055"],
    "record/by_indicator.csv": [
        "indicator,n,ours,naive,linear,eurostat,escap,oecd",
        "1-2-1,10,0.15,0.18,0.21,0.18,0.19,0.16",
    ],
    "record/made.csv": [
        "made_on,version,commit,series,left_out,first_year,last_year,panel_sha256",
        f"2026-11-22,0.1.0,1e28c26,12,0,2010,2023,{64 * 'a'}",
    ],
    "examples/my_indicator.csv": ["year,value,remark", "2024,41.3,made up"],
}


@pytest.fixture
def world(tmp_path):
    shutil.copy(files.DATA / "datapackage.json", tmp_path)
    for name, lines in WORLD.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def change(world, name: str, old: str, new: str) -> None:
    path = world / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_committed_data_have_no_fault():
    assert data_check.check() == []


def test_a_small_world_in_order_has_no_fault(world):
    assert data_check.check(world) == []


OBSERVATIONS, SERIES = "statistics/observations.csv", "statistics/series.csv"
BREACHES = {
    "a value in other digits": (OBSERVATIONS, "4.7,final", "٤.٧,final", "line 2, value: '٤.٧' is no number"),
    "a value that is no number": (OBSERVATIONS, "4.7,final", '"4,7",final', "line 2, value: '4,7' is no number"),
    "a date that is none": (OBSERVATIONS, "2024-02-14", "2024-02-31", "line 2, published: '2024-02-31' is no date"),
    "a whole number that is none": (SERIES, ",1,120,", ",1,often,", "line 2, release_lag_days: 'often' is no integer"),
    "a missing value": (OBSERVATIONS, "4.7,final", ",final", "line 2, value: '' is empty"),
    "a missing source": (OBSERVATIONS, "final,bns,2024", "final,,2024", "line 2, source: '' is empty"),
    "a missing name": (SERIES, "jobless,1,indicator,а,", "jobless,1,indicator,,", "line 2, name_kk: '' is empty"),
    "an unknown status": (OBSERVATIONS, "final,bns,2024", "sure,bns,2024", "'sure' is unknown; use one of: final"),
    "an unknown unit": (SERIES, "c,%,A", "c,apples,A", "line 2, unit: 'apples' is unknown"),
    "a period in a wrong form": (OBSERVATIONS, "KAZ,2023", "KAZ,2023-Q5", "period: '2023-Q5' has the wrong form"),
    "a year outside the plan": ("plan/targets.csv", "1,2023", "1,2033", "line 2, year: '2033' is outside 2021 to 2027"),
    "a duplicate": (OBSERVATIONS, "KAZ,2024,4.6", "KAZ,2023,4.6", "'jobless, KAZ, 2023, ' stands on line 2 already"),
    "an unknown series": (OBSERVATIONS, "jobless,KAZ,2023", "jobles,KAZ,2023", "series.csv; did you mean 'jobless'?"),
    "an unknown area": (OBSERVATIONS, "jobless,KAZ,2023", "jobless,KAS,2023", "areas.csv; did you mean 'KAZ'?"),
    "an unknown source": (OBSERVATIONS, "bns,2024-02-14", "bnz,2024-02-14", "sources.csv; did you mean 'bns'?"),
    "an unknown indicator": (SERIES, "jobless,1,", "jobless,28,", "line 2, indicator: '28' is not in indicators.csv"),
    "a period of another frequency": (OBSERVATIONS, "KAZ,2023", "KAZ,2023-Q1", "does not fit the frequency A"),
    "a part of a year as a final figure": (OBSERVATIONS, "4.6,part_year", "4.6,final", "status: 'final' does not fit"),
    "a value out of bounds": (OBSERVATIONS, "4.7,final", "470.0,final", "'470.0' is outside 0 to 100"),
    "too many decimals": (OBSERVATIONS, "4.7,final", "4.71,final", "'4.71' has 2 decimals, jobless has 1"),
    "too few decimals": (OBSERVATIONS, "4.7,final", "5,final", "'5' has 0 decimals, jobless has 1"),
    "a figure older than its period": (OBSERVATIONS, "2024-02-14", "2023-02-14", "is before the end of 2023"),
    "a revision read before its period ended": (
        OBSERVATIONS, "bns,2024-02-14,", "bns,,2023-02-14", "line 2, read_on: '2023-02-14' is before the end of 2023",
    ),
    "a withdrawal without its day": (OBSERVATIONS, "4.7,final", "4.7,withdrawn", "status: 'withdrawn' needs read_on"),
    "a series that comes from nowhere": (
        "statistics/requests.csv", "rate,hand,press_,,,,,,,Press.\n", "", "'rate' is not in requests.csv",
    ),
    "a request without a bound": ("statistics/requests.csv", ",0.3,", ",,", "line 2, revision_bound: '' is empty"),
    "a request without its word": ("statistics/requests.csv", "element=", "elment=", "lacks element=; bureau asks"),
    "an unknown publisher": ("statistics/requests.csv", "jobless,bureau", "jobless,buro", "did you mean 'bureau'?"),
    "an unknown transformation": ("statistics/requests.csv", ",,0.3,", ",double,0.3,", "'double' has the wrong form"),
    "a gap": (OBSERVATIONS, "jobless,KAZ,2023", "jobless,KAZ,2021", "no figure for KAZ in 2022; add it or declare"),
    "a gap that is filled": (OBSERVATIONS, "2026-03,1.1", "2026-02,1.1", "which is declared as a gap; take it out"),
    "a series without a figure": (
        SERIES, "rate,1", "empty,,driver,а,б,c,%,A,What.,,,,,1,1,,\nrate,1", "'empty' has no observation",
    ),
    "a series under another name": (
        SERIES, "jobless,1,indicator,а,", "jobless,1,indicator,ә,", "name_kk: «ә» is not the name of indicator 1",
    ),
    "an indicator with neither a series nor a reason": (
        "statistics/not_measured.csv", "2,There is no series.", "", "line 3, indicator: '2' has neither a series nor",
    ),
    "an indicator with both a series and a reason": (
        "statistics/not_measured.csv", "2,There", "1,None.\n2,There", "line 2, indicator: '1' has both a series and",
    ),
    "a renamed column": (SERIES, "frequency", "often", "line 1: the columns are series"),
    "a number typed as a computer prints it": (OBSERVATIONS, "4.7,final", "4.7e+00,final", "'4.7e+00' is no number"),
    "an adjustment of no indicator": (
        "assumptions/decisions.csv", "1,ets", "11,ets", "line 2, indicator: '11' is not in indicators.csv",
    ),
    "an adjustment without a reason": (
        "assumptions/decisions.csv", "A plant opens.", " ", "line 2, why: ' ' is empty",
    ),
    "an unknown driver": (
        "assumptions/scenarios.csv", "inflation,2026", "inflaton,2026", "line 3, driver: 'inflaton' is unknown",
    ),
    "a quantile that is none": ("assumptions/reference_class.csv", "e+07", "e+", "q100: '1.20594e+' is no number"),
    "a share above one": ("record/record.csv", "0.76,5e-05", "0.76,5e+05", "coverage95: '5e+05' is outside 0 to 1"),
    "a method without a record": ("record/calibration.csv", "ours,", "oecd,", "method: 'oecd' is not in record.csv"),
    "a year twice": ("examples/my_indicator.csv", "2024,", "2024,1,\n2024,", "line 3, year: '2024' stands on line 2"),
    "a row with too many cells": (OBSERVATIONS, "bns,2024-02-14", "bns,2024-02-14,,", "line 2: 10 cells instead of 8"),
    "a row with too few cells": (OBSERVATIONS, "final,bns,2024-02-14", "final,bns", "line 2: 7 cells instead of 8"),
    "an open quotation mark": (OBSERVATIONS, "bns,2024-02-14", 'bns,"2024-02-14', "unexpected end of data"),
}  # fmt: skip


@pytest.mark.parametrize("breach", BREACHES)
def test_each_rule_names_the_place_and_the_advice(world, breach):
    name, old, new, expected = BREACHES[breach]
    change(world, name, old, new)
    faults = data_check.check(world)
    assert any(expected in fault for fault in faults), faults
    assert all(fault.startswith(FOLDERS) and "\n" not in fault for fault in faults)
    assert len(faults) <= 2  # one fault doesn't drown in others


def test_a_missing_table_is_named(world):
    (world / "statistics/areas.csv").unlink()
    assert data_check.check(world) == [
        "statistics/areas.csv: no such file; restore it, or take it out of datapackage.json"
    ]


@pytest.mark.parametrize(
    ("encoding", "fault"),
    [
        ("utf-16", "line 1: holds a NUL, so it is no text"),
        ("cp1251", "line 2: is not in UTF-8; save it so"),
        ("utf-8-sig", "line 1: begins with a byte order mark; save it as plain CSV in UTF-8"),
    ],
)
def test_a_table_in_another_encoding_is_one_line(world, encoding, fault):
    path = world / "statistics/areas.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    faults = data_check.check(world)
    assert len(faults) == 1
    assert faults[0].startswith("statistics/areas.csv")
    assert fault in faults[0]


def test_several_faults_are_all_named_in_the_order_of_the_lines(world):
    change(world, OBSERVATIONS, "4.7,final", "x,final")
    change(world, OBSERVATIONS, "1.000,final", "y,final")
    assert [fault.split(", ")[1] for fault in data_check.check(world)] == ["line 2", "line 5"]


def test_a_broken_package_description_is_a_user_error(world):
    (world / "datapackage.json").write_text("{")
    with pytest.raises(UserError, match="no valid JSON"):
        data_check.check(world)
    (world / "datapackage.json").unlink()
    with pytest.raises(UserError, match="is missing"):
        data_check.check(world)


def test_every_column_is_described_and_every_number_has_a_unit():
    package = json.loads((files.DATA / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        assert resource["sources"]
        assert resource["licenses"]
        for field in resource["schema"]["fields"]:
            assert field["description"]
            if field["type"] == "number":
                assert field["unit"]


def test_every_table_is_in_the_package():
    package = json.loads((files.DATA / "datapackage.json").read_text(encoding="utf-8"))
    described = {resource["path"] for resource in package["resources"]}
    found = {path.relative_to(files.DATA).as_posix() for path in files.DATA.glob("*/*.csv")}
    assert {name.partition("/")[0] + "/" for name in found} == set(FOLDERS)
    assert found == described


# The office's own tables
OFFICE = {
    "series": "series,indicator,role,name_kk,name_ru,name_en,unit,frequency,definition,better,lower_bound,upper_bound,"
    "breaks,decimals,release_lag_days,gaps,note\nours,27,indicator,а,б,c,%,A,What it is.,higher,0,100,,1,60,,\n",
    "observations": "series,area,period,value,status,source,published,read_on\n"
    "ours,KAZ,2024,44.4,final,note,,2026-01-15\nours,KAZ,2025-M09,45.1,part_year,note,,2026-01-15\n",
    "sources": "source,publisher,title,title_kk,title_ru,url,licence,read_on\n"
    "note,Office,Note,Хат,Записка,,Own,2026-01-15\n",
}
OWN_FAULTS = {
    "a value with a decimal comma": ("observations", "44.4", '"44,4"', "own/observations.csv, line 2, value: '44,4'"),
    "a value beyond the bounds": ("observations", "44.4", "444.4", "own/observations.csv, line 2, value: '444.4'"),
    "an unknown status": ("observations", "final", "sure", "own/observations.csv, line 2, status: 'sure'"),
    "a part of a year as final": (
        "observations",
        "part_year",
        "final",
        "own/observations.csv, line 3, status: 'final'",
    ),
    "a period of another frequency": (
        "observations",
        "2024",
        "2024-Q1",
        "own/observations.csv, line 2, period: '2024-Q1'",
    ),
    "an unknown series": (
        "observations",
        "ours,KAZ,2024",
        "oars,KAZ,2024",
        "line 2, series: 'oars' is not in series.csv",
    ),
    "an unknown source": ("observations", "final,note", "final,nota", "line 2, source: 'nota' is not in sources.csv"),
    "an unknown area": ("observations", "KAZ,2024", "KAS,2024", "own/observations.csv, line 2, area: 'KAS'"),
    "the same figure twice": (
        "observations",
        "2025-M09,45.1,part_year",
        "2024,45.1,final",
        "own/observations.csv, line 3",
    ),
    "a date that is none": (
        "observations",
        "44.4,final,note,,2026-01-15",
        "44.4,final,note,,15.01.2026",
        "line 2, read_on",
    ),
    "a series without a name": ("series", "а,б,c", ",б,c", "own/series.csv, line 2, name_kk"),
    "an unknown frequency": ("series", "%,A", "%,Y", "own/series.csv, line 2, frequency: 'Y'"),
    "an unknown indicator": ("series", "ours,27", "ours,99", "own/series.csv, line 2, indicator: '99'"),
    "a source without a day": ("sources", "Own,2026-01-15", "Own,", "own/sources.csv, line 2, read_on"),
}


def office(folder, table="", old="", new=""):
    for name, text in OFFICE.items():
        assert name != table or old in text
        (folder / f"{name}.csv").write_text(text.replace(old, new, 1) if name == table else text, encoding="utf-8")
    return data_check.check_own(folder)


def test_own_tables_in_order_have_no_fault(tmp_path):
    assert office(tmp_path) == []


@pytest.mark.parametrize("name", OWN_FAULTS)
def test_a_fault_in_own_tables_is_one_line_that_names_its_place(tmp_path, name):
    table, old, new, said = OWN_FAULTS[name]
    faults = office(tmp_path, table, old, new)
    assert len(faults) == 1
    assert said in faults[0]
    assert "\n" not in faults[0]


@pytest.mark.parametrize(
    ("table", "content"),
    [
        ("observations", b""),
        ("observations", b"series,area\nours,KAZ\n"),
        ("series", b"\xff\xfe"),
        ("sources", b'source,"publisher\n'),
        ("series", None),
    ],
)
def test_own_tables_that_cannot_be_read_are_one_line(tmp_path, table, content):
    office(tmp_path)
    (tmp_path / f"{table}.csv").unlink() if content is None else (tmp_path / f"{table}.csv").write_bytes(content)
    with pytest.raises(UserError) as caught:
        data_check.check_own(tmp_path)
    assert f"{table}.csv" in str(caught.value)
    assert "\n" not in str(caught.value)
