"""What an operation is.

The class is the operation; an instance is one recorded call of it. A class states
`forward`, on arrays, and one `grad_<input>` rule for each input it can be differentiated
by. Before what they need, rules take `F`, a namespace, and `g`, the gradient of the
result. Written against `F` alone, one rule serves twice: given `raw` it computes with
arrays; given `traced`, with Variables, and the sweep is itself recorded.

A rule's further parameters say what it needs of the call, and that, no more, is kept:
an input or option by its name, `out` for the result, `<input>_shape` or `<input>_dtype`
for no more than that of an input.
The rule of a list of tensors takes `at`, the position in the list, before `F`.

An operation made of others states `compose(F, ...)` instead of `forward` and needs no
rules. Everything else about it is data, read by those who derive functions, methods,
operators, in-place forms, documentation and tests from the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from types import FunctionType, new_class
from typing import Any

from numpy import ascontiguousarray

from gradcli.engine.autograd.signature import ArrayKind, ArraysKind, IndexKind, Signature, VariadicArraysKind

TABLE: dict[str, type[Op]] = {}     # full name -> operation: whatever is derived is derived from here


class Rules:
    """The operations by short name, as rules call them; `missing` fetches one whose file is not loaded yet."""

    missing: Callable[[str], Any]

    def __getattr__(self, name: str) -> Any:
        return vars(self)["missing"](name)


raw = Rules()       # short name -> forward:        arrays in, array out
traced = Rules()    # short name -> recorded call:  tensors in, tensors out
UNARY = {"neg", "pos", "abs", "invert"}                 # symbols of one operand
COMPARED = {"lt", "le", "gt", "ge", "eq", "ne"}         # symbols that Python itself turns around
ERA = "torch.autograd._functions."
TENSORS = {ArrayKind, IndexKind, ArraysKind, VariadicArraysKind}    # arguments that are always tensors


class Rule:
    """How one input's gradient follows from the result's, and what must be kept for it."""

    __slots__ = ("at", "item", "many", "needs", "pick", "saves", "share")

    def __init__(self, share: Callable[..., Any], at: int, needs: tuple[int, ...], many: bool,
                 item: int | None = None, saves: bool | None = True) -> None:
        self.share = share
        self.item = item        # which one, where the input is a list of tensors
        self.at = at
        self.needs = needs
        self.many = many
        self.saves = saves      # whether what is kept holds tensors, which a sweep frees; None: look at the values
        self.pick: Callable[[tuple[Any, ...]], tuple[Any, ...]] = _picker(needs)

    def of_item(self, k: int) -> Rule:
        """The rule for item `k` of a list of tensors."""
        return Rule(partial(self.share, k), self.at, self.needs, False, k, self.saves)


def _picker(needs: tuple[int, ...]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """A function from all values of a call to the tuple of those needed, run in C where it can be."""
    from operator import itemgetter

    if len(needs) > 1:
        return itemgetter(*needs)
    at = needs[0] if needs else 0
    return itemgetter(slice(at, at + len(needs)))


class Op:
    """One operation; an instance is one recorded call.

    Of an instance: `edges` are (debtor, rule, kept values) for each input that a gradient may
    be asked of, where the debtor is the call or the leaf the input came from; `born` is its
    number in time; `shape` its result's; `code` and `line_at` are where the program made it.
    """

    __slots__ = ("born", "code", "edges", "hooks", "line_at", "notes", "shape")

    names: tuple[str, ...] = ()             # full names; the first is the operation's own
    home = ""                               # prefix of every name that has none: "nn.functional"
    method: bool | None = None              # whether tensors have it (as long as it lives in torch itself)
    function = True                         # whether torch.<name> exists
    inplace = False                         # whether <name>_ exists
    keeps_written = False                   # whether PyTorch keeps the result of that form, where rules keep the input
    partial = False                         # whether that form writes to a view of its input, in PyTorch
    written_as = ""                         # the name of that form, where it is another
    passes: Any = None                      # of a call's values: whether the input itself comes back
    overwrites = False                      # whether it takes a last option `inplace`, to store what it computes
    attribute = False                       # whether it is read without being called, like x.T
    # whether the result is always memory of its own, of the operands' types
    fresh_result = False
    kernel: Any = None                      # the numpy function that forward is when no option is given
    symbol = ""                             # the operator it stands behind: "mul"
    refuses_truths = False                  # whether truth values and numbers are not to be mixed, as in PyTorch
    type_promotion = ""                           # how operand types meet: "mixed", "floating", "same" or not at all
    returns: tuple[str, ...] = ()           # field names, where there are several results
    creates = False                         # whether it takes requires_grad and its kin, and makes leaves
    copies = False                          # whether it takes the numbers of a tensor alone, without its history
    multi_output = False                         # whether more than the first result can be differentiated
    inert: tuple[int, ...] = ()             # which of several results no gradient may be asked of, as in PyTorch
    unsaved_outputs: tuple[int, ...] = ()            # which of several results no rule looks at: they need not be kept
    legacy_name: str | tuple[str, ...] = ""   # the creator's name in 0.1.12, one for each variant
    label: str | tuple[str, ...] = ""       # and today
    variant: Callable[..., int] | None = None   # which label a call takes, from its arguments
    unsaved: tuple[int, ...] = ()           # in which variants PyTorch does not save the result, nor a rule needs it
    # whether gradients of gradients are not to be had, as in PyTorch
    first_order_only = False
    # options taken because PyTorch takes them, which change no result
    ignored_options: tuple[str, ...] = ()
    saves: bool | None = None               # whether PyTorch saves tensors for backward, where the rules do otherwise
    linked: bool | tuple[str, ...] | None = None    # whether PyTorch's gradients (those named) need all inputs
    only_kept: tuple[str, ...] = ()         # inputs that rules keep as PyTorch does, for writes to them to be noticed
    symmetric = False                       # whether inputs count as symmetric matrices, read from one triangle only
    lays = ""                               # how the result lies in memory where PyTorch says: "rows" or "columns"
    random = False                          # whether the result depends on the generator
    fixed: tuple[str, ...] = ()             # inputs that no gradient may be asked of, as in PyTorch
    grows: Any = None                       # what asks for room before forward, where the result can be large
    samples: tuple[Any, ...] | list[Any] = ()
    # more, whose gradients by PyTorch's convention are no slopes
    gradient_only_samples: tuple[Any, ...] | list[Any] = ()
    errors: tuple[Any, ...] | list[Any] = ()

    signature: Signature
    params: tuple[str, ...]
    defaults: dict[str, Any]
    rules: tuple[Rule, ...]
    nodes: tuple[type[Op], ...]
    legacy_class_name: str
    modern_name: str
    forward: Any
    compose: Any
    shaped: bool
    keeps_input: bool

    born: int
    edges: Any
    hooks: Any
    notes: dict[Any, Any]           # of the program; unset until it asks for them
    shape: tuple[int, ...]
    code: Any
    line_at: int

    def __init_subclass__(cls, abstract: bool = False) -> None:
        if abstract:
            return
        compose = vars(cls).get("compose")
        cls.signature = Signature(compose or cls.forward, skip=1 if compose else 0)
        if compose:
            cls.compose = compose = _positional(compose)
            cls.forward = staticmethod(partial(compose, raw))
        else:
            cls.forward = _positional(cls.forward)
            if cls.lays:
                cls.forward = _laid(cls.forward, cls.lays == "columns")
        cls.params = cls.signature.names
        cls.defaults = {p: d for p, d in zip(cls.params, cls.signature.defaults, strict=True)
                        if p in cls.params[cls.signature.required :] and p not in cls.ignored_options}
        cls.names = tuple(f"{cls.home}.{n}" if cls.home and "." not in n else n
                          for n in vars(cls).get("names", (cls.__name__.lower(),)))
        cls.rules = tuple(_rules(cls))
        cls.shaped = any(need > len(cls.params) for rule in cls.rules for need in rule.needs)
        cls.keeps_input = bool(compose) or any(0 in rule.needs for rule in cls.rules)
        cls.nodes = tuple(_nodes(cls))
        Op.enter(cls)

    @classmethod
    def written_names(cls) -> tuple[str, ...]:
        """The names of the forms in place."""
        if not cls.inplace:
            return ()
        return (cls.written_as,) if cls.written_as else tuple(n + "_" for n in cls.names if "." not in n)

    @classmethod
    def specials(cls) -> tuple[str, ...]:
        """The special methods of Python that stand for the operation's symbol."""
        if not cls.symbol:
            return ()
        alone = cls.symbol in UNARY | COMPARED
        letters = ("",) if alone else ("", "r", "i") if cls.inplace else ("", "r")
        return tuple(f"__{letter}{cls.symbol}__" for letter in letters)

    enter: Any       # puts a new operation in its places; set by engine/derive.py

    def __repr__(self) -> str:
        return f"<{self.legacy_class_name} object>"


def _positional(function: Any) -> Any:
    """The same function with its keyword-only parameters taken in order: calls arrive fitted."""
    code = function.__code__
    if not code.co_kwonlyargcount:
        return function
    names = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    options = tuple(function.__kwdefaults__.get(name) for name in names)
    code = code.replace(co_argcount=code.co_argcount + code.co_kwonlyargcount, co_kwonlyargcount=0)
    return FunctionType(code, function.__globals__, function.__name__, (function.__defaults__ or ()) + options,
                        function.__closure__)


def _laid(forward: Any, columns: bool) -> Any:
    """The same function with results that lie row by row, or the matrices among them column by column."""
    def lay(array: Any) -> Any:
        if array.ndim < 2:
            return array
        return ascontiguousarray(array.swapaxes(-1, -2)).swapaxes(-1, -2) if columns else ascontiguousarray(array)

    def laid(*values: Any, **options: Any) -> Any:
        out = forward(*values, **options)
        if type(out) is not tuple:
            return lay(out)
        most = max(array.ndim for array in out)
        return tuple([lay(array) if array.ndim == most else array for array in out])

    return laid


def _rules(cls: type[Op]) -> Iterator[Rule]:
    """For each rule: the position of its input, the rule, the positions of what it needs."""
    where = {name: i for i, name in enumerate((
        *cls.params, "out", *(f"{p}_shape" for p in cls.params), *(f"{p}_dtype" for p in cls.params)))}
    for at, (name, kind) in enumerate(zip(cls.params, cls.signature.kinds, strict=True)):
        rule = getattr(cls, f"grad_{name}", None)
        if rule:
            many = isinstance(kind, ArraysKind)
            needs = rule.__code__.co_varnames[: rule.__code__.co_argcount][3 if many else 2 :]
            places = tuple(where[need] for need in needs)
            yield Rule(rule, at, places, many, saves=_saves(cls, places))


def _saves(cls: type[Op], needs: tuple[int, ...]) -> bool | None:
    """Whether a rule that needs these values saves tensors; None where that depends on the values."""
    if cls.saves is not None:
        return cls.saves and bool(needs)
    kinds = cls.signature.kinds
    always = [at == len(kinds) or at < len(kinds) and type(kinds[at]) in TENSORS for at in needs]
    return True if any(always) else None if any(at < len(kinds) for at in needs) else False


def _nodes(cls: type[Op]) -> Iterator[type[Op]]:
    """The class of a call's record for each label it can carry."""
    eras = (cls.legacy_name,) if isinstance(cls.legacy_name, str) else cls.legacy_name
    moderns = (cls.label,) if isinstance(cls.label, str) else cls.label
    for i in range(max(len(eras), len(moderns))):
        node = _node(cls)
        era = eras[min(i, len(eras) - 1)] or f"basic_ops.{cls.__name__}"
        node.legacy_class_name = era if "." not in era or era.startswith("torch.") else ERA + era
        node.modern_name = moderns[min(i, len(moderns) - 1)] or f"{cls.__name__}Backward0"
        yield node


def _node(cls: type[Op]) -> type[Op]:
    node: type[Op] = new_class(cls.__name__, (cls,), {"abstract": True}, lambda body: body.update(__slots__=()))
    return node


_titled: dict[tuple[type[Op], str], type[Op]] = {}


def titled(value: Any, name: str) -> Any:
    """`value`, its call going by another name of today's; arrays, and what no call made, as they are."""
    node = getattr(value, "node", None)
    if isinstance(node, Op):
        kind = type(node)
        if (kind, name) not in _titled:
            renamed: type[Op] = new_class(kind.__name__, (kind,), {"abstract": True},
                                          lambda body: body.update(__slots__=()))
            renamed.modern_name = name
            _titled[kind, name] = renamed
        node.__class__ = _titled[kind, name]
    return value


class NodeOutput:
    """One of several differentiable results of a call, as a debtor of its own."""

    __slots__ = ("at", "born", "call", "hooks", "shape")

    def __init__(self, call: Op, at: int, shape: tuple[int, ...], born: int) -> None:
        self.call = call
        self.at = at
        self.shape = shape
        self.born = born
        self.hooks: Any = None


def short(name: str) -> str:
    """The name in F of an operation's full name: `linalg.inv` is F.linalg_inv."""
    return name.removeprefix("nn.functional.").replace(".", "_")
