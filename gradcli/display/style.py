"""The two styles, tutorial and modern: how every value of a program prints.

`text` returns what `str` would and `quoted` what `repr` would; they differ for strings and for classes of the
program. Only tensors, arrays, storages and graph nodes differ between the styles, so a style defines no others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.display import legacy, modern
from gradcli.display.containers import CONTAINERS, SIMPLE, is_simple, render_container, simple_text
from gradcli.display.number_format import Array
from gradcli.display.print_options import PrintOptions
from gradcli.display.pseudo_address import Addresses
from gradcli.engine.autograd.detached import TEXT, Detachments, report_detached
from gradcli.engine.autograd.op import NodeOutput, Op
from gradcli.engine.node_names import legacy_node_name
from gradcli.engine.plain_numbers import is_number, number_of
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, OF, Default
from gradcli.engine.tensor.storage import Storage
from gradcli.engine.tensor.tensor import DATA, Tensor
from gradcli.engine.tensor.uninitialized import Uninitialized
from gradcli.engine.tensor.variable import Array as NumpyArray
from gradcli.engine.tensor.variable import Dual, Parameter, Variable
from gradcli.exposure import exposure_of
from gradcli.faults.mistakes import ViewWrite
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.lang.budget import Budget
from gradcli.lang.policy import Policy
from gradcli.lang.runtime.format import Formatter

NUMBERS = "biufc"       # the kinds of numpy's types whose text is numbers
TENSORS = frozenset({Tensor, Variable, Parameter})      # the classes of nearly all tensors, which are no containers
NODES = (Op, NodeOutput)
FLAT = frozenset({list, tuple, set, frozenset})         # containers that Python's `repr` prints right if all in them is


class Style:
    """How values print.

    address  returns the pseudo-address of an object; Addresses unless another is passed
    others   returns the text of a value, quoted or not, that the style does not define; else Formatter.unstyled
    """

    name: str
    names_results = False       # whether named tuples of operations print their field names

    def __init__(self, address: Callable[[object], str] | None = None,
                 others: Callable[[Any, bool], str] | None = None) -> None:
        self.address = address or Addresses()
        self.others = others or self._formatter().text_without_style

    def _formatter(self) -> Formatter:
        return Formatter(Policy(text=lambda value: self.text(value, PrintOptions()),
                                repr=lambda value: self.quoted(value, PrintOptions()),
                                address=lambda value: int(self.address(value), 16)), Budget())

    def text(self, value: Any, options: PrintOptions) -> str:
        """What `print(value)` writes, without the end of the line."""
        kind = type(value)
        if kind in TENSORS:
            return self._tensor_text(value, options)
        if kind in SIMPLE:
            return simple_text(value, str)
        return simple_text(value) if kind in FLAT and is_simple(value) else self._render(value, options, False)

    def quoted(self, value: Any, options: PrintOptions) -> str:
        """What `repr(value)` returns: strings in quotes."""
        kind = type(value)
        if kind in TENSORS:
            return self._tensor_text(value, options)
        return simple_text(value) if kind in SIMPLE or kind in FLAT and is_simple(value) else (
            self._render(value, options, True))

    def format(self, value: Any, spec: str, options: PrintOptions) -> str:
        """What an f-string writes for `{value:spec}`; the caller has checked a spec for plain numbers."""
        if not isinstance(value, Tensor) or (isinstance(value, NumpyArray) and not spec):
            return format(value, spec) if spec else self.text(value, options)
        if self.formats_number(value, spec):
            number = number_of(value) if is_number(value) else scalar_of(value.array)
            return format(report_detached(value, "format()", number), spec)
        if spec:
            kind = "Parameter" if isinstance(value, Parameter) else "Tensor"
            raise ArgumentFault(f"unsupported format string passed to {kind}.__format__",
                                ("{x.item():" + spec[:20] + "}", "formats the number of a tensor that has just one"))
        return self._tensor_text(value, options)

    def _tensor_text(self, value: Tensor, options: PrintOptions) -> str:
        """The text of a tensor, or of the numbers that the observer of detached values puts in place of its own."""
        if Detachments.observer is None and Detachments.reader is None:
            return self.tensor(value, options)
        own = value.array
        array = report_detached(value, TEXT, own)
        if array is own:
            return self.tensor(value, options)
        value.array = array
        try:
            return self.tensor(value, options)
        finally:
            value.array = own

    def tensor(self, value: Tensor, options: PrintOptions) -> str:
        """The text of a tensor, a Variable or a Parameter."""
        raise NotImplementedError

    def array(self, value: Array, quoted: bool) -> str:
        """The text of an array of numpy's."""
        return repr(value) if quoted else str(value)

    def storage(self, value: Storage) -> str:
        """The text of a storage."""
        raise NotImplementedError

    def node_name(self, node: Op) -> str:
        """The class name of a node in this style."""
        raise NotImplementedError

    def formats_number(self, value: Tensor, spec: str) -> bool:
        """Whether an f-string formats the number in `value` instead of the tensor."""
        raise NotImplementedError

    def _render(self, value: Any, options: PrintOptions, quoted: bool) -> str:
        def render_item(item: Any) -> str:
            return self._single(item, options, quoted or item is not value)

        return render_container(value, render_item, self.names_results)

    def _single(self, value: Any, options: PrintOptions, quoted: bool) -> str:
        """The text of a value that is no container, or a container of simple values."""
        if type(value) in SIMPLE or type(value) in CONTAINERS:
            return simple_text(value)
        if isinstance(value, NumpyArray) and value.array.dtype.kind in NUMBERS:
            if not options.arrays:
                return self.array(value.array, quoted)
            with np.printoptions(**options.arrays):
                return self.array(value.array, quoted)
        if isinstance(value, Tensor):
            return value.text() if isinstance(value, Uninitialized) else self._tensor_text(value, options)
        if isinstance(value, NODES):
            node = value.node if isinstance(value, NodeOutput) else value
            return f"<{self.node_name(node)} object at {self.address(node)}>"
        exposure = exposure_of(type(value))
        if exposure is not None and exposure.display is not None:
            return str(((quoted and exposure.quoted) or exposure.display)(value, self))
        if isinstance(value, Storage):
            return self.storage(value)
        return self.others(value, quoted)


class Tutorial(Style):
    """PyTorch 0.1.12."""

    name = "tutorial"

    def tensor(self, value: Tensor, options: PrintOptions) -> str:
        era = _legacy_class(value)
        if not era:
            return _modern_text(value, options)
        text = legacy.tensor_text(value.array, f"torch.{era}Tensor", options)
        if isinstance(value, Variable):
            return f"{'Parameter' if isinstance(value, Parameter) else 'Variable'} containing:{text}"
        return text if _had_dimensions(value) else repr(number_of(value))

    def array(self, value: Array, quoted: bool) -> str:
        """As numpy 1.13 printed, the newest of that time: it made doubles of all floating numbers first."""
        narrow = value.size > 0 and value.ndim > 0 and value.dtype.kind in FLOAT_KINDS and value.dtype.itemsize < 8
        with np.printoptions(legacy="1.13", formatter=np.get_printoptions()["formatter"]):    # else numpy drops it
            text = super().array(value.astype(np.float64) if narrow else value, quoted)
        return f"{text[:-1]}, dtype={value.dtype.name})" if narrow and quoted else text

    def storage(self, value: Storage) -> str:
        return legacy.storage_text(_bytes(value.array), f"torch.{_legacy_class(value)}Storage")

    def node_name(self, node: Op) -> str:
        return legacy_node_name(node)

    def formats_number(self, value: Tensor, spec: str) -> bool:
        return value.array.ndim == 0 and (bool(spec) or not (isinstance(value, Variable) or _had_dimensions(value)))


class Modern(Style):
    """torch 2.13."""

    name = "modern"
    names_results = True

    def tensor(self, value: Tensor, options: PrintOptions) -> str:
        return _modern_text(value, options)

    def storage(self, value: Storage) -> str:
        kind = f"torch.storage.TypedStorage(dtype=torch.{value.dtype.name}, device=cpu)"
        return legacy.storage_text(value.array, kind)

    def node_name(self, node: Op) -> str:
        return node.modern_name

    def formats_number(self, value: Tensor, spec: str) -> bool:
        return value.array.ndim == 0 and not isinstance(value, Parameter)


STYLES: dict[str, type[Style]] = {style.name: style for style in (Tutorial, Modern)}


def scalar_of(array: Array) -> Any:
    """The Python number in an array of one element."""
    return array.item()


def _had_dimensions(value: Tensor) -> bool:
    """Whether this was a tensor in 0.1.12, which had no 0-d tensors; `.data` of a single number had the size 1."""
    return value.array.ndim > 0 or value.root is DATA


def _bytes(array: Array) -> Array:
    """Bools as uint8, which they were in 0.1.12; other arrays as they are."""
    return array.view("uint8") if array.dtype == bool else array


def _legacy_class(value: Any) -> str:
    """The name of the 0.1.12 class for the dtype of a value, such as "Float"; "" if there is none."""
    dtype = value.dtype
    if dtype.is_complex:
        return ""
    return "Byte" if dtype.name == "bool" else str(dtype.era)


def _modern_text(value: Tensor, options: PrintOptions) -> str:
    name = None
    if value.node is not None or value.root is not None:
        try:
            node = value.grad_fn
            name = None if node is None else node.modern_name.rsplit(".", 1)[-1]
        except ViewWrite:
            name = "Invalid"
    tangent = Dual.level.tangent(value) if type(value) is Dual and Dual.level is not None else None
    text = modern.tensor_text(value.array, value.dtype.name, options, name, value.requires_grad,
                              OF[Default.floating].name,
                              None if tangent is None else repr(tangent.array.item()) if (
                                  not tangent.array.ndim) else _modern_text(tangent, options))
    return f"Parameter containing:\n{text}" if isinstance(value, Parameter) else text


def require_style(name: Any, option: str = "style") -> None:
    """Raise ValueFault for a name that is no style."""
    if type(name) is not str or name not in STYLES:
        raise ValueFault(f"{name!r} is no {option}: choose one of {', '.join(STYLES)}",
                         *(f"{option}={style!r}" for style in STYLES))
