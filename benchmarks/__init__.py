"""How fast every loss is, beside each framework's own function: `mlloss bench`."""
