"""Typed arrays over shared storage, and who wrote to that storage last.

A Tensor is a numpy array with the names PyTorch gives to things. Tensors that share
memory share the array that owns it, so what was written is noted per owner: a value
kept for backward is stale when its owner was written after the value was kept.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Iterator
from gc import get_referrers
from itertools import count
from typing import Any, NamedTuple
from warnings import simplefilter

import numpy as np
from numpy import ndarray

from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.dtypes import OF, OF_REAL, DType
from gradcli.engine.tensor.write_gate import DataWrites, block_of
from gradcli.exposure import exposed, named
from gradcli.faults.tree import ValueFault

np.seterr(all="ignore")     # nan and inf are answers here, never warnings
simplefilter("error", np.exceptions.ComplexWarning)     # no imaginary part is lost without a word

_ticks = count(1)
clock = _ticks.__next__     # numbers calls and writes in the order they happen
new: Any = object.__new__
item_of = tuple.__getitem__
new_tuple = tuple.__new__   # makes named tuples of all their fields at a third of what their own classes take


def change_count() -> int:
    """The number of calls and writes so far; reading it does not count."""
    return int(repr(_ticks)[len("count("):-1])


@named("torch.Size")
@exposed("count", "index", "numel")
class Size(tuple[int, ...]):
    """The lengths of a tensor's dimensions; prints as `torch.Size([2, 3])`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"torch.Size([{', '.join(map(str, self))}])"

    __str__ = __repr__

    def __getitem__(self, at: Any) -> Any:
        item = item_of(self, at)
        return Size(item) if type(at) is slice else item

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, tuple):
            raise TypeError(f"can only concatenate tuple (not {type(other).__name__}) to torch.Size")
        both: tuple[Any, ...] = tuple.__add__(self, other)
        return Size(both) if all(isinstance(n, int) for n in both) else both

    def __mul__(self, times: Any) -> Any:
        return Size(tuple(self) * times)
    __rmul__ = __mul__

    def numel(self) -> int:
        """The number of elements of a tensor of this size."""
        return math.prod(self)


Size.__name__ = "torch.Size"        # as CPython's messages call it


SIZES: dict[tuple[int, ...], Size] = {}       # those that are often asked for; at most MANY
MANY = 500


def _size_of(shape: tuple[int, ...]) -> Size:
    size = Size(shape)
    return SIZES.setdefault(shape, size) if len(SIZES) < MANY else size


class Write(NamedTuple):
    """The last change of some memory: when, by which operation, from where in the program.

    `changes` is how many changes there were, `ticks` when the last of them were.
    """

    tick: int
    writer: str
    place: Any
    changes: int = 1
    ticks: tuple[int, ...] = ()

    def changes_at(self, tick: int) -> int:
        """The number of changes up to an earlier time."""
        return self.changes - sum(t > tick for t in self.ticks)


class DisplayHooks:
    """The functions that print values and collect remarks; the session sets them."""

    outside: Callable[[Any], str] = staticmethod(lambda value: object.__repr__(value))    # while no program runs
    text: Callable[[Any], str] = staticmethod(lambda value: DisplayHooks.outside(value))
    format: Callable[[Any, str], str] = staticmethod(lambda value, spec: format(
        value.array.item() if spec and not value.array.ndim else str(value), spec))
    note: Callable[..., None] = staticmethod(lambda kind, text, about=None: None)     # `about` the value called {x}


class UnlistedType(SystemError):
    """An array of a type that no tensor has came out of the engine: a mistake of ours."""

    def __init__(self, dtype: Any) -> None:
        super().__init__(f"an array of {dtype} is no tensor")


@exposed()
class Tensor:
    """An array of numbers of one type. `array` holds them (a numpy array, of no dimensions for a single number); `node`
    is the call that made it, if history is kept; `root` is the tensor this one is a view of; `cut` says where the
    history ended of what this was computed from; `own_attributes` is a dict of those that a program has set, and unset
    until then; `viewed` is set once there is a view of it; `number`, unset in most, is kept by plain_numbers.py.
    """

    __readonly__ = "torch._C.TensorBase"    # what messages call the class of its attributes
    __slots__ = ("array", "cut", "gradient", "hooks", "node", "number", "own_attributes", "requires_grad", "root",
                 "viewed")

    number: tuple[Any, Any]
    own_attributes: dict[str, Any]
    viewed: bool
    grad: Any               # set by methods.py, as are grad_fn and requires_grad_; resize_ by an operation
    grad_fn: Any
    requires_grad_: Any
    resize_: Any

    def __init__(self, array: ndarray, requires_grad: bool = False, node: Any = None) -> None:
        if array.dtype not in OF_REAL:
            become_complex(self, array.dtype)
        self.array = array
        self.requires_grad = requires_grad
        self.node = node
        self.gradient: Any = None
        self.root: Any = None
        self.hooks: Any = None
        self.cut: Any = None

    @property
    def shape(self) -> Size:
        """The lengths of the dimensions."""
        try:
            return SIZES[self.array.shape]
        except KeyError:
            return _size_of(self.array.shape)

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self.array.ndim

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return OF[self.array.dtype]

    def __repr__(self) -> str:
        return DisplayHooks.text(self)

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return DisplayHooks.format(self, spec)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> ndarray:
        """For numpy outside of programs: a copy of the numbers, which no write in it leads back from."""
        if copy is False:
            raise ValueError("the array of a tensor is always a copy")
        return self.array.astype(dtype or self.array.dtype)


class ComplexTensor(Tensor):
    """A tensor of complex numbers.

    The class is what keeps it out of the code for usual calls, and what operations are checked by: they take complex
    numbers only where their class says so (complex_gate.py). `Tensor(array)` becomes one if the array is complex.
    """

    __slots__ = ()


COMPLEX_CLASSES: dict[type[Tensor], type[ComplexTensor]] = {}     # by those of real ones; the rest are ComplexTensor


def become_complex(tensor: Tensor, dtype: Any) -> None:
    """Let a tensor under construction be one of complex numbers; UnlistedType for an array of anything else."""
    if dtype not in OF:
        raise UnlistedType(dtype)
    tensor.__class__ = COMPLEX_CLASSES.get(type(tensor), ComplexTensor)


def sharing(tensor: Tensor, kind: type[Tensor], cause: str, place: Any) -> Any:
    """A tensor of class `kind` with the memory of `tensor` and without its history, which `cause` ended at `place`."""
    out = new(ComplexTensor if isinstance(tensor, ComplexTensor) and kind is not type(tensor) else kind)
    out.array = tensor.array
    out.requires_grad = False
    out.node = out.gradient = out.hooks = None
    out.root = DATA if tensor.root is not None and not Current.legacy and counts_apart(tensor) else None
    out.cut = new_tuple(DetachedBy, (cause, place, "")) if tensor.requires_grad else tensor.cut
    return out


NO_GRAD, VOLATILE, DETACH, DATA_OF = "torch.no_grad()", "a volatile Variable", ".detach()", ".data"
FIRST_ORDER = "a gradient computed without create_graph=True"


class DetachedBy(NamedTuple):
    """The event that detached a tensor from its history: the cause and its place in the program."""

    cause: str
    place: Any
    operation: str = ""     # the one whose result has no gradient, if it was one


SEVERAL, UNTRACKED, INFERRED, FUNCTION = 1, 2, 4, 8     # origins of views; the first two for several under no_grad


class ViewOf(NamedTuple):
    """The record of a view: its base, when its history was last brought up to date, and how it was made.

    `origin` is SEVERAL for a view that was one of several results, UNTRACKED for one made under no_grad, FUNCTION for
    one that a program's Function returns, or 0: PyTorch refuses to write to all but the last where that would have to
    be differentiated.
    """

    base: Tensor
    tick: int
    origin: int = 0


DATA = ViewOf(Tensor(np.zeros(0)), 0)     # the root of `.data`: writes there are the program's own affair

TICKS = 7           # how many earlier changes are remembered one by one
last_writes: dict[int, Write] = {}            # by the identity of the owning array
apart_writes: dict[int, tuple[Any, Write]] = {}     # by that of an array of `.data`, with a weak reference to it
MANY, NEVER = 1000, (None, None)            # entries of arrays that are gone are dropped from time to time
_alive: dict[int, Any] = {}               # weak references that drop an entry with its owner


def owner(array: Any) -> Any:
    """The array that owns the memory `array` looks into, or lies over a buffer that the caller has brought."""
    last = array
    while (base := getattr(last, "base", None)) is not None:
        last = base
    return last if isinstance(last, ndarray) else block_of(array)


def views_of(base: Tensor) -> Iterator[Tensor]:
    """The views there are of a tensor."""
    roots = [root for root in get_referrers(base) if type(root) is ViewOf and root.base is base]
    for view in get_referrers(*roots) if roots else ():
        if isinstance(view, Tensor) and view.root is not None:
            yield view


def rebind(tensor: Tensor, array: ndarray) -> None:
    """Let a tensor look into `array`; where that is other memory, it and its views have nothing in common any more.

    Views of a leaf that requires grad stay as they are: their gradients are its.
    """
    if owner(array) is not owner(tensor.array):
        if tensor.root is not None and tensor.root is not DATA:
            tensor.root = None
        if getattr(tensor, "viewed", False) and (tensor.node is not None or not tensor.requires_grad):
            before = sharing(tensor, type(tensor), "", None)      # what they are views of from now on
            before.node, before.requires_grad, before.cut = tensor.node, tensor.requires_grad, tensor.cut
            before.viewed = True
            for view in views_of(tensor):
                view.root = view.root._replace(base=before)
    tensor.array = array


def separate(memory: Any, array: ndarray) -> bool:
    """Whether `memory`, which another array is a view of, is for sure not that of `array`: two looks instead of a walk
    along the views."""
    if type(memory) is not ndarray or memory.base is not None or memory is array:
        return False
    base = array.base
    return base is None or type(base) is ndarray and base.base is None and base is not memory


_copies: dict[int, list[Any]] = {}        # by the same, weak references to copies in another type


def follow(copy: ndarray, original: ndarray) -> None:
    """Let writes to `original` count as writes to a copy of it in another type, which calls keep in its place."""
    memory = owner(original)
    key = id(memory)
    if key not in _copies:
        weakref.finalize(memory, _copies.pop, key, None)
    _copies[key] = [*(ref for ref in _copies.get(key, ()) if ref() is not None), weakref.ref(copy)]


class LatestWrite:
    """When memory was last written to; what was computed later than that has not been overwritten."""

    __slots__ = ("tick",)

    def __init__(self) -> None:
        self.tick = 0


latest_write = LatestWrite()


def counts_apart(tensor: Tensor) -> bool:
    """Whether writes to a tensor are counted apart from those to its memory: those to `.data` and to views of it."""
    root = tensor.root
    return root is not None and (root is DATA or root.base.root is DATA)


def note_write(tensor: Tensor, writer: str, place: Any) -> None:
    """Remember that the memory of `tensor` has just been changed."""
    memory: Any = tensor.array
    if tensor.root is not None and counts_apart(tensor):
        if not Current.legacy:
            latest_write.tick = tick = clock()
            _note_apart(memory, tick, writer, place)
            if tensor.root is not DATA:                 # a call may have saved the view, or what it is a view of
                _note_apart(tensor.root.base.array, tick, writer, place)
        if not DataWrites.noticed:
            return
    if memory.base is not None:
        memory = owner(memory)
    latest_write.tick = tick = clock()
    before = last_writes.get(id(memory))
    if before is None:
        _note(memory, tick, writer, place)
    else:
        last_writes[id(memory)] = _one_more(before, tick, writer, place)
    if _copies and id(memory) in _copies:
        for ref in _copies[id(memory)]:
            if (copy := ref()) is not None:
                _note(copy, tick, writer, place)


def _note(memory: Any, tick: int, writer: str, place: Any) -> None:
    key = id(memory)
    before = last_writes.get(key)
    if before is None:
        _alive[key] = weakref.ref(memory, lambda _: (last_writes.pop(key, None), _alive.pop(key, None)))
        last_writes[key] = new_tuple(Write, (tick, writer, place, 1, (tick,)))
    else:
        last_writes[key] = _one_more(before, tick, writer, place)


def _note_apart(array: ndarray, tick: int, writer: str, place: Any) -> None:
    before = write_apart(array)
    if before is None and len(apart_writes) > MANY:
        for key in [key for key, (ref, _) in apart_writes.items() if ref() is None]:
            del apart_writes[key]
    apart_writes[id(array)] = weakref.ref(array), _one_more(before, tick, writer, place)


def _one_more(before: Write | None, tick: int, writer: str, place: Any) -> Write:
    if before is None:
        return new_tuple(Write, (tick, writer, place, 1, (tick,)))
    ticks = (*before.ticks[1:], tick) if len(before.ticks) > TICKS else (*before.ticks, tick)
    return new_tuple(Write, (tick, writer, place, before.changes + 1, ticks))


def write_apart(array: ndarray) -> Write | None:
    """The last change through this array alone, if it is that of `.data` or of a view of it."""
    ref, write = apart_writes.get(id(array), NEVER)
    return write if ref is not None and ref() is array else None


def last_write(array: Any) -> Write | None:
    """The last change of the memory `array` looks into."""
    return last_writes.get(id(owner(array)))


def last_write_of(tensor: Tensor) -> Write | None:
    """The last change of a tensor; `.data`, and views of it, count theirs apart."""
    if not counts_apart(tensor):
        return last_writes.get(id(owner(tensor.array)))
    return write_apart(tensor.array if tensor.root is DATA else tensor.root.base.array)


def as_array(values: Any, dtype: Any) -> ndarray:
    """Nested lists of numbers as an array, with a complaint when they are ragged."""
    try:
        return np.array(values, dtype)
    except OverflowError as error:
        raise ValueFault(f"a number is too large for {OF[np.dtype(dtype)].name}: {error}") from None
