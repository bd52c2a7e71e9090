"""How a plan's document is read: its formats into rows of cells, its tables, rows that lost a cell, names."""
