"""What programs switch in parts of the package that are loaded when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class SwitchedSettings:
    """Values of one session each, in force while it runs (`Modes` of engine/autograd/grad_mode.py).

    Dicts are replaced, never changed.

    `validate_args` is whether distributions check their arguments where a program does not say; `early_stop`
    whether a checkpoint computes no more anew than is asked for; `caching` in how many contexts of
    `parametrize.cached` the program is, and `parametrized` what was computed there: by the module's identity and the
    name, the module and the value. `divergences` and `transforms` are the functions that programs have registered;
    `decimals` is the context of the module decimal, once the program has used it; `module_hooks` are the hooks of all
    modules, a dict for each sort (nn/module/call_hooks.py).
    """

    validate_args = True
    early_stop = True
    caching = 0
    parametrized: dict[tuple[int, str], tuple[Any, Any]] | None = None
    decimals: Any = None
    module_hooks: tuple[dict[int, Any], ...] | None = None
    divergences: dict[tuple[type, type], Callable[[Any, Any], Any]] = {}    # never changed
    transforms: dict[tuple[str, type], Callable[[Any], Any]] = {}
