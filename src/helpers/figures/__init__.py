"""What charts are made of, and the kinds that need room of their own; `helpers.charts` is the door."""
