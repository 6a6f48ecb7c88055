"""docs/sharding.md keeps its word: the numbers of one device, and no more communication than said.

Its code runs in processes of its own: `sharded_jax.py` on eight simulated devices,
`sharded_torch.py` in two processes.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from processes import HOME

import mlloss
from mlloss.conformance.losses import find
from mlloss.core.registry import LOSSES

HERE = Path(__file__).parents[1] / "helpers"
JAX, PYTORCH = (
    (Path(__file__).parents[2] / "docs" / "sharding.md").read_text("utf-8").split("## PyTorch")
)
FLAT = ("soft binary", "soft indices", "margin", "margin binary")
DIRECT = [
    f"{labels}, {place}" for labels in ("binary", "indices") for place in ("batch", "classes")
]
SIZES = ("even", "uneven")
Require = Callable[[str], None]


def run(folder: Path, text: str, *command: str) -> None:
    """The command, given the text's code blocks as a file."""
    blocks = folder / "blocks.json"
    blocks.write_text(json.dumps(re.findall(r"```python\n(.*?)```", text, re.DOTALL)), "utf-8")
    done = subprocess.run(
        [sys.executable, *command],
        env={**os.environ, "PYTHONPATH": str(HOME)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(scope="module")
def in_jax(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], dict[str, Any]]:
    return _once(tmp_path_factory, JAX, str(HERE / "sharded_jax.py"))


@pytest.fixture(scope="module")
def in_torch(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], dict[str, Any]]:
    launch = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    return _once(tmp_path_factory, PYTORCH, *launch, str(HERE / "sharded_torch.py"))


def _once(factory: pytest.TempPathFactory, text: str, *command: str) -> Callable[[], Any]:
    """What the command finds, run when it is first asked for: after the framework was required."""
    found: dict[str, Any] = {}

    def ask() -> dict[str, Any]:
        if not found:
            folder = factory.mktemp("sharded")
            run(folder, text, *command, "blocks.json", "found.json")
            found.update(json.loads((folder / "found.json").read_text("utf-8")))
        return found

    return ask


def assert_near(outcome: dict[str, Any]) -> None:
    assert outcome["value"] <= 1e-6
    assert outcome["slope"] <= 1e-6


@pytest.mark.parametrize("where", ["batch", "classes", "both"])
@pytest.mark.parametrize("loss", FLAT)
def test_jit(loss: str, where: str, in_jax: Any, require_framework: Require):
    require_framework("jax")
    outcome = in_jax()[f"jit, {loss}, {where}"]
    assert_near(outcome)
    assert outcome["kept"], "the gradient is not sharded like the scores"
    if where == "batch":
        assert outcome["moved"] == [["f32[]", "all-reduce"]] * 2
    if (loss, where) == ("soft binary", "classes"):
        moved = sorted(shape for shape, _ in outcome["moved"])
        assert moved == ["f32[16]{0}", "f32[16]{0}", "pred[16]{0}"]


MOVED = {
    "soft_margin": [["f32[4]{0}", "all-reduce"], ["f32[]", "all-reduce"]],
    "margin_gathered": [
        ["f32[4,24]{0,1}", "all-gather"],
        ["f32[4,12]{0,1}", "reduce-scatter"],
        ["f32[]", "all-reduce"],
    ],
    "margin_exchanged": [
        ["(f32[2,12]{1,0}, f32[2,12]{1,0})", "all-to-all"],
        ["(f32[2,12]{1,0}, f32[2,12]{1,0})", "all-to-all"],
        ["f32[]", "all-reduce"],
    ],
}


@pytest.mark.parametrize("recipe", MOVED)
def test_shard_map(recipe: str, in_jax: Any, require_framework: Require):
    require_framework("jax")
    outcome = in_jax()[recipe]
    assert_near(outcome)
    assert outcome["kept"]
    assert sorted(outcome["moved"]) == sorted(MOVED[recipe])


def test_explicit_axes(in_jax: Any, require_framework: Require):
    require_framework("jax")
    assert_near(in_jax()["explicit, margin, batch"])
    assert in_jax()["explicit, margin, classes"] == "ShardingTypeError"


def test_the_documented_step(in_jax: Any, require_framework: Require):
    require_framework("jax")
    assert in_jax()["documented step"] is True


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("call", DIRECT)
def test_dtensors(call: str, size: str, in_torch: Any, require_framework: Require):
    require_framework("torch")
    outcome = in_torch()[f"direct, {call}, {size}"]
    assert_near(outcome)
    assert outcome["kept"] == (call != "indices, classes")
    if outcome["kept"]:
        assert set(outcome["moved"][0]) == {"all_reduce"}


@pytest.mark.parametrize("size", SIZES)
def test_soft_margin_of_class_shards(size: str, in_torch: Any, require_framework: Require):
    require_framework("torch")
    outcome = in_torch()[f"soft_margin, {size}"]
    assert_near(outcome)
    assert outcome["kept"]
    assert outcome["moved"] == [{"all_reduce": 1}, {}]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("place", ["batch", "classes", "nothing"])
def test_margin_of_shards(place: str, size: str, in_torch: Any, require_framework: Require):
    require_framework("torch")
    outcome = in_torch()[f"margin, {place}, {size}"]
    assert_near(outcome)
    assert outcome["kept"]
    if place == "batch":
        assert outcome["moved"] == [{"all_reduce": 1}, {}]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("loss", [find(name).prefix for name in LOSSES])
def test_data_parallel(loss: str, size: str, in_torch: Any, require_framework: Require):
    require_framework("torch")
    assert_near(in_torch()[f"parallel, {loss}, {size}"])


MIXED = r"RuntimeError: aten\.[\w.]+ got mixed torch.Tensor and DTensor"  # PyTorch's own


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("margin indices", "TypeError: this loss compares classes"),
        ("margin binary", "TypeError: this loss compares classes"),
        *((f"mixed {argument}", MIXED) for argument in ("labels", "scores", "weight")),
    ],
)
def test_refusals(call: str, error: str, in_torch: Any, require_framework: Require):
    require_framework("torch")
    assert re.match(error, in_torch()[f"refused, {call}"])


def test_wrong_labels_of_dtensors(in_torch: Any, require_framework: Require):
    require_framework("torch")
    assert in_torch()["poisoned"] == [3]


@pytest.mark.parametrize(
    "loss", [mlloss.multilabel_margin_loss, mlloss.multilabel_soft_margin_loss]
)
def test_padding_of_classes(loss: Any):
    """Scores of -inf that are no targets cost 0 and are counted."""
    rng = np.random.default_rng(0)
    scores, lists = rng.normal(size=(4, 5)), np.array([[0, -1], [1, 2], [4, 3], [-1, -1]])
    padded = np.pad(scores, ((0, 0), (0, 3)), constant_values=-np.inf)
    whole = loss(scores, lists, labels="indices")
    np.testing.assert_allclose(loss(padded, lists, labels="indices") * 8 / 5, whole, rtol=1e-12)
