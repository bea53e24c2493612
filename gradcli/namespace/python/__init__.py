"""The stand-ins for modules of Python's standard library and of third parties (numpy, matplotlib, tqdm).

None is the real module: each is a ModuleProxy with the functions that programs may use (rule R7), which load on first
access. Functions that would need files, clocks or screens do nothing or are refused, and a remark says so once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from types import FunctionType
from typing import Any

from gradcli.display.print_options import PrintOptions
from gradcli.engine.tensor.dtype_info import iinfo
from gradcli.engine.tensor.dtypes import NAMED
from gradcli.engine.tensor.variable import Array
from gradcli.engine.tensor.write_gate import WriteObserver
from gradcli.exposure import admitting, renamed
from gradcli.lang.policy import SCRIPT
from gradcli.lang.runtime.types import TypeProxy, stand_in
from gradcli.namespace.modules import ModuleProxy
from gradcli.namespace.platform import VERSIONS, versions
from gradcli.namespace.python.argparse import Options, Plain, option_namespace, simple_namespace
from gradcli.namespace.python.system.os_path import os_module
from gradcli.namespace.python.system.refused import REFUSED, refused_modules
from gradcli.namespace.python.system.sys import printing_functions, refusing, sys_module
from gradcli.namespace.python_modules import MODULE_MEMBERS
from gradcli.namespace.third_party.matplotlib import pyplot
from gradcli.namespace.third_party.matplotlib_names import COLORMAPS, NAMES
from gradcli.namespace.third_party.numpy_scalars import OF_NUMBERS as OF_NUMBERS
from gradcli.namespace.third_party.numpy_scalars import ArrayLimits, ScalarType
from gradcli.namespace.third_party.numpy_signatures import TABLED

RANDOM = """
    seed rand randn random random_sample ranf sample uniform normal standard_normal randint choice permutation shuffle
    binomial poisson exponential beta gamma multivariate_normal gumbel laplace logistic lognormal multinomial dirichlet
    standard_t chisquare weibull geometric rayleigh pareto power triangular standard_cauchy
    standard_exponential standard_gamma
""".split()
ARRAYS = """
    array asarray zeros ones empty full zeros_like ones_like eye identity arange linspace logspace concatenate stack
    vstack hstack where dot matmul clip round allclose array_equal sort argsort unique reshape transpose expand_dims
    squeeze outer copy sum mean std var max min amax amin prod any all argmax argmin cumsum nonzero pi e inf nan
    newaxis sqrt exp expm1 log log2 log10 log1p sin cos tan tanh sinh cosh arcsin arccos arctan abs absolute sign
    square floor ceil isnan isinf isfinite radians degrees reciprocal negative logical_not power maximum minimum add
    subtract multiply divide mod arctan2 hypot equal greater less logical_and logical_or
""".split()

LOGGING = """
    NOTSET DEBUG INFO WARNING WARN ERROR CRITICAL FATAL debug info warning warn error critical fatal exception log root
    Formatter Handler StreamHandler NullHandler FileHandler Logger getLogger basicConfig disable getLevelName
    captureWarnings shutdown BASIC_FORMAT
"""
TRACEBACK = ("print_exc", "format_exc", "print_exception", "format_exception", "format_exception_only")
PYLAB_BUILTINS = frozenset("abs bool max min pow round".split())
LINALG = ("cholesky cond det eig eigh eigvals eigvalsh inv lstsq matrix_power matrix_rank multi_dot pinv qr slogdet "
          "solve svd").split()
UFUNCS = ("add", "subtract", "multiply", "divide", "maximum", "minimum", "power", "logical_and", "logical_or")
PRINTING = ("set_printoptions", "printoptions", "array2string")
MAKERS = ("c_ r_ mgrid ogrid poly1d ndindex ndenumerate resize dtype issubdtype isscalar ix_ s_ index_exp vectorize "
          "apply_along_axis fromfunction errstate seterr generic number integer signedinteger unsignedinteger inexact "
          "floating complexfloating array_str array_repr result_type piecewise").split()
METHODS_OF_TENSORS = frozenset("round argmax argmin squeeze transpose reshape clip cumsum argsort".split())
ALIASES = {"around": "round", "asanyarray": "asarray", "concat": "concatenate", "permute_dims": "transpose",
           "pow": "power", "empty_like": "zeros_like", "product": "prod", "alltrue": "all", "sometrue": "any",
           "row_stack": "vstack", "acos": "arccos", "asin": "arcsin", "atan": "arctan", "atan2": "arctan2",
           "acosh": "arccosh", "asinh": "arcsinh", "atanh": "arctanh", "trapz": "trapezoid", "in1d": "isin",
           "bitwise_not": "invert", "bitwise_invert": "invert", "cumulative_prod": "cumprod"}
SCALARS = {name: name for name in "float32 float64 float16 int64 int32 int16 int8 uint8".split()} | {
    "double": "float64", "single": "float32", "half": "float16", "float_": "float64", "int_": "int64",
    "intp": "int64", "longlong": "int64", "intc": "int32", "ubyte": "uint8", "byte": "int8", "bool_": "bool",
    "float": "float64", "int": "int64", "bool": "bool"}
FILES = {name: refusing(f"np.{name}", (f"gradcli run --var x=@data{end} FILE", "gives a program data from a file"))
         for end, names in ((".csv", "loadtxt genfromtxt fromstring"), (".npy", "load fromfile frombuffer memmap"))
         for name in names.split()} | {
    name: refusing(f"np.{name}", ("print(x.tolist())", "shows the numbers"))
    for name in ("save", "savez", "savez_compressed", "savetxt")}
IMREAD = refusing("plt.imread", ("gradcli run --var x=@image.npy FILE", "gives a program data from a file"))


PLAIN = stand_in("types.SimpleNamespace", Plain, simple_namespace)
NAMESPACE = stand_in("argparse.Namespace", Options, option_namespace)


def standard_modules(argv: Callable[[], Any], generators: Any, write: Callable[[str], object],
                     complain: Callable[[str], object], read: Callable[[Any, str], Any],
                     torch: ModuleProxy, fill: Callable[[str, Any], str],
                     options: PrintOptions, settings: list[Any], names: Mapping[str, Any]) -> dict[str, ModuleProxy]:
    """The stand-ins for modules of the standard library and of third parties, by dotted name.

    `argv` returns the words after the script on the command line; `generators` are the session's random generators;
    `write` and `complain` receive what a program writes to stdout and to stderr; `read` is the program's `getattr`;
    `torch` is the session's; `fill(template, values)` is `template % values`; `options` are how values print;
    `settings` receives what of the modules programs can change; `names` are those that programs have without importing.
    """
    modules: dict[str, Any] = refused_modules() | {
        "sys": sys_module(lambda: _changeable([SCRIPT, *argv()], settings), write, complain), "os": os_module()}
    modules |= {path: ModuleProxy(path, names, _fetch) for path, names in _addresses().items()}
    modules["matplotlib.pyplot"] = ModuleProxy(
        "matplotlib.pyplot", {name: name for name in (*NAMES, *COLORMAPS)}, _pyplot_function, imread=IMREAD)
    for path in MODULE_MEMBERS:
        parent, _, name = path.rpartition(".")
        if parent:
            vars(modules[parent])[name] = modules[path]
    vars(modules["importlib.metadata"])["version"] = admitting(versions(vars(torch)[".version"]))
    modules["os.path"] = modules["os"].path
    modules["types"] = ModuleProxy("types", SimpleNamespace=PLAIN)
    modules["numpy"] = _numpy(generators, options)
    modules["pylab"] = vars(modules["matplotlib"])["pylab"] = modules["matplotlib.pylab"] = _pylab(
        modules["matplotlib.pyplot"], modules["numpy"])
    for name, number in VERSIONS.items():
        vars(modules[name])[".version"] = number.__str__
    printers = printing_functions(write)
    modules |= {f"numpy.{name}": getattr(modules["numpy"], name) for name in (
        "random", "linalg", "matlib", "lib", "testing")}
    modules["numpy.lib.stride_tricks"] = modules["numpy.lib"].stride_tricks
    vars(modules["pprint"]).update(pprint=printers.pprint, pp=printers.pp)
    for path in ("IPython.display", "IPython.core.display"):
        vars(modules[path])["display"] = printers.display
    vars(modules["operator"]).update({name: _reading(name, read) for name in ("attrgetter", "methodcaller")})
    vars(modules["argparse"]).update(ArgumentParser=_parser(argv, write), Namespace=NAMESPACE)
    modules["logging"] = _logging(complain, fill, settings)
    modules["warnings"] = _warnings(settings, names)
    modules["traceback"] = _traceback(modules["traceback"], complain)
    settings += [vars(modules["os"])["environ"], vars(modules["sys"])["path"]]
    return modules


@cache
def _addresses() -> dict[str, dict[str, str]]:
    """By module the names in it, each with the file and the name in it where it is defined."""
    return {path: {name: f"{file}.{name}" for file, there in files.items() for name in there.split()}
            for path, files in MODULE_MEMBERS.items()}


def _fetch(address: str) -> Any:
    file, _, name = address.rpartition(".")
    return getattr(import_module(f"gradcli.namespace.{file}"), name)


def _array_function(name: str) -> Any:
    from gradcli.engine.messages.numpy_messages import with_numpy_faults

    name = ALIASES.get(name, name)
    if name in UFUNCS:
        return _fetch("third_party.numpy_objects.Ufunc")(name)
    if name in MAKERS or name == "repmat":
        member = _fetch(f"third_party.numpy_objects.{name}")
        return with_numpy_faults(member) if type(member) is FunctionType else member
    if name in TABLED or name.startswith("linalg_of_"):
        return _fetch(f"third_party.numpy_table.{name}")
    member = _fetch(f"third_party.numpy.{name}")
    if name in METHODS_OF_TENSORS:
        member = _fetch("third_party.numpy.like_its_method")(member)
    return with_numpy_faults(member) if callable(member) else member


def _pyplot_function(name: str) -> Any:
    return getattr(pyplot, name)


def _numpy(generators: Any, options: PrintOptions) -> ModuleProxy:
    """`numpy`: a part of it, for the arrays that `.numpy()` returns."""
    def drawing(name: str) -> Callable[..., Any]:
        from gradcli.engine.messages.numpy_messages import with_numpy_faults
        from gradcli.engine.random.numpy_stream import ArrayRandom

        def draw(*args: Any, **options: Any) -> Any:
            return getattr(ArrayRandom(generators.arrays), name)(*args, **options)

        return with_numpy_faults(renamed(draw, name))

    random = ModuleProxy("numpy.random", {name: name for name in RANDOM}, drawing, RandomState=_generator(
        "RandomState", "SeededRandom"), default_rng=_generator("default_rng", "NewRandom"))
    linalg = ModuleProxy("numpy.linalg", {"norm": "norm"} | {name: f"linalg_of_{name}" for name in LINALG},
                         _array_function)
    matlib = ModuleProxy("numpy.matlib", {"repmat": "repmat"}, _array_function)
    tricks = ModuleProxy("numpy.lib.stride_tricks", {name: f"third_party.numpy_strides.{name}" for name in (
        "as_strided", "sliding_window_view")}, _fetch)
    testing = ModuleProxy("numpy.testing", {name: f"third_party.numpy_testing.{name}" for name in (
        "assert_allclose", "assert_array_equal", "assert_equal", "assert_almost_equal", "assert_array_almost_equal",
        "assert_array_less")}, _fetch)
    kinds = {name: ScalarType(NAMED[full]) for name, full in SCALARS.items()}
    array = TypeProxy("numpy.ndarray", (Array,))

    def printing_functions_of_arrays() -> dict[str, Any]:
        from gradcli.display.array_options import printing_of_arrays

        return printing_of_arrays(options)

    printing = _computed_once(printing_functions_of_arrays)

    def fetch(name: str) -> Any:
        return printing(name) if name in PRINTING else _array_function(name)

    return ModuleProxy("numpy", _numpy_names(), fetch, random=random,
                       linalg=linalg, matlib=matlib, lib=ModuleProxy("numpy.lib", stride_tricks=tricks), ndarray=array,
                       testing=testing,
                       finfo=TypeProxy("numpy.finfo", (ArrayLimits,), ArrayLimits),
                       iinfo=TypeProxy("numpy.iinfo", (iinfo,), iinfo), **FILES, **kinds)


@cache
def _pylab_names() -> dict[str, str]:
    """The names of `matplotlib.pylab`, each with the module it comes from: numpy's stand before those of pyplot, and
    Python's own before both where it has them left.
    """
    owners = ("plt", (*NAMES, *COLORMAPS)), ("np", _numpy_names()), ("np", SCALARS), ("random", RANDOM), (
        "linalg", (*LINALG, "norm"))
    return {name: f"{owner}.{name}" for owner, names in owners for name in names if name not in PYLAB_BUILTINS}


def _pylab(plt: ModuleProxy, numpy: ModuleProxy) -> ModuleProxy:
    owners = {"plt": plt, "np": numpy, "random": vars(numpy)["random"], "linalg": vars(numpy)["linalg"]}

    def fetch(place: str) -> Any:
        owner, _, name = place.partition(".")
        return getattr(owners[owner], name)

    return ModuleProxy("matplotlib.pylab", _pylab_names(), fetch, np=numpy, plt=plt)


@cache
def _numpy_names() -> dict[str, str]:
    """The names of numpy's functions."""
    return {name: name for name in (*ARRAYS, *TABLED, *MAKERS, *PRINTING, *ALIASES)}


def _generator(name: str, constructor: str) -> Callable[..., Any]:
    """A function that makes a generator of random arrays."""
    def make(seed: Any = None) -> Any:
        from gradcli.engine.random import numpy_stream

        return getattr(numpy_stream, constructor)(seed)

    return renamed(make, name)


def _reading(name: str, read: Callable[[Any, str], Any]) -> Callable[..., Any]:
    """`operator.attrgetter` or `operator.methodcaller`, which read attributes with `read`."""
    def make(*args: Any, **options: Any) -> Any:
        from gradcli.namespace.python.functools import by_name

        return by_name(read)[name](*args, **options)

    return renamed(make, name)


def _changeable(value: Any, settings: list[Any]) -> Any:
    """`value`, a part of a module that programs can change, once it is among the settings of the session."""
    settings.append(value)
    if WriteObserver.reach is not None:     # the statement that is the first to use it may be taken back
        WriteObserver.reach(value)
    return value


def _logging(complain: Callable[[str], object], fill: Callable[[str, Any], str], settings: list[Any]) -> ModuleProxy:
    def members() -> dict[str, Any]:
        from gradcli.namespace.python.system.logging import LoggingSystem, logging_names

        return logging_names(_changeable(LoggingSystem(complain, fill), settings))

    return ModuleProxy("logging", {name: name for name in LOGGING.split()}, _computed_once(members))


def _warnings(settings: list[Any], names: Mapping[str, Any]) -> ModuleProxy:
    def members() -> dict[str, Any]:
        from gradcli.namespace.python.system.warnings import WarningSystem, warning_functions

        return warning_functions(_changeable(WarningSystem(), settings), names)

    return ModuleProxy("warnings", {name: name for name in (
        "catch_warnings", "filterwarnings", "resetwarnings", "simplefilter", "warn")}, _computed_once(members))


def _traceback(refused: ModuleProxy, complain: Callable[[str], object]) -> ModuleProxy:
    def members() -> dict[str, Any]:
        from gradcli.namespace.python.system.traceback import traceback_functions

        return traceback_functions(complain)

    return ModuleProxy("traceback", {name: name for name in TRACEBACK}, _computed_once(members), **{
        name: getattr(refused, name) for name in REFUSED["traceback"][0].split()})


def _computed_once(compute: Callable[[], dict[str, Any]]) -> Callable[[str], Any]:
    """A function from a name to its value in what `compute` returns, which is called at the first name."""
    members: dict[str, Any] = {}

    def fetch(name: str) -> Any:
        if not members:
            members.update(compute())
        return members[name]

    return fetch


def _parser(argv: Callable[[], Any], write: Callable[[str], object]) -> Callable[..., Any]:
    def ArgumentParser(*args: Any, **options: Any) -> Any:     # the name that programs know
        from gradcli.namespace.python.argparse import Parser

        return Parser(argv, write, *args, **options)

    ArgumentParser.__qualname__ = "ArgumentParser"
    return ArgumentParser
