"""Tests that wait for another process."""

import time

WAIT = 120  # seconds


def until(found):
    """What `found` gives once it gives something."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        if result := found():
            return result
        time.sleep(0.1)
    raise AssertionError("waited too long")
