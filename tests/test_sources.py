"""Readers: small answers in exactly the publishers' forms, and the recorded ones where they are."""

import io
import json
import zipfile

import openpyxl
import pytest

from helpers import files, statistics
from helpers.refresh import requests, selection
from helpers.refresh.readers import (
    archive,
    bureau,
    formats,
    ilostat,
    national_bank,
    open_sdg,
    tidy,
    workbook,
    world_bank,
)
from helpers.refresh.readers.tidy import Unreadable

SAMPLES = next((place for place in files.ROOT.parent.glob("*/data/statistics/samples")), None)


def rows(table) -> list[tuple]:
    return list(table.itertuples(index=False, name=None))


def book(*sheets: list[list], merged: str = "") -> bytes:
    """A workbook with these cells on its sheets."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for number, cells in enumerate(sheets, 1):
        sheet = made.create_sheet(f"Sheet {number}")
        for row in cells:
            sheet.append(row)
        if merged:
            sheet.merge_cells(merged)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


QUARTERS = [
    ["Уровень безработицы1)"],
    [None, 2022, None, None, None, None, "2023*", None],
    [None, "I quarter", "II quarter", "III квартал", "IV тоқсан", "year2)", "I quarter", "жыл"],
    ["Republic of Kazakhstan", 4.9, "4,9", 4.9, 4.9, 4.9, 4.8, "…"],
    ["Shimkent city 3)", "-", 5.0, "*", 5, 5.1, 5.0, None],
    [],
    ["3) Data for Shymkent from 2010 are estimates"],
]


def test_a_workbook_of_areas_has_quarters_and_years_below_merged_years():
    found = rows(workbook.read(book(QUARTERS, merged="B2:F2")))
    assert ("", "Republic of Kazakhstan", "2022-Q1", "4.9", "") in found
    assert ("", "Republic of Kazakhstan", "2022-Q2", "4,9", "") in found
    assert ("", "Republic of Kazakhstan", "2022-Q3", "4.9", "") in found
    assert ("", "Republic of Kazakhstan", "2022", "4.9", "") in found
    assert ("", "Republic of Kazakhstan", "2023-Q1", "4.8", "") in found
    shymkent = {row[2] for row in found if row[1] == "Shimkent city"}
    assert shymkent == {"2022-Q2", "2022-Q4", "2022", "2023-Q1"}


def test_a_workbook_of_indicators_has_the_heading_as_item():
    cells = [["Перечень", 2019, 2020], ["Доля NEET, % ", None, None], ["Всего  ", 9.5, 9.25], ["Мужчины", "…", 8]]
    assert rows(workbook.read(book(cells))) == [
        ("Доля NEET, %", "Всего", "2019", "9.5", ""),
        ("Доля NEET, %", "Всего", "2020", "9.25", ""),
        ("Доля NEET, %", "Мужчины", "2020", "8", ""),
    ]


def test_several_sheets_are_told_apart_by_their_names():
    cells = [["", 2019, 2020], ["Akmola", 1, 2]]
    assert [row[0] for row in rows(workbook.read(book(cells, cells)))] == ["Sheet 1", "Sheet 1", "Sheet 2", "Sheet 2"]


def test_counts_that_look_like_years_are_no_head():
    cells = [["", 2019, 2020, 2021], ["Akmola", 2010, 2050, 2121], ["Aktobe", 1999, 1980, 2000]]
    assert [row[3] for row in rows(workbook.read(book(cells)))] == ["2010", "2050", "2121", "1999", "1980", "2000"]


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * (archive.MOST_BYTES + 1))
    with pytest.raises(Unreadable, match="unpacks to more than"):
        workbook.read(stream.getvalue())


def test_the_bureaus_csv_is_tab_separated_with_a_bom():
    head = "NAM\tDAT\tPERIOD\tКАТО\tLКАТО\tПОЛ\tLПОЛ\tVAL"
    lines = [head, "Безработица\t31.12.2023\t202312\t00\tРЕСПУБЛИКА КАЗАХСТАН\t1\tВсего\t4,7"]
    data = "\ufeff" + "\r\n".join(lines) + "\r\n"
    assert rows(bureau.read_tsv(data.encode())) == [("Всего", "РЕСПУБЛИКА КАЗАХСТАН", "2023-12", "4,7", "")]


def test_the_bureaus_json_has_slices_with_the_area_first():
    slices = [
        {
            "terms": ["741880", "741917"],
            "termNames": ["РЕСПУБЛИКА КАЗАХСТАН", "Всего"],
            "periods": [{"date": "31.03.2025", "value": "4.6"}, {"date": "30.06.2025", "value": 4.60}],
        }
    ]
    assert rows(bureau.read_json(json.dumps(slices).encode())) == [
        ("Всего", "РЕСПУБЛИКА КАЗАХСТАН", "2025-03", "4.6", ""),
        ("Всего", "РЕСПУБЛИКА КАЗАХСТАН", "2025-06", "4.6", ""),
    ]


def test_taldau_has_values_as_text_under_month_and_year():
    node = {"id": "741880", "text": "РЕСПУБЛИКА КАЗАХСТАН", "measureName": "тенге", "y122024": "403 251", "122024": "1"}
    assert rows(bureau.read_taldau(json.dumps([node]).encode())) == [
        ("", "РЕСПУБЛИКА КАЗАХСТАН", "2024-12", "403 251", "тенге")
    ]


def test_open_sdg_names_its_dimensions_whatever_their_order():
    data = b"Year,UNIT_MEASURE,SEX,REF_AREA,AGE,Value\n2023,PT,F,KZAKM,Y15,5.2\n2023,PT,,,,4.7\n"
    assert rows(open_sdg.read(data)) == [
        ("AGE=Y15; SEX=F", "KZAKM", "2023", "5.2", "PT"),
        ("", "KAZ", "2023", "4.7", "PT"),
    ]


def test_the_world_banks_api_and_its_country_file_say_the_same():
    fact = {"id": "FP.CPI.TOTL.ZG", "value": "Inflation (annual %)"}
    row = {"indicator": fact, "country": {"id": "KZ"}, "countryiso3code": "KAZ", "date": "2024", "value": 8.70}
    api = json.dumps([{"page": 1, "pages": 1, "total": 2}, [row, row | {"date": "2025", "value": None}]]).encode()
    file = (
        '\ufeff"Data Source","World Development Indicators",\n\n"Last Updated Date","2026-04-08",\n\n'
        '"Country Name","Country Code","Indicator Name","Indicator Code","2024","2025",\n'
        '"Kazakhstan","KAZ","Inflation (annual %)","FP.CPI.TOTL.ZG","8.7","",\n'
    ).encode()
    expected = [("FP.CPI.TOTL.ZG", "KAZ", "2024", "8.7", "Inflation (annual %)")]
    assert rows(world_bank.read_json(api)) == expected
    assert rows(world_bank.read_csv(file)) == expected
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("Metadata_Country_API_KAZ_DS2_en_csv_v2_1.csv", b"Country Code,Region\nKAZ,ECA\n")
        made.writestr("API_KAZ_DS2_en_csv_v2_1.csv", file)
    assert formats.recognise(packed.getvalue()) == "world_bank_csv"
    assert rows(world_bank.read_csv(packed.getvalue())) == expected


def test_an_error_of_the_world_bank_comes_with_status_200():
    said = [{"message": [{"id": "120", "key": "Invalid value", "value": "The provided parameter value is not valid"}]}]
    with pytest.raises(Unreadable, match="The provided parameter value is not valid"):
        world_bank.read_json(json.dumps(said).encode())


def test_a_part_of_a_paged_answer_is_refused():
    with pytest.raises(Unreadable, match="one of 3 pages"):
        world_bank.read_json(b'[{"page": 1, "pages": 3}, []]')
    with pytest.raises(Unreadable, match="holds 1 of 700 rows"):
        national_bank.read(b'{"formId": 25, "totalRows": 700, "rows": [{"report_date": "2023-01-01", "amount": 1}]}')


def test_labels_of_ilostat_in_the_place_of_codes_are_named():
    with pytest.raises(Unreadable, match="has labels; ask for codes, without type=label"):
        formats.recognise(b"ref_area.label,source.label,indicator.label,time,obs_value\nKazakhstan,LFS,U,2022,5\n")


def test_ilostat_marks_what_is_modelled():
    data = (
        b"ref_area,source,indicator,sex,classif1,time,obs_value,obs_status\n"
        b'"KAZ","BA:1","UNE_DEAP_SEX_AGE_RT","SEX_F","AGE_YTHADULT_YGE15","2022",5.4,\n'
        b'"KAZ","XA:2","UNE_DEAP_SEX_AGE_RT","SEX_F","AGE_YTHADULT_YGE15","2022",5.5,\n'
    )
    item = "UNE_DEAP_SEX_AGE_RT SEX_F AGE_YTHADULT_YGE15"
    assert [row[0] for row in rows(ilostat.read(data))] == [item, f"{item} modelled"]


def test_the_national_bank_gives_pages_of_classified_rows():
    row = {"report_date": "2026-08-01", "amount": 27072102566.0, "type": "thsd. tenge", "class_type": "Pension savings"}
    page = {"formId": 25, "totalRows": 2, "rows": [row | {"row_id": "1"}]}
    other = page | {"rows": [row | {"class_subtype2": "Voluntary", "row_id": "2"}]}
    assert rows(national_bank.read(json.dumps([page, other]).encode())) == [
        ("class_type=Pension savings", "KAZ", "2026-08", "27072102566.0", "thsd. tenge"),
        ("class_subtype2=Voluntary; class_type=Pension savings", "KAZ", "2026-08", "27072102566.0", "thsd. tenge"),
    ]


@pytest.mark.parametrize(
    ("printed", "expected"),
    [("4.7", "4.7"), ("4,7", "4.7"), ("1 234,5", "1234.5"), ("1\u00a0234", "1234"), ("−3", "-3"), ("1e3", "1E+3")],
)
def test_numbers_are_read_as_publishers_write_them(printed, expected):
    assert str(tidy.number(printed)) == expected


@pytest.mark.parametrize("printed", ["56.64.30", "1,234.5", "12a", "٣", "1e999", "--1", "0x1F", "9" * 40, "Inf"])
def test_what_is_no_number_is_refused(printed):
    with pytest.raises(Unreadable, match="is no number"):
        tidy.number(printed)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("2025", "2025"),
        ("2025-Q3", "2025-Q3"),
        ("2025Q3", "2025-Q3"),
        ("202509", "2025-09"),
        ("2025M09", "2025-09"),
        ("2025-09-30", "2025-09"),
        ("2025-09-30T00:00:00", "2025-09"),
        ("30.09.2025", "2025-09"),
        ("2025-13", ""),
        ("year", ""),
        ("20255", ""),
    ],
)
def test_periods_are_read_as_publishers_write_them(printed, expected):
    assert tidy.period(printed) == expected


PAGE = b"<!DOCTYPE html><html><body>Service unavailable</body></html>"
SDG = "Year,UNIT_MEASURE,Value\n2023,PT,4.7\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the answer is empty"),
        (b"  \n", "the answer is empty"),
        (PAGE, "a web page or XML, where data were due"),
        (SDG.replace("PT", "Доля").encode("cp1251"), "not in UTF-8"),
        (SDG.encode("utf-16"), "not in UTF-8"),
        (b'[{"page": 1', "no valid JSON"),
        (b"[" * 100_000, "no valid JSON"),
        (b"{}", "in no known format"),
        (b"a,b\n1,2\n", "in no known format"),
        (b"Year,Value\n2023,4.7,1\n", "row 2 has 3 cells instead of 2"),
        (b"Year,Value,Value\n2023,4.7,1\n", "names a column twice"),
        (b"Year,Value\n2023,\n", "holds no figure"),
        (b'[{"text": "KAZ", "y122024": "-"}]', "holds no figure"),
        (b"PK\x03\x04" + b"\x00" * 60, "damaged zip file"),
    ],
)
def test_what_is_no_answer_gives_one_line(data, message):
    with pytest.raises(Unreadable, match=message) as caught:
        formats.READERS[formats.recognise(data)](data)
    assert "\n" not in str(caught.value)


def test_an_answer_in_another_format_than_was_due_is_refused():
    with pytest.raises(Unreadable, match="is open_sdg_csv, where taldau_json was due"):
        formats.read(SDG.encode(), ["taldau_json"])


def chosen(sample: str, series: str) -> dict:
    """The figures of a series out of a recorded answer, with the digits of the series."""
    data = (SAMPLES / sample).read_bytes()
    table = formats.READERS[formats.recognise(data)](data)
    request = next(one for one in requests.load(files.STATISTICS) if one.series == series)
    facts = statistics.catalogue().loc[series]
    figures, unit, _ = selection.select(table, request, facts["frequency"], requests.area_codes(files.STATISTICS))
    assert unit == request.unit
    return {key: selection.printed(value, int(facts["decimals"])) for key, value in figures.items()}


@pytest.mark.skipif(SAMPLES is None, reason="the recorded answers are not here")
@pytest.mark.parametrize(
    ("sample", "series", "least"),
    [
        ("bns_unemployment_rate_regions_quarter_2001_2023.xlsx", "unemployment", 380),
        ("bns_unemployment_rate_regions_quarter_2001_2023.xlsx", "unemployment_quarterly", 1600),
        ("bns_decent_work_2001_2020.xlsx", "neet", 20),
        ("bns_decent_work_2001_2020.xlsx", "gender_pay_gap", 16),
        ("bns_decent_work_2001_2020.xlsx", "pension_recipients_share", 20),
        ("opensdg_indicator_8-8-1.csv", "injury_frequency", 14),
        ("opensdg_indicator_8-8-1.csv", "fatal_injury_frequency", 14),
        ("wdi_API_KAZ_DS2_en_csv_v2_18751.csv", "inflation", 31),
        ("wdi_API_KAZ_DS2_en_csv_v2_18751.csv", "population", 65),
    ],
)
def test_a_recorded_answer_yields_the_figures_that_are_in_the_tables(sample, series, least):
    figures = chosen(sample, series)
    table = files.read_rows(files.STATISTICS / "observations.csv")
    known = {(row["area"], row["period"]): row["value"] for row in table if row["series"] == series}
    assert len(figures) >= least
    assert {key: known.get(key) for key in figures} == figures


@pytest.mark.skipif(SAMPLES is None, reason="the recorded answers are not here")
def test_the_other_recorded_answers_are_read():
    tree = bureau.read_taldau((SAMPLES / "taldau_GetIndexTreeData_annual_national.json").read_bytes())
    assert ("", "РЕСПУБЛИКА КАЗАХСТАН", "2025-12", "9704982009100.89", "") in rows(tree)
    japan = ilostat.read((SAMPLES / "ilostat_rplumber_excerpt.csv").read_bytes())
    assert rows(japan) == [("SDG_0852_SEX_AGE_RT SEX_T AGE_YTHADULT_YGE15", "JPN", "2025", "2.5", "")]


def sheet(*cells: list, **formats: str) -> bytes:
    """A workbook of one sheet, with formats by cell."""
    made = openpyxl.Workbook()
    for row in cells:
        made.active.append(row)
    for place, form in formats.items():
        made.active[place].number_format = form
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


QUARTER_HEADS = [["", 2021, None, None], ["", "I quarter", "9 months", "year"], ["A", 1.5, 2.5, 3.5]]
# What stands in a workbook; its figures by period; what is left out, by the words that name it.
PLACES = {
    "a row without a name": (sheet(["", 2021], ["A", 1], [None, 3]), {"2021": "1"}, {"row 3 without a name": 1}),
    "heads that are no years": (
        sheet(["", 2021, "2022/23", "2023 plan", "rank"], ["A", 1, 2, 3, 4]),
        {"2021": "1"},
        {"2022/23": 1, "2023 plan": 1, "rank": 1},
    ),
    "a plan below a year": (
        sheet(["", 2021, 2022], ["", "факт", "план"], ["A", 1, 2]), {"2021": "1"}, {"2022 план": 1}
    ),
    "years beside quarters": (
        sheet(["", 2021, 2022, None], ["", None, "I кв.", "II кв."], ["A", 1, 2, 3]),
        {"2021": "1", "2022-Q1": "2", "2022-Q2": "3"},
        {},
    ),
    "nine months": (sheet(*QUARTER_HEADS), {"2021-Q1": "1.5", "2021": "3.5"}, {"2021 9 months": 1}),
    "a table without years above": (
        sheet(["", "2014/15"], ["A", 3], [], ["", 2021, 2022], ["A", 1, 2]),
        {"2021": "1", "2022": "2"},
        {"rows above the years": 1},
    ),
    "a sheet without years": (
        book([["", 2021], ["A", 1]], [["", "2014/15"], ["A", 3]]), {"2021": "1"}, {"sheet Sheet 2": 1}
    ),
    "a unit below every year": (sheet(["", 2021, 2022], ["", "%", "%"], ["A", 1, 2]), {"2021": "1", "2022": "2"}, {}),
    "years in words": (sheet(["", "2021 жылы", "за 2022 год"], ["A", 1, 2]), {"2021": "1", "2022": "2"}, {}),
    "a percent sign that is only printed": (
        sheet(["", 2021, 2022], ["A", 5.1, 0.049], B2='0.0"%"', C2="0.0%"), {"2021": "5.1", "2022": "4.9"}, {}
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PLACES)
def test_what_a_workbook_holds_is_read_or_named(case):
    data, figures, left_out = PLACES[case]
    table = workbook.read(data)
    assert dict(zip(table["period"], table["value"], strict=True)) == figures
    assert table.attrs["left_out"] == left_out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([["", 2021, 2022], ["", "%", "persons"], ["A", 1, 2]], "but 2 that can't be placed: '2021 %', '2022 persons'"),
        ([["", 2021, 2022], ["A", 1998, 1999]], "may be years or figures"),
        ([["Year", "A"], [2021, 5.5]], "rows above the years"),
        ([["", 2021, 2022], *[["A", 1, 2]] * 20_001], "more than 20,000 rows"),
    ],
)
def test_a_workbook_that_could_be_misread_is_refused(cells, words):
    with pytest.raises(Unreadable, match=words):
        workbook.read(sheet(*cells))


@pytest.mark.parametrize(
    ("name", "data", "left_out"),
    [
        ("open_sdg_csv", b"Year,Observation status,Value\n2021,A,5\n2026,F,6\n", {"2026, a forecast": 1}),
        ("open_sdg_csv", b"Year,OBS_STATUS,Value\n2021,,5\n2026,Forecast value,6\n", {"2026, a forecast": 1}),
        (
            "ilostat_csv",
            b"ref_area,source,indicator,time,obs_value,obs_status\nKAZ,BA,U,2022,5,U\nKAZ,BA,U,2026,5,F\n",
            {"2026, a forecast": 1},
        ),
        ("taldau_json", b'[{"text": "A", "y122021": "5", "y132022": "6"}]', {"y132022": 1}),
        (
            "world_bank_csv",
            b"Country Name,Country Code,Indicator Name,Indicator Code,2024,2024/25,\nA,KAZ,I,FP,8,9,\n",
            {"2024/25": 1},
        ),
    ],
)
def test_a_figure_of_a_publishers_own_forecast_or_of_no_period_is_named(name, data, left_out):
    table = formats.read(data, [name])
    assert len(table) == 1
    assert table.attrs["left_out"] == left_out


def test_a_row_with_a_cell_too_many_is_refused_in_every_table():
    head = b"Country Name,Country Code,Indicator Name,Indicator Code,2024,2025,\n"
    with pytest.raises(Unreadable, match="'Korea' has 8 cells instead of 7"):
        formats.read(head + b"Korea, Rep.,KOR,I,FP,8,9,\n".replace(b"Korea,", b"Korea,"), ["world_bank_csv"])


def test_a_figure_in_thousands_has_another_unit_than_one_in_units():
    table = formats.read(
        b"Year,Units,Unit multiplier,Value\n2021,persons,Units,5\n2022,persons,Thousands,6\n", ["open_sdg_csv"]
    )
    assert table["unit"].tolist() == ["persons", "persons Thousands"]


@pytest.mark.parametrize("words", ["4 9", "12 34", "5.1 4.2", "1,5 2"])
def test_two_numbers_in_a_cell_are_no_figure(words):
    with pytest.raises(Unreadable):
        tidy.number(words)


def test_footnotes_behind_a_figure_and_behind_a_sign_for_none_go():
    assert [str(tidy.number(words)) for words in ("12 345,6", "- 5.1", "4,9 1)", "78,8**", "78,8 *)")] == [
        "12345.6", "-5.1", "4.9", "78.8", "78.8",
    ]  # fmt: skip
    assert tidy.is_missing("…*")
    assert tidy.is_missing("- 1)")
