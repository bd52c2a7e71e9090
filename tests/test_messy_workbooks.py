"""Made-up workbooks of an office, each a mess of its own: every figure arrives; a bad one changes nothing."""

import random
from datetime import date, datetime
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from typer.testing import CliRunner

from helpers import UserError, plan, statistics
from helpers.cli import app
from helpers.refresh.people import importing, matching, words
from helpers.workbooks import Row

TODAY = date(2026, 11, 25)
YEARS = range(2016, 2026)


def figures() -> dict[str, dict[str, float]]:
    """Made-up yearly figures of every indicator without published ones, near the plan's own level."""
    dice = random.Random(17)
    usual = plan.targets().groupby("indicator")["value"].median()
    rows = plan.indicators().set_index("indicator").loc[statistics.not_measured().index]
    found = {}
    for indicator, unit in rows["unit"].items():
        level = min(usual[indicator], 90) if unit.startswith("%") else usual[indicator]
        found[indicator] = {str(year): round(level * dice.uniform(0.7, 1.05), 1) for year in YEARS}
    return found


@cache
def names(language: str) -> dict[str, tuple[str, str]]:
    rows = plan.indicators().set_index("indicator").loc[statistics.not_measured().index]
    units = plan.terms("unit").set_index("term")[f"name_{language}"]
    return {i: (row[f"name_{language}"], units.get(row["unit"], row["unit"])) for i, row in rows.iterrows()}


def with_comma(value: float, mark: str = "") -> str:
    return f"{value:,.1f}".replace(",", "\u00a0").replace(".", ",") + mark


def russian(path: Path, given: dict) -> Path:
    """Merged heads, plan beside fact, a line that numbers the columns, footnotes, a hidden row, dashes, group rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Сведения о достижении показателей"])
    sheet.append([])
    sheet.append(["№ п/п", "Наименование показателя", "Ед. изм.", *YEARS, None, "Примечание"])
    sheet.append([None, None, None, *["факт"] * len(YEARS), "план 2026"])
    sheet.append(list(range(1, len(YEARS) + 5)))
    marks = ["", " 1)", " п", "*", ""]
    for n, (indicator, (name, unit)) in enumerate(names("ru").items()):
        if n % 7 == 0:
            sheet.append([f"Раздел {n // 7 + 1}"])
        cells = [with_comma(v, marks[(n + k) % 5]) for k, v in enumerate(given[indicator].values())]
        sheet.append([n + 1, name, unit, *cells, "х", "сверить"])
    sheet.row_dimensions[9].hidden = True
    sheet.merge_cells("A1:H1")
    book.save(path)
    return path


def kazakh(path: Path, given: dict) -> Path:
    """Years down as the last days of years, indicators across with their units below; an OpenDocument file."""
    said = names("kk")
    heads = [
        ["Көрсеткіш", *(name for name, _ in said.values())],
        ["Өлшем бірлігі", *(unit for _, unit in said.values())],
    ]
    rows = [[f"31.12.{year}", *(given[i][str(year)] for i in said)] for year in YEARS]
    pd.DataFrame([*heads, *rows]).to_excel(path, engine="odf", header=False, index=False)
    return path


def english(path: Path, given: dict) -> Path:
    """One figure a row between semicolons in the Russian code page, quarters and nine months among the years."""
    lines = ["Indicator;Period;Value"]
    for indicator, (name, _) in names("en").items():
        quoted = '"' + name.replace('"', '""') + '"'
        lines += [f"{quoted};{period};{with_comma(value)}" for period, value in given[indicator].items()]
        lines += [f"{quoted};2026 Q1;…", f"{quoted};Jan-Sep 2025;-"]
    path.write_bytes("\r\n".join(lines).encode("cp1251", "replace"))
    return path


@pytest.mark.parametrize(
    ("make", "name"), [(russian, "Отчёт за год.xlsx"), (kazakh, "есеп.ods"), (english, "dump.csv")],
    ids=["russian", "kazakh", "english"],
)  # fmt: skip
def test_every_figure_of_every_indicator_arrives(tmp_path, make, name):
    given = figures()
    found = importing.preview(make(tmp_path / name, given), today=TODAY)
    assert set(found.series) == set(given)
    arrived = {i: {p: float(f.value) for p, f in one.figures.items()} for i, one in found.series.items()}
    assert arrived == given


# One mess each; `rows` are number, name, unit, figures of every indicator in Russian
def year_by_year(rows: list) -> dict[str, list]:
    """A sheet for each year, which its name and its caption state; plan, fact and the share of the plan."""
    heads = ["№ п/п", "Наименование показателя", "Ед. изм.", "План", "Факт", "% исполнения", "Причины"]
    return {
        str(year): [[f"Отчёт за {year} год"], [], heads]
        + [[n, name, unit, round(own[k] * 1.1, 1), own[k], 90.9, "-"] for n, name, unit, own in rows]
        for k, year in enumerate(YEARS)
    }


def three_lines_each(rows: list) -> dict[str, list]:
    """Plan, fact and fulfilment under each other; the name stands once."""
    lines = [["Показатель", "", "Ед. изм.", *YEARS]]
    for _, name, unit, own in rows:
        lines += [[name, "план", unit, *(v + 1 for v in own)], [None, "факт", None, *own], [None, "% исп.", None, *own]]
    return {"Отчёт": lines}


def regions_in_a_column(rows: list) -> dict[str, list]:
    lines = [["Показатель", "Регион", "Год", "Значение"]]
    for _, name, _, own in rows:
        for year, value in zip(YEARS, own, strict=True):
            lines += [[name, "Абайская область", year, value / 2], [name, "Республика Казахстан", year, value]]
    return {"Свод": lines}


def regions_below(rows: list) -> dict[str, list]:
    lines = [["Показатель", "Регион", "Ед. изм.", *YEARS]]
    for n, name, unit, own in rows:
        lines += [[f"{n}. {name}", "Республика Казахстан", unit, *own], ["", "г. Алматы", unit, *(v / 2 for v in own)]]
    return {"Регионы": lines}


def plan_before_fact(rows: list) -> dict[str, list]:
    """Two sheets that differ by their names alone; figures as words with their units."""
    heads = ["№", "Целевой индикатор", "Ед.", *(f"{year}г." for year in YEARS)]
    lines = [[f"№{n}", name, unit, *(f"{with_comma(v)} {unit}" for v in own)] for n, name, unit, own in rows]
    aims = [[n, name, unit, *(v + 1 for v in own)] for n, name, unit, own in rows]
    return {"План": [["Целевые индикаторы"], heads, *aims], "Факт": [heads, *lines, [], ["* данные уточняются"]]}


def years_down(rows: list) -> dict[str, list]:
    lines = [["Годы", *(name for _, name, _, _ in rows)], [None, *(unit for _, _, unit, _ in rows)]]
    lines += [[f"{year} г.", *(own[k] for *_, own in rows)] for k, year in enumerate(YEARS)]
    return {"Лист1": [*lines, ["Источник: ведомственные данные"]]}


def estimates(rows: list) -> dict[str, list]:
    """An old column hidden, an estimate beside the figure, marks of footnotes, signs for about."""
    heads = ["Индикатор", None, "Ед. изм.", *(f"{y}*" for y in YEARS), "2025", "2025 (оценка)"]
    lines = [[name, None, unit, *own[:-1], own[-1] / 2, f"≈ {own[-1]}", own[-1] * 2] for _, name, unit, own in rows]
    return {"Данные": [["Показатели"], heads, *lines]}


def a_table_each(rows: list) -> dict[str, list]:
    return {"Лист1": [line for _, name, unit, own in rows for line in ([f"{name}, {unit}"], list(YEARS), own, [])]}


def backwards(rows: list) -> dict[str, list]:
    """Years from the last one back, remarks that name a year, shares of one, empty lines and columns."""
    lines: list = [[], [None, "Показатель", None, "Ед.", *(f"{y} факт" for y in reversed(YEARS)), "Примечание"]]
    for _, name, unit, own in rows:
        values = [round(v / 100, 6) for v in own] if unit == "%" else own
        lines += [[None, name, None, "доля" if unit == "%" else unit, *values[::-1], "см. 2024 год"], []]
    return {"Лист1": lines}


def regions_on_sheets(rows: list) -> dict[str, list]:
    """A sheet for the country and for each region, a count under the share's own words below."""
    heads = ["Показатель", "Ед. изм.", *YEARS]
    places = {"Республика Казахстан": 1, "Абайская область": 0.7, "г. Астана": 0.8, "ВКО": 0.6}
    sheets = {p: [heads, *([n, u, *(v * k for v in own)] for _, n, u, own in rows)] for p, k in places.items()}
    counted = [["Численность " + name.removeprefix("Доля "), "чел.", *own] for _, name, _, own in rows]
    return sheets | {"Справочно": [["Показатели по Карагандинской области"], heads, *counted]}


def plan_and_fact_in_a_column(rows: list) -> dict[str, list]:
    lines = [["Код показателя", "Наименование показателя", "Отчетный год", "Тип данных", "Фактическое значение"]]
    for n, name, _, own in rows:
        for year, value in zip(YEARS, own, strict=True):
            lines += [[f"P{n}", name, year, "план", value + 1], [f"P{n}", name, year, "факт", value]]
    return {"Выгрузка": lines}


def shares_and_broken_names(rows: list) -> dict[str, list]:
    """Shares of one before 2021 and per cent after; names that go on in the next line, with Latin letters in them."""
    lines = [["Показатель", "Ед.", *YEARS]]
    for _, name, unit, own in rows:
        words, small = name.replace("о", "o").split(), unit == "%" and min(own) > 3
        half = len(words) // 2 + 1
        figures = [round(v / 100, 6) if small and year < 2021 else v for year, v in zip(YEARS, own, strict=True)]
        lines += [[" ".join(words[:half]), unit, *figures], [" ".join(words[half:])]]
    return {"Лист1": lines}


def side_by_side(rows: list) -> dict[str, list]:
    """Half of the indicators beside the other half; years as 16г; notes before the table."""
    heads, half = ["Показатель", "Ед.", *(f"{year - 2000} г." for year in YEARS)], len(rows) // 2 + 1
    left, right = ([[name, unit, *own] for _, name, unit, own in part] for part in (rows[:half], rows[half:]))
    right += [[]] * (len(left) - len(right))
    lines = [[*one, None, None, *other] for one, other in zip(left, right, strict=True)]
    return {"Лист1": [["Данные на 01.01.2026 г."], [], [*heads, None, None, *heads], *lines]}


def men_women_total(rows: list) -> dict[str, list]:
    """The name stands once for three lines, of which the last one counts; the total and the growth are no years."""
    lines = [["№", "Показатель", "Разрез", *YEARS, "Итого", "Рост, %"]]
    for n, name, _, own in rows:
        parts = [(n, name, "мужчины", 1), (None, None, "женщины", -1), (None, None, "всего", 0)]
        lines += [[*words, *(v + more for v in own), 1e6, 101] for *words, more in parts]
    return {"Лист1": [*lines, ["ИТОГО", None, None, *[999] * len(YEARS)]]}


def name_above_its_parts(rows: list) -> dict[str, list]:
    lines = [["Область", *YEARS]]
    for _, name, _, own in rows:
        lines += [[name], ["Республика Казахстан", *own], ["Акмолинская", *(v + 1 for v in own)], ["село", *own[::-1]]]
    return {"Лист1": lines}


def plan_above_fact_unmerged(rows: list) -> dict[str, list]:
    blank = [None] * (len(YEARS) - 1)
    lines = [[name, unit, *(v + 3 for v in own), *own] for _, name, unit, own in rows]
    return {"Лист1": [["Показатель", "Ед.", "План", *blank, "Факт"], [None, None, *YEARS, *YEARS], *lines]}


def plan_fact_and_gap(rows: list) -> dict[str, list]:
    years = [cell for year in YEARS for cell in (year, None, None)]
    lines = [[name, *(cell for v in own for cell in (v + 3, v, -3))] for _, name, _, own in rows]
    return {"Лист1": [["Показатель", *years], [None, *["план", "факт", "откл."] * len(YEARS)], *lines]}


def a_sheet_each(rows: list) -> dict[str, list]:
    """The sheet is named by a number, the indicator and its unit stand above."""
    return {
        str(n): [[name], [f"({unit})"], ["Год", "Значение"], *zip(YEARS, own, strict=True)]
        for n, name, unit, own in rows
    }


def kazakh_on_a_russian_keyboard(rows: list) -> dict[str, list]:
    plain = str.maketrans("әіңғүұқөһӘІҢҒҮҰҚӨ", "аингуукохАИНГУУКО")
    lines = [
        [n, words[0].translate(plain), *own] for (n, _, _, own), words in zip(rows, names("kk").values(), strict=True)
    ]
    return {"Парақ1": [["№", "Корсеткиш", *(f"{year} ж." for year in YEARS)], *lines]}


@pytest.mark.slow
@pytest.mark.parametrize(
    "mess",
    [
        side_by_side,
        men_women_total,
        name_above_its_parts,
        plan_above_fact_unmerged,
        plan_fact_and_gap,
        a_sheet_each,
        kazakh_on_a_russian_keyboard,
        regions_on_sheets,
        plan_and_fact_in_a_column,
        shares_and_broken_names,
        a_table_each,
        backwards,
        year_by_year,
        three_lines_each,
        regions_in_a_column,
        regions_below,
        plan_before_fact,
        years_down,
        estimates,
    ],
)
def test_no_figure_of_a_plan_a_part_or_an_old_column_takes_the_place_of_the_fact(mess, tmp_path):
    given = figures()
    rows = [[n, *names("ru")[i], list(own.values())] for n, (i, own) in enumerate(given.items(), start=1)]
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, lines in mess(rows).items():
        page = book.create_sheet(title)
        for line in lines:
            page.append(line)
        page.column_dimensions["M"].hidden = mess is estimates
    book.save(tmp_path / "mess.xlsx")
    found = importing.preview(tmp_path / "mess.xlsx", today=TODAY).series
    assert {i: {p: float(f.value) for p, f in one.figures.items()} for i, one in found.items()} == given


# More layouts, of three indicators: name, unit, figures of two years.
LAYOUTS = {
    "a card each": lambda name, unit, a, b: [
        ["Наименование показателя:", name], ["Единица измерения:", unit], ["Методика:", "приказ № 45"], [],
        ["Год", "План", "Факт"], [2024, 1, a], [2025, 1, b], [],
    ],
    "an outline": lambda name, unit, a, b: [[f"{name}, {unit}"], [2024, a], [2025, b]],
    "plan, fulfilment": lambda name, unit, a, b: [
        ["Показатель", "Тип", 2024, 2025], [f"{name}, {unit}", "Утв. план", 1, 2], [None, "Исполнение", a, b],
        [None, "Откл.", -1, -1],
    ],
    "from and to": lambda name, unit, a, b: [
        ["Показатель", "Начало периода", "Конец периода", "Значение"], [name, "01.01.2024", "31.12.2024", a],
        [name, datetime(2025, 1, 1), datetime(2025, 12, 31), b], [name, "01.02.2025", "31.12.2025", 1],
    ],
    "actual, estimate, forecast": lambda name, unit, a, b: [
        ["Показатель", "2024A", "2025A", "2025E", "2026F", "CAGR 24-25"], [f"KPI-7. {name}¹", a, b, 2, 3, 0.1],
    ],
    "a table a year": lambda name, unit, a, b: [
        line for year, value in ((2024, a), (2025, b))
        for line in ([f"Итоги {year} года"], ["Показатель", "План", "Факт", "Отклонение"], [name, 1, value, -1])
    ],
    "kinds of values": lambda name, unit, a, b: [
        ["ID", "Наименование показателя", "Вид значения", "Год", "Значение показателя"],
        [7, name, "Плановое", 2024, 1], [7, name, "Фактическое", 2024, a], [7, name, "Фактическое", 2025, b],
    ],
    "targets above": lambda name, unit, a, b: [
        ["Показатель", 2025, 2024], ["Target"], [name, 1, 2], ["Actual"], [name.replace("о", "о\u00ad"), b, a],
    ],
    "capitals": lambda name, unit, a, b: [
        ["ПОКАЗАТЕЛЬ", 2024, 2025], [f" {name} ({unit})".upper().translate(str.maketrans("АСЕОРТ", "ACEOPT")), a, b],
    ],
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_gives_the_figures_meant_and_says_no_word_of_another_indicator(layout, tmp_path):
    for indicator in ("2", "18", "27"):
        lines = LAYOUTS[layout](*names("ru")[indicator], 31.5, 32.5)
        other = LAYOUTS[layout](*names("ru")["9"], 41, 42) if layout == "an outline" else []
        found = importing.preview(sheet(tmp_path / "a.xlsx", *lines, *other), today=TODAY).series[indicator]
        assert {p: float(f.value) for p, f in found.figures.items()} == {"2024": 31.5, "2025": 32.5}
        assert not [doubt for doubt in found.doubts if "says" in doubt or "lacks" in doubt]


def test_directions_above_columns_of_indicators_are_not_their_names(tmp_path):
    said = [names("ru")[i] for i in ("2", "18", "27")]
    lines = [[None, "Направление 1", "Направление 1", "Направление 2"], ["Период", *(name for name, _ in said)]]
    lines += [[f"{year} год", *(year / 100 + n for n in range(3))] for year in (2023, 2024, 2025)]
    found = importing.preview(sheet(tmp_path / "a.xlsx", *lines, ["в среднем за 2023-2025", 1, 2, 3]), today=TODAY)
    assert {i: float(one.figures["2025"].value) for i, one in found.series.items()} == {
        "2": 20.25,
        "18": 21.25,
        "27": 22.25,
    }


TURNED = [
    "Доля трудоустроенных от общего числа зарегистрированных трудовых договоров", "Доля женщин среди безработных",
    "Доля лиц, трудоустроенных на субсидируемые рабочие места после постоянных",
    "People who moved from regions short of labour to regions with surplus labour",
    "Share of those who applied to employment centres, of young people placed in permanent jobs",
    "Тіркелген еңбек шарттарының жалпы санынан жұмысқа орналастырылғандардың үлесі",
    "Жұмыс күші жетіспейтін өңірлерден жұмыс күші артық өңірлерге көшкен адамдар саны",
]  # fmt: skip
NARROWER = [
    "Доля молодёжи, трудоустроенной на рабочие места, из числа обратившихся в центры занятости",
    "Share of young people placed in jobs, of those who applied to employment centres",
    "Рост денежных доходов населения", "Уровень трудоустройства после профессионального обучения",
    "Доля реализованной части индивидуальных программ абилитации и реабилитации лиц с инвалидностью",
    "Доля лиц, трудоустроенных на постоянные рабочие места", "Численность получателей АСП",
    "Доля трудовых договоров, заключенных в электронной форме",
    "Доля наемных работников, охваченных медицинским страхованием", "Жалдамалы жұмыскерлер үлесі",
]  # fmt: skip
SHORTER = {
    "26.2": "Доля самозанятых, охваченных ЕНПФ", "13": "Өнімсіз жұмыспен қамтылғандардың үлесі",
    "12": "Уровень женской безработицы", "10": "Доля реализованной соц. части ИПР",
    "8": "Уд. вес трудоспособных получателей АСП, вовлеч. в АМС и обеспеченных занятостью",
    "14": "Доля лиц, трудоустр. на пост. раб. места после субсид.",
    "23": "Смертельный производственный травматизм на 1000 работающих",
    "20": "Доля лиц, прошедших признание проф. квалификации",
}  # fmt: skip


@pytest.mark.slow
def test_part_and_whole_turned_round_and_a_telling_word_left_out_are_asked_for_and_short_forms_are_not(tmp_path):
    lines = [[name, 40 + n] for n, name in enumerate([*TURNED, *NARROWER, *SHORTER.values()])]
    path = sheet(tmp_path / "a.xlsx", ["Показатель", 2025], *lines)
    found = importing.preview(path, today=TODAY)
    assert {i: one.figures["2025"].value - 40 for i, one in found.series.items()} == dict(
        zip(SHORTER, range(17, 25), strict=True)
    )
    said = [line for line in found.aside if "the other way round" in line or "lacks «" in line]
    assert [line.partition("«")[2].partition("»")[0] for line in said] == [name[:60] for name in [*TURNED, *NARROWER]]
    assert "lacks «обратившихся" not in " ".join(said)
    assert "20" in importing.preview(path, ["Sheet, row 6=20"], TODAY).series
    doubts = " ".join(found.series["20"].doubts)
    assert "lacks «зарегистрированных, безработных» of the name of indicator 20" in doubts


@cache
def plan_names() -> words.Names:
    return words.names_of(plan.indicators().set_index("indicator"), statistics.short_names())


@pytest.mark.parametrize("label", ["", "—", "…", " ", "%", "\ufffd", "()", "1"])
def test_a_label_without_words_is_no_indicators_name(label):
    assert matching.match(Row("", "", label, "", ""), plan_names()).indicator == ""


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_label_under_any_heading_is_an_indicator_of_the_plan_or_none(label, group):
    one = matching.match(Row("", "", label, group, ""), plan_names())
    assert one.indicator in {"", *plan_names().words}
    assert set(one.nearest) <= set(plan_names().words)


def test_a_name_that_a_narrow_column_cut_is_known_and_what_it_lacks_is_said():
    names = plan_names()
    unknown = []
    for indicator, name in plan.indicators().set_index("indicator")["name_ru"].items():
        start = name.split()[: max(3, round(0.7 * len(name.split())))]
        one = matching.match(Row("", "", " ".join(start), "", ""), names)
        unknown += [indicator] * (one.indicator != indicator)
        assert one.lacking or not one.indicator or len(start) == len(name.split())
    assert unknown == ["12"]  # unemployment among whom?


def test_quarters_across_the_years_of_one_indicator_are_its_quarters(tmp_path):
    name = "Уровень трудоустройства после краткосрочного профессионального обучения"
    rows = [[f"{name}, %"], ["Год", "I кв.", "II кв.", "I-III кв.", "IV кв.", "за год"]]
    rows += [[2024, 51, 52, 53, 54, 55], [2025, 61, 62, 63, 64, 65]]
    due = {f"2024{part}": 51.0 + n for n, part in enumerate(["-Q1", "-Q2", "-M09", "-Q4", ""])}
    due |= {f"2025{part}": 61.0 + n for n, part in enumerate(["-Q1", "-Q2", "-M09", "-Q4", ""])}
    for lines in (rows, [["Показатель", *rows[1]], [name, *rows[2]], [None, *rows[3]]]):
        found = importing.preview(sheet(tmp_path / "a.xlsx", *lines), today=TODAY).series["15"].figures
        assert {period: float(figure.value) for period, figure in found.items()} == due


def test_a_line_of_women_is_taken_where_the_user_says_which_indicator_it_is(tmp_path):
    rows = [["Показатель", 2024, 2025], ["Уровень безработицы", 4.6, 4.5], ["женщины", 5.1, 5.0]]
    path = sheet(tmp_path / "a.xlsx", *rows)
    found = importing.preview(path, today=TODAY)
    assert list(found.series) == ["11"]
    assert "«женщины»: is of a part of the people" in found.aside[0]
    assert list(importing.preview(path, ["Sheet, row 3=12"], TODAY).series) == ["11", "12"]


OTHERS = [
    "Уровень безработицы среди мужчин", "Уровень долгосрочной безработицы", "Ерлер жұмыссыздығының деңгейі",
    "Male unemployment rate", "Расходы домашних хозяйств на непродовольственные товары",
    "Үй шаруашылықтарының азық-түлік емес тауарларға шығындары", "Доля доходов 40% наиболее обеспеченного населения",
    "Доля населения с доходами выше величины прожиточного минимума", "Рост номинальных денежных доходов населения",
    "Доля продуктивно занятых в составе других категорий занятого населения",
    "Доля лиц, не прошедших признание профессиональной квалификации",
]  # fmt: skip


def test_an_indicator_of_nearly_the_same_words_is_not_the_plans(tmp_path):
    share = "Доля государственных услуг, оказываемых в проактивном формате"
    lines = [["Показатель", "Ед.", 2024], [share, "%", 50], *([name, "%", 40] for name in OTHERS)]
    found = importing.preview(sheet(tmp_path / "a.xlsx", *lines), today=TODAY)
    assert list(found.series) == ["3"]
    assert [line.partition("«")[2].partition("»")[0] for line in found.aside] == [name[:60] for name in OTHERS]
    lines[1][0] = "Доля проактивных государственных услуг в бумажной форме"
    [doubt] = importing.preview(sheet(tmp_path / "a.xlsx", *lines), today=TODAY).series["3"].doubts
    assert "says «бумажно, форме», as the name of indicator 3 does not" in doubt


def sheet(path: Path, *rows: list) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


SHARE = "Доля государственных услуг, оказываемых в проактивном формате"
KINDS = {
    "empty": lambda path: sheet(path),
    "words alone": lambda path: sheet(path, ["Показатель", "Значение"], [SHARE, "много"]),
    "no periods": lambda path: sheet(path, ["Показатель", "первый", "второй"], [SHARE, 1, 2]),
    "other indicators": lambda path: sheet(path, ["Показатель", 2023, 2024], ["Надои молока", 1, 2]),
    "only plans": lambda path: sheet(path, ["Показатель", "план 2023", "план 2024"], [SHARE, 50, 60]),
    "years to come": lambda path: sheet(path, ["Показатель", 2027, 2028], [SHARE, 50, 60]),
    "out of bounds": lambda path: sheet(path, ["Показатель", 2023, 2024], [SHARE, 500, -600]),
    "dates for figures": lambda path: sheet(path, ["Показатель", 2023, 2024], [SHARE, *[datetime(2024, 5, 1)] * 2]),
    "formulas unsaved": lambda path: sheet(path, ["Показатель", 2023, 2024], [SHARE, "=A1+1", "=A1+2"]),
    "errors": lambda path: sheet(path, ["Показатель", 2023, 2024], [SHARE, "#REF!", "#ДЕЛ/0!"]),
    "a region alone": lambda path: sheet(path, ["По Карагандинской области"], ["Показатель", 2023], [SHARE, 5.5]),
    "a count": lambda path: sheet(path, ["Показатель", 2023], ["Количество проактивных государственных услуг", 50]),
    "two rows that differ": lambda path: sheet(path, ["Показатель", 2023], [SHARE, 5.5], [SHARE, 6.5]),
    "no zip": lambda path: path.write_bytes(b"PK no workbook") and path,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_workbook_is_one_line_and_changes_nothing(kind, tmp_path, monkeypatch):
    own = tmp_path / "own"
    monkeypatch.setenv("JOSPAR_OWN", "none")
    importing.write(importing.preview(sheet(tmp_path / "ok.xlsx", ["", 2023, 2024], [SHARE, 5, 6])), "ok", own, TODAY)
    before = {path.name: path.read_bytes() for path in own.iterdir()}
    monkeypatch.setenv("JOSPAR_OWN", str(own))
    path = KINDS[kind](tmp_path / "bad.xlsx")
    done = CliRunner().invoke(app, ["data", "import", str(path), "--yes"])
    assert isinstance(done.exception, UserError)
    assert str(done.exception).startswith("bad.xlsx: ")
    assert "\n" not in str(done.exception)
    assert {path.name: path.read_bytes() for path in own.iterdir()} == before
