"""As rfc3987_syntax: of jsonschema's formats, never used here."""

raise ImportError("left out of the tests")
