"""The real frameworks: nothing unexplained, and the three findings that the project began with."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mlloss.conformance.cases.documented import documented_cases
from mlloss.conformance.frameworks.registry import CERTIFIED, FRAMEWORKS, IMPLEMENTATIONS, TARGETS
from mlloss.conformance.known_differences.model import known_differences
from mlloss.conformance.results.judge import Verdict
from mlloss.conformance.runner.pool import Pool
from mlloss.conformance.runner.session import Run, Selection, conduct

RUNS: dict[str, Run] = {}  # one run a framework is enough for all that is asked of it


@pytest.fixture
def run_of(require_installed: Callable[[str], None]) -> Callable[[str], Run]:
    def run(framework: str) -> Run:
        require_installed(framework)
        if framework not in RUNS:
            targets = [target.name for target in TARGETS.values() if target.framework == framework]
            selection = Selection(documented_cases(), known_differences(), targets, IMPLEMENTATIONS)
            RUNS[framework] = conduct(selection, Pool())
        return RUNS[framework]

    return run


def _certified(run: Run, framework: str) -> None:
    version = next(iter(run.versions.values())).partition("+")[0]
    if version != CERTIFIED[FRAMEWORKS[framework].distribution]:
        pytest.skip(f"known differences are those of the certified version, not of {version}")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_nothing_is_unexplained(framework: str, run_of: Callable[[str], Run]) -> None:
    run = run_of(framework)
    unneeded = {"no case needs it"}  # these are the documented examples alone
    assert [v for v in run.failures() if v.explanation not in unneeded] == []
    assert run.compared() > 0


def _native(run: Run, target: str, page: str) -> Verdict:
    found = [v for v in run.verdicts if (v.target, v.implementation) == (target, "native")]
    return next(verdict for verdict in found if page in verdict.case)


def test_torch_compiles_its_documented_085_to_205(run_of: Callable[[str], Run]) -> None:
    run = run_of("torch")
    _certified(run, "torch")
    verdict = _native(run, "torch-compile", "torch.nn.MultiLabelMarginLoss")
    assert (verdict.kind, verdict.difference) == ("known", "torch-compile-padding")
    assert verdict.explanation == "gives 2.05, the definition 0.85"
    assert _native(run, "torch", "torch.nn.MultiLabelMarginLoss").kind == "agrees"


@pytest.mark.parametrize("target", ["mindspore", "mindspore-graph"])
def test_mindspore_has_no_cpu_kernel(target: str, run_of: Callable[[str], Run]) -> None:
    run = run_of("mindspore")
    _certified(run, "mindspore")
    verdict = _native(run, target, "mindspore.ops.multilabel_margin_loss")
    assert (verdict.kind, verdict.difference) == ("known", "mindspore-margin-cpu")
    assert "Unsupported op [MultilabelMarginLoss] on CPU" in verdict.explanation


@pytest.mark.parametrize("target", ["page", "paddle", "paddle-static"])
def test_paddle_puts_signed_labels_through_the_binary_formula(
    target: str, run_of: Callable[[str], Run]
) -> None:
    run = run_of("paddle")
    _certified(run, "paddle")
    case = "documented/paddle.nn.MultiLabelSoftMarginLoss/mean"
    verdict = next(v for v in run.verdicts if (v.case, v.target) == (case, target))
    assert verdict.kind == "known"
    assert verdict.explanation.endswith("1.54909, the definition 1.10464")
