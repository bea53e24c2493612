"""`numpy.testing` for programs: comparisons that end in AssertionError with numpy's own message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.autograd.signature import NUMBERS, described
from gradcli.engine.messages.numpy_messages import with_numpy_faults
from gradcli.exposure import renamed
from gradcli.faults.tree import ArgumentFault
from gradcli.namespace.third_party.numpy import operand

OPTIONS = {"assert_allclose": ("rtol", "atol", "equal_nan"), "assert_array_equal": (), "assert_equal": (),
           "assert_almost_equal": ("decimal",), "assert_array_almost_equal": ("decimal",),
           "assert_array_less": ()}
TEXTS = ("err_msg", "verbose")


def _asserting(name: str) -> Callable[..., Any]:
    compare: Any = getattr(np.testing, name)

    def check(x: Any, y: Any, *args: Any, **options: Any) -> None:
        names = OPTIONS[name] + TEXTS
        settings = dict(zip(names, args, strict=False)) | options
        if len(args) > len(names) or settings.keys() - {*names}:
            raise ArgumentFault(f"{name}() takes {', '.join(names)} here", f"np.testing.{name}(x, y)")
        for option, value in settings.items():
            if type(value) not in (str, bool) if option in TEXTS else type(value) not in NUMBERS:
                raise ArgumentFault(f"{name}() does not take {described(value)} as {option}")
        try:
            compare(operand(x), operand(y), **settings)
        except AssertionError as error:
            raise AssertionError(str(error)) from None

    return with_numpy_faults(renamed(check, name))


def __getattr__(name: str) -> Any:
    if name not in OPTIONS:
        raise AttributeError(name)
    return _asserting(name)
