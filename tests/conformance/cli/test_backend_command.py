"""`mlloss conformance --backend`, and the same as pytest tests of another project."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from third_party import NO_DOUBLES
from typer.testing import CliRunner, Result

from mlloss.conformance import Host
from mlloss.conformance.cli.app import app
from mlloss.conformance.results.record import read_record
from mlloss.conformance.runner.worker_client import child_environment

HOST = "tinyarray.mlloss_host:host"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["conformance", *arguments])


def test_it_passes_with_all_reports(tiny: Host, tmp_path: Path) -> None:
    files = {name: tmp_path / f"run.{name}" for name in ("record", "markdown", "html", "junit")}
    options = [text for name, path in files.items() for text in (f"--{name}", str(path))]
    result = run("--backend", HOST, *options)
    assert result.exit_code == 0, result.output
    head, ran = read_record(files["record"])
    assert head["targets"] == [HOST]
    assert ran.counts()["agrees"] > 1000
    assert ran.versions == {HOST: "1.0"}
    native = {v.explanation for v in ran.verdicts if v.implementation == "native"}
    assert native == {"this backend is an adapter: there is no native loss to compare with"}
    assert all(HOST in path.read_text("utf-8") for path in files.values())


def test_beside_one_of_ours(tiny: Host) -> None:
    result = run("--backend", HOST, "--target", "numpy", "--case", "margin/value/plain/*")
    assert result.exit_code == 0, result.output
    assert "numpy" in result.output
    assert HOST in result.output


CRASHING = """
import os
from tinyarray.mlloss_host import TinyHost

class Crashing(TinyHost):
    name = "crashing"

    def array(self, numbers, dtype):
        if dtype == "float16":
            os._exit(3)
        return super().array(numbers, dtype)

host = Crashing()
"""


def test_a_crash_is_a_verdict(tiny: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a module of the working directory."""
    (tmp_path / "crashing.py").write_text(CRASHING)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    record = tmp_path / "record.jsonl"
    chosen = ["--case", "margin/value/plain/*", "--record", str(record)]
    result = run("--backend", "crashing:host", *chosen)
    assert result.exit_code == 1, result.output
    ours = {v.case: v for v in read_record(record)[1].verdicts if v.implementation == "mlloss"}
    kinds = {case.rpartition("/")[2]: verdict.kind for case, verdict in ours.items()}
    assert kinds == {
        "float16": "died",
        "bfloat16": "absent",
        "float32": "agrees",
        "float64": "agrees",
    }
    assert ours["margin/value/plain/float16"].explanation == "exited with 3"


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("nosuch.module:host", "nosuch.module:host: ModuleNotFoundError: No module named"),
        (f"{HOST}s", "has no attribute 'hosts'"),
        ("tinyarray:Tiny", "tinyarray:Tiny must be a mlloss.conformance.Host; got a type"),
        ("tinyarray", "expected module:attr; got 'tinyarray'"),
        (
            "mlloss.conformance.frameworks.adapters:HOSTS",
            "must be a mlloss.conformance.Host; got a dict",
        ),
    ],
)
def test_what_is_no_host_exits_with_2(tiny: Host, address: str, message: str) -> None:
    result = run("--backend", address)
    assert result.exit_code == 2
    assert message in " ".join(result.output.replace("│", " ").split())
    assert "Traceback" not in result.output


def test_known_differences_come_with_a_backend(tiny: Host, tmp_path: Path) -> None:
    path = tmp_path / "known.toml"
    path.write_text(NO_DOUBLES)
    result = run("--known-differences", str(path))
    assert result.exit_code == 2
    result = run("--backend", HOST, "--known-differences", str(tmp_path / "none.toml"))
    assert result.exit_code == 2
    record = tmp_path / "record.jsonl"
    known = ["--known-differences", str(path), "--record", str(record)]
    result = run("--backend", HOST, "--case", "margin/value/*", *known)
    assert result.exit_code == 1, "it is stale: tinyarray has doubles"
    assert "no-doubles" in result.output
    rows = {row.id: row for row in read_record(record)[1].selection.known}
    assert (rows["no-doubles"].implementation, rows["no-doubles"].targets) == ("mlloss", (HOST,))


TESTS = """
from mlloss.conformance import parametrize
from tinyarray.mlloss_host import host

@parametrize(host, known_differences=[KNOWN])
def test_conforms(check):
    check()
"""


def pytest_on(tmp_path: Path, known: str, *options: str) -> str:
    """What pytest says in somebody else's project."""
    (tmp_path / "test_mine.py").write_text(TESTS.replace("KNOWN", known))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    environment = child_environment()
    done = subprocess.run(
        [*command, "test_mine.py"],
        capture_output=True,
        check=False,
        text=True,
        cwd=tmp_path,
        env=environment,
    )
    return done.stdout + done.stderr


def test_one_test_a_case(tiny: Host, tmp_path: Path) -> None:
    output = pytest_on(tmp_path, "", "-rs", "-k", "margin/value/plain or margin/gradient/plain")
    assert "3 passed, 5 skipped" in output, output
    assert "has no gradient" in output
    assert "tinyarray has no bfloat16" in output


def test_pytest_is_not_needed_before() -> None:
    names = "check_backend, parametrize, Host, Difference, all_cases"
    code = f"import sys; from mlloss.conformance import {names}; print('pytest' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_stale_row_is_a_failed_test(tiny: Host, tmp_path: Path) -> None:
    path = tmp_path / "known.toml"
    path.write_text(NO_DOUBLES)
    output = pytest_on(tmp_path, repr(str(path)), "-k", "known/ or margin/value/plain/float64")
    assert "1 failed, 1 passed" in output, output
    assert "margin/value/plain/float64 (no-doubles): stale: gives" in output
