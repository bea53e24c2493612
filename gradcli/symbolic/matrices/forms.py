"""Matrix forms of derivatives: which are worth showing, and whether the engine computes from their text what it should.

A form is the text of a program. It is run in the session, in double precision, at each point at which closed forms are
compared, and its value compared with reverse mode; one that differs anywhere is not shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tree import Fault
from gradcli.symbolic import expression
from gradcli.symbolic.matrices.latex import LatexMatrices
from gradcli.symbolic.matrices.notation import UnicodeMatrices
from gradcli.symbolic.matrices.terms import Compared, Function, NoMatrixForm, Term, names_of, walk
from gradcli.symbolic.matrices.text import MatrixText, multiplied_out, tidied
from gradcli.symbolic.tensor import SymbolicTensor
from gradcli.symbolic.verification import TOLERANCE, Point, close, from_same_state

if TYPE_CHECKING:
    from gradcli.session.session import Session

USUAL = frozenset({".norm", ".var", ".std", ".squeeze", ".reshape", "[]", "inverse", "det", "torch.slogdet", "trace",
                   "diag", "tril", "triu", "prod", "softmax", "log_softmax", "logsumexp", "F.one_hot", "where",
                   "torch.linalg.cross", "F.nll_loss", "F.binary_cross_entropy_with_logits", "F.binary_cross_entropy"})
"""Functions of whole tensors that matrix notation has beside a formula of elements; others say less than that."""
LONGEST = 200       # characters of a form; nobody reads longer ones


class MatrixForm(NamedTuple):
    """A derivative in matrix notation: as a program writes it, in Unicode and in LaTeX, and the names in it.

    Where a notation does not reach, Unicode is the program's text, and LaTeX is empty.
    """

    text: str
    unicode: str
    latex: str
    names: frozenset[str]


def matrix_form(term: Term | None, value: np.ndarray, formula: SymbolicTensor | None, decimals: bool
                ) -> MatrixForm | None:
    """The form of a term that says more than the formula of an element does; None where there is no such."""
    if term is None or not names_of(term) or not (value.size > 1 or formula is None or any(
            isinstance(part, expression.Sum) for part in expression.walk(formula.body))):
        return None
    if formula is not None and not all(map(_is_usual, walk(term))):
        return None
    term = tidied(multiplied_out(term))
    try:
        text = MatrixText(decimals).text(term)
    except NoMatrixForm:
        return None
    if len(text) > LONGEST:
        return None
    unicode, latex = text, ""
    try:
        unicode, latex = UnicodeMatrices(decimals).text(term), LatexMatrices(decimals).text(term)
    except NoMatrixForm:
        pass
    return MatrixForm(text, unicode, latex, frozenset(names_of(term)))


def _is_usual(part: Term) -> bool:
    """Whether a part of a term is one that textbooks have."""
    if isinstance(part, Compared):
        return part.name not in ("eq", "ne")
    return not isinstance(part, Function) or part.elements or part.name in USUAL


class MatrixComparison:
    """Matrix forms by names of derivatives, and how each compares with reverse mode, point by point."""

    def __init__(self, session: Session, forms: Mapping[tuple[str, ...], MatrixForm],
                 constants: Mapping[str, np.ndarray]) -> None:
        self.session, self.forms = session, dict(forms)
        self.constants = constants      # those that the program has no name for
        self.agreed = dict.fromkeys(self.forms, 0)      # at how many points other than the first

    def compare(self, point: Point, expected: Mapping[tuple[str, ...], np.ndarray], first: bool) -> None:
        """Run each form at a point; drop those whose value is not the one expected there."""
        if not self.forms:
            return
        with from_same_state(self.session, quiet=True):
            for name, array in (*self.constants.items(), *point.items()):
                self.session[name] = Tensor(array.copy())
            for names, form in list(self.forms.items()):
                if not self._agrees(form, expected[names]):
                    del self.forms[names]
                else:
                    self.agreed[names] += not first

    def _agrees(self, form: MatrixForm, expected: np.ndarray) -> bool:
        try:
            value = self.session.eval(form.text)
        except Fault:
            return False
        return isinstance(value, Tensor) and value.array.shape == expected.shape and close(
            value.array, expected, TOLERANCE)

    def confirmed(self, names: tuple[str, ...], ran_elsewhere: bool) -> MatrixForm | None:
        """The form of a derivative, where the points confirm it."""
        return self.forms.get(names) if self.agreed.get(names) or not ran_elsewhere else None
