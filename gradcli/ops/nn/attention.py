"""Attention: values averaged by how well their keys answer a query."""

import math

import numpy as np

from gradcli.engine.autograd.signature import Array, ArrayOrNone, Flag, Int, Number, sized
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.mistakes import FailedAssertion
from gradcli.faults.tree import ArgumentFault, ShapeFault
from gradcli.ops.base import Functional
from gradcli.ops.dtype_checks import check_dtypes

Q, K, V = [[1.0, 0.5], [-0.3, 2.0]], [[0.2, 1.0], [1.0, -1.0], [0.5, 0.3]], [[1.0, 2.0], [3.0, -1.0], [0.5, 0.1]]
MASK = [[0.0, -1.0, 0.5], [1.0, 0.0, 0.0]]


class ScaledDotProductAttention(Functional):
    """scaled_dot_product_attention(query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa): the values
    averaged with weights softmax(query @ key.t() * scale), where a mask or causality lets them be seen."""

    random = True
    samples = [(Q, K, V), (Q, K, V, MASK), (Q, K, V, None, 0.5), (Q, K, V, None, 0.0, True),
               (Q, K, V, None, 0.0, False, 0.3),
               ([Q, Q], [K], [V], None, 0.0, False, None, True)]
    errors = [(Q, [[1.0]], V), (Q, "text", V)]

    def compose(F, query, key: Array, value: Array, attn_mask: Array = None, dropout_p: Number = 0.0,
                is_causal: Flag = False, *, scale: Number = None, enable_gqa: Flag = False):
        if query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2]:
            raise ShapeFault(f"scaled_dot_product_attention(): query {sized(query.shape)}, key {sized(key.shape)} and "
                             f"value {sized(value.shape)} do not fit each other: queries and keys need one length, "
                             "keys and values one number")
        check_dtypes("Expected query, key, and value to have the same dtype, but got query.dtype: {c[0]} "
                     "key.dtype: {c[1]} and value.dtype: {c[2]} instead.", query, key, value)
        if is_causal and attn_mask is not None:
            raise ArgumentFault("_scaled_dot_product_attention: Explicit attn_mask should not be set when "
                                "is_causal=True")
        if enable_gqa:
            key, value = (_repeated(F, x, query.shape[-3]) for x in (key, value))
        root = math.sqrt(1 / math.sqrt(query.shape[-1]) if scale is None else abs(scale)) if query.shape[-1] else 1.0
        sign = -1 if scale is not None and scale < 0 else 1
        scores = F.stacked_mm(query * (root * sign), F.transpose(key, -2, -1) * root)
        if is_causal:
            visible = F.tril(F.ones((query.shape[-2], key.shape[-2]), dtype=query.dtype)) > 0
            scores = scores + F.where(visible, 0.0, float("-inf"))     # a score of nan stays one, as in PyTorch
        elif attn_mask is not None:
            truth = "bool" in str(attn_mask.dtype)
            scores = F.where(attn_mask, scores, float("-inf")) if truth else scores + attn_mask
        hidden = is_causal or attn_mask is not None or (
            isinstance(scores, Tensor) and bool((scores.array == -math.inf).any()))
        share = _shares(F, scores) if hidden else F.softmax(scores, -1)
        if dropout_p > 0:
            share = F.dropout(share, dropout_p, True)
        out = F.stacked_mm(share, value)
        # the one call that PyTorch makes of it keeps all it was given, and the result
        fused = len(query.shape) == len(key.shape) == len(value.shape) == 4 and dropout_p == 0
        if not fused or query.shape[-1] != value.shape[-1] or 0 in (*query.shape, *key.shape):
            return out
        return F.renamed_whole(out, "ScaledDotProductFlashAttentionForCpuBackward0", (query, key, value))


def _repeated(F, x, heads):
    """Each head as often as `heads` needs."""
    if heads % x.shape[-3]:
        raise ShapeFault(f"enable_gqa needs a number of query heads, {heads}, divisible by that of keys, {x.shape[-3]}")
    return F.repeat_interleave(x, heads // x.shape[-3], -3)


def _shares(F, scores):
    """The softmax of each row; zeros for a row in which nothing may be seen."""
    if not scores.shape[-1]:
        return F.softmax(scores, -1)
    blind = F.amax(scores, -1, True) == float("-inf")
    return F.where(blind, 0, F.softmax(F.where(blind, 0, scores), -1))


class MultiHeadAttentionForward(Functional):
    """multi_head_attention_forward(query, key, value, embed_dim_to_check, num_heads, in_proj_weight, in_proj_bias, \
bias_k, bias_v, add_zero_attn, dropout_p, out_proj_weight, out_proj_bias, training, key_padding_mask, need_weights, \
attn_mask, use_separate_proj_weight, q_proj_weight, k_proj_weight, v_proj_weight, static_k, static_v, \
average_attn_weights, is_causal): attention by several heads at once, each on a part of projected features, and the
    weights it gave (Vaswani and others 2017)."""

    random = True
    samples = [([Q], [Q], [Q], 2, 1, [*V, *V], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], None, None, False, 0.0, Q,
                [0.5, 1.0]),
               ([Q], [Q], [Q], 2, 1, None, None, None, None, False, 0.0, Q, None, False, np.array([[True, False]]),
                False, np.array([[0.5, 0.0], [0.0, 0.1]]), True, Q, Q, Q, None, None, False, False),
               ([Q], [Q], [Q], 2, 1, [*V, *V], None, None, None, False, 0.0, Q, None, False, None, True,
                None, False, None, None, None, [Q, V], [V, Q])]
    errors = [([Q], [Q], [Q], 3, 1, V, None, None, None, False, 0.0, Q, None)]

    def compose(F, query, key: Array, value: Array, embed_dim_to_check: Int, num_heads: Int,
                in_proj_weight: ArrayOrNone, in_proj_bias: ArrayOrNone, bias_k: ArrayOrNone,
                bias_v: ArrayOrNone, add_zero_attn: Flag, dropout_p: Number, out_proj_weight: Array,
                out_proj_bias: ArrayOrNone, training: Flag = True,
                key_padding_mask: Array = None, need_weights: Flag = True, attn_mask: Array = None,
                use_separate_proj_weight: Flag = False, q_proj_weight: Array = None, k_proj_weight: Array = None,
                v_proj_weight: Array = None, static_k: Array = None, static_v: Array = None,
                average_attn_weights: Flag = True, is_causal: Flag = False):
        single = len(query.shape) == 2
        check_dims(query, key, value, key_padding_mask, attn_mask, num_heads)
        if is_causal and attn_mask is None:
            raise ShapeFault("Need attn_mask if specifying the is_causal hint. You may use the Transformer module "
                             "method `generate_square_subsequent_mask` to create this mask.")
        hinted = is_causal and key_padding_mask is None and not need_weights
        attn_mask = None if hinted else attn_mask
        if single:
            query, key, value = (F.unsqueeze(x, 1) for x in (query, key, value))
            key_padding_mask = None if key_padding_mask is None else F.unsqueeze(key_padding_mask, 0)
        length, batch, features = query.shape
        if features != embed_dim_to_check:
            raise FailedAssertion(f"was expecting embedding dimension of {embed_dim_to_check}, but got {features}")
        if features % num_heads:
            raise FailedAssertion(f"embed_dim {features} not divisible by num_heads {num_heads}")
        if key.shape[: 2 if use_separate_proj_weight else 3] != value.shape[: 2 if use_separate_proj_weight else 3]:
            raise FailedAssertion(f"key shape {key.shape} does not match value shape {value.shape}")
        masked(attn_mask, key_padding_mask, (batch, num_heads, length, key.shape[0]))
        weights = (q_proj_weight, k_proj_weight, v_proj_weight) if use_separate_proj_weight else (
            F.chunk(in_proj_weight, 3))
        biases = (None,) * 3 if in_proj_bias is None else F.chunk(in_proj_bias, 3)
        q, k, v = (F.linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases, strict=True))
        if bias_k is not None and (static_k is not None or static_v is not None):
            raise ArgumentFault("multi_head_attention_forward(): bias cannot be added to static keys and values")
        extra = (bias_k is not None) + bool(add_zero_attn)
        if bias_k is not None and bias_v is not None:
            k, v = (F.cat((x, F.expand(b, (1, batch, features)))) for x, b in ((k, bias_k), (v, bias_v)))
        q, k, v = (_heads(F, x, num_heads) for x in (q, k, v))
        k, v = (x if static is None else _static_heads(static, q) for x, static in ((k, static_k), (v, static_v)))
        if add_zero_attn:
            k, v = (F.cat((x, F.zeros_like(F.narrow(x, 1, 0, 1))), 1) for x in (k, v))
        mask = _merged(F, q, attn_mask, key_padding_mask, num_heads, extra)
        share = dropout_p if training else 0.0
        if need_weights:
            scores = F.stacked_mm(q * math.sqrt(1.0 / q.shape[-1]), F.transpose(k, -2, -1))
            weights = F.softmax(scores if mask is None else scores + mask, -1)
            weights = F.dropout(weights, share, True) if share > 0 else weights
            out = F.stacked_mm(weights, v)
        else:
            out = F.scaled_dot_product_attention(q, k, v, mask, share, hinted)
        out = F.reshape(F.transpose(out, 0, 1), (length * batch, features))
        out = F.reshape(F.linear(out, out_proj_weight, out_proj_bias), (length, batch, out_proj_weight.shape[0]))
        out = F.squeeze(out, 1) if single else out
        if not need_weights:
            return out, None
        weights = F.reshape(weights, (batch, num_heads, length, k.shape[1]))
        weights = F.mean(weights, 1) if average_attn_weights else weights
        return out, F.squeeze(weights, 0) if single else weights


def check_dims(query, key, value, key_padding_mask, attn_mask, num_heads):
    """Refuse what is neither a batch nor a single sequence, and masks of another number of dimensions."""
    dims = len(query.shape)
    if dims not in (2, 3):
        raise FailedAssertion(f"query should be unbatched 2D or batched 3D tensor but received {dims}-D query tensor")
    beginning = f"For {'batched' if dims == 3 else 'unbatched'} ({dims}-D) `query`, expected"
    if len(key.shape) != dims or len(value.shape) != dims:
        raise FailedAssertion(f"{beginning} `key` and `value` to be {dims}-D but found {len(key.shape)}-D and "
                              f"{len(value.shape)}-D tensors respectively")
    if key_padding_mask is not None and len(key_padding_mask.shape) != dims - 1:
        raise ShapeFault(f"{beginning} `key_padding_mask` to be `None` or {dims - 1}-D but found "
                         f"{len(key_padding_mask.shape)}-D tensor instead")
    if attn_mask is not None and len(attn_mask.shape) not in (2, 3):
        raise ShapeFault(f"{beginning} `attn_mask` to be `None`, 2-D or 3-D but found {len(attn_mask.shape)}-D tensor "
                         "instead")


def masked(attn_mask, key_padding_mask, sizes):
    """Refuse masks of other sizes, and of other types than truth values and floating numbers."""
    batch, heads, length, keys = sizes
    for mask, name in ((attn_mask, "attn_mask"), (key_padding_mask, "key_padding_mask")):
        if mask is not None and not any(kind in str(mask.dtype) for kind in ("bool", "float")):
            raise ArgumentFault(f"only bool and floating types of {name} are supported", f"{name}.bool()")
    if attn_mask is not None:
        dims = len(attn_mask.shape)
        right = (length, keys) if dims == 2 else (batch * heads, length, keys)
        if tuple(attn_mask.shape) != right:
            raise ShapeFault(f"The shape of the {dims}D attn_mask is {attn_mask.shape}, but should be {right}.")
    if key_padding_mask is not None and tuple(key_padding_mask.shape) != (batch, keys):
        at = int(key_padding_mask.shape[0] == batch)
        raise FailedAssertion(f"Expected key_padded_mask.shape[{at}] to be {(batch, keys)[at]}, but got "
                              f"{key_padding_mask.shape[at]}")


def _heads(F, x, count):
    """(length, batch, features) as (batch x heads, length, features of a head)."""
    length, batch, features = x.shape
    return F.transpose(F.reshape(x, (length, batch * count, features // count)), 0, 1)


def _static_heads(static, q):
    """Keys or values that stand in for the projected ones: (batch x heads, length, features of a head)."""
    if len(static.shape) != 3 or (static.shape[0], static.shape[2]) != (q.shape[0], q.shape[2]):
        raise ShapeFault(f"static keys and values are of shape ({q.shape[0]}, any, {q.shape[2]}) here, not "
                         f"{list(static.shape)}")
    return static


def _merged(F, q, attn_mask, key_padding_mask, heads, extra):
    """Both masks as one to add to scores; what was appended to the keys may always be seen."""
    total = None
    for mask, padding in ((attn_mask, False), (key_padding_mask, True)):
        if mask is None:
            continue
        if "bool" in str(mask.dtype):
            mask = F.where(mask, float("-inf"), F.zeros(tuple(mask.shape), dtype=q.dtype))
        if extra:
            mask = F.constant_pad_nd(mask, (0,), (extra,), 0)
        if padding:
            batch, keys = mask.shape
            mask = F.reshape(F.expand(F.reshape(mask, (batch, 1, 1, keys)), (batch, heads, 1, keys)),
                             (batch * heads, 1, keys))
        elif len(mask.shape) == 2:
            mask = F.unsqueeze(mask, 0)
        total = mask if total is None else total + mask
    return total
