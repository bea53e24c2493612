"""Our formatter and CPython's agree on numbers and strings."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcli.faults.tree import LimitFault
from gradcli.lang.budget import Budget
from gradcli.lang.policy import Policy
from gradcli.lang.runtime.format import WIDTH, Formatter
from gradcli.lang.runtime.templates import percent

FORMATTER = Formatter(Policy(), Budget())

VALUES = st.one_of(st.integers(), st.floats(), st.booleans(), st.text(max_size=6))
SPECS = st.tuples(
    st.sampled_from(["", "<", ">", "^", "=", "*<", "é>", "{^", "0="]), st.sampled_from(["", "+", "-", " "]),
    st.sampled_from(["", "z"]), st.sampled_from(["", "#"]), st.sampled_from(["", "0"]),
    st.sampled_from(["", "1", "7", "30"]), st.sampled_from(["", ",", "_"]), st.sampled_from(["", ".0", ".3", ".12"]),
    st.sampled_from(["", *"bcdeEfFgGnosxX%"])).map("".join)


@settings(max_examples=400, deadline=None)
@given(VALUES, SPECS)
def test_format_specifications(value, spec):
    assert outcome(FORMATTER.format, value, spec) == outcome(format, value, spec)


@settings(max_examples=400, deadline=None)
@given(VALUES, st.text("-+ #0", max_size=3), st.sampled_from(["", "1", "9", "*"]),
       st.sampled_from(["", ".", ".0", ".4", ".*"]), st.sampled_from("diouxXeEfFgGcsra%q"))
def test_percent_fields(value, flags, width, precision, kind):
    template = f"<%{flags}{width}{precision}{kind}>"
    values = (*[5] * template.count("*"), value)
    assert outcome(partial(percent, FORMATTER), template, values) == outcome(lambda t, v: t % v, template, values)


@pytest.mark.parametrize("template, values", [
    ("%s", 1), ("%s", [1]), ("%s", (1,)), ("%s %s", (1, 2)), ("%s %s", (1,)), ("%s", (1, 2)), ("no field", 1),
    ("no field", ()), ("no field", {}), ("%(a)s", {"a": 1}), ("%(a)s", {"b": 1}), ("%(a)s %(a)r", {"a": "x"}),
    ("%d%%", 50), ("100%", ()), ("%", 1), ("%d", "x"), ("%d", 1.9), ("%x", 1.5), ("%c", 65), ("%c", "ab"),
    ("%5.1f|%-8s|%+d", (2.25, "ab", 3)), ("%ld", 3), ("%s", None)])
def test_percent_templates(template, values):
    assert outcome(partial(percent, FORMATTER), template, values) == outcome(lambda t, v: t % v, template, values)


@pytest.mark.parametrize("template, args, options", [
    ("{}", (1,), {}), ("{} {}", (1, 2), {}), ("{1} {0}", (1, 2), {}), ("{a}{b!r:>5}", (), {"a": 1, "b": "x"}),
    ("{{}} {}", (1,), {}), ("{:{}}|", (1, 5), {}),
    ("{0:{1}.{2}f}", (3.14159, 8, 2), {}), ("{0[0]} {0[1]}", ([1, 2],), {}),
    ("{d[k]}", (), {"d": {"k": 1}}), ("{}", (), {}), ("{", (), {}), ("}", (), {}), ("{a}", (), {}),
    ("{!x}", (1,), {}),
    ("{:>5}{:<5}{:^5}", (1, 2, 3), {}), ("{!s:*^9}", ("a",), {}), ("", (), {}),
    ("{:d}", ("x",), {}), ("{:}", (1,), {})])
def test_brace_templates(template, args, options):
    from gradcli.lang.runtime.templates import brace

    assert outcome(brace, FORMATTER, template, *args, **options) == outcome(template.format, *args, **options)


@settings(max_examples=200, deadline=None)
@given(st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4)),
                    lambda inner: st.one_of(st.lists(inner), st.tuples(inner, inner), st.tuples(inner),
                                            st.dictionaries(st.text(max_size=2), inner)), max_leaves=12))
def test_repr_of_plain_values(value):
    assert FORMATTER.repr(value) == repr(value)
    assert FORMATTER.text(value) == str(value)


def test_the_widest_field_is_allowed_and_one_more_is_not():
    assert len(FORMATTER.format(1, str(WIDTH))) == WIDTH
    assert len(percent(FORMATTER, f"%{WIDTH}d", 1)) == WIDTH
    for call in (lambda: FORMATTER.format(1, str(WIDTH + 1)), lambda: percent(FORMATTER, f"%{WIDTH + 1}d", 1)):
        with pytest.raises(LimitFault):
            call()


def outcome(call, *args, **options):
    """The text, or that there was an error: which kind of error is Python's affair."""
    try:
        return call(*args, **options)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError):
        return None
