"""Charts carry their words, keep them inside, and draw what the tables say."""

import re
from dataclasses import fields, replace
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from helpers import charts, plan, shared, statistics, targets
from helpers.charts import captions, frame, labels, panels, small_multiples, strokes
from helpers.charts.captions import Words
from helpers.charts.scorecard import LOOKS
from helpers.language import TONE, in_language, said_of
from helpers.pensions import page as pension_page
from helpers.record import charts as record_charts, page as record_page

WORDS = Words("A finding", "what, %, where", "Source: someone")


def texts(chart):
    renderer = FigureCanvasAgg(chart.figure).get_renderer()
    chart.figure.draw_without_rendering()
    shown = [t for t in chart.figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
    return {t: t.get_window_extent(renderer) for t in shown}


DAY = "2026-11-22"
FANS = {
    f"fan {n}": lambda found, n=n: charts.fan(found[n]) for n in ("4", "5", "7", "11", "12", "17", "21", "22", "25")
}
KINDS = FANS | {
    "migration": lambda found: charts.fan(targets.national_outlook("migration_balance", DAY)),
    "pensions": lambda found: pension_page.chart("baseline", 2027, DAY),
    "quarters": lambda found: charts.quarters("unemployment_quarterly", "KAZ", DAY, 2027),
    "unemployment by region": lambda found: charts.regions("unemployment", found["11"], DAY),
    "poverty by region": lambda found: charts.regions("poverty", found["7"], DAY),
    "scorecard": lambda found: charts.scorecard(found, plan.directions()),
    "unemployment of each region": lambda found: charts.region_histories("unemployment", found["11"], DAY),
    "poverty of each region": lambda found: charts.region_histories("poverty", found["7"], DAY),
    "calibration": lambda found: calibration(),
    "hedgehog": lambda found: hedgehog(found),
    "planned": lambda found: charts.paths_to(captions.planned(found, "26.1", "26.2"), 100, WORDS),
}


def calibration():
    stated = [0.05, 0.35, 0.95]
    table = pd.DataFrame({"n": [1400, 2, 1], "stated": stated, "observed": [0.02, 0.4, 0.99]})
    return record_charts.calibration(table, record_page.calibration_words(table))


def hedgehog(found):
    spines = [
        {"indicator": n, "origin": 2015, "year": 2016, "naive": one.history.iloc[-1], "median": one.history.iloc[-2]}
        for n, one in found.items() if len(one.history) > 1
    ]  # fmt: skip
    made, scores = pd.DataFrame(spines), pd.DataFrame({"horizon": ["all"], "error_ratio": [0.9]})
    return record_charts.hedgehog(found, made, record_page.hedgehog_words(scores, made, found))


@pytest.fixture(scope="module")
def draw(found):
    """Draws each kind of chart once in a language: the chart, and its texts with their boxes."""

    @cache
    def drawn(kind, language="en"):
        with in_language(language):
            chart = KINDS[kind](found)
            return chart, texts(chart)

    return drawn


# Kazakh has the longest words.
BY_DAY = ["kk", *(pytest.param(code, marks=pytest.mark.hard) for code in ("en", "ru"))]


@pytest.mark.slow
@pytest.mark.parametrize("language", BY_DAY)
@pytest.mark.parametrize("kind", KINDS)
def test_no_text_leaves_the_chart_and_none_is_left_in_english(draw, kind, language):
    chart, boxes = draw(kind, language)
    drawn = chart.figure.get_tightbbox(FigureCanvasAgg(chart.figure).get_renderer())
    width, height = chart.figure.get_size_inches()
    assert drawn.x0 >= 0
    assert drawn.y0 >= 0
    assert drawn.x1 <= width + 1e-9
    assert drawn.y1 <= height + 1e-9
    if chart.narrow is not None:
        narrow = chart.narrow.get_tightbbox(FigureCanvasAgg(chart.narrow).get_renderer())
        assert 0 <= narrow.x0 <= narrow.x1 <= chart.narrow.get_figwidth()
    shown = " ".join(text.get_text() for text in boxes)
    assert language == "en" or kind == "planned" or not re.findall("[A-Za-z]+", shown)


def test_a_long_title_pushes_the_plot_down_and_not_into_itself():
    words = WORDS._replace(title="A very long finding " * 8, subtitle="a very long measure " * 12)
    chart = charts.lines({"a": pd.Series([1.0, 2.0], index=pd.period_range("2020", periods=2, freq="Y"))}, "a", words)
    figure, axes = chart.figure, chart.figure.axes[0]
    boxes = texts(chart)
    above = [box for text, box in boxes.items() if text in figure.texts and box.y0 > figure.bbox.y1 / 2]
    assert min(box.y0 for box in above) > axes.get_window_extent().y1


def test_labels_at_the_ends_of_lines_do_not_touch():
    index = pd.period_range("2020", periods=3, freq="Y")
    named = {f"line {n}": pd.Series([1.0, 2.0, 3.0 + n / 1000], index=index) for n in range(5)}
    chart = charts.lines(named, "line 0", WORDS)
    boxes = sorted((b for t, b in texts(chart).items() if t.get_text().startswith("line")), key=lambda b: b.y0)
    assert len(boxes) == 5
    assert all(low.y1 <= high.y0 + 1 for low, high in pairwise(boxes))


def test_a_missing_year_is_a_gap_in_the_line():
    history = pd.Series([1.0, 2.0, 4.0], index=pd.PeriodIndex(["2020", "2021", "2023"], freq="Y"))
    _, axes = charts.canvas(WORDS)
    charts.draw_history(axes, history)
    assert pd.isna(axes.lines[0].get_ydata()[2])


def test_the_line_is_cut_where_the_definition_changed(found):
    axes = charts.fan(found["7"]).figure.axes[0]
    ends = [line.get_xdata()[-1] for line in axes.lines if len(line.get_xdata()) > 2]
    assert 2017 in ends


def test_targets_are_drawn_at_their_years_and_values(found):
    axes = charts.fan(found["11"]).figure.axes[0]
    bars = axes.collections[-1].get_segments()
    assert [(round(bar[:, 0].mean()), bar[0, 1]) for bar in bars] == [
        (2023, 4.8), (2024, 4.8), (2025, 4.7), (2026, 4.7), (2027, 4.7)]  # fmt: skip


def test_the_same_chart_gives_the_same_bytes(found):
    assert charts.fan(found["11"]).png() == charts.fan(found["11"]).png()


def test_a_chart_speaks_to_readers_who_do_not_see_it(found):
    data, metadata = charts.fan(found["11"])._repr_mimebundle_()
    assert "The target of 2025 was met" in metadata["image/png"]["alt"]
    assert data["text/plain"] == metadata["image/png"]["alt"]


def test_regions_are_sorted_and_named():
    table = statistics.by_area("unemployment", as_of="2026-11-22")
    chart = charts.dots(table[2021], table[2025], 4.7, captions.regions(table, "unemployment", 2021))
    names = [label.get_text() for label in chart.figure.axes[0].get_yticklabels()]
    assert names[-1] == "Mangystau region"
    assert len(names) == 20


@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(0.1, 5)), min_size=1, max_size=8))
def test_labels_are_spread_without_overlap_and_in_order(wished):
    wished.sort()
    wanted, sizes = [y for y, _ in wished], [size for _, size in wished]
    places = labels.spread(wanted, sizes)
    for n in range(len(places) - 1):
        assert places[n + 1] - places[n] >= (sizes[n] + sizes[n + 1]) / 2 - 1e-9


def test_a_label_alone_stays_at_its_line():
    assert labels.spread([1.0, 5.0, 5.1], [1, 1, 1])[0] == 1.0


def test_no_label_reaches_below_the_axis_of_years():
    assert labels.spread([0.0, 0.1, 5.0], [1, 1, 1], lowest=0.0) == [0.5, 1.5, 5.0]


def test_the_ranges_of_a_forecast_are_named_at_their_ends(found):
    drawn = {text.get_text().replace("\n", " ") for text in texts(charts.fan(found["11"]))}
    assert {"50% range", "80% range"} <= drawn


PICTURES = ("scorecard", "unemployment of each region", "poverty of each region")


@pytest.mark.slow
@pytest.mark.parametrize("language", BY_DAY)
@pytest.mark.parametrize("kind", PICTURES)
def test_no_two_texts_of_a_crowded_picture_overlap(draw, kind, language):
    boxes = list(draw(kind, language)[1].items())
    for n, (one, first) in enumerate(boxes):
        for other, second in boxes[n + 1 :]:
            wide = min(first.x1, second.x1) - max(first.x0, second.x0)
            high = min(first.y1, second.y1) - max(first.y0, second.y0)
            assert wide <= 1 or high <= 1, (one.get_text(), other.get_text())


@pytest.mark.parametrize("language", BY_DAY)
def test_no_name_of_the_scorecard_reaches_into_a_cell(draw, language):
    chart, shown = draw("scorecard", language)
    boxes = [box for text, box in shown.items() if len(text.get_text()) > 4]
    cells = [cell.get_window_extent() for cell in chart.figure.findobj(Rectangle) if cell.get_height() > 0.01]
    cells = [cell for cell in cells if cell.width < chart.figure.bbox.width / 10]
    assert len(cells) > 29 * 5
    assert not [box for box in boxes for cell in cells if box.overlaps(cell)]


@pytest.mark.slow
def test_the_words_of_a_picture_are_large_enough_on_paper(draw):
    scale = 180 / 25.4 / 10.4  # of a page with margins of 15 mm
    assert min(text.get_fontsize() for text in draw("scorecard", "kk")[1]) * scale >= 7.4
    assert min(text.get_fontsize() for text in draw("poverty of each region", "kk")[1]) >= 7.5


def test_the_scorecard_has_a_mark_for_every_judged_target(draw, found):
    judged = targets.assess(found).apply(said_of, axis=1).value_counts()
    marks = [text.get_text() for text in draw("scorecard")[1]]
    for verdict, look in LOOKS.items():
        if look.mark:
            assert marks.count(look.mark) == judged.get(verdict, 0) + (verdict in judged)  # one more in the key


def test_a_cell_that_was_lost_is_told_from_one_that_was_never_filled(draw, found):
    shown = [text.get_text() for text in draw("scorecard")[1]]
    judged = targets.assess(found)
    lost = ((judged["verdict"] == "no target") & (judged["reading"] != "blank")).sum()
    assert lost > 3
    assert shown.count("?") == lost + 1  # one more in the key
    assert {"cell lost", "none set"} <= set(shown)
    assert "no target" not in shown


def test_the_key_explains_only_what_occurs(found):
    shown = [text.get_text() for text in texts(KINDS["scorecard"]({"11": found["11"]}))]
    assert "met" in shown
    assert not {"cell lost", "none set", "no comparable data"} & set(shown)


def test_a_year_without_a_target_is_in_the_key_too(found):
    short = replace(found["11"], judged=found["11"].judged.iloc[1:])
    shown = [text.get_text() for text in texts(KINDS["scorecard"]({"11": short, "7": found["7"]}))]
    assert "none set" in shown


def test_every_verdict_has_a_mark_of_its_own():
    assert set(LOOKS) == set(TONE) - {"no target"} | {"cell lost", "none set"}
    assert len({look.mark for look in LOOKS.values()}) == len(LOOKS)


def test_the_scorecard_states_what_the_verdicts_count(draw, found):
    judged = targets.assess(found)["verdict"]
    met, missed = (judged == "met").sum(), (judged == "missed").sum()
    assert f"{met} of {met + missed} targets" in draw("scorecard")[0].alt


def test_every_indicator_has_a_short_name():
    assert list(statistics.short_names().index) == list(plan.indicators()["indicator"])


@pytest.mark.slow
def test_regions_farthest_on_the_wrong_side_come_first_and_are_counted(draw, found):
    chart, _ = draw("poverty of each region")
    latest = statistics.by_area("poverty", as_of=DAY).iloc[:, -1].dropna().sort_values(ascending=False)
    first = next(words.get_text() for words in chart.figure.axes[0].texts if words.get_weight() != "bold")
    assert first == captions.place(latest.index[0]).replace(" ", " ")
    goal = targets.target(found["7"], 2025)
    assert f"{(latest.round(1) <= goal).sum()} of {len(latest)} regions" in chart.alt


def test_a_gap_and_a_break_part_the_line_of_a_region():
    years = pd.PeriodIndex(["2018", "2019", "2021", "2022", "2023"], freq="Y")
    history = pd.Series([1.0, 2.0, 3.0, 4.0, 5.0], index=years)
    parts = list(strokes.unbroken(history, [pd.Period("2022", "Y")]))
    assert [part.index[-1].year for part in parts] == [2022, 2023]
    assert pd.isna(parts[0][pd.Period("2020", "Y")])


def test_a_chart_for_a_telephone_shows_the_same_in_less_width(found):
    chart = charts.fan(found["11"])
    assert chart.narrow.get_figwidth() < chart.figure.get_figwidth() / 2
    _, metadata = chart._repr_mimebundle_()
    assert metadata["image/png"]["narrow"]
    assert metadata["image/png"]["indicator"] == "11"
    plots = [one.axes[0] for one in (chart.figure, chart.narrow)]
    lines = [
        [line.get_ydata().tolist() for line in axes.lines if line.get_transform() == axes.transData] for axes in plots
    ]
    assert lines[0]
    assert str(lines[0]) == str(lines[1])


def test_a_kept_chart_is_drawn_again_only_when_what_it_shows_or_its_language_changes(tmp_path, monkeypatch):
    drawn = []

    @charts.kept
    def draw(values, words):
        drawn.append(words)
        return charts.Chart(Figure(figsize=(len(values), 1)), words)

    values = pd.DataFrame({"a": [1, 2], "b": [0.5, 1.5]})
    assert isinstance(draw(values, "before"), charts.Chart)
    monkeypatch.setenv(shared.VARIABLE, str(tmp_path))
    monkeypatch.setattr(shared, "BEGAN", (shared.stamps(), "state"))
    # Equal tables that lie in memory in another way.
    shown = [
        draw(table, "first")._repr_mimebundle_() for table in (values, pd.concat([values["a"], values["b"]], axis=1))
    ]
    assert shown[0] == shown[1]
    assert drawn == ["before", "first"]
    draw(values.assign(b=[0.5, 1.6]), "second")
    draw(values.rename(columns={"b": "c"}), "second")
    draw(values.set_axis([2, 3]), "second")
    with in_language("kk"):
        draw(values, "first")
    with rc_context({"lines.linewidth": 9}):
        draw(values, "first")
    assert drawn == ["before", "first", "second", "second", "second", "first", "first"]
    assert draw(values, "first").figure.get_figwidth() == 2


def test_a_kept_chart_is_found_again_whatever_its_outlook_has_worked_out_meanwhile(found):
    outlook = replace(found["11"], figures=replace(found["11"].figures))
    before = frame._content((outlook,))
    assert len(outlook.figures.vintages)
    assert set(vars(outlook.figures)) > {field.name for field in fields(outlook.figures)}
    assert frame._content((outlook,)) == before
    assert frame._content((replace(outlook, area="KZ-75"),)) != before


def test_no_line_runs_through_a_break():
    values = pd.Series([1.0, 1.2, 4.0, 4.1], index=pd.period_range("2016", periods=4, freq="Y"))
    chart = charts.lines({"a": values}, "a", WORDS, breaks=[pd.Period("2017", "Y")])
    drawn = [list(line.get_ydata()) for line in chart.figure.axes[0].lines if len(line.get_xdata()) == 2]
    assert [1.0, 1.2] in drawn
    assert [4.0, 4.1] in drawn


@pytest.mark.parametrize("values", [[0.1, 3.0, 8.0], [4.0, 4.1], [2.0]])
def test_no_axis_of_a_share_reaches_below_zero(values):
    years = pd.period_range("2020", periods=len(values), freq="Y")
    _, up = small_multiples.one_scale([pd.Series(values, index=years)], pd.Series([5.0], index=[2025]))
    assert 0 <= up.low <= min(values)
    assert up.high >= max(values)


def test_a_panel_stands_in_its_box_and_holds_all_its_strokes():
    panel, box = panels.Panel(), panels.Box(1.0, 2.0, 3.0, 0.5)
    panel.line([2020, 2021, 2023], [4.0, 9.0, float("nan")])
    panel.band([2021, 2024], [1.0, 2.0], [3.0, 11.0])
    across, up = panel.spans()
    assert (across, up) == ((2019.8, 2024.2), (0.5, 11.5))
    sheet = panels.Sheet(Figure(figsize=(6, 4)))
    panels.put(sheet, box, panel, "name", 1)
    sheet.draw()
    where, level = sheet.axes.lines[0].get_data()
    assert where[0] == pytest.approx(1.0 + 3.0 * 0.2 / 4.4)
    assert level[:2] == pytest.approx([2.0 + 0.5 * 3.5 / 11, 2.0 + 0.5 * 8.5 / 11])
    assert np.isnan(level[2])


@given(st.lists(st.text("abcdef", min_size=1, max_size=12), min_size=1, max_size=30).map(" ".join), st.integers(12, 60))
def test_words_take_no_more_lines_when_these_are_even_and_the_longest_is_no_longer(words, width):
    even, greedy = labels.even_lines(words, width).split("\n"), labels.wrap(words, width).split("\n")
    assert " ".join(even) == words
    assert len(even) == len(greedy)
    assert max(map(len, even)) <= max(map(len, greedy)) <= width


def test_no_word_is_left_alone_on_the_last_line_of_a_title():
    title = "The target of 2025 was met; that of 2027 has a chance of 78%"
    assert labels.even_lines(title, 58) == "The target of 2025 was met; that\nof 2027 has a chance of 78%"
