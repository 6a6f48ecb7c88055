"""One target in a process of its own: a case a line comes in, a result a line goes out."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from typing import Any, TextIO

import numpy as np

from mlloss.conformance.frameworks import HOSTS, Host
from mlloss.conformance.natives import NATIVES, Native
from mlloss.conformance.targets import TARGETS, Target
from mlloss.conformance.wire import dump_line, encode_numbers, parse_line

Call = Callable[..., Any]


def main() -> None:
    """`python -m mlloss.conformance.worker TARGET`."""
    out = _reserve_stdout()
    target = TARGETS[sys.argv[1]]
    host = HOSTS[target.framework]
    _send(out, {"target": target.name, "version": host.prepare()})
    for line in sys.stdin:
        _send(out, answer(parse_line(line), target, host))


def answer(question: dict[str, Any], target: Target, host: Host) -> dict[str, Any]:
    """The result of a case, or the error it raised; which of both is right is not known here."""
    name = {"id": question["id"], "subject": question["subject"]}
    try:
        return name | _compute(question, target, host)
    except Exception as error:
        return name | {"error": type(error).__name__, "message": str(error)[:4000]}


def _compute(question: dict[str, Any], target: Target, host: Host) -> dict[str, Any]:
    call, arguments = (
        _native(question, target) if question["subject"] == "native" else _ours(question)
    )
    arrays = [host.array(array["data"], array["dtype"]) for array in arguments]
    result = host.compilers[target.mode](call)(*arrays)
    if not isinstance(result, type(arrays[0]) | np.generic):  # NumPy has scalars of its own
        raise TypeError(f"the result is a {type(result)}, the input was a {type(arrays[0])}")
    dtype = str(result.dtype).rpartition(".")[2].lower()  # torch.float32, paddle.float32, Float32
    return {"dtype": dtype, "value": encode_numbers(np.asarray(result).tolist())}


def _ours(question: dict[str, Any]) -> tuple[Call, list[Any]]:
    function = _locate(f"mlloss.{question['loss']}")
    return _call(function, question)


def _native(question: dict[str, Any], target: Target) -> tuple[Call, list[Any]]:
    """The function, or the class where the page shows that and the framework has one."""
    native = NATIVES[target.framework, question["loss"]]
    assert isinstance(native, Native), "the pool never asks for an absent native"
    dtype = native.target_dtype or question["target"]["dtype"]
    question = question | {"target": question["target"] | {"dtype": dtype}}
    if question["form"] == "class" and native.class_ and not question["weight"]:
        return _instance(_locate(native.class_), question)
    return _call(_locate(native.function), question)


def _call(function: Call, question: dict[str, Any]) -> tuple[Call, list[Any]]:
    """Spelt out, without partial() or *args, which MindSpore and Paddle do not compile."""
    options = question["options"]

    def plain(input: Any, target: Any) -> Any:
        return function(input, target, **options)

    def weighted(input: Any, target: Any, weight: Any) -> Any:
        return function(input, target, weight, **options)

    arguments = [question["input"], question["target"], question["weight"]]
    return (weighted, arguments) if question["weight"] else (plain, arguments[:2])


def _instance(class_: Call, question: dict[str, Any]) -> tuple[Call, list[Any]]:
    module = class_(**question["options"])

    def forward(input: Any, target: Any) -> Any:
        return module(input, target)

    return forward, [question["input"], question["target"]]


def _locate(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def _reserve_stdout() -> TextIO:
    """Frameworks print to stdout, from C++ too: that goes to stderr, the protocol stays alone."""
    protocol = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(protocol, "w", encoding="utf-8")


def _send(out: TextIO, message: dict[str, Any]) -> None:
    out.write(dump_line(message))
    out.flush()


if __name__ == "__main__":
    main()
