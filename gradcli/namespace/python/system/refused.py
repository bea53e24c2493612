"""Modules that reach outside the program: they can be imported, and what would use the system raises when called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.namespace.modules import ModuleProxy
from gradcli.namespace.python.system.os_path import DATA
from gradcli.namespace.python.system.sys import refusing

COPIES = (("copy.deepcopy(value)", "copies a value; torch.save and torch.load keep one within a run"),)
PRINTED = (("print(x.tolist())", "shows the numbers; `gradcli run FILE > numbers.txt` keeps what is printed"),)
SHELL = (("gradcli run FILE", "in a Makefile or a shell script, which starts what else is needed"),)
SEEDED = (("random.random()", "numbers that depend on the seed alone"),)

REFUSED: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "concurrent.futures": ("ThreadPoolExecutor ProcessPoolExecutor as_completed wait", ()),
    "csv": ("reader writer DictReader DictWriter", DATA),
    "getpass": ("getpass getuser", ()),
    "glob": ("glob iglob", DATA),
    "gzip": ("open GzipFile", DATA),
    "hashlib": ("md5 sha1 sha256 sha512 blake2b new", ()),
    "inspect": ("getsource getmembers getfile getmodule signature isclass isfunction stack currentframe", ()),
    "multiprocessing": ("Pool Process Queue Manager Lock Value Array cpu_count set_start_method current_process", ()),
    "pdb": ("set_trace run pm post_mortem", ()),
    "pickle": ("dump dumps load loads Pickler Unpickler", COPIES),
    "queue": ("Queue LifoQueue PriorityQueue SimpleQueue", ()),
    "resource": ("getrusage getrlimit setrlimit", ()),
    "secrets": ("choice randbelow token_bytes token_hex token_urlsafe", SEEDED),
    "shutil": ("copy copy2 copyfile copytree move rmtree which disk_usage get_terminal_size make_archive "
               "unpack_archive", ()),
    "signal": ("signal alarm pause", ()),
    "socket": ("socket gethostname create_connection", ()),
    "subprocess": ("run call check_call check_output Popen getoutput", SHELL),
    "tarfile": ("open TarFile is_tarfile", DATA),
    "tempfile": ("mkdtemp mkstemp gettempdir NamedTemporaryFile TemporaryDirectory TemporaryFile", PRINTED),
    "threading": ("Thread Lock RLock Event Condition Semaphore Timer Barrier local current_thread active_count", ()),
    "timeit": ("timeit repeat Timer", (("gradcli run --time FILE", "measures a program"),)),
    "traceback": ("print_exc format_exc print_stack format_stack print_exception format_exception extract_stack",
                  (("print(e)", "shows an exception that is caught with `except Exception as e`"),)),
    "urllib.request": ("urlopen urlretrieve Request build_opener install_opener", DATA),
    "uuid": ("uuid1 uuid4", SEEDED),
    "zipfile": ("ZipFile is_zipfile", DATA),
}
"""The names of each module that programs read, and what they can write instead."""


def refused_modules() -> dict[str, ModuleProxy]:
    """The modules by dotted name."""
    modules = {}
    for path, (names, instead) in REFUSED.items():
        modules[path] = ModuleProxy(path, {name: name for name in names.split()}, _refusing(path, instead))
        whole, _, part = path.rpartition(".")
        if whole:
            modules[whole] = ModuleProxy(whole, **{part: modules[path]})
    return modules


def _refusing(path: str, instead: tuple[tuple[str, str], ...]) -> Callable[[str], Any]:
    return lambda name: refusing(f"{path}.{name}", *instead)
