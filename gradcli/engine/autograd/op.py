"""Operations: a subclass of `Op` is an operation, and an instance of it is a node of the autograd graph.

A subclass defines `forward`, which takes and returns numpy arrays, and a rule `grad_<input>` for each input that it
is differentiable with respect to. A rule is a vector-Jacobian product: it takes `F`, the operations by name, and `g`,
the gradient of the result, and returns the gradient of its input, of a shape that broadcasts to it. With `F = raw`
it computes on arrays; with `F = traced` it computes on Variables and is recorded, so that one rule serves
derivatives of every order.

The further parameters of a rule name the values that it needs; these alone are saved for backward:

    an input or option      by its name
    out                     the result
    <input>_shape           the shape of an input
    <input>_dtype           the dtype of an input

The rule of an input that is a list of tensors takes `at`, the index of the tensor in the list, before `F`.

An operation composed of other operations defines `compose(F, ...)` in place of `forward`, and needs no rules.

The other class attributes are data. `registry.py` derives functions, methods, operators and in-place forms from
them; the documentation and the tests read them from `TABLE` as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from types import FunctionType, new_class
from typing import Any

from gradcli.engine.autograd.signature import (
    ArrayKind,
    ArraysKind,
    DimsOrFlagKind,
    FlagKind,
    IndexKind,
    IntKind,
    IntsKind,
    Signature,
    SizesKind,
    TextKind,
    TypeKind,
    VariadicArraysKind,
)
from gradcli.engine.result_layout import with_layout
from gradcli.engine.tensor.tensor import Tensor

TABLE: dict[str, type[Op]] = {}     # full name -> operation


class Rules:
    """The operations by short name, which rules call as F.<name>; `missing` imports the file of one on first use."""

    missing: Callable[[str], Any]

    def __getattr__(self, name: str) -> Any:
        return vars(self)["missing"](name)


raw = Rules()       # short name -> forward:        arrays in, array out
traced = Rules()    # short name -> recorded call:  tensors in, tensors out
UNARY = {"neg", "pos", "abs", "invert"}                 # symbols of one operand
COMPARED = {"lt", "le", "gt", "ge", "eq", "ne"}         # symbols that Python itself turns around
CACHED_ITEMS = 64
RETAIN = 0      # the key of the hook that keeps the gradient of a result; hooks of other kinds have lower ones
LEGACY_MODULE = "torch.autograd._functions."
TENSORS = {ArrayKind, IndexKind, ArraysKind, VariadicArraysKind}    # arguments that are always tensors
OPTIONS = {DimsOrFlagKind, FlagKind, IntKind, IntsKind, SizesKind, TextKind, TypeKind}     # and that never are


class Rule:
    """The backward rule of one input: a vector-Jacobian product, and the saved values that it needs.

    grad    the vector-Jacobian product: (F, g, *saved) -> the gradient, or None where it is zero and undefined
    at      the position of the input among the parameters
    item    the index of the tensor, where the input is a list of tensors and the rule is that of one of them
    many    whether the input is a list of tensors
    needs   the positions of the saved values among (*inputs, out, *shapes, *dtypes)
    pick    selects the saved values from a tuple of all these
    items   the rules of the first tensors of a list, once they have been asked for
    saves   whether the saved values hold tensors, which a sweep releases; None where that depends on the values
    vanishes    whether the gradient is a zero that stays zero whatever it is multiplied by
    """

    __slots__ = ("at", "grad", "item", "items", "many", "needs", "pick", "saves", "vanishes")

    def __init__(self, grad: Callable[..., Any], at: int, needs: tuple[int, ...], many: bool,
                 item: int | None = None, saves: bool | None = True, vanishes: bool = False) -> None:
        self.vanishes = vanishes
        self.grad = grad
        self.item = item
        self.at = at
        self.needs = needs
        self.many = many
        self.saves = saves
        self.items: list[Rule] = []
        self.pick: Callable[[tuple[Any, ...]], tuple[Any, ...]] = _selector(needs)

    def of_item(self, index: int) -> Rule:
        """The rule for item number `index` of a list of tensors; those of short lists are made once."""
        while len(self.items) <= index < CACHED_ITEMS:
            at = len(self.items)
            self.items.append(Rule(partial(self.grad, at), self.at, self.needs, False, at, self.saves, self.vanishes))
        return self.items[index] if index < CACHED_ITEMS else Rule(
            partial(self.grad, index), self.at, self.needs, False, index, self.saves, self.vanishes)


def _selector(needs: tuple[int, ...]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """A function from the tuple of all values of a call to the tuple of those at `needs`: an itemgetter, for speed."""
    from operator import itemgetter

    if len(needs) > 1:
        return itemgetter(*needs)
    at = needs[0] if needs else 0
    return itemgetter(slice(at, at + len(needs)))


class Op:
    """An operation; an instance is the node of one recorded call.

    Attributes of a node:

    edges           (parent, rule, saved) for each input that requires gradients: the parent is the node or leaf that
                    the input came from, `saved` the tuple of the values that the rule needs
    sequence_nr     the time of its creation, by `tensor.clock`: a node is younger than its parents
    shape           the shape of the result, or a tuple of the shapes of several
    hooks           functions of the program by key (hooks.py); None where there are none
    notes           the program's dict `grad_fn.metadata`; unset until it is read
    code, line_at   the code object and the instruction of the program that made the call
    """

    __slots__ = ("code", "edges", "hooks", "line_at", "notes", "sequence_nr", "shape")

    names: tuple[str, ...] = ()             # full names, its own first; the default is the class's in snake_case
    home = ""                               # prefix of every name without a dot: "nn.functional"
    method: bool | None = None              # whether tensors have it as a method; None: if a name has no dot
    receiver = 0                            # which parameter is the tensor that the method is called on
    function = True                         # whether torch.<name> exists
    attribute = False                       # whether the method is a property, like x.T
    symbol = ""                             # the operator that calls it, as in Python's special methods: "mul"
    reflected: Any = None                   # what a number left of it computes in the modern style, if it is not that
    creates = False                         # whether it makes leaves: it takes requires_grad, dtype, device
    returns: tuple[str, ...] = ()           # the fields of the named tuple of several results
    random = False                          # whether the result depends on the generator
    ignored_options: tuple[str, ...] = ()   # options that PyTorch has and that do not change the result

    # the in-place form
    inplace = False                         # whether <name>_ exists
    inplace_name = ""                       # its name, where that is not <name>_
    inplace_saves_result = False            # whether PyTorch saves its result, where the rules need the input
    partial = False                         # whether PyTorch writes to a view of the input
    fills = False                           # whether it may write to expanded tensors, as the order does not matter
    no_overlap = False                      # whether it writes, in place or to `out`, to no memory that it reads
    # of the memory of the input and the other arguments: writes the result there; false where forward has to be called
    overwrite: Any = None
    out_decides_type = False                # whether an option `out` of another type is computed in that type
    inplace_option = False                  # whether the function takes a last option `inplace`
    is_identity: Any = None                 # of the arguments: whether the in-place form returns the input as it is

    # types and memory
    type_promotion = ""     # of the operands: "mixed", "expanded" (0-d is as others), "floating", "same", or none
    elementwise = False     # whether it goes from element to element; true of all that promote types
    complex = False                         # whether it takes complex tensors and numbers
    # the gradients of complex numbers: "holomorphic" where they follow from the rules, "own" where the rules give them
    complex_rules = "holomorphic"
    complex_results = False                 # whether it can make complex tensors of real ones
    refuses_bool_with_number = False        # whether bool tensors and numbers are not mixed, as in PyTorch
    # whether numbers beside tensors must be elements of their type; "wide": only of types of more than 16 bits,
    # "narrow": only of those of 16
    holds_numbers: bool | str = False
    integer_overflow: Any = None            # of the arguments: whether a number too large is to "wrap", "stay" or "fit"
    fresh_result = False                    # whether the result is always new memory, of the operands' dtype
    opmath = False                          # whether 16-bit numbers are computed as float32 and rounded once
    check_half: Any = None                  # of the arguments: raises a fault for options that no 16-bit number can be
    opmath_outputs = 0                      # how many of several results are rounded; the others serve the rules
    fused_gradient: bool | None = None      # whether gradients of such are rounded once; None: as PyTorch's name says
    autocast = ""                           # what it computes in by autocast.py: "lower", "single", or as it is
    opmath_numbers = False                  # whether a plain number beside them is a float32, not rounded itself
    # of the result: "rows", "columns", "images" (channels innermost if those of the input are), as "operands" have it
    memory_order = ""
    kernel: Any = None                      # the numpy function that forward is when no option is given
    # of the arguments: the number of its elements, where it can be larger than they are; False for a view
    result_size: Any = None
    check_size: Any = None                  # raises MemoryFault before forward, where the result can be large

    # nodes and gradients
    legacy_names: str | tuple[str, ...] = ""    # the name of its nodes in 0.1.12, for each variant
    legacy_module = "basic_ops"             # where those stand whose name is that of the class
    modern_names: str | tuple[str, ...] = ""    # and in 2.13
    one_call = ""       # the name of the one node that a composition has in 2.13; "named" where the composition says it
    gradient_names: str | tuple[str, ...] = ""  # in 2.13 of its first input's gradient, all if linked
    variant: Callable[..., int] | None = None   # the index of the variant, from the arguments
    unsaved: tuple[int, ...] = ()           # variants in which neither PyTorch nor a rule saves the result
    unsaved_outputs: tuple[int, ...] = ()   # indices of outputs that no rule needs
    multi_output = False                    # whether more than the first output is differentiable
    several_views = False                   # whether its outputs are views of the input
    first_alone = False                     # whether specialised calls give the first output alone, all that is asked
    inert: tuple[int, ...] = ()             # indices of outputs that are not differentiable, as in PyTorch
    fixed: tuple[str, ...] = ()             # inputs that must not require gradients, as in PyTorch
    copies: int | None = None               # the place of the input whose numbers it copies without their history
    symmetric = False                       # whether matrices count as symmetric: one triangle alone is read
    first_order_only = False                # whether it cannot be differentiated twice, as in PyTorch
    saves: bool | None = None               # whether PyTorch saves tensors, where the rules do otherwise
    # whether gradients (those of the inputs named) depend on all inputs in PyTorch, which computes them together
    linked: bool | tuple[str, ...] | None = None
    runs_undefined = False                  # whether its rules run where its gradient is undefined
    vanishes = False                        # whether gradients are zeros that stay zero whatever they are multiplied by
    # such zeros "stay" (a tuple: in the gradients of these inputs), are "cut" (lose their history), or count as others
    vanished: str | tuple[str, ...] = ""
    saved_for_versions: tuple[str, ...] = ()    # inputs, or out, saved as in PyTorch only to notice writes to them

    # for tests: arguments, and wrong ones, by default a text in place of the tensor
    samples: tuple[Any, ...] | list[Any] = ()
    # arguments at which the gradient is PyTorch's convention and no slope
    gradient_only_samples: tuple[Any, ...] | list[Any] = ()
    errors: tuple[Any, ...] | list[Any] = (("text",),)

    signature: Signature
    params: tuple[str, ...]
    defaults: dict[str, Any]
    rules: tuple[Rule, ...]
    nodes: tuple[type[Op], ...]
    legacy_class_name: str
    modern_name: str
    gradient_name = ""
    forward: Any
    compose: Any
    shaped: bool
    keeps_input: bool

    sequence_nr: int
    edges: Any
    hooks: Any
    next_functions: Any             # set by graph_view.py, as are the three that follow
    previous_functions: Any
    name: Any
    metadata: Any
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
            if cls.memory_order not in ("", "operands"):
                cls.forward = with_layout(cls.forward, cls.memory_order)
        cls.params = cls.signature.names
        cls.defaults = {p: d for p, d in zip(cls.params, cls.signature.defaults, strict=True)
                        if p in cls.params[cls.signature.required :] and p not in cls.ignored_options}
        cls.names = tuple(f"{cls.home}.{n}" if cls.home and "." not in n else n
                          for n in vars(cls).get("names") or (snake_case(cls.__name__),))
        cls.rules = tuple(_rules(cls))
        cls.shaped = any(need > len(cls.params) for rule in cls.rules for need in rule.needs)
        cls.keeps_input = bool(compose) or any(0 in rule.needs for rule in cls.rules)
        cls.elementwise = cls.elementwise or bool(cls.type_promotion)
        cls.nodes = tuple(_nodes(cls))
        Op.register(cls)

    @classmethod
    def inplace_names(cls) -> tuple[str, ...]:
        """The names of the forms in place."""
        if not cls.inplace:
            return ()
        return (cls.inplace_name,) if cls.inplace_name else tuple(n + "_" for n in cls.names if "." not in n)

    @classmethod
    def special_methods(cls) -> tuple[str, ...]:
        """The special methods of Python that stand for the operation's symbol."""
        if not cls.symbol:
            return ()
        alone = cls.symbol in UNARY | COMPARED
        letters = ("",) if alone else ("", "r", "i") if cls.inplace else ("", "r")
        return tuple(f"__{letter}{cls.symbol}__" for letter in letters)

    register: Any       # enters a new operation into the table and the namespaces; set by registry.py

    def __repr__(self) -> str:
        return f"<{self.legacy_class_name} object>"


def operand_variant(input: Any, other: Any, *options: Any) -> int:
    """A variant of arithmetic: 0 for two tensors, 1 with a number on the right, 2 with one on the left."""
    return 0 if isinstance(input, Tensor) and isinstance(other, Tensor) else 1 if isinstance(input, Tensor) else 2


def snake_case(name: str) -> str:
    """The name of a class in snake_case: LogSoftmax -> log_softmax, Deg2Rad -> deg2rad."""
    return "".join([f"_{c}" if c.isupper() and name[i - 1 : i].islower() else c for i, c in enumerate(name)]).lower()


def _positional(function: Any) -> Any:
    """The same function with its keyword-only parameters made positional, as `dispatch` passes all of them."""
    code = function.__code__
    if not code.co_kwonlyargcount:
        return function
    names = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    options = tuple(function.__kwdefaults__.get(name) for name in names)
    code = code.replace(co_argcount=code.co_argcount + code.co_kwonlyargcount, co_kwonlyargcount=0)
    return FunctionType(code, function.__globals__, function.__name__, (function.__defaults__ or ()) + options,
                        function.__closure__)


def _rules(cls: type[Op]) -> Iterator[Rule]:
    """The rules of an operation, in the order of its parameters."""
    positions = {name: i for i, name in enumerate((
        *cls.params, "out", *(f"{p}_shape" for p in cls.params), *(f"{p}_dtype" for p in cls.params)))}
    for at, (name, kind) in enumerate(zip(cls.params, cls.signature.kinds, strict=True)):
        rule = getattr(cls, f"grad_{name}", None)
        if rule:
            many = isinstance(kind, ArraysKind)
            needs = rule.__code__.co_varnames[: rule.__code__.co_argcount][3 if many else 2 :]
            needs_at = tuple(positions[need] for need in needs)
            yield Rule(rule, at, needs_at, many, saves=_saves(cls, needs_at), vanishes=cls.vanishes)


def _saves(cls: type[Op], needs: tuple[int, ...]) -> bool | None:
    """Whether a rule that needs these values saves tensors; None where that depends on the values."""
    if cls.saves is not None:
        return cls.saves and bool(needs)
    kinds = cls.signature.kinds
    always = [at == len(kinds) or at < len(kinds) and type(kinds[at]) in TENSORS for at in needs]
    return True if any(always) else None if any(
        at < len(kinds) and type(kinds[at]) not in OPTIONS for at in needs) else False


def _nodes(cls: type[Op]) -> Iterator[type[Op]]:
    """The class of the operation's nodes for each of its variants, with the names that they have in both ages."""
    legacy_names, modern_names, gradient_names = (
        (names,) if isinstance(names, str) else names
        for names in (cls.legacy_names, cls.modern_names, cls.gradient_names))
    for i in range(max(len(legacy_names), len(modern_names), len(gradient_names))):
        node = _node(cls)
        legacy_name = legacy_names[min(i, len(legacy_names) - 1)] or f"{cls.legacy_module}.{cls.__name__}"
        qualified = "." not in legacy_name or legacy_name.startswith("torch.")
        node.legacy_class_name = legacy_name if qualified else LEGACY_MODULE + legacy_name
        node.modern_name = modern_names[min(i, len(modern_names) - 1)] or f"{cls.__name__}Backward0"
        node.gradient_name = gradient_names[min(i, len(gradient_names) - 1)]
        node.fused_gradient = node.gradient_name.count("Backward") > 1 if (
            cls.fused_gradient is None) else cls.fused_gradient
        yield node


def _node(cls: type[Op]) -> type[Op]:
    node: type[Op] = new_class(cls.__name__, (cls,), {"abstract": True}, lambda body: body.update(__slots__=()))
    return node


_renamed: dict[tuple[type[Op], str], type[Op]] = {}


def rename_node(value: Any, name: str) -> Any:
    """`value`, with `name` as its node's name in PyTorch 2.13; arrays and leaves are returned as they are."""
    node = getattr(value, "node", None)
    if isinstance(node, Op):
        kind = type(node)
        if (kind, name) not in _renamed:
            renamed: type[Op] = new_class(kind.__name__, (kind,), {"abstract": True},
                                          lambda body: body.update(__slots__=()))
            renamed.modern_name = name
            _renamed[kind, name] = renamed
        node.__class__ = _renamed[kind, name]
    return value


class NodeOutput:
    """Output number `at` of a node with several differentiable outputs: what collects the gradient of that output."""

    __slots__ = ("at", "hooks", "node", "sequence_nr", "shape")

    runs_undefined = False

    def __init__(self, node: Op, at: int, shape: tuple[int, ...], sequence_nr: int) -> None:
        self.node, self.at, self.shape, self.sequence_nr = node, at, shape, sequence_nr
        self.hooks: Any = None


FUNCTIONAL_APART = frozenset({"nn.functional.softmax", "nn.functional.log_softmax"})    # torch's of that name differ


def flat_name(name: str) -> str:
    """The name in F of an operation's full name: `linalg.inv` is F.linalg_inv."""
    return (name if name in FUNCTIONAL_APART else name.removeprefix("nn.functional.")).replace(".", "_")


def carry_over(result: Tensor, node: Any) -> None:
    """Move the retain_grad hook of `result`, if it has one, to `node`, the in-place operation that overwrites it."""
    if result.hooks and result.node is not None and result.node.hooks:
        keep = result.node.hooks.pop(RETAIN, None)
        if keep is not None:
            node.hooks = {**(node.hooks or {}), RETAIN: keep}
