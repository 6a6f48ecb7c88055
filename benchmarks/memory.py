"""Peak memory of a step in a process of its own: `python -m mlloss.benchmarks.memory` and a job."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from mlloss.benchmarks import points
from mlloss.benchmarks.frameworks import find
from mlloss.benchmarks.frameworks.base import HOST, ONE_PASS, OURS, Contenders, Step
from mlloss.benchmarks.points import Point, takes_lists
from mlloss.core.registry import LOSSES

SMALL = Point(4, 1000, 5)  # loads what there is to load
HONEST = {
    "MALLOC_MMAP_THRESHOLD_": "65536",
    "MALLOC_TRIM_THRESHOLD_": "65536",
}  # free is given back


def jobs(framework: str) -> Iterator[dict[str, str]]:
    """Yield a job for everything that is compared in a framework."""
    contenders = find(framework)
    for loss, mode in product(LOSSES, contenders.weighed):
        afforded = not takes_lists(loss) or contenders.affords(size(loss), mode)
        for name in contenders.of(loss, mode):
            if name == OURS or (afforded and name != ONE_PASS):
                yield {"framework": framework, "mode": mode, "loss": loss, "contender": name}


def size(loss: str) -> Point:
    """Return the size at which a loss is weighed."""
    return points.MEMORY_OF_LISTS if takes_lists(loss) else points.MEMORY_OF_DENSE


def main() -> None:
    """Print the jobs of a framework, or what one job takes, a line of JSON each."""
    job = json.loads(sys.argv[1])
    if "contender" not in job:
        for one in jobs(job["framework"]):
            print(json.dumps(one), flush=True)
        return
    contenders = find(job["framework"])
    contenders.prepare(1, HOST)
    point = size(job["loss"])
    step(contenders, job, SMALL)()
    run = step(contenders, job, point)
    if job["mode"] == "compile":  # compilers need memory too; MindSpore keeps all it had
        run()
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = status("VmRSS")
    run()
    arrays = (status("VmHWM") - before) * 1024 / (4 * point.rows * point.classes)
    print(json.dumps(job | {"point": str(point), "arrays": arrays}), flush=True)


def step(contenders: Contenders, job: dict[str, str], point: Point) -> Step:
    """Return the contender's step on arguments of a size."""
    lists = takes_lists(job["loss"])
    index = points.targets(point) if lists else np.zeros((point.rows, 0), np.int64)
    x = contenders.array(points.scores(point, "random", index))
    form = contenders.lists[0]
    labels: Any = points.lists(point, form, index) if lists else points.binary(point)
    maker = contenders.of(job["loss"], job["mode"])[job["contender"]]
    return maker(x, contenders.array(labels))


def status(field: str) -> int:
    """Return a size from /proc/self/status in kB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))


if __name__ == "__main__":
    main()
