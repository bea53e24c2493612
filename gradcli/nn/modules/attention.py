"""`MultiheadAttention`."""

from __future__ import annotations

from typing import Any

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import described
from gradcli.engine.tensor.device import DeviceLike
from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import exposed
from gradcli.faults.mistakes import FailedAssertion
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.nn.init import xavier_normal_, xavier_uniform_, zeros_
from gradcli.nn.module.module import Module
from gradcli.nn.modules.linear import Linear, checked_count, empty_parameter

PARTS = ("q_proj_weight", "k_proj_weight", "v_proj_weight")


class NonDynamicallyQuantizableLinear(Linear):
    """A Linear layer; PyTorch has this class for the output projection."""

@exposed("merge_masks", "_qkv_same_embed_dim", "_reset_parameters")
class MultiheadAttention(Module):
    """Attention by several heads at once, each on its part of the projected features (Vaswani and others, 2017).

    Input (length, batch, embed_dim), with batch_first (batch, length, embed_dim), or without a batch; results are
    what the values say together, and the weights they had or None.
    """

    _module_path = "torch.nn.modules.activation"
    _first_use = dict.fromkeys(("embed_dim", "num_heads"), "'<=' not supported between instances of '{type}' and 'int'")

    in_proj_weight: Any
    in_proj_bias: Any
    q_proj_weight: Any
    k_proj_weight: Any
    v_proj_weight: Any
    bias_k: Any
    bias_v: Any

    def __init__(self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True,
                 add_bias_kv: bool = False, add_zero_attn: bool = False, kdim: int | None = None,
                 vdim: int | None = None, batch_first: bool = False, device: DeviceLike = None,
                 dtype: Any = None) -> None:
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueFault(f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and "
                             f"num_heads={num_heads} instead")
        super().__init__()
        self.embed_dim, self.num_heads = checked_count(embed_dim, "embed_dim"), checked_count(num_heads, "num_heads")
        self.kdim = embed_dim if kdim is None else checked_count(kdim, "kdim")
        self.vdim = embed_dim if vdim is None else checked_count(vdim, "vdim")
        self.dropout, self.batch_first, self.head_dim = dropout, batch_first, embed_dim // num_heads
        if self.head_dim * num_heads != embed_dim:
            raise FailedAssertion("embed_dim must be divisible by num_heads")
        alike = self._qkv_same_embed_dim
        sizes = (embed_dim, self.kdim, self.vdim)
        for name, size in zip(PARTS, sizes, strict=True) if not alike else ():
            self.register_parameter(name, empty_parameter((embed_dim, size), dtype))
        self.register_parameter("in_proj_weight", empty_parameter((3 * embed_dim, embed_dim), dtype) if alike else None)
        for name in PARTS if alike else ():
            self.register_parameter(name, None)
        self.register_parameter("in_proj_bias", empty_parameter((3 * embed_dim,), dtype) if bias else None)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias, dtype=dtype)
        for name in ("bias_k", "bias_v"):
            setattr(self, name, empty_parameter((1, 1, embed_dim), dtype) if add_bias_kv else None)
        self.add_zero_attn = add_zero_attn
        self._reset_parameters()

    @property
    def _qkv_same_embed_dim(self) -> bool:
        """Whether kdim and vdim equal embed_dim, so that one matrix, in_proj_weight, projects all three."""
        return bool(self.kdim == self.embed_dim and self.vdim == self.embed_dim)

    def _reset_parameters(self) -> None:
        """Draw new initial values."""
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            zeros_(self.in_proj_bias)
            zeros_(self.out_proj.bias)
        for bias in (self.bias_k, self.bias_v):
            if bias is not None:
                xavier_normal_(bias)

    def forward(self, query: Any, key: Any, value: Any, key_padding_mask: Any = None, need_weights: bool = True,
                attn_mask: Any = None, average_attn_weights: bool = True, is_causal: bool = False) -> Any:
        for tensor, name in ((query, "query"), (key, "key"), (value, "value")):
            if not isinstance(tensor, Tensor):
                raise ArgumentFault(f"the {name} must be a tensor, not {described(tensor)}")
        transposed = self.batch_first and query.array.ndim == 3
        if transposed:
            query, key, value = (traced.transpose(x, 0, 1) if x.array.ndim == 3 else x for x in (query, key, value))
        separate = () if self._qkv_same_embed_dim else (True, *(getattr(self, name) for name in PARTS))
        options = dict(zip(("use_separate_proj_weight", *PARTS), separate, strict=False))
        output, weights = traced.multi_head_attention_forward(
            query, key, value, self.embed_dim, self.num_heads, self.in_proj_weight, self.in_proj_bias, self.bias_k,
            self.bias_v, self.add_zero_attn, self.dropout, self.out_proj.weight, self.out_proj.bias,
            training=self.training, key_padding_mask=key_padding_mask, need_weights=need_weights,
            attn_mask=attn_mask, average_attn_weights=average_attn_weights, is_causal=is_causal, **options)
        return traced.transpose(output, 0, 1) if transposed else output, weights

    def merge_masks(self, attn_mask: Any, key_padding_mask: Any, query: Any) -> Any:
        """The sum of both masks, (batch, num_heads, L, L), and 2; without attn_mask key_padding_mask and 1, or None."""
        if attn_mask is None:
            return key_padding_mask, None if key_padding_mask is None else 1
        batch, length = query.array.shape[:2]
        merged = traced.reshape(attn_mask, (batch, -1, length, length)) if attn_mask.array.ndim == 3 else (
            traced.expand(traced.reshape(attn_mask, (1, 1, length, length)), (batch, self.num_heads, length, length)))
        if key_padding_mask is not None:
            merged = merged + traced.reshape(key_padding_mask, (batch, 1, 1, length))
        return merged, 2
