"""The dialect of each framework: what hosts/ does with a case, as somebody would type it."""

from __future__ import annotations

from mlloss.conformance.case import ASKS
from mlloss.conformance.dialect import Dialect, JaxDialect, Mode, Step

EAGER = Mode()

NUMPY = Dialect(
    array="np.array({data}, dtype=np.{dtype})",
    empty="np.zeros({shape}, dtype=np.{dtype})",
    dtypes={"bool": "bool_"},
)

TORCH = Dialect(
    array="torch.tensor({data}, dtype=torch.{dtype})",
    empty="torch.zeros({shape}, dtype=torch.{dtype})",
    asks={
        "value": Step(),
        "gradient": Step(
            ("input.requires_grad_()",),
            after=("result = torch.autograd.grad(result.sum(), input)[0]",),
        ),
        "weight gradient": Step(
            ("weight.requires_grad_()",),
            after=("result = torch.autograd.grad(result.sum(), weight)[0]",),
        ),
        "second derivative": Step(
            ("input.requires_grad_()",),
            after=(
                "slope = torch.autograd.grad(result.sum(), input, create_graph=True)[0]",
                "result = torch.autograd.grad(slope.sum(), input)[0]",
            ),
        ),
        "vmap": Step(inner="torch.func.vmap({f})"),
        "vmap gradient": Step(inner="torch.func.vmap(torch.func.grad({f}))"),
    },
    modes={
        "eager": EAGER,
        "compile": Mode('torch.compile({f}, backend="aot_eager", fullgraph=True)'),
        "export": Mode(
            "torch.export.export(Loss(), ({args})).module()",
            (
                "class Loss(torch.nn.Module):",
                "    def forward(self, {args}):",
                "        return {f}({args})",
            ),
        ),
    },
)

_TOTAL = ("def total({args}):", "    return loss({args}).sum()")
_SLOPE = (*_TOTAL, "def slope({args}):", "    return jax.grad(total)({args}).sum()")
JAX = JaxDialect(
    array="jnp.asarray({data}, dtype=jnp.{dtype})",
    empty="jnp.zeros({shape}, dtype=jnp.{dtype})",
    dtypes={"bool": "bool_"},
    setup=('jax.config.update("jax_platforms", "cpu")',),
    setup_of={
        "mlloss": (
            'jax.config.update("jax_numpy_dtype_promotion", "strict")',
            'jax.config.update("jax_numpy_rank_promotion", "raise")',
        )
    },
    asks={
        "value": Step(),
        "gradient": Step(_TOTAL, "jax.grad(total)"),
        "weight gradient": Step(_TOTAL, "jax.grad(total, argnums=2)"),
        "second derivative": Step(_SLOPE, "jax.grad(slope)"),
        "vmap": Step(inner="jax.vmap({f})"),
        "vmap gradient": Step(_TOTAL, "jax.vmap(jax.grad(total))"),
    },
    modes={"eager": EAGER, "jit": Mode("jax.jit({f})")},
)

PADDLE = Dialect(
    array='paddle.to_tensor({data}, dtype="{dtype}")',
    empty='paddle.zeros({shape}, dtype="{dtype}")',
    show_bfloat16='print(result.dtype, result.astype("float32").tolist())',
    setup=('paddle.set_device("cpu")',),
    asks={
        "value": Step(),
        "gradient": Step(
            ("input.stop_gradient = False",),
            after=("result = paddle.grad(result.sum(), input)[0]",),
        ),
        "weight gradient": Step(
            ("weight.stop_gradient = False",),
            after=("result = paddle.grad(result.sum(), weight)[0]",),
        ),
        "second derivative": Step(
            ("input.stop_gradient = False",),
            after=(
                "slope = paddle.grad(result.sum(), input, create_graph=True)[0]",
                "result = paddle.grad(slope.sum(), input)[0]",
            ),
        ),
    },
    modes={"eager": EAGER, "static": Mode("paddle.jit.to_static({f}, full_graph=True)")},
)

_BEND = (
    "derivative = mindspore.grad(mindspore.grad(loss, 0), 0)",
    "def bend({args}):",
    "    return derivative({args})",
)
MINDSPORE = Dialect(
    array="mindspore.Tensor(np.array({data}, dtype=np.{dtype}))",
    empty="mindspore.Tensor(np.zeros({shape}, dtype=np.{dtype}))",
    show_bfloat16="print(result.dtype, result.astype(mindspore.float32).tolist())",
    dtypes={"bool": "bool_"},
    bfloat16=("float32", ".astype(mindspore.bfloat16)"),
    setup=('mindspore.set_device("CPU")', "mindspore.runtime.launch_blocking()"),
    setup_of={
        "native": (
            "with suppress(SystemError):  # NumPy 2: the first operation with a scalar fails",
            "    mindspore.Tensor([1.0]) + 1.0",
        )
    },
    asks={
        "value": Step(),
        "gradient": Step(outer="mindspore.grad({f}, 0)"),
        "weight gradient": Step(outer="mindspore.grad({f}, 2)"),
        "second derivative": Step(_BEND, "bend"),  # compiled as a whole
        "vmap": Step(inner="mindspore.vmap({f})"),
        "vmap gradient": Step(inner="mindspore.vmap(mindspore.grad({f}, 0))"),
    },
    modes={"eager": EAGER, "graph": Mode("mindspore.jit({f})")},
)

DIALECTS = {"numpy": NUMPY, "torch": TORCH, "jax": JAX, "paddle": PADDLE, "mindspore": MINDSPORE}


def find_dialect(framework: str) -> Dialect:
    """One of ours, or that of somebody else's host: `module:attr`."""
    return DIALECTS.get(framework) or _of_host(framework)


def _of_host(framework: str) -> Dialect:
    """All that is known of such a framework is what its host does."""
    module, _, attribute = framework.partition(":")
    return Dialect(
        array='host.array(np.array({data}, dtype="{wide}"), "{dtype}")',
        empty='host.array(np.zeros({shape}), "{dtype}")',
        show="print(host.dtype(result), host.numpy(result).tolist())",
        setup=(f"from {module} import {attribute} as host", "", "host.prepare()"),
        asks={ask: Step(inner=f'host.program({{f}}, "{ask}", "eager")') for ask in ASKS},
    )
