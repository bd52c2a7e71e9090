"""The words, tables and captions of the pages; `helpers.charts`, `helpers.tables` and `helpers.share` use them."""
