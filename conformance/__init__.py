"""Does each framework do what the definition says? Cases, workers, verdicts, reports."""
