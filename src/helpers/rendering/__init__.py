"""How a batch becomes a run: execution, takeover, archive, schedule; `helpers.batch` says what is rendered."""
