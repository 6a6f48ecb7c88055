"""Peak memory of one loss in one framework: `python memory_probe.py FRAMEWORK LOSS TARGETS`.

Prints, in arrays of the input's size, what forward and backward take beyond their arguments.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from frameworks import FRAMEWORKS, Framework

import mlloss
from mlloss.benchmarks.memory import status

ROWS, CLASSES = 8, 1_000_000
CALLS: dict[str, Any] = {
    "margin": lambda x, t: mlloss.multilabel_margin_loss(x, t),
    "soft": lambda x, t: mlloss.multilabel_soft_margin_loss(x, t, labels="indices"),
}


def main(name: str, loss: str, targets: str) -> None:
    framework = FRAMEWORKS[name]
    work(framework, loss, *example(framework, 2, 1000, int(targets)))  # loads what there is to load
    arguments = example(framework, ROWS, CLASSES, int(targets))
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = status("VmRSS")
    work(framework, loss, *arguments)
    print((status("VmHWM") - before) / (ROWS * CLASSES * 4 / 1024))


def example(framework: Framework, rows: int, classes: int, targets: int) -> list[Any]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, classes)).astype(np.float32)
    lists = rng.integers(0, classes, (rows, targets))
    return [framework.array(x, "float32"), framework.array(lists, framework.index_dtype)]


def work(framework: Framework, loss: str, x: Any, t: Any) -> None:
    if framework.differentiates:
        slope = framework.gradient(CALLS[loss], x, t)
        assert abs(framework.numpy(slope).sum()) < np.inf
    else:
        framework.numpy(CALLS[loss](x, t))


if __name__ == "__main__":
    main(*sys.argv[1:])
