"""How good forecasts and verdicts have been: panel, scores, tables, charts."""

__all__ = ["charts", "compare", "hindsight", "moved", "news", "page", "scores", "tables", "workbench"]
__dir__ = __all__.copy
