"""What the project says of the plan: pinned numbers, the README's findings, one number wherever it is shown."""

import re
from decimal import Decimal

import pandas as pd
import pins
import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook

from helpers import files, plan, targets
from helpers.language import LANGUAGES
from helpers.render import index

README = " ".join((files.ROOT / "README.md").read_text(encoding="utf-8").split())
NUMBERS = ("None", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
YEARS = [str(year) for year in range(2023, 2028)]


def test_no_forecast_range_or_chance_moves_unseen():
    expected = pd.read_csv(pins.FILE, dtype={"indicator": str})
    assert set(expected["indicator"]) >= {"4", "5", "7", "11", "12", "21", "22"}
    pd.testing.assert_frame_equal(pins.pins(), expected, check_dtype=False, rtol=1e-6, atol=1e-6)


def test_the_readme_counts_the_indicators_that_can_be_judged(found):
    rows, parts = {name.partition(".")[0] for name in found}, [name for name in found if "." in name]
    assert len(parts) == 2
    assert f"The plan lists {len(rows)} indicators, one of them in two parts: {len(found)} to judge." in README
    judged = [name for name, one in found.items() if one.has_verdict]
    others = len(found) - len(judged)
    said = f"**{NUMBERS[len(judged)]} can be**; for the other {others} no comparable figures are published"
    assert said in README


def test_the_readme_counts_the_targets_met_and_missed(found):
    verdicts = targets.assess(found)["verdict"].value_counts()
    met, missed = verdicts["met"], verdicts["missed"]
    assert (
        f"Of {met + missed} targets for 2023–2025 with a published figure, **{met} were met and {missed} missed**"
        in README
    )


@pytest.mark.parametrize("verdict", ["met", "missed"])
def test_the_readme_names_the_figures_of_the_last_year(found, verdict):
    (sentence,) = re.findall(rf"\*\*{verdict.capitalize()} in 2025\*\*: (.*?)\. ", README)
    said = {
        tuple(map(Decimal, pair))
        for pair in re.findall(r"\(([\d.]+)(?:%| thousand people) against ([\d.]+)%?\)", sentence)
    }
    judged = targets.assess(found).query("year == 2025 and verdict == @verdict")
    assert {(float(figure), float(target)) for figure, target in said} == set(
        judged[["figure", "target"]].itertuples(index=False, name=None)
    )


def test_the_readme_counts_the_rows_that_lost_a_cell():
    printed = plan.targets()
    rows = printed.loc[printed["reading"].isin(["inferred", "resolved"]), "indicator"].nunique()
    assert f"{NUMBERS[rows].lower()} rows of its digitised table lost a cell" in README


def test_the_readmes_scores_are_those_of_the_record():
    table = pd.read_csv(files.DATA / "record" / "record.csv").query("horizon == 'all'").set_index("method")
    score = {name: f"{value:.3f}"[1:] for name, value in table["brier"].items()}
    assert f"{table.loc['ours', 'n']:,} targets" in README
    assert f"Brier score {score['ours']}, against {score['oecd']} for the OECD's method" in README
    assert (
        f"{score['naive']} for a random walk, {score['eurostat']} for Eurostat's and {score['escap']} for UN" in README
    )


def number(words: str) -> str:
    """The indicator that a row begins with."""
    return re.match(r"\d+(\.\d)?", words).group()


def figures(words: str) -> list[float]:
    """The numbers of a cell; a chance as a share, `<1%` in the middle of what it leaves open."""
    ends = {"<1%": 0.005, ">99%": 0.995}
    printed = re.findall(r"[<>]?\d+(?:\.\d+)?%?", words)
    return [ends.get(one) or float(one.rstrip("%")) / (100 if one.endswith("%") else 1) for one in printed]


def shown(rows) -> dict[str, list[str]]:
    """What a scorecard in HTML says, a list of the years' cells for each indicator."""
    return {
        number(row.th.get_text()): [cell.get_text(" ") for cell in row.select("td.verdict-cell")]
        for row in rows
        if row.td
    }


def scorecards(output, language) -> tuple[dict, dict]:
    """The scorecard of the index, and of the overview's page."""
    first = BeautifulSoup((output / index.file_name(language)).read_text(encoding="utf-8"), "html.parser")
    page = output / "latest" / f"0_overview--language-{language}.html"
    second = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").select_one("table")
    return shown(first.select("tr[data-item][data-area=KAZ]")), shown(second.select("tr:has(td)"))


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_index_and_page_say_the_same_of_every_target(output, language):
    index_says, page_says = scorecards(output, language)
    assert len(page_says) == 29
    assert index_says == page_says


@pytest.mark.slow
def test_page_and_spreadsheet_say_the_same_of_every_target(output):
    book = load_workbook(output / "latest" / "0_overview--language-en.xlsx", read_only=True)
    _, _, heads, *rows = book.worksheets[1].iter_rows(values_only=True)
    _, page_says = scorecards(output, "en")
    for row in (dict(zip(heads, row, strict=True)) for row in rows if row[1]):
        cells = page_says[number(row["Indicator"])]
        assert len(cells) in (len(YEARS), 0)
        if not cells:
            assert row["2023"] == "no comparable data"
            continue
        for year, words in zip(YEARS, cells, strict=True):
            said = {name: row.get(f"{year}: {name}") for name in ("figure", "chance", "target")}
            assert words.startswith(row[year] or "")
            told = words.partition(" · no stricter than")[0]
            assert figures(told) == pytest.approx([value for value in said.values() if value is not None], abs=0.0051)
