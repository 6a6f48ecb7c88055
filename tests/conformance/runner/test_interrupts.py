"""A run that is interrupted, or whose worker is killed, is never taken for one that passed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sample import TORCH_PAGE, fakes
from typer.testing import CliRunner

from mlloss.conformance.cli import conformance as command
from mlloss.conformance.cli.app import app
from mlloss.conformance.results.record import IncompleteRecord, read_record
from mlloss.conformance.runner import progress
from mlloss.conformance.runner.pool import Pool
from mlloss.conformance.runner.worker_client import child_environment

SLOW = """
import os, sys, time
if "mlloss.conformance.runner.worker" in sys.orig_argv:
    with open(os.environ["WORKERS"], "a") as file:
        file.write(f"{os.getpid()}\\n")
    time.sleep(600)
"""


@dataclass
class Slow:
    """A real run whose worker never gets anywhere."""

    run: subprocess.Popen[str]
    record: Path
    worker: int


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Slow]:
    (tmp_path / "sitecustomize.py").write_text(SLOW)
    record, workers = tmp_path / "record.jsonl", tmp_path / "workers"
    workers.touch()
    environment = child_environment() | {"WORKERS": str(workers)}
    environment["PYTHONPATH"] = f"{tmp_path}{os.pathsep}{environment['PYTHONPATH']}"
    line = [sys.executable, "-m", "mlloss", "conformance", "--target", "numpy", "--record"]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen([*line, str(record)], env=environment, **pipes)
    signal.signal(signal.SIGINT, before)  # which may be to ignore it, as in a shell's background
    with process as run:
        _wait_for(lambda: "\n" in workers.read_text())
        worker = int(workers.read_text())
        yield Slow(run, record, worker)
        run.kill()
        if _lives(worker):
            os.kill(worker, signal.SIGKILL)


@pytest.mark.parametrize(("number", "status"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_ends_the_run_and_its_workers(slow: Slow, number: str, status: int) -> None:
    assert _lives(slow.worker)
    slow.run.send_signal(signal.Signals[number])
    out, err = slow.run.communicate(timeout=60)
    assert slow.run.returncode == status, err
    assert "Traceback" not in err
    assert err.splitlines()[-1].startswith("mlloss: interrupted: 0 of ")
    assert err.endswith(f"answers; {slow.record} is no complete record\n")
    assert out == ""
    _wait_for(lambda: not _lives(slow.worker))
    with pytest.raises(IncompleteRecord, match="has no footer"):
        read_record(slow.record)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "waited for a minute"
        time.sleep(0.01)


def test_a_killed_worker_is_a_death_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With SIGKILL, as by a system that is out of memory, after the third answer."""
    pool, record = Pool(), tmp_path / "record.jsonl"
    answers: list[str] = []

    @contextmanager
    def killing(totals: Mapping[str, int]) -> Iterator[Callable[[str], None]]:
        def answered(target: str) -> None:
            answers.append(target)
            if len(answers) == 3:
                os.kill(pool._live[0]._process.pid, signal.SIGKILL)

        yield answered

    monkeypatch.setattr(command, "Pool", lambda jobs, timeout: pool)
    monkeypatch.setattr(progress, "for_terminal", lambda: killing)
    arguments = ["conformance", "--target", "numpy", "--case", "documented/*"]
    result = CliRunner().invoke(app, [*arguments, "--record", str(record)])
    assert result.exit_code == 1
    assert "killed by SIGKILL" in result.output
    head, run = read_record(record)
    kinds = [v.kind for v in run.verdicts if (v.target, v.implementation) == ("numpy", "mlloss")]
    assert sorted(kinds) == ["agrees"] * (head["cases"] - 1) + ["died"]
    assert json.loads(record.read_text().splitlines()[-1])["passed"] is False


def test_an_interrupt_ends_the_workers() -> None:
    def interrupt(target: str) -> None:
        raise KeyboardInterrupt

    began = time.monotonic()
    request = TORCH_PAGE.request("mlloss")
    with pytest.raises(KeyboardInterrupt):
        fakes("right", timeout=60, jax="hangs").run(
            {"torch": [request], "jax": [request, request]}, interrupt
        )
    assert time.monotonic() - began < 15


def test_a_worker_that_is_started_while_the_run_is_stopped_is_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The stop comes between its start and its being among those who are to be killed."""
    pool = fakes("hangs at its start", timeout=60)
    command_of = pool._command

    def stop_first(target: str) -> list[str]:
        pool._stop()
        return command_of(target)

    monkeypatch.setattr(pool, "_command", stop_first)
    began = time.monotonic()
    worker = pool.worker("torch")
    assert worker.failure
    assert worker.failure.kind == "died"
    assert time.monotonic() - began < 15
    pool.release(worker)
