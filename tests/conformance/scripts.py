"""What scripts print, in processes of the real frameworks, read as the outcome of a case."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mlloss.conformance.cases.model import Case
from mlloss.conformance.expected.expectation import Numbers, expected
from mlloss.conformance.runner.protocol import Outcome

RUNNER = Path(__file__).with_name("run_scripts.py")
SECONDS = 300


@dataclass(frozen=True)
class Script:
    """Of a target; alone if it may write where it should not."""

    name: str
    target: str
    text: str
    alone: bool = False


def run_scripts(scripts: Iterable[Script], folder: Path) -> dict[str, str | Outcome]:
    """What each printed, or its error or death; those of a target in one process.

    Not those of a framework: Paddle dies of eager and static calls by turns.
    """
    together: dict[str, dict[str, Path]] = defaultdict(dict)
    for number, script in enumerate(scripts):
        path = folder / f"script_{number}.py"
        path.write_text(script.text, "utf-8")
        together[script.name if script.alone else script.target][script.name] = path
    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(_run, together.values()))
    return {name: came for some in found for name, came in some.items()}


def _run(paths: dict[str, Path]) -> dict[str, str | Outcome]:
    """In as few processes as it takes: one more after each death."""
    found: dict[str, str | Outcome] = {}
    while left := [name for name in paths if name not in found]:
        lines, ended = _lines([paths[name] for name in left])
        found |= {name: _read(line) for name, line in zip(left, lines, strict=False)}
        if len(lines) < len(left):
            found[left[len(lines)]] = Outcome("died", ended)
    return found


def _lines(paths: Sequence[Path]) -> tuple[list[str], str]:
    command = [sys.executable, str(RUNNER), *map(str, paths)]
    done = subprocess.run(
        command,
        cwd=paths[0].parent,  # MindSpore leaves files behind
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    status = done.returncode
    how = f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
    return done.stdout.splitlines(), f"{how}\n{done.stderr[-2000:]}"


def _read(line: str) -> str | Outcome:
    told = json.loads(line)
    if "error" in told:
        return Outcome("error", told["message"], told["error"])
    return str(told["printed"])


def outcome(case: Case, came: str | Outcome) -> Outcome:
    """The printed line as the judge takes it; an empty list does not tell its shape."""
    if isinstance(came, Outcome):
        return came
    dtype, _, text = came.splitlines()[-1].partition(" ")
    value = np.array(json.loads(text.replace("nan", "NaN").replace("inf", "Infinity")), float)
    wanted = expected(case)
    if value.size == 0 and isinstance(wanted, Numbers) and wanted.value.size == 0:
        value = value.reshape(wanted.value.shape)
    return Outcome("value", dtype=dtype.rpartition(".")[2].lower(), value=value)
