"""Readers of what publishers send: each a pure function from bytes to one tidy table, and how an answer is fetched."""
