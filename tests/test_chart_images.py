"""Every kind of chart against a picture of it, so that none changes unseen.

After a change that is meant: `pytest tests/test_chart_images.py --mpl-generate-path tests/expected/charts`, and look at
the pictures. The figures are made up, so that a new one in the data changes no picture.
"""

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest

from helpers import charts, statistics
from helpers.charts import small_multiples
from helpers.charts.captions import Words
from helpers.charts.scorecard import LOOKS
from helpers.forecast.distribution import distribution
from helpers.language import use_language
from helpers.pensions import page as pension_page
from helpers.record import charts as record_charts
from helpers.targets import Outlook
from helpers.targets.judge import judge

WORDS = Words("A finding in words", "What is measured, %, where", "Source: someone; data read 1 May 2026")
YEARS = pd.period_range("2010", "2024", freq="Y")
HISTORY = pd.Series(6 - 0.1 * np.arange(15) + 0.4 * (np.arange(15) % 3 == 0), index=YEARS)
AHEAD = pd.period_range("2025", "2027", freq="Y")
DRAWS = np.linspace(-1, 1, 99)[:, None] * [0.3, 0.6, 0.9] + 4.6
PRINTED = pd.DataFrame({
    "indicator": "11", "year": range(2023, 2028), "column": "planned", "value": [5.2, 5.0, 4.9, 4.8, 4.6],
    "as_printed": ["5,2", "5,0", "4,9", "4,8", "4,6"], "reading": "certain", "evidence": "",
})  # fmt: skip
NAMES = {"indicator": "11", "name_en": "Rate of something", "name_kk": "Әлдененің деңгейі", "name_ru": "Уровень"}
CALIBRATION = pd.DataFrame({
    "n": [40, 30, 20, 30, 40], "stated": [0.1, 0.3, 0.5, 0.7, 0.9], "observed": [0.12, 0.27, 0.55, 0.72, 0.88],
})  # fmt: skip
# A tolerance that lets another build of FreeType pass and a moved label not.
picture = partial(
    pytest.mark.mpl_image_compare,
    baseline_dir="expected/charts",
    style="default",
    tolerance=6,
    savefig_kwargs={"dpi": 60, "metadata": {"Software": None}},
)


def outlook(**other):
    made = distribution(AHEAD, DRAWS, (0, 100), 15, "ensemble")
    facts = {"series": statistics.catalogue().loc["unemployment"], "history": HISTORY, "forecast": made}
    facts |= {"judged": judge(PRINTED, HISTORY, made, "lower", 1, True), "printed": PRINTED}
    facts |= {"provisional": pd.DataFrame(columns=["status"])} | other
    return Outlook("11", pd.Series(NAMES | {"unit": "%", "better": "lower"}), "KAZ", **facts)


@pytest.fixture
def _made_words(monkeypatch):
    """A source line and breaks that don't depend on the data."""
    monkeypatch.setattr("helpers.charts.captions.source_line", lambda codes: WORDS.source)
    monkeypatch.setattr("helpers.statistics.breaks", lambda code, area="KAZ": [pd.Period("2015", "Y")])


@pytest.mark.usefixtures("_made_words")
@pytest.mark.parametrize("language", ["en", "kk", "ru"])
@picture()
def test_fan(language):
    use_language(language)
    return charts.fan(outlook()).figure


@pytest.mark.usefixtures("_made_words")
@picture()
def test_fan_with_a_forecast_that_someone_moved():
    moved = distribution(AHEAD, DRAWS - 0.5, (0, 100), 15, "ensemble")
    return charts.fan(outlook(adjusted=moved)).figure


@pytest.mark.usefixtures("_made_words")
@picture()
def test_fan_without_figures():
    none = {"series": None, "history": HISTORY[:0], "forecast": None}
    return charts.fan(outlook(judged=judge(PRINTED), reason="No figures.", **none)).figure


@picture()
def test_quarters():
    index = pd.period_range("2015Q1", "2024Q4", freq="Q")
    quarters = pd.Series(5 + 0.3 * (index.quarter == 1) - 0.02 * np.arange(len(index)), index=index)
    ahead = pd.period_range("2025Q1", "2025Q3", freq="Q")
    return charts.history_and_forecast(quarters, distribution(ahead, DRAWS, (0, 100), 40, "ensemble"), WORDS).figure


@picture()
def test_lines():
    named = {f"Country {n}": HISTORY + n * (1 + np.arange(15) / 30) for n in range(4)}
    return charts.lines(named, "Country 1", WORDS).figure


@picture()
def test_dots_of_regions():
    areas = ["KZ-10", "KZ-11", "KZ-15", "KZ-19", "KZ-75"]
    after = pd.Series([4.0, 4.6, 5.2, 4.4, 5.0], index=areas)
    before = pd.Series([4.4, 4.8, 4.9, 4.4, 5.5], index=areas)
    return charts.dots(before, after, 4.7, WORDS).figure


@pytest.mark.usefixtures("_made_words")
@pytest.mark.parametrize("language", ["en", "kk", "ru"])
@picture()
def test_scorecard(language):
    use_language(language)
    missing = {"none set": ("no target", "blank"), "cell lost": ("no target", "resolved")}
    rows = [missing.get(look, (look, "resolved")) for look in [*LOOKS, "met"]]
    found = {}
    for n in range(6):
        verdicts, readings = zip(*(rows * 2)[n : n + 5], strict=True)
        judged = outlook().judged.assign(verdict=verdicts, reading=readings)
        about = pd.Series(NAMES | {"unit": "%", "better": "lower", "direction": str(n // 2 + 1)})
        found[str(n)] = replace(outlook(judged=judged), indicator=str(n + 1), about=about)
    groups = pd.DataFrame([{"direction": str(n), **NAMES} for n in (1, 2, 3)])
    return charts.scorecard(found, groups).figure


@picture()
def test_region_histories():
    areas = ["KZ-10", "KZ-27", "KZ-19", "KZ-75", "KZ-59", "KZ-71"]
    found = {area: HISTORY + 0.5 - 0.2 * n for n, area in enumerate(areas)}
    found["KZ-10"] = found["KZ-10"]["2021":]
    found["KZ-19"] = found["KZ-19"].drop(pd.Period("2018", "Y"))
    goals = PRINTED.set_index("year")["value"]
    breaks = {"KZ-27": [pd.Period("2016", "Y")]}
    return small_multiples.histories(found, HISTORY, goals, breaks, WORDS).figure


@picture()
def test_planned_paths():
    goals = {"row 1": pd.Series([90.0, 95.0, 99.0], index=[2023, 2025, 2027])}
    return charts.paths_to(goals | {"row 2": goals["row 1"] - 20}, 100, WORDS).figure


@picture()
def test_then_and_now():
    checked = pd.DataFrame({"indicator": ["11"]})
    past = HISTORY[:"2021"]
    made = distribution(pd.period_range("2022", "2024", freq="Y"), DRAWS, (0, 100), 12, "ensemble")
    then = outlook(history=past, forecast=made, judged=judge(PRINTED, past, made, "lower", 1, True))
    return record_charts.then_and_now({"11": then}, {"11": outlook()}, checked, WORDS).figure


@picture()
def test_hedgehog():
    spines = [
        {"indicator": "11", "origin": origin, "year": origin + h, "naive": value, "median": value - 0.1 * h}
        for origin, value in zip(range(2012, 2022), HISTORY["2012":"2021"], strict=True)
        for h in (1, 2, 3)
    ]
    return record_charts.hedgehog({"11": outlook(), "12": outlook()}, pd.DataFrame(spines), WORDS).figure


@picture()
def test_calibration():
    return record_charts.calibration(CALIBRATION, WORDS).figure


@pytest.mark.usefixtures("_made_words")
@picture()
def test_pension_scenarios(monkeypatch):
    ends = {"baseline": 0.0, "stalled_wages": 3.0, "wages_follow_gdp": -0.4, "inflation_only": -0.1}

    def replacement(name, until, as_of):
        low = pd.Series([30.0, 29.5, 29.0], index=[2025, 2026, 2027]) + ends[name]
        return pd.DataFrame({"low": low, "high": low + 0.6})

    ratio = pd.Series([33.0, 32.0, 31.0], index=pd.period_range("2022", "2024", freq="Y"))
    monkeypatch.setattr("helpers.pensions.replacement", replacement)
    monkeypatch.setattr("helpers.pensions.scenarios.known", lambda *_: list(ends))
    monkeypatch.setattr("helpers.statistics.series", lambda code, as_of="": ratio)
    return pension_page.chart("baseline", 2027).figure
