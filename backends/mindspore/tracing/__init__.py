"""Record a call with MindSpore's tracer and emit Python for its graph compiler."""
