"""Which tensors an operation takes as `out`, and PyTorch's words about others.

In the words {W} and {w} are the type of the result, as "Float" and as "float"; {K} and {k} that of `out`; {out} is the
name of the result, where there are several.
"""

from __future__ import annotations

from typing import Any

from gradcli.engine.tensor.dtypes import CTYPES, OF, category
from gradcli.faults.tensors import UnimplementedType
from gradcli.faults.tree import ArgumentFault, Fault, TypeFault

WITHOUT = frozenset("""
    adjoint argsort argwhere as_strided as_strided_scatter atleast_1d atleast_2d atleast_3d batch_norm bilinear bincount
    block_diag broadcast_tensors broadcast_to cartesian_prod cdist channel_shuffle chunk clone combinations conv1d
    conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d corrcoef cosine_similarity count_nonzero cov
    ctc_loss cumulative_trapezoid det diag_embed diagflat diagonal diagonal_scatter dist dsplit einsum
    fake_quantize_per_channel_affine fake_quantize_per_tensor_affine fill flatten flip fliplr flipud gradient
    group_norm hsplit index_fill index_put instance_norm isclose isfinite isinf isnan layer_norm linalg.diagonal
    linalg.vander logdet masked.softmax masked_fill masked_scatter matrix_exp meshgrid movedim narrow
    nn.functional.adaptive_avg_pool1d nn.functional.adaptive_avg_pool2d nn.functional.adaptive_avg_pool3d
    nn.functional.adaptive_max_pool1d nn.functional.adaptive_max_pool2d nn.functional.adaptive_max_pool3d
    nn.functional.affine_grid nn.functional.avg_pool1d nn.functional.binary_cross_entropy
    nn.functional.binary_cross_entropy_with_logits nn.functional.celu nn.functional.celu_
    nn.functional.cosine_embedding_loss nn.functional.cross_entropy nn.functional.elu nn.functional.elu_
    nn.functional.embedding nn.functional.embedding_bag nn.functional.fold nn.functional.gaussian_nll_loss
    nn.functional.glu nn.functional.grid_sample nn.functional.hardsigmoid nn.functional.hardswish
    nn.functional.hardtanh nn.functional.hardtanh_ nn.functional.hinge_embedding_loss nn.functional.huber_loss
    nn.functional.interpolate nn.functional.kl_div nn.functional.l1_loss nn.functional.leaky_relu
    nn.functional.leaky_relu_ nn.functional.linear_cross_entropy nn.functional.local_response_norm
    nn.functional.log_softmax nn.functional.lp_pool1d nn.functional.lp_pool2d nn.functional.lp_pool3d
    nn.functional.margin_ranking_loss nn.functional.max_pool1d nn.functional.max_pool2d nn.functional.max_pool3d
    nn.functional.max_unpool1d nn.functional.max_unpool2d nn.functional.max_unpool3d nn.functional.mish
    nn.functional.mse_loss nn.functional.multi_margin_loss nn.functional.multilabel_margin_loss
    nn.functional.multilabel_soft_margin_loss nn.functional.nll_loss nn.functional.one_hot nn.functional.pad
    nn.functional.poisson_nll_loss nn.functional.relu6 nn.functional.relu_ nn.functional.selu nn.functional.selu_
    nn.functional.sigmoid nn.functional.silu nn.functional.smooth_l1_loss nn.functional.soft_margin_loss
    nn.functional.softmax nn.functional.softmin nn.functional.softsign nn.functional.tanh nn.functional.tanhshrink
    nn.functional.threshold nn.functional.threshold_ nn.functional.triplet_margin_loss
    nn.functional.triplet_margin_with_distance_loss nn.functional.unfold nn.functional.upsample
    nn.functional.upsample_bilinear nn.functional.upsample_nearest pairwise_distance pdist permute pinverse
    pixel_shuffle pixel_unshuffle positive prelu put ravel relu repeat_interleave reshape rms_norm roll rot90 rsub
    select select_scatter special.log_softmax special.softmax split split_with_sizes squeeze std_mean t tensor_split
    tile trace transpose trapezoid tril_indices triu_indices unbind unflatten unique unique_consecutive unravel_index
    unsqueeze vander var_mean vsplit empty_like full_like ones_like rand_like randint_like randn_like
    zeros_like""".split())
"""The functions that have no such option: by names of operations, or by one of several names."""

SAME = """
Expected out tensor to have dtype {w}, but got {k} instead
 addmm addmv aminmax argmax argmin baddbmm bmm cross cumprod cumsum diag gather index_add index_copy index_reduce isin
 linalg.cholesky linalg.cholesky_ex linalg.cross linalg.det linalg.eigh linalg.eigvalsh linalg.inv linalg.inv_ex
 linalg.ldl_factor linalg.ldl_factor_ex linalg.ldl_solve linalg.lu linalg.lu_factor linalg.lu_factor_ex linalg.lu_solve
 linalg.qr linalg.slogdet linalg.solve linalg.solve_ex linalg.svd linalg.svdvals linalg.vector_norm log_softmax lu_solve
 lu_unpack matmul matrix_power max:values max:indices min:values min:indices mm msort nn.functional.avg_pool2d
 nn.functional.avg_pool3d nn.functional.linear norm prod qr renorm scatter scatter_add scatter_reduce slice_scatter
 slogdet softmax sort sum svd take_along_dim topk triangular_solve tril triu
Found dtype {K} but expected {W}
 abs bitwise_not ceil clamp floor frac hardshrink neg nn.functional.gelu nn.functional.softplus
 nn.functional.softshrink round sgn sign trunc
expected scalar_type {W} but found {K}
 cummax cummin logcumsumexp
expected scalar type {W} but found {K}
 linalg.solve_triangular nn.functional.logsigmoid
Expected the dtype for input and out to match, but got {W} for input's dtype and {K} for out's dtype.
 amax amin
Expected out type to be {W} but got {K}
 where
torch.searchsorted(): output tensor's dtype is wrong, it can only be Int(int32) or Long(int64) depending on whether \
out_int32 flag is True, but we got output tensor's dtype {K} and out_int32 flag is {narrow}
 bucketize searchsorted
multi_dot(): expected out tensor to have dtype {w} but got {k}
 linalg.multi_dot
result dtype {K} does not match input dtype {W}
 dot vdot
torch.histogram: input tensor and hist tensor should have the same dtype, but got input {w} and hist {k}
 histc histogram
torch.histogram: input tensor and bin_edges tensor should have the same dtype, but got input {w} and bin_edges {k} for \
dimension 0
 histogram:bin_edges
tensordot: Expected the output tensor to have dtype {W}, but got an output tensor with dtype {K}
 inner tensordot
Expected tensor for 'values' to have the same type as tensor for argument #2 'self'; but type {T} does not equal \
torch.{W}Tensor (while checking arguments for median)
 median:values nanmedian:values
Expected tensor for argument #1 'indices' to have scalar type {W}; but got {T} instead (while checking arguments for \
median)
 median:indices nanmedian:indices
quantile() out tensor must be same dtype as the input tensor
 nanquantile quantile
self and mat2 must have the same dtype, but got {K} and {W}
 addbmm
all only supports {w} tensor for result, got: {K}
 all
any only supports {w} tensor for result, got: {K}
 any
the output given to float_power has dtype {K} but the operation's result requires dtype {W}
 float_power
torch.frexp() expects mantissa to have dtype {w} but got {k}
 frexp
torch.frexp() expects exponent to have {w} dtype but got {k}
 frexp:exponent
heaviside is not yet implemented for tensors with different dtypes.
 heaviside
index_select(): self and result must have the same scalar type
 index_select
isneginf does not support non-boolean outputs.
 isneginf
isposinf does not support non-boolean outputs.
 isposinf
signbit does not support non-boolean outputs.
 signbit
output values must be of same type as input
 kthvalue
output indices must be of scalar type {W}
 kthvalue:indices
linalg.matrix_norm expected out tensor dtype {W} but got: {K}
 linalg.matrix_norm
linalg.norm expected out tensor dtype {W} but got: {K}
 linalg.norm
linalg.vecdot: Expected out of dtype{W} but found {K}
 linalg.vecdot
masked_select(): self and result must have the same scalar type
 masked_select
expected scalar type '{W}' but got '{K}' for {out} output
 mode
addmv input tensors must have the same dtype, but got {K}, {W}, and {W}
 mv
nan_to_num: dtype of out: {K} should be same as input: {W}
 nan_to_num
Expected self.dtype() == output.dtype() to be true, but got false.
 narrow_copy
nonzero: Expected out tensor to have scalar type {W} but got scalar type{K}
 nonzero
nonzero_static: Expected out tensor to have scalar type {W} but got scalar type{K}
 nonzero_static
multinomial expects {W} tensor out, got: {K}
 multinomial
torch.ormqr: Expected input and result to have the same dtype, but input has dtype{W} and result has dtype {K}
 ormqr
take(): self and out expected to have the same dtype, but got self.dtype = {W} and out.dtype = {K}
 take
"""
"""The operations whose `out` has the type of the result and no other, below what is said of others."""

CASTABLE = """
torch.cat(): input types can't be cast to the desired output type {K}
 cat column_stack dstack hstack stack vstack
torch.{name}: Expected {out} to be safely castable from {W} dtype, but got {out} with dtype {K}
 geqrf linalg.householder_product linalg.lstsq linalg.matrix_rank
{name}: Expected result to be safely castable from {W} dtype, but got result with dtype {K}
 cholesky cholesky_inverse cholesky_solve linalg.cond linalg.pinv
{short}: Expected result to be safely castable from {W} dtype, but got result with dtype {K}
 linalg.tensorinv linalg.tensorsolve
logsumexp(): Expected floating point type for result tensor, but got: {K}
 logsumexp
mvlgamma: result type {W} can't be cast to the desired output type {W}
 mvlgamma
ldexp can't be cast to the desired output type {K}
 ldexp
"nansum_cpu" not implemented for '{K}'
 nanmean nansum
"""
"""The operations that take an `out` to whose type the result can be cast, with other words than most."""


def refuse_type(cls: Any, field: str, wanted: Any, actual: Any) -> None:
    """Raise PyTorch's refusal if `out`, or its tensor for the result `field` of several, cannot be of type `actual`."""
    name, result, target = cls.names[0], OF[wanted].era, OF[actual].era
    castable = category(wanted) <= category(actual)
    words = _words(SAME, name, field)
    if cls.creates:
        words = "dtype {W} does not match dtype of out parameter ({K})"
    elif not words and not castable:
        words = _words(CASTABLE, name, field) or "result type {W} can't be cast to the desired output type {K}"
    if not words:
        return
    message = words.format(
        W=result, w=CTYPES[result], K=target, k=CTYPES[target], out=field, name=name, short=name.rpartition(".")[2],
        narrow=wanted.itemsize == 4, T=f"torch.{target}Tensor" if actual.kind in "fiu" else f"CPU{target}Type")
    kind: type[Fault] = UnimplementedType if words[0] == '"' else ArgumentFault if "torch.cat" in words else TypeFault
    raise kind(message, (f"out=torch.empty(0, dtype=torch.{OF[wanted].name})", "room for numbers of the result's type"))


def _words(table: str, name: str, field: str) -> str:
    """The words of a table about an operation's result `field`; empty where it has none."""
    words, general = "", ""
    for line in table.strip().splitlines():
        if not line.startswith(" "):
            words = line
        elif f"{name}:{field}" in (names := line.split()):
            return words
        elif name in names:
            general = words
    return general
