"""Attention: values averaged by how well their keys answer a query."""

import math

from gradcli.engine.op import Op
from gradcli.engine.signature import Array, Flag, Number, sized
from gradcli.errors import ArgumentFault, ShapeFault

Q, K, V = [[1.0, 0.5], [-0.3, 2.0]], [[0.2, 1.0], [1.0, -1.0], [0.5, 0.3]], [[1.0, 2.0], [3.0, -1.0], [0.5, 0.1]]
MASK = [[0.0, -1.0, 0.5], [1.0, 0.0, 0.0]]


class ScaledDotProductAttention(Op):
    """scaled_dot_product_attention(query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa): the values
    averaged with weights softmax(query @ key.t() * scale), where a mask or causality lets them be seen."""

    names = ("scaled_dot_product_attention",)
    home = "nn.functional"
    random = True
    samples = [(Q, K, V), (Q, K, V, MASK), (Q, K, V, None, 0.5), (Q, K, V, None, 0.0, True),
               (Q, K, V, None, 0.0, False, 0.3),
               ([Q, Q], [K], [V], None, 0.0, False, None, True)]
    errors = [(Q, [[1.0]], V), (Q, "text", V)]

    def compose(F, query, key: Array, value: Array, attn_mask: Array = None, dropout_p: Number = 0.0,
                is_causal: Flag = False, *, scale: Number = None, enable_gqa: Flag = False):
        if query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2]:
            raise ShapeFault(f"scaled_dot_product_attention(): query {sized(query.shape)}, key {sized(key.shape)} and "
                             f"value "
                             f"{sized(value.shape)} do not fit each other: queries and keys need one length, keys and "
                             "values one number")
        if is_causal and attn_mask is not None:
            raise ArgumentFault("_scaled_dot_product_attention: Explicit attn_mask should not be set when "
                                "is_causal=True")
        if enable_gqa:
            key, value = (_repeated(F, x, query.shape[-3]) for x in (key, value))
        root = math.sqrt(1 / math.sqrt(query.shape[-1]) if scale is None else abs(scale)) if query.shape[-1] else 1.0
        sign = -1 if scale is not None and scale < 0 else 1
        scores = F.stacked_mm(query * (root * sign), F.transpose(key, -2, -1) * root)
        if is_causal:
            seen = F.tril(F.ones((query.shape[-2], key.shape[-2]), dtype=query.dtype)) > 0
            scores = F.where(seen, scores, float("-inf"))
        elif attn_mask is not None:
            truth = "bool" in str(attn_mask.dtype)
            scores = F.where(attn_mask, scores, float("-inf")) if truth else scores + attn_mask
        share = _shares(F, scores) if is_causal or attn_mask is not None else F.softmax(scores, -1)
        if dropout_p > 0:
            share = F.dropout(share, dropout_p, True)
        return F.stacked_mm(share, value)


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
