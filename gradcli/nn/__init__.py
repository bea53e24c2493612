"""Modules, optimisers and data loaders, written on top of the operations.

This file only knows which file holds what: `names` lists what a namespace of programs has, and
`fetch` loads a file when one of its names is first used, so that programs without a network
load nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from gradcli.exposure import seal
from gradcli.lang.kinds import Kind

NN = {
    "module": "Module",
    "container": "Sequential ModuleList ModuleDict ParameterList ParameterDict",
    "linear": "Linear Bilinear Identity",
    "activation": "ReLU ReLU6 ELU SELU CELU GELU Sigmoid Tanh SiLU Mish Softplus Softsign LeakyReLU PReLU RReLU "
                  "Hardtanh Hardsigmoid Hardswish Hardshrink Softshrink Tanhshrink Threshold LogSigmoid GLU Softmax "
                  "LogSoftmax Softmin Softmax2d",
    "dropout": "Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout",
    "conv": "Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d",
    "pooling": "MaxPool1d MaxPool2d MaxPool3d AvgPool1d AvgPool2d AvgPool3d LPPool1d LPPool2d LPPool3d "
               "AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d "
               "AdaptiveMaxPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d",
    "batchnorm": "BatchNorm1d BatchNorm2d BatchNorm3d InstanceNorm1d InstanceNorm2d InstanceNorm3d",
    "normalization": "LayerNorm GroupNorm RMSNorm LocalResponseNorm",
    "sparse": "Embedding",
    "rnn": "RNN LSTM GRU RNNCell LSTMCell GRUCell",
    "shape": "Flatten Unflatten Upsample UpsamplingNearest2d UpsamplingBilinear2d PixelShuffle PixelUnshuffle Fold "
             "Unfold ConstantPad1d ConstantPad2d ConstantPad3d ZeroPad1d ZeroPad2d ZeroPad3d ReflectionPad1d "
             "ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d",
    "distance": "CosineSimilarity PairwiseDistance",
    "loss": "L1Loss MSELoss NLLLoss CrossEntropyLoss BCELoss BCEWithLogitsLoss KLDivLoss SmoothL1Loss HuberLoss "
            "HingeEmbeddingLoss MarginRankingLoss CosineEmbeddingLoss TripletMarginLoss PoissonNLLLoss "
            "GaussianNLLLoss SoftMarginLoss MultiMarginLoss MultiLabelMarginLoss MultiLabelSoftMarginLoss CTCLoss",
}
INIT = ("uniform normal constant ones zeros eye dirac xavier_uniform xavier_normal kaiming_uniform kaiming_normal "
        "orthogonal sparse trunc_normal").split()
UTILS = ("clip_grad_norm clip_grad_norm_ clip_grad_value_ get_total_norm parameters_to_vector "
         "vector_to_parameters").split()
OPTIMISERS = {
    "optimizer": "Optimizer", "descent": "SGD Rprop", "adaptive": "Adam AdamW Adamax RMSprop Adagrad Adadelta",
    "lbfgs": "LBFGS"}
DISTRIBUTIONS = {
    "distributions": "Distribution Normal LogNormal Uniform Exponential Laplace MultivariateNormal Independent",
    "gammas": "Gamma Dirichlet Beta",
    "discrete": "Bernoulli Categorical OneHotCategorical Poisson kl_divergence"}
SCHEDULES = ("LambdaLR MultiplicativeLR StepLR MultiStepLR ConstantLR LinearLR ExponentialLR PolynomialLR "
             "CosineAnnealingLR ReduceLROnPlateau").split()
CYCLES = "OneCycleLR CyclicLR CosineAnnealingWarmRestarts SequentialLR ChainedScheduler".split()


def names(home: str) -> dict[str, Any]:
    """What is under torch.<home>: by name the address of each thing, or for a namespace what is under that."""
    if home == "nn":
        gained = {f"{name}{mark}": f"init.{name}_" for name in INIT for mark in ("", "_")}
        return _listed(NN) | {"init": gained | {"calculate_gain": "init.calculate_gain"},
                              "utils": {name: f"gradients.{name}" for name in UTILS} | {
                                  "rnn": {"pad_sequence": "sequences.pad_sequence"}}}
    if home == "optim":
        return _listed(OPTIMISERS) | {"lr_scheduler": {name: f"schedule.{name}" for name in SCHEDULES} | {
            name: f"cycles.{name}" for name in CYCLES}}
    if home == "distributions":
        found = _listed(DISTRIBUTIONS)
        homes = {name.lower(): {name: place} for name, place in found.items() if name[0].isupper()}
        return found | homes | {"kl": {"kl_divergence": found["kl_divergence"]}}
    if home == "testing":
        return {"assert_close": "asserting.assert_close", "assert_allclose": "asserting.assert_close"}
    return {"data": {name: f"data.{name}" for name in (
        "Dataset", "TensorDataset", "DataLoader", "Subset", "ConcatDataset", "random_split")},
        "checkpoint": {name: f"recompute.{name}" for name in (
            "checkpoint", "checkpoint_sequential", "set_checkpoint_early_stop")}}


def _listed(files: dict[str, str]) -> dict[str, str]:
    return {name: f"{file}.{name}" for file, there in files.items() for name in there.split()}


def fetch(address: str) -> Any:
    """The function, or the stand-in for the class, with the address `file.name`."""
    file, name = address.split(".")
    from gradcli.nn.arguments import guarded

    found: Any = getattr(import_module(f"gradcli.nn.{file}"), name)
    if not isinstance(found, type):
        return guarded(found)
    seal(found)
    return Kind(f"{found._home}.{name}", (found,), guarded(found))      # type: ignore[attr-defined]
