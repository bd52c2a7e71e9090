"""How good forecasts and verdicts have been: panel, scores, tables, charts."""

__all__ = [
    "charts", "compare", "hindsight", "moved", "news", "page", "scores", "tables", "workbench",
]  # fmt: skip


def __dir__() -> list[str]:
    return __all__
