"""One framework in a process of its own: `python -m mlloss.benchmarks.worker` with a job in JSON.

A process has as many processors as threads are asked for, so that no framework gets more.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from mlloss.benchmarks import points
from mlloss.benchmarks.frameworks import find
from mlloss.benchmarks.frameworks.base import MARGIN, OURS, SOFT, Contenders
from mlloss.benchmarks.points import Point
from mlloss.benchmarks.timing import in_turns


def main() -> None:
    """Prints a line of JSON for each measurement."""
    job = json.loads(sys.argv[1])
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: job["threads"]])
    contenders = find(job["framework"])
    print(json.dumps({"version": contenders.prepare(job["threads"])}), flush=True)
    for told in measurements(contenders, job):
        print(json.dumps(told), flush=True)


def measurements(contenders: Contenders, job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every size of each loss in each mode, scores random and trained, lists full and compact."""
    for mode in contenders.modes:
        for point in points.MARGIN[: job["points"]]:
            index = points.targets(point)
            for kind in points.SCORES:
                x = points.scores(point, kind, index)
                labels: dict[str, Any] = {
                    form: points.lists(point, form, index) for form in contenders.lists
                }
                for form in labels:
                    told = {"scores": kind, "lists": form}
                    yield told | _margin(contenders, mode, point, job, x, labels, form)
        for point in points.SOFT[: job["points"]]:
            x = points.scores(point, "random", np.zeros((point.rows, 0), np.int64))
            y = points.binary(point)
            steps = {name: (make, y) for name, make in contenders.of(SOFT, mode).items()}
            yield _measured(contenders, SOFT, mode, point, job, x, steps)


def _margin(
    contenders: Contenders,
    mode: str,
    point: Point,
    job: dict[str, Any],
    x: Any,
    labels: dict[str, Any],
    form: str,
) -> dict[str, Any]:
    """Natives that want full lists get them, whatever form ours has; too large for some is too."""
    base, *others = contenders.of(MARGIN, mode).items()
    steps = {name: (make, labels[form]) for name, make in others}
    if contenders.affords(point, mode):
        steps = {base[0]: (base[1], labels[contenders.lists[0]])} | steps
    return _measured(contenders, MARGIN, mode, point, job, x, steps)


def _measured(
    contenders: Contenders,
    loss: str,
    mode: str,
    point: Point,
    job: dict[str, Any],
    x: Any,
    steps: dict[str, Any],
) -> dict[str, Any]:
    """Times of all contenders, and how ours compares with each other."""
    given = contenders.array(x)
    calls = {name: make(given, contenders.array(y)) for name, (make, y) in steps.items()}
    times = in_turns(calls, job["seconds"])
    return {
        "loss": loss,
        "mode": mode,
        "point": str(point),
        "seconds": {name: times.typical(name) for name in calls},
        "ratios": {name: times.ratio(OURS, name) for name in calls if name != OURS},
    }


if __name__ == "__main__":
    main()
