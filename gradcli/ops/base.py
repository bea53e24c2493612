"""Shapes of operation that whole families share."""

from gradcli.engine.autograd.op import Op


class Kernel(Op, abstract=True):
    """An operation that rules and compositions call as F.<name>, and programs cannot: neither function nor method."""

    function = False
    method = False


class ComplexOp(Op, abstract=True):
    """An operation that takes complex numbers as well as real ones."""

    complex = True


class ComplexKernel(Kernel, abstract=True):
    """A kernel that takes complex numbers as well as real ones."""

    complex = True


class MatrixFunction(ComplexOp, abstract=True):
    """A function of matrices; results are in column-major order, as LAPACK leaves them.

    Its rules give the gradients of complex matrices by PyTorch's convention.
    """

    memory_order = "columns"
    complex_rules = "own"


class Functional(Op, abstract=True):
    """An operation of torch.nn.functional, and no method."""

    home = "nn.functional"


class Unary(Op, abstract=True):
    """A function of each element, computed in floating point."""

    fresh_result = opmath = True
    memory_order = "operands"
    inplace = True
    vanished = "stay"
    type_promotion = "floating"
    errors = [("text",), ()]


class Binary(Op, abstract=True):
    """A function of pairs of elements, broadcast against each other."""

    fresh_result = opmath = True
    memory_order = "operands"
    inplace = True
    vanished = "stay"
    type_promotion = "mixed"
    errors = [([1.0, 2.0], [1.0, 2.0, 3.0]), ([1.0], "text")]


class Comparison(Op, abstract=True):
    """A truth value for each pair of elements."""

    inplace = True
    memory_order = "operands"
    type_promotion = "mixed"
    errors = [([1.0, 2.0], [1.0, 2.0, 3.0]), ([1.0], "text")]


class Slope(Op, abstract=True):
    """The gradient of a function by its input, where one kernel is faster than the rule written out."""

    method = False
    function = False
    opmath = True
    type_promotion = "same"
    errors = [("text", [1.0])]


def define(base, module, name, class_name, text, **attributes):
    """The operation that a class statement in `module` would define: one row of a table of like operations.

    `text` is what follows the name in its docstring: "(input): ...". The attributes are those that the class would
    state: `forward` or `compose`, samples.
    """
    return type(class_name, (base,), {"__module__": module, "__doc__": name + text, "names": (name,)} | attributes)


LAST = {1: "last dimension", 2: "last two dimensions", 3: "last three dimensions"}


def define_by_rank(base, module, name, class_name, text, compose, **cases):
    """The operations of one, two and three dimensions that differ by their rank alone, such as conv1d, conv2d, conv3d.

    `compose(rank)` returns the function that composes one of them. {last} in the text stands for the dimensions it goes
    along. Each case, such as samples, is what the class would state, by rank.
    """
    for rank in next(iter(cases.values())):
        define(base, module, f"{name}{rank}d", f"{class_name}{rank}d", text.replace("{last}", LAST[rank]),
               compose=compose(rank), **{attribute: by_rank[rank] for attribute, by_rank in cases.items()})
