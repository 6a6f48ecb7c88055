"""The application: what its start imports, --help of every command, shell completion, --script."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mlloss.conformance.cli.app import COMMANDS, app, load_command
from mlloss.conformance.frameworks.registry import FRAMEWORKS, IMPLEMENTATIONS, TARGETS
from mlloss.conformance.known_differences.model import SEVERITIES
from mlloss.conformance.runner.worker_client import child_environment

START = """
import sys
from mlloss.cli import main
sys.argv = ["mlloss", *{arguments}]
try:
    main()
except SystemExit as end:
    assert end.code == 0, end.code
heavy = ("jinja2", "packaging", "benchmarks", "cases", "known_differences", "reports", "runner")
loaded = [name for name in sys.modules if set(name.split(".")) & set(heavy)]
print("LOADED", *[name for name in loaded if name.startswith(("mlloss.", "jinja2"))])
"""
COMMAND_LINES = [[], *([name] for name in COMMANDS), ["conformance", "fuzz"]]


def shown(*arguments: str) -> str:
    """Return what a command prints, without the frames around it."""
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "300", "TERM": "dumb"})
    assert result.exit_code == 0, result.output
    return " ".join(result.output.replace("│", " ").split())


def started(*arguments: str) -> list[str]:
    """Return the heavy modules that a start imports."""
    done = subprocess.run(
        [sys.executable, "-c", START.format(arguments=list(arguments))],
        capture_output=True,
        check=True,
        text=True,
        env=child_environment(),
    )
    return done.stdout.splitlines()[-1].split()[1:]


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["-h"]])
def test_a_start_imports_no_command(arguments: list[str]) -> None:
    assert started(*arguments) == []


def test_a_command_is_imported_to_be_run() -> None:
    assert "mlloss.conformance.cases.collection" in started("conformance", "--help")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_has_the_first_line_of_each_command(name: str) -> None:
    _, line = COMMANDS[name]
    assert load_command(name).help.splitlines()[0] == line
    assert line in shown("--help")


@pytest.mark.parametrize("arguments", COMMAND_LINES)
def test_both_options_of_help(arguments: list[str]) -> None:
    assert shown(*arguments, "-h") == shown(*arguments, "--help")


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("conformance", [*TARGETS, *IMPLEMENTATIONS, *FRAMEWORKS]),
        ("conformance fuzz", TARGETS),
        ("differences", [*FRAMEWORKS, *SEVERITIES, *TARGETS, "page"]),
    ],
)
def test_help_names_the_choices(command: str, names: list[str]) -> None:
    text = shown(*command.split(), "--help")
    assert [name for name in names if name not in text] == []
    assert "list[str]" not in text


@pytest.mark.parametrize("arguments", COMMAND_LINES)
def test_no_line_of_help_is_broken(arguments: list[str]) -> None:
    """A docstring wider than the panel leaves a line of a few words between full ones."""
    result = CliRunner().invoke(app, [*arguments, "--help"], env={"COLUMNS": "80"})
    lines = [line.strip() for line in result.output.partition("╭")[0].splitlines()]
    for before, line, after in zip(lines, lines[1:], lines[2:], strict=False):
        assert not (before and after and 0 < len(line) < 30), line


def completed(line: str, tmp_path: Path) -> list[str]:
    """Return what bash would offer at the end of a line."""
    environment = child_environment() | {
        "_MLLOSS_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split(" ")) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-m", "mlloss"],
        capture_output=True,
        check=False,
        text=True,
        cwd=tmp_path,
        env=environment,
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("mlloss con", ["conformance"]),
        ("mlloss conformance --target torch-", ["torch-compile", "torch-export"]),
        ("mlloss differences --from pa", ["paddle"]),
        ("mlloss differences --repr", ["--reproduce"]),
    ],
)
def test_bash_completes_commands_options_and_names(
    line: str, offers: list[str], tmp_path: Path
) -> None:
    assert completed(line, tmp_path) == offers


CASE = "documented/torch.nn.MultiLabelMarginLoss/mean"


def scripts(*arguments: str) -> str:
    """Return what --script prints for the case."""
    command = ["conformance", "--case", CASE, "--script", *arguments]
    return CliRunner().invoke(app, command).output


def test_scripts_of_a_case_are_programs(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(scripts("--target", "numpy"))
    done = subprocess.run(
        [sys.executable, "script.py"],
        capture_output=True,
        check=True,
        text=True,
        cwd=tmp_path,
        env=child_environment(),
    )
    assert done.stdout.splitlines() == ["float32 0.8500000238418579"]


def test_a_script_for_each_target_and_subject() -> None:
    text = scripts("--target", "torch,jax")
    titles = [line for line in text.splitlines() if line.startswith(f"# {CASE}")]
    assert len(titles) == len(set(titles)) >= 4
    assert "import torch" in text
    assert "import jax" in text
    only = scripts("--target", "torch,jax", "--subject", "native")
    assert only.count(f"# {CASE}") == 1, "JAX has no margin loss"


def test_nothing_to_reproduce_exits_with_2() -> None:
    arguments = ["--case", CASE, "--target", "numpy", "--subject", "native", "--script"]
    result = CliRunner().invoke(app, ["conformance", *arguments])
    assert result.exit_code == 2
    assert "nothing can be run" in " ".join(result.output.split())
