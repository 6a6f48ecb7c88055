"""Known differences of native losses: model, matching, recomputed effects."""
