"""Formulas of operations, by subject; importing this fills the table."""

from gradcli.symbolic.formulas import elements as elements
from gradcli.symbolic.formulas import losses as losses
from gradcli.symbolic.formulas import norms as norms
from gradcli.symbolic.formulas import products as products
from gradcli.symbolic.formulas import rearrange as rearrange
from gradcli.symbolic.formulas import reductions as reductions
from gradcli.symbolic.formulas import shapes as shapes
from gradcli.symbolic.formulas import subscripts as subscripts
from gradcli.symbolic.formulas import windows as windows
