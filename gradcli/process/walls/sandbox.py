"""Lock this process: it gives up its rights for good, before it runs the text of a program.

What it needs by name later is opened before. Afterwards it reads Python's libraries, since modules are
loaded when they are first used, and it reads and writes the descriptors that it was told to keep.

No limit is set on the size of files (RLIMIT_FSIZE): the process writes to nothing but descriptors that
it was handed, and the file behind a redirected standard output must be able to grow. None is set on
the number of processes (RLIMIT_NPROC): it counts all of a user's, and threads too; the filter of system
calls refuses new ones.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from time import sleep

from gradcli.process.deferred_modules import file_of
from gradcli.process.walls import landlock, seccomp
from gradcli.process.walls.kernel import give_up_privileges, machine

DESCRIPTORS = 64        # that may be opened beyond those there are
SYSTEM = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/urandom")    # shared libraries
PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FILES, CALLS = "files", "system-calls"


class Lock:
    """Whether this process is locked, what then holds it, and what it keeps open."""

    locked = False
    abi = 0                 # of Landlock, where it holds; 0 where it does not
    reason = ""             # why it does not
    filtered = False        # whether system calls are
    keep: set[int] = {0, 1, 2}


def keep(*descriptors: int) -> None:
    """Let these descriptors stay open when this process is locked."""
    Lock.keep.update(descriptors)


def lock_process(forks: bool = False, readable: Iterable[str] = ()) -> None:
    """Lock this process for good, as far as the kernel can. A second time does nothing.

    `forks` lets it make copies of itself, which the standby copy of a prompt needs; `readable` are files that
    it may read beyond the libraries. What the kernel lacks is no error: `walls` tells.
    """
    if Lock.locked:
        return
    Lock.locked = True
    here = machine()
    _limit_resources(_close_others())       # in this order: beyond the limit none could be closed
    if here is None:
        return
    try:
        give_up_privileges(here)
    except OSError:
        return      # without that the kernel accepts neither wall
    _restrict(readable)
    try:
        seccomp.install(here, os.getpid(), forks, writing=Lock.abi > 0)
        Lock.filtered = True
    except OSError:
        pass


def _restrict(readable: Iterable[str]) -> None:
    """Lock files away, and whatever else this kernel's Landlock knows."""
    abi = landlock.abi_version()
    if 0 < abi < 8 and not _is_alone():
        Lock.reason = "this process has several threads, which only Landlock ABI 8 holds (OPENBLAS_NUM_THREADS)"
        abi = 0
    if abi:
        try:
            landlock.restrict(abi, [*_libraries(), *readable], [os.devnull])
            Lock.abi = abi
        except OSError as error:        # a container may forbid it
            Lock.reason = f"Landlock is refused here: {error.strerror}"


def walls() -> dict[str, str]:
    """The walls of the kernel, in words: those that hold this process, or could hold one if it is not locked."""
    abi = Lock.abi if Lock.locked else landlock.abi_version()
    return {FILES: _landlock(abi), CALLS: "seccomp" if _is_filtering() else "no wall: no seccomp here"}


def missing_walls() -> list[str]:
    """The walls that do not stand, each with why."""
    abi = Lock.abi if Lock.locked else landlock.abi_version()
    walls = ((f"{FILES}: {_landlock(abi)}", abi), (f"{CALLS}: no seccomp here", _is_filtering()))
    return [text for text, active in walls if not active]


def _is_filtering() -> bool:
    here = machine()
    return Lock.filtered if Lock.locked else here is not None and seccomp.available(here)


def _landlock(abi: int) -> str:
    if not abi:
        return f"no wall: {Lock.reason or 'no Landlock here (Linux 5.13 and newer have it)'}"
    open_still = landlock.unrestricted(abi)
    return f"Landlock, ABI {abi}" + (f"; it leaves open: {', '.join(open_still)}" if open_still else "")


def _limit_resources(used: int) -> None:
    """No core files, and few descriptors beyond the `taken` numbers, which stay taken."""
    try:
        import resource
    except ImportError:     # Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = used + DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, used + DESCRIPTORS)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _close_others() -> int:
    """Point every descriptor that is not kept at nothing, and return how many numbers are taken.

    The numbers stay taken: objects may still hold them.
    """
    try:
        there = [int(name) for name in os.listdir("/proc/self/fd" if sys.platform == "linux" else "/dev/fd")]
    except OSError:
        there = list(range(256))
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in there:
        if descriptor not in Lock.keep and descriptor != nothing:
            try:
                inheritable = os.get_inheritable(descriptor)
                os.dup2(nothing, descriptor, inheritable)
            except OSError:
                continue    # the one that listed them is closed already
    os.close(nothing)
    return max(there, default=0) + 1


def _is_alone() -> bool:
    """Whether this thread is the only one: before ABI 8 Landlock does not restrict the others."""
    for _ in range(50):
        try:
            if len(os.listdir("/proc/self/task")) == 1:
                return True
        except OSError:
            return False
        sleep(0.001)        # a thread that has been joined may still be about to end
    return False


def _libraries() -> Iterator[str]:
    """The folders and files that modules and shared libraries are loaded from."""
    yield from (path for path in SYSTEM if not os.path.islink(path))    # what links lead to is on the list too
    folders = [PACKAGE, os.path.join(sys.base_prefix, "lib")]
    libraries = [path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")]
    folders += [path for path in (os.path.dirname(os.__file__), *libraries) if not path.startswith(folders[1] + os.sep)]
    yield from folders
    if sys.pycache_prefix:
        yield sys.pycache_prefix        # where compiled modules are kept
    beneath = tuple(folder + os.sep for folder in folders)
    for name in [name for name in sys.modules if "." not in name]:
        place = file_of(sys.modules[name])
        if os.path.basename(place) == "__init__.py" and not place.startswith(beneath):
            yield os.path.dirname(place)    # a package that lies elsewhere, as by PYTHONPATH
