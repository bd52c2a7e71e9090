"""Words in charts: broken into lines, and set at the ends of lines where they touch nothing."""

import textwrap
from operator import itemgetter

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from helpers.language import visible

HALO = withStroke(linewidth=3, foreground="white")  # keeps a word apart from a line that runs behind it


def wrap(words: str, width: int) -> str:
    """Words broken into lines of at most `width` letters."""
    return "\n".join(textwrap.wrap(visible(words), width, break_long_words=False)) or words


def even_lines(words: str, width: int) -> str:
    """Words in as few lines as they need with at most `width` letters, none of them much longer than another."""
    count = wrap(words, width).count("\n")
    widths = range(max(len(words) // (count + 1), 1), width)
    return next((lines for n in widths if (lines := wrap(words, n)).count("\n") == count), wrap(words, width))


def label_ends(axes: Axes, labels: list[tuple]) -> None:
    """Names at the ends of lines, pushed apart where they would touch and as near to their lines as that allows."""
    if not labels:
        return
    low, high = axes.get_ylim()
    right, letters = max(x for x, *_ in labels), 16 if axes.figure.get_figwidth() > 5 else 13
    ordered = sorted(((x, y, wrap(words, letters), colour) for x, y, words, colour in labels), key=itemgetter(1))
    sizes = [(high - low) * 0.062 * (words.count("\n") + 1) for _, _, words, _ in ordered]
    places = spread([y for _, y, *_ in ordered], sizes, low)
    for place, size, (_, y, words, colour) in zip(places, sizes, ordered, strict=True):
        # A label that was pushed away is tied to its line.
        away = abs(place - y) > 0.6 * size
        if away:
            ends = axes.transData.transform([(right, y), (right, place)])
            ends = axes.transData.inverted().transform(ends + np.array([(3, 0), (10 * axes.figure.dpi / 72, 0)]))
            axes.plot(*ends.T, color=colour, linewidth=0.6, clip_on=False, scalex=False, scaley=False)
        axes.annotate(words, (right, place), xytext=(12 if away else 7, 0), textcoords="offset points",
                      va="center", color=colour, size=8.7, annotation_clip=False, path_effects=[HALO])  # fmt: skip


def spread(wanted: list[float], sizes: list[float], lowest: float = float("-inf")) -> list[float]:
    """Places, rising, as near to the wanted ones as labels of these sizes allow: those that touch form a block.

    None reaches below `lowest`, where the years stand.
    """
    blocks: list[tuple[float, list[float]]] = []
    for y, size in zip(wanted, sizes, strict=True):
        centre, block = y, [size]
        while blocks and blocks[-1][0] + sum(blocks[-1][1]) / 2 > centre - sum(block) / 2:
            before, others = blocks.pop()
            centre = (before * sum(others) + centre * sum(block)) / (sum(others) + sum(block))
            block = others + block
        blocks.append((centre, block))
    places = []
    for centre, block in blocks:
        edge = centre - sum(block) / 2
        for size in block:
            edge = max(edge, lowest)
            places.append(edge + size / 2)
            lowest = edge = edge + size
    return places
