"""More of Python's library: by module, the files of this folder and the names in each."""

ABSTRACT = """
    Awaitable ByteString Callable Collection Container Coroutine Generator Hashable ItemsView Iterable Iterator KeysView
    Mapping MappingView MutableMapping MutableSequence MutableSet Reversible Sequence Set Sized ValuesView
"""

STANDARD: dict[str, dict[str, str]] = {
    "IPython": {"third_party.ipython": "embed get_ipython"},
    "IPython.core": {},
    "IPython.core.display": {"third_party.ipython": "HTML Image Markdown Math Latex SVG"},
    "IPython.core.interactiveshell": {"third_party.ipython": "InteractiveShell"},
    "IPython.display": {"third_party.ipython": "clear_output HTML Image Markdown Math Latex SVG YouTubeVideo Audio "
                                               "IFrame Javascript JSON Pretty Video set_matplotlib_formats"},
    "abc": {"python.classes.abc": "ABC ABCMeta abstractmethod abstractproperty"},
    "bisect": {"python.heapq_bisect": "bisect bisect_left bisect_right insort insort_left insort_right"},
    "collections.abc": {"python.abc": ABSTRACT},
    "datetime": {"python.system.datetime": "datetime date timedelta"},
    "decimal": {"python.numbers.decimals": "Decimal Context getcontext setcontext localcontext InvalidOperation "
                                           "DivisionByZero Overflow DecimalException ROUND_CEILING ROUND_DOWN "
                                           "ROUND_FLOOR ROUND_HALF_DOWN ROUND_HALF_EVEN ROUND_HALF_UP ROUND_UP "
                                           "ROUND_05UP"},
    "fractions": {"python.numbers.rational": "Fraction"},
    "functools": {"python.functools": "cmp_to_key"},
    "gc": {"python.functools": "collect enable disable"},
    "heapq": {"python.heapq_bisect": "heappush heappop heapify heappushpop heapreplace nlargest nsmallest merge"},
    "importlib": {},
    "importlib.metadata": {"platform": "PackageNotFoundError"},
    "itertools": {"python.itertools": "compress filterfalse tee"},
    "json": {"python.json": "dumps loads dump load JSONDecodeError"},
    "numbers": {"python.statistics": "Number Complex Real Rational Integral"},
    "operator": {"python.functools": "pos not_ truth is_ is_not contains getitem setitem delitem concat countOf mod "
                                     "and_ or_ "
                              "xor"},
    "pathlib": {"python.system.pathlib": "Path PurePath PurePosixPath"},
    "platform": {"platform": "system machine processor node release python_version python_implementation platform"},
    "pprint": {"python.textwrap_pprint": "pformat"},
    "re": {"python.patterns.module": "NOFLAG A ASCII I IGNORECASE M MULTILINE S DOTALL U UNICODE X VERBOSE Match "
                                     "Pattern compile error escape findall finditer fullmatch match purge search split "
                                     "sub subn"},
    "statistics": {"python.statistics": "mean fmean geometric_mean harmonic_mean median median_low median_high mode "
                                        "multimode "
                                "pstdev pvariance stdev variance quantiles covariance correlation"},
    "string": {"python.functools": "octdigits capwords"},
    "textwrap": {"python.textwrap_pprint": "dedent indent wrap fill shorten"},
    "time": {"python.system.time": "time_ns perf_counter_ns monotonic_ns strftime ctime asctime localtime gmtime"},
    "unicodedata": {"unicode": "normalize is_normalized category bidirectional combining east_asian_width mirrored "
                               "decomposition decimal digit numeric name lookup"},
    "typing": {"python.typing": ABSTRACT + "AbstractSet Annotated AsyncGenerator AsyncIterable AsyncIterator BinaryIO "
                              "ChainMap Concatenate Counter DefaultDict Deque ForwardRef IO LiteralString Match "
                              "NamedTuple Never NewType NoReturn NotRequired OrderedDict ParamSpec Pattern Protocol "
                              "Required Self SupportsAbs SupportsBytes SupportsComplex SupportsFloat SupportsIndex "
                              "SupportsInt SupportsRound TextIO TypeAlias TypeGuard TypeVarTuple TypedDict Unpack "
                              "final no_type_check overload runtime_checkable"},
}
