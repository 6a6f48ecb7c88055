"""One training in one framework: `python trainers.py FRAMEWORK LOSS WAY STEPS BIAS`.

Model, autograd and optimiser are the framework's; the loss is mlloss's, or its own in one of the
WAYS to call it. Prints a line of JSON: the loss at each step and, last, on the pictures held out,
or the error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pkgutil import resolve_name
from typing import Any

from digits import Problem, problem

import mlloss
from mlloss.conformance.frameworks.natives import NATIVES, Native

RATE, MOMENTUM = 0.1, 0.9
OURS, NATIVE = "mlloss", "native"
COMPILED, SIGNED = "native, torch.compile", "native, -1/+1 labels"
Loss = Callable[[Any, Any], Any]


def network(relu: Callable[[Any], Any], weights: Any, x: Any) -> Any:
    """Scores, (N, 64) to (N, 8). No tanh: MindSpore's is off by 1e-4."""
    w, b, v, c = weights
    return relu(x @ w + b) @ v + c


def train_torch(loss: Loss, given: Problem) -> list[float]:
    """By torch.optim.SGD."""
    import torch

    weights = [torch.tensor(w, requires_grad=True) for w in given.weights]
    optimiser = torch.optim.SGD(weights, lr=RATE, momentum=MOMENTUM)

    def of(x: Any, y: Any) -> Any:
        return loss(network(torch.relu, weights, x), y)

    curve = []
    for batch in given.batches:
        value = of(*map(torch.from_numpy, batch))
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        curve.append(value.item())
    return [*curve, of(*map(torch.from_numpy, given.held_out)).item()]


def train_jax(loss: Loss, given: Problem) -> list[float]:
    """By optax.sgd, each step compiled."""
    import jax
    import jax.numpy as jnp
    import optax

    optimiser = optax.sgd(RATE, MOMENTUM)

    def of(weights: Any, x: Any, y: Any) -> Any:
        return loss(network(jax.nn.relu, weights, x), y)

    @jax.jit
    def step(weights: Any, state: Any, x: Any, y: Any) -> Any:
        value, slopes = jax.value_and_grad(of)(weights, x, y)
        changes, state = optimiser.update(slopes, state)
        return value, optax.apply_updates(weights, changes), state

    weights = [jnp.asarray(w) for w in given.weights]
    state, curve = optimiser.init(weights), []
    for batch in given.batches:
        value, weights, state = step(weights, state, *map(jnp.asarray, batch))
        curve.append(float(value))
    return [*curve, float(of(weights, *map(jnp.asarray, given.held_out)))]


def train_paddle(loss: Loss, given: Problem) -> list[float]:
    """By paddle.optimizer.Momentum."""
    import paddle

    weights = [paddle.to_tensor(w, stop_gradient=False) for w in given.weights]
    optimiser = paddle.optimizer.Momentum(RATE, MOMENTUM, parameters=weights)

    def of(x: Any, y: Any) -> Any:
        return loss(network(paddle.nn.functional.relu, weights, x), y)

    curve = []
    for batch in given.batches:
        value = of(*map(paddle.to_tensor, batch))
        value.backward()
        optimiser.step()
        optimiser.clear_grad()
        curve.append(float(value))
    return [*curve, float(of(*map(paddle.to_tensor, given.held_out)))]


def train_mindspore(loss: Loss, given: Problem) -> list[float]:
    """By mindspore.nn.Momentum."""
    import mindspore
    from mindspore import Parameter, Tensor, ops

    mindspore.set_device("CPU")
    mindspore.runtime.launch_blocking()  # else an error surfaces in a later call
    weights = [Parameter(Tensor(w), name=f"weight{n}") for n, w in enumerate(given.weights)]
    optimiser = mindspore.nn.Momentum(weights, RATE, MOMENTUM)

    def of(x: Any, y: Any) -> Any:
        return loss(network(ops.relu, weights, x), y)

    step = mindspore.value_and_grad(of, None, weights)
    curve = []
    for batch in given.batches:
        value, slopes = step(*map(Tensor, batch))
        optimiser(slopes)
        curve.append(float(value))
    return [*curve, float(of(*map(Tensor, given.held_out)))]


TRAINERS = {
    "torch": train_torch,
    "jax": train_jax,
    "paddle": train_paddle,
    "mindspore": train_mindspore,
}


def loss_of(framework: str, loss: str, way: str) -> Loss:
    """mlloss's function of two arguments, or the framework's own."""
    if way == OURS:
        return getattr(mlloss, loss)  # type: ignore[no-any-return]
    row = NATIVES[framework, loss]
    if not isinstance(row, Native):
        raise NotImplementedError(row.reason)
    own: Loss = resolve_name(row.function)
    if way == COMPILED:
        import torch

        return torch.compile(own, backend="aot_eager")  # type: ignore[no-any-return]
    if way == SIGNED:
        return lambda x, y: own(x, 2 * y - 1, reduction="mean")
    if row.target_dtype == "int32":
        return lambda x, y: own(x, y.int(), reduction="mean")
    return lambda x, y: own(x, y, reduction="mean")


def main(framework: str, loss: str, way: str, steps: str, bias: str) -> None:
    """The worker's command; an error is an answer too."""
    try:
        given = problem(loss, int(steps), float(bias))
        print(json.dumps(TRAINERS[framework](loss_of(framework, loss, way), given)))
    except Exception as error:
        said = [line for line in str(error).splitlines() if any(map(str.isalpha, line))]
        print(json.dumps(f"{type(error).__name__}: {' '.join(said[:2])}"))


if __name__ == "__main__":
    main(*sys.argv[1:])
