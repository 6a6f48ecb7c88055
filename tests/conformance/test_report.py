"""What people read: fits 100 columns, leaves no verdict out, and states the denominators."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from sample import difference, fakes, run_fake

from mlloss.conformance.differences import known_differences
from mlloss.conformance.documented import documented_cases
from mlloss.conformance.judge import FAILURES, KINDS
from mlloss.conformance.markdown import markdown
from mlloss.conformance.matrix import MEANINGS, SYMBOLS, label
from mlloss.conformance.report import print_report
from mlloss.conformance.suite import Run, Selection, conduct
from mlloss.conformance.targets import SUBJECTS, TARGETS


def text(run: Run) -> str:
    out = io.StringIO()
    print_report(run, Console(file=out, width=100))
    return out.getvalue()


@pytest.fixture(scope="module")
def whole() -> Run:
    """All targets and cases, and nobody who answers rightly but by chance."""
    selection = Selection(documented_cases(), known_differences(), list(TARGETS), SUBJECTS)
    return conduct(selection, fakes("right"), absence=lambda name: None)


def test_the_matrix_of_everything_fits(whole: Run) -> None:
    lines = [line for line in text(whole).splitlines() if "https://" not in line]
    assert max(map(len, lines)) <= 100
    first = next(line for line in lines if line.startswith("documented example"))
    assert first.split()[-1] == "graph"
    assert "…" not in "".join(lines)


def test_the_matrix_has_a_row_for_each_case(whole: Run) -> None:
    report = text(whole)
    for case in documented_cases():
        assert label(case).strip() in report


def test_known_differences_say_what_and_why() -> None:
    row = difference(
        instead={"raises": "RuntimeError"}, why="has no kernel", evidence=("https://e",)
    )
    report = text(run_fake("raises", subjects=["native"], rows=[row]))
    for part in (
        "Known differences (1)",
        "row (silently wrong value)",
        "has no kernel",
        "https://e",
    ):
        assert part in report
    assert (
        "torch: raises RuntimeError: Unsupported op (torch.nn.MultiLabelMarginLoss/mean)" in report
    )
    assert "2 verdicts: 1 agrees, 1 known" in report
    assert "Nothing unexplained in" in report


def test_a_difference_is_told_in_numbers() -> None:
    report = text(run_fake("wrong in the last printed digit"))
    assert "mlloss on torch: gives 0.86, the definition 0.85" in report
    assert "2 verdicts: 1 agrees, 1 differs" in report
    assert "Not passed." in report


def test_absences_give_their_reasons() -> None:
    report = text(run_fake("right", targets=["numpy", "jax"], subjects=["native"]))
    assert "Absent (2)" in report
    assert "numpy: NumPy has no losses (1)" in report
    assert "jax: neither JAX nor Optax has this loss (1)" in report
    assert "No number was compared" in report


def test_a_stale_row_is_named() -> None:
    report = text(run_fake("right", subjects=["native"], rows=[difference(when={"labels": "x"})]))
    assert "torch: no case needs this row any more" in report


def test_every_kind_has_a_symbol_and_a_meaning() -> None:
    assert set(KINDS) == SYMBOLS.keys() == MEANINGS.keys()
    assert set(KINDS) >= FAILURES
    assert len({symbol for symbol, _ in SYMBOLS.values()}) == len(KINDS)


def test_the_markdown_table_is_square(whole: Run) -> None:
    lines = [line for line in markdown(whole).splitlines() if line.startswith("|")]
    assert {line.count("|") for line in lines} == {len(TARGETS) + 3}
    assert len(lines) == 2 + len(documented_cases()) + 3
