"""Will the plan be met? The code behind the notebooks: data in, forecasts, verdicts, reports out."""

# Threads of the libraries' own do nothing for matrices as small as ours but wait for each other: a backtest with ARIMA
# took three times as long.
ONE_THREAD = {name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")}


class UserError(Exception):
    """A fault that the user can mend: one line that says what, where and what to do. The command exits with 2."""
