"""`os` and `os.path` for programs: paths as strings; functions that would access the system raise when called."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import Any

from gradcli.engine.autograd.signature import described
from gradcli.exposure import renamed
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.budget import Budget
from gradcli.namespace.modules import ModuleProxy
from gradcli.namespace.python.system.sys import refusing

FOLDER = "/home/user/program"     # where programs are told that their file lies, wherever that is


def absolute(path: str) -> str:
    """A path from the root, as if the program stood in FOLDER and there were no links."""
    return posixpath.normpath(posixpath.join(FOLDER, path))


def _relative(path: str, start: str = ".") -> str:
    return posixpath.relpath(absolute(path), absolute(start))


TEXTUAL: dict[str, Callable[..., Any]] = {name: getattr(posixpath, name) for name in (
    "join", "split", "splitext", "basename", "dirname", "normpath", "isabs", "commonprefix", "normcase")} | {
    "abspath": absolute, "realpath": absolute, "relpath": _relative}
PATHS_OUTSIDE = ("exists isfile isdir expanduser expandvars getsize getmtime getctime islink samefile lexists").split()
OUTSIDE = ("listdir makedirs mkdir remove unlink rename replace rmdir removedirs getcwd chdir system popen walk "
           "scandir stat access kill getpid getppid getlogin cpu_count urandom open fork execv putenv unsetenv uname "
           "getuid nice times symlink link chmod chown truncate startfile").split()
DATA = (("gradcli run --var x=@data.npy FILE", "gives a program data from a file"),)


def _textual(name: str) -> Callable[..., Any]:
    work = TEXTUAL[name]

    def path(*parts: Any) -> Any:
        texts = parts[0] if name == "commonprefix" and parts and isinstance(parts[0], list | tuple) else parts
        for part in texts:
            if type(part) is not str:
                raise ArgumentFault(f"os.path.{name}() works on texts, not {described(part)}",
                                    f"os.path.{name}('data/x.npy')")
        Budget().check_characters(3 * sum(map(len, texts)) + len(texts) + len(FOLDER))
        return work(*parts)

    return renamed(path, name)


def os_module() -> ModuleProxy:
    """`os` of one session."""
    path = ModuleProxy("os.path", **{name: _textual(name) for name in TEXTUAL},
                       **{name: refusing(f"os.path.{name}", *DATA) for name in PATHS_OUTSIDE},
                       sep="/", pardir="..", curdir=".", extsep=".", pathsep=":", altsep=None)
    variables: dict[str, str] = {}

    def getenv(key: str, default: Any = None) -> Any:
        """The value that the program has put into os.environ, else the default; it has no variables of the system."""
        return variables.get(key, default)

    return ModuleProxy("os", **{name: refusing(f"os.{name}", *DATA) for name in OUTSIDE}, path=path, environ=variables,
                       getenv=getenv, sep="/", linesep="\n", name="posix", curdir=".", pardir="..", extsep=".",
                       pathsep=":", devnull="/dev/null", fspath=_same)


def _same(path: str, /) -> str:
    """`path`, if it is a str."""
    if type(path) is not str:
        raise TypeError(f"expected str, bytes or os.PathLike object, not {type(path).__name__}")
    return path
