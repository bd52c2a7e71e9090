"""The colours of all charts, and pictures made of these alone, which take a third of the bytes."""

import io
from functools import cache
from itertools import chain
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image, ImageChops

from helpers.language import INLINE

BLUE, GREY, ORANGE, INK, SOFT = "#12436D", "#8A96A1", "#C2500A", "#1B2730", "#5F6B76"
PURPLE = "#9B4DCA"  # what a person moved, not the figures
FAINT = "#C9D1D8"  # lines between two figures, frames of empty cells
VERDICTS = {tone: css.removeprefix("color:") for tone, css in INLINE.items()}
FILLS = 1, 0.14, 0.33, 0.22, 0.18, 0.09, 0.2, 0.16, 0.1  # what is left of a colour in ranges and cells
EDGES = [step / 14 for step in range(13, 0, -1)]  # how letters and lines fade at their edges
FAR = 64  # of 255: colours further from all of ours than where two of their edges meet


@cache
def style() -> matplotlib.RcParams:
    """The look of all charts, as its file says."""
    return matplotlib.rc_params_from_file(Path(__file__).with_name("jospar.mplstyle"), use_default_template=False)


def parts(colour: str) -> tuple[int, ...]:
    """Red, green and blue of a hexadecimal colour, each 0 to 255."""
    return tuple(int(colour[n : n + 2], 16) for n in (1, 3, 5))


def mixed(colour: str, share: float) -> str:
    """A colour thinned with white, `share` of it left."""
    return "#" + "".join(f"{round(255 - share * (255 - part)):02x}" for part in parts(colour))


@cache
def palette() -> dict[tuple[int, ...], tuple[int, ...]]:
    """White and our colours, as they stand and fade, by the place at which Pillow looks for them: it sees 64 steps."""
    axes = [style()["xtick.color"], style()["grid.color"]]
    tones = [INK, SOFT, BLUE, ORANGE, GREY, PURPLE, FAINT, *axes, *VERDICTS.values()]
    shades = [parts(mixed(tone, share)) for share in (0, *FILLS, *EDGES) for tone in tones]
    return {tuple(part // 4 * 4 for part in shade): shade for shade in reversed(shades)}  # the first counts


def reduced(drawn: Image.Image) -> Image.Image:
    """A picture in our colours alone; itself where it shows others."""
    places = Image.new("P", (1, 1))
    places.putpalette(bytes(chain(*palette())))
    picture = drawn.quantize(palette=places, dither=Image.Dither.NONE)
    picture.putpalette(bytes(chain(*palette().values())))
    apart = np.asarray(ImageChops.difference(drawn, picture.convert("RGB"))).max()
    return drawn if apart > FAR else picture


def png(figure: Figure) -> bytes:
    """The figure as PNG, in our colours alone unless it shows others; the same bytes for the same figure."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    drawn = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba()).convert("RGB")
    # Level 6, the usual one, makes it a fifth smaller and takes twice as long.
    reduced(drawn).save(content := io.BytesIO(), "png", compress_level=3, dpi=(figure.dpi, figure.dpi))
    return content.getvalue()
