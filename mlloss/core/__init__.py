"""The pipeline of a call: dispatch, validation, label formats, operations, reductions."""
