"""Modules that can be imported, and whose functions raise when they are called: they would use the system, or are not
there."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from gradcli.namespace.modules import ModuleProxy
from gradcli.namespace.python.system.os_path import DATA
from gradcli.namespace.python.system.sys import NOT_THERE, OUTSIDE, refusing

Hints = tuple[tuple[str, str], ...]
COPIES = (("copy.deepcopy(value)", "copies a value; torch.save and torch.load keep one within a run"),)
PRINTED = (("print(x.tolist())", "shows the numbers; `gradcli run FILE > numbers.txt` keeps what is printed"),)
SHELL = (("gradcli run FILE", "in a Makefile or a shell script, which starts what else is needed"),)
TIMED = (("gradcli run --time FILE", "measures a program"),)
SEEDED = (("random.random()", "numbers that depend on the seed alone"),)

REFUSED: dict[str, tuple[str, Hints]] = {
    "array": ("array", ()),
    "ast": ("parse literal_eval dump walk NodeVisitor NodeTransformer", ()),
    "asyncio": ("run gather sleep wait create_task get_event_loop new_event_loop Queue Lock", ()),
    "atexit": ("register unregister", ()),
    "base64": ("b64encode b64decode urlsafe_b64encode urlsafe_b64decode", ()),
    "cProfile": ("run Profile", TIMED),
    "codecs": ("open encode decode getreader getwriter", DATA),
    "concurrent.futures": ("ThreadPoolExecutor ProcessPoolExecutor as_completed wait", ()),
    "configparser": ("ConfigParser RawConfigParser", DATA),
    "csv": ("reader writer DictReader DictWriter", DATA),
    "ctypes": ("cdll CDLL POINTER byref pointer sizeof", ()),
    "dis": ("dis", ()),
    "errno": ("", ()),
    "faulthandler": ("enable disable dump_traceback", ()),
    "fcntl": ("flock ioctl", ()),
    "ftplib": ("FTP", DATA),
    "getopt": ("getopt gnu_getopt", (("argparse.ArgumentParser()", "reads the words after the script"),)),
    "getpass": ("getpass getuser", ()),
    "glob": ("glob iglob", DATA),
    "gzip": ("open GzipFile", DATA),
    "hashlib": ("md5 sha1 sha256 sha512 blake2b new", ()),
    "html.parser": ("HTMLParser", DATA),
    "http.client": ("HTTPConnection HTTPSConnection", DATA),
    "http.server": ("HTTPServer BaseHTTPRequestHandler SimpleHTTPRequestHandler", ()),
    "inspect": ("getsource getmembers getfile getmodule signature isclass isfunction stack currentframe", ()),
    "multiprocessing": ("Pool Process Queue Manager Lock Value Array cpu_count set_start_method current_process", ()),
    "optparse": ("OptionParser", (("argparse.ArgumentParser()", "reads the words after the script"),)),
    "pdb": ("set_trace run pm post_mortem", ()),
    "pickle": ("dump dumps load loads Pickler Unpickler", COPIES),
    "queue": ("Queue LifoQueue PriorityQueue SimpleQueue", ()),
    "profile": ("run Profile", TIMED),
    "pstats": ("Stats", TIMED),
    "resource": ("getrusage getrlimit setrlimit", ()),
    "secrets": ("choice randbelow token_bytes token_hex token_urlsafe", SEEDED),
    "shutil": ("copy copy2 copyfile copytree move rmtree which disk_usage get_terminal_size make_archive "
               "unpack_archive", ()),
    "signal": ("signal alarm pause", ()),
    "shelve": ("open", DATA),
    "shlex": ("split quote join", ()),
    "site": ("getsitepackages", ()),
    "socket": ("socket gethostname create_connection", ()),
    "sqlite3": ("connect", DATA),
    "ssl": ("create_default_context SSLContext", ()),
    "struct": ("pack unpack calcsize Struct unpack_from pack_into", DATA),
    "subprocess": ("run call check_call check_output Popen getoutput", SHELL),
    "tarfile": ("open TarFile is_tarfile", DATA),
    "tempfile": ("mkdtemp mkstemp gettempdir NamedTemporaryFile TemporaryDirectory TemporaryFile", PRINTED),
    "threading": ("Thread Lock RLock Event Condition Semaphore Timer Barrier local current_thread active_count", ()),
    "timeit": ("timeit repeat Timer", TIMED),
    "tkinter": ("Tk Frame Canvas Label Button mainloop", ()),
    "traceback": ("print_stack format_stack extract_stack extract_tb print_tb format_tb walk_stack walk_tb",
                  (("traceback.print_exc()", "prints the exception that is handled"),)),
    "unittest": ("TestCase main skip skipIf skipUnless mock TestLoader TextTestRunner TestSuite",
                 (("assert result == expected", "and `gradcli test` for a file of such"),)),
    "urllib.error": ("URLError HTTPError", ()),
    "urllib.parse": ("urlparse urljoin urlencode quote unquote urlsplit parse_qs", ()),
    "urllib.request": ("urlopen urlretrieve Request build_opener install_opener", DATA),
    "uuid": ("uuid1 uuid4", SEEDED),
    "weakref": ("ref proxy WeakValueDictionary WeakKeyDictionary", ()),
    "webbrowser": ("open", ()),
    "xml.dom.minidom": ("parse parseString", DATA),
    "xml.etree.ElementTree": ("parse fromstring Element SubElement ElementTree tostring dump", DATA),
    "zipfile": ("ZipFile is_zipfile", DATA),
}
"""The names of each module that programs read, and what they can write instead."""

UNAVAILABLE = frozenset("""
    array ast asyncio atexit base64 codecs configparser csv dis errno getopt hashlib html.parser inspect optparse pickle
    pstats queue shlex struct traceback unittest urllib.error urllib.parse weakref xml.dom.minidom xml.etree.ElementTree
""".split())
"""Those that reach nothing outside the program, and are not there all the same."""


def default_timer() -> float:
    """time.perf_counter()."""
    from gradcli.namespace.python.system.time import perf_counter

    return perf_counter()


MEMBERS: dict[str, dict[str, Any]] = {
    "errno": {"EEXIST": 17, "ENOENT": 2, "EPERM": 1, "EINTR": 4, "EAGAIN": 11, "EPIPE": 32},
    "pickle": {"HIGHEST_PROTOCOL": 5, "DEFAULT_PROTOCOL": 4},
    "signal": {"SIGINT": 2, "SIGTERM": 15, "SIGALRM": 14, "SIGUSR1": 10, "SIG_DFL": 0, "SIG_IGN": 1},
    "subprocess": {"PIPE": -1, "STDOUT": -2, "DEVNULL": -3},
    "timeit": {"default_timer": default_timer},
}
"""What else of these modules is there."""


@cache
def refused_modules() -> dict[str, ModuleProxy]:
    """The modules by dotted name, the same ones for all sessions: none can change them."""
    modules = {}
    for path, (names, instead) in REFUSED.items():
        modules[path] = ModuleProxy(path, {name: name for name in names.split()}, _refusing(path, instead),
                                    **MEMBERS.get(path, {}))
        inner = path
        while "." in inner:
            inner, _, part = inner.rpartition(".")
            module = modules.setdefault(inner, ModuleProxy(inner))
            vars(module)[part] = modules[f"{inner}.{part}"]
    return modules


def _refusing(path: str, instead: Hints) -> Callable[[str], Any]:
    reason = NOT_THERE if path in UNAVAILABLE else OUTSIDE
    return lambda name: refusing(f"{path}.{name}", *instead, reason=reason)
