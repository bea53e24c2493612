"""Connectionist temporal classification (Graves and others 2006)."""

import numpy as np

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import Array, Flag, Int, Ints, Plain, Sizes, described
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tree import ArgumentFault, ShapeFault, ValueFault
from gradcli.ops.base import Kernel
from gradcli.ops.losses.regression import REDUCTION

LOGS = np.log(np.array([[[0.2, 0.3, 0.5]], [[0.6, 0.3, 0.1]], [[0.1, 0.1, 0.8]], [[0.3, 0.3, 0.4]]]))
TARGETS = np.array([[1, 2]])


class CtcLoss(Op):
    """ctc_loss(log_probs, targets, input_lengths, target_lengths, blank, reduction, zero_infinity): how surprising each
    target is as what remains of a path through log_probs, (time, batch, classes), once repetitions and blanks are
    removed.

    The gradient is the one of log_probs that come from log_softmax: as PyTorch's, it already holds what that would
    take away again.
    """

    names = ("ctc_loss", "nn.functional.ctc_loss")
    method = False
    first_order_only = True
    gradient_only_samples = [(LOGS.tolist(), TARGETS, (4,), (2,)), (LOGS.tolist(), TARGETS, (4,), (2,), 0, "sum"),
                             (LOGS.tolist(), np.array([[1, 1]]), (2,), (2,), 0, "mean", True)]
    samples = [(LOGS, TARGETS, (4,), (2,)), (LOGS, TARGETS, (4,), (2,), 0, "sum"), (LOGS, np.array([[0, 2]]), (4,),
               (2,), 1),
               (LOGS, np.array([[1, 1]]), (2,), (2,), 0, "mean", True)]
    errors = [(LOGS, TARGETS, (4, 4), (2,)), (LOGS, TARGETS, (9,), (2,)), (LOGS, TARGETS, (4,), (2,), 7)]

    def compose(F, log_probs: Array, targets: Array, input_lengths: Plain, target_lengths: Plain, blank: Int = 0,
                reduction: REDUCTION = "mean", zero_infinity: Flag = False):
        single = len(log_probs.shape) == 2
        if single:
            log_probs = F.unsqueeze(log_probs, 1)
            targets = F.unsqueeze(targets, 0) if len(targets.shape) == 1 else targets
        inputs, lengths = _numbers(input_lengths), _numbers(target_lengths)
        loss = F.ctc_paths(log_probs, targets, inputs, lengths, blank)
        if zero_infinity:
            loss = F.where(loss == float("inf"), 0, loss)
        if reduction == "mean":
            counts = F.as_tensor([max(n, 1) for n in lengths], dtype=log_probs.dtype)
            return F.mean(loss / counts)
        if reduction == "sum":
            return F.sum(loss)
        return F.squeeze(loss, 0) if single else loss


def _numbers(lengths):
    """Lengths as a tuple of whole numbers, from a tensor or a sequence."""
    if isinstance(lengths, Tensor):
        lengths = lengths.array
    if isinstance(lengths, np.ndarray):
        lengths = tuple(lengths.reshape(-1).tolist())
    numbers = Sizes.take(lengths)
    if type(numbers) is not tuple:
        raise ArgumentFault(f"ctc_loss() needs the lengths as whole numbers, not {described(lengths)}",
                            "F.ctc_loss(log_probs, targets, (50,), (10,))")
    return numbers


class CtcPaths(Kernel):
    """ctc_paths(log_probs, targets, input_lengths, target_lengths, blank): the negative logarithm of the probability of
    each target over all its paths."""

    first_order_only = True
    modern_names = "CtcLossBackward0"
    samples = [(LOGS, TARGETS, (4,), (2,), 0)]
    errors = [(LOGS, TARGETS, (4, 4), (2,), 0)]

    def forward(log_probs: Array, targets: Array, input_lengths: Ints, target_lengths: Ints, blank: Int):
        paths = Paths(log_probs, targets, input_lengths, target_lengths, blank)
        return paths.loss(paths.forwards(log_probs)).astype(log_probs.dtype)

    def grad_log_probs(F, g, log_probs, targets, input_lengths, target_lengths, blank):
        return F.ctc_back(log_probs, targets, g, input_lengths, target_lengths, blank)


class CtcBack(Kernel):
    """ctc_back(log_probs, targets, g, input_lengths, target_lengths, blank): the gradient of ctc_paths."""

    samples = [(LOGS, TARGETS, np.array([1.0]), (4,), (2,), 0)]
    errors = [(LOGS, TARGETS, np.array([1.0]), (4, 4), (2,), 0)]

    def forward(log_probs: Array, targets: Array, g: Array, input_lengths: Ints, target_lengths: Ints, blank: Int):
        paths = Paths(log_probs, targets, input_lengths, target_lengths, blank)
        alpha, beta = paths.forwards(log_probs), paths.backwards(log_probs)
        loss = paths.loss(alpha)
        share = np.full(log_probs.shape, -np.inf)       # log of the paths that pass through each class at each time
        time, batch = np.ogrid[: share.shape[0], : share.shape[1]]
        for s in range(paths.labels.shape[1]):
            at = (time, batch, paths.labels[:, s][None, :])
            share[at] = np.logaddexp(share[at], alpha[:, :, s] + beta[:, :, s])
        logs = log_probs.astype(np.float64)
        slope = np.exp(logs) - np.exp(share + loss[None, :, None] - logs)
        slope[np.isneginf(share)] = np.exp(logs)[np.isneginf(share)]
        slope = np.where((np.arange(len(logs))[:, None] < paths.times)[:, :, None], slope * g[None, :, None], 0)
        return slope.astype(log_probs.dtype)


class Paths:
    """The states of each target, blanks between its labels, and the sums over paths through them, in logarithms."""

    def __init__(self, log_probs, targets, input_lengths, target_lengths, blank):
        self.times, self.lengths = np.array(input_lengths, np.int64), np.array(target_lengths, np.int64)
        time, batch, classes = log_probs.shape
        if len(self.times) != batch or len(self.lengths) != batch:
            raise ShapeFault(f"input_lengths and target_lengths must be of size batch_size, {batch}").saying(
                f"{'input' if len(self.times) != batch else 'target'}_lengths must be of size batch_size")
        if not 0 <= blank < classes:
            raise ValueFault(f"blank must be in label range, 0 to {classes - 1}")
        if batch and (self.times.max() > time or self.times.min() < 0 or self.lengths.min() < 0):
            raise ShapeFault(f"Expected input_lengths to have value at most {time}, but got value {self.times.max()}")
        if targets.ndim == 1:
            ends = np.cumsum(self.lengths)
            rows = [targets[e - n : e] for e, n in zip(ends, self.lengths, strict=True)]
        else:
            rows = [targets[b, :n] for b, n in enumerate(self.lengths)]
        self.labels = np.full((batch, 2 * int(self.lengths.max(initial=0)) + 1), blank, np.int64)
        for b, row in enumerate(rows):
            self.labels[b, 1 : 2 * len(row) : 2] = row
        before = np.roll(self.labels, 2, axis=1)
        self.skips = self.labels != before      # a blank may be left out between two labels
        self.skips[:, :2] = False
        self.valid = np.arange(self.labels.shape[1]) < (2 * self.lengths + 1)[:, None]

    def forwards(self, log_probs):
        """alpha[t, b, s]: all ways to be in state s at time t."""
        emissions = np.take_along_axis(log_probs.astype(np.float64), np.broadcast_to(
            self.labels, (len(log_probs), *self.labels.shape)), 2)
        alpha = np.full(emissions.shape, -np.inf)
        if len(alpha):
            alpha[0, :, :2] = emissions[0, :, :2]
            alpha[0][~self.valid] = -np.inf
        for t in range(1, len(alpha)):
            last = alpha[t - 1]
            total = last.copy()
            total[:, 1:] = np.logaddexp(total[:, 1:], last[:, :-1])
            total[:, 2:] = np.where(self.skips[:, 2:], np.logaddexp(total[:, 2:], last[:, :-2]), total[:, 2:])
            alpha[t] = np.where(self.valid, total + emissions[t], -np.inf)
        return alpha

    def backwards(self, log_probs):
        """beta[t, b, s]: all ways to go on from state s at time t to the end of the input."""
        emissions = np.take_along_axis(log_probs.astype(np.float64), np.broadcast_to(
            self.labels, (len(log_probs), *self.labels.shape)), 2)
        beta = np.full(emissions.shape, -np.inf)
        batch = np.arange(len(self.times))
        following = np.full(emissions.shape[1:], -np.inf)
        for t in range(len(beta) - 1, -1, -1):
            total = following.copy()
            total[:, :-1] = np.logaddexp(total[:, :-1], following[:, 1:])
            total[:, :-2] = np.where(self.skips[:, 2:], np.logaddexp(total[:, :-2], following[:, 2:]), total[:, :-2])
            ends = batch[self.times - 1 == t]
            total[ends] = -np.inf
            total[ends, 2 * self.lengths[ends]] = 0
            some = ends[self.lengths[ends] > 0]
            total[some, 2 * self.lengths[some] - 1] = 0
            following = beta[t] = np.where(self.valid & (t < self.times)[:, None], total + emissions[t], -np.inf)
        return beta

    def loss(self, alpha):
        """Minus the logarithm of all ways to end in the last label or the blank after it."""
        batch = np.arange(len(self.times))
        final = np.full(len(batch), -np.inf)
        nonempty = self.times > 0
        rows, at = batch[nonempty], self.times[nonempty] - 1
        final[nonempty] = alpha[at, rows, 2 * self.lengths[nonempty]]
        labelled = nonempty & (self.lengths > 0)
        rows, at = batch[labelled], self.times[labelled] - 1
        final[labelled] = np.logaddexp(final[labelled], alpha[at, rows, 2 * self.lengths[labelled] - 1])
        final[~nonempty & (self.lengths == 0)] = 0
        return -final
