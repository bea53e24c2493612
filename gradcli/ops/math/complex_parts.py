"""Complex tensors from their parts, and their parts: real and imaginary, conjugates, views of their memory."""

import math

import numpy as np

from gradcli.engine.autograd.op import Op, rename_node
from gradcli.engine.autograd.signature import Array
from gradcli.engine.messages.numpy_errors import broadcast_clash
from gradcli.engine.tensor.complex_tensor import Conjugate, Negative, conjugate, negative
from gradcli.engine.tensor.dtypes import OF, complex_type_of, real_type_of
from gradcli.engine.tensor.memory import MemoryLimit
from gradcli.engine.tensor.tensor import ComplexTensor
from gradcli.faults.mistakes import BroadcastShapes
from gradcli.faults.tree import ShapeFault, TypeFault
from gradcli.ops.base import ComplexOp
from gradcli.ops.complex_numbers import is_complex

Z = np.array([1 + 2j, -0.5 - 1j], np.complex64)


class FromParts(Op, abstract=True):
    """A complex tensor of two real ones of one floating type."""

    complex_results = True
    complex_rules = "own"
    method = False
    samples = [([1.0, 2.0], [3.0, -4.0])]
    errors = [([1.0], np.array([1])), ([1.0], "text")]


def empty_complex(a, b):
    """A complex array for two parts, which must be of one floating type, in the shape in which they meet."""
    if a.dtype.kind != "f" or b.dtype.kind != "f":
        raise TypeFault(f"Expected both inputs to be Half, Float or Double tensors but got {OF[a.dtype].era} and "
                        f"{OF[b.dtype].era}", ("x.float()", "a floating copy"))
    if a.dtype != b.dtype:
        raise TypeFault(f"Expected object of scalar type {OF[a.dtype].era} but got scalar type {OF[b.dtype].era} for "
                        "second argument", ("b.type_as(a)", "the second as the first"))
    clash = broadcast_clash([a.shape, b.shape])
    if clash:
        raise BroadcastShapes(clash, "the parts do not meet", [a.shape, b.shape])
    shape = np.broadcast_shapes(a.shape, b.shape)
    MemoryLimit.check("complex", math.prod(shape) * 2 * a.dtype.itemsize)
    return np.empty(shape, complex_type_of(a.dtype))


class Complex(FromParts):
    """complex(real, imag): real + imag i, element by element."""

    def forward(real: Array, imag: Array):
        out = empty_complex(real, imag)
        out.real, out.imag = real, imag
        return out

    def grad_real(F, g):
        return F.real(g)

    def grad_imag(F, g):
        return F.imag(g)


class Polar(FromParts):
    """polar(abs, angle): the complex numbers of these magnitudes and angles."""

    def forward(abs: Array, angle: Array):
        out = empty_complex(abs, angle)
        out.real, out.imag = abs * np.cos(angle), abs * np.sin(angle)
        return out

    def grad_abs(F, g, angle):
        return F.real(g) * F.cos(angle) + F.imag(g) * F.sin(angle)

    def grad_angle(F, g, out):
        return F.imag(g) * F.real(out) - F.real(g) * F.imag(out)


class Real(ComplexOp):
    """real(input): the real parts, as a view of the memory of input; a real tensor itself."""

    attribute = True
    samples = [([1.0, 2.0],)]

    def compose(F, input):
        if isinstance(input, Conjugate):
            return F.real_part(input.source)
        return F.real_part(input) if is_complex(input) else input


class Imag(ComplexOp):
    """imag(input): the imaginary parts of a complex tensor, as a view of its memory."""

    attribute = True
    samples = [(Z,)]
    errors = [([1.0],), ("text",)]

    def compose(F, input):
        if isinstance(input, Conjugate):
            return negative(F.imaginary_part(input.source))
        if not is_complex(input):
            raise TypeFault("imag is not implemented for tensors with non-complex dtypes.",
                            ("torch.zeros_like(x)", "the imaginary part of a real tensor"))
        return F.imaginary_part(input)


class ComplexPart(ComplexOp, abstract=True):
    """One part of complex numbers, as a view."""

    complex_rules = "own"
    function = False
    method = False
    samples = [(Z,)]


class RealPart(ComplexPart):
    """real_part(input): the real parts of complex numbers."""

    modern_names = "SelectBackward0"

    def forward(input: Array):
        return input.real

    def grad_input(F, g):
        return F.complex(g, F.zeros_like(g))


class ImaginaryPart(ComplexPart):
    """imaginary_part(input): the imaginary parts of complex numbers."""

    modern_names = "SelectBackward0"

    def forward(input: Array):
        return input.imag

    def grad_input(F, g):
        return F.complex(F.zeros_like(g), g)


class Conj(ComplexOp):
    """conj(input): the conjugate, computed when it is read; a real tensor itself."""

    samples = [([1.0, 2.0],)]

    def compose(F, input):
        if not is_complex(input):
            return input
        if isinstance(input, ComplexTensor) and not input.requires_grad:
            return conjugate(input)
        out = rename_node(F.conj_physical(input), "ConjBackward0")
        if isinstance(out, ComplexTensor):
            out.array.flags.writeable = False       # PyTorch's writes would go to the memory of input
        return out


class ConjPhysical(ComplexOp):
    """conj_physical(input): the conjugate in memory of its own; a real tensor itself."""

    complex_rules = "own"
    inplace = True
    elementwise = True
    samples = [([1.0, 2.0],)]

    def forward(input: Array):
        return np.conjugate(input) if input.dtype.kind == "c" else input

    def grad_input(F, g):
        return F.conj_physical(g)


class ResolveConj(ComplexOp):
    """resolve_conj(input): a conjugate in memory of its own; any other tensor itself."""

    samples = [([1.0, 2.0],)]

    def compose(F, input):
        conjugated = isinstance(input, Conjugate) or is_complex(input) and isinstance(input.node, ConjPhysical)
        return F.clone(input) if conjugated else input


class ResolveNeg(ComplexOp):
    """resolve_neg(input): the imaginary part of a conjugate in memory of its own; any other tensor itself."""

    samples = [([1.0, 2.0],)]

    def compose(F, input):
        return F.clone(input) if isinstance(input, Negative) else input


class ViewAsReal(ComplexOp):
    """view_as_real(input): the memory of complex numbers as pairs of real ones, in a new last dimension of length 2."""

    method = False
    samples = [(Z,)]
    errors = [([1.0],), ("text",)]

    def compose(F, input):
        if not is_complex(input):
            raise TypeFault("view_as_real is only supported for complex tensors",
                            ("torch.stack((x, torch.zeros_like(x)), -1)", "of a real tensor"))
        if isinstance(input, Conjugate):
            raise TypeFault("view_as_real doesn't work on unresolved conjugated tensors.  To resolve the conjugate "
                            "tensor so you can view it as real, use self.resolve_conj(); however, be warned that the "
                            "resulting tensor will NOT alias the original.",
                            ("z.resolve_conj()", "in memory of its own"))
        return F.pairs(input)


class Pairs(ComplexPart):
    """pairs(input): complex numbers as pairs of real ones."""

    modern_names = "ViewAsRealBackward0"

    def forward(input: Array):
        return input[..., None].view(real_type_of(input.dtype))

    def grad_input(F, g):
        return F.complex(F.select(g, -1, 0), F.select(g, -1, 1))


class ViewAsComplex(Op):
    """view_as_complex(input): the memory of pairs of real numbers, along the last dimension, as complex numbers."""

    complex_results = True
    complex_rules = "own"
    method = False
    samples = [([[1.0, 2.0], [3.0, -4.0]],)]
    errors = [([1.0],), (np.array([[1, 2]]),), ("text",)]

    def forward(input: Array):
        name = "view_as_complex"
        if input.dtype.kind != "f":
            raise TypeFault(f"{name} is only supported for half, float and double tensors, but got a tensor of scalar "
                            f"type: {OF[input.dtype].era}", ("x.float()", "a floating copy"))
        if not input.ndim:
            raise ShapeFault("Input tensor must have one or more dimensions")
        if input.shape[-1] != 2:
            raise ShapeFault("Tensor must have a last dimension of size 2",
                             ("torch.complex(a, b)", "of real and imaginary parts"))
        steps = [step // input.itemsize for step in input.strides]
        if input.size and steps[-1] != 1:
            raise ShapeFault("Tensor must have a last dimension with stride 1", ("x.contiguous()", "with such strides"))
        if input.size and any(step % 2 for step in steps[:-1]):
            raise ShapeFault("Tensor must have a stride divisible by 2 for all but last dimension",
                             ("x.contiguous()", "with such strides"))
        return input.view(complex_type_of(input.dtype))[..., 0]

    def grad_input(F, g):
        return F.pairs(F.contiguous(g))


class IsReal(ComplexOp):
    """isreal(input): whether each number has no imaginary part."""

    names = ("isreal",)
    samples = [([1.0, 2.0],), (Z,)]

    def forward(input: Array):
        return input.imag == 0 if input.dtype.kind == "c" else np.ones(input.shape, bool)
