"""What a program would do that has got through the language: raw Python, inside the process that runs programs.

Each attack returns if it succeeded and raises OSError if the system refused it. None harms more than the
stage that the test has set: a folder, a process of its own, and listeners on this machine. Where success
would be too much (a kernel module), the attack only gets past the check of permission.

Linux on x86-64: the numbers are those of its system calls.
"""

import ctypes
import errno
import fcntl
import os
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys

from gradcli.process import channel
from gradcli.process.messages import Begin, Commit

LIBC = ctypes.CDLL(None, use_errno=True)
REFUSED = (errno.EPERM, errno.EACCES, errno.ENOSYS)
ATTACKS = {}
FOLDER = os.environ.get("STAGE", "")
VICTIM = int(os.environ.get("VICTIM", "0"))
PORT = int(os.environ.get("PORT", "0"))
PARENT = os.getppid()
INHERITED = int(os.environ.get("INHERITED", "0"))      # a descriptor that whoever started it has left open


def attack(function):
    ATTACKS[function.__name__] = function
    return function


def raw(number, *arguments):
    """The result of a system call."""
    LIBC.syscall.restype = ctypes.c_long
    converted = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    result = LIBC.syscall(ctypes.c_long(number), *converted)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def reaches(name, number, *arguments):
    """An attack by a call that fails for another reason once it is permitted."""
    def tried():
        try:
            raw(number, *arguments)
        except OSError as error:
            if error.errno in REFUSED:
                raise

    ATTACKS[name] = tried


def at(name):
    return os.path.join(FOLDER, name)


def reading(name, path):
    def read():
        with open(path() if callable(path) else path, "rb") as file:
            file.read(64)

    ATTACKS[name] = read


reading("read_passwd", "/etc/passwd")
reading("read_secret", lambda: at("home/secret"))
reading("read_history", lambda: at("home/.local/state/gradcli/history"))
reading("read_configuration", lambda: at("home/.config/gradcli/config.toml"))
reading("read_through_root", "/proc/self/root/etc/passwd")
reading("read_through_cwd", "/proc/self/cwd/home/secret")
reading("read_own_environment", "/proc/self/environ")
reading("read_environment_of_parent", lambda: f"/proc/{PARENT}/environ")
reading("read_memory_map_of_parent", lambda: f"/proc/{PARENT}/maps")
reading("read_victims_command", lambda: f"/proc/{VICTIM}/cmdline")
reading("read_etc_hostname_by_dots", lambda: at("home/../../../../../../../../etc/hostname"))
reading("read_through_a_link", lambda: at("link"))


@attack
def read_inherited():
    if not INHERITED or not os.pread(INHERITED, 10, 0):
        raise PermissionError(errno.EPERM, "nothing there")


@attack
def list_home():
    os.listdir(at("home"))


@attack
def list_root():
    os.scandir("/").close()


@attack
def read_by_a_folders_descriptor():
    folder = os.open(at("home"), os.O_PATH)
    try:
        os.close(os.open("secret", os.O_RDONLY, dir_fd=folder))
    finally:
        os.close(folder)


@attack
def read_by_openat2():
    os.close(raw(437, -100, at("home/secret").encode(), struct.pack("QQQ", 0, 0, 0), 24))


@attack
def read_by_handle():
    handle = ctypes.create_string_buffer(struct.pack("Ii", 128, 0) + bytes(128))
    raw(303, -100, at("home/secret").encode(), handle, ctypes.byref(ctypes.c_int()), 0)
    folder = os.open(FOLDER, os.O_RDONLY)
    os.close(raw(304, folder, handle, os.O_RDONLY))
    os.close(folder)


@attack
def reopen_standard_input():
    os.close(os.open("/proc/self/fd/0", os.O_RDWR | os.O_NOCTTY))


@attack
def write_memory_of_parent():
    os.close(os.open(f"/proc/{PARENT}/mem", os.O_RDWR))


def writing(name, path, mode="w"):
    def write():
        with open(path(), mode) as file:
            file.write("x = 1\n")
        if not path().startswith(FOLDER):
            os.unlink(path())

    ATTACKS[name] = write


writing("write_new", lambda: at("new"))
writing("overwrite", lambda: at("target"))
writing("append_to_history", lambda: at("home/.local/state/gradcli/history"), "a")
writing("write_init_program", lambda: at("home/.config/gradcli/init.grad"))
writing("write_cache", lambda: at("home/.cache/gradcli/tables.bin"))
writing("write_to_tmp", lambda: os.path.join(os.sep, "tmp", f"gradcli-attack-{os.getpid()}"))
writing("write_to_shared_memory", lambda: f"/dev/shm/gradcli-attack-{os.getpid()}")
writing("write_package", lambda: os.path.join(os.path.dirname(sys.modules["gradcli"].__file__), "attack.tmp"))


@attack
def write_without_name():
    os.close(os.open(FOLDER, os.O_TMPFILE | os.O_RDWR))


def changing(name, change):
    ATTACKS[name] = change


changing("truncate", lambda: os.truncate(at("target"), 0))
changing("make_folder", lambda: os.mkdir(at("folder")))
changing("remove_folder", lambda: os.rmdir(at("empty")))
changing("remove", lambda: os.unlink(at("removable")))
changing("rename", lambda: os.rename(at("movable"), at("moved")))
changing("exchange", lambda: raw(316, -100, at("home/secret").encode(), -100, at("target").encode(), 2))
changing("link", lambda: os.link(at("home/secret"), at("linked")))
changing("symlink", lambda: os.symlink("/etc/passwd", at("symlinked")))
changing("make_fifo", lambda: os.mkfifo(at("fifo")))
changing("make_device", lambda: os.mknod(at("device"), 0o20600, os.makedev(1, 3)))
changing("chmod", lambda: os.chmod(at("target"), 0o777))
changing("chmod_by_descriptor", lambda: os.fchmod(0, 0o666))
changing("fchmodat2", lambda: raw(452, -100, at("target").encode(), 0o700, 0))
changing("chown", lambda: os.chown(at("target"), os.getuid(), os.getgid()))
changing("set_times", lambda: os.utime(at("target"), (1, 1)))
changing("set_attribute", lambda: os.setxattr(at("target"), "user.attack", b"1"))
changing("change_folder", lambda: (os.chdir("/"), os.chdir(FOLDER)))
changing("watch_home", lambda: raw(254, raw(294, 0), at("home").encode(), 0x100))
changing("lock_down_umask", lambda: os.umask(os.umask(0)))


@attack
def bind_a_path():
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(at("bound"))


def waited(process):
    if os.waitpid(process, 0)[1]:
        raise PermissionError(errno.EPERM, "the child failed")


@attack
def fork():
    process = os.fork()
    if not process:
        os._exit(0)
    waited(process)


def in_child(replace):
    """Let a child replace its program by `replace`; where there can be no child, this very process tries."""
    try:
        process = os.fork()
    except PermissionError:
        process = 0
    if not process:
        try:
            replace()
        except PermissionError:
            if os.getpid() == SELF[0]:
                raise
            os._exit(1)
    waited(process)


@attack
def execute():
    in_child(lambda: os.execv("/bin/true", ["true"]))


@attack
def spawn():
    waited(os.posix_spawn("/bin/true", ["true"], {}))


@attack
def run_program():
    subprocess.run(["/bin/true"], check=True)


@attack
def run_shell():
    if os.system(f"echo > {at('shell')}"):
        raise PermissionError(errno.EPERM, "system")


def _copied(number, *arguments):
    process = raw(number, *arguments)
    if not process:
        os._exit(0)
    waited(process)


changing("clone", lambda: _copied(56, signal.SIGCHLD, 0, 0, 0, 0))
changing("clone_untraced", lambda: _copied(56, signal.SIGCHLD | 0x800000, 0, 0, 0, 0))
changing("clone_in_namespace", lambda: _copied(56, signal.SIGCHLD | 0x04000000, 0, 0, 0, 0))
changing("clone3", lambda: _copied(435, struct.pack("QQQQQQQQ", 0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0), 64))


def _executed(descriptor):
    in_child(lambda: raw(322, descriptor, b"", (ctypes.c_char_p * 2)(b"true", None), (ctypes.c_char_p * 1)(None),
                         0x1000))


@attack
def execute_from_memory():
    descriptor = os.memfd_create("program")
    with open("/bin/true", "rb") as file:
        os.write(descriptor, file.read())
    _executed(descriptor)


@attack
def execute_descriptor():
    _executed(os.open(sys.executable if os.environ.get("LOCKED") else "/bin/true", os.O_RDONLY))


@attack
def file_in_memory():
    os.close(os.memfd_create("memory"))


@attack
def load_library_of_home():
    try:
        ctypes.CDLL(at("home/library.so"))
    except OSError as error:
        raise PermissionError(errno.EACCES, str(error)) from None


@attack
def load_library_written():
    shutil.copy(at("home/library.so"), at("written.so"))
    ctypes.CDLL(at("written.so"))


changing("signal_victim", lambda: os.kill(VICTIM, signal.SIGCONT))
changing("signal_parent", lambda: os.kill(PARENT, signal.SIGCONT))
changing("signal_group", lambda: os.killpg(os.getpgid(0), signal.SIGCONT))
changing("signal_session_group", lambda: os.kill(0, signal.SIGCONT))
changing("tkill", lambda: raw(200, VICTIM, signal.SIGCONT))
changing("tgkill", lambda: raw(234, VICTIM, VICTIM, signal.SIGCONT))
changing("queue_signal", lambda: raw(129, VICTIM, signal.SIGCONT, struct.pack("iii", 18, 0, -1) + bytes(116)))
changing("signal_by_descriptor", lambda: signal.pidfd_send_signal(os.pidfd_open(VICTIM), signal.SIGCONT))
changing("take_descriptor", lambda: os.close(raw(438, os.pidfd_open(VICTIM), 0, 0)))
changing("read_memory_of_victim", lambda: raw(310, VICTIM, bytes(16), 0, bytes(16), 0, 0))
changing("write_memory_of_victim", lambda: raw(311, VICTIM, bytes(16), 0, bytes(16), 0, 0))
changing("priority_of_victim", lambda: os.setpriority(os.PRIO_PROCESS, VICTIM, 1))
changing("processors_of_victim", lambda: os.sched_setaffinity(VICTIM, os.sched_getaffinity(0)))
changing("schedule_victim", lambda: os.sched_setscheduler(VICTIM, os.SCHED_BATCH, os.sched_param(0)))
changing("limits_of_victim", lambda: resource.prlimit(VICTIM, resource.RLIMIT_CORE))
changing("disk_priority_of_victim", lambda: raw(251, 1, VICTIM, 0x4004))
changing("compare_with_victim", lambda: raw(312, os.getpid(), VICTIM, 1, 0, 0))
changing("raise_own_limit", lambda: resource.setrlimit(resource.RLIMIT_CORE, (1 << 20, resource.RLIM_INFINITY)))
changing("outlive_parent", lambda: raw(157, 1, 0, 0, 0, 0))
changing("become_reaper", lambda: raw(157, 36, 1, 0, 0, 0))
changing("be_traceable", lambda: raw(157, 4, 1, 0, 0, 0))
changing("new_session", lambda: raw(109, 0, 0))
changing("personality", lambda: raw(135, 0))


@attack
def trace_victim():
    raw(101, 0x4206, VICTIM, 0, 0)      # PTRACE_SEIZE
    raw(101, 0x4207, VICTIM, 0, 0)      # PTRACE_INTERRUPT
    os.waitpid(VICTIM, 0x40000000)
    raw(101, 17, VICTIM, 0, 0)          # PTRACE_DETACH


@attack
def be_signalled_for_victim():
    down, up = os.pipe()
    try:
        fcntl.fcntl(down, 8, VICTIM)    # F_SETOWN
    finally:
        os.close(down)
        os.close(up)


@attack
def have_a_file_replaced():
    """By the process that waits, which does so for an output file."""
    there = os.fstat(0)
    for request in (Begin(0, there.st_dev, there.st_ino, at("part"), at("replaced")), Commit()):
        if error := channel.ask(request).error:
            raise PermissionError(errno.EPERM, error)


@attack
def have_victim_ended():
    """By the process that waits, which ends copies of a prompt."""
    channel.send(f"copy {VICTIM}")
    channel.send("over")
    raise PermissionError(errno.EPERM, "the test sees whether it lives")


@attack
def type_on_terminal():
    fcntl.ioctl(0, 0x5412, b"#")        # TIOCSTI


def _terminal(command):
    try:
        fcntl.ioctl(0, command, bytes(64))
    except OSError as error:
        if error.errno in REFUSED:
            raise


changing("console_commands", lambda: _terminal(0x541C))     # TIOCLINUX
changing("line_discipline", lambda: _terminal(0x5423))      # TIOCSETD
changing("own_descriptor", lambda: _terminal(0x8901))       # FIOSETOWN
changing("asynchronous", lambda: _terminal(0x5452))         # FIOASYNC


def opening(name, family, kind=socket.SOCK_STREAM, protocol=0):
    ATTACKS[name] = lambda: socket.socket(family, kind, protocol).close()


opening("socket_tcp", socket.AF_INET)
opening("socket_udp", socket.AF_INET, socket.SOCK_DGRAM)
opening("socket_tcp6", socket.AF_INET6)
opening("socket_unix", socket.AF_UNIX)
opening("socket_netlink", socket.AF_NETLINK, socket.SOCK_RAW)
opening("socket_packet", socket.AF_PACKET, socket.SOCK_RAW)
opening("socket_raw", socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
opening("socket_algorithms", socket.AF_ALG, socket.SOCK_SEQPACKET)
opening("socket_vsock", socket.AF_VSOCK)


@attack
def connect():
    with socket.create_connection(("127.0.0.1", PORT)) as one:
        one.sendall(b"attack")


@attack
def listen():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()


@attack
def send_datagram():
    with socket.socket(type=socket.SOCK_DGRAM) as one:
        one.sendto(b"attack", ("127.0.0.1", PORT))


@attack
def connect_path():
    with socket.socket(socket.AF_UNIX) as one:
        one.connect(at("listener"))


@attack
def connect_abstract():
    with socket.socket(socket.AF_UNIX) as one:
        one.connect(f"\0gradcli-attack-{VICTIM}")


@attack
def send_from_a_pair():
    one, other = socket.socketpair(type=socket.SOCK_DGRAM)
    with one, other:
        one.sendto(b"attack", at("datagrams"))


reaches("load_module", 175, 0, 0, 0)
reaches("load_module_by_descriptor", 313, -1, b"", 0)
reaches("load_kernel", 246, 0, 0, 0, 0)
reaches("swap", 167, b"/nonexistent", 0)
reaches("account", 163, b"/nonexistent")
reaches("quota", 179, 0, b"/nonexistent", 0, 0)
reaches("mount", 165, b"none", b"/nonexistent", b"tmpfs", 0, 0)
reaches("unmount", 166, b"/nonexistent", 0)
reaches("new_mount", 430, b"tmpfs", 0)
reaches("pivot_root", 155, b"/nonexistent", b"/nonexistent")
reaches("change_root", 161, b"/nonexistent")
reaches("set_clock", 227, 0, bytes(8) + b"\xff" * 8)
reaches("ports", 172, 0)
reaches("other_namespace", 308, -1, 0)
reaches("own_namespace", 272, 0x04000000)
reaches("bpf", 321, 0, struct.pack("IIIII", 2, 4, 4, 1, 0) + bytes(100), 120)
reaches("keys", 248, b"user", b"attack", b"1", 1, -2)
reaches("read_keys", 250, 0, -3, 0)
reaches("io_uring", 425, 1, bytes(120))
reaches("old_async_io", 206, 1, ctypes.byref(ctypes.c_long()))
reaches("page_faults", 323, 0x80000)
reaches("counters", 298, struct.pack("IIQ", 1, 128, 0) + bytes(112), 0, -1, -1, 0)
reaches("file_events", 300, 0, 0)
reaches("shared_memory", 29, 0x7EAD, 4096, 0)
reaches("message_queue", 68, 0x7EAD, 0)
reaches("semaphores", 64, 0x7EAD, 1, 0)
reaches("posix_queue", 240, b"gradcli-attack", 0, 0o600, 0)
reaches("kernel_log", 103, 10, 0, 0)
reaches("become_root", 117, 0, 0, 0)
reaches("set_groups", 116, 1, struct.pack("I", 0))
reaches("capabilities", 126, struct.pack("II", 0x20080522, 0), struct.pack("III", 0, 0, 0) * 2)
reaches("another_filter", 317, 1, 0, bytes(16))
reaches("host_name", 170, b"", 1 << 20)
reaches("advise_victim", 440, -1, 0, 0, 0, 0)
reaches("secret_memory", 447, 1 << 20)
reaches("modify_table", 154, 1, bytes(16), 0)

SELF = [0]      # the process in which the attacks run


def results():
    """The name of each attack, and whether it succeeded or by which error it was refused."""
    SELF[0] = os.getpid()
    answers = {}
    for name, function in ATTACKS.items():
        try:
            function()
            answers[name] = "succeeded"
        except OSError as error:
            answers[name] = errno.errorcode.get(error.errno, str(error))
        except ValueError as error:     # how setrlimit says EPERM
            answers[name] = "EPERM" if "not allowed" in str(error) else str(error)
    return answers

