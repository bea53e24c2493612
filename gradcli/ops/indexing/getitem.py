"""Reading and writing parts of tensors with square brackets.

A key is taken in two steps, as PyTorch takes it: whole numbers, slices and None first,
which only move the view, then lists, masks and tensors of indices, which pick elements.
"""

import numpy as np

from gradcli.engine import large
from gradcli.engine.autograd.detached import detached_for, report_write
from gradcli.engine.autograd.dispatch import record, refresh_view
from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import NUMBERS, SCALARS, Array, Operand, Plain, described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.random.generators import Current
from gradcli.engine.result_layout import indexed_result
from gradcli.engine.tensor.conversion import array_of, to_element_or_inf
from gradcli.engine.tensor.dtypes import INEXACT, OF
from gradcli.engine.tensor.inplace import here, rebase, refuse_view, writable
from gradcli.engine.tensor.tensor import (
    DATA,
    NO_GRAD,
    UNTRACKED,
    Tensor,
    ViewOf,
    clock,
    latest_write,
    new_tuple,
    note_write,
)
from gradcli.engine.tensor.variable import Array as NumpyArray
from gradcli.engine.tensor.variable import Dual, InferenceTensor, Parameter, Variable, grad_mode
from gradcli.engine.tensor.write_gate import filling, overlapping, setting, writing
from gradcli.faults.tree import ArgumentFault, IndexFault
from gradcli.ops.base import ComplexKernel
from gradcli.ops.indexing.assignment import assign, check_source
from gradcli.ops.indexing.keys import ALL, split_key
from gradcli.ops.indexing.rows import basic_key, joint_picks, mask_key, row_places, unpacked

GRID = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]
FIRST = (ALL,)
SINGLE_MAX, INFINITY = float(np.finfo(np.float32).max), np.inf
NO_PLACE = (IndexError, ValueError, OverflowError, TypeError)
new = object.__new__


class GetItem(ComplexKernel):
    """getitem(input, basic, picks): the part of input that a key in square brackets names."""

    names = ("getitem",)
    legacy_names = ("tensor.Index", "tensor.Index", "tensor.Index", "tensor.MaskedSelect", "tensor.Index",
                   "tensor.Index")
    modern_names = ("SelectBackward0", "SliceBackward0", "IndexBackward0", "IndexBackward0", "UnsqueezeBackward0",
                    "AliasBackward0")
    gradient_names = ("SelectBackwardBackward0", "SliceBackwardBackward0", "IndexPutImplBackward0",
                      "IndexPutImplBackward0", "SqueezeBackward1", "AliasBackward0")
    samples = [(GRID, (0,), ()), (GRID, (ALL, slice(0, 2)), ()), (GRID, (ALL, None, 1), ()),
               (GRID, (), (np.array([1, 0, 1]),)), (GRID, (), (ALL, np.array([[2, 0]]))), (GRID, (..., -1), ())]
    errors = [([1.0, 2.0], (5,), ())]

    def variant(input, basic, picks):
        for p in picks:
            if type(p) is np.ndarray and p.dtype.kind == "b":
                return 3
        if picks:
            return 2
        if basic and type(basic[-1]) is int:
            return 0
        last = last_step(basic, input.array.shape)
        return 0 if type(last) is int else 4 if last is None else 5 if last is Ellipsis else 1

    def forward(input: Array, basic: Plain, picks: Plain):
        part = input[basic] if basic else input
        if picks:
            if len(picks) == 1 and type(picks[0]) is np.ndarray and picks[0].dtype.kind == "i":
                return indexed_result(part.take(picks[0], 0), part, picks)
            return indexed_result(part[picks], part, picks)
        return part if type(part) is np.ndarray and part is not input else input[(..., *basic)]

    def grad_input(F, g, basic, picks, input_shape):
        return F.unindex(g, basic, picks, input_shape)


def last_step(basic, shape):
    """The last entry of a key that changes anything, as PyTorch sees it; ... if none does."""
    if len(basic) == 1 and type(basic[0]) is slice:
        return basic[0]
    at, last = 0, ...
    for k in basic:
        if k is Ellipsis:
            at = len(shape) - sum(type(other) in (int, slice) for other in basic[basic.index(k) + 1 :])
            continue
        if type(k) is not slice or k.start not in (None, 0) or k.indices(shape[at]) != (0, shape[at], 1):
            last = k
        at += k is not None
    return last


class Unindex(ComplexKernel):
    """unindex(input, basic, picks, shape): zeros of `shape`, with input added where the key points."""

    modern_names = "IndexPutBackward0"
    samples = [([1.0, 2.0, 3.0], (0,), (), (2, 3)), (GRID, (), (np.array([1, 1]),), (2, 3))]
    errors = [("text", (0,), (), (2,))]

    def forward(input: Array, basic: Plain, picks: Plain, shape: Plain):
        full = np.zeros(shape, input.dtype)
        if not picks:
            full[basic] = input
        elif len(picks) == 1 and type(picks[0]) is np.ndarray and picks[0].dtype.kind == "b":
            full[basic][picks] = input
        elif input.size >= large.SOME and not basic and large.scatter.first_names(full, picks, input):
            large.scatter.add_rows(full, picks[0].reshape(-1), input)
        else:
            np.add.at(full[basic] if basic else full, picks, input)
        return full

    def grad_input(F, g, basic, picks):
        return F.getitem(g, basic, picks)


class SetItem(ComplexKernel):
    """setitem(input, value, basic, picks): input with the part that a key names replaced by value."""

    names = ("setitem",)
    legacy_names = ("tensor.SetItem", "tensor.MaskedFill", "tensor.SetItem", "tensor.SetItem")
    modern_names = ("CopySlices", "IndexPutBackward0", "FillBackward3", "CopyBackwards")
    saves = True        # what PyTorch frees is the change itself
    samples = [(GRID, [7.0, 8.0, 9.0], (0,), ()), (GRID, [7.0, 8.0], (), (ALL, np.array([2, 0]))),
               (GRID, 5, (0, 1), ())]
    errors = [(GRID, [1.0, 2.0], (0,), ())]

    def variant(input, value, basic, picks):
        # PyTorch writes to what is picked of a view, which a truth value that is no list adds a dimension to
        if last_step((*basic, ...), input.shape) is not ... or not all(getattr(pick, "ndim", 1) for pick in picks):
            return 0
        return 1 if picks else 2 if input.shape else 3

    def forward(input: Array, value: Operand, basic: Plain, picks: Plain):
        changed = np.array(input)
        assign(changed, value, basic, picks)
        return changed

    def grad_input(F, g, basic, picks):
        return F.setitem(g, 0, basic, picks)

    def grad_value(F, g, basic, picks, value_shape, value_dtype):
        part = F.cast(F.getitem(g, basic, picks), value_dtype)
        lead = len(value_shape) - len(part.shape)
        return F.reshape(part, (1,) * lead + tuple(part.shape)) if lead > 0 else part


PLAIN = {Tensor: Tensor, Variable: Variable, Parameter: Variable}      # the class of a part of each


def basic_view(self, basic, array, kind):
    """The part of a tensor that a basic key names, as `dispatch` gives it in the usual modes; None for a wrong key."""
    try:
        part = array[basic]
    except IndexError:
        return None
    out = new(kind)
    out.array = part
    out.node = out.gradient = out.hooks = None
    out.requires_grad = False
    root, origin = self.root, 0 if grad_mode.on else UNTRACKED
    if root is None or root is DATA:
        self.viewed = True
        out.root = new_tuple(ViewOf, (self, clock(), origin))
    else:
        out.root = new_tuple(ViewOf, (root.base, clock(), root.origin or origin))
    if self.requires_grad:
        if root is not None and root.tick < latest_write.tick:
            refresh_view(self)
        if basic[-1] is ...:
            basic = basic[:-1]
        node = new(GetItem.nodes[0 if type(basic[-1]) is int else GetItem.variant(self, basic, ())])
        node.edges = ((self.node or self, GetItem.rules[0], (basic, (), array.shape)),)
        node.hooks, node.shape, node.sequence_nr = None, part.shape, clock()
        node.code, node.line_at = here()
        out.requires_grad, out.node, out.cut = True, node, None
    else:
        out.cut = self.cut
    return out


def getitem(self, key):
    """`self[key]`."""
    array = self.array
    kind = PLAIN.get(type(self))
    if kind is not None and (not self.requires_grad or grad_mode.plain) and not (InferenceTensor.exist or Dual.watched):
        basic = basic_key(key)
        if basic is not None and (part := basic_view(self, basic, array, kind)) is not None:
            return part
    if Current.legacy and type(key) is int and not array.ndim and key in (0, -1):
        return self if isinstance(self, Variable) else array.item()
    if type(key) is list:
        key = unpacked(key, self)
    places = row_places(key, array)
    if places is not None:
        return traced.getitem(self, FIRST, (places,))
    picks = joint_picks(key, array)
    if picks is not None:
        return traced.getitem(self, FIRST * len(picks), picks)
    basic, picks = split_key(key, array)
    return traced.getitem(self, basic, picks)


def constant_array(value, key):
    """The array of a tensor without history that a part, not the whole, of another one is set to; else None."""
    if type(value) in PLAIN and not value.requires_grad and (
            type(key) is int or type(key) is tuple and any(type(k) is int for k in key)):
        return value.array
    return None


def setitem(self, key, value):
    """`self[key] = value`."""
    if key is True and not Current.legacy:
        key = None
    if type(key) is list:
        key = unpacked(key, self)
    source = value if type(value) in NUMBERS else constant_array(value, key)
    if source is not None and not self.requires_grad and type(self) in PLAIN and not (
            InferenceTensor.exist or Dual.watched) and (self.root is None or not self.root.base.requires_grad) and (
            self.array.flags.writeable) and (
                self.array.dtype.kind != "V" if type(source) is not float else
                self.array.dtype.kind == "f" and not SINGLE_MAX < abs(source) < INFINITY) and (
            basic := basic_key(key) or mask_key(key, self.array)) is not None:
        try:
            setting(self.array, basic, source)[basic] = source
        except NO_PLACE:
            pass        # it is said below what is wrong
        else:
            note_write(self, "setitem", here())
            return
    try:
        basic, picks = split_key(key, self.array)
    except IndexFault:
        if any(isinstance(k, Tensor | list) for k in (key if type(key) is tuple else (key,))):
            writable(self, "setitem")       # where the key picks, PyTorch looks at the leaf first
        raise
    writable(self, "setitem", bool(basic) and self.array[basic].shape != self.array.shape)
    if isinstance(value, Tensor):
        value = value if grad_mode.on else detached_for(value, NO_GRAD)
        source = value.array if self.array.dtype.kind == "c" else value.array.real
    elif type(value) in SCALARS:
        source = to_element_or_inf(value, self.array.dtype)
    elif isinstance(value, list | tuple) and type(self) is NumpyArray:
        value = Tensor(array_of(value, self.array.dtype if self.array.dtype.kind in INEXACT else None))
        source = value.array
    else:
        raise ArgumentFault(f"a tensor's elements can be set to numbers and tensors, not to {described(value)}",
                            *[("torch.tensor({value})", "a tensor of them")] * isinstance(value, list | tuple)).saying(
            f"can't assign a {type_name(value)} to a torch.{OF[self.array.dtype].era}Tensor")
    if isinstance(value, Tensor) and not picks and last_step((*basic, ...), self.array.shape) is ...:
        value = traced.getitem(self, (...,), ()) if value is self else value
        spare = value.array.ndim - self.array.ndim
        if spare > 0 and value.array.shape[:spare] == (1,) * spare:
            value = traced.getitem(value, (0,) * spare + (...,), ())
        if self.array.ndim and not value.array.ndim:
            self.fill_(value)
        else:
            self.copy_(value if value.array.size == self.array.size else traced.expand(value, self.array.shape))
        return
    if grad_mode.on and not self.requires_grad and getattr(value, "requires_grad", False):
        refuse_view(self)
        report_write(self, value, lambda memory, shown: assign(memory, shown, basic, picks))
    if not self.array.flags.writeable and basic and not picks and overlapping(self.array):
        value = value if isinstance(value, Tensor) else Tensor(np.asarray(value, self.array.dtype))
        traced.getitem(self, basic, picks).copy_(value)     # of what is expanded a part can be written to
        return
    tracked = grad_mode.on and (self.requires_grad or getattr(value, "requires_grad", False))
    if picks and isinstance(value, Tensor) and not Current.legacy:
        check_source(self.array, value.array, basic, picks)
    assign(setting(self.array, basic, source) if not picks else writing(self.array) if tracked else filling(self.array),
           source, basic, picks)
    note_write(self, "setitem", here())
    if Dual.watched:
        Dual.level.record_write(self, value, lambda whole, part: assign(whole, part, basic, picks))
    if tracked and self.array.dtype.kind in INEXACT:
        changed = Variable(self.array)
        record(SetItem, (self, value, basic, picks), [self.array, source, basic, picks], self.array, changed)
        if changed.requires_grad:
            rebase(self, changed)


def delitem(self, key):
    """`del self[key]`, which no tensor has."""
    raise ArgumentFault("a tensor keeps its size: its elements cannot be deleted", (
        "torch.cat([x[:i], x[i + 1:]])", "the others")).saying("Tensor does not support deleting items")


Tensor.__getitem__ = getitem
Tensor.__setitem__ = setitem
Tensor.__delitem__ = delitem
