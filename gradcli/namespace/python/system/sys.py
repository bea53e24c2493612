"""`sys` for programs: argv, stdout, stderr, exit and limits of numbers; nothing about the machine.

The paths of the interpreter are empty, which in CPython means that it does not know them.
"""

from __future__ import annotations

import sys
from collections import namedtuple
from collections.abc import Callable
from functools import cache
from typing import Any

from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.tensor import DisplayHooks
from gradcli.exposure import expose_named_tuple, renamed
from gradcli.faults.tree import PolicyFault
from gradcli.lang.runtime.exceptions import program_exit
from gradcli.lang.runtime.streams import TextStream, writer
from gradcli.namespace.modules import ModuleProxy

FLOATS = ("max", "max_exp", "max_10_exp", "min", "min_exp", "min_10_exp", "dig", "mant_dig", "epsilon", "radix",
          "rounds")
VersionInfo = namedtuple("VersionInfo", "major minor micro releaselevel serial")
VersionInfo.__name__ = "version_info"
expose_named_tuple(VersionInfo, name="sys.version_info")


def leave(status: Any = None, /) -> None:
    """End the program: with success if the status is None or 0."""
    raise program_exit(status)


OUTSIDE, NOT_THERE = "reaches outside the program, which no program here can", "is not there: its name alone is"


@cache
def refusing(name: str, *instead: tuple[str, str], reason: str = OUTSIDE) -> Callable[..., Any]:
    """A stand-in for a function that is not there: calling it raises PolicyFault with the hints `instead`."""
    def refuse(*args: Any, **options: Any) -> Any:
        raise PolicyFault(f"{name}() {reason}", *instead)

    return renamed(refuse, name.rpartition(".")[2])


def sys_module(argv: Callable[[], Any], write: Callable[[str], object], complain: Callable[[str], object]) -> Any:
    """`sys` of one session; `argv` returns the list of the words on the command line."""
    return ModuleProxy("sys", {"argv": "argv"}, lambda name: argv(),
                       stdout=TextStream("<stdout>", write), stderr=TextStream("<stderr>", complain),
                       maxsize=sys.maxsize, byteorder="little", platform="linux", version="3.11.7 (gradcli)",
                       version_info=VersionInfo(3, 11, 7, "final", 0), path=[""], maxunicode=sys.maxunicode,
                       float_info=ModuleProxy("sys.float_info", **{
                           name: getattr(sys.float_info, name) for name in FLOATS}),
                       getrecursionlimit=_depth, setrecursionlimit=_set_depth, exit=leave, getdefaultencoding=_encoding,
                       hexversion=sys.hexversion, getsizeof=refusing("sys.getsizeof"),
                       intern=_same, ps1=">>> ", ps2="... ", executable="", prefix="", exec_prefix="", base_prefix="")


def _depth() -> int:
    """1000, Python's default, which holds here."""
    return 1000


def _set_depth(limit: int, /) -> None:
    """Do nothing: the limit stays."""


def _encoding() -> str:
    """utf-8."""
    return "utf-8"


def _same(text: str, /) -> str:
    """`text`."""
    return text


def printing_functions(write: Callable[[str], object]) -> ModuleProxy:
    """The functions of pprint and IPython.display that print."""
    def display(*values: Any, **options: Any) -> None:
        """Print values as IPython lays them out."""
        from gradcli.display.ipython import ipython_text

        for value in values:
            write(ipython_text(value, DisplayHooks.text, Current.legacy, Current.legacy) + "\n")

    def pprint(object: Any, stream: Any = None, *args: Any, **options: Any) -> None:
        """Print a value, broken into lines where it is wide."""
        from gradcli.namespace.python.textwrap_pprint import pformat

        writer(stream, write)(pformat(object, *args, **options) + "\n")

    def pp(object: Any, *args: Any, sort_dicts: bool = False, **options: Any) -> None:
        """Print a value as pprint does, with the keys of dicts in their own order."""
        pprint(object, *args, sort_dicts=sort_dicts, **options)

    return ModuleProxy("printing", display=display, pprint=pprint, pp=pp)
