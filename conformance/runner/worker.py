"""One target in a process of its own: a case a line comes in, a result a line goes out."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, TextIO

import numpy as np

from mlloss.conformance.cases.model import Array
from mlloss.conformance.frameworks.adapters import Host, find_host
from mlloss.conformance.frameworks.adapters.spelled_out import spelled_out
from mlloss.conformance.frameworks.composed import composed
from mlloss.conformance.frameworks.natives import native_of
from mlloss.conformance.frameworks.registry import find_target
from mlloss.conformance.json_codec import dump_line, encode_numbers, parse_line

Call = Callable[..., Any]
Request = dict[str, Any]


def main() -> None:
    """`python -m mlloss.conformance.runner.worker TARGET`."""
    out = _reserve_stdout()
    target = find_target(sys.argv[1])
    worker = Answers(find_host(target.framework), target.mode)
    version = worker.host.prepare()
    _check(worker.host)
    _send(out, {"target": target.name, "version": version})
    for line in sys.stdin:
        _send(out, worker.answer(parse_line(line)))


class LacksNative(Exception):
    """The installed version of the framework has no such function or class."""


class Answers:
    """Answers questions with a host in a mode; keeps the last program for questions like it."""

    def __init__(self, host: Host, mode: str) -> None:
        self.host, self._mode = host, mode
        self._signature, self._program = "", _nothing

    def answer(self, request: Request) -> dict[str, Any]:
        """The result, or the error it raised; which of both is right is not known here."""
        name = {"id": request["id"], "subject": request["subject"]}
        try:
            return name | self._compute(request)
        except LacksNative as reason:
            return name | {"absent": str(reason)}
        except Exception as error:
            return name | {"error": type(error).__name__, "message": str(error)[:4000]}

    def _compute(self, request: Request) -> dict[str, Any]:
        arrays = {name: Array.read(array) for name, array in request["arrays"].items()}
        if request["subject"] == "native":
            arrays["target"] = self._as_native_takes_it(arrays["target"], request["loss"])
        dtypes = tuple(array.dtype for array in arrays.values())
        with self.host.mode(request["subject"], dtypes):
            given = [_given(self.host, array) for array in arrays.values()]
            return _response(self.host, self._program_for(request)(*given), given[0])

    def _as_native_takes_it(self, target: Array, loss: str) -> Array:
        """Return whole class numbers in the one dtype that the native has for them."""
        native = native_of("native", self.host.name, loss)
        if native.target_dtype and "int" in target.dtype:
            return Array(native.target_dtype, target.data, target.shape)
        return target

    def _program_for(self, request: Request) -> Call:
        signature = request["signature"]
        if signature != self._signature:
            self.host.forget()
            call = _call(self.host, request)
            self._program = self.host.program(call, request["ask"], self._mode)
            self._signature = signature
        return self._program


def _nothing(*arrays: Any) -> Any:
    """The program before the first request."""
    raise AssertionError("a request without a signature")


def _given(host: Host, array: Array) -> Any:
    """Return the host's array, of numbers that the dtype has: nothing is left to round."""
    if array.dtype == "number":
        return array.data
    numbers = array.rounded()
    return numbers.astype(array.dtype) if array.foreign else host.array(numbers, array.dtype)


def _response(host: Host, result: Any, input: Any) -> dict[str, Any]:
    if not isinstance(result, (type(input), *host.scalars)):
        raise TypeError(f"the result is a {type(result)}, the input was a {type(input)}")
    numbers = host.numpy(result)
    response = {"dtype": host.dtype(result), "value": encode_numbers(numbers.tolist())}
    return response | ({"shape": list(numbers.shape)} if numbers.size == 0 else {})


def _call(host: Host, request: Request) -> Call:
    """Return the call as a function of its arrays alone: of mlloss, a native or a dialect."""
    names, options = list(request["arrays"]), request["options"]
    if request["subject"] == "mlloss":
        function = _located(f"mlloss.{request['loss']}")
        return spelled_out(function, names, _arguments(names), options)
    native = native_of(request["subject"], host.name, request["loss"])
    locate = _located_native if request["subject"] == "native" else _located
    if request["form"] == "class" and native.class_ and len(names) == 2:
        return spelled_out(locate(native.class_)(**options), names)
    if native.expression:
        function = composed(native, request["loss"], names, list(options))
    else:
        function = locate(native.function)
    return spelled_out(function, names, _arguments(names), options)


def _arguments(names: Sequence[str]) -> list[str]:
    """Return how arrays are passed: input and target by position, weights by name."""
    return [*names[:2], *(f"{name}={name}" for name in names[2:])]


def _check(host: Host) -> None:
    """Raise what the host raises for an array of one number: it cannot run anything then."""
    with host.mode("mlloss", ("float32",)):
        host.numpy(host.array(np.zeros(1), "float32"))


def _located_native(path: str) -> Call:
    try:
        return _located(path)
    except (AttributeError, ModuleNotFoundError) as error:
        raise LacksNative(f"this version has no {path}") from error


def _located(path: str) -> Call:
    module, _, name = path.rpartition(".")
    found: Call = getattr(importlib.import_module(module), name)
    return found


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
