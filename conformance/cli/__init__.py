"""The commands of `mlloss`, one module each."""
