"""Transformers (Vaswani and others, 2017)."""

from __future__ import annotations

from typing import Any

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import REFUSED, Type, described, sized
from gradcli.engine.tensor.device import DeviceLike
from gradcli.engine.tensor.tensor import DisplayHooks, Tensor
from gradcli.engine.tensor.variable import grad_mode
from gradcli.exposure import exposed
from gradcli.faults.tree import ArgumentFault, ShapeFault, TypeFault, ValueFault
from gradcli.nn.init import xavier_uniform_
from gradcli.nn.module.cloning import clone_module
from gradcli.nn.module.container import ModuleList
from gradcli.nn.module.module import Module
from gradcli.nn.modules.activation import GELU, ReLU
from gradcli.nn.modules.attention import MultiheadAttention
from gradcli.nn.modules.dropout import Dropout
from gradcli.nn.modules.linear import Linear, checked_count, checked_tensor
from gradcli.nn.modules.normalization import LayerNorm

HOME = "torch.nn.modules.transformer"
ACTIVATIONS = ("relu", "gelu")
MINUS_INFINITY = float("-inf")


def square_mask(sz: int, device: DeviceLike = None, dtype: Any = None) -> Tensor:
    """The causal mask, (sz, sz): -inf above the diagonal, 0 elsewhere."""
    mask = traced.full((checked_count(sz, "sz", 0), sz), MINUS_INFINITY)
    if dtype is not None:
        element_type = Type.take(dtype)
        if element_type is REFUSED:
            raise ArgumentFault(f"dtype must be an element type, not {described(dtype)}", "dtype=torch.float64")
        mask = traced.to(mask, element_type)
    return traced.triu(mask, 1)


def sequence_length(value: Any, batch_first: bool) -> int:
    """The length of a sequence, or of each sequence of a batch."""
    shape = checked_tensor(value, "the input").array.shape
    return int(shape[0] if len(shape) == 2 or not batch_first else shape[1])


def detect_is_causal(mask: Any, is_causal: Any, length: int) -> bool:
    """`is_causal` if it is set; else whether `mask`, (length, length), is the causal mask."""
    if is_causal is not None or mask is None:
        return is_causal is True
    shape = checked_tensor(mask, "the mask").array.shape
    if shape[-2:] != (length, length):
        return False
    usual = square_mask(length).array.astype(mask.array.dtype)
    return bool((mask.array == usual).all())


class _TransformerLayer(Module):
    """The base of encoder and decoder layers: self-attention and a feed-forward block of two linear layers."""

    _module_path = HOME
    _is_decoder = False

    self_attn: Any
    norm1: Any
    norm2: Any
    norm3: Any
    dropout1: Any
    dropout2: Any
    dropout3: Any
    multihead_attn: Any
    activation: Any
    activation_relu_or_gelu: int

    def __init__(self, d_model: int, nhead: int, dim_feedforward: int = 2048, dropout: float = 0.1,
                 activation: Any = "relu", layer_norm_eps: float = 1e-5, batch_first: bool = False,
                 norm_first: bool = False, bias: bool = True, device: DeviceLike = None, dtype: Any = None) -> None:
        super().__init__()
        for name in ("self_attn", "multihead_attn")[: 1 + self._is_decoder]:
            self.add_module(name, MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first,
                                                     dtype=dtype))
        self.linear1 = Linear(d_model, dim_feedforward, bias, dtype=dtype)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, dtype=dtype)
        self.norm_first = norm_first
        numbers = range(1, 3 + self._is_decoder)
        for n in numbers:
            self.add_module(f"norm{n}", LayerNorm(d_model, layer_norm_eps, True, bias, dtype=dtype))
        for n in numbers:
            self.add_module(f"dropout{n}", Dropout(dropout))
        self.activation = _activation(activation)
        if not self._is_decoder:
            self.activation_relu_or_gelu = _activation_code(self.activation)

    def _self_attention_block(self, x: Any, mask: Any, padding: Any, is_causal: bool) -> Any:
        attended = self.self_attn(x, x, x, attn_mask=mask, key_padding_mask=padding, need_weights=False,
                                  is_causal=is_causal)[0]
        return self.dropout1(attended)

    def _feed_forward_block(self, x: Any, last: Any) -> Any:
        return last(self.linear2(self.dropout(self.activation(self.linear1(x)))))


def _activation(value: Any) -> Any:
    """The activation of this name, or `value` itself if it is a function."""
    if type(value) is str:
        if value not in ACTIVATIONS:
            raise TypeFault(f"activation should be relu/gelu, not {value:.60}", *((name, "") for name in ACTIVATIONS))
        return getattr(traced, value)
    if not callable(value):
        raise ArgumentFault(f"activation must be 'relu', 'gelu' or a function, not {described(value)}")
    return value


def _activation_code(activation: Any) -> int:
    """`activation_relu_or_gelu`: 1 for relu, 2 for gelu, 0 for others."""
    if activation is traced.relu or isinstance(activation, ReLU):
        return 1
    return 2 if activation is traced.gelu or isinstance(activation, GELU) else 0


class TransformerEncoderLayer(_TransformerLayer):
    """Self-attention and a feed-forward block, each with a residual connection and LayerNorm."""

    def forward(self, src: Any, src_mask: Any = None, src_key_padding_mask: Any = None,
                is_causal: bool = False) -> Any:
        x = checked_tensor(src, "src")
        if self.norm_first:
            x = x + self._self_attention_block(self.norm1(x), src_mask, src_key_padding_mask, is_causal)
            return x + self._feed_forward_block(self.norm2(x), self.dropout2)
        x = self.norm1(x + self._self_attention_block(x, src_mask, src_key_padding_mask, is_causal))
        return self.norm2(x + self._feed_forward_block(x, self.dropout2))


class TransformerDecoderLayer(_TransformerLayer):
    """Self-attention, attention to the output of the encoder (`memory`), and a feed-forward block."""

    _is_decoder = True

    def forward(self, tgt: Any, memory: Any, tgt_mask: Any = None, memory_mask: Any = None,
                tgt_key_padding_mask: Any = None, memory_key_padding_mask: Any = None, tgt_is_causal: bool = False,
                memory_is_causal: bool = False) -> Any:
        x, memory = checked_tensor(tgt, "tgt"), checked_tensor(memory, "memory")
        self_masks = tgt_mask, tgt_key_padding_mask, tgt_is_causal
        other = memory, memory_mask, memory_key_padding_mask, memory_is_causal
        if self.norm_first:
            x = x + self._self_attention_block(self.norm1(x), *self_masks)
            x = x + self._cross_attention_block(self.norm2(x), *other)
            return x + self._feed_forward_block(self.norm3(x), self.dropout3)
        x = self.norm1(x + self._self_attention_block(x, *self_masks))
        x = self.norm2(x + self._cross_attention_block(x, *other))
        return self.norm3(x + self._feed_forward_block(x, self.dropout3))

    def _cross_attention_block(self, x: Any, memory: Any, mask: Any, padding: Any, is_causal: bool) -> Any:
        attended = self.multihead_attn(x, memory, memory, attn_mask=mask, key_padding_mask=padding,
                                       is_causal=is_causal, need_weights=False)[0]
        return self.dropout2(attended)


class _LayerStack(Module):
    """Copies of a layer, one after another, and an optional norm at the end."""

    _module_path = HOME

    def _set_layers(self, layer: Any, num_layers: int, norm: Any) -> None:
        if not isinstance(layer, Module):
            raise ArgumentFault(f"the layer must be a module, not {described(layer)}",
                                "nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2), 2)")
        self.layers = ModuleList([clone_module(layer) for _ in range(checked_count(num_layers, "num_layers", 0))])
        self.num_layers = num_layers
        self.norm = norm
        for copy in self.layers:
            if isinstance(copy, TransformerDecoderLayer) and "activation" in copy._module_dict:
                copy.__dict__["activation"] = traced.relu       # so do torch's copies, whatever they print
                DisplayHooks.note("activation",
                                  "the layers of a TransformerDecoder use relu when their activation is a "
                                  "module, as torch's do: give a function instead, such as F.silu")

    def _normalized(self, output: Any) -> Any:
        return output if self.norm is None else self.norm(output)

    def _first(self) -> Any:
        if not len(self.layers):
            raise ValueFault("there are no layers", "num_layers=1")
        return self.layers[0]


class TransformerEncoder(_LayerStack):
    """num_layers copies of an encoder layer."""

    def __init__(self, encoder_layer: Any, num_layers: int, norm: Any = None, enable_nested_tensor: bool = True,
                 mask_check: bool = True) -> None:
        super().__init__()
        self._set_layers(encoder_layer, num_layers, norm)
        self.enable_nested_tensor, self.mask_check = enable_nested_tensor, mask_check
        self.use_nested_tensor = bool(enable_nested_tensor and _supports_nested_tensor(encoder_layer))

    def forward(self, src: Any, mask: Any = None, src_key_padding_mask: Any = None,
                is_causal: bool | None = None) -> Any:
        first = self._first()
        batch_first = first.self_attn.batch_first if isinstance(first, _TransformerLayer) else False
        is_causal = detect_is_causal(mask, is_causal, sequence_length(src, batch_first))
        output = src
        for layer in self.layers:
            output = layer(output, src_mask=mask, is_causal=is_causal, src_key_padding_mask=src_key_padding_mask)
        if self._zeroes_padding(src, mask, src_key_padding_mask):
            hidden = src_key_padding_mask if src_key_padding_mask.array.dtype == bool else src_key_padding_mask != 0
            output = traced.where(traced.unsqueeze(hidden, -1), 0.0, output)
        return self._normalized(output)

    def _zeroes_padding(self, src: Any, mask: Any, padding: Any) -> bool:
        """Whether padded places become zeros, as by the nested tensors that torch uses where no gradient is needed."""
        first = self._first()
        if not self.use_nested_tensor or first.training or src.array.ndim != 3 or padding is None or mask is not None:
            return False
        hidden = padding.array != 0
        aligned = bool((hidden[:, 1:] >= hidden[:, :-1]).all())
        learns = src.requires_grad or any(p.requires_grad for p in first.parameters())
        return (aligned or not self.mask_check) and not (grad_mode.on and learns)


def _supports_nested_tensor(layer: Any) -> bool:
    """Whether torch uses nested tensors for such a layer."""
    return isinstance(layer, TransformerEncoderLayer) and not layer.norm_first and bool(
        layer.self_attn.batch_first and layer.self_attn.in_proj_bias is not None and layer.activation_relu_or_gelu
        and layer.norm1.eps == layer.norm2.eps and layer.self_attn.num_heads % 2 == 0)


class TransformerDecoder(_LayerStack):
    """num_layers copies of a decoder layer."""

    def __init__(self, decoder_layer: Any, num_layers: int, norm: Any = None) -> None:
        super().__init__()
        self._set_layers(decoder_layer, num_layers, norm)

    def forward(self, tgt: Any, memory: Any, tgt_mask: Any = None, memory_mask: Any = None,
                tgt_key_padding_mask: Any = None, memory_key_padding_mask: Any = None,
                tgt_is_causal: bool | None = None, memory_is_causal: bool = False) -> Any:
        first = self._first()
        batch_first = first.self_attn.batch_first if isinstance(first, _TransformerLayer) else False
        tgt_is_causal = detect_is_causal(tgt_mask, tgt_is_causal, sequence_length(tgt, batch_first))
        output = tgt
        for layer in self.layers:
            output = layer(output, memory, tgt_mask=tgt_mask, memory_mask=memory_mask,
                           tgt_key_padding_mask=tgt_key_padding_mask,
                           memory_key_padding_mask=memory_key_padding_mask, tgt_is_causal=tgt_is_causal,
                           memory_is_causal=memory_is_causal)
        return self._normalized(output)


@exposed("generate_square_subsequent_mask", class_read=("generate_square_subsequent_mask",))
class Transformer(Module):
    """An encoder, and a decoder that attends to the output of the encoder."""

    _module_path = HOME

    def __init__(self, d_model: int = 512, nhead: int = 8, num_encoder_layers: int = 6, num_decoder_layers: int = 6,
                 dim_feedforward: int = 2048, dropout: float = 0.1, activation: Any = "relu",
                 custom_encoder: Any = None, custom_decoder: Any = None, layer_norm_eps: float = 1e-5,
                 batch_first: bool = False, norm_first: bool = False, bias: bool = True, device: DeviceLike = None,
                 dtype: Any = None) -> None:
        super().__init__()
        options = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias,
                   None, dtype)
        if custom_encoder is None:
            layer = TransformerEncoderLayer(*options)
            norm = LayerNorm(d_model, layer_norm_eps, True, bias, dtype=dtype)
            custom_encoder = TransformerEncoder(layer, num_encoder_layers, norm)
        self.encoder = custom_encoder
        if custom_decoder is None:
            decoding = TransformerDecoderLayer(*options)
            norm = LayerNorm(d_model, layer_norm_eps, True, bias, dtype=dtype)
            custom_decoder = TransformerDecoder(decoding, num_decoder_layers, norm)
        self.decoder = custom_decoder
        for parameter in Module.parameters(self):
            if parameter.array.ndim > 1:
                xavier_uniform_(parameter)
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first

    def forward(self, src: Any, tgt: Any, src_mask: Any = None, tgt_mask: Any = None, memory_mask: Any = None,
                src_key_padding_mask: Any = None, tgt_key_padding_mask: Any = None,
                memory_key_padding_mask: Any = None, src_is_causal: bool | None = None,
                tgt_is_causal: bool | None = None, memory_is_causal: bool = False) -> Any:
        source, target = checked_tensor(src, "src").array.shape, checked_tensor(tgt, "tgt").array.shape
        at = 0 if self.batch_first else 1
        if len(source) == 3 and len(target) > at and source[at] != target[at]:
            raise ShapeFault("the batch number of src and tgt must be equal")
        if source[-1:] != (self.d_model,) or target[-1:] != (self.d_model,):
            raise ShapeFault(f"the feature number of src and tgt must be equal to d_model, {self.d_model}: src is "
                             f"{sized(source)}, tgt {sized(target)}").saying(
                "the feature number of src and tgt must be equal to d_model")
        memory = self.encoder(src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal)
        return self.decoder(tgt, memory, tgt_mask=tgt_mask, memory_mask=memory_mask,
                            tgt_key_padding_mask=tgt_key_padding_mask,
                            memory_key_padding_mask=memory_key_padding_mask, tgt_is_causal=tgt_is_causal,
                            memory_is_causal=memory_is_causal)

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: DeviceLike = None, dtype: Any = None) -> Tensor:
        """The causal mask, (sz, sz): -inf above the diagonal, 0 elsewhere."""
        return square_mask(sz, device, dtype)
