"""What the suite must know of each framework: one file each, and none imported before its time."""

from functools import cache
from importlib import import_module

from mlloss.conformance.frameworks.adapters.base import Host as Host
from mlloss.conformance.frameworks.adapters.jax import JaxHost
from mlloss.conformance.frameworks.adapters.mindspore import MindSporeHost
from mlloss.conformance.frameworks.adapters.numpy import NumpyHost
from mlloss.conformance.frameworks.adapters.paddle import PaddleHost
from mlloss.conformance.frameworks.adapters.torch import TorchHost

HOSTS: dict[str, Host] = {
    host.name: host for host in (NumpyHost(), TorchHost(), JaxHost(), PaddleHost(), MindSporeHost())
}


class NoHost(ValueError):
    """Nothing at this address that the suite could run on; the message says what is there."""


def find_host(framework: str) -> Host:
    """One of ours, or somebody else's: `module:attr`."""
    return HOSTS[framework] if framework in HOSTS else _imported(framework)


@cache
def _imported(address: str) -> Host:
    module, colon, attribute = address.partition(":")
    if not (module and colon and attribute):
        raise NoHost(f"expected module:attr; got {address!r}")
    try:
        host = getattr(import_module(module), attribute)
    except Exception as error:  # whatever somebody's module does when it is imported
        raise NoHost(f"{address}: {type(error).__name__}: {error}") from error
    return checked_host(host, address)


def checked_host(host: object, address: str = "host") -> Host:
    """A host with a name of its own, or an error that says what it is."""
    if not isinstance(host, Host):
        raise NoHost(f"{address} must be a mlloss.conformance.Host; got a {type(host).__name__}")
    name = getattr(host, "name", None)
    if not isinstance(name, str) or not name or name in HOSTS:
        raise NoHost(f"{address} must have a name of its own; got {name!r}")
    return host
