"""docs/sharding.md's JAX code on eight simulated devices: writes how near it comes, as JSON."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import AxisType
from jax.sharding import PartitionSpec as P

import mlloss

NAMES: dict[str, Any] = {}
for block in json.loads(Path(sys.argv[1]).read_text("utf-8")):
    exec(block, NAMES)

ROWS, CLASSES = 16, 24
MARGIN, SOFT = mlloss.multilabel_margin_loss, mlloss.multilabel_soft_margin_loss
MOVES = "all-reduce|all-gather|all-to-all|collective-permute|reduce-scatter"
rng = np.random.default_rng(0)
SCORES = rng.normal(size=(ROWS, CLASSES)).astype("float32")
LABELS = rng.random((ROWS, CLASSES)) < 0.2
LISTS = np.asarray(mlloss.to_indices(LABELS, labels="binary")).astype("int32")


def outcome(f: Callable[..., Any], whole: Callable[..., Any], x: Any, y: Any) -> dict[str, Any]:
    """Distances from one device's value and gradient, and what the compiled program moves."""
    step = jax.jit(jax.value_and_grad(f))
    value, slope = step(x, y)
    want, want_slope = jax.value_and_grad(whole)(jnp.asarray(SCORES), jnp.asarray(np.asarray(y)))
    text = step.lower(x, y).compile().as_text()
    apart = np.abs(np.asarray(slope) - np.asarray(want_slope)).max()
    return {
        "value": float(abs(value - want) / want),
        "slope": float(apart / np.abs(np.asarray(want_slope)).max()),
        "kept": slope.sharding.is_equivalent_to(x.sharding, 2),
        "moved": re.findall(rf"= (.*?) ({MOVES})(?:-start)?\(", text),
    }


def under_jit() -> dict[str, Any]:
    losses = {
        "soft binary": (SOFT, LABELS),
        "soft indices": (lambda x, y: SOFT(x, y, labels="indices"), LISTS),
        "margin": (MARGIN, LISTS),
        "margin binary": (lambda x, y: MARGIN(x, y, labels="binary"), LABELS),
    }
    specs = {"batch": P(("batch", "classes")), "classes": P(None, ("batch", "classes"))}
    specs["both"] = P("batch", "classes")
    found = {}
    for name, (loss, labels) in losses.items():
        for where, spec in specs.items():
            own = P(spec[0]) if labels is LISTS else spec
            placed = NAMES["place"](SCORES, spec), NAMES["place"](labels, own)
            found[f"jit, {name}, {where}"] = outcome(loss, loss, *placed)
    return found


def by_hand() -> dict[str, Any]:
    both, rows = P("batch", "classes"), P(("batch", "classes"))
    place, found = NAMES["place"], {}
    placed = place(SCORES, both), place(LABELS, both)
    found["soft_margin"] = outcome(NAMES["soft_margin"], SOFT, *placed)
    for name, own in (("margin_gathered", P("batch")), ("margin_exchanged", rows)):
        placed = place(SCORES, both), place(LISTS, own)
        found[name] = outcome(NAMES[name], MARGIN, *placed)
    return found


def explicit() -> dict[str, Any]:
    mesh = jax.make_mesh((8,), ("batch",), axis_types=(AxisType.Explicit,))
    batch, classes = (
        jax.sharding.NamedSharding(mesh, spec) for spec in (P("batch"), P(None, "batch"))
    )
    placed = jax.device_put(SCORES, batch), jax.device_put(LISTS, batch)
    found: dict[str, Any] = {"explicit, margin, batch": outcome(MARGIN, MARGIN, *placed)}
    try:
        found["explicit, margin, classes"] = str(
            MARGIN(jax.device_put(SCORES, classes), jnp.asarray(LISTS))
        )
    except Exception as error:
        found["explicit, margin, classes"] = type(error).__name__
    return found


def documented_step() -> dict[str, Any]:
    """The documented jit of value_and_grad, as it stands."""
    spec = P("batch", "classes")
    placed = NAMES["place"](SCORES, spec), NAMES["place"](LABELS, spec)
    value, slope = NAMES["step"](*placed)
    want = SOFT(jnp.asarray(SCORES), jnp.asarray(LABELS))
    near = bool(abs(value - want) <= 1e-6 * want)
    return {"documented step": near and slope.sharding.is_equivalent_to(placed[0].sharding, 2)}


found = {**under_jit(), **by_hand(), **explicit(), **documented_step()}
Path(sys.argv[2]).write_text(json.dumps(found), "utf-8")
