"""The parts of Python's library, and of what strangers' programs import beside torch, that programs have here.

None is Python's own module: each is a namespace of a few harmless things (rule R7), which arrive when first
asked for. What would need files, clocks or screens stands still, and says so once.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from gradcli.library.drawing import NAMES, Drawing
from gradcli.spaces import Namespace

LISTED: dict[str, dict[str, str]] = {
    "argparse": {"arguments": "ArgumentParser ArgumentDefaultsHelpFormatter RawTextHelpFormatter"},
    "collections": {"collecting": "OrderedDict namedtuple deque Counter defaultdict"},
    "copy": {"copying": "copy deepcopy"},
    "functools": {"functions": "partial reduce"},
    "itertools": {"iterating": "accumulate chain combinations combinations_with_replacement count cycle dropwhile "
                               "groupby islice pairwise permutations product repeat starmap takewhile zip_longest"},
    "matplotlib": {"drawing": "pyplot rcParams style cm use"},
    "matplotlib.pyplot": {},
    "operator": {"functions": "add sub mul truediv floordiv neg matmul itemgetter eq ne lt le gt ge"},
    "string": {"functions": "ascii_letters ascii_lowercase ascii_uppercase digits hexdigits punctuation whitespace "
                            "printable"},
    "time": {"clock": "time perf_counter monotonic process_time sleep"},
    "tqdm": {"progress": "tqdm trange"},
    "tqdm.auto": {"progress": "tqdm trange"},
    "tqdm.notebook": {"progress": "tqdm trange"},
    "typing": {"annotations": "Any AnyStr Callable ClassVar Dict Final FrozenSet Generic Iterable Iterator List "
                              "Literal Mapping Optional Sequence Set Text Tuple Type TypeVar Union cast "
                              "TYPE_CHECKING"},
    "warnings": {"warning": "filterwarnings simplefilter warn"},
}


def spaces(given: Callable[[], Any]) -> dict[str, Namespace]:
    """The modules by dotted name; `given` tells the words that stood behind the script on the command line."""
    found = {}
    for path, files in LISTED.items():
        names = {name: f"{file}.{name}" for file, there in files.items() for name in there.split()}
        found[path] = Namespace(path, names, _fetch)
    found["matplotlib.pyplot"] = Namespace("matplotlib.pyplot", {name: name for name in NAMES}, _drawn)
    vars(found["matplotlib"])["pyplot"] = found["matplotlib.pyplot"]
    for name in ("auto", "notebook"):
        vars(found["tqdm"])[name] = found[f"tqdm.{name}"]
    vars(found["argparse"])["ArgumentParser"] = _parser(given)
    return found


def _fetch(address: str) -> Any:
    file, name = address.split(".")
    return getattr(import_module(f"gradcli.library.{file}"), name)


def _drawn(name: str) -> Any:
    return getattr(Drawing(), name)


def _parser(given: Callable[[], Any]) -> Callable[..., Any]:
    def ArgumentParser(*args: Any, **options: Any) -> Any:     # the name that programs know
        from gradcli.library.arguments import Parser

        return Parser(given, *args, **options)

    return ArgumentParser
