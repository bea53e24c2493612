"""Arrays in files: .npy and .npz, written plainly and read without ever unpickling.

The header of an .npy file is Python source, which numpy gives to Python's own parser. Here a
pattern reads it: whatever a file may hold, nothing in it is evaluated, and no memory is taken
before the file has shown that it is long enough to fill it.
"""

from __future__ import annotations

import io
import re
from itertools import islice
from math import prod
from typing import Any, NamedTuple

import numpy as np

from gradcli.engine.tensor.conversion import refuse_beyond
from gradcli.faults.tree import ValueFault

MAGIC = b"\x93NUMPY"
LENGTHS = {b"\1\0": 2, b"\2\0": 4, b"\3\0": 4}     # by version: the bytes that count the header's length
LONGEST = 10_000    # bytes of a header
KEY = r"""(?:'(?:descr|fortran_order|shape)'|"(?:descr|fortran_order|shape)")"""
LENGTH = "[0-9]{1,19}L?"     # of a dimension; Python 2 wrote the L
VALUE = rf"""(?:'[^'"\\]*'|"[^'"\\]*"|True|False|\((?:{LENGTH}(?:,{LENGTH})*,?)?\))"""
ITEM = re.compile(f"({KEY}):({VALUE})")
HEADER = re.compile(rf"\{{{ITEM.pattern},{ITEM.pattern},{ITEM.pattern},?\}}")    # of a text without blanks
NUMBER = re.compile(r"[<>=|]?(?:[fiub][0-9]{1,2}|\?)")
STORED = ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool")
MOST_NAMES, LONGEST_NAME = 20, 100      # members that a message names, and characters of each
TOO_LARGE = "a whole number in it is larger than 64 bits can hold"
INFLATION = 1100    # times that deflate can make something longer


class Header(NamedTuple):
    """What the header of a .npy file says, and where the numbers begin."""

    dtype: Any
    fortran_order: bool
    shape: tuple[int, ...]
    start: int


def from_npy(content: bytes) -> Any:
    """The array in the bytes of a .npy file."""
    header = _header(content)
    count = prod(header.shape)
    expected, available = count * header.dtype.itemsize, len(content) - header.start
    if expected > available:
        raise ValueFault(f"no .npy array can be read: its header promises {expected} bytes of numbers, "
                         f"and {available} follow it")
    try:
        flat = np.frombuffer(content, header.dtype, count, header.start) if count else np.empty(0, header.dtype)
        array = flat.reshape(header.shape, order="F" if header.fortran_order else "C")
    except ValueError as error:     # more dimensions, or longer ones, than numpy has
        raise ValueFault(f"no .npy array can be read: {error}") from None
    return _native(array)


def _header(content: bytes) -> Header:
    """The header of a .npy file, of which every part is checked."""
    if not content.startswith(MAGIC):
        raise ValueFault("no .npy array can be read: the file does not begin as one does")
    width = LENGTHS.get(content[6:8])
    if width is None:
        raise ValueFault("no .npy array can be read: its version is none of 1.0, 2.0 and 3.0")
    start = 8 + width + int.from_bytes(content[8 : 8 + width], "little")
    if start > len(content):
        raise ValueFault("no .npy array can be read: the file ends within its header")
    if start > LONGEST:
        raise ValueFault(f"no .npy array can be read: its header is longer than {LONGEST} bytes")
    text = "".join(content[8 + width : start].decode("utf-8", "replace").split())
    if not HEADER.fullmatch(text):
        raise ValueFault("no .npy array of numbers can be read: its header does not name descr, fortran_order and shape"
                         " as a plain array's does")
    fields = {key[1:-1]: value for key, value in ITEM.findall(text)}
    if fields.keys() != {"descr", "fortran_order", "shape"}:
        raise ValueFault("no .npy array can be read: its header names one thing twice")
    if fields["fortran_order"] not in ("True", "False") or fields["shape"][0] != "(" or fields["descr"][0] not in "'\"":
        raise ValueFault("no .npy array can be read: descr, fortran_order or shape in its header is of a wrong type")
    shape = tuple(int(length) for length in re.findall("[0-9]+", fields["shape"]))
    return Header(_dtype(fields["descr"][1:-1]), fields["fortran_order"] == "True", shape, start)


def _dtype(descr: str) -> Any:
    """The element type that a header names, which must be one of numbers."""
    try:
        if NUMBER.fullmatch(descr):
            return np.dtype(descr)
    except TypeError:
        pass
    raise ValueFault(f"the file holds {descr[:40]} and not numbers")


def from_npz(content: bytes, member: str) -> Any:
    """One array of a .npz file: the one named, or the only one there is."""
    try:
        archive = _archive(content)
        names = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
        member = member or (next(iter(names)) if len(names) == 1 else "")
        if member not in names:
            offered = [name[:LONGEST_NAME] for name in islice(names, MOST_NAMES)]
            more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
            raise ValueFault(f"the .npz file holds {', '.join(offered) or 'nothing'}{more}",
                             *(f"@FILE:{name}" for name in offered))
        packed = _member(archive, names[member])
    except (MemoryError, ValueFault):
        raise
    except Exception as error:      # zipfile raises a dozen types for what is malformed, and lists them nowhere
        raise ValueFault(f"no .npz archive can be read: {error or type(error).__name__}") from None
    return from_npy(packed)


def _archive(content: bytes) -> Any:
    from zipfile import ZipFile

    return ZipFile(io.BytesIO(content))


def _member(archive: Any, info: Any) -> bytes:
    """The bytes of a member that is stored or deflated, once its length is one that it can have."""
    from zipfile import ZIP_DEFLATED, ZIP_STORED

    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise ValueFault(f"no .npz archive can be read: {info.filename} is compressed by method {info.compress_type}, "
                         "and only stored and deflated members are read")
    if info.flag_bits & 0x1:
        raise ValueFault(f"no .npz archive can be read: {info.filename} is encrypted")
    if info.file_size > INFLATION * info.compress_size + 100:
        raise ValueFault(f"no .npz archive can be read: {info.filename} promises more bytes than it can hold")
    content: bytes = archive.read(info)
    return content


def to_npy(array: Any) -> bytes:
    """The bytes of a .npy file."""
    array = _storable(array)
    if array.dtype.kind not in "biuf":
        raise ValueFault(TOO_LARGE)
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def to_npz(arrays: dict[str, Any]) -> bytes:
    """The bytes of a .npz file with these arrays."""
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **{name: _storable(array) for name, array in arrays.items()})
    return file.getvalue()


def _storable(array: Any) -> Any:
    """An array or a number in a type that .npy files have: bfloat16 as float32, which holds the same numbers."""
    array = np.asarray(array)
    return array.astype(np.float32) if array.dtype.kind == "V" else array


def from_lists(numbers: Any, single: bool) -> Any:
    """The array of nested lists of numbers: whole numbers stay whole, others are of single or double precision."""
    try:
        array = np.array(numbers) if numbers else np.empty(0)
    except ValueError:
        raise ValueFault(_ragged(numbers) or "the numbers do not form an array") from None
    if array.dtype.kind not in "bif":
        raise ValueFault(TOO_LARGE)
    if not single or array.dtype.kind != "f":
        return array
    narrow = array.astype(np.float32)
    if (np.isinf(narrow) & np.isfinite(array)).any():
        largest = array[np.isfinite(array)][np.abs(array[np.isfinite(array)]).argmax()]
        raise ValueFault(f"{largest:g} is beyond single precision, which ends at 3.4e38",
                         "--double     reads numbers in double precision")
    return narrow


def from_stored(data: list[Any], dtype: str, shape: Any) -> Any:
    """The array of the data, dtype and shape that --format json writes; the data as they are for any other dtype."""
    if dtype not in STORED:
        return data
    try:
        return np.array(data, dtype).reshape(shape if isinstance(shape, list) else -1)
    except (ValueError, TypeError, OverflowError):
        raise ValueFault(f"its data are no numbers of dtype {dtype} and shape {shape}") from None


def _ragged(value: Any) -> str:
    """Where nested lists that are no array differ in length or depth."""
    pending = [("", value)]
    for place, items in pending:
        lengths = [len(item) if isinstance(item, list) else -1 for item in items]
        odd = next((n for n, length in enumerate(lengths) if length != lengths[0]), None)
        if odd is not None:
            first, other = (_items(length) if length >= 0 else "a number" for length in (lengths[0], lengths[odd]))
            return f"its lists are ragged: {other} at {place}[{odd}], and {first} at {place}[0]"
        pending += [(f"{place}[{n}]", item) for n, item in enumerate(items) if isinstance(item, list)]
    inner = [(place, len(items)) for place, items in pending if items and not isinstance(items[0], list)]
    for place, length in inner[1:]:
        if length != inner[0][1]:
            return f"its lists are ragged: {_items(length)} at {place}, and {inner[0][1]} at {inner[0][0]}"
    return ""


def _items(count: int) -> str:
    return f"{count} item{'s' * (count != 1)}"


def _native(array: Any) -> Any:
    """A copy in the machine's byte order, of an element type that tensors have."""
    if array.dtype.kind == "b":
        return array.view(np.uint8) != 0        # a byte other than 0 and 1 is no truth value of numpy's
    native = array.astype(array.dtype.newbyteorder("="))
    refuse_beyond(native)
    wide = {"u2": np.int32, "u4": np.int64, "u8": np.int64, "f16": np.float64}.get(native.dtype.str[1:])
    return np.ascontiguousarray(native if wide is None else native.astype(wide)).reshape(array.shape)
