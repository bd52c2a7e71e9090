"""Insides of the refresh: which series is asked where, what changed, what is held back, and how it is written."""
