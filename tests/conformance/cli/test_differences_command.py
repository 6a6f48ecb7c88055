"""`mlloss differences`, and that every known difference is what its script prints."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from scripts import Script, outcome, run_scripts
from typer.testing import CliRunner

from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cli.app import app
from mlloss.conformance.frameworks.registry import FRAMEWORKS, TARGETS, Framework
from mlloss.conformance.known_differences.effects import Uninitialized, predict
from mlloss.conformance.known_differences.model import PAGE, SEVERITIES, known_differences
from mlloss.conformance.porting.entries import Entry, entries
from mlloss.conformance.porting.transition import Comparison, alike, compare
from mlloss.conformance.reports.terminal.differences import listing
from mlloss.conformance.results.judge import Observation, judge
from mlloss.conformance.runner.protocol import Outcome
from mlloss.conformance.runner.worker_client import child_environment

OTHERS = ["torch", "jax", "optax", "paddle", "mindspore"]


@cache
def _entries() -> tuple[Entry, ...]:
    return entries(known_differences(), all_cases())


def _printed(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["differences", *arguments], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output


def _ids(entries: tuple[Entry, ...]) -> set[str]:
    return {entry.difference.id for entry in entries}


@cache
def _from_torch_to_paddle() -> Comparison:
    return compare("torch", "paddle", _entries())


@pytest.mark.parametrize("framework", [name for name in FRAMEWORKS if name != "numpy"])
def test_scripts_print_what_the_rows_say(
    framework: str, tmp_path: Path, require_installed: Callable[[str], None]
) -> None:
    """In the real framework, in each of its modes, judged as the suite judges it."""
    require_installed(framework)
    shown = [
        (entry, target)
        for entry in _entries()
        for target in entry.difference.targets
        if target != PAGE and TARGETS[target].framework == framework
        if entry.difference.applies_to(target, _version(target))
    ]
    scripts = [
        Script(_name(entry, target), target, entry.script(target), entry.examples[target].alone)
        for entry, target in shown
    ]
    assert not [script for script in scripts if "mlloss" in script.text.partition("\n")[2]]
    came = run_scripts(scripts, tmp_path)
    wrong = [_wrong(entry, target, came[_name(entry, target)]) for entry, target in shown]
    assert "\n".join(text for text in wrong if text) == ""


def _name(entry: Entry, target: str) -> str:
    return f"{entry.difference.id} on {target}"


def _version(target: str) -> str:
    return FRAMEWORKS[TARGETS[target].framework].installed_version() or ""


def _wrong(entry: Entry, target: str, came: str | Outcome) -> str:
    """Nothing, if this row is what was seen; others' memory may be right by chance."""
    row, case = entry.difference, entry.examples[target]
    observation = Observation(case, target, "native", _version(target), outcome(case, came))
    verdict = judge(observation, known_differences())
    wild = case.alone or isinstance(predict(case, row.instead), Uninitialized)
    chance = wild and verdict.kind == "stale"
    known = (verdict.kind, verdict.difference) == ("known", row.id)
    name = f"{_name(entry, target)} ({case.id})"
    return "" if known or chance else f"{name}: {verdict.kind} {verdict.explanation}"


def test_every_target_of_every_row_has_an_example() -> None:
    assert all(set(entry.examples) == set(entry.difference.targets) for entry in _entries())
    assert len(_entries()) == len(known_differences())


def test_the_worst_come_first() -> None:
    order = [SEVERITIES.index(entry.difference.severity) for entry in _entries()]
    assert order == sorted(order)


def test_a_row_that_no_case_shows_is_listed_all_the_same() -> None:
    """A test of these rows finds it, and who reads the others is not kept from it."""
    row = next(row for row in known_differences() if row.id == "torch-compile-padding")
    (entry,) = entries([row], [])
    assert (entry.framework(), entry.example(), entry.gives()) == ("torch", None, "")
    printed = "".join(str(getattr(part, "renderable", part)) for part in listing([entry], {}))
    assert 'When: labels = "indices"' in printed
    assert "E.g." not in printed
    assert "--reproduce" not in printed


def test_an_example_is_told_apart_from_the_definition() -> None:
    for entry in _entries():
        gives = entry.gives().removeprefix("gives ")
        assert gives != entry.definition(), entry.difference.id
        assert bool(gives) != entry.difference.is_tolerance_only(), entry.difference.id


def test_all_differences_are_listed_with_evidence_and_a_script() -> None:
    printed = _printed("--all-versions")
    for row in known_differences():
        assert f"  {row.id} (" in printed
        assert all(address in printed for address in row.evidence)
        runs = f"mlloss differences --reproduce {row.id}\n" in printed
        assert runs == (row.targets != (PAGE,)), row.id


def test_only_those_of_installed_versions_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = {"torch": "2.14.1", "jax": None}
    monkeypatch.setattr(Framework, "installed_version", lambda self: installed.get(self.name))
    printed = _printed("--target", "torch-compile,jax")
    hidden = 0
    for row in known_differences():
        if {"torch-compile", "jax"} & set(row.targets):
            listed = "jax" in row.targets or row.versions.contains("2.14.1")
            assert (f"\n  {row.id} (" in printed) == listed, row.id
            hidden += not listed
    assert hidden > 0
    assert f"{hidden} more are of versions that are not installed: add --all-versions" in printed
    everything = _printed("--target", "torch-compile,jax", "--all-versions")
    assert "\n  torch-compile-padding (" in everything
    assert "not installed" not in everything


def test_counts_by_framework_and_severity_come_first() -> None:
    lines = _printed("--all-versions").splitlines()
    assert lines[0].split()[:2] == ["framework", "installed"]
    for line in lines[1 : lines.index("")]:
        name, _, *counts = line.split()
        some = [entry for entry in _entries() if entry.framework() == name]
        each = [sum(e.difference.severity == severity for e in some) for severity in SEVERITIES]
        assert [int(count) for count in counts] == [n for n in (*each, len(some)) if n]


def test_a_terminal_gets_a_pager_and_a_pipe_none(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mlloss", "differences", "--severity", "crash"]
    paged = tmp_path / "paged"
    environment = child_environment() | {"PAGER": f"cat > {paged}", "TERM": "xterm"}
    piped = subprocess.run(command, capture_output=True, check=True, env=environment)
    assert b"Crash (" in piped.stdout
    assert not paged.exists()
    ours, theirs = pty.openpty()
    subprocess.run(command, stdin=theirs, stdout=theirs, stderr=theirs, check=True, env=environment)
    os.close(theirs)
    os.close(ours)
    assert "Crash (" in paged.read_text("utf-8")


def test_an_entry_says_what_when_since_when_and_what_comes_of_it() -> None:
    printed = _printed("--target", "torch-compile", "--loss", "multilabel_margin_loss")
    start = printed.index("  torch-compile-padding (")
    entry = " ".join(printed[start : printed.index("https://", start)].split())
    for part in (
        "<2.14,>=2.4)",
        "multilabel_margin_loss: compiled, every padded slot",
        'When: labels = "indices", padded = true, lists = "as classes", axes = { below = 3 }',
        'padding = "class 0"',
        "gives 0.85, the definition 0.325",
    ):
        assert part in entry


def test_filters() -> None:
    printed = _printed("--severity", "error", "--target", "paddle")
    assert "\nError (" in printed
    assert "paddle-margin-axes" in printed
    assert "torch" not in printed
    assert "Cosmetic" not in printed
    assert "multilabel_margin_loss:" not in _printed("--loss", "multilabel_soft_margin_loss")


def test_a_script_is_all_that_is_printed() -> None:
    script = _printed("--reproduce", "torch-compile-padding")
    compile(script, "script", "exec")
    assert "torch.compile(" in script
    other = _printed("--reproduce", "torch-signed-labels", "--target", "torch-export")
    assert "torch.export.export(" in other


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--from", "torch"], "--from and --to go together"),
        (["--from", "torch", "--to", "torch-compile"], "expected one of numpy, torch"),
        (["--from", "pytorch", "--to", "jax"], "did you mean torch?"),
        (["--severity", "bad"], "expected some of crash"),
        (["--loss", "hinge"], "expected some of multilabel_margin_loss"),
        (["--reproduce", "nothing"], "no known difference is called 'nothing'"),
        (
            ["--reproduce", "paddle-page-signed-labels"],
            "is about a documentation page",
        ),
        (["--reproduce", "jax-signed-labels", "--target", "torch"], "is of jax, jax-jit"),
    ],
)
def test_complaints(arguments: list[str], complaint: str) -> None:
    result = CliRunner().invoke(app, ["differences", *arguments], env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert complaint in " ".join(result.output.replace("│", " ").split())


def test_what_changes_from_torch_to_paddle() -> None:
    compared = _from_torch_to_paddle()
    assert "torch-compile-padding" in _ids(compared.going)
    assert {"paddle-margin-no-targets", "paddle-soft-second-derivative"} <= _ids(compared.coming)
    pairs = {(one.difference.id, other.difference.id) for one, other in compared.staying}
    assert ("torch-signed-labels", "paddle-signed-labels") in pairs
    assert compared.lacking == {}


def test_every_difference_of_both_is_in_one_group() -> None:
    compared = _from_torch_to_paddle()
    left, right = (set(some) for some in zip(*compared.staying, strict=True))
    for name, alone, shared in (
        ("torch", compared.going, left),
        ("paddle", compared.coming, right),
    ):
        assert not set(alone) & shared
        assert set(alone) | shared == {e for e in _entries() if e.framework() == name}


def test_the_way_back_is_the_mirror_image() -> None:
    there, back = _from_torch_to_paddle(), compare("paddle", "torch", _entries())
    assert (there.going, there.coming) == (back.coming, back.going)
    assert {(other, one) for one, other in back.staying} == set(there.staying)


def test_likeness_is_of_what_comes_and_not_of_names() -> None:
    by_id = {entry.difference.id: entry for entry in _entries()}
    assert alike(by_id["torch-signed-labels"], by_id["jax-signed-labels"])
    assert not alike(by_id["torch-signed-labels"], by_id["torch-soft-half-value"])
    assert not alike(by_id["torch-compile-padding"], by_id["torch-margin-second-derivative"])


def test_losses_that_a_framework_lacks_are_named() -> None:
    printed = _printed("--from", "torch", "--to", "jax")
    assert "jax has no multilabel_margin_loss: neither JAX nor Optax has this loss" in printed
    for title in ("New after porting: only in jax", "Gone after porting: only in torch", "In both"):
        assert f"\n{title}" in printed


def test_no_framework_is_needed_and_every_run_prints_the_same() -> None:
    program = f"""
import sys
for name in {OTHERS}:
    sys.modules[name] = None  # importing it is an ImportError
from mlloss.conformance.cli.app import app
app(["differences", "--from", "mindspore", "--to", "jax"])
"""
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "COLUMNS": "120"},
        ).stdout
        for seed in ("1", "2")
    ]
    assert "mindspore-margin-cpu" in runs[0]
    assert runs[0] == runs[1]
