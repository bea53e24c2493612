"""PyTorch's words where an operation takes no complex numbers; {0} is the type, as "ComplexFloat"."""

KERNELS = dict(pair.split("=") for pair in """
    amax=max_values_cpu amin=min_values_cpu batch_norm=batch_norm bernoulli=bernoulli_tensor_cpu_self_
    bucketize=searchsorted_out_cpu clamp_max=minimum_cpu clamp_min=maximum_cpu digamma=digamma erf=erf_vml_cpu
    erfc=erfc_vml_cpu erfinv=erfinv_vml_cpu floor_divide=div_floor_cpu group_norm=GroupNormKernelImpl
    histc=histogram_cpu histogram=histogramdd histogramdd=histogramdd i0=i0_vml_cpu index_reduce=index_func_
    instance_norm=batch_norm layer_norm=LayerNormKernelImpl lgamma=lgamma_vml_cpu
    log_softmax=log_softmax_lastdim_kernel_impl masked.softmax=softmax_lastdim_kernel_impl max_all=max_all
    nn.functional.log_softmax=log_softmax_lastdim_kernel_impl nn.functional.softmax=softmax_lastdim_kernel_impl
    min_all=min_all mvlgamma=arange_cpu nanmedian=median_cpu
    nn.functional.adaptive_avg_pool1d=adaptive_avg_pool2d nn.functional.adaptive_avg_pool2d=adaptive_avg_pool2d
    nn.functional.adaptive_max_pool1d=adaptive_max_pool2d nn.functional.adaptive_max_pool2d=adaptive_max_pool2d
    nn.functional.avg_pool1d=avg_pool2d nn.functional.avg_pool2d=avg_pool2d
    nn.functional.avg_pool3d=avg_pool3d_out_frame nn.functional.binary_cross_entropy=binary_cross_entropy
    nn.functional.binary_cross_entropy_with_logits=log_sigmoid_cpu nn.functional.celu=elu_cpu
    nn.functional.cross_entropy=log_softmax_lastdim_kernel_impl nn.functional.dropout2d=bernoulli_scalar_cpu_
    nn.functional.dropout3d=bernoulli_scalar_cpu_ nn.functional.feature_alpha_dropout=bernoulli_scalar_cpu_
    nn.functional.fractional_max_pool2d=fractional_max_pool2d_out_frame
    nn.functional.fractional_max_pool3d=fractional_max_pool3d_out_frame nn.functional.gaussian_nll_loss=lt_cpu
    nn.functional.gelu=GeluKernelImpl nn.functional.grid_sample=grid_sampler_2d_cpu_kernel_impl
    nn.functional.huber_loss=huber_cpu nn.functional.interpolate=adaptive_avg_pool2d
    nn.functional.linear_cross_entropy=log_softmax_lastdim_kernel_impl
    nn.functional.local_response_norm=avg_pool2d nn.functional.logsigmoid=log_sigmoid_cpu
    nn.functional.max_pool1d=max_pool2d nn.functional.max_pool2d=max_pool2d nn.functional.max_pool3d=max_pool3d
    nn.functional.max_unpool1d=max_unpool2d nn.functional.max_unpool2d=max_unpool2d
    nn.functional.max_unpool3d=max_unpool3d nn.functional.mse_loss=mse_cpu
    nn.functional.multi_head_attention_forward=softmax_lastdim_kernel_impl
    nn.functional.multi_margin_loss=multi_margin_loss_cpu_kernel
    nn.functional.multilabel_margin_loss=multilabel_margin_loss_forward_out_frame
    nn.functional.multilabel_soft_margin_loss=log_sigmoid_cpu nn.functional.nll_loss=nll_loss_out_frame
    nn.functional.poisson_nll_loss=le_cpu nn.functional.rrelu=rrelu_with_noise_out_cpu
    nn.functional.scaled_dot_product_attention=softmax_lastdim_kernel_impl nn.functional.selu=elu_cpu
    nn.functional.smooth_l1_loss=smooth_l1_cpu nn.functional.softmin=softmax_lastdim_kernel_impl
    nn.functional.softshrink=softshrink_check nn.functional.upsample_bilinear=upsample_bilinear2d_channels_last
    nn.functional.upsample_nearest=compute_indices_weights_nearest polygamma=trigamma round=round_vml_cpu
    scatter_reduce=scatter_gather_tensor_cpu_reduce_amax searchsorted=searchsorted_out_cpu
    softmax=softmax_lastdim_kernel_impl special.ndtr=erf_vml_cpu unique=unique unique_consecutive=unique""".split())
"""The kernel that PyTorch names, by operation, where that is not <name>_cpu."""

UNIMPLEMENTED = {
    "bitwise_not": "~ (operator.invert) is only implemented on integer and Boolean-type tensors",
    "ceil": "ceil is not supported for complex inputs",
    "clamp": "clamp is not supported for complex types",
    "floor": "floor is not supported for complex inputs",
    "nn.functional.cosine_embedding_loss": "clamp is not supported for complex types",
    "nn.functional.hardtanh": "clamp is not supported for complex types",
    "nn.functional.hinge_embedding_loss": "clamp is not supported for complex types",
    "nn.functional.margin_ranking_loss": "clamp is not supported for complex types",
    "nn.functional.relu6": "clamp is not supported for complex types",
    "relu": "clamp is not supported for complex types",
    "sign": "Unlike NumPy, torch.sign is not intended to support complex numbers. Please use torch.sgn instead.",
    "signbit": "signbit is not implemented for complex tensors.",
    "trunc": "trunc is not supported for complex inputs",
}
"""What is a NotImplementedError, as kernels that are not there are."""

WORDS = {
    "argmax": "argmax(): does not support complex input",
    "argmin": "argmin(): does not support complex input",
    "argsort": " Sort does not support complex dtypes on CPU",
    "cdist": "cdist only supports floating-point dtypes, X1 got: {0}",
    "cosine_similarity": "expected common dtype to be floating point, yet common dtype is {0}",
    "deg2rad": "deg2rad is not supported for complex tensors.",
    "fmax": "fmax not implemented for complex tensors.",
    "fmin": "fmin not implemented for complex tensors.",
    "frexp": "torch.frexp() only supports floating-point dtypes",
    "heaviside": "heaviside is not yet implemented for complex tensors.",
    "isin": "Unsupported input type encountered for isin(): {0}",
    "isneginf": "isneginf does not support complex inputs.",
    "isposinf": "isposinf does not support complex inputs.",
    "max_dim": "max(): does not support complex input",
    "maximum": "maximum not implemented for complex tensors.",
    "min_dim": "min(): does not support complex input",
    "minimum": "minimum not implemented for complex tensors.",
    "msort": " Sort does not support complex dtypes on CPU",
    "multinomial": "multinomial only supports floating-point dtypes for input, got: {0}",
    "nanmean": "nansum on CPU does not support complex inputs",
    "nanquantile": "quantile() input tensor must be either float or double dtype",
    "nansum": "nansum on CPU does not support complex inputs",
    "nn.functional.embedding_bag":
        "Expected tensor for argument #1 'weight' to have one of the following "
        "scalar types: Half, BFloat16, Float, Double; but got CPU{0}Type "
        "instead (while checking arguments for embedding_bag)",
    "nn.functional.kl_div": "kl_div: Complex inputs not supported.",
    "normal": "normal expects standard deviation to be non-complex",
    "pdist": "pdist only supports floating-point dtypes",
    "quantile": "quantile() input tensor must be either float or double dtype",
    "rad2deg": "rad2deg is not supported for complex tensors.",
    "sort": " Sort does not support complex dtypes on CPU",
    "topk": " topk does not support complex dtypes on CPU",
}


def complex_message(name: str) -> tuple[bool, str]:
    """Whether PyTorch's exception is a NotImplementedError, and its words, with {0} in the place of the type."""
    if name in WORDS:
        return False, WORDS[name]
    kernel = KERNELS.get(name, name.rsplit(".", 1)[-1] + "_cpu")
    return True, UNIMPLEMENTED.get(name, f'"{kernel}" not implemented for \'{{0}}\'')
