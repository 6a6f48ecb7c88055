"""Planted bugs are found, made small and told; right backends and missing packages too."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import find, settings
from typer.testing import CliRunner, Result

from mlloss.conformance import Host
from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cases.model import Case
from mlloss.conformance.cases.quantities import QUANTITIES
from mlloss.conformance.cases.regressions import found_cases, found_line, named
from mlloss.conformance.cases.serialization import case_of
from mlloss.conformance.cli import fuzz as fuzz_command
from mlloss.conformance.cli.app import app
from mlloss.conformance.expected.expectation import ExpectedError, Numbers, expected
from mlloss.conformance.frameworks.registry import DEFAULT_IMPLEMENTATIONS, TARGETS, Implementation
from mlloss.conformance.fuzz import search
from mlloss.conformance.fuzz.campaign import finding_text, searches, summary
from mlloss.conformance.fuzz.capabilities import scope_of
from mlloss.conformance.fuzz.search import Search
from mlloss.conformance.fuzz.strategies.cases import cases

PLANTED = Path(__file__).parents[1] / "planted_worker.py"


def planted(bug: str, seconds: float = 120.0, seed: int = 0, timeout: float = 20.0) -> Search:
    """What is found of a bug on NumPy."""

    def command(target: str) -> list[str]:
        return [sys.executable, str(PLANTED), bug, target]

    (ended,) = searches(["numpy"], "mlloss", [], seed, seconds, timeout, command)
    return ended


@pytest.fixture
def first_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """One finding is enough, be it as small as can be or not quite."""
    monkeypatch.setattr(search, "ENOUGH", 1)
    monkeypatch.setattr(search, "SHRINKING", 10.0)


@pytest.mark.usefixtures("first_only")
def test_a_bug_of_duplicates_is_found_and_made_small() -> None:
    (finding,) = planted("duplicates").findings
    assert finding.verdict.kind == "differs"
    assert np_size(finding.case) == 2, "two classes, one of them listed twice"
    assert finding.case.target.data in ([0, 0], [1, 1])
    assert finding.case.id.startswith("found/margin/")


def np_size(case: Case) -> int:
    """Numbers among the scores."""
    return int(case.input.rounded().size)


@pytest.mark.usefixtures("first_only")
def test_a_death_is_a_finding_and_not_the_end() -> None:
    ended = planted("dies")
    (finding,) = ended.findings
    assert (finding.verdict.kind, finding.verdict.explanation) == ("died", "exited with 3")
    assert ended.answered > 1
    assert (finding.case.input.rounded() < 0).any()


@pytest.mark.usefixtures("first_only")
def test_a_hang_is_a_finding() -> None:
    (finding,) = planted("hangs", timeout=5.0).findings
    assert finding.verdict.kind == "timed out"


def test_bugs_of_different_manners_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "ENOUGH", 2)
    monkeypatch.setattr(search, "SHRINKING", 2.0)
    found = planted("two").findings
    losses, keys = zip(*((f.case.loss, f.failure_key) for f in found), strict=True)
    assert len(found) == len(set(losses)) == len(set(keys)) == 2


def test_what_is_right_is_left_alone() -> None:
    ended = planted("none", 4.0)
    assert ended.findings == []
    assert ended.answered > 0
    assert "nothing found" in summary(ended)


def test_a_worker_that_does_not_start_is_told() -> None:
    ended = planted("never starts", 5.0)
    assert (ended.answered, ended.findings) == (0, [])
    assert "did not start: exited with 1: ImportError: libfake.so" in summary(ended)


@pytest.mark.usefixtures("first_only")
def test_a_seed_finds_the_same_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SHRINKING", 0.0)  # what can be tried in a time is not the seed's
    first, again, other = (planted("duplicates", seed=seed) for seed in (5, 5, 6))
    assert first.findings[0].case.id == again.findings[0].case.id
    assert first.answered == again.answered
    assert first.findings[0].case.id != other.findings[0].case.id


@pytest.mark.usefixtures("first_only")
def test_what_is_found_can_be_pasted_and_run() -> None:
    ended = planted("duplicates")
    (finding,) = ended.findings
    _, line, script = finding_text(ended, finding).split("\n\n", 2)
    again = case_of(json.loads(line))
    assert again.request("mlloss") == finding.case.request("mlloss")
    assert expected(again).value == expected(finding.case).value
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f"The definition gives {expected(again).value:g}" in script


def test_ids_are_those_of_the_call() -> None:
    case = all_cases()[0]
    assert named(case).id == named(case).id
    assert named(case).id != named(all_cases()[1]).id
    assert case_of(json.loads(found_line(named(case), "why"))).id == named(case).id


def test_what_was_found_is_asked_ever_since() -> None:
    assert set(found_cases()) <= set(all_cases())
    assert all(case.id == named(case).id for case in found_cases())


@pytest.mark.parametrize("implementation", DEFAULT_IMPLEMENTATIONS)
@pytest.mark.parametrize("target", TARGETS)
def test_every_strategy_gives_cases_that_can_be_judged(
    target: str, implementation: Implementation
) -> None:
    scope = scope_of(target, implementation)
    if not scope.losses:
        pytest.skip("no such loss")
    seen: list[Case] = []

    def look(case: Case) -> bool:
        seen.append(case)
        return not isinstance(expected(case), Numbers | ExpectedError)

    with pytest.raises(Exception, match="No examples found"):
        find(cases(scope), look, settings=settings(max_examples=60, database=None))
    assert {case.loss for case in seen} == set(scope.losses)
    assert {case.quantity for case in seen} <= set(scope.quantities) <= set(QUANTITIES)
    assert all(case.request(implementation) for case in seen)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["conformance", "fuzz", *arguments])


def use(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every worker that the command starts has this bug."""
    command = [sys.executable, str(PLANTED), bug, "numpy"]
    monkeypatch.setattr("mlloss.conformance.fuzz.campaign.worker_command", lambda target: command)


def test_the_command_finds_nothing_where_nothing_is(monkeypatch: pytest.MonkeyPatch) -> None:
    use("none", monkeypatch)
    result = run("--target", "numpy", "--seconds", "3", "--seed", "1")
    assert result.exit_code == 0, result.output
    assert "--seed 1" in result.output
    assert "mlloss on numpy" in result.output


def test_the_command_fails_and_saves_what_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(search, "ENOUGH", 1)
    monkeypatch.setattr(search, "SHRINKING", 2.0)
    use("duplicates", monkeypatch)
    saved = tmp_path / "found.jsonl"
    result = run("--target", "numpy", "--seconds", "30", "--seed", "0", "--save", str(saved))
    assert result.exit_code == 1
    (line,) = saved.read_text("utf-8").splitlines()
    assert json.loads(line)["case"] in result.output
    assert "import mlloss" in result.output


def test_somebody_elses_backend(tiny: Host) -> None:
    """In the real worker; what is found, if anything, is of mlloss and not of the backend."""
    result = run("--backend", "tinyarray.mlloss_host:host", "--seconds", "2", "--seed", "1")
    assert "mlloss on tinyarray.mlloss_host:host 1.0: " in result.output, result.output
    assert run("--backend", "no.such:host").exit_code == 2


def test_nothing_asked_is_no_success() -> None:
    result = run("--target", "numpy", "--native", "--seconds", "1")
    assert result.exit_code == 1
    assert "numpy: absent" in result.output


def test_a_mistake_exits_with_2() -> None:
    assert run("--target", "troch").exit_code == 2


def test_without_hypothesis_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz_command, "find_spec", lambda name: None)
    result = run("--target", "numpy")
    assert result.exit_code == 2
    assert 'pip install "mlloss[fuzz]"' in result.output


def test_nobody_needs_hypothesis_but_the_fuzzer() -> None:
    code = "import sys, mlloss.conformance.cli.conformance; print('hypothesis' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
