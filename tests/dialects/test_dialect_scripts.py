"""Scripts of each framework's own calls, run on every framework with other import lines."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from frameworks import FRAMEWORKS, Framework

import mlloss

SCRIPTS = Path(__file__).parent / "scripts"
NAMES = {
    r"^import torch\.nn\b": "import mlloss.dialects.torch",
    r"^import paddle\.nn\b": "import mlloss.dialects.paddle",
    r"^from mindspore import nn, ops$": (
        "import mlloss.dialects.mindspore as nn\nfrom mlloss.dialects.mindspore import ops"
    ),
}
SCORES = [[0.1, 0.2, 0.4, 0.8], [-1.5, 2.0, 0.0, 0.5], [0.3, -0.7, 4.0, 1.0]]
LISTS = [[3, 0, -1, 1], [1, -1, 0, 0], [2, 0, 1, -1]]
LABELS = [[1, 0, 0, 1], [0, 1, 0, 0], [1, 1, 1, 0]]
WEIGHT = [1.0, 0.5, 2.0, 0.0]
Numbers = dict[str, np.ndarray[Any, Any]]


def source(framework: str) -> str:
    return (SCRIPTS / f"{framework}_losses.py").read_text("utf-8")


def ported(text: str) -> str:
    """The script with mlloss in its import lines."""
    for theirs, ours in NAMES.items():
        text = re.sub(theirs, ours, text, flags=re.MULTILINE)
    return text


def arrays(framework: Framework, index: str = "") -> dict[str, Any]:
    return {
        "scores": framework.array(SCORES, "float32"),
        "lists": framework.array(LISTS, index or framework.index_dtype),
        "labels": framework.array(LABELS, "float32"),
        "weight": framework.array(WEIGHT, "float32"),
    }


def results(
    text: str, function: str, framework: Framework, given: dict[str, Any]
) -> tuple[Numbers, list[type[Warning]]]:
    """What the script's function finds, and the warnings that it gives."""
    names: dict[str, Any] = {}
    exec(compile(text, function, "exec"), names)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = names[function](**given)
    numbers = {name: framework.numpy(result) for name, result in found.items()}
    return numbers, [warning.category for warning in told]


def assert_same(got: Numbers, want: Numbers) -> None:
    assert list(got) == list(want)
    for name, number in want.items():
        np.testing.assert_allclose(got[name], number, rtol=2e-6, err_msg=name)


@pytest.mark.parametrize("name", ["torch", "paddle", "mindspore"])
def test_only_import_lines_are_changed(name: str):
    """And they are all that names a framework."""
    theirs = [line for line in source(name).splitlines() if re.match("import|from", line)]
    ours = [line for line in ported(source(name)).splitlines() if re.match("import|from", line)]
    assert theirs
    assert all(name in line for line in theirs)
    assert all("mlloss.dialects" in line for line in ours)
    rest = [line for line in source(name).splitlines() if line not in theirs]
    assert rest == [line for line in ported(source(name)).splitlines() if line not in ours]
    assert not re.search(r"\b(torch|paddle|mindspore)\.", "\n".join(rest))


@pytest.mark.parametrize("name", ["torch", "paddle"])
def test_the_same_numbers(
    name: str, framework: Framework, require_framework: Callable[[str], None]
):
    """A script of a framework's calls, as it is on its arrays, ported on everybody's."""
    require_framework(name)
    own = FRAMEWORKS[name]
    want, warned = results(source(name), "losses", own, arrays(own, "int64"))

    got, told = results(ported(source(name)), "losses", framework, arrays(framework))

    assert_same(got, want)
    assert told == warned


def test_the_torch_script_warns(require_framework: Callable[[str], None]):
    require_framework("torch")
    _, told = results(source("torch"), "losses", FRAMEWORKS["torch"], arrays(FRAMEWORKS["torch"]))
    assert told == [UserWarning] * 4


def test_the_same_numbers_as_mindspore(
    framework: Framework, require_framework: Callable[[str], None]
):
    require_framework("mindspore")
    own, given = FRAMEWORKS["mindspore"], arrays(FRAMEWORKS["mindspore"])
    given.pop("lists")
    want, _ = results(source("mindspore"), "losses", own, given)
    given = arrays(framework)
    given.pop("lists")

    got, _ = results(ported(source("mindspore")), "losses", framework, given)

    assert_same(got, want)


def test_the_margin_loss_that_mindspore_has_on_other_devices(framework: Framework):
    """By hand: the first row is the example of PyTorch's page, (0.4 + 0.6 + 1.1 + 1.3) / 4."""
    given = {name: arrays(framework)[name] for name in ("scores", "lists")}

    got, _ = results(ported(source("mindspore")), "hinges", framework, given)

    rows = mlloss.multilabel_margin_loss(np.array(SCORES), np.array(LISTS), reduction="none")
    assert rows[0] == pytest.approx(0.85)
    want = {"cell": rows.mean(), "construct": rows, "function": rows.sum(), "primitive": rows}
    assert_same(got, want | {"targets": np.array(LABELS)})


def test_the_same_gradient(differentiating: Framework, require_framework: Callable[[str], None]):
    """Of a loss that the script puts together of two."""
    require_framework("torch")

    def gradient(text: str, framework: Framework, index: str) -> Any:
        names: dict[str, Any] = {}
        exec(text, names)
        given = arrays(framework, index)
        criterion = names["Criterion"](given.pop("weight"))
        scores = given.pop("scores")
        slope = framework.gradient(lambda scores: criterion(scores, *given.values()), scores)
        return framework.numpy(slope)

    want = gradient(source("torch"), FRAMEWORKS["torch"], "int64")
    got = gradient(ported(source("torch")), differentiating, differentiating.index_dtype)
    np.testing.assert_allclose(got, want, rtol=2e-6, atol=1e-9)
