"""A call as a program of MindSpore's operations, for whole Cells that GRAPH_MODE compiles.

GRAPH_MODE parses the source of everything that a Cell calls, and takes little of Python. So a call
is run once on stand-ins, of which all is known but the values; what operations it comes to is
written down as a function of one line for each, and that is parsed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import cache
from inspect import signature
from operator import getitem
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from mindspore import Tensor, constexpr, ops
from mindspore._c_expression import TraceRecorder
from mindspore.graph.jit_context import set_jit_context
from mindspore.graph.jit_trace import TraceJitContext
from mindspore.ops.auto_generate import gen_ops_prim

from mlloss.backends.mindspore import abandon_trace
from mlloss.ops import Array

_METHODS = {"getitem": getitem}
_COUNT = itertools.count()
_FOLDER = TemporaryDirectory(prefix="mlloss")  # MindSpore wants the files of what it parses


@cache
def parsed(function: Callable[..., Array]) -> Callable[..., Array]:
    """What GRAPH_MODE reads in place of a function; it takes no more Python than this."""

    @constexpr(check=False)  # type: ignore[untyped-decorator]
    def compiled(kinds: tuple[Any, ...]) -> Callable[..., Array]:
        return program(function, kinds)

    def call(*args: Any) -> Array:
        kinds: tuple[Any, ...] = ()
        tensors: tuple[Any, ...] = ()
        for x in args:
            if isinstance(x, Tensor):
                kinds = (*kinds, (x.shape, x.dtype))
                tensors = (*tensors, x)
            else:
                kinds = (*kinds, x)
        return compiled(kinds)(*tensors)

    return call


def program(function: Callable[..., Array], kinds: Sequence[Any]) -> Callable[..., Array]:
    """A function of the tensors among some arguments, given as shapes and dtypes."""
    zeros, ones = (Recorder(function, kinds, value) for value in (0, 1))
    if not zeros.is_like(ones):
        raise RuntimeError(
            "this MindSpore hides operations from mlloss: GRAPH_MODE is out of reach"
        )
    return zeros.written()


def _stand_in(kind: tuple[Any, Any], value: int) -> Tensor:
    shape, dtype = kind
    if shape is None or any(size is None or size < 0 for size in shape):
        raise ValueError("a Cell with open sizes (set_inputs): mlloss needs all sizes")
    return ops.cast(Tensor(np.full(shape, value, np.float32)), dtype)  # NumPy has no bfloat16


class Recorder(TraceJitContext):  # type: ignore[misc]
    """Writes down each operation that MindSpore runs, beside its tracer."""

    def __init__(self, function: Callable[..., Array], kinds: Sequence[Any], value: int) -> None:
        super().__init__()
        self._kept: list[Any] = []  # no identity is used twice
        self._names: dict[int, str] = {}
        self._lines: dict[str, str] = {}
        self._constants: dict[str, Any] = {}
        self._word: str | None = None  # what the last argument of the next operation was
        args = [_stand_in(x, value) if isinstance(x, tuple) else x for x in kinds]
        inputs = [x for x in args if isinstance(x, Tensor)]
        self._inputs = [self._new("x", x) for x in inputs]
        self._result = self._name(self._record(function, args, inputs))

    def _record(self, function: Callable[..., Array], args: list[Any], inputs: list[Tensor]) -> Any:
        name = f"mlloss.{next(_COUNT)}"
        TraceRecorder.get_instance().begin_graph(name, name, [__file__], [1], *inputs)
        set_jit_context(self)
        try:
            return function(*args)
        finally:
            abandon_trace()
            set_jit_context(None)

    def run_op(self, prim: Any, prim_res: Any, *args: Any) -> Any:
        """Called by MindSpore with what an operation has given already."""
        count = _inputs(type(prim))  # the rest it has from its __init__
        self._write(prim, prim_res, args[:count])
        return super().run_op(prim, prim_res, *args)

    def prepare_op(self, prim_name: str, prim_res: Any, *args: Any) -> Any:
        """The same, for methods of tensors."""
        kind = _METHODS.get(prim_name) or getattr(gen_ops_prim, prim_name, None)
        if isinstance(kind, type):
            count = _inputs(kind)
            self._write(kind(*args[count:]) if count else kind(), prim_res, args[:count])
        else:
            self._write(kind or ops.Primitive(prim_name), prim_res, args)
        return self.args_preprocess(prim_name, prim_res, *args)

    def pass_trace_node(self, origin_obj: Any, new_obj: Any) -> None:
        """Called by MindSpore where an argument becomes another object, a word a number."""
        if isinstance(origin_obj, str):
            self._word = origin_obj
        elif id(origin_obj) in self._names:
            self._kept.append(new_obj)
            self._names[id(new_obj)] = self._names[id(origin_obj)]
        super().pass_trace_node(origin_obj, new_obj)

    def is_like(self, other: Recorder) -> bool:
        """Whether no value of the inputs has become a constant."""
        if self._lines != other._lines:
            return False
        pairs = zip(self._constants.values(), other._constants.values(), strict=True)
        tensors = [(x.asnumpy(), y.asnumpy()) for x, y in pairs if isinstance(x, Tensor)]
        return all(np.array_equal(x, y, equal_nan=True) for x, y in tensors)

    def written(self) -> Callable[..., Array]:
        """All of it as a function."""
        lines = [f"{name} = {line}" for name, line in self._lines.items()]
        body = "\n        ".join([*lines, f"return {self._result}"])
        source = (
            f"def make({', '.join(self._constants)}):\n"
            f"    def loss({', '.join(self._inputs)}):\n        {body}\n"
            f"    return loss\n"
        )
        file = Path(_FOLDER.name) / f"loss_{next(_COUNT)}.py"
        file.write_text(source)
        scope: dict[str, Any] = {"__name__": __name__}
        exec(compile(source, file, "exec"), scope)
        made: Callable[..., Array] = scope["make"](*self._constants.values())
        return made

    def _write(self, operation: Any, result: Any, args: tuple[Any, ...]) -> None:
        if self._word is not None:
            args, self._word = (*args[:-1], self._word), None
        names = list(map(self._name, args))
        line = f"{self._constant(operation)}({', '.join(names)})"
        before = self._names.get(id(result))
        if before not in names:  # MindSpore has told of this operation already
            self._lines.pop(before or "", None)
        whole = self._new("v", result)
        self._lines[whole] = line
        if isinstance(result, tuple):
            for place, x in enumerate(result):
                self._lines[self._new("v", x)] = f"{whole}[{place}]"

    def _name(self, x: Any) -> str:
        if isinstance(x, tuple) and any(isinstance(part, Tensor) for part in x):
            return f"({', '.join(map(self._name, x))},)"
        return self._names.get(id(x)) or self._constant(x)

    def _constant(self, x: Any) -> str:
        name = self._new("c", x)
        self._constants[name] = x
        return name

    def _new(self, kind: str, x: Any) -> str:
        name = f"{kind}{len(self._kept)}"
        self._kept.append(x)
        if kind != "c":
            self._names[id(x)] = name
        return name


def _inputs(operation: type) -> int | None:
    """How many arguments it takes when called, if they are not any number."""
    _, *inputs = signature(operation.__call__).parameters.values()
    return None if any(p.kind == p.VAR_POSITIONAL for p in inputs) else len(inputs)
