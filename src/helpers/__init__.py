"""Will the plan be met? The code behind the notebooks: data in, forecasts, verdicts, reports out."""


class UserError(Exception):
    """A fault that the user can mend: one line that says what, where and what to do. The command exits with 2."""
