"""The report of a run as text."""

from __future__ import annotations

import io

from rich.console import Console

from mlloss.conformance.reports.terminal.summary import print_report
from mlloss.conformance.runner.session import Run


def text(run: Run, width: int = 100) -> str:
    out = io.StringIO()
    print_report(run, Console(file=out, width=width))
    return out.getvalue()


def flat(run: Run, width: int = 100) -> str:
    return " ".join(text(run, width).split())
