"""Scripts that reproduce a case: they run as they stand, and print what the suite finds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from scripts import Script, outcome, run_scripts

from mlloss.conformance.cases.collection import all_cases
from mlloss.conformance.cases.model import Array, Case
from mlloss.conformance.cases.quantities import QUANTITIES
from mlloss.conformance.expected.expectation import Numbers, expected
from mlloss.conformance.frameworks.adapters import HOSTS
from mlloss.conformance.frameworks.natives import NATIVES, Missing
from mlloss.conformance.frameworks.registry import (
    FRAMEWORKS,
    IMPLEMENTATIONS,
    TARGETS,
    Implementation,
)
from mlloss.conformance.known_differences.model import known_differences
from mlloss.conformance.porting.code.frameworks import NOTATIONS
from mlloss.conformance.porting.code.script import reproduction
from mlloss.conformance.results.judge import Observation, judge

CASES = {case.id: case for case in all_cases()}
TORCH_PAGE = CASES["documented/torch.nn.MultiLabelMarginLoss/mean"]
PlannedCheck = tuple[Case, str, Implementation]
SLOTS = [(t, s) for t in TARGETS for s in IMPLEMENTATIONS if t != "numpy"]
ARRAYS = Path(__file__).parents[1] / "check_arrays.py"
# Besides one of each ask: a class, a weight, halves and doubles, no rows, and a call that is wrong.
OTHERS = (
    "documented/torch.nn.MultiLabelMarginLoss/mean",
    "soft/value/plain/bfloat16",
    "soft/value/right-by-inf/float64",
    "margin/value/nan/float64",
    "margin/gradient/plain/float32",
    "soft/weights/classes/mean/value-0",
    "soft/empty/none/2x0x5/value",
    "margin/errors/reduction-'median'",
)
COMPILED = ("soft/gradient/plain/float32",)  # known differences have the rest


def _can_be_run(case: Case, target: str, implementation: Implementation) -> bool:
    try:
        reproduction(case, target, implementation)
    except ValueError:
        return False
    return case.applies_to(implementation)


def _sample(framework: str) -> list[PlannedCheck]:
    """One case of each ask, and the others, of all subjects; compiled, one case."""
    weighted = next(case.loss for case in all_cases() if case.weights())
    of_it = [c for c in all_cases() if (c.loss, c.input.dtype) == (weighted, "float32")]
    first = {case.quantity: case for case in reversed(of_it)}
    eager = [*first.values(), *(CASES[id] for id in OTHERS)]
    planned_checks = [
        (case, target.name, implementation)
        for target in TARGETS.values()
        if target.framework == framework
        for case in (eager if target.mode == "eager" else [CASES[id] for id in COMPILED])
        for implementation in IMPLEMENTATIONS
    ]
    return [planned for planned in planned_checks if _can_be_run(*planned)]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_scripts_print_what_the_suite_finds(
    framework: str, tmp_path: Path, require_installed: Callable[[str], None]
) -> None:
    """Natives the definition's number or a known difference; the others the definition's."""
    require_installed(framework)
    sample = _sample(framework)
    scripts = [Script(repr(planned), planned[1], reproduction(*planned)) for planned in sample]
    came = run_scripts(scripts, tmp_path)
    version = FRAMEWORKS[framework].installed_version() or ""
    observations = [
        Observation(*planned, version, outcome(planned[0], came[repr(planned)]))
        for planned in sample
    ]
    verdicts = [judge(observation, known_differences()) for observation in observations]
    assert verdicts
    assert [verdict for verdict in verdicts if verdict.kind not in ("agrees", "known")] == []


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_arrays_become_the_ones_that_the_worker_has(
    framework: str, require_installed: Callable[[str], None]
) -> None:
    require_installed(framework)
    command = [sys.executable, str(ARRAYS), framework]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    told = json.loads(done.stdout)
    assert told["wrong"] == []
    assert told["compared"] > 500


def test_a_script_is_short_and_has_nothing_but_the_framework_in_it() -> None:
    assert reproduction(TORCH_PAGE, "torch-compile", "native") == (
        "# documented/torch.nn.MultiLabelMarginLoss/mean: value, asked of torch-compile\n"
        "import torch\n"
        "\n"
        "input = torch.tensor([[0.1, 0.2, 0.4, 0.8]], dtype=torch.float32)\n"
        "target = torch.tensor([[3, 0, -1, 1]], dtype=torch.int64)\n"
        "\n"
        'criterion = torch.nn.MultiLabelMarginLoss(reduction="mean")\n'
        "\n\n"
        "def loss(input, target):\n"
        "    return criterion(input, target)\n"
        "\n\n"
        'program = torch.compile(loss, backend="aot_eager", fullgraph=True)\n'
        "result = program(input, target)\n"
        "print(result.dtype, result.tolist())\n"
        "# The definition gives 0.85.\n"
    )


def test_a_dialect_is_called_as_its_framework_is() -> None:
    """By its own import path, with labels that the page has besides."""
    page = CASES["documented/paddle.nn.functional.multi_label_soft_margin_loss/none-as-printed"]
    assert reproduction(page, "paddle", "dialect") == (
        f"# {page.id}: value, asked of mlloss.dialects on paddle\n"
        "import paddle\n"
        "import mlloss.dialects.paddle.functional\n"
        "\n"
        'paddle.set_device("cpu")\n'
        "\n"
        'input = paddle.to_tensor([[1, -2, 3], [0, -1, 2], [1, 0, 1]], dtype="float32")\n'
        'target = paddle.to_tensor([[-1, 1, -1], [1, 1, 1], [1, -1, 1]], dtype="float32")\n'
        "\n"
        "result = mlloss.dialects.paddle.functional.multi_label_soft_margin_loss(input, target, "
        'reduction="none", labels="unchecked")\n'
        "print(result.dtype, result.tolist())\n"
        "# The definition gives [3.496259, 0.7111123, 0.4398902].\n"
    )
    script = reproduction(TORCH_PAGE, "torch", "dialect")
    assert 'criterion = mlloss.dialects.torch.MultiLabelMarginLoss(reduction="mean")' in script


def test_optax_is_spelt_out() -> None:
    script = reproduction(CASES["soft/weights/whole/value"], "jax", "native")
    assert "terms = (optax.sigmoid_binary_cross_entropy(input, target) * weight).mean(-1)" in script
    assert "import optax\n" in script


def test_of_a_wrong_call_the_definition_wants_an_error() -> None:
    script = reproduction(CASES["margin/memory-safety/class-4-of-4"], "torch", "native")
    assert script.endswith(
        "# The definition wants an error for class 4 of 4, or nan in those rows.\n"
    )


def test_native_scripts_never_speak_of_mlloss_and_all_scripts_are_python() -> None:
    """Each third case on one target in turn."""
    for number, case in enumerate(all_cases()[::3]):
        target, implementation = SLOTS[number % len(SLOTS)]
        if not _can_be_run(case, target, implementation):
            continue
        script = reproduction(case, target, implementation)
        compile(script, case.id, "exec")
        assert ("mlloss" in script.partition("\n")[2]) == (implementation != "native"), script


def test_numbers_that_float32_would_round_otherwise_are_spelt_as_what_they_become() -> None:
    """1 + 2**-11 + 2**-40 is above the middle in float16, but not after float32."""
    array = Array("float16", [[1 + 2.0**-11 + 2.0**-40, 1e6, 0.1, float("nan")]])
    script = reproduction(TORCH_PAGE.with_arrays(input=array), "torch", "mlloss")
    assert "torch.tensor([[1.0009765625, inf, 0.1, nan]], dtype=torch.float16)" in script
    assert "from math import inf\nfrom math import nan\n" in script


def test_jax_has_64_bit_numbers_only_where_the_case_is_about_them() -> None:
    narrow = reproduction(CASES["margin/value/plain/float32"], "jax", "mlloss")
    assert "dtype=jnp.int32" in narrow
    assert "jax_enable_x64" not in narrow
    wide = reproduction(CASES["margin/value/plain/float64"], "jax", "mlloss")
    assert "dtype=jnp.int64" in wide
    assert 'jax.config.update("jax_enable_x64", True)' in wide


def test_somebody_elses_host_is_asked_as_the_worker_asks_it(tmp_path: Path) -> None:
    case = CASES["soft/weights/classes/mean/value-0"]
    script = reproduction(case, "borrowed_host:host", "mlloss")
    assert "from borrowed_host import host as host" in script
    came = outcome(case, run_scripts([Script("", "", script)], tmp_path)[""])
    wanted = expected(case)
    assert isinstance(wanted, Numbers)
    assert came.value == pytest.approx(wanted.value, rel=1e-6)


@pytest.mark.parametrize(
    ("id", "target", "implementation", "reason"),
    [
        ("margin/value/plain/float32", "jax", "native", "neither JAX nor Optax has this loss"),
        ("margin/gradient/plain/float32", "numpy", "mlloss", "NumPy has no derivatives"),
        ("soft/value/plain/float32", "jax", "dialect", "mlloss.dialects has none of jax"),
        ("margin/value/plain/float32", "torch-export", "dialect", "in eager mode"),
        ("documented/paddle.nn.MultiLabelSoftMarginLoss/mean", "torch", "dialect", "no word for"),
        ("margin/value/plain/float32", "tensorflow", "mlloss", "expected a target"),
        ("margin/value/plain/float32", "borrowed_host:host", "native", "no native loss"),
    ],
)
def test_what_nobody_could_run_is_an_error(
    id: str, target: str, implementation: Implementation, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        reproduction(CASES[id], target, implementation)


def test_every_framework_has_a_notation_with_all_of_its_modes_and_asks() -> None:
    assert NOTATIONS.keys() == FRAMEWORKS.keys()
    for name, template in NOTATIONS.items():
        modes = {target.mode for target in TARGETS.values() if target.framework == name}
        asked = {
            quantity for quantity in QUANTITIES if not HOSTS[name].absence(quantity, "eager", ())
        }
        assert (modes, asked) == (set(template.modes), set(template.quantities)), name


def test_natives_that_are_missing_are_absent_from_the_scripts() -> None:
    missing = [key for key, native in NATIVES.items() if isinstance(native, Missing)]
    assert all(
        not _can_be_run(replace(TORCH_PAGE, loss=loss), name, "native") for name, loss in missing
    )
