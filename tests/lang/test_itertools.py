"""Functions of itertools refuse what CPython's refuse, at the call or at the first value as those do."""

import random

import pytest

from lang.against_python import Both, differ

BOTH = Both()
NAMES = ("accumulate chain combinations combinations_with_replacement compress count cycle dropwhile filterfalse "
         "groupby islice pairwise permutations product repeat starmap takewhile zip_longest").split()
KEYS = {"accumulate": ["func", "initial"], "repeat": ["times"], "product": ["repeat"], "zip_longest": ["fillvalue"],
        "count": ["start", "step"], "groupby": ["key"], "permutations": ["r"], "compress": ["data", "selectors"]}
VALUES = ["5", "'ab'", "[1, 2, 3]", "None", "-1", "0", "2", "1.5", "str", "iter([1, 2])", "{}", "True", "'x'", "len",
          "range(4)", "[[1, 2], [3]]", "1e400", "10**30"]


def call_of(name, choose):
    arguments = [choose(VALUES) for _ in range(choose([0, 1, 1, 2, 2, 2, 3, 3, 4]))]
    if name in KEYS and choose([True, False]):
        arguments.append(f"{choose(KEYS[name])}={choose(VALUES)}")
    return f"{name}({', '.join(arguments)})"


@pytest.mark.parametrize("name", NAMES)
def test_each_refuses_when_and_as_in_python(name):
    choose = random.Random(name).choice
    shown = "[key for key, _ in first(values, 5)]" if name == "groupby" else "list(first(values, 5))"
    for _ in range(60):
        text = ("from itertools import *\nfrom itertools import islice as first\ntry:\n"
                f"    values = {call_of(name, choose)}\n    print('begun')\n    print({shown})\n"
                "except Exception as e: print(type(e).__name__, e)\n")
        difference = differ(text, BOTH)
        assert difference is None, (text, difference)


@pytest.mark.parametrize("call", ["cycle([1])", "islice([1], 2)", "groupby('a')", "chain([1])", "product('a')"])
def test_iterators_are_called_as_in_python(call):
    assert differ(f"import itertools\nprint(itertools.{call}, [itertools.{call}])", BOTH) is None


def test_nesting_without_end_is_refused_by_every_kind():
    for step in ("chain(x)", "chain.from_iterable(x)", "islice(x, 9)", "cycle(x)", "accumulate(x)"):
        run = BOTH.ours(f"from itertools import *\nx = [[1]]\nfor _ in range(5000): x = {step}\n")
        assert run is None, step
