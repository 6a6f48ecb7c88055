"""Frameworks and modes under test, their adapters and native functions."""
