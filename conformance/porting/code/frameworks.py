"""The notation of each framework: what hosts/ does with a case, as somebody would type it."""

from __future__ import annotations

from mlloss.conformance.cases.quantities import (
    ARRAYS,
    BATCHED,
    QUANTITIES,
    Quantity,
    differentiated_by,
)
from mlloss.conformance.porting.code.templates import CodeTemplate, JaxCodeTemplate, Mode, Step

EAGER = Mode()
ORDERS = {q: tuple(map(ARRAYS.index, differentiated_by(q))) for q in QUANTITIES if q not in BATCHED}
GRADIENTS = {quantity: by[0] for quantity, by in ORDERS.items() if len(by) == 1}
SECOND_DERIVATIVES = {quantity: by for quantity, by in ORDERS.items() if len(by) == 2}


def _reverse(leaf: str, grad: str) -> dict[Quantity, Step]:
    """Derivatives where `grad(total, array)` goes back over what was computed."""
    steps: dict[Quantity, Step] = {}
    for quantity, number in GRADIENTS.items():
        name = ARRAYS[number]
        last = f"result = {grad}(result.sum(), {name})[0]"
        steps[quantity] = Step((leaf.format(name),), after=(last,))
    for quantity, (one, other) in SECOND_DERIVATIVES.items():
        first, second = ARRAYS[one], ARRAYS[other]
        slope = f"slope = {grad}(result.sum(), {first}, create_graph=True)[0]"
        last = f"result = {grad}(slope.sum(), {second})[0]"
        leaves = tuple(leaf.format(name) for name in dict.fromkeys((first, second)))
        steps[quantity] = Step(leaves, after=(slope, last))
    return steps


NUMPY = CodeTemplate(
    array="np.array({data}, dtype=np.{dtype})",
    empty="np.zeros({shape}, dtype=np.{dtype})",
    dtypes={"bool": "bool_"},
)

TORCH = CodeTemplate(
    array="torch.tensor({data}, dtype=torch.{dtype})",
    empty="torch.zeros({shape}, dtype=torch.{dtype})",
    quantities={
        "value": Step(),
        **_reverse("{}.requires_grad_()", "torch.autograd.grad"),
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


def _jax_grad(name: str, number: int) -> str:
    return f"jax.grad({name}, argnums={number})" if number else f"jax.grad({name})"


_TOTAL = ("def total({args}):", "    return loss({args}).sum()")


def _jax_bend(first: int, second: int) -> Step:
    inner = f"    return {_jax_grad('total', first)}({{args}}).sum()"
    return Step((*_TOTAL, "def slope({args}):", inner), _jax_grad("slope", second))


JAX = JaxCodeTemplate(
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
    quantities={
        "value": Step(),
        **{
            quantity: Step(_TOTAL, _jax_grad("total", number))
            for quantity, number in GRADIENTS.items()
        },
        **{quantity: _jax_bend(*numbers) for quantity, numbers in SECOND_DERIVATIVES.items()},
        "vmap": Step(inner="jax.vmap({f})"),
        "vmap gradient": Step(_TOTAL, "jax.vmap(jax.grad(total))"),
    },
    modes={"eager": EAGER, "jit": Mode("jax.jit({f})")},
)

PADDLE = CodeTemplate(
    array='paddle.to_tensor({data}, dtype="{dtype}")',
    empty='paddle.zeros({shape}, dtype="{dtype}")',
    show_bfloat16='print(result.dtype, result.astype("float32").tolist())',
    setup=('paddle.set_device("cpu")',),
    quantities={"value": Step(), **_reverse("{}.stop_gradient = False", "paddle.grad")},
    modes={"eager": EAGER, "static": Mode("paddle.jit.to_static({f}, full_graph=True)")},
)


def _bend(first: int, second: int) -> Step:
    """Compiled as a whole."""
    derivative = f"derivative = mindspore.grad(mindspore.grad(loss, {first}), {second})"
    return Step((derivative, "def bend({args}):", "    return derivative({args})"), "bend")


MINDSPORE = CodeTemplate(
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
    quantities={
        "value": Step(),
        **{
            quantity: Step(outer=f"mindspore.grad({{f}}, {n})") for quantity, n in GRADIENTS.items()
        },
        **{quantity: _bend(*numbers) for quantity, numbers in SECOND_DERIVATIVES.items()},
        "vmap": Step(inner="mindspore.vmap({f})"),
        "vmap gradient": Step(inner="mindspore.vmap(mindspore.grad({f}, 0))"),
    },
    modes={"eager": EAGER, "graph": Mode("mindspore.jit({f})")},
)

NOTATIONS = {"numpy": NUMPY, "torch": TORCH, "jax": JAX, "paddle": PADDLE, "mindspore": MINDSPORE}


def find_template(framework: str) -> CodeTemplate:
    """One of ours, or that of somebody else's host: `module:attr`."""
    return NOTATIONS.get(framework) or _of_host(framework)


def _of_host(framework: str) -> CodeTemplate:
    """All that is known of such a framework is what its host does."""
    module, _, attribute = framework.partition(":")
    return CodeTemplate(
        array='host.array(np.array({data}, dtype="{wide}"), "{dtype}")',
        empty='host.array(np.zeros({shape}), "{dtype}")',
        show="print(host.dtype(result), host.numpy(result).tolist())",
        setup=(f"from {module} import {attribute} as host", "", "host.prepare()"),
        quantities={
            quantity: Step(inner=f'host.program({{f}}, "{quantity}", "eager")')
            for quantity in QUANTITIES
        },
    )
