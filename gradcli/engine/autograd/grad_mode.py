"""What programs can switch for everything that runs: held by one session each, in force while it runs.

A further switch belongs into `MODES`, and is then swapped with the session, taken back with a
statement and seen by the test that looks for switches outside of it.
"""

from __future__ import annotations

from typing import Any

from gradcli.engine.autograd.backward import AnomalyMode
from gradcli.engine.autograd.hooks import Handle
from gradcli.engine.autograd.saved_tensors_hooks import Disabled
from gradcli.engine.numerics.autocast import AutocastMode
from gradcli.engine.random.generators import Current
from gradcli.engine.settings import SwitchedSettings
from gradcli.engine.tensor.dtypes import Default
from gradcli.engine.tensor.variable import Dual, grad_mode

MODES: tuple[tuple[Any, str], ...] = (
    (Default, "floating"), (grad_mode, "state"),
    (Dual, "level"), (Dual, "watched"), (AnomalyMode, "anomalies"), (AnomalyMode, "nan"), (Current, "time_reads"),
    (Disabled, "message"), (AutocastMode, "dtype"), (AutocastMode, "casts"), (Handle, "next_id"),
    *((SwitchedSettings, name) for name in (
        "validate_args", "early_stop", "caching", "parametrized", "divergences", "transforms", "decimals",
        "module_hooks")))
Modes = tuple[Any, ...]


def modes() -> Modes:
    """The modes in force."""
    return tuple(getattr(holder, name) for holder, name in MODES)


def put_in_force(values: Modes) -> None:
    """Let these be the modes in force."""
    for (holder, name), value in zip(MODES, values, strict=True):
        setattr(holder, name, value)
