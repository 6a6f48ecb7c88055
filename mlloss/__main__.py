"""`python -m mlloss`."""

from mlloss.cli import main

main()
