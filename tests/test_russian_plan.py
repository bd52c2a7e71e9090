"""Plans in Russian, in the form of all ministries and in its variants: a made-up ministry, Word and web page."""

import pandas as pd
import pytest
from docx import Document
from docx.shared import Pt

from helpers import UserError, files, plan
from helpers.plan import document as plan_document
from helpers.plan.form import DIRECTION, GOAL, outline

HEADS = [
    "№ п/п",
    "Наименование целевого индикатора",
    "Единица измерения",
    "Источник информации",
    "Ответственный исполнитель",
    "Отчётный год",
    "План (факт) текущего года",
    "Плановый период",
]
YEARS = ["2024 год", "2025 год", "2026 год"]
ROWS = [
    "Стратегическое направление 1. Чистые озёра",
    "Макроиндикаторы",
    ["1.", "Доля чистых озёр", "%", "Озёрный отчёт", "Департамент озёр", "41,5", "43", "45,0", "47,5", "50"],
    "Цель 1.1. Сохранить озёра",
    "Целевые индикаторы, взаимоувязанные с бюджетными программами",
    ["2.", "Длина укреплённых берегов", "км", "Озёрный отчёт", "", "1 200", "1 350,5", "1 500", "-", "–"],
    "Стратегическое направление 2. Лодочное дело",
    "Макроиндикаторы",
    ["3.", "Уровень безработицы", "%", "Бюро статистики", "Департамент труда", "4,8", "4,8", "4,7", "4,6", "4,5"],
    "Цель 2.1. Больше лодочников",
    "Целевые индикаторы, взаимоувязанные с бюджетными программами",
    ["4.", "Обучено лодочников, в том числе:", "человек", "Бюро статистики", "Департамент труда", *[""] * 5],
    ["", "женщин", "", "", "", "—", "10", "12", "14", "16"],
    ["", "мужчин", "", "", "", "—", "20", "22", "24", "26"],
]
VALUES = {
    "1": ["41.5", "43", "45.0", "47.5", "50"],
    "2": ["1200", "1350.5", "1500", "", ""],
    "3": ["4.8", "4.8", "4.7", "4.6", "4.5"],
    "4.1": ["", "10", "12", "14", "16"],
    "4.2": ["", "20", "22", "24", "26"],
}
FRONT = [
    "План развития вымышленного министерства озёр на 2024 – 2026 годы",
    "Содержание",
    "Раздел 3. Стратегические направления, цели и целевые индикаторы",
    "Раздел 4. Ресурсы",
    "Раздел 1. Миссия, видение",
    "Раздел 2. Анализ текущей ситуации",
    "В 2022 году – озёра были чище.",
]
RESOURCES = [
    ["Ресурсы", "Единица измерения", "Отчётный год", "План текущего года", *YEARS],
    ["Финансовые", "тыс. тенге", "1 000", "1 100", "1 200", "1 300", "1 400"],
    ["Человеческие", "единиц", "40", "41", "42", "43", "44"],
]


def as_html(rows: list = ROWS, heads: list[str] = HEADS, years: list[str] = YEARS, more: str = "") -> str:
    """The plan as a web page; a heading inside the table spans it, the heads of attributes span both lines of heads."""
    width = len(heads) - 1 + len(years)
    top = "".join(f'<th rowspan="2">{head}</th>' for head in heads[:-1])
    lines = [f'{top}<th colspan="{len(years)}">{heads[-1]}</th>', "".join(f"<th>{year}</th>" for year in years)]
    lines.append("".join(f"<td>{n + 1}</td>" for n in range(width)))
    for row in rows:
        whole = isinstance(row, str)
        lines.append(f'<td colspan="{width}">{row}</td>' if whole else "".join(f"<td>{cell}</td>" for cell in row))
    table = "".join(f"<tr>{line}</tr>" for line in lines)
    section = "РАЗДЕЛ III. Стратегические направления, цели и целевые индикаторы"
    front = "".join(f"<p>{words}</p>" for words in FRONT)
    return f"<html><body>{front}{more}<h2>{section}</h2><table>{table}</table>{resources()}</body></html>"


def resources() -> str:
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in RESOURCES)
    return f"<h2>Раздел 4. Ресурсы</h2><table>{lines}</table>"


def as_docx(path) -> None:
    """The plan as Word writes it: heads merged, numbers of rows in bold, a soft line in a cell."""
    made = Document()
    for words in [*FRONT, "Раздел 3. Стратегические направления, цели и целевые индикаторы"]:
        made.add_paragraph(words)
    table = made.add_table(2, 10)
    for column, head in enumerate(HEADS):
        table.cell(0, column).text = head
    for column, year in enumerate(YEARS):
        table.cell(1, 7 + column).text = year
    for column in range(7):
        table.cell(0, column).merge(table.cell(1, column))
    table.cell(0, 7).merge(table.cell(0, 9))
    for row in ROWS:
        cells = table.add_row().cells
        for cell, text in zip(cells, [row] if isinstance(row, str) else row, strict=False):
            cell.paragraphs[0].add_run(text).font.size = Pt(9)
        if isinstance(row, str):
            cells[0].merge(cells[9])
    made.add_paragraph("Раздел 4. Ресурсы")
    money = made.add_table(0, 7)
    for row in RESOURCES:
        for cell, text in zip(money.add_row().cells, row, strict=True):
            cell.text = text
    made.save(path)


def read(folder, page: str) -> dict[str, pd.DataFrame]:
    path = folder / "plan.html"
    path.write_text(page, encoding="utf-8")
    return plan_document.read(path)


def values(tables: dict[str, pd.DataFrame]) -> dict[str, list[str]]:
    return tables["targets"].groupby("indicator", sort=False)["value"].agg(list).to_dict()


@pytest.mark.parametrize("kind", ["html", "docx"])
def test_a_russian_plan_without_sections_2_1_and_2_2_gives_every_value_in_its_year(kind, tmp_path, caplog):
    if kind == "html":
        tables = read(tmp_path, as_html())
    else:
        as_docx(tmp_path / "plan.docx")
        tables = plan_document.read(tmp_path / "plan.docx")
    assert values(tables) == VALUES
    assert list(tables["targets"]["year"].unique()) == ["2022", "2023", "2024", "2025", "2026"]
    assert list(tables["targets"]["column"][:3]) == ["reported", "current", "planned"]
    assert list(tables["directions"]["name_ru"]) == ["Чистые озёра", "Лодочное дело"]
    assert list(tables["goals"]["goal"]) == ["1.1", "2.1"]
    about = tables["indicators"].set_index("indicator")
    assert list(about["kind"]) == ["macro", "budget", "macro", "budget", "budget"]
    assert about.loc["4.2", ["name_ru", "unit", "responsible"]].tolist() == ["мужчин", "человек", "Департамент труда"]
    assert list(tables["resources"]["value"]) == [cell.replace(" ", "") for row in RESOURCES[1:] for cell in row[2:]]
    lacking, unsaid = caplog.messages
    assert "not found, so left empty: national, directions, goals, programmes, further" in lacking
    assert "no word which way is better for 1, 2, 4.1, 4.2; fill in `better`" in unsaid


def test_an_indicator_that_data_plan_has_too_keeps_its_kazakh_name_and_so_its_series(tmp_path):
    about = read(tmp_path, as_html())["indicators"].set_index("indicator")
    assert about.loc["3", "name_kk"] == plan.indicators().set_index("indicator").loc["11", "name_kk"]
    assert about.loc["3", "better"] == "lower"
    assert about.loc["1", ["name_kk", "name_ru", "better"]].tolist() == ["Доля чистых озёр", "Доля чистых озёр", ""]


def test_the_committed_plan_in_russian_gives_the_committed_targets(tmp_path):
    """All 29 rows under Russian headings; section 2.1 in Russian too."""
    rows: list = []
    cells = {number: list(one["as_printed"]) for number, one in plan.targets().groupby("indicator")}
    goals = plan.table("goals").set_index("direction")
    for _, direction in plan.directions().iterrows():
        number = direction["direction"]
        rows.append(f"Стратегическое направление {number}. {direction['name_ru']}")
        for kind, own in plan.indicators().query("direction == @number").groupby("kind", sort=False):
            goal = f"Цель {goals.loc[number, 'goal']}. {goals.loc[number, 'name_ru']}"
            rows += ["Макроиндикаторы"] if kind == "macro" else [goal, "Целевые индикаторы"]
            for _, row in own.iterrows():
                family, _, part = row["indicator"].partition(".")
                if part == "1":
                    rows.append([family, "Охват, в том числе:", *[""] * 10])
                about = ["" if part else family, row["name_ru"], "%", "Отчёт", "вице-министр"]
                rows.append([*about, *cells[row["indicator"]]])
    lists = ""
    for name, one in plan.national_targets().dropna(subset="value").groupby("name_ru", sort=False):
        years = [f"{year} год – {value:g}" for year, value in zip(one["year"], one["value"], strict=True)]
        lists += f"<p>{name} ({', '.join(text.replace('.', ',') for text in years)})</p>"
    more = f"<h3>2.1. Целевые индикаторы и показатели страны</h3>{lists}<h3>2.2. Прочие задачи</h3>"
    tables = read(tmp_path, as_html(rows, years=[f"{year} год" for year in range(2023, 2028)], more=more))
    committed = pd.read_csv(files.PLAN / "targets.csv", dtype=str, keep_default_na=False)
    same = ["indicator", "year", "column", "value", "as_printed"]
    elsewhere = (committed["indicator"] == "14") & (committed["year"] == "2023")  # printed in section 2.1 alone
    pd.testing.assert_frame_equal(tables["targets"][same][~elsewhere], committed.loc[~elsewhere, same])
    ours = ["indicator", "name_kk", "name_ru", "better", "direction", "goal", "kind"]
    wanted = pd.read_csv(files.PLAN / "indicators.csv", dtype=str, keep_default_na=False)[ours]
    pd.testing.assert_frame_equal(tables["indicators"][ours], wanted)
    assert len(tables["national_targets"]) == plan.national_targets()["value"].notna().sum()


# Variants of the form
@pytest.mark.parametrize(
    "years", [["2024 г.", "2025 г.", "2026 г."], ["2024", "2025", "2026"], ["2024ж.", "2025ж.", "2026ж."]]
)
def test_years_may_be_headed_in_other_ways(years, tmp_path):
    assert values(read(tmp_path, as_html(years=years))) == VALUES


def test_reported_and_current_year_may_name_their_year(tmp_path):
    heads = [*HEADS[:5], "2021 год (факт)", "2023 год (оценка)", HEADS[7]]
    targets = read(tmp_path, as_html(heads=heads))["targets"]
    assert list(targets["year"][:3]) == ["2021", "2023", "2024"]
    assert list(targets["column"][:3]) == ["reported", "current", "planned"]


def test_columns_may_stand_in_another_order_and_others_between_them(tmp_path):
    order = [0, 1, 4, 3, 2]
    heads = [*(HEADS[n] for n in order), "Код программы", *HEADS[5:]]
    rows = [row if isinstance(row, str) else [*(row[n] for n in order), "001", *row[5:]] for row in ROWS]
    tables = read(tmp_path, as_html(rows, heads))
    assert values(tables) == VALUES
    assert list(tables["indicators"]["unit"]) == ["%", "км", "%", "человек", "человек"]


def test_the_unit_may_stand_in_the_name_and_a_column_may_say_which_way_is_better(tmp_path):
    heads = [HEADS[0], HEADS[1], "Желаемая динамика", *HEADS[5:]]
    rows = ["Направление 1. Озёра", ["1", "Доля озёр, %", "снижение", "1", "2", "3", "4", "5"]]
    rows += [["2", "Выпуск лодок (тыс. штук)", "рост", "1", "2", "3", "4", "5"]]
    about = read(tmp_path, as_html(rows, heads))["indicators"]
    assert list(about["unit"]) == ["%", "тыс. штук"]
    assert list(about["better"]) == ["lower", "higher"]


@pytest.mark.parametrize("numbers", ["", "in each direction", "by goal"])
def test_rows_may_be_numbered_by_word_anew_in_each_direction_or_by_goal(numbers, tmp_path):
    rows = []
    for direction in "12":
        rows += [f"Стратегическое направление № {direction}: Озёра {direction}", f"Цель {direction}.1. Вода"]
        for n in "123":
            own = {"": "", "in each direction": f"{n})", "by goal": f"{direction}.1.{n}."}[numbers]
            rows.append([own, f"Показатель {direction}{n}", "%", "Отчёт", "", "1", "2", "3", "4", f"{direction}{n}"])
    tables = read(tmp_path, as_html(rows))
    assert list(values(tables)) == list("123456")
    assert [cells[-1] for cells in values(tables).values()] == ["11", "12", "13", "21", "22", "23"]
    assert list(tables["indicators"]["direction"]) == list("111222")


TABLE = "<table><tr><td>№</td><td>Показатель</td><td>2020 год</td><td>2021 год</td></tr></table>"
SECTION = "РАЗДЕЛ III. Стратегические направления, цели и целевые индикаторы"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (SECTION, "3-раздел. Стратегические направления, цели, индикаторы"),
        (SECTION, "4. Стратегические направления, цели и целевые индикаторы"),
        (f"<h2>{SECTION}</h2>", ""),
        (f"<h2>{SECTION}", f"{TABLE}<h2>{SECTION}"),
        ("<h2>Раздел 4. Ресурсы", "<p>17</p><h2>Раздел 4. Риски</h2><p>Нет.</p><h2>Раздел 5. Необходимые ресурсы"),
        ("</body>", f"<p>Приложение 1</p>{TABLE}</body>"),
        ("<td>", "<td><p>&nbsp;"),
        ('<td colspan="10">Цель 1.1', '<td colspan="10">Задача 1. Беречь</td></tr><tr><td colspan="10">Цель 1.1'),
        ('<td colspan="10">Стратегическое направление 2. Лод', "<td>2.</td><td>Стратегическое направление. Лод"),
    ],
)
def test_sections_may_be_headed_and_followed_in_other_ways(old, new, tmp_path):
    page = as_html()
    assert old in page
    tables = read(tmp_path, page.replace(old, new + (8 * "<td></td>" if "<td>2." in new else "")))
    assert values(tables) == VALUES
    assert list(tables["directions"]["direction"]) == ["1", "2"]
    assert len(tables["resources"]) == 10


def test_a_gap_in_the_numbers_is_refused(tmp_path):
    rows = [row for row in ROWS if row[0] != "2."]
    with pytest.raises(UserError, match=r"table 1, row 11: row «3» stands where row 2 was due"):
        read(tmp_path, as_html(rows))


def test_headings_may_stand_between_tables_of_their_own_and_notes_behind_them(tmp_path):
    whole = as_html()
    head, rest = whole.split("<table>", 1)
    lines = rest.split("</table>", 1)[0]
    body, tail = lines.split("</tr>"), rest.split("</table>", 1)[1]
    heads = "</tr>".join(body[:2]) + "</tr>"
    cut = next(n for n, line in enumerate(body) if "направление 2" in line)
    first, second = ("</tr>".join(part) + "</tr>" for part in (body[3:cut], body[cut + 1 : -1]))
    page = (
        f"{head}<table>{heads}{first}</table><p>* по данным отчёта озёр</p><p>Стратегическое направление II. Лодочное "
        f"дело</p><table>{heads}{second}</table>{tail}"
    )
    tables = read(tmp_path, page)
    assert values(tables) == VALUES
    assert list(tables["indicators"]["direction"]) == ["1", "1", "2", "2", "2"]


def test_a_plan_without_directions_kinds_or_resources_is_read_and_says_so(tmp_path, caplog):
    rows = [row for row in ROWS if not isinstance(row, str)]
    page = as_html(rows).replace(resources(), "")
    tables = read(tmp_path, page)
    assert values(tables) == VALUES
    assert set(tables["indicators"]["direction"]) == {"1"}
    assert any(
        "left empty: national, directions, goals, programmes, further, resources" in line for line in caplog.messages
    )
    assert any("no heading «Стратегическое направление 1.»" in line for line in caplog.messages)


def test_what_is_no_plan_is_refused_in_one_line(tmp_path):
    page = "<html><body><p>Раздел 3. Стратегические направления, цели</p><p>Скоро.</p></body></html>"
    with pytest.raises(UserError, match="the text ends without the table of section 3; is it a whole") as caught:
        read(tmp_path, page)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("words", "heading"),
    [
        ("Стратегическое направление 1. Озёра", ("1", "Озёра")),
        ("СТРАТЕГИЧЕСКОЕ НАПРАВЛЕНИЕ IV – Озёра", ("4", "Озёра")),
        ("1-е стратегическое направление: Озёра", ("1", "Озёра")),
        ("Направление № 12. 100% озёр", ("12", "100% озёр")),
        ("2-стратегиялық бағыт. Көлдер", ("2", "Көлдер")),
        ("Стратегические направления государственного органа", None),
        ("Стратегическое направление", None),
    ],
)
def test_a_heading_of_a_direction_is_known_in_its_variants(words, heading):
    assert outline(DIRECTION, words) == heading


@pytest.mark.parametrize(
    ("words", "heading"),
    [
        ("Цель 1.1. 100% охват", ("1.1", "100% охват")),
        ("Цель 2: Вода", ("2", "Вода")),
        ("1.2-мақсат. Су", ("1.2", "Су")),
        ("Целевые индикаторы", None),
        ("Цели государственного органа", None),
    ],
)
def test_a_heading_of_a_goal_is_known_in_its_variants(words, heading):
    assert outline(GOAL, words) == heading
