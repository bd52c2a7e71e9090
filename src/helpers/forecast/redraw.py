"""Past changes drawn again with replacement, and the bounds that figures suggest: what the OECD's method rests on."""

import numpy as np

LEVELS = (np.arange(199) + 0.5) / 199
FASTEST = 2.0  # redrawn growth may not outrun this many times the largest past change a year: logs explode near zero


def redraw(values: np.ndarray, periods: int, n: int, seed: int, trend: bool = True) -> np.ndarray:
    """Paths, a row each, that add past changes drawn with replacement to the last figure, in the unit of the figures.

    Growth rates where all figures are positive, otherwise differences. Without `trend` their mean is taken out.
    """
    growing = values.min() > 0
    changes = np.diff(np.log(values)) if growing else np.diff(values)
    if not trend:
        changes = changes - changes.mean()
    sums = np.random.default_rng(seed).choice(changes, (n, periods)).cumsum(axis=1)
    moved = values[-1] * np.expm1(np.minimum(sums, 50)) if growing else sums
    limit = FASTEST * np.abs(np.diff(values)).max() * np.arange(1, periods + 1)
    return values[-1] + np.clip(moved, -limit, limit)


def likely_bounds(values: np.ndarray) -> tuple[float | None, float | None]:
    """Lower and upper bound that the figures themselves suggest, for series of which nothing else is known.

    Zero if no figure is negative; 100 if, besides, none is above 100: the figures may be percentages.
    """
    if values.min() < 0:
        return None, None
    return 0.0, 100.0 if values.max() <= 100 else None
