"""The filter of system calls, run by a BPF machine written here, for both architectures."""

import struct

import pytest

from gradcli.process.walls import seccomp
from gradcli.process.walls.kernel import AARCH64, X86_64

ALLOW, REFUSE, UNKNOWN, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
PROCESS = 4321
NUMBERS = {     # what is asked below, by the kernel's tables: x86-64, aarch64
    "read": (0, 63), "openat": (257, 56), "clone": (56, 220), "clone3": (435, 435), "execve": (59, 221),
    "execveat": (322, 281), "ptrace": (101, 117), "socket": (41, 198), "socketpair": (53, 199), "sendto": (44, 206),
    "connect": (42, 203), "bind": (49, 200), "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131),
    "ioctl": (16, 29), "fcntl": (72, 25), "prctl": (157, 167), "prlimit64": (302, 261), "unshare": (272, 97),
    "setns": (308, 268), "mount": (165, 40), "bpf": (321, 280), "keyctl": (250, 219), "memfd_create": (319, 279),
    "io_uring_setup": (425, 425), "process_vm_readv": (310, 270), "renameat2": (316, 276), "unlinkat": (263, 35),
    "fchmodat": (268, 53), "mknodat": (259, 33), "linkat": (265, 37), "symlinkat": (266, 36), "capset": (126, 91),
    "seccomp": (317, 277), "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438), "userfaultfd": (323, 282),
    "open_by_handle_at": (304, 265), "finit_module": (313, 273), "setpriority": (141, 140), "chdir": (80, 49),
    "mmap": (9, 222), "pwritev2": (328, 287), "ftruncate": (77, 46),
    "futex": (202, 98), "exit_group": (231, 94), "perf_event_open": (298, 241),
}
OPEN = {"read", "openat", "futex", "exit_group"}
BY_ARGUMENT = {"clone", "socketpair", "sendto", "tgkill", "ioctl", "fcntl", "prctl", "prlimit64", "mmap"}
machines = pytest.mark.parametrize("machine", [X86_64, AARCH64], ids=["x86_64", "aarch64"])


def verdict(machine, name, *arguments, forks=False, writing=True, audit=None, number=None):
    """What the kernel would do about a call."""
    if number is None:
        number = NUMBERS[name][machine == AARCH64]
    data = struct.pack("IIQ6Q", number, audit or machine.audit, 0, *arguments, *[0] * (6 - len(arguments)))
    code = list(struct.iter_unpack("HBBI", seccomp.assembled(seccomp.filter_of(machine, PROCESS, forks, writing))))
    at = value = 0
    while True:
        operation, if_true, if_false, constant = code[at]
        at += 1
        if operation == 0x06:
            return constant
        if operation == 0x20:
            value = struct.unpack_from("I", data, constant)[0]
        elif operation == 0x54:
            value &= constant
        else:
            holds = {0x15: value == constant, 0x35: value >= constant, 0x45: value & constant}[operation]
            at += if_true if holds else if_false


@machines
def test_what_is_open_and_what_is_refused(machine):
    for name in NUMBERS.keys() - BY_ARGUMENT - {"clone3"}:
        assert verdict(machine, name) == (ALLOW if name in OPEN else REFUSE), name
    assert verdict(machine, "clone3") == UNKNOWN        # upon which the C library calls clone
    assert verdict(machine, "", number=600) == UNKNOWN


@machines
def test_other_architectures_end_the_process(machine):
    assert verdict(machine, "read", audit=0x40000003) == KILL      # int 0x80
    if machine == X86_64:
        assert verdict(machine, "", number=0x40000000) == verdict(machine, "", number=0xFFFFFFFF) == KILL     # x32


@machines
def test_threads_and_copies(machine):
    thread, copy, namespace = 0x3D0F00, 0x01200011, 0x10000000
    assert verdict(machine, "clone", thread) == ALLOW
    assert verdict(machine, "clone", copy) == REFUSE
    assert verdict(machine, "clone", copy, forks=True) == ALLOW
    assert verdict(machine, "clone", copy | namespace, forks=True) == REFUSE
    assert verdict(machine, "clone", thread | namespace) == REFUSE


@machines
@pytest.mark.parametrize("name, allowed, refused", [
    ("ioctl", (0, 0x5413), (0, 0x5412)), ("ioctl", (0, 0x5401), (0, 0x541C)),
    ("ioctl", (0, 0x5413), (0, 0x5412 | 1 << 32)),     # the kernel looks at the lower half
    ("fcntl", (0, 3), (0, 8)), ("fcntl", (0, 1), (0, 4, 0)), ("fcntl", (0, 2), (0, 4, 0o2000)),
    ("ioctl", (0, 0x5401), (0, 0x5402)), ("ioctl", (0, 0x541B), (0, 0x5421)),
    ("mmap", (0, 0, 3, 2), (0, 0, 3, 1)), ("mmap", (0, 0, 3, 0x21), (0, 0, 1, 3)),
    ("prctl", (15,), (22,)), ("prctl", (1, 9), (1, 0)), ("prctl", (0x53564D41,), (4, 1)),
    ("prlimit64", (0, 7), (PROCESS, 7)), ("tgkill", (PROCESS, 1), (1, 1))])
def test_calls_that_depend_on_their_arguments(machine, name, allowed, refused):
    assert verdict(machine, name, *allowed) == ALLOW
    assert verdict(machine, name, *refused) == REFUSE


@machines
@pytest.mark.parametrize("order", [0x5402, 0x5403, 0x5404, 0x540B, 0x5421])
def test_only_a_prompt_sets_its_terminal(machine, order):
    assert verdict(machine, "ioctl", 0, order) == REFUSE
    assert verdict(machine, "ioctl", 0, order, forks=True) == ALLOW


@machines
def test_sockets_only_in_pairs_and_only_at_a_prompt(machine):
    unix, stream, datagram, closing = 1, 1, 2, 0o2000000
    assert verdict(machine, "socketpair", unix, stream) == verdict(machine, "sendto") == REFUSE
    assert verdict(machine, "socketpair", unix, stream | closing, forks=True) == ALLOW
    assert verdict(machine, "socketpair", unix, datagram, forks=True) == REFUSE
    assert verdict(machine, "socketpair", 2, stream, forks=True) == REFUSE
    assert verdict(machine, "sendto", 3, 4, 5, 0, 0, forks=True) == ALLOW
    for address in (4096, 1 << 40):
        assert verdict(machine, "sendto", 3, 4, 5, 0, address, forks=True) == REFUSE
    assert verdict(machine, "socket", unix, stream, forks=True) == REFUSE


@machines
def test_without_landlock_nothing_is_opened_for_writing(machine):
    for flags in (1, 2, 0o100, 0o1000, 0o2000, 0o20000000):
        assert verdict(machine, "openat", 0, 0, flags, writing=False) == REFUSE
        assert verdict(machine, "openat", 0, 0, flags) == ALLOW
    assert verdict(machine, "openat", 0, 0, 0o2000000, writing=False) == ALLOW
