"""What the ensemble made of a history: its members, the features of the history, and in words what was corrected."""

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd

from helpers.forecast import centres, ensemble, mixture, reasons
from helpers.forecast.engine import is_reference
from helpers.forecast.series import prepare, season_of, seasonal


def explain(
    history: pd.Series, horizon: int = 1, frequency: str = "annual", breaks: Sequence[Hashable] = ()
) -> pd.DataFrame:
    """What the ensemble made of a history: a row per member with weight (parts of 1) and forecast in the data's unit.

    `weight` is the share of horizons at which the member is the median of all; `median` its forecast at the horizon;
    alpha, beta (momentum), phi (damping), tau (drift) and power (Box-Cox) are posterior means. `.attrs["features"]`
    says how far the bold reading is trusted, what part of the trend is kept, whether the series returns to its mean,
    and what sets the width; `.attrs["reasons"]` why a yearly trend was drawn in and a range widened, in words.
    """
    one, period = prepare(history, breaks), season_of(frequency, history.index)
    if is_reference(one.values):
        return pd.DataFrame({"member": ["reference class"], "weight": [1.0], "median": [one.values[-1]]})
    season, multiply, _ = seasonal(one.values, period)
    past = np.resize(season, len(one.values))
    values = (one.values / past if multiply else one.values - past)[None]
    told = ensemble.parts(values, horizon)
    middle = np.median(told.members[0], axis=0) == told.members[0]
    factor = season[(len(one.values) + horizon - 1) % period]
    median = values[0, -1] + ensemble.step_size(values)[0] * told.members[0, :, -1]
    table = pd.DataFrame({"member": ensemble.MEMBERS, "weight": (middle / middle.sum(0)).mean(1)})
    table["median"] = median * factor if multiply else median + factor
    table = table.join(mixture.parameters(values, horizon), on="member")
    table.attrs["features"] = {
        "trust": float(told.trust[0]),
        "trend_kept": float(max(ensemble.trend_kept(values)[0], told.trust[0])),
        "returns": bool(centres.returns(values)[0]),
        **dict(zip(ensemble.FEATURES[1:], ensemble.features(values)[0, 1:].tolist(), strict=True)),
    }
    table.attrs["reasons"] = reasons.reasons(values[0], horizon) if period == 1 else []
    return table
