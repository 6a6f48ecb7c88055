"""The commands, and what they exit with."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sample import FAKE_WORKER
from typer.testing import CliRunner, Result

import mlloss
from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cli import conformance as command
from mlloss.conformance.cli.app import app
from mlloss.conformance.cli.doctor import Check
from mlloss.conformance.frameworks.registry import FRAMEWORKS
from mlloss.conformance.results.record import read_record
from mlloss.conformance.runner.pool import Pool
from mlloss.conformance.runner.worker_client import child_environment
from mlloss.core.registry import LOSSES

FEW = ("--target", "numpy", "--case", "documented/torch*")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Every worker that the command starts is a fake of this behaviour."""

    def install(behaviour: str) -> None:
        line = [sys.executable, str(FAKE_WORKER), behaviour]
        monkeypatch.setattr(command, "Pool", lambda jobs, timeout: Pool(jobs, 20.0, lambda t: line))

    return install


def test_numpy_alone_conforms() -> None:
    """The real thing, with the one framework that is always there."""
    result = run("conformance", "--target", "numpy")
    assert result.exit_code == 0, result.output
    assert ": NumPy has no losses" in result.output
    assert result.output.splitlines()[-1].startswith("Nothing unexplained in ")


@pytest.mark.parametrize("behaviour", ["wrong in the last printed digit", "segfaults", "right"])
def test_a_failure_exits_with_1(fake: Callable[[str], None], behaviour: str) -> None:
    """Also the fake that answers 0.85 to everything."""
    fake(behaviour)
    result = run("conformance", "--target", "numpy", "--case", "documented/*")
    assert result.exit_code == 1
    assert "Not passed: " in result.output


def test_a_required_framework_must_be_run() -> None:
    result = run("conformance", *FEW, "--require", "numpy,torch")
    assert result.exit_code == 1
    assert "torch was required, and no target of it was run" in result.output


def test_a_required_framework_must_not_be_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = {name for name in FRAMEWORKS if name != "numpy"}
    monkeypatch.setattr(
        "mlloss.conformance.frameworks.registry.find_spec", lambda name: name not in absent
    )
    assert run("conformance", *FEW[2:]).exit_code == 0
    result = run("conformance", *FEW[2:], "--require", "all")
    assert result.exit_code == 1
    for name in sorted(absent):
        assert f"{name} was required: {name} is not installed (pip install" in result.output


def test_nothing_compared_is_no_success() -> None:
    result = run("conformance", *FEW, "--subject", "native")
    assert result.exit_code == 1
    assert "No number was compared" in result.output


def test_only_cases_with_such_ids_are_run(tmp_path: Path) -> None:
    record = tmp_path / "record.jsonl"
    patterns = ["--case", "documented/torch.*", "--case", "margin/empty/*"]
    assert (
        run("conformance", "--target", "numpy", *patterns, "--record", str(record)).exit_code == 0
    )
    ids = {case.id for case in read_record(record)[1].selection.cases}
    wanted = ("documented/torch.", "margin/empty/")
    assert ids == {case.id for case in all_cases() if case.id.startswith(wanted)}


def test_quick_is_a_part() -> None:
    some = ["--quick", "--case", "soft/value/*", "--subject", "native,mlloss"]
    result = run("conformance", "--target", "numpy", *some)
    assert result.exit_code == 0, result.output
    quick = [c for c in all_cases() if c.quick and c.id.startswith("soft/value/")]
    assert 0 < len(quick) < sum(c.id.startswith("soft/value/") for c in all_cases())
    assert f"{2 * len(quick)} verdicts: " in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["conformance", "--target", "troch"],
        ["conformance", "--subject", "ours"],
        ["conformance", "--require", "jaxx"],
        ["conformance", "--jobs", "0"],
        ["conformance", "--case", "no/such*"],
        ["conformance", "--record", "/no/such/folder/record.jsonl"],
        ["conformance", "--junit", "."],
        ["conformance", "--junit", "/dev/null", "--badge", "/dev/null"],
        ["conformance", "--readme", "/dev/null"],
        ["conformance", "--readme", "/no/such/README.md"],
        ["conformance", "--compare", "one"],
        ["conformance", "--compare", "no/such/old", "no/such/new"],
        ["conformance", "--from-record", "no/such/record"],
        ["conformance", "--script"],
        ["conformance", "--script", "--case", "soft/value/*", "--junit", "one"],
        ["conformance", "--from-record", "/dev/null", "--script"],
        ["conformance", "--compare", "one", "two", "--quick"],
        ["conformance", "--compare", "one", "two", "--badge", "three"],
        ["conformance", "--from-record", "/dev/null", "--target", "numpy"],
        ["conformance", "--from-record", "/dev/null", "--record", "/dev/full"],
        ["spec", "no_such_loss"],
        ["spec", ""],
        ["spec", "all"],
        ["no-such-command"],
    ],
)
def test_a_mistake_exits_with_2(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_a_terminal_without_the_symbols_gets_the_report() -> None:
    done = _as_module("conformance", *FEW, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "Nothing unexplained in 1 comparisons." in done.stdout


@pytest.mark.parametrize("loss", LOSSES)
def test_spec_prints_the_definition(loss: str) -> None:
    printed = " ".join(run("spec", loss).output.split())
    spec = LOSSES[loss]
    for text in (spec.formula, *spec.notes, *spec.references, *dict(spec.arguments).values()):
        assert " ".join(text.split()) in printed
    assert spec.name in run("spec").output


@pytest.mark.parametrize(("healthy", "status"), [(True, 0), (False, 1)])
def test_doctor_exits_by_health(
    monkeypatch: pytest.MonkeyPatch, healthy: bool, status: int
) -> None:
    check = Check("torch", "1", healthy, "x", "do this")
    monkeypatch.setattr("mlloss.conformance.cli.doctor.examine", lambda: [check])
    result = run("doctor")
    assert result.exit_code == status
    assert "do this" in result.output


def test_version() -> None:
    assert run("--version").output.split() == ["mlloss", mlloss.__version__]


def test_as_a_module_from_anywhere(tmp_path: Path) -> None:
    """The workers find the same mlloss, and leave nothing where they are started."""
    done = _as_module("conformance", *FEW, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def _as_module(
    *arguments: str, folder: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mlloss", *arguments],
        capture_output=True,
        check=False,
        text=True,
        cwd=folder,
        env=child_environment() | environment,
    )
