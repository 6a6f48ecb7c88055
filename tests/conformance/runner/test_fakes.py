"""No worker that goes wrong gets away with it: each gets its verdict, none becomes a pass."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from fake_worker import BEHAVIOURS
from sample import TORCH_PAGE, difference, fakes, run_fake, scores

from mlloss.conformance.frameworks.registry import OWN_IMPLEMENTATIONS, Framework, Implementation
from mlloss.conformance.runner import requirements
from mlloss.conformance.runner.pool import find_cause
from mlloss.conformance.runner.requirements import unmet_requirement
from mlloss.conformance.runner.session import Selection, conduct

DIFFERS = {
    "wrong in the last printed digit": "gives 0.86, the definition 0.85",
    "right in the printed digits only": "gives 0.8501, the definition 0.85",
    "gives nan": "gives nan, the definition 0.85",
    "gives inf": "gives inf, the definition 0.85",
    "gives another dtype": "gives 0.85 as float64, the definition 0.85",
    "gives another shape": "gives [0.85], the definition 0.85",
    "raises": "raises RuntimeError: Unsupported op",
}
DIED = {
    "exits": "exited with 3",
    "complains": "exited with 1: no space left",
    "segfaults": "killed by SIGSEGV",
    "answers another id": "response is for id 'documented/another'",
    "answers another subject": "response is for subject 'native'",
    "garbage on stdout": "its response is malformed",
    "bare nan": "NaN is not JSON",
    "deep nesting": "its response is malformed",
    "claims absence": "its response is malformed",
    "gives a string": "expected a number, got '0.85'",
    "gives nothing": "expected a number, got None",
    "gives true": "expected a number, got True",
}
NOT_STARTED = {
    "never starts": "exited with 1: ImportError: libfake.so",
    "hangs at its start": "no answer in 1 s",
    "garbage at its start": "its header is malformed",
    "strange version": "its header is malformed: InvalidVersion",
}


@pytest.mark.parametrize("behaviour", ["right", "floods stderr"])
def test_a_right_answer_agrees(behaviour: str) -> None:
    run = run_fake(behaviour)
    assert [v.kind for v in run.verdicts] == ["agrees", "agrees"]  # the page's and the fake's
    assert run.passed()


@pytest.mark.parametrize(("behaviour", "explanation"), DIFFERS.items())
def test_a_wrong_answer_differs(behaviour: str, explanation: str) -> None:
    _assert_fails(behaviour, "differs", explanation)


@pytest.mark.parametrize(("behaviour", "explanation"), DIED.items())
def test_no_answer_is_a_death(behaviour: str, explanation: str) -> None:
    _assert_fails(behaviour, "died", explanation)


@pytest.mark.parametrize("behaviour", ["hangs", "hangs with a child"])
def test_a_hang_is_timed_out(behaviour: str) -> None:
    began = time.monotonic()
    _assert_fails(behaviour, "timed out", "no answer in 1 s", timeout=1.0)
    assert time.monotonic() - began < 15


def test_every_behaviour_is_tried() -> None:
    elsewhere = {"right", "floods stderr", "hangs", "hangs with a child"}
    elsewhere |= {
        "lacks the native",
        "dies on zeros",
        "says twice",
        "is hurt by zeros",
        "dies once",
    }
    assert set(BEHAVIOURS) <= DIFFERS.keys() | DIED.keys() | elsewhere


@pytest.mark.parametrize(("behaviour", "reason"), NOT_STARTED.items())
@pytest.mark.parametrize("alone", [False, True])
def test_a_worker_that_does_not_start_is_one_error(
    behaviour: str, reason: str, alone: bool
) -> None:
    cases = [replace(TORCH_PAGE, id=f"case {n}", alone=alone) for n in range(5)]
    run = run_fake(behaviour, cases, implementations=["native"], timeout=1.0)
    (missing,) = run.missing
    assert missing.startswith("torch did not start: ")
    assert reason in missing
    assert run.not_started() == ["torch"]
    assert run.failures() == []
    assert [v.explanation for v in run.verdicts if v.kind == "absent"] == [missing] * 5
    assert not run.passed()


def test_the_other_targets_run() -> None:
    selection = Selection([TORCH_PAGE], [], ["torch", "jax"], ["mlloss"])
    pool = fakes("right", torch="never starts")
    run = conduct(selection, pool, absence=lambda framework: None)
    kinds = {v.target: v.kind for v in run.verdicts}
    assert kinds == {"page": "agrees", "torch": "absent", "jax": "agrees"}
    assert not run.passed()


def test_an_older_version_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Framework, "installed_version", lambda self: "0.5.3")
    monkeypatch.setattr(requirements, "requires", lambda name: ["numpy>=1.26", "jax>=0.8"])
    run = run_fake("never starts", targets=["jax"])
    (missing,) = run.missing
    assert missing.startswith("jax did not start: needs jax>=0.8; found 0.5.3: exited with 1")
    assert unmet_requirement("torch") == unmet_requirement("third:party") == ""


def test_a_version_that_is_new_enough_is_not_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Framework, "installed_version", lambda self: "0.8.1+cpu")
    monkeypatch.setattr(requirements, "requires", lambda name: ["jax>=0.8"])
    assert unmet_requirement("jax") == ""


def test_a_native_that_the_version_lacks_is_absent_and_makes_no_difference_stale() -> None:
    run = run_fake("lacks the native", implementations=["native"], rows=[difference()])
    verdict = run.verdicts[-1]
    assert (verdict.kind, verdict.explanation) == ("absent", "this version has no fake.loss")
    assert run.failures() == []


@pytest.mark.parametrize("implementation", OWN_IMPLEMENTATIONS)
def test_ours_cannot_be_lacking(implementation: Implementation) -> None:
    run = run_fake("lacks the native", implementations=[implementation])
    assert run.verdicts[-1].kind == "died"


def test_only_the_offending_case_dies() -> None:
    """The worker is started again behind it, and the others get their answers."""
    cases = [TORCH_PAGE, scores(0.0, 0.2, 0.4, 0.8), TORCH_PAGE]
    run = run_fake("dies on zeros", cases)
    kinds = [verdict.kind for verdict in run.verdicts if verdict.target == "torch"]
    assert kinds == ["agrees", "died", "agrees"]


def test_an_answer_too_many_is_not_taken_for_the_next() -> None:
    """The blame is on the question that got two; the next one is asked again."""
    cases = [TORCH_PAGE, scores(0.1, 0.2, 0.4, 0.9)]
    run = run_fake("says twice", cases)
    assert [v.kind for v in run.verdicts if v.target == "torch"] == ["died", "differs"]


def test_a_late_death_is_blamed_on_its_cause() -> None:
    """What damages the process dies, not what was asked next; both are asked again to find out."""
    fine = [replace(TORCH_PAGE, id=f"fine {n}") for n in range(6)]
    run = run_fake("is hurt by zeros", [*fine[:3], scores(0.0, 0.2, 0.4, 0.8), *fine[3:]])
    verdicts = [v for v in run.verdicts if v.target == "torch"]
    assert [v.kind for v in verdicts] == ["agrees"] * 3 + ["died"] + ["agrees"] * 3
    assert "the next request died of it: killed by SIGSEGV" in verdicts[3].explanation


def test_a_death_that_does_not_come_again_is_no_pass(tmp_path: Path) -> None:
    run = run_fake(f"dies once, see {tmp_path / 'died'}", [TORCH_PAGE, replace(TORCH_PAGE, id="b")])
    verdict = next(v for v in run.verdicts if v.kind == "died")
    assert verdict.explanation.endswith("but not when run again")


@pytest.mark.parametrize(("guilty", "count"), [(0, 1), (0, 2), (1, 2), (2, 3), (0, 8), (5, 9)])
def test_the_culprit_of_many(guilty: int, count: int) -> None:
    asked: list[int] = []

    def dies(first: int) -> bool:
        asked.append(first)
        return first <= guilty

    assert find_cause(dies, count) == guilty
    assert len(asked) <= 5


def test_no_culprit_of_many() -> None:
    assert find_cause(lambda first: False, 5) is None
    assert find_cause(lambda first: True, 0) is None


@pytest.mark.parametrize("behaviour", ["right", "segfaults", "never starts", "garbage on stdout"])
def test_no_case_is_lost(behaviour: str) -> None:
    cases = [TORCH_PAGE, scores(0.0, 0.2, 0.4, 0.8), scores(1.0, 0.2, 0.4, 0.8)]
    run = run_fake(behaviour, cases, ("torch", "paddle", "jax-jit"), ("native", "mlloss"))
    asked = [(v.case, v.target, v.implementation) for v in run.verdicts if v.target != "page"]
    assert len(asked) == len(set(asked)) == len(cases) * 3 * 2


def _assert_fails(behaviour: str, kind: str, explanation: str, timeout: float = 20.0) -> None:
    run = run_fake(behaviour, timeout=timeout)
    verdict = run.verdicts[-1]
    assert (verdict.target, verdict.kind) == ("torch", kind), verdict
    assert explanation in verdict.explanation
    assert not run.passed()
