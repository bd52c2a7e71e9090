"""The tables behind the report on the record: what they hold, how they are made again, what the report says of them."""

import numpy as np
import pandas as pd
import pytest
from command import jospar

from helpers import UserError
from helpers.forecast import backtest
from helpers.language import use_language
from helpers.record import charts as record_charts, hindsight, page as record_page, tables as record_tables


def made_panel(path, last=2023):
    years = np.arange(2008, last + 1)
    rows = [
        pd.DataFrame({
            "series_id": f"a#{n}", "period": years,
            "value": (50 + years - 2008 + np.random.default_rng(n).normal(0, 0.5, len(years))).round(1),
        })
        for n in range(2)
    ]  # fmt: skip
    pd.concat(rows).to_csv(path, index=False)
    return path


@pytest.mark.parametrize("name", list(record_tables.TABLES))
def test_the_committed_tables_have_their_columns(name):
    assert len(record_tables.read(name)) > 0


def test_the_committed_record_has_every_method_and_horizon():
    table = record_tables.read("record")
    assert set(table["method"]) == set(record_page.METHODS)
    assert list(table.loc[table["method"] == "ours", "horizon"]) == ["1", "2", "3", "4", "5", "all"]
    assert table["brier"].between(0, 1).all()


def test_the_tables_are_made_again_from_a_panel(tmp_path):
    record_tables.publish(made_panel(tmp_path / "panel.csv"), tmp_path / "record", jobs=1)
    made = record_tables.read("made", tmp_path / "record").iloc[0]
    assert (made["series"], made["first_year"], made["last_year"]) == (2, 2008, 2023)
    counted = record_tables.read("calibration", tmp_path / "record").query("method == 'ours'")["n"].sum()
    record = record_tables.read("record", tmp_path / "record")
    assert counted == record.query("method == 'ours' and horizon == 'all'")["n"].item()


def test_the_scores_by_indicator_average_to_those_of_the_record():
    means = record_tables.read("by_indicator").set_index("indicator").drop(columns="n").mean()
    whole = record_page.overall(record_tables.read("record"))["brier"]
    assert means.to_dict() == pytest.approx(whole.to_dict(), rel=1e-4)


def test_a_ratio_that_every_indicator_shares_is_beyond_chance():
    scores = pd.Series([0.1, 0.2, 0.4])
    assert backtest.ratio_range(scores / 2, scores) == pytest.approx((0.5, 0.5))


def test_the_range_of_a_ratio_is_that_of_panels_drawn_anew():
    # Of two indicators drawn twice, a quarter of the panels hold only the one, and a quarter only the other.
    low, high = backtest.ratio_range(pd.Series([0.1, 0.3]), pd.Series([0.2, 0.2]))
    assert (low, high) == pytest.approx((0.5, 1.5))


@pytest.mark.parametrize("n", [1, 2])
def test_a_panel_of_one_indicator_has_no_range(n):
    record, by_indicator = record_tables.read("record"), record_tables.read("by_indicator").head(n)
    cell = record_page.panel_table(record, by_indicator).rows[0].cells[2]
    assert bool(cell.small) == (n == 2)


def test_the_report_says_in_how_many_indicators_ours_was_nearer():
    by_indicator = pd.DataFrame({"indicator": ["1", "2", "3"], "ours": [0.1, 0.2, 0.3], "oecd": [0.2, 0.2, 0.4]})
    said = record_page.indicators_won(record_tables.read("record"), by_indicator).data
    assert said.startswith("In **2** of 3 indicators of the panel")


def test_a_table_that_is_missing_or_strange_says_how_to_make_it(tmp_path):
    with pytest.raises(UserError, match="--publish"):
        record_tables.read("record", tmp_path)
    (tmp_path / "record.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UserError, match="the columns must be"):
        record_tables.read("record", tmp_path)


def test_the_command_writes_the_scores_of_a_panel(tmp_path):
    panel = made_panel(tmp_path / "panel.csv")
    result = jospar("record", "--panel", panel, "--output", tmp_path / "out.csv", "--jobs", 1)
    assert result.returncode == 0, result.stderr
    assert len(pd.read_csv(tmp_path / "out.csv")) == 36


def test_a_panel_with_text_in_it_is_one_line_and_exit_code_2(tmp_path):
    panel = tmp_path / "panel.csv"
    panel.write_text("series_id,period,value\na#1,2010,many\n")
    for words in (("--output", tmp_path / "out.csv"), ()):
        result = jospar("record", "--panel", panel, *words)
        assert result.returncode == 2
        assert len(result.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out.csv").exists()


def test_the_report_says_what_was_measured():
    checked = pd.DataFrame({
        "year": [2023, 2024], "figure": [5.0, 4.0], "median": [5.1, 4.5], "naive": [5.5, 4.1], "inside": [True, False],
        "gain": [0.4, -0.4],
    })  # fmt: skip
    record = pd.DataFrame({
        "method": list(record_page.METHODS), "horizon": "all", "n": 1000,
        "brier": [0.15, 0.18, 0.2, 0.19, 0.17, 0.16], "coverage80": 0.76, "coverage95": 0.87,
    })  # fmt: skip
    panel = pd.DataFrame({method: [0.1 + 0.01 * n, 0.2] for n, method in enumerate(record_page.METHODS)})
    words = record_page.headline(checked, record, panel).data
    assert "2 figures** of 2023–2024" in words
    assert "1 fell inside their 80% ranges, where 2 would be expected" in words
    assert "in 1 of 2 cases, further off in 1, and as near in 0" in words
    assert (
        "**0.150**, against 0.180 for a random walk and 0.160 for the best method modelled on an official body (OECD)"
        in words
    )
    assert (
        "the 80% ranges held 76% of the figures that came, and the 95% ranges 87%. "
        "There the ranges are somewhat too narrow." in words
    )


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "kk", "ru"])
def test_small_charts_keep_their_words_apart(language, found, hindcasts):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    use_language(language)
    words = record_page.hedgehog_words(by := hindsight.by_horizon(hindcasts), hindcasts, found)
    chart = record_charts.hedgehog(found, hindcasts, words)
    assert len(by) == 6
    for figure in (chart.figure, chart.narrow):
        renderer = FigureCanvasAgg(figure).get_renderer()
        figure.draw_without_rendering()
        boxes = [words.get_window_extent(renderer) for words in figure.axes[0].texts if words.get_text()]
        assert len(boxes) > 40
        for n, box in enumerate(boxes):
            assert not any(box.overlaps(other) for other in boxes[n + 1 :])


def test_a_counted_share_is_all_only_where_all_were():
    assert [record_page.shown(share) for share in (1, 0.9987, 0.5, 0)] == ["100%", ">99%", "50%", "0%"]
