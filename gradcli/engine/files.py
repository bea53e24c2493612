"""Arrays in files: .npy and .npz, written plainly and read without ever unpickling."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np

from gradcli.errors import ValueFault

KINDS = "fiub"      # the kinds of number a tensor can hold


def from_npy(content: bytes) -> Any:
    """The array in the bytes of a .npy file."""
    try:
        return _checked(np.load(io.BytesIO(content), allow_pickle=False))
    except (ValueError, EOFError, OSError) as error:
        raise ValueFault(f"no .npy array can be read: {error}") from None


def from_npz(content: bytes, member: str) -> Any:
    """One array of a .npz file: the one named, or the only one there is."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            names = list(archive.files)
            member = member or (names[0] if len(names) == 1 else "")
            if member not in names:
                raise ValueFault(f"the .npz file holds {', '.join(names)}", *(f"@FILE.npz:{name}" for name in names))
            return _checked(archive[member])
    except (ValueError, EOFError, OSError, zipfile.BadZipFile, AttributeError) as error:
        if isinstance(error, ValueFault):
            raise
        raise ValueFault(f"no .npz archive can be read: {error}") from None


def to_npy(array: Any) -> bytes:
    """The bytes of a .npy file."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def to_npz(arrays: dict[str, Any]) -> bytes:
    """The bytes of a .npz file with these arrays."""
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def _checked(array: Any) -> Any:
    if not isinstance(array, np.ndarray) or array.dtype.kind not in KINDS:
        raise ValueFault(f"the file holds {getattr(array, 'dtype', 'something')} and not numbers")
    native = array.astype(array.dtype.newbyteorder("="))
    wide = {"u2": np.int32, "u4": np.int64, "u8": np.int64, "f16": np.float64}.get(native.dtype.str[1:])
    return np.ascontiguousarray(native if wide is None else native.astype(wide)).reshape(array.shape)
