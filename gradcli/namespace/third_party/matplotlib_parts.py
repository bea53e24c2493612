"""The modules of `matplotlib` beside pyplot: colours, patches, animations and the like, which draw nothing either."""

from __future__ import annotations

from typing import Any

from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import exposed
from gradcli.namespace.third_party.matplotlib import COLORMAPS, PARTS, Drawing, part, remark

MAKERS = "get_cmap ListedColormap LinearSegmentedColormap ScalarMappable"
_OF = {name: path for path, names in PARTS.items() for name in names.split()}


@exposed()
class Colormap(Drawing):
    """A colour map: called with a number or an array, it gives black for each."""

    __slots__ = ()

    def __call__(self, *args: Any, **options: Any) -> Any:
        remark()
        values = args[0] if args else options.get("X")
        if type(values) in (int, float):
            return (0.0, 0.0, 0.0, 1.0)
        if isinstance(values, Tensor | list | tuple):
            from gradcli.namespace.third_party.numpy import zeros

            shape = values.shape if isinstance(values, Tensor) else (len(values),)
            return zeros((*shape, 4))
        return self


_COLORMAP = Colormap()


def _make(*args: Any, **options: Any) -> Colormap:
    """A colour map."""
    remark()
    return _COLORMAP


def __getattr__(name: str) -> Any:
    if name in COLORMAPS:
        return _COLORMAP
    if name in MAKERS.split():
        return _make
    if name in _OF:
        return part(f"{_OF[name]}.{name}")
    raise AttributeError(name)
