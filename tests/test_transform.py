import pandas as pd
import pytest
from hypothesis import given, strategies as st

from helpers import UserError, statistics

BASE = pd.Period("2019", "Y")


def yearly(values: dict[int, float]) -> pd.Series:
    return pd.Series(list(values.values()), index=pd.PeriodIndex([str(year) for year in values], freq="Y"), dtype=float)


def test_a_chained_index_is_the_product_of_its_links():
    chained = statistics.chain_index(yearly({2020: 110, 2021: 110}), BASE)
    assert chained.round(6).tolist() == [0, 10, 21]
    assert str(chained.index[0]) == "2019"


def test_years_before_the_base_are_below_it():
    chained = statistics.chain_index(yearly({2019: 125, 2020: 100}), BASE)
    assert chained.tolist() == pytest.approx([-20, 0, 0])


def test_a_hole_in_an_index_ends_the_chain():
    with pytest.raises(UserError, match="no figure for 2021"):
        statistics.chain_index(yearly({2020: 110, 2022: 110}), BASE)


def test_a_base_outside_the_chain_is_refused():
    with pytest.raises(UserError, match="base 2019 is outside 2021–2022"):
        statistics.chain_index(yearly({2022: 110}), BASE)


def test_an_empty_index_is_refused():
    with pytest.raises(UserError, match="empty"):
        statistics.chain_index(yearly({}), BASE)


@given(st.lists(st.floats(50, 200), min_size=2, max_size=20), st.data())
def test_the_base_is_zero_and_its_choice_changes_no_growth(index, data):
    links = yearly({2001 + number: value for number, value in enumerate(index)})
    base = data.draw(st.sampled_from([links.index[0] - 1, *links.index]))
    chained = statistics.chain_index(links, base)
    assert chained[base] == 0
    level = 1 + chained / 100
    assert (level / level.shift()).iloc[1:].tolist() == pytest.approx([value / 100 for value in index])
