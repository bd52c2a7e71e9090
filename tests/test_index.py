"""The pages that open a run: verdicts first, then every report with its state, in three languages."""

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers.language import LANGUAGES, use_language
from helpers.render import index, page
from helpers.tables import Cell, Row, Table

HEAD = "plan,indicator,area,as_of,year,verdict,probability,figure,decimals,target,target_decimals,reading\n"
VERDICTS = {
    "met": "data/plan,11,KAZ,2026-01-01,2025,met,,4.6,1,4.7,1,certain\n",
    "likely": "data/plan,11,KAZ,2026-01-01,2026,likely,0.72,,1,4.7,1,certain\n",
    "lost": "data/plan,12,KAZ,2026-01-01,2025,no target,,,1,,0,inferred\n",
    "unmeasured": "data/plan,12,KAZ,2026-01-01,2026,no comparable data,,,1,5.3,1,certain\n",
    "region": "data/plan,11,KZ-75,2026-01-01,2025,missed,,4.9,1,4.7,1,certain\n",
    "empty region": "data/plan,12,KZ-71,2026-01-01,2025,no comparable data,,,1,5.4,1,certain\n",
    "earlier": "data/plan,11,KAZ,2025-01-01,2025,unlikely,0.2,,1,4.7,1,certain\n",
}


def report(name="3_employment", status="rendered", files=("a.html", "a.ipynb"), **parameters):
    found = {"name": name, "notebook": f"{name}.ipynb", "parameters": parameters, "status": status, "title": "Work"}
    return found | {"files": list(files), "rendered": "2026-03-08T01:00:00+00:00"}


@pytest.fixture
def made(tmp_path):
    """The index of a run with these reports and verdicts, as soup by language."""

    def make(reports, verdicts=VERDICTS, **options):
        if verdicts:
            (tmp_path / "verdicts.csv").write_text(HEAD + "".join(verdicts.values()), encoding="utf-8")
        facts = {"run": "R", "started": "2026-03-09T00:00:00", "data_read_on": "2026-03-07", "version": "1"}
        contents = index.contents(facts | {"commit": "abc", "reports": reports}, tmp_path)
        found = index.pages(contents, **{"prefix": "R/"} | options)
        return {name: BeautifulSoup(html, "html.parser") for name, html in found.items()}

    return make


def test_there_is_a_page_in_each_language_and_each_links_to_the_others(made):
    pages = made([report()])
    assert list(pages) == ["index.html", "index.kk.html", "index.ru.html"]
    for language, soup in zip(LANGUAGES, pages.values(), strict=True):
        assert soup.html["lang"] == language
        assert {a["href"] for a in soup.select("nav.languages a")} == set(pages) - {index.file_name(language)}


def test_the_scorecard_comes_before_the_reports_and_says_each_verdict_in_words(made):
    soup = made([report()])["index.html"]
    heads = [tag.get_text() for tag in soup.find_all("h2")]
    assert heads == ["The scorecard", "Reports", "How to read this"]
    cells = [[cell.get_text(" ") for cell in row.find_all("td")] for row in soup.select("table")[0].select("tr")]
    assert ["met 4.6 · target 4.7", "likely 72% · target 4.7"] in cells
    assert ["no comparable data   source in the plan: official statistics"] in cells


def test_the_answer_of_the_report_on_the_whole_plan_opens_the_index_in_its_language(made):
    region = report("7_region", language="en", area="KZ-75") | {"answer": "<p>Turkistan</p>"}
    failed = report("0_overview", "failed", language="ru", error="no") | {
        "last_good": report() | {"answer": "<p>да</p>"}
    }
    pages = made([region, report("0_overview", language="en") | {"answer": "<p>8 were met.</p>"}, failed])
    assert [soup.select_one(".lead") and soup.select_one(".lead").get_text() for soup in pages.values()] == [
        "8 were met.", None, "да",
    ]  # fmt: skip


def test_workings_that_stand_before_the_answer_follow_it_in_the_page():
    kinds = ["title", "workings", "workings", "lead", "workings"]
    cells = [new_code_cell(str(n), metadata={"tags": [kind]}) for n, kind in enumerate(kinds)]
    cells += [new_markdown_cell("## Chart"), new_markdown_cell("### Part"), new_markdown_cell("## Sources")]
    shown = [cell.source for cell in page.answer_first(cells)]
    assert shown == ["0", "3", "4", "## Chart", "### Part", "1", "2", "## Sources"]


def test_numbers_and_words_follow_the_language(made):
    cells = {td.get_text(" ") for td in made([report()])["index.ru.html"].select("td")}
    assert "достигнуто 4,6 · план 4,7" in cells


def test_verdicts_are_counted_for_the_country_as_last_known(made):
    counts = [one.get_text(" ", strip=True) for one in made([report()])["index.html"].select(".counts li")]
    assert counts == ["met 1", "likely 1", "no comparable data 1", "cell lost 1"]


def test_areas_stand_by_name_and_without_what_no_one_measures(made):
    soup = made([report("7_region", area="KZ-75"), report("7_region", area="KZ-71")])["index.kk.html"]
    groups = [tag.get_text() for tag in soup.select("details tr.group")]
    assert groups == ["Алматы қаласы"]
    assert [tag.get_text() for tag in soup.select(".shown")] == ["Алматы қаласы", "Астана қаласы"]
    assert "KZ-75" not in soup.get_text()


def test_a_report_in_several_languages_is_one_entry_with_the_title_of_the_page(made):
    reports = [report(language="en") | {"title": "Work"}, report(language="ru") | {"title": "Занятость"}]
    pages = made(reports)
    assert [tag.get_text() for tag in pages["index.ru.html"].select("h3")] == ["Занятость"]
    assert [tag.get_text() for tag in pages["index.kk.html"].select("h3")] == ["Work"]
    assert [li["data-language"] for li in pages["index.html"].select(".report li")] == ["en", "ru"]


def test_a_failed_report_shows_its_last_good_copy_or_that_there_is_none(made):
    good = {"files": ["a.html"], "size": 1, "title": "Work", "rendered": "2026-02-01T01:00:00+00:00"}
    failed = report(status="failed", files=["failed/a.ipynb"]) | {"error": "ValueError: <no> figures"}
    entries = made([failed | {"last_good": good}, failed | {"notebook": "b.ipynb", "last_good": None}])
    copied, lost = entries["index.html"].select(".report li")
    assert copied.get_text(" ", strip=True).endswith("last good copy of 1 February 2026: ValueError: <no> figures")
    assert copied.a["href"] == "R/a.html"
    assert "no earlier copy" in lost.get_text()
    assert [a["href"] for a in lost.find_all("a")] == ["R/failed/a.ipynb"]


def test_every_file_beside_the_page_is_offered_whatever_its_format(made):
    soup = made([report(files=["a.html", "a.ipynb", "a.pdf", "a.xlsx"])], prefix="")["index.html"]
    shown = {a["href"]: next(a.strings) for a in soup.select("a.format")}
    assert shown == {"a.ipynb": "notebook", "a.pdf": "pdf", "a.xlsx": "xlsx"}
    assert soup.select_one("h3 a")["href"] == "a.html"


def test_text_from_data_never_becomes_markup(made):
    soup = made([report() | {"title": "<script>alert(1)</script>"}])["index.html"]
    assert soup.h3.get_text() == "<script>alert(1)</script>"
    assert len(soup.find_all("script")) == 1


def test_a_run_that_judged_nothing_has_an_index_of_reports_alone(made):
    soup = made([report()], verdicts=None)["index.html"]
    assert [tag.get_text() for tag in soup.find_all("h2")] == ["Reports", "How to read this"]
    assert not soup.select("table")


def test_failures_stand_at_the_top_with_reason_copy_and_notebook(made):
    good = report("a") | {"rendered": "2026-03-08T01:00:00+00:00"}
    failed = report("a", "failed", ["failed/a.ipynb"], language="ru") | {"error": "ValueError: <no> figures"}
    soup = made([failed | {"last_good": good}, report("b")])["index.html"]
    box = soup.select_one("main").find(True)
    assert box["id"] == "failures"
    assert box.get_text(" ", strip=True).startswith("Reports that failed: Work, Русский: ValueError: <no> figures")
    assert "last good copy of 8 March 2026" in box.get_text()
    assert [a["href"] for a in box.find_all("a")] == ["R/failed/a.ipynb"]
    assert made([report("b")])["index.html"].select_one("#failures") is None


def test_filters_offer_what_there_is_and_none_that_narrows_nothing(made):
    soup = made([report(language="en"), report("1_digitalisation", language="kk")])["index.html"]
    offered = {select["name"]: len(select.find_all("option")) for select in soup.select("select")}
    assert offered == {"direction": 6, "area": 3, "verdict": 6, "language": 3}
    assert soup.select_one("form.filters").has_attr("hidden")


def test_the_language_in_use_stays_as_it_was(made):
    use_language("kk")
    made([report()])
    assert index.text("met") == "орындалды"


@pytest.mark.parametrize(("reading", "words"), [("blank", "none set"), ("inferred", "cell lost")])
def test_a_missing_target_says_why_it_is_missing(reading, words):
    assert index.cell({"verdict": "no target", "reading": reading})["words"] == words


def test_a_chart_links_back_only_where_its_row_is():
    def picture(row):
        image = {"image/png": "iVBORw0KGgo="}
        return new_code_cell(outputs=[new_output("display_data", image, metadata={"image/png": {"indicator": row}})])

    rows = [Row([Cell(f"{number}. Name")], indicator=number) for number in ("22", "23")]
    table = new_output("display_data", Table("Targets", ["Indicator"], rows)._repr_mimebundle_())
    notebook = new_notebook(cells=[new_code_cell(outputs=[table]), picture("22"), picture("99")])
    facts = {"data_read_on": "2026-11-22", "version": "1.0", "commit": None, "parameters": {}}
    notebook.metadata["jospar"] = facts
    soup = BeautifulSoup(page.page(notebook, "en", []), "html.parser")
    assert [link["href"] for link in soup.select("main a[href]")] == ["#chart-22", "#row-22"]
    assert [link["id"] for link in soup.select("a[id]")] == ["row-22", "row-23"]


def test_a_run_of_lists_alone_opens_with_the_list_and_not_with_the_plan():
    reports = [{"parameters": {"plan": "data/own/port", "area": "OWN"}}]
    assert index.main_plan([], reports) == "data/own/port"
    assert index.main_plan([], [{"parameters": {}}]) == "data/plan"
    assert index.main_plan([{"plan": "tests/a"}], reports) == "tests/a"
