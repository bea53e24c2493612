"""PyTorch's words for arguments that an operation does not take, which programs read and people search for.

PyTorch's C++ parser says which argument does not fit where an operation has one signature; where it has several
(`OVERLOADED`), it lists the types of all arguments. Functions of nn.functional that are written in Python complain in
CPython's words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from sys import _getframe
from typing import Any

import numpy as np

from gradcli.engine.tensor.dtypes import OF
from gradcli.engine.tensor.tensor import Tensor

OVERLOADED = frozenset("""
    addmm all any arange argsort baddbmm bartlett_window bernoulli bitwise_and bitwise_left_shift bitwise_or
    bitwise_right_shift bitwise_xor blackman_window bucketize clamp clamp_ clamp_max clamp_min clip clip_ conv1d
    conv2d conv3d copysign count_nonzero ctc_loss cumulative_trapezoid divide dsplit embedding_bag eq eye fill fill_
    float_power floor_divide fmod ge gradient greater greater_equal gru gt hamming_window hann_window histogram
    histogramdd hsplit index_fill isin kaiser_window le lerp less less_equal linspace logspace lstm lt masked_fill
    max mean min moveaxis movedim multiply nanquantile narrow ne normal not_equal nuclear_norm pow prod quantile
    rand rand_like randint randint_like randn randn_like randperm remainder repeat_interleave result_type round rsub
    scatter searchsorted sort squeeze std std_mean subtract sum tensor_split trapezoid trapz true_divide var
    var_mean vsplit where xlogy bernoulli_ divide_ eq_ float_power_ floor_divide_ fmod_ ge_ gt_ index_fill_ le_
    lerp_ lt_ masked_fill_ multiply_ ne_ pow_ random_ remainder_ scatter_ squeeze_ subtract_ to view bitwise_and_
    bitwise_left_shift_ bitwise_or_ bitwise_right_shift_ bitwise_xor_ clamp_max_ clamp_min_ copysign_ greater_
    greater_equal_ less_ less_equal_ not_equal_ true_divide_ xlogy_ fake_quantize_per_tensor_affine""".split())
"""Operations of several signatures in PyTorch 2.13 (tests/words/overloads.py asks it)."""

ALONE = {"addmm": ("37", ""), "arange": ("1", ""), "argsort": ("145", "3"), "baddbmm": ("37", ""),
         "bartlett_window": ("17", ""), "bernoulli": ("1", "2"), "blackman_window": ("17", ""),
         "bucketize": ("5", ""), "count_nonzero": ("1", ""), "cumulative_trapezoid": ("1", ""), "divide": ("4", ""),
         "embedding_bag": ("34567", ""), "eye": ("1", ""), "floor_divide": ("3", ""), "gradient": ("1", ""),
         "hamming_window": ("1", ""), "hann_window": ("17", ""), "histogram": ("16", "4"), "kaiser_window": ("1", ""),
         "max": ("14", "2"), "mean": ("145", "23"), "min": ("14", "2"), "multiply": ("3", ""), "normal": ("1567", ""),
         "nuclear_norm": ("14", ""), "prod": ("1345", "23"), "rand": ("1", ""), "rand_like": ("1", ""),
         "randint": ("2", ""), "randn": ("1", ""), "randn_like": ("1", ""), "random_": ("", "3"),
         "randperm": ("1", ""), "repeat_interleave": ("1", ""), "round": ("13", "1"), "sort": ("15", "3"),
         "squeeze": ("1", ""), "subtract": ("4", ""), "sum": ("1345", "23"), "to": ("", "5"), "trapezoid": ("1", ""),
         "trapz": ("1", ""), "true_divide": ("3", ""), "where": ("14", "")}
"""The numbers of arguments that only one of the signatures takes, of the function and of the method: then that one
complains (tests/words/overloads.py prints them)."""

COMPARED = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy",
            "binary_cross_entropy_with_logits")
"""Functions of PyTorch's in Python that ask both tensors for their size first."""

PARAMETERS = {("copy_", "src"): "other", ("split", "split_size_or_sections"): "split_sizes",
              ("view", "shape"): "size", ("uniform_", "low"): "from",
              ("uniform_", "high"): "to"}
"""Parameters that PyTorch's C++ parser calls otherwise."""

OF_C = frozenset("""
    adaptive_avg_pool1d avg_pool1d avg_pool2d avg_pool3d bilinear celu_ channel_shuffle conv1d conv2d conv3d conv_tbc
    conv_transpose1d conv_transpose2d conv_transpose3d cosine_similarity elu_ gelu hardshrink hardtanh_ leaky_relu_
    linear logsigmoid one_hot pairwise_distance pdist pixel_shuffle pixel_unshuffle prelu relu_ rrelu_
    scaled_dot_product_attention selu_ softplus softshrink threshold_""".split())
"""Functions of nn.functional that PyTorch 2.13 has in C++."""

CASTS = ("bfloat16", "bool", "byte", "char", "clone", "double", "float", "half", "int", "long", "short")
"""Methods whose options have names only."""


def type_name(value: Any) -> str:
    """The name of an argument's type in messages of PyTorch."""
    if isinstance(value, Tensor):
        return "Parameter" if type(value).__name__ == "Parameter" else "Tensor"
    return type(value).__name__


def type_text(value: Any) -> str:
    """The type of a value, as Python writes it."""
    return "<class 'torch.Tensor'>" if isinstance(value, Tensor) else f"<class '{type(value).__name__}'>"


def called_as_method(count: int) -> bool:
    """Whether the program's call that led here has an argument less than the `count` of the function: its object.

    The instruction of a call holds how many arguments are written; a call with starred ones does not.
    """
    frame = _getframe(2)
    while frame.f_back is not None and "__spec__" in frame.f_globals:
        frame = frame.f_back
    from opcode import opname

    code, at = frame.f_code.co_code, frame.f_lasti
    while at > 0 and opname[code[at]] == "CACHE":
        at -= 2
    return at >= 0 and opname[code[at]] == "CALL" and code[at + 1] == count - 1


def overload_message(name: str, args: Sequence[Any], options: Mapping[str, Any], message: str) -> str:
    """`message`; of an operation of several signatures PyTorch says the types of all arguments instead."""
    if name not in OVERLOADED:
        return message
    method = called_as_method(len(args) + len(options))
    values = args[method:]
    if str(len(values) + len(options)) in ALONE.get(name, ("", ""))[method]:
        return message
    types = [*map(type_name, values), *(f"{key}={type_name(options[key])}" for key in sorted(options))]
    listed = ", ".join(types) + ", " * (not values and bool(options))
    return f"{name}() received an invalid combination of arguments - got ({listed}), but expected one of:"


def wrong_type(name: str, parameter: str, at: int, expected: str, value: Any, args: Sequence[Any],
               options: Mapping[str, Any]) -> str:
    """An argument of a type that does not fit; the `at`th of the parameters, passed by position or by name."""
    if not expected:
        return ""
    short = last_part(name)
    if short == "type":
        return "dtype must be a type, str, or dtype object"
    if parameter == "start" and short == "arange" and len(args) == 1:
        parameter = "end"
    parameter = PARAMETERS.get((short, parameter), parameter)
    if expected == "tuple of Tensors" and isinstance(value, list | tuple):
        index = next((i for i, item in enumerate(value) if not isinstance(item, Tensor)), 0)
        return f"expected Tensor as element {index} in argument {at}, but got {type_name(value[index])}"
    short = {"cross_entropy": "cross_entropy_loss", "matrix_power": "linalg_matrix_power",
             "split": "split_with_sizes"}.get(short, short)
    if (short, parameter) == ("embedding", "input"):
        return f"embedding(): argument 'indices' (position 2) must be Tensor, not {type_name(value)}"
    place = at + 1 - called_as_method(len(args) + len(options)) if at < len(args) else 0
    position = f" (position {place})" if place else ""
    message = sizes_message(short, parameter, position, value) if expected == "tuple of ints" else (
        f"{short}(): argument '{parameter}'{position} must be {expected}, not {type_name(value)}")
    return message if "unpack" in message else overload_message(short, args, options, message)


def sizes_message(name: str, parameter: str, position: str, value: Any) -> str:
    """A value that is no whole number and no list or tuple of them; `position` is "" or "(position 1)"."""
    message = f"{name}(): argument '{parameter}'"
    odd = _strange_int(value) if isinstance(value, list | tuple) else None
    if odd:
        return (f"{message} failed to unpack the object at pos {odd + 1} with error "
                f'"type must be tuple of ints,but got {type_name(value[odd])}"')
    return f"{message}{position} must be tuple of ints, " + (
        f"but found element of type {type_name(value[0])} at pos 0" if odd == 0 else f"not {type_name(value)}")


def _strange_int(values: Sequence[Any]) -> int | None:
    """The place of the first value that is no whole number; None if there is none."""
    return next((i for i, value in enumerate(values) if not isinstance(value, int | Tensor | np.integer)), None)


def missing(name: str, names: Sequence[str], args: Sequence[Any], options: Mapping[str, Any]) -> str:
    """Arguments without a default that are not there."""
    short, count = last_part(name), len(names)
    if name.startswith("nn.functional.") and short not in OF_C:
        quoted = [f"'{parameter}'" for parameter in names]
        listed = " and ".join(quoted) if count < 3 else f"{', '.join(quoted[:-1])}, and {quoted[-1]}"
        return f"{short}() missing {count} required positional argument{'s' * (count > 1)}: {listed}"
    listed = ", ".join(f'"{parameter}"' for parameter in names)
    message = f"{short}() missing {count} required positional argument{'s' * (count == 1)}: {listed}"
    return overload_message(short, args, options, message)


def too_many(name: str, least: int, most: int, args: Sequence[Any], options: Mapping[str, Any]) -> str:
    """More arguments by position than the `most` that there are parameters, `least` of them without a default."""
    short, count = last_part(name), len(args)
    if called_as_method(count + len(options)):
        if most == 1 and short in CASTS:
            return f"{short}() takes 0 positional arguments but {count - 1} {'was' if count == 2 else 'were'} given"
        if most == 1:
            return f"TensorBase.{short}() takes no arguments ({count - 1} given)"
        least, most, count = least - 1, most - 1, count - 1
    expected = f"{most} positional argument{'s' * (most != 1)}" if least >= most else (
        f"from {least} to {most} positional arguments")
    passed = f"{count} {'was' if count == 1 else 'were'} given"
    return overload_message(short, args, options, f"{short}() takes {expected} but {passed}")


def options_first(name: str, parameters: int, args: Sequence[Any], options: Mapping[str, Any]) -> bool:
    """Whether an unknown option is told before all else: by functions in Python, and by methods without arguments."""
    return name.startswith("nn.functional.") and last_part(name) not in OF_C or (
        parameters == 1 and last_part(name) not in CASTS and called_as_method(len(args) + len(options)))


def unknown_option(name: str, option: str, args: Sequence[Any], options: Mapping[str, Any], parameters: int) -> str:
    """An argument passed by a name that is no parameter's, of which there are so many `parameters`."""
    short = last_part(name)
    if parameters == 1 and short not in CASTS and called_as_method(len(args) + len(options)):
        return f"TensorBase.{short}() takes no keyword arguments"
    return overload_message(short, args, options, f"{short}() got an unexpected keyword argument '{option}'")


def last_part(name: str) -> str:
    """The name of an operation as PyTorch's parser has it: without the modules that it stands in, or linalg_norm."""
    home, _, short = name.rpartition(".")
    return f"{home}_{short}" if home in ("fft", "linalg", "special") else short


def usage(name: str, parameters: Sequence[str], defaults: Sequence[str | None], positional: int, variadic: int) -> str:
    """A signature as a person writes it: `positional` parameters come by position, that at `variadic` (or -1) several
    times."""
    parts = []
    for i, (parameter, default) in enumerate(zip(parameters, defaults, strict=True)):
        if i == positional and i and variadic < 0:
            parts.append("*")
        text = parameter if default is None else f"{parameter}={default}"
        parts.append(f"*{text}" if i == variadic else text)
    return f"{name}({', '.join(parts)})"


def described(value: Any) -> str:
    """A value in a complaint: what it is, with the shape and type of a tensor."""
    if isinstance(value, Tensor):
        return f"a {sized(value.array.shape)} {OF[value.array.dtype].name} tensor"
    if value is None or type(value) in (bool, int, float, complex):
        return repr(value)
    if isinstance(value, str):
        return f"the string {value[:40]!r}"
    if isinstance(value, list | tuple) and value:
        item = next((v for v in value if not isinstance(v, Tensor | int | float)), value[0])
        inner = "others inside" if isinstance(item, list | tuple) else f"{described(item)}"
        return f"a {'list' if isinstance(value, list) else 'tuple'} with {inner}"
    plain: dict[type, str] = {list: "an empty list", tuple: "an empty tuple", dict: "a dict", set: "a set"}
    return plain.get(type(value), f"a {type(value).__name__.rpartition('.')[2]}")


def brief(value: Any) -> str:
    """A value in a message that is about it: a number or a text itself, of anything else what it is."""
    return str(value)[:40] if value is None or type(value) in (bool, int, float, complex, str) else described(value)


def sized(shape: Sequence[int]) -> str:
    """A shape in words of a message: `2x3`, or `0-d`."""
    return "x".join(map(str, shape)) if len(shape) > 1 else f"{shape[0]}-element" if shape else "0-d"


def most(n: int) -> str:
    """The largest number of positional arguments, in words."""
    return "no arguments" if n == 0 else "1 argument" if n == 1 else f"at most {n} arguments"
