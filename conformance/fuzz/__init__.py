"""Search for failing cases with Hypothesis."""
