"""What the command `jospar` can do, by what it works on; `helpers.cli` puts them together."""
