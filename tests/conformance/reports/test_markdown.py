"""The tables for a README and a CI summary."""

from __future__ import annotations

from dataclasses import replace

import pytest
from invented import ROWS, invented
from markdown_it import MarkdownIt
from markdown_it.token import Token

from mlloss.conformance.cases.documented import documented_cases
from mlloss.conformance.cases.model import AREAS
from mlloss.conformance.frameworks.registry import TARGETS
from mlloss.conformance.reports.markdown import (
    BEGIN,
    END,
    area_matrix,
    documented_matrix,
    markdown,
    with_matrix,
)
from mlloss.conformance.results.judge import Verdict
from mlloss.conformance.runner.session import Run

DOCUMENTED = documented_cases()
NASTY = "raises E: a | b ``` </details> <script>\x1b[2J *x* \ud800, the definition 0.85"


@pytest.fixture(scope="module")
def whole() -> Run:
    return invented()


def rendered(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text)


def rows(text: str) -> list[int]:
    """Cells of each row of its tables, as GitHub sees them."""
    counts: list[int] = []
    for token in rendered(text):
        if token.type == "tr_open":
            counts.append(0)
        elif token.type in ("th_open", "td_open"):
            counts[-1] += 1
    return counts


def test_the_table_of_areas_is_square_and_has_all(whole: Run) -> None:
    table = area_matrix(whole)
    assert rows(table) == [len(TARGETS) + 2] * (len(AREAS) + 1)
    assert all(f"| {area} | " in table for area in AREAS)
    assert "✗" not in table
    assert f"✓ the definition's answer ({whole.counts()['agrees']})" in table
    assert "mindspore-graph 12.34.5+cpu." in table


def test_the_table_of_documented_examples_is_square_and_has_all(whole: Run) -> None:
    headings = 3
    assert rows(documented_matrix(whole)) == [len(TARGETS) + 2] * (len(DOCUMENTED) + headings + 1)


def test_the_whole_says_first_whether_it_passed(whole: Run) -> None:
    assert markdown(whole).startswith(f"**Nothing unexplained in {whole.compared()} comparisons.**")
    broken = invented(DOCUMENTED, ["torch"], {("torch", "mlloss"): "differs"})
    assert markdown(broken).startswith("**Not passed: ")
    assert "<summary>differs: mlloss on torch (" in markdown(broken)
    assert "```python\n# documented/" in markdown(broken)
    assert "torch was required" in markdown(replace(whole, missing=["torch was required"]))


def test_known_differences_are_listed_with_their_evidence(whole: Run) -> None:
    text = markdown(whole)
    for row in ROWS:
        many = sum(v.difference == row.id for v in whole.verdicts)
        assert f"| `{row.id}` | error | {many} | has no kernel" in text
    assert f"<summary>Known differences ({len(ROWS)})</summary>" in text


def test_words_of_frameworks_are_not_markup() -> None:
    run = invented(DOCUMENTED, ["torch"], {("torch", "mlloss"): "differs"}, NASTY)
    text = markdown(run)
    (code,) = {t.content for t in rendered(text) if t.type == "fence" and t.info == "text"}
    assert code.strip() == NASTY.replace("\x1b", "\\x1b").replace("\ud800", "\\ud800")
    text.encode()


def test_a_row_that_no_case_needs_is_among_the_failures(whole: Run) -> None:
    stale = Verdict("", "torch", "native", "stale", "no case needs it", ROWS[0].id)
    text = markdown(replace(whole, verdicts=[*whole.verdicts, stale]))
    assert f"`{ROWS[0].id}`\n\n```text\nno case needs it" in text


def test_it_is_small_enough_for_a_ci_summary(whole: Run) -> None:
    broken = {
        (target, implementation): "differs"
        for target in TARGETS
        for implementation in ("native", "mlloss")
    }
    assert len(markdown(invented(broken=broken)).encode()) < 1024 * 1024


def test_a_readme_gets_its_matrix_and_keeps_the_rest(whole: Run) -> None:
    text = f"# A\n\n{BEGIN}\nold\n{END}\n\nEnd.\n"
    new = with_matrix(text, whole)
    assert new == f"# A\n\n{BEGIN}\n{area_matrix(whole)}\n{END}\n\nEnd.\n"
    assert with_matrix(new, whole) == new


@pytest.mark.parametrize("text", ["", BEGIN, END, f"{END} {BEGIN}"])
def test_a_readme_without_marks_is_refused(whole: Run, text: str) -> None:
    with pytest.raises(ValueError, match="where the matrix is to be"):
        with_matrix(text, whole)
