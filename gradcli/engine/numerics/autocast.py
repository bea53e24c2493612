"""Mixed precision on the CPU: which operations compute in 16 bits within `torch.autocast("cpu")`, and which in 32.

The operations are those of PyTorch's documentation of autocast: matrix products and convolutions take float32 tensors
in the lower type, losses and decompositions take 16-bit ones as float32, all others what they are given. float64 and
whole numbers stay as they are. What a product makes of a parameter, a leaf that is no view, is kept until the
outermost context ends, so that a weight that is used twice is rounded once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from gradcli.engine.autograd.op import Op, traced
from gradcli.engine.tensor.dtypes import HALVES, float32
from gradcli.engine.tensor.tensor import DATA, Tensor
from gradcli.engine.tensor.variable import recording

LOWER = frozenset("""addbmm addmm affine_grid baddbmm bmm conv1d conv2d conv3d conv_transpose1d conv_transpose2d
    conv_transpose3d linear matmul mm prelu scaled_dot_product_attention vecdot""".split())
SINGLE = frozenset("""adaptive_avg_pool3d adaptive_max_pool3d avg_pool3d binary_cross_entropy
    binary_cross_entropy_with_logits cdist cholesky cholesky_ex cholesky_inverse cholesky_solve cond
    cosine_embedding_loss cross_entropy ctc_loss eig eigh eigvals eigvalsh fake_quantize_per_tensor_affine fft fft2 fftn
    fractional_max_pool2d fractional_max_pool3d geqrf grid_sample hfft hinge_embedding_loss householder_product
    huber_loss ifft ifft2 ifftn ihfft inv inv_ex inverse irfft irfft2 irfftn kl_div l1_loss lstsq lu_solve
    margin_ranking_loss matrix_rank max_pool3d max_unpool1d max_unpool2d max_unpool3d mse_loss multi_margin_loss
    multilabel_margin_loss nanquantile nll_loss orgqr ormqr pad_gather pinverse poisson_nll_loss polar prod qr quantile
    rfft rfft2 rfftn smooth_l1_loss soft_margin_loss solve stft svd svdvals tensorinv tensorsolve trace triangular_solve
    triplet_margin_loss view_as_complex""".split())


class AutocastMode:
    """The mode of one session: `dtype` is the lower type within a context, None outside; `casts` what was made of
    parameters there, by identity, None where it is not to be kept."""

    dtype: Any = None
    casts: dict[int, tuple[Tensor, Tensor]] | None = None


@contextmanager
def computing_in(dtype: Any) -> Iterator[None]:
    """A context in which autocast computes in the lower type `dtype`, or not at all if that is None."""
    before = AutocastMode.dtype, AutocastMode.casts
    AutocastMode.dtype, AutocastMode.casts = dtype, {}
    try:
        yield
    finally:
        AutocastMode.dtype, AutocastMode.casts = before


def policy_of(names: Sequence[str]) -> str:
    """"lower", "single" or "": the type in which autocast computes an operation of these names."""
    parts = {name.rpartition(".")[2] for name in names}
    return "lower" if parts & LOWER else "single" if parts & SINGLE else ""


def call_cast(cls: type[Op], call: Callable[..., Any], values: Sequence[Any]) -> Any:
    """`call` of the values as autocast has them; what it calls itself computes in the types that it is given."""
    dtype, policy = AutocastMode.dtype, cls.autocast
    if policy == "lower":
        values = [_lowered(value, dtype) for value in values]
    else:
        values = [_each(value, lambda x: traced.cast(x, float32) if x.array.dtype in HALVES else x) for value in values]
    AutocastMode.dtype = None
    try:
        return call(values)
    finally:
        AutocastMode.dtype = dtype


def _each(value: Any, cast: Callable[[Tensor], Tensor]) -> Any:
    """A tensor, or each tensor of a tuple, cast; any other value itself."""
    if type(value) is tuple and value and isinstance(value[0], Tensor):
        return tuple([cast(x) for x in value])
    return cast(value) if isinstance(value, Tensor) else value


def _lowered(value: Any, dtype: Any) -> Any:
    """A value with floating tensors of at most 32 bits in the lower type."""
    def cast(x: Tensor) -> Tensor:
        if x.array.dtype is dtype or x.array.dtype is not float32 and x.array.dtype not in HALVES:
            return x
        is_parameter = x.requires_grad and x.node is None and (x.root is None or x.root is DATA)
        casts = AutocastMode.casts if is_parameter and x.array.dtype is float32 else None
        if casts is None:
            return traced.cast(x, dtype)
        if id(x) not in casts:
            with recording(True):       # a later use may be differentiated
                casts[id(x)] = x, traced.cast(x, dtype)
        return casts[id(x)][1]

    return _each(value, cast)
