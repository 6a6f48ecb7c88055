"""Cases of the multi-label margin loss."""

PREFIX = "margin"
