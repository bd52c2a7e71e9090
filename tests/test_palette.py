"""The charts' colours stay apart for readers who see colours otherwise, and stand out from the paper."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from PIL import Image

from helpers import charts
from helpers.charts import colours as colours_of, small_multiples
from helpers.charts.scorecard import LOOKS
from helpers.record.charts import PALE

# Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE
# Transactions on Visualization and Computer Graphics 15 (6), 2009: severity 1.0, on linear RGB.
MACHADO = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
# Linear RGB to XYZ (IEC 61966-2-1), and the white of D65.
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])
# Colours that stand beside one another in a chart, a line each.
NEIGHBOURS = {
    "figures and targets": (charts.BLUE, charts.ORANGE),
    "figures and what isn't judged": (charts.BLUE, charts.GREY),
    "targets and what isn't judged": (charts.ORANGE, charts.GREY),
    "forecast and adjusted forecast": (charts.BLUE, charts.PURPLE),
    "adjusted forecast and targets": (charts.PURPLE, charts.ORANGE),
    "what came and what was known": (charts.INK, charts.GREY),
    "what came and targets": (charts.INK, charts.ORANGE),
    "figures and past forecasts": (charts.BLUE, PALE),
    "a region and its country": (charts.BLUE, small_multiples.PALE),
    "the country and its targets": (small_multiples.PALE, charts.ORANGE),
    "met and likely": (LOOKS["met"].fill, LOOKS["likely"].fill),
    "missed and unlikely": (LOOKS["missed"].fill, LOOKS["unlikely"].fill),
    "met and missed": (LOOKS["met"].fill, LOOKS["missed"].fill),
    "met and no comparable data": (LOOKS["met"].fill, LOOKS["no comparable data"].fill),
    "missed and no comparable data": (LOOKS["missed"].fill, LOOKS["no comparable data"].fill),
}
APART = 20  # CIE 1976 distance in Lab, about ten times what the eye just tells apart


def linear(colour: str) -> np.ndarray:
    """Red, green and blue of a hexadecimal colour, 0 to 1, in proportion to light."""
    value = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def seen(colour: str, kind: str) -> np.ndarray:
    return linear(colour) if kind == "full" else np.clip(np.array(MACHADO[kind]) @ linear(colour), 0, 1)


def lab(rgb: np.ndarray) -> np.ndarray:
    part = TO_XYZ @ rgb / WHITE
    x, y, z = np.where(part > (6 / 29) ** 3, np.cbrt(part), part / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(one: str, other: str, kind: str) -> float:
    return float(np.linalg.norm(lab(seen(one, kind)) - lab(seen(other, kind))))


def contrast(one: str, other: str) -> float:
    """WCAG 2's contrast ratio, 1 to 21."""
    low, high = sorted(float(TO_XYZ[1] @ linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("kind", ["full", *MACHADO])
@pytest.mark.parametrize("pair", NEIGHBOURS)
def test_neighbouring_colours_are_told_apart(pair, kind):
    assert distance(*NEIGHBOURS[pair], kind) >= APART


@pytest.mark.parametrize("colour", [charts.BLUE, charts.ORANGE, charts.PURPLE, charts.INK, charts.SOFT])
def test_colours_of_words_are_readable_on_the_paper(colour):
    assert contrast(colour, "#FFFFFF") >= 4.5


@pytest.mark.parametrize("verdict", LOOKS)
def test_marks_stand_out_from_the_colour_under_them(verdict):
    assert contrast(LOOKS[verdict].ink, LOOKS[verdict].fill) >= 4.5


@pytest.mark.parametrize("colour", [charts.BLUE, charts.GREY, charts.ORANGE, charts.PURPLE, charts.INK])
def test_lines_stand_out_from_the_paper(colour):
    assert contrast(colour, "#FFFFFF") >= 3


def test_black_and_white_have_the_greatest_contrast_and_distance():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert distance("#000000", "#FFFFFF", "full") == pytest.approx(100, abs=0.1)


def test_red_and_green_of_one_brightness_are_alike_to_who_lacks_green_cones():
    assert distance("#A05A2C", "#7C7A2C", "deuteranopia") < distance("#A05A2C", "#7C7A2C", "full") / 2


@given(st.integers(0, 255))
def test_greys_are_seen_alike_by_all(value):
    grey = f"#{value:02X}{value:02X}{value:02X}"
    for kind in MACHADO:
        assert np.allclose(seen(grey, kind), linear(grey), atol=2e-3)


def coloured(*colours: str) -> Image.Image:
    """A picture of one point for each colour."""
    picture = Image.new("RGB", (len(colours), 1))
    picture.putdata([colours_of.parts(colour) for colour in colours])
    return picture


def test_pictures_keep_white_lines_words_and_ranges_as_they_are_drawn_and_cells_to_a_step_that_nobody_sees():
    drawn = [charts.BLUE, charts.GREY, charts.ORANGE, charts.INK, charts.SOFT, charts.PURPLE, "#ffffff"]
    drawn += [colours_of.mixed(charts.BLUE, share) for share in (0.14, 0.16, 0.22, 1 - 0.86 * 0.78)]
    cells = [colour for look in LOOKS.values() for colour in (look.fill, look.ink)]
    picture = colours_of.reduced(coloured(*drawn, *cells))
    assert picture.mode == "P"
    apart = np.abs(np.asarray(picture.convert("RGB")).astype(int) - np.asarray(coloured(*drawn, *cells)))
    assert (apart[:, : len(drawn)].max(), apart[:, len(drawn) :].max() < 4) == (0, True)


@given(st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=1, max_size=20))
def test_no_colour_of_a_picture_is_moved_far_and_a_picture_with_a_foreign_one_stays_whole(points):
    drawn = Image.new("RGB", (len(points), 1))
    drawn.putdata(points)
    picture = colours_of.reduced(drawn)
    seen = np.asarray(picture.convert("RGB")).astype(int)
    assert np.abs(seen - np.asarray(drawn)).max() <= (colours_of.FAR if picture.mode == "P" else 0)


def test_a_picture_with_colours_of_its_own_keeps_them():
    assert colours_of.reduced(coloured("#ffffff", "#00ff00")).mode == "RGB"
