"""Which frameworks the tests run on, and that a missing one is never mistaken for a passing one."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import sys
from collections.abc import Callable, Iterator

import hypothesis
import pytest
from frameworks import FRAMEWORKS, Framework

PACKAGES = {
    "numpy": "numpy",
    "torch": "torch",
    "jax": "jax",
    "paddle": "paddlepaddle",
    "mindspore": "mindspore",
}
PROGRAMS = ("chromium",)

hypothesis.settings.register_profile(
    "mlloss",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("mlloss")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require",
        default="",
        metavar="NAME[,NAME...]",
        help="frameworks and programs whose absence is a failure and not a reason to skip",
    )
    parser.addoption(
        "--device",
        default=FRAMEWORKS["torch"].device,
        help="where PyTorch's arrays are, such as cuda; JAX has a device of its own choice",
    )


def pytest_configure(config: pytest.Config) -> None:
    FRAMEWORKS["torch"].device = config.getoption("--device")
    known = [*PACKAGES, *PROGRAMS]
    unknown = set(_required(config)) - set(known)
    if unknown:
        raise pytest.UsageError(f"--require knows {', '.join(known)}; not {', '.join(unknown)}")


def pytest_report_header(config: pytest.Config) -> list[str]:
    versions = [f"{name} {_version(name) or 'absent'}" for name in PACKAGES]
    required = ", ".join(_required(config)) or "none (an absent one is skipped)"
    return [f"frameworks: {', '.join(versions)}", f"required: {required}"]


@pytest.fixture
def require_framework(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Call it with a framework's import name: skips where that is absent, or fails if required."""

    def require(name: str) -> None:
        if _version(name) is not None:
            return _import(name)
        if name in _required(request.config):
            pytest.fail(f"{name} is required (--require) and is not installed")
        pytest.skip(f"{name} is not installed")

    return require


@pytest.fixture(autouse=True)
def _graph_mode(request: pytest.FixtureRequest) -> Iterator[None]:
    """MindSpore's, where a test compiles a whole Cell."""
    parameters = getattr(getattr(request.node, "callspec", None), "params", {})
    if parameters.get("compiler") != "cell" or _version("mindspore") is None:
        yield
        return
    import mindspore

    mindspore.set_context(mode=mindspore.GRAPH_MODE)
    yield
    mindspore.set_context(mode=mindspore.PYNATIVE_MODE)


@pytest.fixture(params=list(FRAMEWORKS))
def framework(
    request: pytest.FixtureRequest, require_framework: Callable[[str], None]
) -> Iterator[Framework]:
    """Each framework in turn."""
    for chosen in _enter(FRAMEWORKS[request.param], require_framework):
        if request.node.get_closest_marker("at_hand") and chosen.on_a_device():
            pytest.skip("on a device no values are looked at")
        yield chosen


@pytest.fixture(params=[f.name for f in FRAMEWORKS.values() if f.differentiates])
def differentiating(
    request: pytest.FixtureRequest, require_framework: Callable[[str], None]
) -> Iterator[Framework]:
    """Each framework that has derivatives."""
    yield from _enter(FRAMEWORKS[request.param], require_framework)


def _enter(framework: Framework, require: Callable[[str], None]) -> Iterator[Framework]:
    require(framework.name)
    with framework.mode():
        yield framework


def _required(config: pytest.Config) -> list[str]:
    return [name for name in config.getoption("--require").split(",") if name]


def _version(name: str) -> str | None:
    """None where the framework is absent; a broken one is there, and fails at its import."""
    if importlib.util.find_spec(name) is None:
        return None
    return importlib.metadata.version(PACKAGES[name])


def _import(name: str) -> None:
    if name == "paddle" and _version("mindspore"):
        # After Paddle, MindSpore cannot be imported in the same process: both bring a oneDNN of
        # their own, and Paddle's hides symbols (undefined dnnl_threadpool_interop_...). The other
        # order works.
        _import("mindspore")
    first = name not in sys.modules
    module = importlib.import_module(name)
    if first and name == "mindspore":  # or its errors surface in a later call: in another test
        module.runtime.launch_blocking()
    if first and name == "jax":  # silent broadcasting and promotion are errors in these tests
        module.config.update("jax_numpy_rank_promotion", "raise")
        module.config.update("jax_numpy_dtype_promotion", "strict")
