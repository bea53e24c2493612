"""The two styles: how any value of a program prints.

`text` is what `str` would say and `quoted` what `repr` would; they differ for strings
and for what users define. Only tensors, storages and graph nodes look different in the
two styles, so those are all that a style defines.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.display import legacy, modern
from gradcli.display.containers import CONTAINERS, SIMPLE, plain, written
from gradcli.display.number_format import Array
from gradcli.display.print_options import Options
from gradcli.display.pseudo_address import Addresses
from gradcli.engine.autograd.op import NodeOutput, Op
from gradcli.engine.tensor.dtypes import OF, Default
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


class Style:
    """How values print.

    `others` gives the text of what a style has none for, quoted or not, and `address` the pseudo-address of
    an object; without them, the language's own formatter does.
    """

    name: str
    names_results = False       # whether results returned together show their names

    def __init__(self, address: Callable[[object], str] | None = None,
                 others: Callable[[Any, bool], str] | None = None) -> None:
        self.address = address or Addresses()
        self.others = others or self._formatter().text_without_style

    def _formatter(self) -> Formatter:
        return Formatter(Policy(text=lambda value: self.text(value, Options()),
                                repr=lambda value: self.quoted(value, Options()),
                                address=lambda value: int(self.address(value), 16)), Budget())

    def text(self, value: Any, options: Options) -> str:
        """What print(value) shows, without the end of the line."""
        return plain(value, str) if type(value) in SIMPLE else self._written(value, options, False)

    def quoted(self, value: Any, options: Options) -> str:
        """What repr(value) is: strings in quotes."""
        return plain(value) if type(value) in SIMPLE else self._written(value, options, True)

    def format(self, value: Any, spec: str, options: Options) -> str:
        """What an f-string shows for `{value:spec}`; a spec for plain numbers is the caller's to check."""
        if not isinstance(value, Tensor) or (isinstance(value, NumpyArray) and not spec):
            return format(value, spec) if spec else self.text(value, options)
        if self.formats_number(value, spec):
            return format(number(value.array), spec)
        if spec:
            kind = "Parameter" if isinstance(value, Parameter) else "Tensor"
            raise ArgumentFault(f"unsupported format string passed to {kind}.__format__",
                                ("{x.item():" + spec[:20] + "}", "formats the number of a tensor that has just one"))
        return self.tensor(value, options)

    def tensor(self, value: Tensor, options: Options) -> str:
        """The text of a tensor, a Variable or a Parameter."""
        raise NotImplementedError

    def array(self, value: Array, quoted: bool) -> str:
        """The text of an array of numpy's."""
        return repr(value) if quoted else str(value)

    def storage(self, value: Storage) -> str:
        """The text of a storage."""
        raise NotImplementedError

    def node_name(self, node: Op) -> str:
        """What this style calls a recorded call."""
        raise NotImplementedError

    def formats_number(self, value: Tensor, spec: str) -> bool:
        """Whether an f-string shows the number in `value` rather than the tensor."""
        raise NotImplementedError

    def _written(self, value: Any, options: Options, quoted: bool) -> str:
        def say(item: Any) -> str:
            return self._single(item, options, quoted or item is not value)

        return written(value, say, self.names_results)

    def _single(self, value: Any, options: Options, quoted: bool) -> str:
        """The text of what holds no values that a style has a text for."""
        if type(value) in SIMPLE or type(value) in CONTAINERS:
            return plain(value)
        if isinstance(value, NumpyArray) and value.array.dtype.kind in NUMBERS:
            return self.array(value.array, quoted)
        if isinstance(value, Tensor):
            return self.tensor(value, options) if not isinstance(value, Uninitialized) else value.text()
        if isinstance(value, Op | NodeOutput):
            node = value.node if isinstance(value, NodeOutput) else value
            return f"<{self.node_name(node)} object at {self.address(node)}>"
        exposure = exposure_of(type(value))
        if exposure is not None and exposure.display is not None:
            return str(exposure.display(value, self))
        if isinstance(value, Storage):
            return self.storage(value)
        return self.others(value, quoted)


class Tutorial(Style):
    """PyTorch 0.1.12."""

    name = "tutorial"

    def tensor(self, value: Tensor, options: Options) -> str:
        era = _kin(value)
        if not era:
            return _modern_text(value, options)
        text = legacy.tensor_text(value.array, f"torch.{era}Tensor", options)
        if isinstance(value, Variable):
            return f"{'Parameter' if isinstance(value, Parameter) else 'Variable'} containing:{text}"
        return text if _sized_then(value) else repr(number(_element(value.array)))

    def array(self, value: Array, quoted: bool) -> str:
        """As numpy 1.13 printed, the newest of that time: it made doubles of all floating numbers first."""
        narrow = value.size > 0 and value.ndim > 0 and value.dtype.kind == "f" and value.dtype.itemsize < 8
        with np.printoptions(legacy="1.13"):
            text = super().array(value.astype(np.float64) if narrow else value, quoted)
        return f"{text[:-1]}, dtype={value.dtype.name})" if narrow and quoted else text

    def storage(self, value: Storage) -> str:
        return legacy.storage_text(_bytes(value.array), f"torch.{_kin(value)}Storage")

    def node_name(self, node: Op) -> str:
        return node.legacy_class_name

    def formats_number(self, value: Tensor, spec: str) -> bool:
        return value.array.ndim == 0 and (bool(spec) or not (isinstance(value, Variable) or _sized_then(value)))


class Modern(Style):
    """torch 2.13."""

    name = "modern"
    names_results = True

    def tensor(self, value: Tensor, options: Options) -> str:
        return _modern_text(value, options)

    def storage(self, value: Storage) -> str:
        kind = f"torch.storage.TypedStorage(dtype=torch.{value.dtype.name}, device=cpu)"
        return legacy.storage_text(value.array, kind)

    def node_name(self, node: Op) -> str:
        return node.modern_name

    def formats_number(self, value: Tensor, spec: str) -> bool:
        return value.array.ndim == 0 and not isinstance(value, Parameter)


STYLES: dict[str, type[Style]] = {style.name: style for style in (Tutorial, Modern)}


def number(array: Array) -> Any:
    """The Python number in an array of one element."""
    return array.item()


def _sized_then(value: Tensor) -> bool:
    """Whether 0.1.12 had a tensor where there is this one: `.data` of a single number was one of size 1."""
    return value.array.ndim > 0 or value.root is DATA


def _element(array: Array) -> Array:
    """A single value as it was then: an element of a ByteTensor a zero or one, the result of a comparison True."""
    return array if array.base is None else _bytes(array)


def _bytes(array: Array) -> Array:
    """Truth values as the zeros and ones they were in 0.1.12."""
    return array.view("uint8") if array.dtype == bool else array


def _kin(value: Any) -> str:
    """The class of 0.1.12 nearest to an element type, without its `Tensor`; empty if there is none."""
    return "Byte" if value.dtype.name == "bool" else str(value.dtype.era)


def _modern_text(value: Tensor, options: Options) -> str:
    try:
        node = value.grad_fn        # type: ignore[attr-defined]  # attached by engine/surface.py
        name = None if node is None else node.modern_name.rsplit(".", 1)[-1]
    except ViewWrite:
        name = "Invalid"
    tangent = Dual.level.tangent(value) if type(value) is Dual and Dual.level is not None else None
    text = modern.tensor_text(value.array, value.dtype.name, options,
                              grad_fn=name,
                              requires_grad=value.requires_grad, default=OF[Default.floating].name,
                              tangent=None if tangent is None else repr(tangent.array.item()) if (
                                  not tangent.array.ndim) else _modern_text(tangent, options))
    return f"Parameter containing:\n{text}" if isinstance(value, Parameter) else text


def require_style(name: Any) -> None:
    """Refuse a style that is none of these."""
    if type(name) is not str or name not in STYLES:
        raise ValueFault(f"{name!r} is no style: choose one of {', '.join(STYLES)}",
                         *(f"style={known!r}" for known in STYLES))
