"""Cases of the multi-label soft margin loss."""

PREFIX = "soft"
