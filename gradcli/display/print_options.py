"""The print options of a session, as torch.set_printoptions takes them."""

from __future__ import annotations

from math import inf, isnan
from typing import Any

from gradcli.faults.tree import ValueFault

PROFILES: dict[str, dict[str, Any]] = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": inf, "edgeitems": 3, "linewidth": 80},
}
LONGEST_PRECISION = 100     # a double has nothing more to say, and texts stay within bounds


class PrintOptions:
    """The print options of one session, for both styles."""

    def __init__(self, precision: int = 4, threshold: float = 1000, edgeitems: int = 3, linewidth: int = 80,
                 sci_mode: bool | None = None) -> None:
        self.precision = precision      # decimals
        self.threshold = threshold      # elements from which (tutorial) or beyond which (modern) only the ends show
        self.edgeitems = edgeitems      # how many are shown at each end of a shortened dimension
        self.linewidth = linewidth      # characters per line
        self.sci_mode = sci_mode        # exponents always, never, or (None) by size; the modern style alone asks
        self.arrays: dict[str, Any] = {}    # those of numpy's arrays, as np.printoptions takes them

    def set(self, precision: int | None = None, threshold: float | None = None, edgeitems: int | None = None,
            linewidth: int | None = None, profile: str | None = None, sci_mode: bool | None = None) -> None:
        """Apply the profile, then every other argument that is not None; sci_mode None means by size.

        A value that does not fit raises ValueFault and changes nothing.
        """
        settings = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
        changes = _profile(profile) | {name: value for name, value in settings.items() if value is not None}
        require_integer("precision", changes.get("precision", 0), 0, LONGEST_PRECISION)
        require_integer("edgeitems", changes.get("edgeitems", 0), 0)
        require_integer("linewidth", changes.get("linewidth", 1), 1)
        require_count(changes.get("threshold", 0))
        if sci_mode is not None and type(sci_mode) is not bool:
            raise ValueFault("sci_mode must be True, False or None")
        for name, value in changes.items():
            setattr(self, name, value)
        self.sci_mode = sci_mode


def _profile(name: str | None) -> dict[str, Any]:
    if name is None:
        return {}
    if not isinstance(name, str) or name not in PROFILES:
        raise ValueFault(f"there is no print profile {name!r}",
                         *(f'torch.set_printoptions(profile="{profile}")' for profile in PROFILES))
    return PROFILES[name]


def require_integer(name: str, value: object, least: int, most: float = inf) -> None:
    """Raise ValueFault if `value` is no whole number from `least` to `most`."""
    if type(value) is not int or not least <= value <= most:
        bounds = f"of at least {least}" if most == inf else f"from {least} to {most}"
        raise ValueFault(f"{name} must be a whole number {bounds}, not {value!r}")


def require_count(value: object) -> None:
    """Raise ValueFault if `value` is no number of elements."""
    if type(value) not in (int, float) or isnan(value) or value < 0:    # type: ignore[arg-type,operator]  # a number
        raise ValueFault(f"threshold must be a number of elements or inf, not {value!r}")
