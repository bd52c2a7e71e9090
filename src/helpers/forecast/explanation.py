"""What the ensemble made of a history: its members, the features of the history, and in words what was corrected."""

import numpy as np
import pandas as pd

from helpers.forecast import centres, ensemble, mixture, reasons
from helpers.forecast.engine import is_reference
from helpers.forecast.series import prepare


def explain(history: pd.Series, horizon: int = 1) -> pd.DataFrame:
    """What the ensemble made of a yearly history: a row per member with weight (parts of 1) and forecast in its unit.

    `weight` is the share of horizons at which the member is the median of all; `median` its forecast at the horizon;
    alpha, beta (momentum), phi (damping), tau (drift) and power (Box-Cox) are posterior means. `.attrs["features"]`
    says how far the bold reading is trusted, what part of the trend is kept, whether the series returns to its mean,
    and what sets the width; `.attrs["reasons"]` why its trend was drawn in and a range widened, in words.
    """
    values = prepare(history).values[None]
    if is_reference(values[0]):
        return pd.DataFrame({"member": ["reference class"], "weight": [1.0], "median": [values[0, -1]]})
    forecasts = ensemble.parts(values, horizon)
    middle = np.median(forecasts.members[0], axis=0) == forecasts.members[0]
    table = pd.DataFrame({"member": ensemble.MEMBERS, "weight": (middle / middle.sum(0)).mean(1)})
    table["median"] = values[0, -1] + centres.step_size(values)[0] * forecasts.members[0, :, -1]
    table = table.join(parameters(values, horizon), on="member")
    table.attrs["features"] = {
        "trust": float(forecasts.trust[0]),
        "trend_kept": float(max(ensemble.trend_kept(values)[0], forecasts.trust[0])),
        "returns": bool(centres.returns(values)[0]),
        **dict(zip(ensemble.FEATURES[1:], ensemble.features(values)[0, 1:].tolist(), strict=True)),
    }
    table.attrs["reasons"] = reasons.reasons(values[0], horizon)
    return table


def parameters(values: np.ndarray, horizon: int) -> pd.DataFrame:
    """Posterior mean of each parameter of the mixture for one row of values, a row per reading."""
    posterior, rows = mixture.fit(values, horizon), {}
    for name in mixture.READINGS:
        weight = mixture.weights(posterior, name)[0].reshape(mixture.SHAPE)
        means = dict(zip(("alpha", "beta", "phi"), weight.sum((0, 2)) @ mixture.FILTERS, strict=True))
        rows[name] = means | {"tau": weight.sum((0, 1)) @ mixture.DRIFTS, "power": weight.sum((1, 2)) @ mixture.POWERS}
    return pd.DataFrame(rows).T
