"""`torch.nn.utils.rnn`: PackedSequence, sequences of different lengths packed step by step."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.memory import MemoryLimit
from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import exposed
from gradcli.faults.attributes import NoTensor
from gradcli.faults.source import NamedValue
from gradcli.faults.tree import ArgumentFault, ShapeFault, ValueFault
from gradcli.nn.utils.pad_sequence import pad_sequence

CASTS = "double float half long int short char byte".split()


class _Packed(NamedTuple):
    data: Any
    batch_sizes: Any
    sorted_indices: Any = None
    unsorted_indices: Any = None


@exposed("data", "batch_sizes", "sorted_indices", "unsorted_indices", "to", "cpu", "cuda", "is_cuda", *CASTS)
class PackedSequence(_Packed):
    """The members of all sequences, first those of the first step, and how many there are at each step.

    `sorted_indices` say where the sequences, the longest first, stood before; `unsorted_indices` bring them back.
    """

    __slots__ = ()
    _module_path = "torch.nn.utils.rnn"

    def __new__(cls, data: Any, batch_sizes: Any = None, sorted_indices: Any = None,
                unsorted_indices: Any = None) -> PackedSequence:
        if batch_sizes is None:
            if not isinstance(data, tuple | list) or len(data) != 2:
                raise ArgumentFault("Expected data to be a list or tuple of length 2", "pack_sequence([a, b])")
            data, batch_sizes = data
        tensors = [data, *(t for t in (sorted_indices, unsorted_indices) if t is not None)]
        not_tensor = next((t for t in tensors if not isinstance(t, Tensor)), None)
        if not_tensor is not None:
            raise ArgumentFault(f"a PackedSequence holds tensors, not {described(not_tensor)}", "pack_sequence([a, b])")
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        checked_batch_sizes(batch_sizes)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def __parts__(self) -> tuple[str, list[Any], str]:
        fields = list(self._asdict().items())
        printed = fields if isinstance(self.batch_sizes, Tensor) else fields[:2]
        return "PackedSequence(", [NamedValue(*field) for field in printed], ")"

    def to(self, *args: Any, **options: Any) -> Any:
        """The PackedSequence with its data converted by `Tensor.to`."""
        return self._replace(data=traced.to(self.data, *args, **options))

    def cpu(self) -> Any:
        """Itself: there is one device."""
        return self

    def cuda(self, *args: Any, **options: Any) -> Any:
        """Refused: there is no GPU."""
        raise ValueFault("there is no GPU here: everything is computed on the CPU",
                         ("if torch.cuda.is_available():", "before moving anything to it"))

    @property
    def is_cuda(self) -> bool:
        """Whether its members are on a GPU: they are not."""
        return False


def _cast(name: str) -> Any:
    def cast(self: Any) -> Any:
        return self._replace(data=getattr(traced, name)(self.data))

    cast.__name__ = cast.__qualname__ = name
    cast.__doc__ = f"The same with members of type {name}."
    return cast


for _name in CASTS:
    setattr(PackedSequence, _name, _cast(_name))


def checked_batch_sizes(batch_sizes: Any) -> list[int]:
    """batch_sizes as a list of ints. ValueFault if they rise."""
    values = batch_sizes.array.tolist() if isinstance(batch_sizes, Tensor) else batch_sizes
    if not isinstance(values, list) or not values or not all(type(n) is int and n > 0 for n in values):
        raise ArgumentFault(f"batch_sizes are whole numbers, one for each step, not {described(batch_sizes)}",
                            "pack_sequence([a, b])")
    if any(later > earlier for earlier, later in zip(values, values[1:], strict=False)):
        raise ValueFault("batch_sizes must not rise from step to step: the longest sequence stands first")
    return values


def _packed(sequence: Any, name: str) -> PackedSequence:
    if not isinstance(sequence, PackedSequence):
        raise NoTensor(f"{name}() takes a PackedSequence, not {described(sequence)}",
                       ("nn.utils.rnn.pack_padded_sequence(x, lengths)", "makes one")).saying(
            f"'{type_name(sequence)}' object has no attribute 'batch_sizes'")
    return sequence


def invert_permutation(permutation: Any) -> Any:
    """The inverse permutation."""
    if permutation is None:
        return None
    if not isinstance(permutation, Tensor) or permutation.array.ndim != 1 or permutation.array.dtype.kind not in "iu":
        raise ArgumentFault(f"a permutation is a tensor of whole numbers, not {described(permutation)}")
    return Tensor(np.argsort(permutation.array, kind="stable").astype(permutation.array.dtype))


def _lengths(lengths: Any, batch: int) -> Any:
    """`lengths` as an int64 array, (batch,)."""
    values = lengths.array if isinstance(lengths, Tensor) else lengths
    if not isinstance(values, np.ndarray | list | tuple):
        raise ArgumentFault(f"lengths must be a list or tensor of whole numbers, not {described(lengths)}",
                            "lengths=[3, 2]")
    numbers = values.tolist() if isinstance(values, np.ndarray) else [
        n.array.item() if isinstance(n, Tensor) and n.array.size == 1 else n for n in values]
    if not isinstance(numbers, list) or not all(type(n) in (int, float) and n == int(n) for n in numbers):
        raise ArgumentFault(f"lengths must be whole numbers, not {described(lengths)}", "lengths=[3, 2]")
    if len(numbers) != batch:
        raise ShapeFault(f"Expected `len(lengths)` to be equal to batch_size, but got {len(numbers)} "
                         f"(batch_size={batch})")
    return np.array(numbers, np.int64)


def pack_padded_sequence(input: Any, lengths: Any, batch_first: bool = False,
                         enforce_sorted: bool = True) -> Any:
    """Pack padded sequences; `enforce_sorted` requires that `lengths` do not rise."""
    if not isinstance(input, Tensor) or input.array.ndim < 2:
        raise ArgumentFault(f"pack_padded_sequence() needs sequences side by side in one tensor, not "
                            f"{described(input)}", "pack_padded_sequence(torch.ones(3, 2, 1), [3, 2])")
    at = 0 if batch_first else 1
    sizes = _lengths(lengths, input.array.shape[at])
    if not input.array.size:
        raise ShapeFault("Cannot pack empty tensors.")
    order = None
    if not enforce_sorted:
        places = np.argsort(-sizes, kind="stable")
        sizes, order = sizes[places], Tensor(places)
        input = traced.index_select(input, at, order)
    if sizes.min() <= 0:
        raise ShapeFault("Length of all samples has to be greater than 0, but found an element in 'lengths' that is "
                         "<= 0")
    if (sizes[1:] > sizes[:-1]).any():
        raise ShapeFault("`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can "
                         "pass `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this "
                         "requirement if you do not need ONNX exportability.", "enforce_sorted=False")
    steps = traced.transpose(input, 0, 1) if batch_first else input
    length, batch = steps.array.shape[:2]
    if sizes[0] > length:
        raise ShapeFault(f"a sequence of {sizes[0]} members cannot be taken from {length} steps")
    goes_on = np.arange(sizes[0])[:, None] < sizes
    rows = traced.reshape(steps, (length * batch, *steps.array.shape[2:]))
    data = traced.index_select(rows, 0, Tensor(np.flatnonzero(goes_on)))
    numbers: Any = goes_on.sum(1)
    return PackedSequence(traced.renamed(data, "PackPaddedSequenceBackward0"),
                          numbers.tolist() if Current.legacy else Tensor(numbers), order)


def pad_packed_sequence(sequence: Any, batch_first: bool = False, padding_value: float = 0.0,
                        total_length: int | None = None) -> Any:
    """The sequences padded to one length, and their lengths."""
    data, sizes, _, order = _packed(sequence, "pad_packed_sequence")
    numbers = checked_batch_sizes(sizes)
    if total_length is not None and total_length < len(numbers):
        raise ValueFault(f"Expected total_length to be at least the length of the longest sequence in input, but got "
                         f"total_length={total_length} and max sequence length being {len(numbers)}")
    if sum(numbers) != len(data.array):
        raise ShapeFault(f"the steps have {sum(numbers)} members together, but data has {len(data.array)}")
    length = total_length or len(numbers)
    MemoryLimit.check("pad_packed_sequence", 8 * length * numbers[0])
    lengths = (np.array(numbers)[:, None] > np.arange(numbers[0])).sum(0)
    places = np.full((length, numbers[0]), len(data.array))
    places[np.arange(length)[:, None] < lengths] = np.arange(len(data.array))
    filling = traced.full((1, *data.array.shape[1:]), padding_value, dtype=data.dtype)
    rows = traced.index_select(traced.cat((data, filling), 0), 0, Tensor(places.reshape(-1)))
    padded = traced.renamed(traced.reshape(rows, (*places.shape, *data.array.shape[1:])), "CopySlices")
    if batch_first:
        padded = traced.transpose(padded, 0, 1)
    if order is not None:
        padded, lengths = traced.index_select(padded, 0 if batch_first else 1, order), lengths[order.array]
    return padded, lengths.tolist() if Current.legacy else Tensor(lengths)


def unpad_sequence(padded_sequences: Any, lengths: Any, batch_first: bool = False) -> list[Any]:
    """The sequences of a padded tensor, without padding."""
    if not isinstance(padded_sequences, Tensor) or padded_sequences.array.ndim < 2:
        raise ArgumentFault(f"unpad_sequence() needs sequences side by side in one tensor, not "
                            f"{described(padded_sequences)}")
    rows = padded_sequences if batch_first else traced.transpose(padded_sequences, 0, 1)
    sizes = _lengths(lengths, rows.array.shape[0])
    steps = np.arange(rows.array.shape[1])
    return [row[Tensor(steps < size)] for row, size in zip(traced.unbind(rows, 0), sizes, strict=True)]


def pack_sequence(sequences: Any, enforce_sorted: bool = True) -> Any:
    """Pack sequences of different lengths."""
    rows = list(sequences)
    padded = pad_sequence(rows)
    return pack_padded_sequence(padded, [len(row.array) for row in rows], enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: Any) -> list[Any]:
    """The sequences that were packed."""
    padded, lengths = pad_packed_sequence(_packed(packed_sequences, "unpack_sequence"), True)
    return unpad_sequence(padded, lengths, True)
