"""One framework in a process of its own: `python -m mlloss.benchmarks.worker` with a job in JSON.

In host memory a process has as many processors as threads are asked for, so that no framework gets
more.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from mlloss.benchmarks import points
from mlloss.benchmarks.frameworks import find
from mlloss.benchmarks.frameworks.base import HOST, ONE_PASS, OURS, Contenders, Maker
from mlloss.benchmarks.points import Lists, Point, Scores, takes_lists
from mlloss.benchmarks.timing import in_turns
from mlloss.core.registry import LOSSES


def main() -> None:
    """Print a line of JSON with the version or an error, then one for each measurement."""
    job = json.loads(sys.argv[1])
    if job["device"] == HOST:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: job["threads"]])
    settle()
    contenders = find(job["framework"])
    try:
        version = contenders.prepare(job["threads"], job["device"])
    except Exception as error:  # of the framework: there is no such device
        text = (str(error).strip().splitlines() or [""])[0]
        print(json.dumps({"error": f"{job['device']}: {type(error).__name__}: {text}"}))
        return
    print(json.dumps({"version": version}), flush=True)
    for mode in (mode for mode in contenders.modes if mode in job["modes"] or not job["modes"]):
        bench = Bench(contenders, mode, job["seconds"])
        growth = bench.growth() if job["growth"] else ()
        for measured in chain(bench.measurements(job["points"]), growth):
            print(json.dumps({"mode": mode, "threads": job["threads"]} | measured), flush=True)


def settle() -> None:
    """Bring the allocator into the state of a process that has trained for a while.

    glibc gives what is freed back to the system, and has it faulted in again, until one array of up
    to 32 MB has been freed; a page that is faulted in takes as long as a thousand numbers.
    """
    np.empty(31 << 20, np.uint8)


@dataclass(frozen=True)
class Bench:
    """A framework in a mode, and the seconds that each size gets."""

    contenders: Contenders
    mode: str
    seconds: float

    def measurements(self, sizes: int) -> Iterator[dict[str, Any]]:
        """Yield so many sizes of each loss."""
        for loss in LOSSES:
            yield from (self.of_lists if takes_lists(loss) else self.of_dense)(loss, sizes)

    def of_lists(self, loss: str, sizes: int) -> Iterator[dict[str, Any]]:
        """Yield a loss of index lists: scores random and trained, lists in every form."""
        for point in points.OF_LISTS[:sizes]:
            for kind in points.SCORES:
                for form in self.contenders.lists:
                    yield self.lists(loss, point, kind, form)

    def of_dense(self, loss: str, sizes: int) -> Iterator[dict[str, Any]]:
        """Yield a loss of dense labels, and of all sizes also one from lists."""
        for point in points.OF_DENSE[:sizes]:
            yield self.dense(loss, point)
        if sizes >= len(points.OF_DENSE):
            yield self.dense_from_lists(loss, points.LISTS_TO_DENSE)

    def growth(self) -> Iterator[dict[str, Any]]:
        """Yield how the time of mlloss grows with one size, for losses of index lists."""
        for loss in filter(takes_lists, LOSSES):
            make = self.contenders.of(loss, self.mode)[OURS]
            for what, sizes in points.GROWTH.items():
                for point in sizes:
                    index = points.targets(point)
                    record = {"loss": loss, "point": str(point), "grows": what}
                    x = points.scores(point, "random", index)
                    yield record | self._times(x, {OURS: (make, index)})

    def lists(self, loss: str, point: Point, kind: Scores, form: Lists) -> dict[str, Any]:
        """Measure index lists; a baseline takes its own form of them, and may not afford a size."""
        index = points.targets(point)
        makers = {}
        for name, make in self.contenders.of(loss, self.mode).items():
            if name in (OURS, ONE_PASS):
                makers[name] = (make, points.lists(point, form, index))
            elif self.contenders.affords(point, self.mode):
                makers[name] = (make, points.lists(point, self.contenders.lists[0], index))
        record = {"loss": loss, "point": str(point), "scores": kind, "lists": form}
        return record | self._times(points.scores(point, kind, index), makers)

    def dense(self, loss: str, point: Point) -> dict[str, Any]:
        """Measure random scores with a label for each class."""
        x = points.scores(point, "random", np.zeros((point.rows, 0), np.int64))
        y = points.binary(point)
        makers = {name: (make, y) for name, make in self.contenders.of(loss, self.mode).items()}
        return {"loss": loss, "point": str(point)} | self._times(x, makers)

    def dense_from_lists(self, loss: str, point: Point) -> dict[str, Any]:
        """Measure index lists beside the same labels as dense ones."""
        index = points.targets(point)
        x = points.scores(point, "random", index)
        own = self.contenders.of(loss, self.mode)[OURS]
        makers = {
            "dense labels": (own, points.dense(point, index)),
            OURS: (self.contenders.listed(loss, self.mode), index),
        }
        return {"loss": loss, "point": str(point), "lists": "compact"} | self._times(x, makers)

    def _times(self, x: Any, makers: Mapping[str, tuple[Maker, Any]]) -> dict[str, Any]:
        """Return the times of all contenders, and the ratio of mlloss to each other."""
        given = self.contenders.array(x)
        calls = {n: make(given, self.contenders.array(y)) for n, (make, y) in makers.items()}
        times = in_turns(calls, self.seconds)
        return {
            "seconds": {name: times.typical(name) for name in calls},
            "ratios": {name: times.ratio(OURS, name) for name in calls if name != OURS},
        }


if __name__ == "__main__":
    main()
