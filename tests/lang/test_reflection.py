"""Attributes by name at run time, and the names of classes and functions: no more than the text itself may say."""

import pytest

PROGRAM = """
class Pair:
    def __init__(self): setattr(self, "first", 1)
    def both(self): return 2
class Triple(Pair): pass
def double(x): return 2 * x
p = Pair()
print(p.first, getattr(p, "first"), getattr(p, "second", 5), hasattr(p, "both"), hasattr(p, "third"))
delattr(p, "first")
print(hasattr(p, "first"), callable(double), callable(1), issubclass(Triple, Pair), issubclass(Pair, Triple))
print(Pair.__name__, double.__name__, p.both.__name__, (lambda: 1).__name__)
print(getattr("{}!", "format")(3), chr(ord("a") + 1), hex(255), bin(5), format(3.14159, ".2f"))
print([chr(0x95), chr(0x202e), chr(0xd800)], chr(97))
"""

REFUSED = {
    "a name with underscores": 'getattr(1, "__class__")', "not even with a default": 'getattr(1, "__class__", 0)',
    "a look-alike": 'getattr(1, "\\u212a")', "no identifier": 'getattr(1, "a.b")', "no text": "getattr(1, 1)",
    "the runtime's own": 'getattr(1, ".version")', "a value's name": "(1).__name__",
    "a name to be set": "print.__name__ = 1",
    "a class alone": "(1).__class__",
}


def test_reflection(world):
    assert world.run(PROGRAM) == ("1 1 5 True False\nFalse True False True False\nPair double both <lambda>\n"
                                  "3! b 0xff 0b101 3.14\n"
                                  r"['\x95', '\u202e', '\ud800'] a" "\n")


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_refused(text, world):
    assert world.fault(text).message
