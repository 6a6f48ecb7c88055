"""Peak memory of the chunked loss over many classes: `python chunked_probe.py FRAMEWORK CHUNK`.

Prints, in MB, what forward and backward take beyond the weights and their gradient. With a chunk
of 0 classes it is the loss over all scores at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from frameworks import FRAMEWORKS, Framework

import mlloss
from mlloss.backends import load
from mlloss.benchmarks.memory import status

ROWS, CLASSES, WIDTH, TARGETS = 16, 3_000_000, 8, 20


def main(name: str, chunk: str) -> None:
    framework = FRAMEWORKS[name]
    load(name)
    work(framework, 100, example(framework, 1000))  # loads what there is to load
    arrays = example(framework, CLASSES)
    if name == "jax":
        print(of_program(int(chunk), arrays) / 1e6)
        return
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = status("VmRSS")
    work(framework, int(chunk), arrays)
    gradient = CLASSES * WIDTH * 4 / 1e6 if framework.differentiates else 0.0
    print((status("VmHWM") - before) * 1024 / 1e6 - gradient)


def example(framework: Framework, classes: int) -> list[Any]:
    rng = np.random.default_rng(0)
    hidden, weights = (rng.normal(size=(n, WIDTH)).astype(np.float32) for n in (ROWS, classes))
    lists = rng.integers(0, classes, (ROWS, TARGETS))
    arrays = [framework.array(x, "float32") for x in (hidden, weights)]
    return [*arrays, framework.array(lists, framework.index_dtype)]


def loss(chunk: int, hidden: Any, weights: Any, lists: Any) -> Any:
    if chunk == 0:
        return mlloss.multilabel_soft_margin_loss(hidden @ weights.T, lists, labels="indices")
    return mlloss.chunked_multilabel_soft_margin_loss(
        lambda start, stop: hidden @ weights[start:stop].T,
        lists,
        chunk_size=chunk,
        num_classes=weights.shape[0],
    )


def work(framework: Framework, chunk: int, arrays: list[Any]) -> None:
    hidden, weights, lists = arrays
    if not framework.differentiates:
        framework.numpy(loss(chunk, hidden, weights, lists))
        return
    if framework.name == "torch":  # `gradient` would copy the weights
        weights.requires_grad_()
        loss(chunk, hidden, weights, lists).backward()
        return
    if framework.name == "paddle":
        weights.stop_gradient = False
        loss(chunk, hidden, weights, lists).backward()
        return
    framework.numpy(framework.gradient(lambda w: loss(chunk, hidden, w, lists), weights)[:1])


def of_program(chunk: int, arrays: list[Any]) -> int:
    """Return XLA's own count of bytes: its compiler needs more memory than the program."""
    import jax

    def gradient(hidden: Any, weights: Any, lists: Any) -> Any:
        return jax.grad(lambda w: loss(chunk, hidden, w, lists))(weights)

    program = jax.jit(gradient).lower(*arrays).compile()
    program(*arrays).block_until_ready()
    size: int = program.memory_analysis().temp_size_in_bytes
    return size


if __name__ == "__main__":
    main(*sys.argv[1:])
