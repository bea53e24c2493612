"""The index of torch.nn, torch.optim, torch.distributions, torch.utils.data and torch.testing.

The tables say which file defines which name. `names` lists what a namespace of programs has, and `fetch` imports a file
when one of its names is first used, so that programs without a network import nothing.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any

from gradcli.exposure import admitting, exposure_of, seal
from gradcli.lang.runtime.types import TypeProxy

NN = {
    "module.module": "Module",
    "module.container": "Sequential ModuleList ModuleDict ParameterList ParameterDict Container DataParallel",
    "modules.linear": "Linear Bilinear Identity",
    "modules.activation": "ReLU ReLU6 ELU SELU CELU GELU Sigmoid Tanh SiLU Mish Softplus Softsign LeakyReLU PReLU "
                          "RReLU Hardtanh Hardsigmoid Hardswish Hardshrink Softshrink Tanhshrink Threshold "
                          "LogSigmoid GLU Softmax LogSoftmax Softmin Softmax2d",
    "modules.attention": "MultiheadAttention",
    "modules.transformer": "Transformer TransformerEncoder TransformerDecoder TransformerEncoderLayer "
                           "TransformerDecoderLayer",
    "modules.dropout": "Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout",
    "modules.conv": "Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d",
    "modules.pooling": "MaxPool1d MaxPool2d MaxPool3d AvgPool1d AvgPool2d AvgPool3d LPPool1d LPPool2d LPPool3d "
                       "AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d "
                       "AdaptiveMaxPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d FractionalMaxPool2d FractionalMaxPool3d",
    "modules.batchnorm": "BatchNorm1d BatchNorm2d BatchNorm3d InstanceNorm1d InstanceNorm2d InstanceNorm3d "
                         "SyncBatchNorm",
    "modules.normalization": "LayerNorm GroupNorm RMSNorm LocalResponseNorm CrossMapLRN2d",
    "modules.lazy": "LazyLinear LazyConv1d LazyConv2d LazyConv3d LazyConvTranspose1d LazyConvTranspose2d "
                    "LazyConvTranspose3d",
    "modules.lazy_norm": "LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d LazyInstanceNorm1d LazyInstanceNorm2d "
                         "LazyInstanceNorm3d",
    "modules.embedding": "Embedding EmbeddingBag",
    "modules.rnn": "RNN LSTM GRU RNNBase",
    "modules.rnn_cells": "RNNCell LSTMCell GRUCell RNNCellBase",
    "modules.shape": "Flatten Unflatten Upsample UpsamplingNearest2d UpsamplingBilinear2d PixelShuffle "
                     "PixelUnshuffle Fold Unfold ConstantPad1d ConstantPad2d ConstantPad3d ZeroPad1d ZeroPad2d "
                     "ZeroPad3d ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d "
                     "ReplicationPad3d CircularPad1d CircularPad2d CircularPad3d ChannelShuffle",
    "modules.distance": "CosineSimilarity PairwiseDistance",
    "modules.adaptive_loss": "AdaptiveLogSoftmaxWithLoss LinearCrossEntropyLoss LinearCrossEntropyOptions",
    "modules.loss": "L1Loss MSELoss NLLLoss CrossEntropyLoss BCELoss BCEWithLogitsLoss KLDivLoss SmoothL1Loss "
                    "HuberLoss HingeEmbeddingLoss MarginRankingLoss CosineEmbeddingLoss TripletMarginLoss "
                    "TripletMarginWithDistanceLoss PoissonNLLLoss NLLLoss2d GaussianNLLLoss SoftMarginLoss "
                    "MultiMarginLoss MultiLabelMarginLoss MultiLabelSoftMarginLoss CTCLoss",
}
GLOBAL_HOOKS = {"module.global_hooks": "register_module_forward_pre_hook register_module_forward_hook "
                                       "register_module_full_backward_hook register_module_full_backward_pre_hook "
                                       "register_module_backward_hook"}
ELSEWHERE = {       # the files of torch.nn.modules whose classes stand in files of other names here
    "activation": "MultiheadAttention", "adaptive": "AdaptiveLogSoftmaxWithLoss",
    "batchnorm": "LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d", "channelshuffle": "ChannelShuffle",
    "conv": "LazyConv1d LazyConv2d LazyConv3d LazyConvTranspose1d LazyConvTranspose2d LazyConvTranspose3d",
    "flatten": "Flatten Unflatten", "fold": "Fold Unfold", "linear": "LazyLinear",
    "instancenorm": "InstanceNorm1d InstanceNorm2d InstanceNorm3d LazyInstanceNorm1d LazyInstanceNorm2d "
                    "LazyInstanceNorm3d",
    "linear_cross_entropy_options": "LinearCrossEntropyOptions", "loss": "LinearCrossEntropyLoss",
    "padding": "ConstantPad1d ConstantPad2d ConstantPad3d ZeroPad1d ZeroPad2d ZeroPad3d ReflectionPad1d "
               "ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d CircularPad1d "
               "CircularPad2d CircularPad3d",
    "pixelshuffle": "PixelShuffle PixelUnshuffle", "rnn": "RNNCell LSTMCell GRUCell RNNCellBase",
    "upsampling": "Upsample UpsamplingNearest2d UpsamplingBilinear2d"}
INIT = ("uniform normal constant ones zeros eye dirac xavier_uniform xavier_normal kaiming_uniform kaiming_normal "
        "orthogonal sparse trunc_normal").split()
UTILS = {
    "utils.clip_grad": "clip_grad_norm clip_grad_norm_ clip_grad_value_ clip_grads_with_norm_ get_total_norm "
                       "parameters_to_vector vector_to_parameters",
    "utils.weight_norm": "weight_norm remove_weight_norm spectral_norm remove_spectral_norm",
    "utils.fusion": "fuse_conv_bn_eval fuse_conv_bn_weights fuse_linear_bn_eval fuse_linear_bn_weights skip_init "
                    "convert_conv2d_weight_memory_format convert_conv3d_weight_memory_format",
}
UTIL_HOMES = {
    "rnn": {
        "utils.pad_sequence": "pad_sequence",
        "utils.packed_sequence": "PackedSequence invert_permutation pack_padded_sequence pack_sequence "
                                 "pad_packed_sequence unpack_sequence unpad_sequence"},
    "parametrize": {
        "utils.parametrize": "cached ParametrizationList register_parametrization is_parametrized "
                             "remove_parametrizations transfer_parametrizations_and_params"},
    "parametrizations": {
        "utils.parametrizations": "weight_norm spectral_norm orthogonal"},
    "stateless": {
        "utils.functional_call": "functional_call"},
    "clip_grad": {
        "utils.clip_grad": "clip_grad_norm clip_grad_norm_ clip_grad_value_"},
    "convert_parameters": {
        "utils.clip_grad": "parameters_to_vector vector_to_parameters"},
    "fusion": {
        "utils.fusion": "fuse_conv_bn_eval fuse_conv_bn_weights fuse_linear_bn_eval fuse_linear_bn_weights"},
    "init": {
        "utils.fusion": "skip_init"},
    "memory_format": {
        "utils.fusion": "convert_conv2d_weight_memory_format convert_conv3d_weight_memory_format"},
    "prune": {
        "utils.prune": "identity random_unstructured l1_unstructured random_structured ln_structured "
                       "global_unstructured custom_from_mask remove is_pruned BasePruningMethod PruningContainer "
                       "Identity RandomUnstructured L1Unstructured RandomStructured LnStructured CustomFromMask"},
}
SHADOWED = {    # modules of torch.nn.utils that can only be imported from: functions have their names
    "weight_norm": {"utils.weight_norm": "weight_norm remove_weight_norm"},
    "spectral_norm": {"utils.weight_norm": "spectral_norm remove_spectral_norm"}}
OPTIMISERS = {
    "optim.optimizer": "Optimizer",
    "optim.sgd": "SGD Rprop",
    "optim.adaptive": "Adam AdamW Adamax RMSprop Adagrad Adadelta",
    "optim.nadam_radam_asgd": "NAdam RAdam ASGD",
    "optim.adafactor_muon": "Adafactor Muon SparseAdam",
    "optim.lbfgs": "LBFGS",
}
AVERAGING = ("AveragedModel SWALR update_bn get_ema_avg_fn get_ema_multi_avg_fn get_swa_avg_fn "
             "get_swa_multi_avg_fn").split()
DISTRIBUTIONS = {
    "base": "Distribution ExponentialFamily",
    "continuous": "Normal Uniform Exponential Laplace Cauchy StudentT FisherSnedecor GeneralizedPareto",
    "directional": "VonMises",
    "gamma": "Gamma Chi2 Dirichlet Beta",
    "discrete": "Bernoulli Binomial Geometric NegativeBinomial Poisson ContinuousBernoulli",
    "categorical": "Categorical OneHotCategorical OneHotCategoricalStraightThrough Multinomial",
    "composite": "Independent MixtureSameFamily",
    "multivariate": "MultivariateNormal LowRankMultivariateNormal",
    "matrices": "LKJCholesky Wishart",
    "transformed": "TransformedDistribution",
    "normals": "LogNormal LogisticNormal HalfNormal HalfCauchy RelaxedBernoulli RelaxedOneHotCategorical",
    "extremes": "Gumbel Pareto Weibull Kumaraswamy InverseGamma",
    "kl.divergence": "kl_divergence register_kl",
    "registry": "biject_to transform_to",
}
TRANSFORMS = {
    "transforms.elementwise": "Transform AbsTransform AffineTransform ExpTransform PowerTransform SigmoidTransform "
                              "SoftplusTransform TanhTransform",
    "transforms.composed": "CatTransform ComposeTransform CumulativeDistributionTransform IndependentTransform "
                           "ReshapeTransform StackTransform identity_transform",
    "transforms.simplex": "CorrCholeskyTransform LowerCholeskyTransform PositiveDefiniteTransform SoftmaxTransform "
                          "StickBreakingTransform",
}
CONSTRAINTS = (
    "Constraint MixtureSameFamilyConstraint boolean cat corr_cholesky dependent greater_than greater_than_eq "
    "half_open_interval independent integer_interval interval is_dependent less_than lower_cholesky lower_triangular "
    "multinomial nonnegative nonnegative_integer one_hot positive positive_definite positive_integer "
    "positive_semidefinite real real_vector simplex square stack symmetric unit_interval").split()
DISTRIBUTION_FILES = {      # what torch calls the file of a distribution, where that is not its name in small letters
    "StudentT": "studentT", **{name: re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower() for name in (
        "ContinuousBernoulli GeneralizedPareto HalfNormal HalfCauchy InverseGamma LogNormal LogisticNormal "
        "MixtureSameFamily NegativeBinomial OneHotCategorical MultivariateNormal RelaxedBernoulli VonMises "
        "TransformedDistribution").split()},
    "LKJCholesky": "lkj_cholesky", "LowRankMultivariateNormal": "lowrank_multivariate_normal",
    "RelaxedOneHotCategorical": "relaxed_categorical", "OneHotCategoricalStraightThrough": "one_hot_categorical",
    "ExponentialFamily": "exp_family"}
SCHEDULES = ("LRScheduler LambdaLR MultiplicativeLR StepLR MultiStepLR ConstantLR LinearLR ExponentialLR PolynomialLR "
             "CosineAnnealingLR").split()
CYCLES = "OneCycleLR CyclicLR CosineAnnealingWarmRestarts SequentialLR ChainedScheduler".split()


@cache
def public_classes(home: str) -> dict[str, Any]:
    """The names of torch.<home> with their addresses `file.name`, or for a submodule a dict of the same form."""
    if home == "nn":
        gained = {f"{name}{mark}": f"init.{name}_" for name in INIT for mark in ("", "_")}
        return _listed(NN) | {
            "modules": _modules(), "parallel": _listed({"module.container": "DataParallel data_parallel"}),
            "init": gained | {"calculate_gain": "init.calculate_gain"},
            "utils": {**_listed(UTILS), **{home: _listed(files) for home, files in UTIL_HOMES.items()}}}
    if home == "optim":
        listed = _listed(OPTIMISERS)
        files = {"sparse_adam" if name == "SparseAdam" else name.lower(): {name: place}
                 for name, place in listed.items() if name not in ("Adafactor", "Muon")}
        return listed | files | {
            "optimizer": {"Optimizer": "optim.optimizer.Optimizer", "required": "optim.optimizer.required"},
            "swa_utils": {name: f"optim.swa_utils.{name}" for name in AVERAGING},
            "lr_scheduler": {name: f"optim.lr_scheduler.{name}" for name in SCHEDULES} | {
                "_LRScheduler": "optim.lr_scheduler.LRScheduler",
                "ReduceLROnPlateau": "optim.plateau.ReduceLROnPlateau"}
            | {name: f"optim.lr_cycles.{name}" for name in CYCLES}}
    if home == "distributions":
        return _distributions()
    if home == "testing":
        return {"assert_close": "utils.assert_close.assert_close", "assert_allclose": "utils.assert_close.assert_close"}
    samplers = "Sampler SequentialSampler RandomSampler SubsetRandomSampler WeightedRandomSampler BatchSampler"
    collate = {"default_collate": "utils.data_loader.default_collate",
               "default_convert": "utils.data_loader.default_convert"}
    datasets = ("Dataset TensorDataset Subset ConcatDataset StackDataset IterableDataset ChainDataset random_split")
    listed = _listed({"utils.data": datasets, "utils.samplers": samplers,
                      "utils.data_loader": "DataLoader get_worker_info"})
    return {"data": {**listed, **collate, "sampler": _listed({"utils.samplers": samplers}), "dataset": _listed(
        {"utils.data": datasets}), "dataloader": {**collate, "DataLoader": "utils.data_loader.DataLoader"}},
        "checkpoint": {name: f"utils.checkpoint.{name}" for name in (
            "checkpoint", "checkpoint_sequential", "set_checkpoint_early_stop")}}


def _modules() -> dict[str, Any]:
    """`torch.nn.modules`: every layer, and under the name of torch's file for it once more."""
    listed = _listed(NN)
    moved = {name: file for file, there in ELSEWHERE.items() for name in there.split()}
    files: dict[str, Any] = {}
    for name, place in listed.items():
        files.setdefault(place.split(".")[-2], {})[name] = place
        if name in moved:
            files.setdefault(moved[name], {})[name] = place
    files.setdefault("module", {}).update(_listed(GLOBAL_HOOKS))
    return listed | files


def shadowed() -> dict[str, dict[str, str]]:
    """By dotted name the contents of the modules that a function of the same name hides: importable only."""
    return {f"torch.nn.utils.{name}": _listed(files) for name, files in SHADOWED.items()}


def _distributions() -> dict[str, Any]:
    by_name = {name: f"distributions.{place}" for name, place in _listed(DISTRIBUTIONS).items()}
    transforms = {name: f"distributions.{place}" for name, place in _listed(TRANSFORMS).items()}
    files: dict[str, dict[str, str]] = {}
    for name, place in by_name.items():
        if name[0].isupper():
            files.setdefault(DISTRIBUTION_FILES.get(name, name.lower()), {})[name] = place
    relaxed = {"relaxed_bernoulli": "LogitRelaxedBernoulli", "relaxed_categorical": "ExpRelaxedCategorical"}
    for file, name in relaxed.items():
        files[file][name] = f"distributions.categorical.{name}"
    return by_name | transforms | files | {
        "constraints": {name: f"distributions.constraints.{name}" for name in CONSTRAINTS},
        "transforms": transforms,
        "constraint_registry": {name: by_name[name] for name in ("biject_to", "transform_to")},
        "kl": {name: by_name[name] for name in ("kl_divergence", "register_kl")}}


def _listed(files: dict[str, str]) -> dict[str, str]:
    return {name: f"{file}.{name}" for file, there in files.items() for name in there.split()}


@cache
def fetch(address: str) -> Any:
    """The function, or the Kind that stands for the class, at the address `file.name`; imported at the first call."""
    file, _, name = address.rpartition(".")
    from gradcli.nn.arguments import checking_arguments

    member: Any = getattr(import_module(f"gradcli.nn.{file}"), name)
    if not isinstance(member, type):
        return checking_arguments(member)
    seal(member)
    exposure: Any = exposure_of(member)
    methods = {method: admitting(getattr(member, method)) for method in exposure.class_read}
    attributes: dict[str, Any] = methods | getattr(member, "_class_attributes", dict)()
    return TypeProxy(f"{member._module_path}.{name}", (member,), checking_arguments(member), attributes)     # type: ignore[attr-defined]  # every module has one
