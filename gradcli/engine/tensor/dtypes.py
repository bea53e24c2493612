"""Element types: their names in both ages, and what comes of mixing them.

Promotion follows PyTorch's documented rule: the category of a result (bool, integer,
floating, complex) is the highest among the operands, and within it tensors with dimensions
outrank tensors without, which outrank plain numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np

from gradcli.exposure import exposed, named
from gradcli.faults.tree import TypeFault

BOOL, INTEGER, FLOATING, COMPLEX = range(4)
FLOAT_KINDS = "fV"      # the kinds of numpy dtypes of floating numbers; V is that of bfloat16, of a library beside it
INEXACT = FLOAT_KINDS + "c"     # those of numbers that gradients can flow through


@named("torch.dtype")
@exposed("is_floating_point", "is_complex", "is_signed", "itemsize")
class DType:
    """An element type: `name` today, `era` the tensor class of 0.1.12 without its `Tensor`; `numpy` is the dtype of its
    arrays, None for bfloat16 until a program asks for it."""

    __slots__ = ("category", "era", "name", "numpy", "spellings")

    def __init__(self, spellings: str, numpy: Any, era: str, category: int) -> None:
        self.spellings = tuple(spellings.split())
        self.name = self.spellings[0]
        self.numpy: Any = None if numpy is None else np.dtype(numpy)
        self.era = era
        self.category = category

    @property
    def is_floating_point(self) -> bool:
        """Whether gradients can flow through elements of this type."""
        return self.category == FLOATING

    @property
    def is_complex(self) -> bool:
        """Whether elements are complex numbers, which have no derivatives here."""
        return self.category == COMPLEX

    @property
    def is_signed(self) -> bool:
        """Whether elements can be negative."""
        return self.category >= FLOATING or self.numpy.kind == "i"

    @property
    def itemsize(self) -> int:
        """Bytes of one element."""
        return 2 if self.numpy is None else int(self.numpy.itemsize)

    def stored(self) -> Any:
        """The dtype of its arrays. Of bfloat16 it is that of ml_dtypes, which is loaded at its first use."""
        if self.numpy is None:
            from ml_dtypes import bfloat16
            self.numpy = np.dtype(bfloat16)
            OF[self.numpy] = OF_REAL[self.numpy] = self
            HALVES.add(self.numpy)
        return self.numpy

    def __repr__(self) -> str:
        return f"torch.{self.name}"


DType.__name__ = "torch.dtype"      # as CPython's messages call it


class Typed:
    """The base of objects that stand for an element type: the tensor classes of 0.1.12."""

    __slots__ = ()

    tensor_dtype: Any       # a DType


ANSWERED_BY_NUMPY = "kind char num str byteorder alignment ndim shape names fields hasobject isnative".split()


@named("numpy.dtype")
@exposed("name", "itemsize", *ANSWERED_BY_NUMPY)
class ArrayType(Typed):
    """The element type of an array, as numpy shows it; equal to PyTorch's name of the same type."""

    __slots__ = ("tensor_dtype",)

    def __init__(self, dtype: DType) -> None:
        self.tensor_dtype = dtype

    def __getattr__(self, name: str) -> Any:
        dtype = self.tensor_dtype
        return getattr(np.dtype(dtype.numpy) if name in ANSWERED_BY_NUMPY else dtype, name)

    def __eq__(self, other: object) -> bool:
        return self.tensor_dtype is (other.tensor_dtype if isinstance(other, Typed) else other)

    def __hash__(self) -> int:
        return hash(self.tensor_dtype)

    def __repr__(self) -> str:
        return f"dtype('{self.tensor_dtype.name}')"

    def __str__(self) -> str:
        return str(self.tensor_dtype.name)


REAL = (
    DType("float32 float", np.float32, "Float", FLOATING),
    DType("float64 double", np.float64, "Double", FLOATING),
    DType("float16 half", np.float16, "Half", FLOATING),
    DType("int64 long", np.int64, "Long", INTEGER),
    DType("int32 int", np.int32, "Int", INTEGER),
    DType("int16 short", np.int16, "Short", INTEGER),
    DType("int8", np.int8, "Char", INTEGER),
    DType("uint8", np.uint8, "Byte", INTEGER),
    DType("bool", np.bool_, "Bool", BOOL),
)
COMPLEXES = (
    DType("complex64 cfloat", np.complex64, "ComplexFloat", COMPLEX),
    DType("complex128 cdouble", np.complex128, "ComplexDouble", COMPLEX),
)
ALL = REAL + COMPLEXES
OF: dict[Any, DType] = {dtype.numpy: dtype for dtype in ALL}
OF_REAL: dict[Any, DType] = {dtype.numpy: dtype for dtype in REAL}
BFLOAT16 = DType("bfloat16", None, "BFloat16", FLOATING)      # numpy has no such type
NAMED: dict[str, DType] = {name: dtype for dtype in (*ALL, BFLOAT16) for name in dtype.spellings}

float32, float64, float16, int64, int32, int16, int8, uint8, bool_ = (dtype.numpy for dtype in REAL)
complex64, complex128 = (dtype.numpy for dtype in COMPLEXES)
HALVES = {float16}
"""The floating types of 16 bits that tensors can have."""


@lru_cache(16)
def float_limits(dtype: Any) -> Any:
    """The limits of a floating type, as `np.finfo` has them."""
    if dtype.kind != "V":
        return np.finfo(dtype)
    import ml_dtypes
    limits: Any = ml_dtypes.finfo
    return limits(dtype)


@lru_cache(16)
def integer_limits(dtype: Any) -> tuple[int, int]:
    """The least and the greatest number of a type of whole numbers."""
    info = np.iinfo(dtype)
    return int(info.min), int(info.max)


OF_NUMBER: dict[type, Any] = {bool: bool_, int: int64}


class Default:
    """The type that `torch.ones(2)` and Python floats take; programs may change it."""

    floating: Any = float32


@contextmanager
def double_precision() -> Iterator[None]:
    """A context in which new floating tensors hold 64 bits, those too for which a program asks for fewer."""
    floating, narrow = Default.floating, [dtype for dtype in (*REAL, BFLOAT16) if dtype.category == FLOATING]
    stored = [dtype.numpy for dtype in narrow]
    Default.floating = float64
    for dtype in narrow:
        dtype.numpy = float64
    try:
        yield
    finally:
        Default.floating = floating
        for dtype, kind in zip(narrow, stored, strict=True):
            dtype.numpy = kind


def category(dtype: Any) -> int:
    """BOOL, INTEGER, FLOATING or COMPLEX for a numpy dtype."""
    return CATEGORIES[dtype.kind]


CATEGORIES = {"b": BOOL, "i": INTEGER, "u": INTEGER, "f": FLOATING, "V": FLOATING, "c": COMPLEX}


def complex_type_of(dtype: Any) -> Any:
    """The complex type whose parts have the floating type `dtype`; TypeFault for float16, whose complex is not here."""
    if dtype == float16:
        raise TypeFault("complex numbers of 16-bit parts (torch.complex32) are not part of the language",
                        ("x.float()", "with 32-bit parts"))
    return complex128 if dtype == float64 else complex64


def real_type_of(dtype: Any) -> Any:
    """The floating type of the real and imaginary parts of a complex type; any other type itself."""
    return dtype if dtype.kind != "c" else float64 if dtype == complex128 else float32


def promote(a: Any, b: Any) -> Any:
    """The type in which elements of numpy dtypes `a` and `b` meet, both being of one rank."""
    if a is b or a == b:
        return a
    ca, cb = category(a), category(b)
    if ca != cb:
        if ca + cb == FLOATING + COMPLEX:
            return np.promote_types(a, b)
        return a if ca > cb else b
    return float32 if a in HALVES and b in HALVES else np.promote_types(a, b)


def of_number(value: bool | int | float | complex) -> Any:
    """The type a plain number has where nothing else decides."""
    if type(value) is complex:
        return complex_type_of(Default.floating)
    return OF_NUMBER.get(type(value), Default.floating)


FIXED = {"Long": "int64_t", "Short": "int16_t", "Char": "int8_t", "Byte": "uint8_t"}
"""The C types by size, which some of PyTorch's messages use."""
CTYPES = {"Double": "double", "Half": "c10::Half", "BFloat16": "c10::BFloat16", "Int": "int", "Long": "long int",
          "Byte": "unsigned char", "Char": "signed char", "Short": "short int", "Bool": "bool", "Float": "float",
          "ComplexFloat": "c10::complex<float>", "ComplexDouble": "c10::complex<double>"}
"""What PyTorch calls element types, by their tensor classes, where it tells them as C++ does."""


def result_type(operands: Iterable[Any]) -> Any:
    """The numpy dtype in which arrays and plain numbers are computed together."""
    ranks: list[Any] = [None, None, None]   # dimensioned arrays, 0-d arrays, numbers
    for x in operands:
        rank, dtype = (0 if x.ndim else 1, x.dtype) if isinstance(x, np.ndarray | np.generic) else (2, of_number(x))
        ranks[rank] = dtype if ranks[rank] is None else promote(ranks[rank], dtype)
    return _over(ranks[0], _over(ranks[1], ranks[2]))


def _over(higher: Any, lower: Any) -> Any:
    """The stronger rank's type, unless the weaker one is of a higher category."""
    if higher is None or lower is None:
        return lower if higher is None else higher
    if category(higher) == FLOATING and category(lower) == COMPLEX:
        return complex_type_of(higher)
    return higher if category(higher) >= category(lower) else lower


def computing_type(dtype: Any) -> Any:
    """The floating or complex type in which functions like sin and division compute on `dtype`."""
    return dtype if dtype.kind in INEXACT else Default.floating
