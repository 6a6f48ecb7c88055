"""docs/sharding.md's PyTorch code in two processes: writes how near it comes, as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from torch.distributed.tensor import DTensor, Replicate, Shard, distribute_tensor
from torch.distributed.tensor.debug import CommDebugMode

import mlloss

torch.set_num_threads(1)
NAMES: dict[str, Any] = {}
for block in json.loads(Path(sys.argv[1]).read_text("utf-8")):
    exec(block, NAMES)

MARGIN, SOFT = mlloss.multilabel_margin_loss, mlloss.multilabel_soft_margin_loss
PLACES = {"batch": Shard(0), "classes": Shard(1), "nothing": Replicate()}
SIZES = {"even": (8, 12), "uneven": (7, 11)}


def example(rows: int, classes: int) -> tuple[Any, Any, Any]:
    """Scores, binary labels, index lists."""
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(rows, classes)).astype("float32")
    labels = torch.tensor(rng.random((rows, classes)) < 0.3)
    return torch.tensor(scores), labels, mlloss.to_indices(labels, labels="binary")


def spread(x: Any, place: Any) -> Any:
    return distribute_tensor(x, NAMES["mesh"], [place])


def outcome(f: Callable[..., Any], whole: Callable[..., Any], x: Any, *placed: Any) -> Any:
    """f(*placed) against whole(x): value and gradient; what was communicated forth and back."""
    alone = x.clone().requires_grad_()
    want = whole(alone)
    factor = torch.arange(1.0, want.numel() + 1).reshape(want.shape)  # a gradient of its own a row
    (want * factor).sum().backward()
    scores = placed[0].detach().requires_grad_()
    with CommDebugMode() as forth:
        value = f(scores, *placed[1:])
    number = value.full_tensor() if isinstance(value, DTensor) else value
    with CommDebugMode() as back:
        (number * factor).sum().backward()
    apart, reach = (scores.grad.full_tensor() - alone.grad).abs().max(), alone.grad.abs().max()
    return {
        "value": float(((number - want) / want).detach().abs().max()),
        "slope": float(apart / reach),
        "kept": scores.grad.placements == scores.placements,
        "moved": [_counts(forth), _counts(back)],
    }


def _counts(mode: Any) -> dict[str, int]:
    counts = mode.get_comm_counts()
    return {str(name).rpartition(".")[2]: count for name, count in counts.items()}


def direct(size: str) -> dict[str, Any]:
    """DTensors put into soft margin as they are."""
    x, labels, lists = example(*SIZES[size])
    found = {}
    for name, place in PLACES.items():
        own = Replicate() if name == "classes" else place
        placed = spread(x, place), spread(labels, place)
        found[f"direct, binary, {name}, {size}"] = outcome(
            SOFT, lambda x: SOFT(x, labels), x, *placed
        )
        found[f"direct, indices, {name}, {size}"] = outcome(
            lambda x, y: SOFT(x, y, labels="indices"),
            lambda x: SOFT(x, lists, labels="indices"),
            x,
            spread(x, place),
            spread(lists, own),
        )
    return found


def by_hand(size: str) -> dict[str, Any]:
    x, labels, lists = example(*SIZES[size])
    rows = outcome(
        NAMES["soft_margin"],
        lambda x: SOFT(x, labels, reduction="none"),
        x,
        spread(x, Shard(1)),
        spread(labels, Shard(1)),
    )
    found = {f"soft_margin, {size}": rows}
    for name, place in PLACES.items():
        placed = spread(x, place), spread(lists, Shard(0) if name == "batch" else Replicate())
        mean = outcome(NAMES["margin"], lambda x: MARGIN(x, lists), x, *placed)
        found[f"margin, {name}, {size}"] = mean
    return found


def data_parallel(size: str) -> dict[str, Any]:
    """DistributedDataParallel's gradient of a layer against that of one process."""
    x, labels, lists = example(*SIZES[size])
    found = {}
    for name, loss, y in (("soft", SOFT, labels), ("margin", MARGIN, lists)):
        layer = torch.nn.Linear(x.shape[1], x.shape[1])
        torch.nn.init.eye_(layer.weight)
        whole = loss(layer(x), y)
        whole.backward()
        want = layer.weight.grad.clone()
        layer.zero_grad()
        model = torch.nn.parallel.DistributedDataParallel(layer)
        mine = slice(0, 5) if dist.get_rank() == 0 else slice(5, None)  # uneven in any case
        share = NAMES["batch_shard"](loss, model(x[mine]), y[mine], len(x))
        share.backward()
        mean = share.detach().clone()
        dist.all_reduce(mean)
        apart = (layer.weight.grad - want).abs().max() / want.abs().max()
        far = abs(mean / dist.get_world_size() - whole.detach()) / whole.detach()
        found[f"parallel, {name}, {size}"] = {"value": float(far), "slope": float(apart)}
    return found


def refusals() -> dict[str, Any]:
    """What is no answer: the error of each mistaken call."""
    x, labels, lists = example(*SIZES["even"])
    shards = spread(x, Shard(1))
    calls: dict[str, Callable[[], Any]] = {
        "margin indices": lambda: MARGIN(shards, spread(lists, Replicate())),
        "margin binary": lambda: MARGIN(shards, spread(labels, Shard(1)), labels="binary"),
        "mixed labels": lambda: SOFT(shards, labels),
        "mixed scores": lambda: SOFT(x, spread(labels, Shard(1))),
        "mixed weight": lambda: SOFT(shards, spread(labels, Shard(1)), x[0].abs()),
    }
    found = {}
    for name, call in calls.items():
        try:
            found[f"refused, {name}"] = f"a number: {call()}"
        except (TypeError, RuntimeError) as error:
            found[f"refused, {name}"] = f"{type(error).__name__}: {error}"
    return found


def poisoned() -> dict[str, Any]:
    """Labels of a shard that cannot be looked at: rows that are nan."""
    x, labels, _ = example(*SIZES["even"])
    wrong = labels.float()
    wrong[3, 2] = 7
    rows = SOFT(spread(x, Shard(1)), spread(wrong, Shard(1)), reduction="none").full_tensor()
    return {"poisoned": rows.isnan().nonzero().flatten().tolist()}


found = {**refusals(), **poisoned()}
for each in (direct, by_hand, data_parallel):
    for size in SIZES:
        found |= each(size)
if dist.get_rank() == 0:
    Path(sys.argv[2]).write_text(json.dumps(found), "utf-8")
dist.destroy_process_group()
