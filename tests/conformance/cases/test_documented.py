"""The documented cases are all there are, and a worker sees nothing of what they print."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from mlloss.conformance.cases.documented import documented_cases
from mlloss.conformance.cases.model import Case
from mlloss.conformance.cases.printed import PrintedResult
from mlloss.conformance.frameworks.natives import NATIVES, Native
from mlloss.conformance.runner.worker_client import child_environment

# Where each framework keeps its losses. Whatever has a name like theirs counts, aliases too.
MODULES = {
    "torch": ["torch", "torch.nn", "torch.nn.functional"],
    "jax": ["jax.nn", "optax", "optax.losses"],
    "paddle": ["paddle", "paddle.nn", "paddle.nn.functional"],
    "mindspore": [
        "mindspore.ops",
        "mindspore.nn",
        "mindspore.mint",
        "mindspore.mint.nn",
        "mindspore.mint.nn.functional",
    ],
}
LOSSES = {
    path.rpartition(".")[2].lower().replace("_", "")
    for native in NATIVES.values()
    if isinstance(native, Native)
    for path, _ in native.documentation().values()
}

DOCSTRINGS = """
import importlib, inspect, json, sys
out = sys.stdout
sys.stdout = sys.stderr
found = {}
for name in sys.argv[2:]:
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name.partition(".")[0] != "optax":
            raise
        continue
    for attribute in dir(module):
        if attribute.lower().replace("_", "") in sys.argv[1].split(","):
            found[f"{name}.{attribute}"] = inspect.getdoc(getattr(module, attribute))
json.dump(found, out)
"""


def printed_numbers(docstring: str) -> list[str]:
    """Every number with a point that an example prints: sizes have none, and inputs are typed."""
    examples = re.split(r"(?m)^\s*>>>", docstring)[1:]
    outputs = [text for example in examples for text in _output(example)]
    return _decimals("\n".join(outputs))


def _output(example: str) -> list[str]:
    """The lines after a statement, up to the first blank one."""
    lines = example.splitlines()[1:]
    end = next((i for i, line in enumerate(lines) if not line.strip()), len(lines))
    return [line for line in lines[:end] if not line.lstrip().startswith("...")]


@pytest.mark.parametrize("framework", MODULES)
def test_no_printed_number_is_missed(
    framework: str, require_installed: Callable[[str], None]
) -> None:
    """Of every public function and class, as the installed version documents them."""
    require_installed(framework)
    pages = {page: printed_numbers(text) for page, text in _docstrings(framework).items()}
    printed = {page: Counter(numbers) for page, numbers in pages.items() if numbers}
    cases = {case.source.page for case in _cases(framework)}
    assert printed == {page: _numbers_of_cases(framework, page) for page in cases}


def _docstrings(framework: str) -> dict[str, str]:
    command = [sys.executable, "-c", DOCSTRINGS, ",".join(LOSSES), *MODULES[framework]]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, check=True, text=True, env=child_environment()
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


def _cases(framework: str) -> list[Case]:
    cases = [case for case in documented_cases() if case.source.framework == framework]
    return [case for case in cases if "native" in case.implementations]


def _numbers_of_cases(framework: str, page: str) -> Counter[str]:
    texts = [case.printed.text for case in _cases(framework) if case.source.page == page]
    return Counter(number for text in texts for number in _decimals(text))


def test_the_numbers_of_a_docstring_are_found() -> None:
    docstring = """Text 1.5.
    >>> x = f([[0.1, 0.2]])
    >>> # 0.25 * 2
    >>> print(x)
    Tensor(shape=[3], dtype=float32,
           [3.49625897, -0.5])
    >>> loss(x, y)
    tensor(0.85...)

    After 2.5.
    """
    assert printed_numbers(docstring) == ["3.49625897", "-0.5", "0.85"]


def test_a_question_holds_nothing_of_the_answer() -> None:
    for case in documented_cases():
        printed = set(_decimals(case.printed.text))
        for implementation in case.implementations:
            request = case.request(implementation)
            assert not printed & set(_decimals(json.dumps(request)))
            assert not {"printed", "source", "address"} & request.keys()


def _decimals(text: str) -> list[str]:
    return re.findall(r"-?\d+\.\d+", text)


def test_a_worker_loads_neither_oracle_nor_cases() -> None:
    code = "import sys, mlloss.conformance.runner.worker; print(*sys.modules, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        text=True,
        env=child_environment(),
    )
    loaded = set(done.stdout.split())
    assert "mlloss.conformance.runner.worker" in loaded
    expected = ("expected.reference", "cases.documented", "results.judge")
    assert not loaded & {f"mlloss.conformance.{name}" for name in expected}
    assert not [name for name in loaded if name.endswith((".reference", ".cases.documented"))]


def test_the_reference_loads_nothing_else_of_the_suite() -> None:
    code = "import sys, mlloss.conformance.expected.reference; print(*sys.modules, sep='\\n')"
    before = "import sys, mlloss.conformance, numpy, fractions; print(*sys.modules, sep='\\n')"
    own = ("expected", "expected.definitions", "expected.reference", "losses")
    loaded = _loaded(code) - _loaded(before)
    assert loaded == {f"mlloss.conformance.{name}" for name in own}


def _loaded(code: str) -> set[str]:
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, capture_output=True, check=True, text=True, env=child_environment()
    )
    return {name for name in done.stdout.split() if name.startswith("mlloss")}


def test_ids_are_stable() -> None:
    """The record's readers compare runs by them."""
    assert [case.id.removeprefix("documented/") for case in documented_cases()] == [
        "mindspore.nn.MultiLabelSoftMarginLoss/mean",
        "mindspore.nn.MultilabelMarginLoss/mean",
        "mindspore.ops.MultilabelMarginLoss/mean",
        "mindspore.ops.multilabel_margin_loss/mean",
        "mindspore.ops.multilabel_soft_margin_loss/mean",
        "paddle.nn.MultiLabelMarginLoss/mean",
        "paddle.nn.MultiLabelSoftMarginLoss/mean",
        "paddle.nn.MultiLabelSoftMarginLoss/mean-as-printed",
        "paddle.nn.MultiLabelSoftMarginLoss/none",
        "paddle.nn.MultiLabelSoftMarginLoss/none-as-printed",
        "paddle.nn.functional.multi_label_margin_loss/mean",
        "paddle.nn.functional.multi_label_soft_margin_loss/mean",
        "paddle.nn.functional.multi_label_soft_margin_loss/mean-as-printed",
        "paddle.nn.functional.multi_label_soft_margin_loss/none",
        "paddle.nn.functional.multi_label_soft_margin_loss/none-as-printed",
        "torch.nn.MultiLabelMarginLoss/mean",
    ]


def test_printed_digits_are_trusted_to_half_a_unit() -> None:
    printed = PrintedResult("[3.49625897, 0.7, 12, 1e-3]")
    np.testing.assert_allclose(printed.values(), [3.49625897, 0.7, 12.0, 0.001])
    np.testing.assert_allclose(printed.half_units(), [5e-9, 0.05, 0.5, 5e-4])
    assert PrintedResult("0.85").values().shape == PrintedResult("0.85").half_units().shape == ()
