"""Print a case as a script of one framework."""
