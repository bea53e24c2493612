"""The modules of `matplotlib` beside pyplot: colours, patches, animations and the like, which draw nothing either."""

from __future__ import annotations

from typing import Any

from gradcli.namespace.third_party.matplotlib import PARTS, colormap, make_colormap, part
from gradcli.namespace.third_party.matplotlib_names import COLORMAPS

MAKERS = "get_cmap ListedColormap LinearSegmentedColormap ScalarMappable"
_OF = {name: path for path, names in PARTS.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name in COLORMAPS:
        return colormap
    if name in MAKERS.split():
        return make_colormap
    if name in _OF:
        return part(f"{_OF[name]}.{name}")
    raise AttributeError(name)
