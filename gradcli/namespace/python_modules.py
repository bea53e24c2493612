"""What stands for which module of Python's library and of third parties: by module, files of this folder with names."""

from gradcli.namespace.third_party.matplotlib import PARTS

ABSTRACT = """
    Awaitable ByteString Callable Collection Container Coroutine Generator Hashable ItemsView Iterable Iterator KeysView
    Mapping MappingView MutableMapping MutableSequence MutableSet Reversible Sequence Set Sized ValuesView
"""

MODULE_MEMBERS: dict[str, dict[str, str]] = {
    "abc": {"python.classes.abc": "ABC ABCMeta abstractmethod abstractproperty"},
    "argparse": {"python.argparse": """
        ArgumentParser ArgumentTypeError ArgumentDefaultsHelpFormatter RawTextHelpFormatter"""},
    "bisect": {"python.heapq_bisect": "bisect bisect_left bisect_right insort insort_left insort_right"},
    "collections": {"python.collections": "OrderedDict namedtuple deque Counter defaultdict ChainMap"},
    "collections.abc": {"python.collections_abc": ABSTRACT},
    "contextlib": {"python.contextlib": "contextmanager suppress nullcontext"},
    "copy": {"python.copy": "copy deepcopy"},
    "dataclasses": {"python.classes.dataclasses": """
        dataclass field fields asdict astuple replace is_dataclass MISSING InitVar KW_ONLY FrozenInstanceError"""},
    "datetime": {"python.system.datetime": "datetime date timedelta"},
    "decimal": {"python.numbers.decimals": """
        Decimal Context getcontext setcontext localcontext InvalidOperation DivisionByZero Overflow DecimalException
        ROUND_CEILING ROUND_DOWN ROUND_FLOOR ROUND_HALF_DOWN ROUND_HALF_EVEN ROUND_HALF_UP ROUND_UP ROUND_05UP"""},
    "enum": {"python.classes.enum": "Enum IntEnum StrEnum auto unique"},
    "fractions": {"python.numbers.rational": "Fraction"},
    "functools": {"python.functools": "partial reduce cmp_to_key",
                  "python.functools_decorators": "wraps update_wrapper lru_cache cache cached_property total_ordering"},
    "gc": {"python.functools": "collect enable disable"},
    "heapq": {"python.heapq_bisect": "heappush heappop heapify heappushpop heapreplace nlargest nsmallest merge"},
    "importlib": {},
    "importlib.metadata": {"platform": "PackageNotFoundError"},
    "io": {"python.io": "BytesIO StringIO"},
    "IPython": {"third_party.ipython": "embed get_ipython"},
    "IPython.core": {},
    "IPython.core.display": {"third_party.ipython": "HTML Image Markdown Math Latex SVG"},
    "IPython.core.interactiveshell": {"third_party.ipython": "InteractiveShell"},
    "IPython.display": {"third_party.ipython": """
        clear_output HTML Image Markdown Math Latex SVG YouTubeVideo Audio IFrame Javascript JSON Pretty Video
        set_matplotlib_formats"""},
    "itertools": {"python.itertools": """
        accumulate chain combinations combinations_with_replacement count cycle dropwhile groupby islice pairwise
        permutations product repeat starmap takewhile zip_longest compress filterfalse tee"""},
    "json": {"python.json": "dumps loads dump load JSONDecodeError"},
    "matplotlib": {"third_party.matplotlib": "pyplot rcParams style use rc cycler"},
    "matplotlib.pyplot": {},
    "numbers": {"python.statistics": "Number Complex Real Rational Integral"},
    "operator": {"python.functools": """
        add sub mul truediv floordiv neg matmul itemgetter eq ne lt le gt ge pos not_ truth is_ is_not contains getitem
        setitem delitem concat countOf mod and_ or_ xor pow abs invert inv iadd isub imul itruediv"""},
    "pathlib": {"python.system.pathlib": "Path PurePath PurePosixPath"},
    "platform": {"platform": "system machine processor node release python_version python_implementation platform"},
    "pprint": {"python.textwrap_pprint": "pformat"},
    "re": {"python.patterns.re_module": """
        NOFLAG A ASCII I IGNORECASE M MULTILINE S DOTALL U UNICODE X VERBOSE Match Pattern compile error escape findall
        finditer fullmatch match purge search split sub subn"""},
    "statistics": {"python.statistics": """
        mean fmean geometric_mean harmonic_mean median median_low median_high mode multimode pstdev pvariance stdev
        variance quantiles covariance correlation"""},
    "string": {"python.functools": """
        ascii_letters ascii_lowercase ascii_uppercase digits hexdigits punctuation whitespace printable octdigits
        capwords"""},
    "textwrap": {"python.textwrap_pprint": "dedent indent wrap fill shorten"},
    "time": {"python.system.time": """
        time perf_counter monotonic process_time sleep time_ns perf_counter_ns monotonic_ns strftime ctime asctime
        localtime gmtime"""},
    "tqdm": {"third_party.tqdm": "tqdm trange"},
    "tqdm.auto": {"third_party.tqdm": "tqdm trange"},
    "tqdm.notebook": {"third_party.tqdm": "tqdm trange"},
    "typing": {"python.typing": ABSTRACT + """
        Any AnyStr ClassVar Dict Final FrozenSet Generic List Literal Optional Text Tuple Type TypeVar Union cast
        TYPE_CHECKING AbstractSet Annotated AsyncGenerator AsyncIterable AsyncIterator BinaryIO ChainMap Concatenate
        Counter DefaultDict Deque ForwardRef IO LiteralString Match Never NewType NoReturn NotRequired
        OrderedDict ParamSpec Pattern Protocol Required Self SupportsAbs SupportsBytes SupportsComplex SupportsFloat
        SupportsIndex SupportsInt SupportsRound TextIO TypeAlias TypeGuard TypeVarTuple TypedDict Unpack final
        no_type_check overload runtime_checkable""",
               "python.classes.named_tuple": "NamedTuple"},
    "unicodedata": {"unicode": """
        normalize is_normalized category bidirectional combining east_asian_width mirrored decomposition decimal digit
        numeric name lookup"""},
    "mpl_toolkits": {},
} | {path: {"third_party.matplotlib_modules": names} for path, names in PARTS.items()}
