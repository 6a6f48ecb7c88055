"""`mlloss doctor`: check that each framework is installed, certified and works."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from tempfile import TemporaryDirectory

import typer
from rich.text import Text

from mlloss.conformance.frameworks.registry import CERTIFIED, FRAMEWORKS, Framework
from mlloss.conformance.reports.terminal.console import terminal
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
BOTH = "import mindspore, paddle as m; print(float((m.ones([1]) + m.full([1], 2.0))[0]))"
BOTH_NAMES = "mindspore, then paddle"
ONEDNN_CLASH = "dnnl_threadpool_interop_stream_create"

app = typer.Typer(add_completion=False)


@dataclass(frozen=True)
class Check:
    """One line of the report: what was checked, the finding, and what to do."""

    name: str
    version: str
    healthy: bool
    finding: str
    advice: str = ""


@app.command()
def doctor() -> None:
    """Check which frameworks are installed and work.

    Exit status: 0 if every installed framework works, 1 if one does not.
    """
    healthy = [check.healthy for check in printed(examine())]
    raise typer.Exit(0 if all(healthy) else 1)


def examine(timeout: float = TIMEOUT) -> Iterator[Check]:
    """Check each framework alone, then the two that depend on the order of their imports."""
    for framework in FRAMEWORKS.values():
        yield _framework(framework, timeout)
    if all(FRAMEWORKS[name].absence() is None for name in ("mindspore", "paddle")):
        yield _together(timeout)


def printed(checks: Iterable[Check]) -> Iterator[Check]:
    """Print each check as it comes, in one line, and yield it."""
    console = terminal()
    name_width = max(map(len, [*FRAMEWORKS, BOTH_NAMES]))
    version_width = max(len(f.installed_version() or "") for f in FRAMEWORKS.values())
    for check in checks:
        line = Text(f"{check.name:<{name_width}}  {check.version:<{version_width}}  ")
        line.append(check.finding, _style(check))
        line.append(f": {check.advice}" if check.advice else "")
        console.print(line, soft_wrap=True)
        yield check


def probe(code: str, timeout: float) -> str | None:
    """Run the code in a process of its own; return why it does not print 3.0, or None."""
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
    output = (done.stdout.strip().splitlines() or ["nothing"])[-1]
    return None if output == "3.0" else f"computes 1 + 2 as {output}"


def _style(check: Check) -> str:
    if not check.healthy:
        return "red"
    return "green" if check.finding.startswith("works") and not check.advice else "yellow"


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
    advice = f'pip install "{framework.distribution}=={certified}"'
    return Check(framework.name, version, True, f"works; certified is {certified}", advice)


def _together(timeout: float) -> Check:
    """Try the one order that works: paddle first ends in an ImportError on every machine."""
    trouble = probe(BOTH, timeout)
    order = "in one process, import mindspore before paddle: the other order ends in an ImportError"
    finding = trouble or "work together in this order"
    advice = "run each in a process of its own" if trouble else order
    return Check(BOTH_NAMES, "", not trouble, finding, advice)


def _repair(framework: Framework, trouble: str) -> str:
    if ONEDNN_CLASH in trouble:
        return "something imports paddle first: import mindspore before paddle"
    pinned = f"{framework.distribution}=={CERTIFIED[framework.distribution]}"
    return f'pip install --force-reinstall "{pinned}"'
