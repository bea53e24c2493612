"""seccomp: the system calls that this process may still make.

The list says what is allowed: computing, threads, reading files, and reading and writing descriptors.
Everything else fails with EPERM, a call of another architecture ends the process, and a call that is
newer than this list fails with ENOSYS, upon which the C library takes an older one. Where a call is
allowed with some arguments only, a check stands in place of its number. Files are opened as far as
Landlock lets them; where the kernel has no Landlock, none is opened for writing.

The filter is a program for the kernel's BPF machine (linux/filter.h): a binary search for the number.
"""

from __future__ import annotations

from struct import pack

from gradcli.process.walls.kernel import X86_64, Machine, syscall

Instruction = tuple[int, int, int, int]     # code, offset if true, offset if false, constant
Code = list[Instruction]

SET_FILTER, IS_AVAILABLE = 1, 2             # operations of seccomp(2)
ALL_THREADS, FULL_SPEED = 1, 4              # flags: TSYNC, and no slowing down against speculation
LOAD, JUMP_EQUAL, JUMP_FROM, JUMP_BITS, MASK, RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
NUMBER, ARCHITECTURE = 0, 4                 # offsets in struct seccomp_data
ALLOW: Instruction = (RETURN, 0, 0, 0x7FFF0000)
REFUSE: Instruction = (RETURN, 0, 0, 0x00050001)        # EPERM
UNKNOWN: Instruction = (RETURN, 0, 0, 0x00050026)       # ENOSYS
KILL: Instruction = (RETURN, 0, 0, 0x80000000)
NEWER = 470             # the first number that this list knows nothing of
X32 = 0x40000000        # calls of the x32 ABI have this bit

COMMON = {      # name: number on x86-64, on aarch64
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "fstat": (5, 80), "lseek": (8, 62),
    "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214), "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "pread64": (17, 67), "pwrite64": (18, 68),
    "readv": (19, 65), "writev": (20, 66), "sched_yield": (24, 124), "mremap": (25, 216), "madvise": (28, 233),
    "dup": (32, 23), "nanosleep": (35, 101), "getitimer": (36, 102), "setitimer": (38, 103), "getpid": (39, 172),
    "exit": (60, 93), "wait4": (61, 260), "uname": (63, 160), "getcwd": (79, 17), "gettimeofday": (96, 169),
    "getrlimit": (97, 163), "getrusage": (98, 165), "sysinfo": (99, 179), "times": (100, 153), "getuid": (102, 174),
    "getgid": (104, 176), "geteuid": (107, 175), "getegid": (108, 177), "getppid": (110, 173), "getpgid": (121, 155),
    "getsid": (124, 156), "rt_sigpending": (127, 136), "rt_sigtimedwait": (128, 137), "rt_sigsuspend": (130, 133),
    "sigaltstack": (131, 132), "fstatfs": (138, 44), "setrlimit": (160, 164), "gettid": (186, 178),
    "futex": (202, 98), "sched_getaffinity": (204, 123), "getdents64": (217, 61), "set_tid_address": (218, 96),
    "restart_syscall": (219, 128), "clock_gettime": (228, 113), "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115), "exit_group": (231, 94), "epoll_ctl": (233, 21), "waitid": (247, 95),
    "newfstatat": (262, 79), "readlinkat": (267, 78), "faccessat": (269, 48), "pselect6": (270, 72),
    "ppoll": (271, 73), "set_robust_list": (273, 99), "get_robust_list": (274, 100), "epoll_pwait": (281, 22),
    "eventfd2": (290, 19), "epoll_create1": (291, 20), "dup3": (292, 24), "pipe2": (293, 59), "getcpu": (309, 168),
    "getrandom": (318, 278), "membarrier": (324, 283), "statx": (332, 291), "rseq": (334, 293),
    "close_range": (436, 436), "faccessat2": (439, 439), "epoll_pwait2": (441, 441),
}
ONLY_X86_64 = {
    "stat": 4, "lstat": 6, "poll": 7, "access": 21, "pipe": 22, "select": 23, "dup2": 33, "pause": 34, "alarm": 37,
    "getdents": 78, "readlink": 89, "getpgrp": 111, "arch_prctl": 158, "time": 201, "epoll_create": 213,
    "epoll_wait": 232, "eventfd": 284,
}
OPEN, OPENAT = 2, (257, 56)
IOCTL, FCNTL, PRCTL, PRLIMIT, TGKILL, MMAP = (16, 29), (72, 25), (157, 167), (302, 261), (234, 131), (9, 222)
CLONE, FORK, CLONE3 = (56, 220), 57, 435
SOCKETPAIR, SENDTO, RECVFROM, GETSOCKNAME, GETSOCKOPT = (53, 199), (44, 206), (45, 207), (51, 204), (55, 209)

TERMINAL = (0x5401, 0x540F, 0x5411, 0x5413, 0x541B, 0x5450, 0x5451, 0x802C542A)
"""ioctl: what tells of a terminal, what can be read, and whether a descriptor outlives an exec."""
SETTING = (0x5402, 0x5403, 0x5404, 0x540B, 0x5421, 0x402C542B, 0x402C542C, 0x402C542D)
"""ioctl: attributes of a terminal, what it has not read yet, and whether reading waits; for a prompt alone."""
DESCRIPTOR = (0, 1, 2, 3, 5, 6, 7, 36, 37, 38, 1030, 1032)
"""fcntl: copies, flags of one's own and locks; nothing that has signals sent, nor takes O_APPEND off (F_SETFL)."""
MAP_SHARED, MAP_ANONYMOUS = 1, 0x20
"""mmap: what is shared with a file would be written past O_APPEND."""
NAMING = (2, 3, 15, 16, 0x53564D41)
"""prctl: names of threads and of memory, and what only tells."""
DIE_WITH_PARENT = 1         # PR_SET_PDEATHSIG, with SIGKILL
THREAD = 0x10000            # CLONE_THREAD
NAMESPACES = 0x7E020000     # every CLONE_NEW* that clone takes
WRITING = 0x400643          # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND, O_TMPFILE
UNIX, STREAM = 1, 1


def available(machine: Machine) -> bool:
    """Whether the kernel filters system calls."""
    try:
        return syscall(machine.seccomp, IS_AVAILABLE, 0, KILL[3].to_bytes(4, "little")) == 0
    except OSError:
        return False


def install(machine: Machine, process: int, forks: bool, writing: bool) -> None:
    """Filter the calls of all threads from now on."""
    import ctypes

    code = assembled(filter_of(machine, process, forks, writing))
    text = ctypes.create_string_buffer(code)
    syscall(machine.seccomp, SET_FILTER, ALL_THREADS | FULL_SPEED,
            pack("HxxxxxxQ", len(code) // 8, ctypes.addressof(text)))


def filter_of(machine: Machine, process: int, forks: bool, writing: bool) -> Code:
    """The filter for a process of this number.

    `forks` says whether it may make copies of itself, as a prompt does; `writing` whether files can be opened
    for writing, which is then up to Landlock.
    """
    checks = checks_of(machine, process, forks, writing)
    top = [(LOAD, 0, 0, ARCHITECTURE), (JUMP_EQUAL, 1, 0, machine.audit), KILL, (LOAD, 0, 0, NUMBER)]
    if machine == X86_64:
        top += [(JUMP_FROM, 0, 1, X32), KILL]
    return top + _search(_sections(checks))


def checks_of(machine: Machine, process: int, forks: bool, writing: bool) -> dict[int, Code]:
    """What is done about each call that is not simply refused."""
    column = 0 if machine == X86_64 else 1
    checks: dict[int, Code] = {numbers[column]: [ALLOW] for numbers in COMMON.values()}
    checks |= {
        IOCTL[column]: _one_of(1, TERMINAL + SETTING if forks else TERMINAL), MMAP[column]: _mapped(),
        FCNTL[column]: _one_of(1, DESCRIPTOR), PRLIMIT[column]: _one_of(0, (0,)),
        PRCTL[column]: _prctl(), CLONE[column]: _clone(forks), CLONE3: [UNKNOWN],
        TGKILL[column]: [ALLOW] if forks else _one_of(0, (process,)),
        OPENAT[column]: [ALLOW] if writing else _allow_without_bits(2, WRITING),
    }
    if column == 0:
        checks |= dict.fromkeys(ONLY_X86_64.values(), [ALLOW])
        checks[OPEN] = [ALLOW] if writing else _allow_without_bits(1, WRITING)
    if forks:       # a prompt: asyncio wakes itself through a pair of sockets
        checks |= {numbers[column]: [ALLOW] for numbers in (RECVFROM, GETSOCKNAME, GETSOCKOPT)}
        checks |= {SOCKETPAIR[column]: _pair(), SENDTO[column]: _unaddressed()}
        if column == 0:
            checks[FORK] = [ALLOW]
    return checks


def assembled(code: Code) -> bytes:
    """The filter as the kernel takes it."""
    return b"".join([pack("HBBI", *instruction) for instruction in code])


def _sections(checks: dict[int, Code]) -> list[tuple[int, Code]]:
    """The numbers from which on another code holds."""
    sections: list[tuple[int, Code]] = [(0, [REFUSE])]
    for number in sorted(checks):
        code = checks[number]
        if sections[-1][0] == number:
            sections.pop()
        if not sections or sections[-1][1] != code:
            sections.append((number, code))
        sections.append((number + 1, [REFUSE]))
    return [*sections, (NEWER, [UNKNOWN])]


def _search(sections: list[tuple[int, Code]]) -> Code:
    """Code that finds the section of the loaded number by halves."""
    if len(sections) == 1:
        return sections[0][1]
    middle = len(sections) // 2
    below, above = _search(sections[:middle]), _search(sections[middle:])
    return [(JUMP_FROM, len(below), 0, sections[middle][0]), *below, *above]


def _argument(index: int) -> Instruction:
    """Load the lower half of an argument: the kernel looks at no more of an int."""
    return (LOAD, 0, 0, 16 + 8 * index)


def _one_of(index: int, values: tuple[int, ...]) -> Code:
    """Allow the call if an argument is one of these."""
    tests = [(JUMP_EQUAL, len(values) - n, 0, value) for n, value in enumerate(values)]
    return [_argument(index), *tests, REFUSE, ALLOW]


def _allow_without_bits(index: int, bits: int) -> Code:
    """Allow the call if an argument has none of these bits."""
    return [_argument(index), (JUMP_BITS, 0, 1, bits), REFUSE, ALLOW]


def _mapped() -> Code:
    """Memory of its own, or shared with copies; of a file only what writing does not change."""
    return [_argument(3), (JUMP_BITS, 0, 2, MAP_SHARED), (JUMP_BITS, 1, 0, MAP_ANONYMOUS), REFUSE, ALLOW]


def _prctl() -> Code:
    tests = [(JUMP_EQUAL, len(NAMING) + 3 - n, 0, value) for n, value in enumerate(NAMING)]
    return [_argument(0), *tests, (JUMP_EQUAL, 0, 2, DIE_WITH_PARENT), _argument(1), (JUMP_EQUAL, 1, 0, 9),
            REFUSE, ALLOW]


def _clone(forks: bool) -> Code:
    """A thread, or where that is allowed a copy of the process; never in another namespace."""
    thread: Code = [] if forks else [(JUMP_BITS, 0, 1, THREAD)]
    return [_argument(0), *thread, (JUMP_BITS, 0, 1, NAMESPACES), REFUSE, ALLOW]


def _pair() -> Code:
    """Connected streams: of a datagram socket, an address could be given with each message."""
    return [_argument(0), (JUMP_EQUAL, 0, 3, UNIX), _argument(1), (MASK, 0, 0, 15), (JUMP_EQUAL, 1, 0, STREAM),
            REFUSE, ALLOW]


def _unaddressed() -> Code:
    """A message to whoever is at the other end."""
    return [(LOAD, 0, 0, 48), (JUMP_EQUAL, 0, 2, 0), (LOAD, 0, 0, 52), (JUMP_EQUAL, 1, 0, 0), REFUSE, ALLOW]
