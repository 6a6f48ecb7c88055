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
from mlloss.benchmarks.frameworks.base import HOST, MARGIN, OURS, SOFT, Contenders, Maker
from mlloss.benchmarks.points import Lists, Point, Scores
from mlloss.benchmarks.timing import in_turns


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
        for told in chain(
            bench.measurements(job["points"]), bench.growth() if job["growth"] else ()
        ):
            print(json.dumps({"mode": mode, "threads": job["threads"]} | told), flush=True)


def settle() -> None:
    """As in a process that has trained for a while.

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
        """So many sizes of each loss; of the margin, scores random and trained, lists both ways."""
        for point in points.MARGIN[:sizes]:
            for kind in points.SCORES:
                for form in self.contenders.lists:
                    yield self.margin(point, kind, form)
        for point in points.SOFT[:sizes]:
            yield self.soft(point)
        if sizes >= len(points.SOFT):
            yield self.soft_lists(points.SOFT_LISTS)

    def growth(self) -> Iterator[dict[str, Any]]:
        """Of ours alone, how its time grows with one size."""
        make = self.contenders.of(MARGIN, self.mode)[OURS]
        for what, sizes in points.GROWTH.items():
            for point in sizes:
                index = points.targets(point)
                told = {"loss": MARGIN, "point": str(point), "grows": what}
                x = points.scores(point, "random", index)
                yield told | self._times(x, {OURS: (make, index)})

    def margin(self, point: Point, kind: Scores, form: Lists) -> dict[str, Any]:
        """Natives that want full lists get them whatever ours has; too large for them is too."""
        index = points.targets(point)
        base, *others = self.contenders.of(MARGIN, self.mode).items()
        makers = {name: (make, points.lists(point, form, index)) for name, make in others}
        if self.contenders.affords(point, self.mode):
            name, make = base
            makers = {name: (make, points.lists(point, self.contenders.lists[0], index))} | makers
        told = {"loss": MARGIN, "point": str(point), "scores": kind, "lists": form}
        return told | self._times(points.scores(point, kind, index), makers)

    def soft(self, point: Point) -> dict[str, Any]:
        """Of random scores, every class with a label."""
        x = points.scores(point, "random", np.zeros((point.rows, 0), np.int64))
        y = points.binary(point)
        makers = {name: (make, y) for name, make in self.contenders.of(SOFT, self.mode).items()}
        return {"loss": SOFT, "point": str(point)} | self._times(x, makers)

    def soft_lists(self, point: Point) -> dict[str, Any]:
        """From lists, beside what takes the same labels ready for each class."""
        index = points.targets(point)
        x = points.scores(point, "random", index)
        own = self.contenders.of(SOFT, self.mode)[OURS]
        makers = {
            "dense labels": (own, points.dense(point, index)),
            OURS: (self.contenders.listed(self.mode), index),
        }
        return {"loss": SOFT, "point": str(point), "lists": "compact"} | self._times(x, makers)

    def _times(self, x: Any, makers: Mapping[str, tuple[Maker, Any]]) -> dict[str, Any]:
        """Of all contenders, and how ours compares with each other."""
        given = self.contenders.array(x)
        calls = {n: make(given, self.contenders.array(y)) for n, (make, y) in makers.items()}
        times = in_turns(calls, self.seconds)
        return {
            "seconds": {name: times.typical(name) for name in calls},
            "ratios": {name: times.ratio(OURS, name) for name in calls if name != OURS},
        }


if __name__ == "__main__":
    main()
