"""Tests that run inside Wine, by Windows' own Python: `tests/wine/test_inside.py` starts them there."""
