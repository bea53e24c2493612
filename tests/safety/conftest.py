"""A wall on memory around each test, so that a hole shows as a failed test and not as a machine without memory."""

import sys

import pytest

HEADROOM = 5 << 29      # bytes that a test may take beyond what the process has already: 2.5 GiB


def size_now():
    """The address space of this process in bytes."""
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[0])
    import resource

    return pages * resource.getpagesize()


@pytest.fixture(autouse=sys.platform.startswith("linux"))
def wall():
    """Refuse memory beyond the headroom while a test runs."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    wanted = size_now() + HEADROOM
    if before[1] != resource.RLIM_INFINITY:
        wanted = min(wanted, before[1])
    resource.setrlimit(resource.RLIMIT_AS, (wanted, before[1]))
    yield wanted
    resource.setrlimit(resource.RLIMIT_AS, before)


collect_ignore_glob = ["*.txt"]     # programs with what they are told, and no sessions
