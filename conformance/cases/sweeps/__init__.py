"""Generated cases: values, shapes, dtypes."""
