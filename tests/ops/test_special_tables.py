"""The constants of the special functions are what tools/special_tables.py computes from their definitions."""

import importlib
import importlib.util
import math
import sys

import pytest

from gradcli.ops.special import bessel, gamma, incomplete_gamma
from support.consoles import ROOT

mpmath = pytest.importorskip("mpmath")
PATH = ROOT / "tools/special_tables.py"
SPEC = importlib.util.spec_from_file_location("special_tables", PATH)
tools = importlib.util.module_from_spec(SPEC)
sys.modules["special_tables"] = tools
SPEC.loader.exec_module(tools)


@pytest.mark.parametrize("table", tools.TABLES, ids=lambda table: f"{table.module}.{table.name}")
def test_a_table_is_computed_digit_for_digit(table):
    stored = getattr(importlib.import_module(f"gradcli.ops.special.{table.module}"), table.name)
    assert tuple(tools.coefficients(table)) == stored


def test_temmes_expansion_is_computed_digit_for_digit():
    rows = tools.temme(tuple(map(len, incomplete_gamma.TEMME)))
    assert tuple(tuple(map(float, row)) for row in rows) == incomplete_gamma.TEMME
    assert tuple(map(len, incomplete_gamma.TEMME)) == tools.TEMME_ROWS


def test_every_table_of_the_special_functions_has_its_definition():
    fitted = {"SINGLE_OVER", "SINGLE_UNDER"}
    derived = {"BERNOULLI", "STIRLING", "DIGAMMA", "J0_ZEROS", "J1_ZEROS", "TAILS", "TEMME"}
    for module in ("airy", "bessel", "bessel_modified", "erf", "gamma", "incomplete_gamma"):
        names = {name for name, value in vars(importlib.import_module(f"gradcli.ops.special.{module}")).items()
                 if type(value) is tuple and name.isupper() and value}
        known = {table.name for table in tools.TABLES}
        assert names <= known | fitted | derived


def test_zeros_and_bernoulli_numbers():
    mp = tools.mp
    for order, zeros in ((0, bessel.J0_ZEROS), (1, bessel.J1_ZEROS)):
        for n, (square, rest) in enumerate(zeros, 1):
            exact = mp.besseljzero(order, n) ** 2
            assert (square, rest) == (float(exact), float(exact - square))
    assert (gamma.ROOT, gamma.ROOT_REST) == (float(tools.ROOT), float(tools.ROOT - gamma.ROOT))
    assert gamma.BERNOULLI == pytest.approx([float(mp.bernoulli(2 * k)) for k in range(1, 11)], rel=1e-15)
    assert math.isclose(gamma.HALF_LOG_2PI, float(mp.log(2 * mp.pi) / 2), rel_tol=1e-15)
