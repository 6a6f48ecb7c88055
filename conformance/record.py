"""A run as JSON lines: header, verdicts, footer; without the footer it is no run."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import mlloss
from mlloss.conformance.suite import Run, Selection
from mlloss.conformance.targets import FRAMEWORKS


class IncompleteRecord(ValueError):
    """A record that does not end as one should."""


def header(selection: Selection) -> dict[str, Any]:
    """What is about to be run, with what; the versions are those that are installed."""
    return {
        "record": "mlloss conformance",
        "format": 1,
        "mlloss": mlloss.__version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "installed": {f.distribution: f.installed_version() for f in FRAMEWORKS.values()},
        "targets": list(selection.targets),
        "subjects": list(selection.subjects),
        "cases": [case.id for case in selection.cases],
    }


@contextmanager
def recording(path: Path, selection: Selection) -> Iterator[Callable[[Run], None]]:
    """Opened before the run, so that no older record is left to be taken for this one's."""
    with path.open("w", encoding="utf-8") as file:
        _write(file, header(selection))
        yield lambda run: _write_run(file, run)


def read_record(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]:
    """Header, verdicts and footer; IncompleteRecord if the run did not come to its end."""
    try:
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    except ValueError:  # the last line is cut in two
        lines = []
    if not lines or not lines[-1].get("footer"):
        raise IncompleteRecord(f"{path.name} has no footer: its run did not come to an end")
    if lines[-1]["verdicts"] != len(lines) - 2:
        raise IncompleteRecord(f"{path.name} lost verdicts: its footer counts other ones")
    return lines[0], lines[1:-1], lines[-1]


def _write_run(file: IO[str], run: Run) -> None:
    for verdict in run.verdicts:
        _write(file, asdict(verdict))
    footer = {"footer": True, "verdicts": len(run.verdicts), "counts": dict(run.counts())}
    _write(file, footer | {"versions": dict(run.versions), "passed": run.passed()})


def _write(file: IO[str], line: dict[str, Any]) -> None:
    file.write(json.dumps(line) + "\n")
    file.flush()
