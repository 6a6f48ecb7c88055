"""A call written down: one line for each operation of MindSpore's that it comes to."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from inspect import signature
from operator import getitem
from typing import Any

import numpy as np
from mindspore import Tensor, bfloat16, ops
from mindspore._c_expression import TraceRecorder
from mindspore.graph.jit_context import set_jit_context
from mindspore.graph.jit_trace import TraceJitContext
from mindspore.ops.auto_generate import gen_ops_prim

from mlloss.backends.mindspore.patches import abandon_trace, mend
from mlloss.core.ops import Array

_METHODS = {"getitem": getitem}
_COUNT = itertools.count()
mend()


class Record(TraceJitContext):  # type: ignore[misc]
    """Writes down each operation that MindSpore runs, beside its tracer."""

    def __init__(
        self, function: Callable[..., Array], kinds: Sequence[Any], value: int, size: int
    ) -> None:
        super().__init__()
        self.shapes: dict[int, Any] = {}  # of inputs with an open size
        self._kept: list[Any] = []  # no identity is used twice
        self._names: dict[int, str] = {}
        self.lines: dict[str, str] = {}
        self.constants: dict[str, Any] = {}
        self.settings: dict[str, tuple[Any, ...]] = {}  # what operations are made with
        self._word: str | None = None  # what the last argument of the next operation was
        self._value = value
        args = [self._stand_in(x, size) if isinstance(x, tuple) else x for x in kinds]
        inputs = [x for x in args if isinstance(x, Tensor)]
        self.inputs = [self._new("x", x) for x in inputs]
        self.result = self._name(self._record(function, args, inputs))

    def _stand_in(self, kind: tuple[Any, Any], size: int) -> Tensor:
        shape, dtype = kind
        tensor = self._filled([size if n is None else n for n in shape], str(dtype).lower())
        if None in shape:
            self.shapes[id(tensor)] = shape
        return tensor

    def _filled(self, shape: Sequence[int], dtype: str) -> Tensor:
        """With the record's value in its first row, so that the rest takes no memory."""
        filled = np.zeros(shape, "float32" if dtype == "bfloat16" else dtype)
        np.atleast_1d(filled)[:1] = self._value
        tensor = Tensor.from_numpy(filled)
        return ops.cast(tensor, bfloat16) if dtype == "bfloat16" else tensor

    def unseen(self, operation: Any, kinds: Any, *args: Any) -> Any:
        """A stand-in for what it gives, of a shape and dtype or a list of them, without a run."""
        several = isinstance(kinds, list)
        result = tuple(self._filled(*k) for k in kinds) if several else self._filled(*kinds)
        self._write(operation, result, args)
        return result

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
        self._write(prim, prim_res, *_parts(type(prim), args))
        return super().run_op(prim, prim_res, *args)

    def prepare_op(self, prim_name: str, prim_res: Any, *args: Any) -> Any:
        """The same, for methods of tensors."""
        kind = _METHODS.get(prim_name) or getattr(gen_ops_prim, prim_name, None)
        if isinstance(kind, type):
            inputs, settings = _parts(kind, args)
            self._write(kind(*settings), prim_res, inputs, settings)
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

    def is_like(self, other: Record) -> bool:
        """Whether no value of the inputs has become a constant."""
        if self.lines != other.lines:
            return False
        pairs = zip(self.constants.values(), other.constants.values(), strict=True)
        tensors = [(x.asnumpy(), y.asnumpy()) for x, y in pairs if isinstance(x, Tensor)]
        return all(np.array_equal(x, y, equal_nan=True) for x, y in tensors)

    def _write(
        self,
        operation: Any,
        result: Any,
        args: tuple[Any, ...],
        settings: tuple[Any, ...] = (),
    ) -> None:
        if self._word is not None:
            args, self._word = (*args[:-1], self._word), None
        names = list(map(self._name, args))
        name = self._constant(operation)
        self.settings[name] = settings
        line = f"{name}({', '.join(names)})"
        before = self._names.get(id(result))
        if before not in names:  # MindSpore has told of this operation already
            self.lines.pop(before or "", None)
        whole = self._new("v", result)
        self.lines[whole] = line
        if isinstance(result, tuple):
            for place, x in enumerate(result):
                self.lines[self._new("v", x)] = f"{whole}[{place}]"

    def _name(self, x: Any) -> str:
        if isinstance(x, tuple) and any(isinstance(part, Tensor) for part in x):
            return f"({', '.join(map(self._name, x))},)"
        return self._names.get(id(x)) or self._constant(x)

    def _constant(self, x: Any) -> str:
        name = self._new("c", x)
        self.constants[name] = x
        return name

    def _new(self, kind: str, x: Any) -> str:
        name = f"{kind}{len(self._kept)}"
        self._kept.append(x)
        if kind != "c":
            self._names[id(x)] = name
        return name


def _parts(operation: type, args: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """What an operation is called with, and what it is made with."""
    _, *inputs = signature(operation.__call__).parameters.values()
    if any(p.kind == p.VAR_POSITIONAL for p in inputs):
        return args, ()
    return args[: len(inputs)], args[len(inputs) :]
