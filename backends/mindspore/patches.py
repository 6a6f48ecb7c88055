"""What of MindSpore has to be mended before use, or put in order after an error."""

from __future__ import annotations

import contextlib
import io
import os
from functools import cache
from typing import Any

from mindspore import Tensor
from mindspore._c_expression import TraceRecorder
from mindspore.graph import jit_trace
from mindspore.graph.jit_context import jit_context


def abandon_trace() -> None:
    """End a trace that an error broke off: left open, it makes the next compilation fail."""
    if jit_context() is not None:
        with contextlib.suppress(RuntimeError):  # refuses a graph within a trace, and clears all
            TraceRecorder.get_instance().new_fg_node(("", "", [], [], True))


@cache
def mend() -> None:
    """Once, before anything else is done with MindSpore."""
    # MindSpore's own reads the whole stack at each operation in a trace, and fails under python -m
    jit_trace._get_caller_lines = lambda: ([__file__], [1])
    jit_trace.TraceJitContext.run_op = _run_op
    _warm_up()


def _warm_up() -> None:
    """Under NumPy 2 the first operation on a Python number raises SystemError, later ones work."""
    stderr, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)  # MindSpore's library, too, has a word to say of it
    try:
        with contextlib.redirect_stderr(io.StringIO()), contextlib.suppress(SystemError):
            Tensor([1.0]) + 1.0
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(nowhere)


def _run_op(context: Any, prim: Any, result: Any, *args: Any) -> Any:
    """MindSpore's own writes every tensor out for its debug log, which fails for bfloat16."""
    result, files, lines, args = context.args_preprocess(prim.name, result, *args)
    TraceRecorder.get_instance().new_node(prim, (result, files, lines, False), *args)
    return result
