"""`matplotlib`: a program that plots runs, and nothing is drawn.

Every name of pyplot, figures and axes that programs use is here as a function that does nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from gradcli.engine.tensor.tensor import DisplayHooks, Tensor
from gradcli.exposure import exposed
from gradcli.namespace.no_effect import Context
from gradcli.namespace.third_party.matplotlib_names import COLORMAPS, NAMES

PARTS: dict[str, str] = {
    "matplotlib.animation": "FuncAnimation ArtistAnimation PillowWriter FFMpegWriter",
    "matplotlib.axes": "Axes",
    "matplotlib.backends": "",
    "matplotlib.backends.backend_agg": "FigureCanvasAgg",
    "matplotlib.cm": f"{' '.join(sorted(COLORMAPS))} get_cmap ScalarMappable",
    "matplotlib.collections": "LineCollection PatchCollection PolyCollection",
    "matplotlib.dates": "AutoDateFormatter AutoDateLocator DateFormatter DayLocator MonthLocator YearLocator date2num",
    "matplotlib.font_manager": "FontProperties",
    "matplotlib.colors": "ListedColormap LinearSegmentedColormap Normalize LogNorm BoundaryNorm TwoSlopeNorm",
    "matplotlib.figure": "Figure",
    "matplotlib.gridspec": "GridSpec",
    "matplotlib.image": "AxesImage imsave",
    "matplotlib.legend": "Legend",
    "matplotlib.legend_handler": "HandlerLine2D HandlerTuple",
    "matplotlib.lines": "Line2D",
    "matplotlib.offsetbox": "AnnotationBbox OffsetImage TextArea",
    "matplotlib.patches": "Arc Arrow Circle Ellipse FancyArrowPatch FancyBboxPatch Patch Polygon Rectangle Wedge",
    "matplotlib.ticker": "AutoMinorLocator FixedLocator FormatStrFormatter FuncFormatter LogLocator MaxNLocator "
                         "MultipleLocator NullFormatter NullLocator ScalarFormatter",
    "matplotlib.tri": "Triangulation",
    "matplotlib.widgets": "Button Slider",
    "mpl_toolkits.axes_grid1": "make_axes_locatable ImageGrid",
    "mpl_toolkits.mplot3d": "Axes3D",
    "mpl_toolkits.mplot3d.art3d": "Line3DCollection Poly3DCollection"}
"""The modules beside pyplot, with the names in each."""

LIMITS = frozenset(f"{get}{axis}{what}" for axis in "xyz" for get, what in (("get_", "lim"), ("get_", "bound")))

# What gives None, as in matplotlib.
SILENT = frozenset("""
    show close draw pause cla clf clear ion ioff savefig grid tight_layout subplots_adjust clim sca set_visible
    set_color set_position set_data set_xdata set_ydata set_offsets set_facecolor set_linewidth set_size_inches
    set_label set_alpha set_cmap set_xscale set_yscale set_aspect set_axis_off autoscale relim
    autoscale_view invert_yaxis invert_xaxis tick_params view_init remove flush_events switch_backend
    set_major_locator set_minor_locator xscale yscale locator_params margins use
    set_ticks set_ticklabels set_ticks_position set_label_position set_edgecolor set_linestyle set_marker set_zorder
    set_text set_fontsize set_clim set_array set_figwidth set_figheight set_dpi set_bounds autofmt_xdate align_labels
    minorticks_on minorticks_off rcdefaults
""".split())

TEXTS = "title suptitle xlabel ylabel text set_title set_xlabel set_ylabel set_zlabel"
# The classes of what the others give, where programs at a prompt let it be shown.
CLASSES = dict.fromkeys(TEXTS.split(), "matplotlib.text.Text") | {
    "figure": "matplotlib.figure.Figure", "gcf": "matplotlib.figure.Figure", "legend": "matplotlib.legend.Legend",
    "scatter": "matplotlib.collections.PathCollection", "imshow": "matplotlib.image.AxesImage",
    "matshow": "matplotlib.image.AxesImage", "plot": "matplotlib.lines.Line2D", "axhline": "matplotlib.lines.Line2D",
    "axvline": "matplotlib.lines.Line2D", "annotate": "matplotlib.text.Annotation",
    "colorbar": "matplotlib.colorbar.Colorbar", "subplot": "matplotlib.axes._subplots.AxesSubplot",
    "gca": "matplotlib.axes._subplots.AxesSubplot", "add_subplot": "matplotlib.axes._subplots.AxesSubplot"}
LINES = frozenset(("plot", "semilogx", "semilogy", "loglog", "fill"))     # give a list, of an entry for each curve


@exposed(*NAMES, *COLORMAPS)
class Drawing(Context):
    """A figure, axes, a line or a part of one: calls and assignments do nothing, attributes return the like."""

    __slots__ = ("_class",)

    def __init__(self, class_name: str = "") -> None:
        self._class = class_name

    def __getattr__(self, name: str) -> Any:
        if name not in NAMES and name not in COLORMAPS:
            raise AttributeError(f"no {name}", name=name, obj=self)
        if name in SILENT or (name.startswith("set_") and name not in CLASSES):
            return nothing
        if name in COLORMAPS:
            return colormap
        if name in LIMITS:
            return unit_interval
        if name == "hist":
            return counts
        if name == "get_cmap":
            return make_colormap
        if name in LINES:
            return curves
        return axes_in_rows if name == "subplots" else part(CLASSES.get(name, ""))

    def __call__(self, *args: Any, **options: Any) -> Drawing:
        remark()
        return self

    def __getitem__(self, at: Any) -> Drawing:
        return self

    def __setitem__(self, at: Any, value: Any) -> None:
        pass

    def __iter__(self) -> Iterator[Drawing]:
        return iter([self])

    def __display__(self, style: Any) -> str:
        return f"<{self._class} object at {style.address(self)}>" if self._class else "<matplotlib drawing>"


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


colormap = Colormap()


def make_colormap(*args: Any, **options: Any) -> Colormap:
    """A colour map."""
    remark()
    return colormap


@exposed("flat", "ravel", "flatten", "shape")
class Rows(Drawing):
    """An array of axes."""

    __slots__ = ("_shape",)

    def __init__(self, *shape: int) -> None:
        super().__init__()
        self._shape = shape

    def __getattr__(self, name: str) -> Any:
        if name == "shape":
            return self._shape
        count = self._shape[0] * self._shape[-1] if len(self._shape) == 2 else self._shape[0]
        if name == "flat":
            return rows(count)
        return (lambda: rows(count)) if name in ("ravel", "flatten") else super().__getattr__(name)

    def __len__(self) -> int:
        return self._shape[0]

    def __getitem__(self, at: Any) -> Drawing:
        return rows(self._shape[1]) if type(at) is int and len(self._shape) == 2 else pyplot

    def __iter__(self) -> Iterator[Drawing]:
        return iter([self[i] for i in range(len(self))])


rows = cache(Rows)      # one of each shape is enough: they are all alike
part = cache(Drawing)   # likewise


def remark() -> None:
    """Make the remark, once, that nothing is drawn."""
    DisplayHooks.note("drawing", "nothing is drawn here: gradcli plot EXPR --over x=-3:3 draws a curve")


def nothing(*args: Any, **options: Any) -> None:
    """A function of pyplot that does nothing."""
    remark()


def unit_interval(*args: Any, **options: Any) -> tuple[float, float]:
    """The limits of an axis along which nothing is drawn."""
    remark()
    return 0.0, 1.0


def counts(x: Any = (), bins: Any = 10, range: Any = None, density: Any = False, weights: Any = None, *args: Any,
           **options: Any) -> tuple[Any, Any, Drawing]:
    """How many numbers lie in each bin, the edges of the bins, and bars."""
    remark()
    from gradcli.namespace.third_party.numpy_table import histogram

    arguments = {"range": range, "weights": weights, "density": density or None}
    try:
        numbers, edges = histogram(x, bins, **{name: value for name, value in arguments.items() if value is not None})
    except (TypeError, ValueError):     # several data sets at once, or none
        return part(), part(), part()
    return numbers * 1.0, edges, part()


def curves(*args: Any, **options: Any) -> list[Drawing]:
    """The lines of a plot: one for each pair of data."""
    remark()
    data = [arg for arg in args if type(arg) is not str]
    return [part(CLASSES["plot"])] * max(1, (len(data) + 1) // 2)


def axes_in_rows(nrows: int = 1, ncols: int = 1, *args: Any, squeeze: bool = True, **options: Any) -> Any:
    """A figure, and its axes in rows and columns."""
    if not (type(nrows) is type(ncols) is int and 0 < nrows <= 100 and 0 < ncols <= 100):
        raise TypeError("subplots() takes at most 100 rows and columns")
    shape = [length for length in (nrows, ncols) if length > 1 or not squeeze]
    return pyplot(), rows(*shape) if shape else pyplot


pyplot = rcParams = style = rc = cycler = part()     # the names that programs know
use = nothing
