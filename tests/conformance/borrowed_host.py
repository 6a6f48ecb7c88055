"""A host as somebody else would bring it."""

from __future__ import annotations

from mlloss.conformance.frameworks.adapters.numpy import NumpyHost


class BorrowedHost(NumpyHost):
    """NumPy by another name."""

    name = "borrowed"


host = BorrowedHost()
