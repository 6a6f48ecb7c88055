"""The real worker, with NumPy: what it is asked is what it calls."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sample import TORCH_PAGE, fakes

from mlloss.conformance.cases.model import Array, Case
from mlloss.conformance.expected import reference
from mlloss.conformance.frameworks.adapters import HOSTS
from mlloss.conformance.frameworks.natives import NATIVES, Native
from mlloss.conformance.frameworks.registry import FRAMEWORKS
from mlloss.conformance.json_codec import decode_numbers, encode_numbers
from mlloss.conformance.runner import worker
from mlloss.conformance.runner.pool import Pool
from mlloss.conformance.runner.protocol import read_response

NOISY = """
import os, sys
from mlloss.conformance.frameworks import adapters as hosts
from mlloss.conformance.runner import worker
class Noisy(type(hosts.HOSTS["numpy"])):
    def prepare(self):
        os.write(1, b"from C\\n")
        print("from Python", flush=True)
        return "1.0"
hosts.HOSTS["numpy"] = Noisy()
sys.argv[1:] = ["numpy"]
worker.main()
"""


def _answer(case: Case, **changes: Any) -> dict[str, Any]:
    request = case.request("mlloss") | changes
    return worker.Answers(HOSTS["numpy"], "eager").answer(request)


def test_labels_reduction_and_weight_arrive() -> None:
    case = replace(
        TORCH_PAGE,
        loss="multilabel_soft_margin_loss",
        labels="signed",
        reduction="none",
    ).with_arrays(
        target=Array("int64", [[-1, 1, 1, -1]]), weight=Array("float64", [1.0, 2.0, 0.5, 3.0])
    )
    outcome = read_response(_answer(case), case.request("mlloss"))
    wanted = reference.loss(
        case.loss,
        case.input.rounded(),
        case.target.rounded(),
        case.arrays["weight"].rounded(),
        reduction="none",
        labels="signed",
    )
    assert outcome.dtype == "float32"
    assert outcome.value is not None
    np.testing.assert_allclose(outcome.value, wanted, rtol=1e-6)


def test_an_error_is_an_answer() -> None:
    answer = _answer(TORCH_PAGE, options={"reduction": "median"})
    assert answer["error"] == "ValueError"
    assert "median" in answer["message"]


def test_a_result_of_another_framework_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlloss.multilabel_margin_loss", lambda *args, **options: [0.85])
    assert "the result is a <class 'list'>" in _answer(TORCH_PAGE)["message"]


def test_what_a_framework_prints_does_not_reach_the_protocol() -> None:
    pool = Pool(1, 20.0, lambda target: [sys.executable, "-c", NOISY])
    replies = pool.run({"numpy": [TORCH_PAGE.request("mlloss")]}, lambda target: None)
    assert [outcome.kind for outcome in replies["numpy"].outcomes] == ["value"]


def test_a_pool_starts_the_worker_of_the_target() -> None:
    pool = fakes("never starts", numpy="right")
    replies = pool.run({"numpy": [TORCH_PAGE.request("mlloss")]}, lambda target: None)
    assert replies["numpy"].version == "1.2.3"


def test_every_number_survives_the_wire() -> None:
    data = [[0.1, float("nan")], [float("inf"), -float("inf")], [-1, 5e-324]]
    np.testing.assert_array_equal(decode_numbers(encode_numbers(data)), data)


def test_every_framework_has_a_host_and_every_loss_a_native_or_a_reason() -> None:
    assert FRAMEWORKS.keys() == HOSTS.keys()
    losses = {"multilabel_margin_loss", "multilabel_soft_margin_loss"}
    assert NATIVES.keys() == {(name, loss) for name in FRAMEWORKS for loss in losses}
    assert all(isinstance(native, Native) or native.reason for native in NATIVES.values())


def test_a_native_that_is_not_there_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """As numpy.no_such_loss is, or a module that a later version has."""
    request = replace(TORCH_PAGE, source=None).request("native")
    for path in ("numpy.no_such_loss", "numpy.no_such_module.loss"):
        missing = Native("input, target", page="", function=path)
        monkeypatch.setattr(worker, "native_of", lambda *_, missing=missing: missing)
        response = worker.Answers(HOSTS["numpy"], "eager").answer(request)
        assert response["absent"] == f"this version has no {path}"
        assert read_response(response, request).kind == "absent"


def test_an_adapter_that_cannot_make_an_array_does_not_start() -> None:
    array = "    def array(self, *_): raise AttributeError('x64')\n"
    broken = NOISY.replace("    def prepare", f"{array}    def prepare")
    pool = Pool(1, 60.0, lambda target: [sys.executable, "-c", broken])
    replies = pool.run({"numpy": [TORCH_PAGE.request("mlloss")]}, lambda target: None)
    assert replies["numpy"].outcomes == ()
    assert replies["numpy"].failure == "exited with 1: AttributeError: x64"
