"""Run cases in worker processes."""
