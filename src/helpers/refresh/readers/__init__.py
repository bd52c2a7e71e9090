"""A reader for each format in which publishers give figures: bytes in, one tidy table out."""
