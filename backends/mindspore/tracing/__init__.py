"""Record a call with MindSpore's tracer and emit Python for its graph compiler.

This package is bound to a version of MindSpore: it is tested with 2.10.0, and uses private names
(`TraceRecorder`, `TraceJitContext`, `gen_ops_prim`) that another version may move. Nothing else in
mlloss depends on it but `compiler_boundary.opaque`.

What it serves: `mindspore.jit` with its default `capture_mode="ast"`, and Cells in GRAPH_MODE.
PyNative mode and `capture_mode="bytecode"` or "trace" give the same numbers without it.

Why: with `capture_mode="ast"` MindSpore parses the source of every function that a compiled
function calls. It does not take the code of mlloss. Measured with 2.10.0, without this package:

- a loss: `RuntimeError: Unsupported statement 'ImportFrom'`;
- a kernel alone, of the plain operations of this backend: `UnboundLocalError: The local variable
  'x' is not defined in true branch`, `RuntimeError: ... 'mindspore.context.get_context' is not
  supported`, `RuntimeError: The first input of StarredGetItem operation must be sequence`;
- a function that MindSpore does not parse becomes a PyExecute node, and its gradient is 0; this is
  a warning in the log only;
- the whole loss as one `ops.Custom` that runs it in PyNative mode: the process hangs;
- 128 of the 147 tests of graphs in tests/backends fail.

How: `emit.parsed` is what MindSpore parses in place of a marked function. It runs the function once
on stand-ins of the right shapes and dtypes, `recorder.Record` writes down each operation, and
`emit.program` returns a function of one line for each operation. A second run with other values
proves that no value became a constant. With an open batch size, runs of 3, 4 and 6 rows show which
constants depend on it (`dynamic_shapes`).

Cost, (32, 20) scores on one CPU: 23 ms of the 112 ms that a first call takes; later calls none.
"""
