"""What needs a word gets one: known differences, absences and failures, but no thousands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from invented import ROWS, invented, written
from reported import flat, text
from sample import run_fake

from mlloss.conformance.cases.documented import documented_cases
from mlloss.conformance.frameworks.registry import IMPLEMENTATIONS, TARGETS
from mlloss.conformance.reports.terminal import details as explain
from mlloss.conformance.results.failures import failure_groups
from mlloss.conformance.results.judge import Verdict
from mlloss.conformance.results.record import read_record
from mlloss.conformance.runner.session import Run

DOCUMENTED = documented_cases()


def test_a_known_difference_says_what_why_how_often_and_gives_an_example(whole: Run) -> None:
    report = flat(whole)
    known = [v.target for v in whole.verdicts if v.difference == "mindspore-soft"]
    many, in_graphs = known.count("mindspore"), known.count("mindspore-graph")
    for part in (
        f"Known differences ({whole.counts()['known']} in {len(ROWS)} groups)",
        "mindspore-soft (error)",
        "has no kernel for this loss",
        f"https://example.org/a/rather/long/address/that/must/not/be/broken#at-all mindspore {many}"
        f", mindspore-graph {in_graphs} mindspore: raises RuntimeError: Unsupported op",
    ):
        assert part in report
    assert len(ROWS) <= report.count("Unsupported op") <= len(ROWS) * explain.EXAMPLES


def test_absences_give_their_reasons_once(whole: Run) -> None:
    absent = [v for v in whole.verdicts if v.kind == "absent"]
    report = flat(whole)
    assert f"Absent ({len(absent)})" in report
    for reason in {v.explanation for v in absent}:
        assert report.count(f": {reason} ") >= 1
    none = sum(v.explanation == "NumPy has no losses" for v in absent)
    assert f"numpy {none}: NumPy has no losses" in report


def test_failures_are_grouped_capped_and_come_with_a_script(failing: Run) -> None:
    groups, report = failure_groups(failing), text(failing)
    assert sum(len(group.verdicts) for group in groups) == len(failing.failures())
    assert f"Failures ({len(failing.failures())} in {len(groups)} groups)" in report
    assert report.count("# The definition gives ") == explain.IN_FULL < len(groups)
    rest = len(groups[0].verdicts) - explain.FEW
    assert rest > 0
    assert f"and {rest} others" in report
    assert report.count(": mlloss on torch ") + report.count(": native jax ") == len(groups)


def test_a_script_can_be_copied_from_the_report(failing: Run) -> None:
    script = failure_groups(failing)[0].script()
    compile(script, "script", "exec")
    assert script in text(failing)


def test_failures_alike_on_modes_of_a_framework_are_one_group(failing: Run) -> None:
    ours = [group for group in failure_groups(failing) if group.first().implementation == "mlloss"]
    assert all(len({v.target for v in group.verdicts}) > 1 for group in ours[:4])
    assert "differs: mlloss on torch (" in ours[0].title()
    assert ", torch-export (" in ours[0].title()
    assert ours[0].title().endswith("; multilabel_margin_loss, value")


def test_more_groups_than_people_read_are_a_number() -> None:
    run = invented(DOCUMENTED)
    where = [(DOCUMENTED[0].id, target, "mlloss") for target in TARGETS]
    verdicts = [
        Verdict(*where[n % len(where)], "died", f"exited with {n}")
        for n in range(explain.IN_SHORT + 7)
    ]
    assert "and 7 other groups of 7 failures" in text(replace(run, verdicts=verdicts))


def test_a_broken_framework_is_one_group_a_subject() -> None:
    broken = {
        (target, implementation): "died"
        for target in ("torch", "torch-compile")
        for implementation in IMPLEMENTATIONS
    }
    run = invented(broken=broken, explanation="exited with 1: ImportError: libtorch.so")
    assert [group.first().implementation for group in failure_groups(run)] == list(IMPLEMENTATIONS)


def test_a_row_that_no_case_needs_is_a_failure_that_is_told(whole: Run) -> None:
    stale = Verdict("", "torch", "native", "stale", "no case needs it", ROWS[0].id)
    report = flat(replace(whole, verdicts=[*whole.verdicts, stale]))
    assert f"stale: native torch (1) {ROWS[0].id} (error)" in report
    assert "torch: no case needs it" in report
    assert "Not passed: 1 stale, in" in report


def test_a_real_difference_is_told_in_numbers() -> None:
    report = text(run_fake("wrong in the last printed digit"))
    assert "mlloss on torch: gives 0.86, the definition 0.85" in report
    assert "2 verdicts: 1 agrees, 1 differs" in report


def test_what_a_framework_says_cannot_steer_the_terminal() -> None:
    run = invented(
        DOCUMENTED, ["torch"], {("torch", "mlloss"): "died"}, "\x1b[2Jexited \ud800 [red]with 1"
    )
    assert "\\x1b[2Jexited \\ud800 [red]with 1" in flat(run)


def test_a_backend_that_is_not_here_has_its_failures_told(tmp_path: Path) -> None:
    """Its record was written elsewhere."""
    run = invented(DOCUMENTED, ["torch"], {("torch", "mlloss"): "differs"})
    backend = "no_such_module:host"
    verdicts = [replace(v, target=backend) for v in run.verdicts if v.target == "torch"]
    moved = replace(run, selection=replace(run.selection, targets=[backend]), verdicts=verdicts)
    _, read = read_record(written(tmp_path / "record.jsonl", moved))
    assert f"differs: mlloss on {backend} (" in flat(read)
    assert "# The definition gives" not in flat(read)
