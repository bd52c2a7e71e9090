"""The forecast engine's inside; `helpers.forecast` is its door."""
