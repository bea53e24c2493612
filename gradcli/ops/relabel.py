"""The last call of a composition, where PyTorch computes the whole in one call of its own name."""

from gradcli.engine.autograd.signature import Array, Arrays, Plain
from gradcli.ops.base import ComplexKernel

NAMES = ("GridSampler2DBackward0", "GridSampler3DBackward0", "MultiMarginLossBackward0",
         "MultilabelMarginLossBackward0", "NormBackward1", "CdistBackward0", "PdistBackward0", "ViewBackward0",
         "FusedRmsNormBackward0", "AffineGridGeneratorBackward0", "EmbeddingBagBackward0", "CtcLossBackward0",
         "PixelShuffleBackward0", "PixelUnshuffleBackward0", "ScaledDotProductFlashAttentionForCpuBackward0",
         "ChannelShuffleBackward0", "CopyBackwards", "PackPaddedSequenceBackward0", "CopySlices",
         "WeightNormInterfaceBackward0", "StackBackward0")
ERA = {"MultiMarginLossBackward0": "torch.nn._functions.thnn.auto.MultiMarginLoss",
       "MultilabelMarginLossBackward0": "torch.nn._functions.thnn.auto.MultiLabelMarginLoss",
       "PixelShuffleBackward0": "tensor.View", "NormBackward1": "reduce.Norm", "ViewBackward0": "tensor.View"}


class Renamed(ComplexKernel):
    """renamed(input, name): input, as the result of a call that goes by `name`."""

    modern_names = NAMES
    legacy_names = tuple(ERA.get(name, "tensor.Clone") for name in NAMES)
    samples = [([1.0, 2.0], "NormBackward1"), ([1.0], "ViewBackward0")]
    errors = [("text", "NormBackward1")]

    def variant(input, name):
        return NAMES.index(name)

    def forward(input: Array, name: Plain):
        return input.copy()

    def grad_input(F, g):
        return g


class RenamedKeeping(Renamed):
    """renamed_keeping(input, name, sources): the same of a call that keeps `sources`, so that writes to them are
    noticed."""

    saved_for_versions = ("sources",)
    saves = True
    samples = [([1.0, 2.0], "NormBackward1", ([3.0],))]
    errors = [("text", "NormBackward1", ())]

    def variant(input, name, sources):
        return NAMES.index(name)

    def forward(input: Array, name: Plain, sources: Arrays):
        return input.copy()

    def grad_input(F, g, sources):
        return g


class RenamedWhole(RenamedKeeping):
    """renamed_whole(input, name, sources): the same of a call that keeps its result, too."""

    def grad_input(F, g, sources, out):
        return g
