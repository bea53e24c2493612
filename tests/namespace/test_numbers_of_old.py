"""Elements of tensors were plain numbers in the tutorial's time: in its style they still are, to operators and Python.

CPython judges: each expression is evaluated by it with floats and ints in the place of the elements.
"""

import bisect
import copy
import json
import math
import random
import statistics
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from gradcli.faults.tree import Fault
from gradcli.session.session import Session

SETUP = """
import torch, copy, json, math, bisect, random, statistics, numpy as np
from fractions import Fraction
from decimal import Decimal
x, t = torch.FloatTensor([0.1, 2.5, -3.7]), torch.LongTensor([3, 7, 2])
m, b, d = torch.FloatTensor([[0.7, 1.1], [2, 3]]), torch.ByteTensor([1, 0, 3]), torch.DoubleTensor([0.1, 7])
"""


def rounded(values):
    return np.float32(values).tolist()


PLAIN = {"x": rounded([0.1, 2.5, -3.7]), "t": [3, 7, 2], "m": rounded([[0.7, 1.1], [2, 3]]), "b": [1, 0, 3],
         "d": [0.1, 7.0], "copy": copy, "json": json, "math": math, "bisect": bisect, "random": random,
         "statistics": statistics, "np": np,
         "Fraction": Fraction, "Decimal": Decimal}
OPERATORS = [text.strip() for line in """
x[0]/3; 3/x[0]; x[0]*x[1]; x[0]+0.2; 0.2+x[0]; x[0]-1; 1-x[0]; x[0]**2; 2**x[0]; -(x[0]/3); +(x[0]/3)
abs(x[2]/3); x[0]//0.03; 1//x[0]; x[1]%0.7; 3.3%x[0]; t[0]/7; t[0]//2; t[0]%2; t[0]**50; t[0]*x[0]; -t[0]
t[0]+0.5; t[1]*10**18; (x[0]+x[1]+x[2])/3; x[0] == 0.1; x[0] != 0.1; x[0] < 0.1000000001; 0.1 >= x[0]; t[0] == 3
d[0] == 0.1; d[0]/3; d[0]*x[0]; m[0][0]*m[1][1]/3; m[0][1]-m[1][1]/7; b[0]-b[2]; b[2]*100; ~t[0]; ~b[0]
t[0] & 5; t[0] | 4; t[0] ^ 1; t[0] << 70; 1 << t[0]; t[1] >> 1; x[0]+1j; 2j*x[1]; (x[0] > 0)+(x[1] > 0)
(x[0]/3)*(t[0]/7); x[0]*1e300; x[0]-x[0]/3+1e-12
""".strip().splitlines() for text in line.split(";")]
FUNCTIONS = [text.strip() for line in """
json.dumps([x[0], {'a': t[0]/7}]); json.dumps({t[0]: x[0]}); Fraction(x[0]); Fraction(t[0], t[1])
Fraction(1, 3)*t[0]; Decimal(x[0]); Decimal(t[0])+t[1]; statistics.mean([x[0], x[1]])
statistics.stdev([x[0], x[1], t[0]/7]); math.exp(x[0]/3)
'%d %s %r %.3f %g' % (x[1], x[0]/3, x[0], x[0]/3, x[0])
'{} {:.3f} {:>6} {:05d}'.format(x[0]/3, x[0], t[0], t[1])
f'{x[0]/3} {x[0]:.2%} {t[0]:b} {x[1]!r:>8} {t[0]*1000000:,}'; str(x[0]/3); repr(t[0]); round(x[0]/3, 4)
round(x[1]); int(x[1]); float(x[0]/3); complex(x[0], t[0]); bool(x[0]); divmod(x[1], 0.7); pow(t[0], 4, 5)
pow(x[0], 2); bin(t[0]); {t[0]: 1}[3]; {3: 1}[t[0]]; t[0] in {3}; {t[0], 3}; [3, 4].index(t[0]); sorted(x)
sorted([x[0]/3, 0.03]); max(x); min(t); np.zeros((t[2], t[2])).tolist(); np.arange(t[0]).tolist()
np.array(x[0]).tolist(); float(np.float64(x[0]/3)); t[0]+Fraction(1, 2); Decimal(x[1]) == x[1]
random.randrange(t[0]-2); random.sample([5], t[0]-2); x[0]*Fraction(1, 3); copy.deepcopy([copy.copy(x[0]/3)]); sum(x)
sum([x[i]*x[i] for i in range(3)]); [v/3 for v in x]; list(range(t[0])); [0]*t[2]; 'ab'*t[0]; [5, 6, 7][t[2]]
'abcdefgh'[t[0]:t[1]]; x[0].is_integer(); t[0].bit_length(); x[1].as_integer_ratio(); (x[0]/3).hex(); hash(t[0])
float(np.sin(x[0])); float(np.mean([x[0], x[1]])); isinstance(x[0]/3, float); isinstance(t[0]*2, int)
t[0]/7 in [3/7]; type(x[0]/3) is float; type(t[0]*2) is int; type(t[0] == 3) is bool
bisect.bisect([0.1, 1.0], x[0]); [x[0]] == [0.1]
""".strip().splitlines() for text in line.split(";")]


def printed(program, style="tutorial", age=None):
    pieces = []
    Session(style, 0, write=pieces.append, age=age).run(program, echo=False)
    return "".join(pieces)


@pytest.mark.parametrize("times", [1, 60], ids=["once", "often"])    # operations that are called often have other code
def test_elements_are_pythons_numbers(times):
    texts = [*OPERATORS, *FUNCTIONS]
    lines = [f"for turn in range({times}):\n    value = {text}\nprint(repr(value))\n" for text in texts]
    got = printed(SETUP + "".join(lines)).splitlines()
    want = [repr(eval(text, dict(PLAIN))) for text in texts]    # of the table above alone
    assert dict(zip(texts, got, strict=True)) == dict(zip(texts, want, strict=True))


PROGRAM = """
import torch
x, t = torch.FloatTensor([1, 2, 0.1]), torch.LongTensor([3, 300])
print(isinstance(t[0], int), isinstance(x[0], float), isinstance(x[0], int), isinstance(t[0], (str, int)))
print(isinstance(x[0], torch.Tensor), isinstance(x, float), isinstance(x.sum(), float))
"""


def test_an_element_is_a_tensor_to_isinstance_too():
    assert printed(PROGRAM) == "True True False True\nTrue False True\n"


def test_todays_programs_compute_in_the_element_type_in_either_style():
    """`.item()`, functions and tensors made of what operators give are float32's, and writes reach the tensor."""
    program = """
import torch
x = torch.tensor([0.1, 0.7, 3.0])
y = x[0] / 3 + x[1]
print(y.item(), torch.stack([y, x[0] * 7]).tolist(), y.sqrt().item(), (x * (x[1] / 3)).tolist(), y.double().item())
x[0] += 1; x[1].fill_(2); x[2].mul_(3); z = x[0] * 2; z.add_(1); w = z; w += 1
print(x.tolist(), z.item(), w.item(), float(z), z.numpy().dtype)
total = torch.tensor(0.0); total += x[1]; total += x[1] / 3
print(total.item(), x.detach()[0].item())
"""
    assert printed(program) == printed(program, "modern")


def test_whole_numbers_of_elements_have_a_largest_length():
    for expression in ("t[0] ** t[1]", "10 ** t[1]", "t[0] << t[1]", "t[1] ** 1000 * t[1] ** 1000 * t[1] ** 1000"):
        with pytest.raises(Fault, match="binary digits"):
            printed(f"import torch\nt = torch.LongTensor([3, 10**15])\nprint({expression})\n")


def test_at_04_and_today_elements_compute_as_tensors():
    for age in ("0.4", "today"):
        out = printed("import torch\nx = torch.FloatTensor([0.1])\nprint(x[0] / 3, x[0] == 0.1)\n", age=age)
        assert out == "0.03333333507180214 True\n", age


def test_today_an_element_is_a_tensor():
    pieces = []
    session = Session("modern", 0, write=pieces.append)
    session.run("import torch\nt = torch.tensor([3])\nprint(isinstance(t[0], int), isinstance(True, int))", echo=False)
    assert "".join(pieces) == "False True\n"
    with pytest.raises(Fault, match="unsupported operand type"):
        session.run("divmod(t[0], 7)", echo=False)


def test_whole_numbers_beyond_the_element_type_go_into_tensors_as_they_are():
    session = Session()
    session.run(SETUP)
    for text in ("b[2]*100", "b[0]-b[2]", "-b[2]", "~b[0]", "b[2]**9", "t[1]**30", "-(t[1]**31)", "t[0] << 70"):
        number = eval(text, PLAIN)
        for use in ("torch.zeros(1) + n", "n * torch.ones(1)", "torch.Tensor([n])", "torch.zeros(1).fill_(n)",
                    "torch.Tensor([[n]])[0]", "np.zeros(1) + n"):
            value = session.eval(f"n = {text}\n{use}").array
            assert value.tolist() == np.array([number], value.dtype).tolist(), (text, use)
    for text in ("np.array([t[1]**30])", "np.array([t[1]**30, b[0]])", "np.array([2**62 * t[0]])"):
        with pytest.raises(Fault, match="too large|long long"):      # no array of objects
            session.eval(text)


def test_the_array_of_a_single_number_has_a_first_element():
    program = ("import torch\nfrom torch.autograd import Variable\n"
               "loss = (Variable(torch.ones(3), requires_grad=True) * 2).sum()\n"
               "a = loss.data.numpy()\nprint(a[0], '%.1f' % a[0], a.shape)\n")
    for age, shape in (None, "()"), ("0.1.12", "(1,)"), ("0.3", "(1,)"), ("0.4", "()"):
        assert printed(program, age=age) == f"6.0 6.0 {shape}\n", age
    with pytest.raises(Fault, match="too many indices"):
        printed(program, style="modern")
