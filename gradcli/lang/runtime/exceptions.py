"""What an exception holds, read past whatever its class defines under the same names.

A program's class can have `args`, `name` or `obj` of its own, also by a class beside the exception
among its bases: a number, or a property that fails.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

args_of: Callable[[BaseException], tuple[Any, ...]] = vars(BaseException)["args"].__get__
name_of_name_error: Callable[[NameError], Any] = vars(NameError)["name"].__get__
name_of: Callable[[AttributeError], Any] = vars(AttributeError)["name"].__get__
object_of: Callable[[AttributeError], Any] = vars(AttributeError)["obj"].__get__
