"""What people read: fits its terminal, leaves no verdict out, and states the denominators."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reported import flat, text

from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cases.documented import documented_cases
from mlloss.conformance.cases.model import AREAS
from mlloss.conformance.results.counts import MEANINGS, SYMBOLS, Tally, by_target
from mlloss.conformance.results.judge import FAILURES, KINDS
from mlloss.conformance.results.matrix import area_rows, example_label
from mlloss.conformance.runner.session import Run

DOCUMENTED = documented_cases()


@pytest.mark.parametrize("width", [100, 80])
def test_it_fits(whole: Run, width: int) -> None:
    lines = [line for line in text(whole, width).splitlines() if "https://" not in line]
    if width == 100:
        assert max(map(len, lines)) <= width
    tables = [line for line in lines if any(symbol in line for symbol in "✓≠·")]
    assert max(map(len, tables)) <= width
    assert "…" not in "".join(lines)


def test_at_100_columns_both_matrices_are_in_one_piece(whole: Run) -> None:
    report = text(whole)
    assert report.count("\narea ") + report.startswith("area ") == 1
    assert report.count("documented example ") == 1


def test_it_is_no_longer_than_people_read(whole: Run, failing: Run) -> None:
    assert len(text(whole).splitlines()) < 200
    assert len(text(failing).splitlines()) < 600


def test_the_matrix_of_areas_has_them_all(whole: Run) -> None:
    assert [row.area for row in area_rows(whole)] == list(AREAS)
    assert sum(row.cases for row in area_rows(whole)) == len(all_cases())
    report = text(whole)
    assert all(area.partition(" ")[0] in report for area in AREAS)


def test_every_verdict_on_a_case_is_counted_in_the_matrix(failing: Run) -> None:
    cells = [cell for row in area_rows(failing) for target in row.cells for cell in target]
    for kind in KINDS:
        counted = sum(cell[kind] for cell in cells)
        assert counted == sum(v.kind == kind and v.target != "page" for v in failing.verdicts)
    assert sum(t.failures() for t in by_target(failing).values()) == len(failing.failures())


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({}, ""),
        ({"absent": 3}, "·"),
        ({"agrees": 8}, "✓8"),
        ({"agrees": 8, "absent": 3}, "✓8"),
        ({"agrees": 6, "known": 2, "absent": 3}, "≠2/8"),
        ({"known": 8}, "≠8"),
        ({"agrees": 4, "known": 2, "differs": 2}, "✗2/8"),
        ({"agrees": 5, "died": 1, "differs": 2}, "†3/8"),
        ({"stale": 1, "timed out": 1}, "∞2"),
    ],
)
def test_the_worst_kind_decides_the_symbol(counts: dict[str, int], shown: str) -> None:
    assert Tally(counts).text() == shown


def test_only_documented_examples_are_in_their_matrix(whole: Run) -> None:
    report = text(whole)
    assert all(f" {example_label(case)} " in report for case in DOCUMENTED)
    generated = replace(whole.selection, cases=whole.selection.cases[len(DOCUMENTED) :])
    assert "documented example " not in text(replace(whole, selection=generated, verdicts=[]))


def test_the_sums_are_out_of_those_asked(whole: Run) -> None:
    tally = by_target(whole)["numpy", "mlloss"]
    assert 0 < tally.compared() < len(all_cases())
    assert (
        f"numpy 12.34.5+cpu mlloss {tally.compared()} {tally['agrees']} {tally['absent']}"
        in flat(whole)
    )


def test_the_last_line_is_the_result(whole: Run, failing: Run) -> None:
    assert text(whole).splitlines()[-1] == f"Nothing unexplained in {whole.compared()} comparisons."
    counts = failing.counts()
    assert text(failing).splitlines()[-1] == (
        f"Not passed: {counts['died']} died, {counts['differs']} differs, "
        f"in {failing.compared()} comparisons."
    )


def test_nothing_compared_is_not_passed(whole: Run) -> None:
    report = text(replace(whole, verdicts=[], missing=["torch was required: it is not installed"]))
    assert "Not passed: nothing failed, in 0 comparisons." in report
    assert "No number was compared: nothing is shown by this run." in report
    assert "torch was required: it is not installed" in report


def test_every_kind_has_a_symbol_and_a_meaning() -> None:
    assert set(KINDS) == SYMBOLS.keys() == MEANINGS.keys()
    assert set(KINDS) >= FAILURES
    assert len({symbol for symbol, _ in SYMBOLS.values()}) == len(KINDS)
