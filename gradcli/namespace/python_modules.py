"""More of Python's library: by module, the files of this folder and the names in each."""

ABSTRACT = """
    Awaitable ByteString Callable Collection Container Coroutine Generator Hashable ItemsView Iterable Iterator KeysView
    Mapping MappingView MutableMapping MutableSequence MutableSet Reversible Sequence Set Sized ValuesView
"""

STANDARD: dict[str, dict[str, str]] = {
    "IPython": {},
    "IPython.display": {"notebooks": "clear_output HTML Image Markdown Math Latex SVG YouTubeVideo Audio"},
    "abc": {"abstractions": "ABC ABCMeta abstractmethod abstractproperty"},
    "bisect": {"ordering": "bisect bisect_left bisect_right insort insort_left insort_right"},
    "collections.abc": {"abstract": ABSTRACT},
    "datetime": {"dates": "datetime date timedelta"},
    "functools": {"functions": "cmp_to_key"},
    "gc": {"functions": "collect enable disable"},
    "heapq": {"ordering": "heappush heappop heapify heappushpop heapreplace nlargest nsmallest merge"},
    "itertools": {"iterating": "compress filterfalse tee"},
    "json": {"written": "dumps loads dump load JSONDecodeError"},
    "numbers": {"statistic": "Number Complex Real Rational Integral"},
    "operator": {"functions": "pos not_ truth is_ is_not contains getitem setitem delitem concat countOf mod and_ or_ "
                              "xor"},
    "pprint": {"texts": "pformat"},
    "statistics": {"statistic": "mean fmean geometric_mean harmonic_mean median median_low median_high mode multimode "
                                "pstdev pvariance stdev variance quantiles covariance correlation"},
    "string": {"functions": "octdigits capwords"},
    "textwrap": {"texts": "dedent indent wrap fill shorten"},
    "time": {"clock": "time_ns perf_counter_ns monotonic_ns strftime ctime asctime localtime gmtime"},
    "typing": {"annotations": ABSTRACT + "AbstractSet Annotated AsyncGenerator AsyncIterable AsyncIterator BinaryIO "
                              "ChainMap Concatenate Counter DefaultDict Deque ForwardRef IO LiteralString Match "
                              "NamedTuple Never NewType NoReturn NotRequired OrderedDict ParamSpec Pattern Protocol "
                              "Required Self SupportsAbs SupportsBytes SupportsComplex SupportsFloat SupportsIndex "
                              "SupportsInt SupportsRound TextIO TypeAlias TypeGuard TypeVarTuple TypedDict Unpack "
                              "final no_type_check overload runtime_checkable"},
}
