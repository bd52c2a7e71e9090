"""In place of what jsonschema would load for formats that no schema of Jupyter's uses: two seconds for its grammars.

The command does the same for itself; pytest's plugins ask for it before any code of ours runs, in every worker.
"""

raise ImportError("left out of the tests")
