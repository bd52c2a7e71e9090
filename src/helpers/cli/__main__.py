"""`python -m helpers.cli` is `jospar`."""

from helpers.cli import main

main()
