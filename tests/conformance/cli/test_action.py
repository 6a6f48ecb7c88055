"""action.yml: its shell does what it says, with the inputs as data and never as code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlloss.conformance.results.record import read_record
from mlloss.conformance.runner.worker_client import child_environment

ROOT = Path(__file__).parents[3]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
SCRIPTS = {step["name"]: step for step in STEPS if "run" in step}
DEFAULTS = {name: given["default"] for name, given in ACTION["inputs"].items()}

# Notes what it is asked; for the suite it is the real interpreter, or ends as it is told.
PYTHON = """#!{real}
import json, os, sys
with open({calls!r}, "a") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
if sys.argv[1:3] == ["-m", "mlloss"]:
    if {status} is not None:
        open(sys.argv[sys.argv.index("--markdown") + 1], "w").write("| a matrix |\\n")
        sys.exit({status})
    os.execv({real!r}, [{real!r}, *sys.argv[1:]])
"""


class Job:
    """The steps of the action, as a runner runs them."""

    def __init__(self, folder: Path, status: int | None = None, **inputs: str) -> None:
        self.folder, self.calls = folder, folder / "calls"
        python = folder / "python"
        told = {"real": sys.executable, "calls": str(self.calls), "status": status}
        python.write_text(PYTHON.format(**told))
        python.chmod(0o755)
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        self.inputs = DEFAULTS | {"python": str(python)} | given
        self.summary, self.outputs = folder / "summary.md", folder / "outputs"

    def run(self) -> int:
        """The status of the last step that ran."""
        for step in SCRIPTS.values():
            status = self._step(step)
            if status:
                return status
        return 0

    def asked(self) -> list[list[str]]:
        """What the interpreter was called with."""
        return [json.loads(line) for line in self.calls.read_text().splitlines()]

    def _step(self, step: dict[str, Any]) -> int:
        script = self.folder / "step.sh"
        script.write_text(step["run"])
        files = {"GITHUB_STEP_SUMMARY": self.summary, "GITHUB_OUTPUT": self.outputs}
        own = {name: self._value(text) for name, text in step["env"].items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            env=child_environment() | own | {name: str(path) for name, path in files.items()},
            cwd=self.folder,
            check=False,
        )
        return done.returncode

    def _value(self, text: str) -> str:
        """An expression, which is the whole of the text."""
        found = re.fullmatch(r"\$\{\{ (inputs|github)\.([\w-]+) \}\}", text)
        assert found, text
        return self.inputs[found[2]] if found[1] == "inputs" else str(ROOT)


def test_inputs_reach_the_shell_as_data_only() -> None:
    assert ACTION["runs"]["using"] == "composite"
    assert len(SCRIPTS) == 2
    for step in SCRIPTS.values():
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], step["name"]


def test_every_input_is_used_and_described() -> None:
    used = set(re.findall(r"inputs\.([\w-]+)", json.dumps(STEPS)))
    assert used == ACTION["inputs"].keys()
    assert all(given["description"] for given in ACTION["inputs"].values())


def test_actions_of_others_are_of_a_version() -> None:
    assert [step["uses"] for step in STEPS if "uses" in step] == ["actions/upload-artifact@v4"]
    assert STEPS[-1]["if"] == "always()", "what failed is worth keeping most"


def test_numpy_for_real(tmp_path: Path) -> None:
    job = Job(tmp_path, targets="numpy", require="numpy", quick="true")
    assert job.run() == 0
    head, run = read_record(tmp_path / "mlloss-conformance.jsonl")
    assert head["targets"] == ["numpy"]
    assert run.passed()
    assert "numpy" in job.summary.read_text("utf-8")
    outputs = dict(line.split("=") for line in job.outputs.read_text().splitlines())
    assert outputs.keys() == {"record", "html", "junit"}
    assert all((tmp_path / name).stat().st_size for name in outputs.values())


def test_all_options(tmp_path: Path) -> None:
    job = Job(
        tmp_path,
        status=0,
        targets="torch,jax",
        backend="mine.host:host",
        known_differences="my file.toml",
        require="all",
        extras="torch,jax",
        packages=". torch==2.13.0\n-r more.txt",
        record="out/r.jsonl",
    )
    assert job.run() == 0
    install, conformance = job.asked()
    packages = [".", "torch==2.13.0", "-r", "more.txt"]
    assert install == ["-m", "pip", "install", f"{ROOT}[cli,torch,jax]", *packages]
    files = ["--record", "out/r.jsonl", "--html", "out/r.html", "--junit", "out/r.xml"]
    what = ["--target", "torch,jax", "--backend", "mine.host:host"]
    more = ["--known-differences", "my file.toml", "--require", "all"]
    assert conformance[:-1] == ["-m", "mlloss", "conformance", *files, *what, *more, "--markdown"]


def test_nothing_is_passed_that_is_not_given(tmp_path: Path) -> None:
    job = Job(tmp_path, status=0)
    assert job.run() == 0
    install, conformance = job.asked()
    assert install == ["-m", "pip", "install", f"{ROOT}[cli]"]
    assert not {"--target", "--backend", "--require", "--quick"} & set(conformance)


@pytest.mark.parametrize("status", [1, 2])
def test_a_failure_fails_and_is_told(tmp_path: Path, status: int) -> None:
    job = Job(tmp_path, status=status)
    assert job.run() == status
    assert job.summary.read_text() == "| a matrix |\n"
    assert "record=" in job.outputs.read_text()


HOSTILE = "$(touch hacked)`touch hacked`\"; touch hacked; '; touch hacked #"


@pytest.mark.parametrize("name", sorted(DEFAULTS.keys() - {"python", "artifact"}))
def test_no_input_is_run(tmp_path: Path, name: str) -> None:
    job = Job(tmp_path, status=0, **{name: HOSTILE})
    assert job.run() == 0
    assert not (tmp_path / "hacked").exists()
    assert name == "quick" or any(
        HOSTILE.rsplit(maxsplit=1)[-1] in " ".join(call) for call in job.asked()
    )
    assert os.environ.get("PATH")
