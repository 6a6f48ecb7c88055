"""Is each framework installed, is it the certified version, and does it work?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from tempfile import TemporaryDirectory

from rich.table import Table
from rich.text import Text

from mlloss.conformance.frameworks.certified import CERTIFIED
from mlloss.conformance.frameworks.registry import FRAMEWORKS, Framework
from mlloss.conformance.reports.terminal.console import print_all
from mlloss.conformance.runner.worker_client import child_environment

TIMEOUT = 120.0

# Each prints 3.0: 1 + 2, computed by the framework.
PROBES = {
    "numpy": "import numpy as m; print(float((m.ones(1) + 2 * m.ones(1))[0]))",
    "torch": "import torch as m; print(float((m.ones(1) + m.full((1,), 2.0))[0]))",
    "jax": "import jax.numpy as m; print(float((m.ones(1) + m.full((1,), 2.0))[0]))",
    "paddle": "import paddle as m; print(float((m.ones([1]) + m.full([1], 2.0))[0]))",
    "mindspore": "import numpy as n, mindspore as m; a = m.Tensor(n.ones(1, n.float32)); "
    "print(float((a + a + a).asnumpy()[0]))",
}
TOGETHER = "import mindspore, paddle as m; print(float((m.ones([1]) + m.full([1], 2.0))[0]))"
ONEDNN_CLASH = "dnnl_threadpool_interop_stream_create"


@dataclass(frozen=True)
class Check:
    """One line of the doctor's: what was looked at, how it is, what to do."""

    name: str
    version: str
    healthy: bool
    finding: str
    advice: str = ""


def examine(timeout: float = TIMEOUT) -> list[Check]:
    """Every framework by itself, and the two that do not go together in every order."""
    checks = [_framework(framework, timeout) for framework in FRAMEWORKS.values()]
    if all(FRAMEWORKS[name].absence() is None for name in ("mindspore", "paddle")):
        checks.append(_together(timeout))
    return checks


def print_checks(checks: Iterable[Check]) -> None:
    """One table."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in ("framework", "version", "finding", "what to do"):
        table.add_column(heading, overflow="fold")
    for check in checks:
        finding, advice = Text(check.finding, _style(check)), Text(check.advice)
        table.add_row(check.name, check.version, finding, advice)
    print_all([table])


def _style(check: Check) -> str:
    if not check.healthy:
        return "red"
    return "green" if check.finding.startswith("works") and not check.advice else "yellow"


def probe(code: str, timeout: float) -> str | None:
    """Why this code does not print 3.0 in a process of its own, or None."""
    command = [sys.executable, "-c", code]
    try:
        with TemporaryDirectory() as folder:  # MindSpore leaves folders where it runs
            done = subprocess.run(
                command,
                capture_output=True,
                check=False,
                text=True,
                timeout=timeout,
                env=child_environment(),
                cwd=folder,
            )
    except subprocess.TimeoutExpired:
        return f"did not add two numbers within {timeout:g} s"
    if done.returncode != 0:
        return f"exited with {done.returncode}: {(done.stderr.strip().splitlines() or [''])[-1]}"
    printed = (done.stdout.strip().splitlines() or ["nothing"])[-1]
    return None if printed == "3.0" else f"says that 1 + 2 is {printed}"


def _framework(framework: Framework, timeout: float) -> Check:
    if framework.absence():
        return Check(framework.name, "", True, "not installed", framework.install)
    certified = CERTIFIED[framework.distribution]
    version = framework.installed_version() or "unknown"
    trouble = probe(PROBES[framework.name], timeout)
    if trouble:
        return Check(framework.name, version, False, trouble, _repair(framework, trouble))
    if version.partition("+")[0] == certified:
        return Check(framework.name, version, True, "works; certified version")
    advice = f'certified is {certified}: pip install "{framework.distribution}=={certified}"'
    return Check(framework.name, version, True, "works; not the certified version", advice)


def _together(timeout: float) -> Check:
    """The other order fails for everybody, so nothing would be learnt by trying it."""
    trouble = probe(TOGETHER, timeout)
    order = "in one process, import mindspore before paddle: the other order ends in an ImportError"
    finding = trouble or "work together in this order"
    advice = "run each in a process of its own" if trouble else order
    return Check("mindspore, then paddle", "", not trouble, finding, advice)


def _repair(framework: Framework, trouble: str) -> str:
    if ONEDNN_CLASH in trouble:
        return "something imports paddle first: import mindspore before paddle"
    pinned = f"{framework.distribution}=={CERTIFIED[framework.distribution]}"
    return f'pip install --force-reinstall "{pinned}"'
