"""Verdicts, counts, records and their differences."""
