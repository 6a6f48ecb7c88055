"""Hypothesis strategies for cases."""
