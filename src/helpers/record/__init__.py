"""How good forecasts and verdicts have been: panel, scores, tables, charts."""
