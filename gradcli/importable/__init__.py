"""The parts of Python's library, and of what strangers' programs import beside torch, that programs have here.

None is Python's own module: each is a namespace of a few harmless things (rule R7), which arrive when first
asked for. What would need files, clocks or screens stands still, and says so once.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from gradcli.engine.dtypes import NAMED
from gradcli.engine.limits import finfo
from gradcli.engine.variable import Array
from gradcli.importable.drawing import NAMES, pyplot
from gradcli.importable.scalars import ScalarType
from gradcli.lang.kinds import Kind
from gradcli.spaces import Namespace

LISTED: dict[str, dict[str, str]] = {
    "argparse": {"arguments": "ArgumentParser ArgumentDefaultsHelpFormatter RawTextHelpFormatter"},
    "collections": {"collecting": "OrderedDict namedtuple deque Counter defaultdict"},
    "copy": {"copying": "copy deepcopy"},
    "functools": {"functions": "partial reduce",
                  "decorating": "wraps update_wrapper lru_cache cache cached_property total_ordering"},
    "dataclasses": {"dataclass": "dataclass field fields asdict astuple replace is_dataclass MISSING InitVar KW_ONLY "
                                 "FrozenInstanceError"},
    "enum": {"enums": "Enum IntEnum StrEnum auto unique"},
    "contextlib": {"contexts": "contextmanager suppress nullcontext"},
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
                              "TYPE_CHECKING", "tuples": "NamedTuple"},
    "warnings": {"warning": "filterwarnings simplefilter warn"},
}


RANDOM = ("seed rand randn random random_sample uniform normal standard_normal randint choice permutation shuffle "
          "binomial poisson exponential beta gamma multivariate_normal").split()
ARRAYS = """
    array asarray zeros ones empty full zeros_like ones_like eye identity arange linspace logspace concatenate stack
    vstack hstack where dot matmul clip round allclose array_equal sort argsort unique reshape transpose expand_dims
    squeeze outer copy sum mean std var max min amax amin prod any all argmax argmin cumsum nonzero pi e inf nan
    newaxis sqrt exp expm1 log log2 log10 log1p sin cos tan tanh sinh cosh arcsin arccos arctan abs absolute sign
    square floor ceil isnan isinf isfinite radians degrees reciprocal negative logical_not power maximum minimum add
    subtract multiply divide mod arctan2 hypot equal greater less logical_and logical_or
""".split()


def spaces(given: Callable[[], Any], generators: Any) -> dict[str, Namespace]:
    """The modules by dotted name.

    `given` tells the words that stood behind the script on the command line, `generators` are the session's.
    """
    found = {}
    for path, files in LISTED.items():
        names = {name: f"{file}.{name}" for file, there in files.items() for name in there.split()}
        found[path] = Namespace(path, names, _fetch)
    found["matplotlib.pyplot"] = Namespace("matplotlib.pyplot", {name: name for name in NAMES}, _drawn)
    vars(found["matplotlib"])["pyplot"] = found["matplotlib.pyplot"]
    for name in ("auto", "notebook"):
        vars(found["tqdm"])[name] = found[f"tqdm.{name}"]
    found["numpy"] = _numpy(generators)
    found["numpy.random"], found["numpy.linalg"] = found["numpy"].random, found["numpy"].linalg
    vars(found["argparse"])["ArgumentParser"] = _parser(given)
    return found


def _fetch(address: str) -> Any:
    file, name = address.split(".")
    return getattr(import_module(f"gradcli.importable.{file}"), name)


def _array_function(name: str) -> Any:
    from gradcli.engine.arrays import in_words

    thing = _fetch(f"arrays.{name}")
    return in_words(thing) if callable(thing) else thing


def _drawn(name: str) -> Any:
    return getattr(pyplot, name)


def _numpy(generators: Any) -> Namespace:
    """`numpy`: a little of it, on what `.numpy()` gives."""
    def drawing(name: str) -> Callable[..., Any]:
        def drawn(*args: Any, **options: Any) -> Any:
            from gradcli.engine.arrays import in_words

            return in_words(getattr(generators.arrays, name))(*args, **options)

        drawn.__name__ = drawn.__qualname__ = name
        return drawn

    random = Namespace("numpy.random", {name: name for name in RANDOM}, drawing)
    linalg = Namespace("numpy.linalg", {"norm": "norm"}, _array_function)
    kinds = {name: ScalarType(NAMED[name]) for name in "float32 float64 float16 int64 int32 int16 int8 uint8".split()}
    array = Kind("numpy.ndarray", (Array,))
    return Namespace("numpy", {name: name for name in ARRAYS}, _array_function, random=random, linalg=linalg,
                     ndarray=array, bool_=NAMED["bool"], finfo=Kind("numpy.finfo", (finfo,), finfo), **kinds)


def _parser(given: Callable[[], Any]) -> Callable[..., Any]:
    def ArgumentParser(*args: Any, **options: Any) -> Any:     # the name that programs know
        from gradcli.importable.arguments import Parser

        return Parser(given, *args, **options)

    return ArgumentParser
