"""Why an answer of PyTorch differs from ours through no fault of ours: each reason is as narrow as its fault.

A difference is looked at with everything that was computed: the leaves, the lines, and the tensors that PyTorch has
after each line. What no reason covers, and rounding does not explain (`composition_rounding.py`), is a
difference.
"""

import re
from copy import copy

import numpy as np
import torch

from against_torch.composition_slopes import right_by_slopes

UNREFUSED = "dimensions, types and indices of empty tensors are not checked"
SEVEN_DIGITS = ("bessel_j", "polygamma(", "digamma", "lgamma", "gammaln", "mvlgamma")
SHRINK = re.compile(r"torch\.nn\.functional\.softshrink\((\w+)\)")
EYE = "1.0 * torch.eye"
DECOMPOSED = ("L.", "logdet", "cholesky_solve", "matrix_exp")
SPECTRAL = ("L.eigh", "L.eigvalsh", "svd", "'nuc'", "L.cond", "L.pinv", "L.matrix_norm", "L.norm")


class Difference:
    """An answer that differs: its name, both answers, and the program."""

    def __init__(self, name, mine, theirs, program):
        self.name, self.mine, self.theirs = name, mine, theirs
        self.arrays, self.lines, self.run, self.moved = program.arrays, program.lines, program.theirs, program.moved
        self.text, self.values = "; ".join(program.lines), program.values

    def pairs(self):
        """The arrays that differ in shape or type are left to the caller: both answers, array by array."""
        mine, theirs = ([x] if isinstance(x, np.ndarray) else x for x in (self.mine, self.theirs))
        if not isinstance(mine, list) or not isinstance(theirs, list) or len(mine) != len(theirs):
            return None
        if any((a is None) != (b is None) for a, b in zip(mine, theirs, strict=True)):
            return None
        both = [(a, b) for a, b in zip(mine, theirs, strict=True) if a is not None]
        arrays = all(isinstance(x, np.ndarray) for pair in both for x in pair)
        return both if arrays and all(a.shape == b.shape and a.dtype == b.dtype for a, b in both) else None

    def only_where(self, allowed, bound=1e-8):
        """Whether the answers are the same but for elements of which `allowed(mine, theirs)` holds."""
        pairs = self.pairs()
        return pairs is not None and all(
            (np.isclose(a, b, bound, bound, equal_nan=True) | allowed(a, b)).all() for a, b in pairs)

    def with_zeros(self):
        """The same with zeros in place of our gradients that are None."""
        mine = [np.zeros_like(b) if a is None and isinstance(b, np.ndarray) else a for a, b in zip(
            self.mine, self.theirs, strict=True)] if isinstance(self.mine, list) and isinstance(
                self.theirs, list) and len(self.mine) == len(self.theirs) else self.mine
        return self.against(self.theirs, mine)

    def against(self, theirs, mine=None):
        """The same difference to another answer, or of another."""
        other = copy(self)
        other.mine, other.theirs = self.mine if mine is None else mine, theirs
        return other

    def holds(self, what):
        """Whether `what` is true of a leaf, or of the tensor that some line leaves."""
        return any(what(x) for x in (*map(torch.from_numpy, self.arrays), *self.values))

    def writes(self, words):
        return any(word in self.text for word in words)


def empty(x):
    return not x.numel()


def with_nan(x):
    return x.is_floating_point() and bool(x.isnan().any())


def with_zero(x):
    return bool((x == 0).any())


def far(x):
    return x.is_floating_point() and bool((x.abs() > 30).any())


def near_zero(x):
    return x.is_floating_point() and bool(((x != 0) & (x.abs() < 1e-3)).any())


def huge(x):
    return x.is_floating_point() and bool((x.abs() > 1e14).any())


def not_finite(x):
    return x.is_floating_point() and not bool(x.isfinite().all())


def shares_memory(x):
    return any(n > 1 and not step for n, step in zip(x.shape, x.stride(), strict=True))


def degenerate(x):
    """Whether a matrix, or the sum of x x' and the identity, has equal singular values, or a singular value of 0."""
    if x.dim() < 2 or empty(x) or not x.is_floating_point() or not_finite(x):
        return False
    rows = x.detach().double()
    values = torch.linalg.svdvals(rows)
    wide = torch.cat([values, values.new_zeros((*values.shape[:-1], max(rows.shape[-2] - values.shape[-1], 0)))], -1)
    return any(bool(((v[..., :-1] - v[..., 1:]).abs() < 1e-5 * (1 + v[..., :1])).any()) for v in (values, wide)) or (
        bool((values <= 1e-5 * values[..., :1]).any()))


def singular(x):
    """Whether a matrix has a singular value that is nothing but rounding."""
    if x.dim() < 2 or empty(x) or not x.is_floating_point() or not_finite(x):
        return False
    values = torch.linalg.svdvals(x.detach().double())
    return bool((values < 1e-10 * values[..., :1]).any())


def perfectly_correlated(x):
    """Whether two rows are multiples of each other but for a constant."""
    return x.dim() == 2 and x.is_floating_point() and len(x) > 1 and bool(
        (torch.corrcoef(x.detach().double()).tril(-1).abs() > 1 - 1e-9).any())


def row(x):
    """Whether a vector makes a matrix of equal numbers, and the identity added to it, with equal eigenvalues."""
    return x.dim() == 1 and x.numel() > 2


def nothing(gradients):
    """Whether there is no element in any of the gradients, or none but zeros."""
    return isinstance(gradients, list) and not any(g is not None and g.any() for g in gradients)


def fault_of_values(d):
    """Faults by which PyTorch's value is not what it should be, or is not refused."""
    text, refused = d.text, isinstance(d.mine, Exception)
    if refused and (d.holds(empty) or not all(x.size for x in d.arrays)):
        return UNREFUSED
    if d.holds(empty) and isinstance(d.mine, np.ndarray) and isinstance(d.theirs, np.ndarray) and (
            not d.theirs.size and not d.mine.size or "conv" in text or d.mine.dtype != d.theirs.dtype):
        return "types of empty tensors, and the sizes of empty convolutions, are not checked"
    if d.holds(empty) and d.writes(["multi_margin", "multilabel_margin"]):
        return "the mean loss of no rows is what memory holds"
    if "same memory" in str(d.mine) and d.holds(shares_memory):
        return "not all writes to memory that elements share are refused"
    if d.writes(["cumsum_", "cumprod_"]) and "desired output type Bool" in str(d.mine):
        return "the running sum in place of one truth value, or none, is not refused"
    if d.writes(["nanmedian(", "median("]) and d.holds(shares_memory):
        return "medians of expanded tensors are what memory holds"
    if refused and "is singular" in str(d.mine) and "L.inv(" in text and d.holds(degenerate):
        return "rounding decides whether a singular matrix is refused"
    if "L.qr" in text and d.holds(singular) and d.only_where(lambda a, b: np.isclose(np.abs(a), np.abs(b))):
        return "the signs of the factors of a singular matrix, where they stand on -0.0, are the library's"
    if "det(" in text and d.only_where(lambda a, b: (np.minimum(a, b) == -np.inf) & (np.maximum(a, b) < -25)):
        return "rounding decides whether the determinant of a singular matrix is 0"
    return ""


def fault_of_graph(d):
    """Faults of PyTorch's records."""
    if "returned an invalid gradient" in str(d.theirs):
        return "the gradient of scatter has the size of its index"
    if "Found dtype" in str(d.theirs) and isinstance(d.mine, Exception):
        return "losses of mixed types are refused before it is seen that what was kept has been overwritten"
    if "moved into the graph interior" in str(d.theirs):
        return "a leaf that was detached in place and written to is lost"
    if d.name == "gradient" and "kron" in d.text and "mul kept for backward" in str(d.mine):
        return "kron does not notice that what it keeps is overwritten, and computes with the new numbers"
    if ".data." in d.text and "gradient" in d.name + d.text and not isinstance(d.mine, Exception) and not isinstance(
            d.theirs, Exception) and d.name in ("gradient", "second gradient", "Jacobian"):
        return "gradients are computed from numbers before and after a write to .data"
    if "L.inv(" in d.text and d.holds(degenerate) and d.only_where(
            lambda a, b: np.minimum(np.abs(a), np.abs(b)) > 1e12):
        return "rounding decides what the inverse of a singular matrix is"
    if "L.cond(" in d.text and d.holds(degenerate) and d.only_where(lambda a, b: np.minimum(a, b) > 1e12):
        return "rounding decides what the condition of a singular matrix is"
    if "batch_norm(" in d.text and right_by_slopes(d):
        return "the gradient of batch_norm, whose weight is a part of its input, is no slope"
    if "scatter_reduce" in d.text and d.writes(["'amax'", "'amin'"]) and d.holds(with_nan) and d.only_where(
            lambda a, b: np.isnan(b)):
        return "the gradient of scatter_reduce divides by the number of elements that equal a nan"
    if "corrcoef" in d.text and d.holds(perfectly_correlated) and d.only_where(
            lambda a, b: np.all([np.isnan(x) | (np.abs(x) < 1e-12) | (np.abs(x) > 1e14) for x in (a, b)], axis=0)):
        return "rounding decides whether a correlation of 1 lies beyond it, where no gradient passes"
    if d.name == "gradients require grad" and d.holds(empty):
        return "whether a gradient of no elements has a history"
    if d.name == "second gradient" and nothing(d.mine) and nothing(d.theirs) and d.holds(empty):
        return "whether a gradient of no elements has a history"
    if d.name == "requires_grad" and d.theirs and any(
            x.requires_grad and not x.is_floating_point() for x in d.values):
        return "whole numbers that gradients were written into count as differentiable"
    return ""


def fault_of_nan(d):
    """Faults about nan and infinity, of which a tensor of the program holds one."""
    text = d.text
    if d.writes(["signbit", "copysign"]) and d.holds(with_nan):
        return "the sign of nan is the processor's"
    if "mode" in text and d.holds(with_nan):
        return "whether mode counts a nan depends on where it stands"
    if d.writes(["cdist", "pdist"]) and "float('inf')" in text and d.holds(with_nan):
        return "the greatest difference counts a nan or not, by where it stands"
    if "embedding_bag" in text and d.holds(with_nan):
        return "embedding_bag leaves out what is nan"
    if d.writes(["hardshrink", "hardtanh", "logit(0.1)", "logit_(0.1)", "elu(", "elu_("]) and d.holds(with_nan):
        return "gradients of hardtanh, hardshrink, elu, and of logit with eps, at nan depend on the place in memory"
    if "logit" in text and d.holds(with_zero) and d.only_where(lambda a, b: np.isinf(a) & np.isinf(b)):
        return "the sign of the slope of logit at -0.0 depends on the place in memory"
    if d.writes(DECOMPOSED) and d.holds(not_finite) and d.only_where(
            lambda a, b: ~np.isfinite(a) | ~np.isfinite(b)):
        return "what becomes of nan and infinity in a decomposition of matrices depends on the library and the size"
    return ""


def fault_of_gradients(d):
    """Faults by which gradients are not what they should be."""
    text, second = d.text, d.name == "second gradient"
    if second and "logcumsumexp" in text and (
            right_by_slopes(d) or "detach" in text and d.only_where(lambda a, b: np.isnan(b) | (b == 0))):
        return "the second gradient of logcumsumexp is nan, or 0, where a gradient is 0: measured slopes say so"
    if second and "_norm(" in text and right_by_slopes(d):
        return "the second gradient of the bias of a norm without weight misses a term: measured slopes say so"
    if second and d.writes(["prod"]) and d.holds(with_zero) and d.holds(with_nan) and d.only_where(
            lambda a, b: np.isnan(a)):
        return "the second gradient of a product of zeros is 0 where its gradient is nan"
    if d.name != "gradient" and "include_self=False" in text and "'prod'" in text and d.with_zeros().only_where(
            lambda a, b: np.isnan(b), 2e-4):
        return "nan that scatter_reduce does not include reaches gradients that are 0"
    if "_norm(" in text and d.only_where(lambda a, b: ~np.isfinite(a) & ~np.isfinite(b)):
        return "the order of sums decides whether infinite slopes through a norm become infinity or nan"
    if second and d.writes(["sgn(", "sign(", "grid_sample(", "amax(", "amin("]) and d.only_where(
            lambda a, b: np.isnan(b) & (a == 0)):
        return "a gradient of zeros is computed on, and its gradient is nan where there is no number"
    if "block_diag" in text and d.holds(empty):
        return "the gradient of block_diag misses the row of an empty vector"
    same = d.holds(degenerate) or EYE in text and d.holds(row)
    if d.name != "Jacobian" and "L.qr" in text and d.holds(singular):
        return "rounding decides what the gradient of qr of a singular matrix is"
    if same and (second and d.writes(SPECTRAL) or "L.qr" in text) and d.only_where(
            lambda a, b: np.isnan(a) | np.isnan(b) | (np.maximum(np.abs(a), np.abs(b)) > 1e5), 2e-4):
        return "rounding decides whether singular values are the same, or 0, where there is no gradient"
    if second and d.writes(["pow", "**"]) and d.holds(with_zero) and d.only_where(lambda a, b: np.isnan(b)):
        return "the second gradient of a power of 0 is nan, also where there is one"
    if d.name == "Jacobian" and "det(" in text and d.only_where(lambda a, b: np.abs(b) < 1e-12):
        return "the gradient of det at singular matrices is 0, unless create_graph"
    return ""


def fault_of_precision(d):
    """Faults by which numbers are less exact than they could be."""
    if d.writes((*SEVEN_DIGITS, "i0", "i1", "log_ndtr")) and d.holds(far) and d.only_where(
            lambda a, b: np.isnan(b), 1e-5):
        return "Bessel functions, gradients of the gamma function and of log_ndtr are nan far from 0"
    if d.name == "second gradient" and "sinc(" in d.text and d.holds(near_zero):
        return "the second gradient of sinc near 0 is what rounding leaves"
    if d.writes(SEVEN_DIGITS) and d.only_where(lambda a, b: ~np.isfinite(a) & (np.abs(b) > 1e14) | np.isnan(a) & (
            (b == 0) | d.holds(huge)), 1e-6):
        return "rounding of pi decides whether trigamma is infinite at negative whole numbers"
    if d.writes(SEVEN_DIGITS) and d.only_where(lambda a, b: np.abs(a - b) < 1e-5 * max(1.0, np.abs(b).max())):
        return "trigamma and Bessel functions of the first kind are right to seven digits"
    if "L.lstsq(" in d.text:
        lines = [line.replace(")[0]", ", driver='gelsd')[0]") if "L.lstsq(" in line else line for line in d.lines]
        other = d.run(lines).get(d.name)
        if isinstance(other, list | np.ndarray) and d.against(other).only_where(lambda a, b: a != a + 0 * b, 1e-6):
            return "lstsq misjudges the rank where the first columns depend on each other, unless its driver is gelsd"
        if d.writes(["log"]) and any(vanishing(line, x, ("L.lstsq(",), zero=True) for line, x in zip(
                d.lines, d.values, strict=False)) and d.only_where(
                    lambda a, b: ~np.isfinite(b) | (np.abs(b) < 1e-6), 1e-5):
            return "logarithms of what lstsq leaves of 0"
    if "softshrink" in d.text:
        lines = [SHRINK.sub(r"torch.copysign(torch.nn.functional.softshrink(\1), \1)", line) for line in d.lines]
        other = d.run(lines).get(d.name)
        if isinstance(other, list | np.ndarray) and d.against(other).only_where(lambda a, b: False, 1e-6):
            return "the sign of the zeros of softshrink depends on the place in memory"
    whole = d.writes(["floor", "ceil", "trunc"])
    counted = isinstance(d.mine, np.ndarray) and (d.mine.dtype.kind in "bi" or whole)
    if any(vanishing(line, x, ("cross(", "_norm(", "L.lstsq(") if counted else ("cross(",),
                     counted and "L.lstsq(" in line) for line, x in zip(d.lines, d.values, strict=False)):
        return "the cross product of a vector with itself, and equal numbers less their mean, are what rounding leaves"
    return ""


def vanishing(line, result, names, zero=False):
    """Whether a line computes, with one of these functions, a number that is nothing but rounding, or 0 with `zero`."""
    if not any(name in line for name in names) or not result.is_floating_point():
        return False
    size = result.detach().abs()
    return bool((((size > 0) | zero) & (size < 1e-6)).any())


FAULTS = {"value": (fault_of_values, fault_of_graph, fault_of_nan, fault_of_precision)}
OTHERS = (fault_of_graph, fault_of_nan, fault_of_gradients, fault_of_precision)


def torch_fault(difference):
    """Why a difference is PyTorch's own fault, in words; empty if it is not."""
    return next((reason for fault in FAULTS.get(difference.name, OTHERS) if (reason := fault(difference))), "")
