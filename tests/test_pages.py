"""Every kind of page, rendered once and looked at in a browser, without a network."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from conftest import BY_NIGHT, JOBS

from helpers.language import LANGUAGES
from helpers.render import index, pdf

pytestmark = pytest.mark.slow
# Codes, licences, names of programmes and of code, which are the same in every language.
SAME = {"Jospar", "jospar", "pdf", "xlsx", "CRPS", "CC", "BY", "MIT", "ODC", "PDDL", "series_id", "period", "value"}
ADDRESS = re.compile(r"https?://\S+|(?:[\w-]+\.)+[a-z]{2,}(?:/[\w./-]*)?")
HARD = pytest.mark.hard
IN = {code: [job.name for job in JOBS if job.language == code] for code in LANGUAGES}
PAGES = {code: [*IN[code], index.file_name(code).removesuffix(".html")] for code in LANGUAGES}


def each_page(*languages: str):
    """Every page of these languages, a group of tests for each, so that workers share them."""

    def marks(name: str, code: str) -> list[pytest.MarkDecorator]:
        return [pytest.mark.xdist_group(f"pages-{code}"), *([HARD] if name in BY_NIGHT else [])]

    return [pytest.param(name, marks=marks(name, code), id=name) for code in languages for name in PAGES[code]]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright  # half a second for every worker

    program = pdf.browser()
    if program is None:
        pytest.skip("no browser here: install Chromium, or name it in JOSPAR_CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def words_of(page: Path) -> list[str]:
    """What a page says to those who see it and those who hear it, without its code and what is marked as English."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    for part in soup.select(".input, style, script, code, [lang=en], footer"):
        part.decompose()
    heard = [tag[name] for name in ("alt", "aria-label", "title") for tag in soup.select(f"[{name}]")]
    return [soup.get_text(" "), *heard]


def address(output: Path, name: str) -> str:
    """Where a page of the run is opened from the disk."""
    folder = output if name.startswith("index") else output / "latest"
    return (folder / f"{name}.html").as_uri()


@pytest.fixture
def opened(browser, output):
    """Opens a page without a network; `asked` is what it asked of other places than its own file."""
    made = []

    def open_page(name: str, width: int = 1280, **options: object):
        context = browser.new_context(viewport={"width": width, "height": 900}, offline=True, **options)
        made.append(context)
        page = context.new_page()
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(address(output, name))
        return page

    yield open_page
    for context in made:
        context.close()


@pytest.mark.parametrize("name", each_page("kk", "ru"))
def test_no_english_is_left_in_a_page_of_another_language(output, name):
    folder = output if name.startswith("index") else output / "latest"
    said = [ADDRESS.sub(" ", words) for words in words_of(folder / f"{name}.html")]
    latin = {word for words in said for word in re.findall(r"\b[A-Za-z][A-Za-z_]+", words)}
    assert latin - SAME == set()


@pytest.mark.parametrize("name", each_page(*LANGUAGES))
def test_a_page_opens_offline_fits_a_phone_and_shuts_no_reader_out(opened, name):
    page = opened(name, width=360, color_scheme="light")
    assert page.locator("h1").inner_text()
    assert [url for url in page.asked if url != page.url and not url.startswith("data:")] == []
    assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    levels = [int(tag[1]) for tag in page.eval_on_selector_all("h1,h2,h3,h4,h5,h6", "a => a.map(h => h.tagName)")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert hindrances(page, colours="--language-kk" in name or name.startswith("index")) == []


# The colours are the same in all languages, and these four pages hold every coloured kind of element.
DARK_BY_DAY = ("0_", "3_", "5_", "index")
DARK = [
    one if one.id.startswith(DARK_BY_DAY) else pytest.param(*one.values, marks=[*one.marks, HARD], id=one.id)
    for one in each_page("kk")
]


@pytest.mark.parametrize("name", DARK)
def test_a_dark_page_shuts_no_reader_out(opened, name):
    assert hindrances(opened(name, color_scheme="dark")) == []


def hindrances(page, colours: bool = True) -> list[tuple]:
    """What axe-core calls serious or critical in a page: rule, element, what to do. Contrasts take most of its time."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": colours}}}
    found = Axe().run(page, options=options).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    return [(one["id"], node["html"], node["failureSummary"]) for one in serious for node in one["nodes"]]


def test_the_index_narrows_down_to_a_direction_and_says_so_to_the_other_languages(opened):
    page = opened("index")
    page.select_option("select[name=direction]", "4")
    shown = page.locator("tr[data-item]:visible th").all_inner_texts()
    assert [re.match(r"\d+", words).group() for words in shown] == ["22", "23", "24", "25"]
    page.click("nav.languages a[lang=ru]")
    assert page.locator("select[name=direction]").input_value() == "4"
    assert page.locator("tr[data-item]:visible").count() == 4
    page.click("button[type=reset]")
    page.wait_for_function("document.querySelectorAll('.report:not([hidden])').length > 1")
    assert page.locator("tr[data-item]:visible").count() > 28


def test_the_index_narrows_down_to_an_area_and_a_language(opened):
    page = opened("index.kk")
    page.select_option("select[name=area]", "KZ-75")
    page.select_option("select[name=language]", "ru")
    assert page.locator(".report:visible").count() == 1
    assert page.locator(".report:visible li").count() == 3
    assert page.locator(".report li:visible").count() == 1
    assert set(page.locator("tr[data-item]:visible").evaluate_all("a => a.map(r => r.dataset.area)")) == {"KZ-75"}


def test_choices_that_nothing_fits_are_answered_in_words(opened):
    page = opened("index")
    page.select_option("select[name=area]", "KZ-75")
    page.select_option("select[name=direction]", "1")
    assert page.locator("#nothing").is_visible()


def test_the_index_is_complete_without_javascript(opened, output):
    reports = {path.stem for path in (output / "latest").glob("*.html")} & {job.name for job in JOBS}
    page = opened("index", java_script_enabled=False)
    assert not page.locator(".filters").is_visible()
    assert page.locator(".report li:visible").count() == len(reports) > 10
    assert page.locator("tr[data-item]:visible").count() == 29
    page.click("nav.languages a[lang=kk]")
    assert page.locator("html").get_attribute("lang") == "kk"


def test_code_is_folded_and_one_click_away(opened):
    page = opened("3_employment--language-en")
    assert page.locator(".input:visible").count() == 0
    page.click("#show-code")
    assert page.locator(".input:visible").count() > 5
