"""What all tests share."""

import resource
import sys

import pytest


@pytest.fixture(autouse=True)
def memory_limits_count_from_here(monkeypatch):
    """A limit on memory counts from what this process holds already, PyTorch and other tests among it, and ends with
    the test."""
    if sys.platform != "linux":
        yield
        return
    from gradcli.process import memory_limit

    before = resource.getrlimit(resource.RLIMIT_AS)
    wall_memory = memory_limit.wall_memory

    def wall_from_here(settings):
        wall_memory(settings)
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        if soft not in (resource.RLIM_INFINITY, hard):
            with open("/proc/self/statm") as file:
                held = int(file.read().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (min(soft + held, 1 << 62), hard))

    monkeypatch.setattr(memory_limit, "wall_memory", wall_from_here)
    for name in ("gradcli.testing.command", "gradcli.testing.workers"):
        if name in sys.modules:
            monkeypatch.setattr(sys.modules[name], "wall_memory", wall_from_here)
    yield
    resource.setrlimit(resource.RLIMIT_AS, (before[0], resource.getrlimit(resource.RLIMIT_AS)[1]))
