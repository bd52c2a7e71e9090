"""The reader of plan documents: every number against a table typed from the document, and every kind of bad input."""

import os
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from helpers import UserError, files, plan
from helpers.plan import document as plan_document

SOURCE = files.PLAN / "source" / "development_plan_2023_2027_kk.txt"
NAMES = SOURCE.with_name("names.csv")
WHOLE = files.ROOT.parent / "shared" / "data" / "plan" / SOURCE.name
TEXT = SOURCE.read_text(encoding="utf-8")

# Typed from the document: 2021, 2022, 2023 … 2027 where each cell belongs. "-" is a blank cell, "?" a lost one.
EXPECTED = """
1     -     32.0  35.0  40.0  45.0  50.0  55.0
2     80.0  93.0  95.0  97.0  100.0 -     -
3     47    48    60    60    60    60    60
4     9.6   10.0  15.4  21.1  27.1  29.9  32.7
5     22.3  24.32 25.21 26.11 27.00 27.45 27.90
6     52.8  49.8  46.6  43.3  40.0  38.4  36.8
7     5.2   5.5   5.5   5.4   5.3   5.2   5.0
8     75.52 75.0  76.0  77.0  77.5  78.0  78.2
9     46.1  46.6  47.7  50    52    54    55
10    86.3  80.0  83.0  85.0  87.0  88.0  90.0
11    4.9   4.9   4.8   4.8   4.7   4.7   4.7
12    5.5   5.6   ?     5.4   5.4   5.3   5.3
13    8.55  10.80 ?     8.45  8.40  8.35  8.30
14    -     55    ?     65    70    70.5  71
15    58    60    65    75    80    80.5  81
16    6.0   6.3   6.7   6.9   7.0   7.3   7.5
17    3.8   3.9   3.8   3.7   3.7   3.6   3.6
18    -     -     85.0  85.5  86.0  86.5  87.0
19    83.0  85.0  93.0  95.0  98.0  99.0  100.0
20    -     -     0.4   0.7   0.9   1.1   1.3
21    -     59.1  60    60.5  61    61.5  62
22    0.22  0.24  0.22  0.215 0.21  0.20  0.19
23    0.042 0.042 0.04  0.038 0.036 0.034 0.032
24    100.0 133.0 ?     167.0 167.0 200.0 200.0
25    98.09 94.1  ?     98.25 98.3  98.4  98.5
26.1  -     90.0  ?     90.1  90.2  90.4  90.6
26.2  -     38.0  ?     38.1  38.6  39.1  39.7
27    61.5  56.0  ?     49.4  48.4  47.5  46.7
28    -     -     66.2  62.2  60.5  58.3  56.3
"""
EXPECTED_ROWS = {row[0]: row[1:] for row in (line.split() for line in EXPECTED.strip().splitlines())}


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return plan_document.read(SOURCE)


def read_text(folder: Path, text: str) -> dict[str, pd.DataFrame]:
    path = folder / "plan.txt"
    path.write_text(text, encoding="utf-8", newline="\n")
    return plan_document.read(path, NAMES)


def refused(folder: Path, text: str) -> str:
    with pytest.raises(UserError) as caught:
        read_text(folder, text)
    message = str(caught.value)
    assert message.startswith(str(folder / "plan.txt"))
    assert "\n" not in message
    return message


def line_of(start: str) -> int:
    return next(n for n, line in enumerate(TEXT.split("\n"), start=1) if line.startswith(start))


# What is read
def test_the_expected_table_has_29_indicators() -> None:
    assert len(EXPECTED_ROWS) == 29


@pytest.mark.parametrize("indicator", EXPECTED_ROWS)
def test_every_cell_of_the_row_is_as_typed_from_the_document(tables, indicator: str) -> None:
    rows = tables["targets"][tables["targets"]["indicator"] == indicator]
    assert list(rows["year"]) == ["2021", "2022", "2023", "2024", "2025", "2026", "2027"]
    assert list(rows["column"]) == ["reported", "current", *["planned"] * 5]
    # Section 2.1 prints the cell that row 14 lost.
    values = ["60" if cell == "?" and indicator == "14" else cell.strip("-?") for cell in EXPECTED_ROWS[indicator]]
    assert list(rows["value"]) == values
    lost = [year for year, cell in zip(rows["year"], EXPECTED_ROWS[indicator], strict=True) if cell == "?"]
    assert list(rows.loc[rows["printed_year"] == "", "year"]) == lost


def test_no_other_indicator_is_read(tables) -> None:
    assert list(tables["indicators"]["indicator"]) == list(EXPECTED_ROWS)


def test_readings_mark_exactly_the_damaged_rows(tables) -> None:
    readings = tables["targets"].groupby("indicator")["reading"].agg(lambda cells: set(cells) - {"blank"})
    assert {row for row, kinds in readings.items() if kinds == {"resolved"}} == {"14"}
    inferred = {row for row, kinds in readings.items() if kinds == {"inferred"}}
    assert inferred == {"12", "13", "24", "25", "26.1", "26.2", "27"}
    assert all(kinds == {"certain"} for row, kinds in readings.items() if row not in inferred | {"14"})


def test_damaged_cells_carry_their_evidence(tables) -> None:
    targets = tables["targets"]
    damaged = targets["reading"].isin(["resolved", "inferred"])
    assert (targets.loc[damaged, "evidence"] != "").all()
    assert (targets.loc[targets["reading"] == "certain", "evidence"] == "").all()
    proof = targets.loc[(targets["indicator"] == "14") & (targets["year"] == "2023"), "evidence"].item()
    assert "60 for 2023, 65 for 2024, 70 for 2025" in proof


def test_cells_behind_a_lost_one_stand_under_the_year_before(tables) -> None:
    row = tables["targets"].query("indicator == '14'")
    assert list(row["printed_year"]) == ["2021", "2022", "", "2023", "2024", "2025", "2026"]
    assert list(row["as_printed"]) == ["", "55", "", "65", "70", "70,5", "71"]


def test_blank_cells_are_marked_blank_and_have_no_value(tables) -> None:
    blank = tables["targets"].query("reading == 'blank'")
    expected = {row: cells.count("-") for row, cells in EXPECTED_ROWS.items() if "-" in cells}
    assert blank.groupby("indicator").size().to_dict() == expected
    assert (blank[["value", "as_printed"]] == "").all(axis=None)


def test_the_note_in_row_4_is_kept_beside_its_value(tables) -> None:
    cell = tables["targets"].query("indicator == '4' and year == '2021'").iloc[0]
    assert (cell["value"], cell["as_printed"]) == ("9.6", "9,6 (қаңт. - желт. 2021 ж.)")


def test_the_floor_of_row_27_is_data(tables) -> None:
    floors = tables["indicators"].set_index("indicator")["floor"]
    assert floors["27"] == "40"
    assert (floors.drop("27") == "").all()


def test_macro_and_budget_indicators_are_told_apart(tables) -> None:
    rows = tables["indicators"].set_index("indicator")
    macro = [*map(str, range(4, 9)), *map(str, range(11, 17)), "22", "23", "26.1", "26.2"]
    assert list(rows.index[rows["kind"] == "macro"]) == macro
    assert (rows.loc[macro, "goal"] == "").all()
    assert rows["direction"].value_counts().sort_index().to_dict() == {"1": 3, "2": 7, "3": 11, "4": 4, "5": 4}
    assert (rows.loc[rows["kind"] == "budget", "goal"] == rows.loc[rows["kind"] == "budget", "direction"]).all()


def test_better_says_which_way_is_good(tables) -> None:
    rows = tables["indicators"].set_index("indicator")["better"]
    assert set(rows.index[rows == "lower"]) == {"6", "7", "11", "12", "13", "17", "22", "23"}
    assert set(rows) == {"higher", "lower"}


NATIONAL = {
    "Unemployment rate": "4.9 4.8 4.7",
    "Growth in real money income of the population": "15.4 21.1 27.1",
    "Income share of the bottom 40% of the population": "25.21 26.11 27.00",
    "Household expenditure on food": "46.6 43.3 40",
    "External migration balance of the population": "-18.0 -12.3 -7.2 -3.1 -0.1",
    "Skilled workers with higher or secondary": "61.1 63.5 66.5 70.0 73.5",
    "Coverage of migrant workers": "10 25 50 75 95",
    "Holders of the Ata Joly card": "5 10 15 30 40",
    "Employment rate of able-bodied kandas": "83 85 87 90 95",
    "Agreements signed": "- 1 1 2 2",
    "Internal mobility": "13.2 13.7 14.3 15.0 16.2",
    "Share of employment contracts registered": "95.0 97.0 100.0",
    "Share of people placed in permanent jobs after": "60 65 70",
    "Rate of placement in work after": "65 75 80",
    "People resettled": "6.7 7.0 7.2",
}


@pytest.mark.parametrize("name", NATIONAL)
def test_national_targets_are_as_typed_from_section_2_1(tables, name: str) -> None:
    rows = tables["national_targets"]
    rows = rows[rows["name_en"].str.startswith(name)]
    assert list(rows["value"]) == [value.strip() if value != "-" else "" for value in NATIONAL[name].split()]
    assert list(rows["year"]) == [str(2023 + n) for n in range(len(rows))]


def test_every_national_target_has_its_document(tables) -> None:
    rows = tables["national_targets"].drop_duplicates(["document", "name_en"])
    assert len(rows) == len(NATIONAL)
    assert rows.groupby("document").size().to_dict() == {
        "national_plan": 4,
        "migration_concept": 7,
        "digital_project": 1,
        "entrepreneurship_project": 2,
        "regions_project": 1,
    }


def test_programmes_stand_under_their_directions(tables) -> None:
    found = dict(zip(tables["programmes"]["code"], tables["programmes"]["direction"], strict=True))
    assert found == {"058": "2", "067": "2", "068": "3", "073": "3", "076": "3", "034": "4", "027": "5", "001": ""}


def test_resources_are_as_typed_from_section_4(tables) -> None:
    values = tables["resources"].groupby("resource")["value"].agg(list)
    finance = "3883650212.8 4340669380 4663442896 5069128309 5429719288 5619759463 5816451044"
    assert values["finance"] == finance.split()
    assert values["staff"] == ["822", "801", "846", "846", "846", "846", "846"]


def test_names_are_whole_in_three_languages_and_kazakh_has_no_latin_letters(tables) -> None:
    for name, columns in plan.TABLES.items():
        for column in set(columns) & set(plan.NAMES):
            assert (tables[name][column] != "").all(), (name, column)
    kazakh = pd.concat([tables[name]["name_kk"] for name in plan.TABLES if "name_kk" in plan.TABLES[name]])
    assert not kazakh.str.contains("[A-Za-z]").any()
    slips = "бөленді|ағауле|елеуметтік|Саясаттың|өтінш|игерлер|еңіра|көші-қоншы|босатығ|жалшы|Өлеум"
    assert not kazakh.str.contains(slips, case=False).any()


# The committed tables
@pytest.mark.parametrize("name", plan.TABLES)
def test_reading_the_source_gives_the_committed_table_byte_for_byte(tables, tmp_path: Path, name: str) -> None:
    plan_document.write(tables, tmp_path)
    assert (tmp_path / f"{name}.csv").read_bytes() == (files.PLAN / f"{name}.csv").read_bytes()


@pytest.mark.skipif(not WHOLE.exists(), reason="the whole digitised document is not here")
def test_the_whole_document_gives_the_same_tables(tables) -> None:
    whole = plan_document.read(WHOLE, NAMES)
    for name in plan.TABLES:
        pd.testing.assert_frame_equal(whole[name], tables[name])


def test_the_source_holds_no_narrative() -> None:
    assert max(len(re.sub("<[^>]*>", "", cell)) for line in TEXT.split("\n") for cell in line.split("\t")) < 600


# Another ministry's plan: three directions, seven indicators, other years, no names table
def other_plan(width: int = 12) -> str:
    def row(*cells: str) -> str:
        return "\t".join([*cells, *[""] * (width - len(cells))])

    def page(*rows: str) -> list[str]:
        years = [f"{year} жыл" for year in range(2025, 2028)]
        heads = ["№", "Индикатор", "Жауапты", "Ақпарат көзі", "Өлшем бірлігі", "Есепті жыл", "Ағымдағы жыл"]
        return ["", row(*heads, "Жоспарлы кезең"), row(*[""] * 7, *years), *rows]

    def values(number: str, name: str, *cells: str) -> str:
        return row(number, name, "министр", "есеп", "%", *cells)

    return "\n".join(
        [
            "**2.1. Индикаторлар**",
            "Бірінші құжат\t\t",
            "<p>Алтыншы көрсеткіш (2025 жылы – 30%, 2026 жылы – 40%, 2027</p>\t\t",
            "\tжылы – 50%)\t",
            "**Мемлекеттік органның стратегиялық бағыттары**",
            "Бір\tЕкі\tҮш",
            "**Мемлекеттік органның мақсаттары**",
            "1-мақсат\t2-мақсат\t3-мақсат",
            "Б мақсаты\tЕ мақсаты\tҮ мақсаты",
            "**Бюджеттік бағдарламалар**",
            "Бюджеттік бағдарламалар – 1\tБюджеттік бағдарламалар – 0\tБюджеттік бағдарламалар – 0",
            "007 «Жол»\t\t",
            "2.2. Өзге",
            "001 «Саясат»",
            "3-бөлім",
            *page(
                row("1-стратегиялық бағыт. Бір"),
                row("Макроиндикаторлар"),
                values("1", "Бірінші", "1", "2", "3", "4", "5"),
                row("1-мақсат. Б мақсаты"),
                row("Бюджеттік бағдарламалармен өзара байланысты нысаналы индикаторлар"),
                values("2", "Екінші", "", "", "3", "4", "5"),
                row("2-стратегиялық бағыт. Екі"),
                row("Макроиндикаторлар"),
                values("3", "Үшінші, оның ішінде:"),
                values("", "ерлер", "1", "1", "1", "1", "1"),
                values("", "әйелдер", "2", "2", "2", "2", "2"),
            ),
            *page(
                row("2-мақсат. Е мақсаты"),
                row("Макроиндикаторлар"),
                values("4", "Төртінші", "10", "20", "40", "50"),
                values("5", "Бесінші", "", "20", "40", "50"),
                row("3-стратегиялық бағыт. Үш"),
                row("3-мақсат. Ү мақсаты"),
                row("Макроиндикаторлар"),
                values("6", "Алтыншы көрсеткіш", "10", "20", "40", "50"),
                values("7", "Жетінші, 5%-дан төмен емес", "7", "7", "7", "7"),
            ),
            "4-бөлім. Ресурстар",
            "Ресурстар\tӨлшем бірлігі\tЕсепті жыл\tАғымдағы жыл\t2025 жыл\t2026 жыл\t2027 жыл",
            "Қаржылық\tтеңге\t1 000\t2 000,5\t3\t4\t5",
            "Адами\tадам\t1\t2\t3\t4\t5",
        ]
    )


def other_names(folder: Path) -> Path:
    """Links the sixth indicator to section 2.1; every other name stands for itself."""
    path = folder / "other_names.csv"
    rows = [
        *[("direction", str(n), name) for n, name in enumerate(["Бір", "Екі", "Үш"], start=1)],
        *[("goal", str(n), name) for n, name in enumerate(["Б мақсаты", "Е мақсаты", "Ү мақсаты"], start=1)],
        *[("indicator", n, name) for n, name in {"1": "Бірінші", "2": "Екінші", "3.1": "ерлер"}.items()],
        *[("indicator", n, name) for n, name in {"3.2": "әйелдер", "4": "Төртінші", "5": "Бесінші"}.items()],
        *[("indicator", n, name) for n, name in {"6": "Алтыншы көрсеткіш", "7": "Жетінші, 5%-дан төмен емес"}.items()],
        *[("programme", "007", "Жол"), ("programme", "001", "Саясат"), ("document", "first", "Бірінші құжат")],
        *[("responsible", "minister", "министр"), ("source", "report", "есеп"), ("unit", "%", "%")],
        *[("unit", "tenge", "теңге"), ("unit", "people", "адам"), ("national_target", "sixth", "Алтыншы көрсеткіш")],
    ]
    frame = pd.DataFrame(rows, columns=["table", "key", "printed"])
    frame = frame.assign(name_kk=frame["printed"], name_ru="", name_en="", indicator="")
    frame.loc[frame["table"] == "national_target", "indicator"] = "6"
    frame.to_csv(path, index=False)
    return path


def test_a_plan_of_another_ministry_is_read_by_the_same_rules(tmp_path: Path) -> None:
    path = tmp_path / "other.txt"
    path.write_text(other_plan(), encoding="utf-8")
    tables = plan_document.read(path, other_names(tmp_path))
    assert list(tables["indicators"]["indicator"]) == ["1", "2", "3.1", "3.2", "4", "5", "6", "7"]
    targets = tables["targets"].set_index(["indicator", "year"])
    assert list(targets.loc["6", "value"]) == ["10", "20", "30", "40", "50"]
    assert set(targets.loc["6", "reading"]) == {"resolved"}
    assert list(targets.loc["4", "value"]) == ["10", "20", "", "40", "50"]
    assert set(targets.loc["4", "reading"]) == {"inferred"}
    assert tables["indicators"].set_index("indicator").loc["7", "floor"] == "5"
    plan_document.write(tables, tmp_path / "out")
    assert plan.targets("alternative", tmp_path / "out").query("indicator == '5'")["value"].tolist()[2:] == [20, 40, 50]
    assert plan.conflicts(tmp_path / "out").empty


def test_without_a_names_table_and_proof_damaged_rows_stay_where_printed(tmp_path: Path) -> None:
    path = tmp_path / "other.txt"
    path.write_text(other_plan(), encoding="utf-8")
    tables = plan_document.read(path)
    row = tables["targets"].query("indicator == '6'")
    assert list(row["value"]) == ["10", "20", "40", "50", ""]
    assert set(row["reading"]) == {"inferred"}
    assert "not known" in row["evidence"].iloc[0]
    assert tables["indicators"]["name_kk"].iloc[0] == "Бірінші"


def test_pages_as_wide_as_their_headings_are_not_damaged(tmp_path: Path) -> None:
    path = tmp_path / "other.txt"
    path.write_text(other_plan(width=10), encoding="utf-8")
    row = plan_document.read(path)["targets"].query("indicator == '6'")
    assert list(row["reading"]) == ["certain"] * 4 + ["blank"]


def test_the_names_that_a_new_plan_prints_are_listed_once_and_never_over_an_old_list(tmp_path: Path) -> None:
    path = tmp_path / "other.txt"
    path.write_text(other_plan(), encoding="utf-8")
    made = plan_document.write_names(path)
    listed = pd.read_csv(made, dtype=str, keep_default_na=False)
    assert not listed.duplicated(["table", "printed"]).any()
    wanted = pd.read_csv(other_names(tmp_path), dtype=str, keep_default_na=False)
    keys = set(zip(listed["table"], listed["printed"], strict=True)) - {("plan", "")}
    assert keys == set(zip(wanted["table"], wanted["printed"], strict=True))
    # As it is, with nothing translated, the list already reads the plan.
    assert len(plan_document.read(path)["indicators"]) == 8
    with pytest.raises(UserError, match=r"names\.csv: is there already"):
        plan_document.write_names(path)


# Bad input
def test_a_text_that_is_no_plan_is_refused(tmp_path: Path) -> None:
    assert "line 2: the text ends without a heading «3-бөлім» or «Раздел 3»" in refused(tmp_path, "Shopping\n- milk\n")
    assert "line 1" in refused(tmp_path, "")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.txt"):
        plan_document.read(tmp_path / "none.txt")
    with pytest.raises(UserError, match=re.escape(str(tmp_path))):
        plan_document.read(tmp_path)


def test_a_text_cut_in_section_3_is_refused_and_names_its_last_line(tmp_path: Path) -> None:
    lines = TEXT.split("\n")[: line_of("20\t")]
    assert f"line {len(lines)}: the text ends without a heading «4-бөлім»" in refused(tmp_path, "\n".join(lines))


def test_a_text_without_a_direction_of_section_3_is_refused(tmp_path: Path) -> None:
    start, end = TEXT.index("<b>4-стратегиялық"), TEXT.index("## 4-бөлім")
    assert "section 3 has 3 directions, 2.1 lists 5" in refused(tmp_path, TEXT[:start] + TEXT[end:])


def test_a_missing_row_is_refused(tmp_path: Path) -> None:
    lines = TEXT.split("\n")
    del lines[line_of("7\t") - 1]
    assert f"line {line_of('8') - 1}: row «8» stands where row 7 was due" in refused(tmp_path, "\n".join(lines))


def test_a_text_without_staff_is_refused(tmp_path: Path) -> None:
    assert "section 4 needs the rows Қаржылық and Адами" in refused(tmp_path, TEXT[: TEXT.index("<b>Адами")])


@pytest.mark.parametrize("start", ["3\t", "13\t", "28\t"])
def test_a_row_with_too_many_cells_is_refused(tmp_path: Path, start: str) -> None:
    lines = TEXT.split("\n")
    at = line_of(start)
    lines[at - 1] += "\t99"
    assert f"line {at}: " in (message := refused(tmp_path, "\n".join(lines)))
    assert "cells don't fit the headings" in message


def test_a_value_behind_the_last_year_is_refused(tmp_path: Path) -> None:
    lines = TEXT.split("\n")
    at = line_of("13\t")
    lines[at - 1] = lines[at - 1][:-1] + "8,25"
    assert f"line {at}: " in refused(tmp_path, "\n".join(lines))


def test_a_cell_that_is_no_number_is_refused(tmp_path: Path) -> None:
    assert f"line {line_of('6')}: «52.8.1» is not a number" in refused(tmp_path, TEXT.replace("52,8", "52.8.1"))


def test_undecodable_bytes_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes(TEXT.encode().replace("Жастар".encode(), b"\xff\xfe"))
    with pytest.raises(UserError, match=rf"line {line_of('17')}: not UTF-8"):
        plan_document.read(path, NAMES)


def test_a_name_that_the_names_table_lacks_is_refused(tmp_path: Path) -> None:
    message = refused(tmp_path, TEXT.replace("\tЖұмыссыздық деңгейі\t", "\tЖұмысбастылық деңгейі\t"))
    assert "names.csv has no indicator 11 «Жұмысбастылық деңгейі»" in message


def test_a_known_name_on_another_row_is_refused(tmp_path: Path) -> None:
    swapped = TEXT.replace("\tЖастар жұмыссыздығының деңгейі\t", "\tЖұмыссыздық деңгейі\t")
    assert "names.csv has no indicator 17" in refused(tmp_path, swapped)


def test_mended_names_are_accepted_too(tmp_path: Path, tables) -> None:
    mended = read_text(tmp_path, TEXT.replace("бөленді шараларына", "белсенді шараларына"))
    pd.testing.assert_frame_equal(mended["indicators"], tables["indicators"])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2025 жылы – 4,7%)", "2025 жылы – 4,7%", "is not a number"),
        ("2025 жылы – 7,2 мың)", "2025 жылы – 7,2 мың", "has no end"),
        ("Жұмыссыздық деңгейі, % (2023 жылы", "Жұмыссыздық деңгейі, % 2023 жылы", "no whole list of years"),
        ("2024 жылы – 4,8%", "2024 жылы 4,8%", "not a year and its target"),
        ("Бюджеттік бағдарламалар – 3", "Бюджеттік бағдарламалар – 4", "another number of programmes"),
        ("846\t846\n", "846\n", "not a row of resources"),
        ("\t2023 жыл\t2024 жыл", "\t2023 жыл\t2025 жыл", "consecutive planned years"),
        ("<b>Макроиндикаторлар</b>", "", "no heading of its direction and kind"),
        ("ЖЗҚ қамтылған жалдамалы", "Жаңа\t", "cells don't fit"),
    ],
)
def test_damage_to_one_place_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TEXT
    assert said in refused(tmp_path, TEXT.replace(old, new))


@given(cut=st.integers(0, TEXT.rindex("\t")))
def test_a_text_cut_anywhere_before_its_last_cell_is_refused(tmp_path: Path, cut: int) -> None:
    refused(tmp_path, TEXT[:cut])


@pytest.mark.slow
@given(
    at=st.integers(0, len(TEXT)),
    length=st.integers(0, 60),
    put=st.text(alphabet="\t\n№0123456789,.-–()<>«»%*# жыл2023ІӘ", max_size=30),
)
def test_any_damage_is_read_or_refused_but_never_crashes(tmp_path: Path, at: int, length: int, put: str) -> None:
    try:
        tables = read_text(tmp_path, TEXT[:at] + put + TEXT[at + length :])
    except UserError:
        return
    assert set(tables) == set(plan.TABLES)


# Writing
def test_a_fault_while_writing_leaves_every_table_as_it_was(tables, tmp_path: Path) -> None:
    plan_document.write(tables, tmp_path)
    (tmp_path / "terms.csv").unlink()
    (tmp_path / "terms.csv").mkdir()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    changed = {name: table.iloc[:1] for name, table in tables.items()}
    with pytest.raises(UserError, match="is no regular file"):
        plan_document.write(changed, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_a_fault_in_an_empty_folder_leaves_nothing(tables, tmp_path: Path, monkeypatch) -> None:
    moves = []

    def fail_on_third(source: Path, target: Path) -> None:
        moves.append(target)
        if len(moves) == 3:
            raise PermissionError(13, "Permission denied")
        os.rename(source, target)

    monkeypatch.setattr(os, "replace", fail_on_third)
    with pytest.raises(UserError):
        plan_document.write(tables, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_refused(tables, tmp_path: Path) -> None:
    (tmp_path / "plan").write_text("")
    with pytest.raises(UserError):
        plan_document.write(tables, tmp_path / "plan")


def test_tables_are_written_with_unix_line_ends_and_no_mark(tables, tmp_path: Path) -> None:
    plan_document.write(tables, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"{name}.csv" for name in plan.TABLES)
    for path in tmp_path.iterdir():
        assert b"\r" not in path.read_bytes()
        assert not path.read_bytes().startswith(b"\xef\xbb\xbf")
