"""Numbers left out at random while training. In the era it had to be asked for; today it is on unless turned off."""

import math

import numpy as np

from gradcli.engine.autograd.signature import Array, Flag, Number, described, sized
from gradcli.engine.autograd.type_promotion import constant
from gradcli.engine.messages.warnings import warn
from gradcli.engine.random.generators import Current, draw
from gradcli.engine.random.stream import write
from gradcli.engine.tensor.dtypes import INEXACT, OF
from gradcli.faults.tree import ShapeFault, TypeFault, ValueFault
from gradcli.ops.base import Functional, Kernel
from gradcli.ops.dtype_checks import numpy_dtype

ROW = [[1.0, -2.0, 3.0, 0.5]]
MAPS = [[[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]]]]
NEGATIVE_LIMIT = 1.7580993408473766      # where selu ends: scale times alpha (Klambauer and others 2017)


def is_training(training):
    """Whether numbers are left out, where the program does not say: as its age had it."""
    return not Current.legacy if training is None else training


def check_probability(p):
    """Refuse what is no probability."""
    if not 0 <= p <= 1:
        raise ValueFault(f"dropout probability has to be between 0 and 1, but got {described(p)}", "F.dropout(x, 0.5)")


class DropoutMask(Kernel):
    """dropout_mask(input, p, features, scale): in the shape of input, or one number for each of its channels, 0 with
    probability p and scale elsewhere."""

    random = True
    samples = [(ROW, 0.5, False, 2.0), (MAPS, 0.5, True, 2.0)]
    errors = [("text", 0.5, False, 2.0)]

    def forward(input: Array, p: Number, features: Flag, scale: Number):
        shape = input.shape[:2] + (1,) * (input.ndim - 2)
        mask = np.empty(shape, np.bool_) if features else np.empty_like(input, np.bool_, order="K")
        write(mask, lambda shape: draw().dropout_mask(shape, p))
        return np.multiply(mask.astype(input.dtype), constant(scale, input.dtype))


class DropoutApply(Kernel):
    """dropout_apply(input, noise): input times noise, which is a constant."""

    legacy_names = "torch.nn._functions.dropout.Dropout"
    modern_names = "MulBackward0"
    samples = [(ROW, np.array([[2.0, 0.0, 2.0, 0.0]]))]
    errors = [("text", [1.0])]

    def forward(input: Array, noise: Array):
        return input * noise

    def grad_input(F, g, noise):
        return g * noise


def dropped(F, input, p, training, features):
    """The input with elements, or with `features` channels, dropped: the compose of dropout and feature_dropout."""
    if is_idle(input, p, training):
        return input
    if numpy_dtype(input).kind not in INEXACT:
        raise TypeFault("dropout is defined for floating numbers", ("x.float()", "a floating copy")).saying(
            f"result type Float can't be cast to the desired output type {OF[numpy_dtype(input)].era}")
    if p == 1:
        return F.dropout_apply(input, F.zeros_like(input))
    return F.dropout_apply(input, F.dropout_mask(input, p, features, 1 / (1 - p)))


def alpha_dropped(F, input, p, training, features):
    """What the alpha dropouts have in common: what is left out becomes selu's limit, mean and variance are kept."""
    check_probability(p)
    if not training or not p or 0 in input.shape:
        return input
    if p == 1:
        return F.dropout_apply(input, F.zeros_like(input))
    scale = 1 / math.sqrt((NEGATIVE_LIMIT * NEGATIVE_LIMIT * p + 1) * (1 - p))
    noise = F.dropout_mask(input, p, features, 1.0)
    shift = (noise - 1) * (NEGATIVE_LIMIT * scale) + NEGATIVE_LIMIT * scale * p
    return input * (noise * scale) + shift


def is_idle(input, p, training):
    """Whether nothing is left out."""
    check_probability(p)
    return not is_training(training) or not p or 0 in input.shape


class DropoutFamily(Functional, abstract=True):
    """An operation that leaves numbers out while training."""

    random = True
    inplace_option = True
    is_identity = is_idle
    samples = [(MAPS, 0.5, True), (MAPS, 0.3, True), (MAPS, 0.5, False)]
    errors = [(MAPS, 1.5, True), ("text",)]


class Dropout(DropoutFamily):
    """dropout(input, p, training): each element 0 with probability p, else times 1 / (1 - p)."""

    def compose(F, input, p: Number = 0.5, training: Flag = None):
        return dropped(F, input, p, training, False)


def dropped_channels(F, name, input, p, training, rank, batch):
    """Feature dropout, for inputs that may come without a batch dimension."""
    check_probability(p)
    if len(input.shape) not in (rank + 1, rank + 2):
        raise ShapeFault(f"{name}() expects a {rank + 1}-d or {rank + 2}-d input, and was given {sized(input.shape)}")
    if batch and len(input.shape) == rank + 1:
        return F.squeeze(dropped(F, F.unsqueeze(input, 0), p, training, True), 0)
    return dropped(F, input, p, training, True)


def check_channels(input, training):
    """`input`; while training, a vector is refused, which has no channels."""
    if training is not False and len(input.shape) < 2:
        raise ShapeFault("Feature dropout requires at least 2 dimensions in the input", "F.dropout(x)")
    return input


def warn_of_dimensions(name, ndim, rank):
    """Warn of an input that has no channels, or no batch of them."""
    if ndim not in (rank + 1, rank + 2):
        warn(f"{name}: Received a {ndim}-D input to {name}, which is deprecated and will result in an error in a "
             "future release. To retain the behavior and silence this warning, please use dropout instead.")


class Dropout1d(DropoutFamily):
    """dropout1d(input, p, training): each channel 0 with probability p, else times 1 / (1 - p)."""

    samples = [(MAPS[0], 0.5, True), (MAPS[0], 0.3, True), (MAPS[0], 0.5, False)]

    def compose(F, input, p: Number = 0.5, training: Flag = None):
        return dropped_channels(F, "dropout1d", input, p, training, 1, True)


class Dropout2d(DropoutFamily):
    """dropout2d(input, p, training): each channel 0 with probability p, else times 1 / (1 - p)."""

    def compose(F, input, p: Number = 0.5, training: Flag = None):
        warn_of_dimensions("dropout2d", len(input.shape), 2)
        return dropped(F, check_channels(input, training), p, training, True)


class Dropout3d(DropoutFamily):
    """dropout3d(input, p, training): each channel 0 with probability p, else times 1 / (1 - p)."""

    def compose(F, input, p: Number = 0.5, training: Flag = None):
        warn_of_dimensions("dropout3d", len(input.shape), 3)
        if len(input.shape) != 5:
            return F.squeeze(dropped(F, check_channels(F.unsqueeze(input, 0), training), p, training, True), 0)
        return dropped(F, input, p, training, True)


class AlphaDropout(DropoutFamily):
    """alpha_dropout(input, p, training): dropout that keeps the mean and variance of what selu gives."""

    def compose(F, input, p: Number = 0.5, training: Flag = False):
        return alpha_dropped(F, input, p, training, False)


class FeatureAlphaDropout(DropoutFamily):
    """feature_alpha_dropout(input, p, training): alpha_dropout of whole channels."""

    def compose(F, input, p: Number = 0.5, training: Flag = False):
        return alpha_dropped(F, input, p, training, True)
