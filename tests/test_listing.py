"""A list of targets in a spreadsheet becomes a plan with its own figures, and a page with a chart for each."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from command import jospar

from helpers import UserError, files, plan
from helpers.refresh.people import listing

TODAY = date(2026, 11, 25)
YEARS = range(2014, 2026)
RISING = [50.0, 51.5, 53.0, 54.0, 56.0, 57.5, 58.5, 60.0, 61.5, 63.0, 64.5, 66.0]
FALLING = [round(100 - value, 1) for value in RISING]
# Made up: names, units, which way is better, histories and targets.
EIGHT = [
    ("Доля дорог в хорошем состоянии", "%", "больше", RISING, (66, 66.5, 68)),
    ("Детские сады на 1000 детей", "мест", "чем больше, тем лучше", RISING, (65, 70, 80)),
    ("Младенческая смертность", "на 1000", "меньше", FALLING, (34, 33, 31)),
    ("Аварийное жильё", "тыс. кв. м", "не больше", FALLING, (33, 30, 25)),
    ("Water supply", "%", "higher", RISING, (70, 75, 80)),
    ("Crimes", "per 10 thousand", "lower is better", FALLING, (40, 40, 40)),
    ("Қанағаттану", "%", "жоғары", RISING, (60, 66, 67)),
    ("Кезек", "күн", "төмен", FALLING, (34, 35, 36)),
]
BETTER = ["higher", "higher", "lower", "lower", "higher", "lower", "higher", "lower"]


def save(path: Path, **sheets: list[list]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def across(word: str, items: list[tuple] = EIGHT) -> list[list]:
    heads = ["№", "Показатель", "Ед. изм.", "Что лучше", *YEARS, *(f"{word} {year}" for year in (2025, 2026, 2027))]
    return [heads, *([n, *item[:3], *item[3], *item[4]] for n, item in enumerate(items, 1))]


def two_sheets() -> dict[str, list[list]]:
    history = [["Indicator", "Unit", "Better", *YEARS], *([*item[:3], *item[3]] for item in EIGHT)]
    return {"History": history, "Targets": [["Indicator", 2025, 2026, 2027], *([item[0], *item[4]] for item in EIGHT)]}


def better_at_the_end() -> list[list]:
    return [[*row[:3], *row[4:], row[3]] for row in across("target")]


@pytest.mark.parametrize(
    "sheets",
    [
        *({"Лист1": across(word)} for word in ("Цель", "нысана", "target", "план")),
        two_sheets(),
        {"A": better_at_the_end()},
    ],
    ids=["цель", "нысана", "target", "план", "two sheets", "better last"],
)
def test_every_form_gives_the_same_list(tmp_path, sheets):
    found = listing.read(save(tmp_path / "list.xlsx", **sheets), TODAY)
    assert [item.label for item in found.items] == [item[0] for item in EIGHT]
    assert [item.better for item in found.items] == BETTER
    assert [item.unit for item in found.items] == [item[1] for item in EIGHT]
    for item, given in zip(found.items, EIGHT, strict=True):
        assert [float(figure.value) for figure in item.history.values()] == given[3]
        assert [float(figure.value) for figure in item.targets.values()] == list(given[4])
    assert found.until == 2027


def test_a_list_names_no_source_of_the_figures_that_it_lacks(tmp_path):
    found = listing.tables(listing.Listing([listing.Item("row 1", "a", "%", "", "higher")], []), "A title")
    assert found["indicators"]["source"].isna().all()


def test_its_tables_are_a_plan(tmp_path):
    found = listing.read(save(tmp_path / "list.xlsx", A=across("target")), TODAY)
    folder = listing.write(found, "list.xlsx", "A province", tmp_path / "lists" / "list", TODAY) / "list"
    assert len(plan.indicators(folder)) == 8
    assert plan.title(folder)["name_ru"] == "A province"
    assert plan.targets(folder=folder)["value"].tolist() == [value for item in EIGHT for value in item[4]]
    listing.write(found, "list.xlsx", "A province", tmp_path / "lists" / "list", TODAY)
    assert [path.name for path in (tmp_path / "lists").iterdir()] == ["list"]


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([("Дороги", "%", "", RISING, (1, 2, 3))], "row 2 «Дороги»: which way is better"),
        ([("Дороги", "%", "как-нибудь", RISING, (1, 2, 3))], "which way is better"),
        ([("Дороги", "%", "больше", RISING, ())], "has no targets"),
        ([("Дороги", "%", "больше", RISING, (1, 2, 3)), ("Дороги", "%", "больше", RISING, (1, 2, 4))], "two figures"),
    ],
)
def test_a_list_that_leaves_something_open_is_one_line(tmp_path, items, words):
    with pytest.raises(UserError, match=words) as fault:
        listing.read(save(tmp_path / "list.xlsx", A=across("цель", items)), TODAY)
    assert "\n" not in str(fault.value)


def test_a_year_that_is_not_over_and_an_indicator_without_figures_are_named(tmp_path):
    rows = [["Indicator", "Better", 2025, 2026, "Target 2027"], ["A", "higher", 5, 6, 7], ["B", "lower", None, None, 7]]
    found = listing.read(save(tmp_path / "list.xlsx", A=rows), TODAY)
    assert list(found.items[0].history) == ["2025"]
    assert "2026 is not over" in found.remarks[0]
    assert "«B»: no figures" in found.remarks[1]


@pytest.mark.parametrize("language", ["en", "kk", "ru"])
def test_the_template_is_read_back(tmp_path, language):
    path = listing.template(tmp_path / "t.xlsx", language, TODAY)
    book = openpyxl.load_workbook(path)
    book.active.append(["Roads", "%", {"en": "higher", "kk": "жоғары", "ru": "выше"}[language], *range(50, 65)])
    book.save(path)
    [item] = listing.read(path, TODAY).items
    assert (item.label, item.unit, item.better) == ("Roads", "%", "higher")
    assert list(item.history) == [str(year) for year in range(2016, 2026)]
    assert list(item.targets) == [str(year) for year in range(2026, 2031)]


@pytest.mark.slow
@pytest.mark.parametrize("after_a_batch", [False, True])
def test_one_command_makes_a_page_with_verdicts_and_charts(tmp_path, monkeypatch, make_notebook, after_a_batch):
    monkeypatch.setenv("JOSPAR_OWN", "none")
    if after_a_batch:
        batch = make_notebook("one", "1").with_name("batch.yml")
        batch.write_text("batches: {default: [{notebook: one.ipynb}]}")
        assert jospar("render", "--file", batch, "--output", tmp_path / "out").returncode == 0
    path = save(tmp_path / "Область.xlsx", A=across("цель"))
    done = jospar("judge", path, "--output", tmp_path / "out", "--title", "Область Икс")
    assert done.returncode == 0, done.stderr
    page = Path(done.stdout.strip()).read_text(encoding="utf-8")
    assert page.count("<img") + page.count("data:image/png") >= 9
    for item in EIGHT:
        assert item[0] in page
    assert "не достигнуто" in page
    assert "Все целевые значения, 2025–2027, Область Икс" in page
    assert str(tmp_path) not in page
    assert not (files.DATA / "own" / "область").exists()
