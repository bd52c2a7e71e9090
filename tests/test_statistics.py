import datetime
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from helpers import UserError, files, statistics
from helpers.statistics.store import all_observations

SCRIPT = files.ROOT / "scripts" / "compile_statistics.py"
COLLECTED = next((file.parent for file in files.ROOT.parent.glob("*/data/statistics/regions.csv")), None)


def value(code: str, period: str, area: str = "KAZ") -> float:
    return statistics.series(code, area)[period]


@pytest.mark.parametrize(
    ("code", "period", "expected"),
    [
        ("unemployment", "2007", 7.3),
        ("unemployment", "2008", 6.6),
        ("unemployment", "2019", 4.8),
        ("unemployment", "2023", 4.7),
        ("unemployment", "2025", 4.6),
        ("unemployment_quarterly", "2026Q2", 4.5),
        ("poverty", "2021", 5.2),
        ("poverty", "2025", 5.0),
        ("bottom40_share", "2021", 22.30),
        ("bottom40_share", "2025", 22.26),
        ("real_income", "2019", 0.0),
        ("real_income", "2021", 8.5),
        ("real_income", "2025", 16.3),
        ("unemployment_women", "2021", 5.5),
        ("unemployment_women", "2023", 5.3),
        ("youth_unemployment", "2022", 3.8),
        ("youth_permanent_jobs", "2023", 49.80),
        ("injury_frequency", "2021", 0.22),
        ("injury_frequency", "2022", 0.21),
        ("injury_frequency", "2024", 0.20),
        ("collective_agreements", "2023", 53.1),
        ("migration_balance", "2025", 16.153),
        ("pension_wage_ratio", "2023", 33.1),
        ("wage_nominal", "2025", 443315),
        ("pension_assets", "2026-08", 27072102.566),
    ],
)
def test_figures_are_those_of_their_publishers(code, period, expected):
    assert value(code, period) == expected


def test_a_region_has_its_own_figures():
    assert value("unemployment", "2023", "KZ-63") == 4.6  # East Kazakhstan, wrong in one of the copies
    assert value("unemployment", "2022", "KZ-31") == 5.0  # Zhambyl, where two copies disagree
    assert value("unemployment", "2001", "KZ-YUZ") == 11.5


def test_the_country_and_twenty_regions_have_unemployment():
    regions = statistics.areas().query("kind == 'region' and to_year == ''").index
    assert len(regions) == 20
    for area in regions:
        assert statistics.series("unemployment", area).index[-1] == pd.Period("2025")
        assert statistics.series("unemployment_quarterly", area).index[-1] == pd.Period("2023Q4")


def test_the_index_is_sorted_unique_and_of_the_frequency_of_the_series():
    for code, facts in statistics.catalogue().iterrows():
        series = statistics.series(code)
        assert series.index.is_monotonic_increasing
        assert series.index.is_unique
        assert series.index.freqstr[0] == {"A": "Y", "Q": "Q", "M": "M"}[facts["frequency"]]
        assert series.name == code


def test_a_missing_period_is_absent_and_not_filled():
    assets = statistics.series("pension_assets")
    assert pd.Period("2025-09") not in assets.index
    assert assets.notna().all()


def test_suspect_and_part_year_figures_are_no_final_ones():
    assert statistics.series("collective_agreements").index[-1] == pd.Period("2023")
    assert statistics.series("collective_agreements", status=("final", "suspect"))["2024"] == 56.24
    assert statistics.series("injury_frequency").index[-1] == pd.Period("2024")


def test_part_year_figures_say_how_many_months_they_cover():
    rows = statistics.figures("injury_frequency").parts.set_index(["year", "months"])["value"]
    assert rows[2025, 9] == 0.13
    assert rows[2023, 6] == 0.09
    assert statistics.figures("unemployment").parts.empty


def test_observations_carry_source_and_status():
    row = statistics.observations("collective_agreements").set_index("period").loc["2024"]
    assert (row["status"], row["source"]) == ("suspect", "sdg_8_8_2_later")


def test_sources_have_address_and_licence():
    rows = statistics.sources(["unemployment", "inflation"])
    assert {"bns_labour_force_survey", "wdi_fp_cpi_totl_zg"} <= set(rows.index)
    assert "bns_migration" not in rows.index
    assert rows[["publisher", "title", "url", "licence", "read_on"]].ne("").all(axis=None)
    assert set(rows.index) < set(statistics.sources().index)


def test_a_year_is_not_known_on_its_last_day():
    assert statistics.series("unemployment", as_of="2022-12-31").index[-1] == pd.Period("2021")
    assert statistics.series("unemployment", as_of="2023-04-30").index[-1] == pd.Period("2022")
    assert statistics.series("unemployment_quarterly", as_of="2022-12-31").index[-1] == pd.Period("2022Q3")


def test_a_known_date_of_publication_goes_before_the_lag():
    dated = "unemployment_women_quarterly"
    assert pd.Period("2025Q4") not in statistics.series(dated, as_of="2026-02-12").index
    assert pd.Period("2025Q4") in statistics.series(dated, as_of="2026-02-13").index


def test_as_of_takes_a_date_and_an_empty_text_means_today():
    assert statistics.series("poverty", as_of=datetime.date(2020, 1, 1)).index[-1] == pd.Period("2018")
    assert statistics.series("poverty", as_of="").equals(statistics.series("poverty"))


def test_before_the_first_figure_a_series_is_empty_and_keeps_its_frequency():
    early = statistics.series("unemployment", as_of="1990-01-01")
    assert early.empty
    assert early.index.freqstr[0] == "Y"


@pytest.fixture
def vintages(tmp_path):
    """A small folder: a figure that was revised twice, one that was withdrawn, one that was read early."""
    lines = [
        "series,area,period,value,status,source,published,read_on",
        "unemployment,KAZ,2024,4.6,final,a,2025-02-14,",
        "unemployment,KAZ,2024,4.7,final,b,,2026-03-01",
        "unemployment,KAZ,2024,4.8,final,b,2026-05-05,2026-06-01",
        "unemployment,KAZ,2025,4.5,final,b,,2026-01-20",
        "unemployment,KAZ,2025,4.5,withdrawn,b,,2026-07-01",
        "unemployment,KZ-71,2024,4.4,final,a,,",
    ]
    (tmp_path / "observations.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name in ("series.csv", "areas.csv", "sources.csv"):
        (tmp_path / name).write_bytes((files.STATISTICS / name).read_bytes())
    return tmp_path


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2025-02-13", {}),
        ("2025-02-14", {"2024": 4.6}),
        ("2026-01-19", {"2024": 4.6}),
        ("2026-01-20", {"2024": 4.6, "2025": 4.5}),  # read before the usual wait was over
        ("2026-03-01", {"2024": 4.7, "2025": 4.5}),
        ("2026-05-04", {"2024": 4.7, "2025": 4.5}),
        ("2026-05-05", {"2024": 4.8, "2025": 4.5}),
        ("2026-07-01", {"2024": 4.8}),
    ],
)
def test_of_several_printed_values_the_newest_that_was_known_counts(vintages, as_of, expected):
    known = statistics.series("unemployment", as_of=as_of, folder=vintages)
    assert {str(period): value for period, value in known.items()} == expected


def test_every_printed_value_is_kept_with_the_day_from_which_it_counts(vintages):
    printed = statistics.vintages("unemployment", folder=vintages).query("period == '2024'")
    assert list(printed["value"]) == [4.6, 4.7, 4.8]
    assert list(printed["known"].dt.strftime("%Y-%m-%d")) == ["2025-02-14", "2026-03-01", "2026-05-05"]
    assert list(statistics.vintages("unemployment", "KZ-71", vintages)["value"]) == [4.4]


def test_the_hash_of_inputs_knows_the_same_days(vintages, monkeypatch):
    from helpers.render import fingerprint

    monkeypatch.setattr(files, "STATISTICS", vintages)
    known = all_observations(vintages).table["known"]
    for day in pd.date_range("2025-02-14", "2026-08-01", freq="5D"):
        assert fingerprint.last_known(day.date()) == known[known <= day].max().date()


def test_the_order_of_the_rows_does_not_matter(vintages, tmp_path):
    lines = (vintages / "observations.csv").read_text(encoding="utf-8").splitlines()
    other = tmp_path / "other"
    other.mkdir()
    for name in ("series.csv", "areas.csv", "sources.csv"):
        (other / name).write_bytes((vintages / name).read_bytes())
    (other / "observations.csv").write_text("\n".join([lines[0], *lines[:0:-1]]) + "\n", encoding="utf-8")
    for day in ("2025-06-01", "2026-04-01", "2026-08-01"):
        mine, theirs = (statistics.series("unemployment", as_of=day, folder=place) for place in (other, vintages))
        assert mine.equals(theirs)


CODES = statistics.catalogue().index.tolist()


@given(st.sampled_from(CODES), st.dates(datetime.date(1995, 1, 1), datetime.date(2030, 1, 1)), st.integers(0, 4000))
def test_a_later_date_never_knows_less(code, date, days):
    earlier = statistics.series(code, as_of=date)
    later = statistics.series(code, as_of=date + datetime.timedelta(days=days))
    assert set(earlier.index) <= set(later.index)
    assert later[earlier.index].equals(earlier)


def test_areas_stand_side_by_side():
    regions = statistics.by_area("unemployment", as_of="2024-01-01")
    assert regions.loc["KZ-71", 2022] == 4.6
    assert regions.loc["KZ-10"].first_valid_index() == 2022
    assert regions.columns.max() == 2022
    assert "KAZ" not in regions.index
    assert statistics.covers("unemployment", "KZ-71")
    assert not statistics.covers("gini", "KZ-71")


def test_projections_are_known_from_the_day_they_were_read():
    projected = "unemployment_imf_projection"
    assert statistics.series(projected, as_of="2026-09-03").empty
    assert statistics.series(projected, as_of="2026-09-04").index[-1] == pd.Period("2031")


def test_breaks_are_the_last_periods_before_them():
    assert statistics.breaks("collective_agreements") == [pd.Period("2022")]
    assert statistics.breaks("youth_unemployment_quarterly") == [pd.Period("2022Q4")]
    assert statistics.breaks("unemployment") == []


def test_a_split_region_breaks_every_series():
    assert statistics.breaks("unemployment", "KZ-63") == [pd.Period("2021")]
    assert statistics.breaks("unemployment_quarterly", "KZ-63") == [pd.Period("2021Q4")]
    assert statistics.breaks("poverty", "KZ-63") == [pd.Period("2017"), pd.Period("2022")]


def test_the_series_of_an_indicator_are_found_by_role():
    assert statistics.for_indicator("11") == ["unemployment", "unemployment_quarterly"]
    assert "pension_wage_ratio" in statistics.for_indicator("27", role="context")
    assert statistics.for_indicator("27") == []


def test_what_is_not_measured_has_a_reason_in_one_sentence():
    reasons = statistics.not_measured()
    assert {"1", "2", "3", "8", "9", "10", "14", "15", "18", "19", "20", "24", "26.1", "26.2", "28"} <= set(
        reasons.index
    )
    assert reasons.str.endswith(".").all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: statistics.series("unemploymnt"), "did you mean 'unemployment"),
        (lambda: statistics.series("unemployment", "Astana"), "did you mean 'KZ-71"),
        (lambda: statistics.series("unemployment", "KZ-72"), "did you mean 'KZ-"),
        (lambda: statistics.series("unemployment", as_of="yesterday"), "write it as 2025-12-31"),
        (lambda: statistics.series("unemployment", as_of="2025-13-01"), "not a date"),
        (lambda: statistics.series("unemployment", as_of="2025-12-31 or so"), "not a date"),
        (lambda: statistics.series("unemployment", status="finl"), "use final or suspect"),
        (lambda: statistics.series("gini", "KZ-71"), "it has them for KAZ"),
        (lambda: statistics.sources(["nothing_like_it"]), "it may be real_income"),
        (lambda: statistics.breaks("povrty"), "did you mean 'poverty"),
        (lambda: statistics.catalogue(Path("nowhere")), "nowhere/series.csv: no such file"),
    ],
)
def test_a_wrong_word_gives_one_line_with_advice(call, message):
    with pytest.raises(UserError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_what_a_caller_changes_stays_with_the_caller():
    catalogue, series, areas = statistics.catalogue(), statistics.series("unemployment"), statistics.areas()
    catalogue.loc["unemployment", "unit"] = "apples"
    series.iloc[:] = 0
    areas.loc["KAZ", "name_en"] = "Nowhere"
    assert statistics.catalogue().loc["unemployment", "unit"] == "%"
    assert value("unemployment", "2025") == 4.6
    assert statistics.areas().loc["KAZ", "name_en"] == "Kazakhstan"


@pytest.mark.slow
@pytest.mark.skipif(COLLECTED is None, reason="the collected files are not here")
def test_compiling_again_gives_the_same_bytes(tmp_path):
    subprocess.run([sys.executable, SCRIPT, COLLECTED, tmp_path], check=True)
    for name in ("observations.csv", "sources.csv"):
        assert (tmp_path / name).read_bytes() == (files.STATISTICS / name).read_bytes()


@pytest.mark.slow
def test_the_script_says_how_it_is_used():
    result = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr.startswith("usage: python scripts/compile_statistics.py")
