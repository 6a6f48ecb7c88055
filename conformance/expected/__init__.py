"""Reference implementations, tolerances and the expected result of a case."""
