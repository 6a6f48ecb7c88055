"""The block of a README that a record fills."""

from __future__ import annotations

from mlloss.conformance.reports.markdown import area_matrix
from mlloss.conformance.runner.session import Run

BEGIN, END = "<!-- matrix -->", "<!-- /matrix -->"


def with_matrix(text: str, run: Run) -> str:
    """The text with the matrix of this run between its marks."""
    before, after = _around(text)
    return f"{before}{BEGIN}\n{area_matrix(run)}\n{END}{after}"


def check_marks(text: str) -> None:
    """ValueError if there is no place for a matrix."""
    _around(text)


def _around(text: str) -> tuple[str, str]:
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"there must be {BEGIN} and {END} where the matrix is to be")
    return before, after
