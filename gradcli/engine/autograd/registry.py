"""Registration of operations: from a subclass of `Op` to all the places it can be called from.

`register` runs when the class is defined. It enters the class into `TABLE`, its `forward` into `raw` and its function
into `traced`; it sets the method, the in-place method and the special methods of Python's operators on `Tensor`.

The function of an operation fits its arguments to the signature and passes them to `dispatch`. Around that stand, as
the class asks for them, the options `out`, `generator`, `inplace` and those of functions that make tensors. Functions
that are called often serve the usual call by code of their own (specialized/functions.py).
"""

from __future__ import annotations

from collections.abc import Callable
from numbers import Number
from typing import Any

from gradcli.engine.autograd.dispatch import dispatch, parent
from gradcli.engine.autograd.op import TABLE, UNARY, Op, flat_name, raw, rename_node, traced
from gradcli.engine.autograd.result_size import size_check
from gradcli.engine.autograd.signature import NUMBERS, described
from gradcli.engine.autograd.specialized.functions import specialized
from gradcli.engine.complex_gate import COMPLEX, check_complex
from gradcli.engine.messages.arguments import last_part, type_name
from gradcli.engine.numerics.autocast import AutocastMode, call_cast, policy_of
from gradcli.engine.out_option import with_out
from gradcli.engine.plain_numbers import is_number, was_number, with_number
from gradcli.engine.random.generator import drawing_from
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.device import here_only
from gradcli.engine.tensor.dtypes import INEXACT
from gradcli.engine.tensor.inplace import inplace
from gradcli.engine.tensor.memory_format import PRESERVE
from gradcli.engine.tensor.methods import CREATED, set_requires_grad
from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import PROGRAM_MADE
from gradcli.faults.arguments import RefusedArgument
from gradcli.faults.tree import ArgumentFault


def register(cls: type[Op]) -> None:
    """Enter an operation into the table and the namespaces of rules, and set its methods on `Tensor`."""
    cls.check_size = size_check(cls)
    cls.autocast = policy_of(cls.names)
    if cls.one_call:
        cls.compose = as_one_call(cls.compose, cls.one_call)
    functions: dict[str, Callable[..., Any]] = {}      # by the name that messages tell
    for name in cls.names:
        TABLE[name] = cls
        setattr(raw, flat_name(name), cls.forward)
        called = last_part(name)
        if called not in functions:
            functions[called] = function_named(cls, name)
        call = functions[called]
        setattr(traced, flat_name(name), call)
        on_tensors = cls.method if cls.method is not None else "." not in name
        if on_tensors and "." not in name:
            assert name not in Tensor.__slots__, f"the method {name} would hide the slot of that name"
            method = function_named(cls, name, takes_out=False)
            setattr(Tensor, name, property(call) if cls.attribute else _method(cls, name, method))
        if cls.inplace and not cls.inplace_name:
            setattr(traced, flat_name(name) + "_", _writer(cls, name + "_", call))
    call = functions[last_part(cls.names[0])]
    for name in cls.inplace_names():
        setattr(Tensor, name, _writer(cls, name, functions.get(name.removesuffix("_"), call)))
    if cls.symbol:
        _operators(cls, call)


def as_one_call(compose: Callable[..., Any], name: str) -> Callable[..., Any]:
    """`compose`, whose result is that of one call in the graph that programs see: its inputs are those of the whole."""
    def composed(F: Any, *values: Any) -> Any:
        out = compose(F, *values)
        if F is traced and isinstance(out, Tensor) and isinstance(out.node, Op):
            inputs = [value for value in values if isinstance(value, Tensor) and value.array.dtype.kind in INEXACT]
            parents = tuple([parent(x) if x.requires_grad else None for x in inputs])
            if not any(out.node is x for x in parents):
                node: Any = rename_node(out, name if name != "named" else out.node.modern_name).node
                node.call_inputs = parents
        return out

    return composed


def _method(cls: type[Op], name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """The method of an operation: its function, with the tensor it is called on in the place of the receiver."""
    at = cls.receiver
    if not at:
        return call

    def method(self: Any, *args: Any, **options: Any) -> Any:
        if len(args) < at:      # the parameters before it come by name
            return call(*args, **{cls.params[at]: self}, **options)
        return call(*args[:at], self, *args[at:], **options)

    return _with_metadata(method, name, cls)


def function_named(cls: type[Op], name: str, plain: Callable[..., Any] | None = None,
                   takes_out: bool = True) -> Callable[..., Any]:
    """The function of an operation under one of its names, specialised when it is called often.

    `plain` is the function for arguments that are all plain numbers, where that is no error. Methods do not take `out`.
    """
    call = general_function(cls, name, takes_out)
    if plain is not None:
        call = with_number_form(call, plain)
    return _with_metadata(specialized(cls, call), name, cls)


def _writer(cls: type[Op], name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """The form of an operation that stores its result in its input."""
    return _with_metadata(specialized(cls, inplace(cls, name, call), writer=name, plain=call), name, cls)


def with_number_form(call: Callable[..., Any], plain: Callable[..., Any]) -> Callable[..., Any]:
    """`call`, or `plain` where all arguments are plain numbers."""
    def either(*args: Any, **options: Any) -> Any:
        if args and all(type(value) in NUMBERS for value in args):
            return plain(*args, **options)
        return call(*args, **options)

    return either


def _with_metadata(call: Callable[..., Any], name: str, cls: type[Op]) -> Callable[..., Any]:
    call.__name__ = call.__qualname__ = name.rsplit(".", 1)[-1]
    call.__doc__ = cls.__doc__
    call.__module__ = "builtins"        # as Python's messages call it
    return call


def general_function(cls: type[Op], name: str, takes_out: bool = True) -> Callable[..., Any]:
    """The function that programs call: it fits arguments to the signature and dispatches the operation."""
    fit, compose = cls.signature.fit, vars(cls).get("compose")

    def call(*args: Any, **options: Any) -> Any:
        if takes_out and options and "out" in options:
            return with_out(cls, name, call, args, options)
        if cls.random and "generator" in options:
            return drawing_from(options.pop("generator"), lambda: call(*args, **options))
        values = fit(name, args, options)
        if cls.autocast and AutocastMode.dtype is not None:
            return call_cast(cls, compute, values)
        return compute(values)

    def compute(values: Any) -> Any:
        if compose:
            if not COMPLEX.isdisjoint(map(type, values)):
                check_complex(cls, values)
            return compose(traced, *values)
        return dispatch(cls, values)

    if cls.inplace_option:
        return with_inplace_option(cls, name, call)
    return with_creation_options(call, cls.names[0]) if cls.creates else call


def with_inplace_option(cls: type[Op], name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """`call` with a last option `inplace`: whether the result is stored in the input."""
    write, most = inplace(cls, flat_name(name), call), cls.signature.positional

    def choose(*args: Any, inplace: Any = False, **options: Any) -> Any:
        if len(args) == most + 1 and type(args[most]) is bool:
            *args, inplace = args   # type: ignore[assignment]  # a list where it was a tuple
        if inplace and not args:
            args = tuple([options.pop(option) for option in [*options] if cls.signature.place(option) == 0])
        identity = cls.is_identity
        if inplace and args and identity is not None and identity(*cls.signature.fit(name, args, options)):
            return args[0]
        return write(*args, **options) if inplace and args else call(*args, **options)

    return choose


IGNORED = ("layout", "pin_memory")    # there is one layout, and one kind of memory


def with_creation_options(call: Callable[..., Any], name: str) -> Callable[..., Any]:
    """`call`, of the function `name`, with the options of those that make tensors: requires_grad, device, layout."""

    def create(*args: Any, requires_grad: Any = False, **options: Any) -> Any:
        form = None
        if options:
            here_only(options.pop("device", None))
            form = options.pop("memory_format", None)
            for option in IGNORED:
                options.pop(option, None)
        out = call(*args, **options)
        if form is not None and form is not PRESERVE:
            out = traced.contiguous(out, form)
        if requires_grad is not False and requires_grad is not None:
            if type(requires_grad) is not bool:
                raise ArgumentFault(f"requires_grad must be a bool, not {described(requires_grad)}").saying(
                    f"{name}(): argument 'requires_grad' must be bool, not {type_name(requires_grad)}")
            set_requires_grad(out, requires_grad, CREATED)
        return out

    return create


COMMUTING = {"add", "mul"}
EQUALITY = ("__eq__", "__ne__")


def _operator(call: Callable[..., Any], special: str, turned: bool = False) -> Callable[..., Any]:
    """An operator that leaves objects of a program's classes to the operators of these classes, as torch does.

    What it cannot take is told in CPython's words for that operator; `turned`: the tensor, which comes first, stands
    right of the operator.
    """
    def operate(input: Any, other: Any, *modulus: Any) -> Any:
        if modulus or PROGRAM_MADE in type(other).__dict__:
            return NotImplemented
        try:
            result = call(input, other)
        except RefusedArgument as fault:
            if special in EQUALITY and not Current.legacy:      # what is no number and no tensor is unequal to one
                return NotImplemented
            if is_number(input) and isinstance(other, Number):      # a fraction or a decimal, which takes plain numbers
                return NotImplemented
            from gradcli.engine.messages.operators import with_operator_message

            raise with_operator_message(fault, special, *((other, input) if turned else (input, other))) from None
        return with_number(symbol, result, input, other) if symbol and Current.legacy else result

    symbol = "" if special.startswith("__i") else special.strip("_")
    return operate


def _unary_operator(call: Callable[..., Any], symbol: str) -> Callable[..., Any]:
    """An operator on one operand, which may be a plain number of 0.1.12."""
    def operate(input: Any) -> Any:
        result = call(input)
        return with_number(symbol, result, input) if Current.legacy else result

    return operate


def _for_elements(write: Callable[..., Any], operate: Callable[..., Any]) -> Callable[..., Any]:
    """An operator in place, or `operate` for what was a plain number in 0.1.12: an element of a tensor stays as it is.
    """
    def update(input: Any, other: Any) -> Any:
        return (operate if was_number(input) else write)(input, other)

    return update


def _reflected(compose: Callable[..., Any], operate: Callable[..., Any]) -> Callable[..., Any]:
    """A reflected operator that PyTorch composes of others where a plain number stands left of it."""
    def reflected(input: Any, number: Any) -> Any:
        if type(number) in NUMBERS and not Current.legacy:
            return compose(traced, input, number)
        return operate(input, number)

    return reflected


def _operators(cls: type[Op], call: Callable[..., Any]) -> None:
    """Set the special methods of the operation's symbol on `Tensor`: __add__, __radd__, __iadd__."""
    if cls.symbol in UNARY:
        setattr(Tensor, f"__{cls.symbol}__", specialized(cls, _unary_operator(call, cls.symbol)))
        return
    operate = specialized(cls, _operator(call, f"__{cls.symbol}__"), operator=True)
    turned = specialized(cls, _operator(call, f"__{cls.symbol}__", True), operator=True)
    reflected = specialized(cls, lambda other, input: operate(input, other), operator=True, swapped=True)
    if cls.reflected:
        reflected = _reflected(cls.reflected, reflected)

    for special in cls.special_methods():
        kind = special.removesuffix(cls.symbol + "__").removeprefix("__")
        commuted = turned if cls.symbol in COMMUTING else reflected     # as PyTorch has it: the tensor comes first
        if kind == "i":
            name = cls.inplace_names()[0]
            form = specialized(cls, _for_elements(_operator(getattr(Tensor, name), special), operate), operator=True,
                               writer=name, plain=operate)
        else:
            form = commuted if kind == "r" else operate
        setattr(Tensor, special, form)


Op.register = staticmethod(register)
