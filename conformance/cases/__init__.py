"""The calls that are tested, as data."""
