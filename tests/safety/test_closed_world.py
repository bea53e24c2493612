"""The set of values a program can hold is closed (rule R3), seen by walking through all of it."""

import pytest

from safety.walk import Walk

LEAST = 50_000         # meetings: far fewer would mean that the walk stopped at some door


@pytest.mark.parametrize("style", ["tutorial", "modern"])
def test_every_value_that_can_be_met_is_of_a_known_kind(style, capsys):
    walk = Walk(style).run()
    with capsys.disabled():
        print(f"\nclosed world, {style}: {walk.count} values met, {len(walk.kept)} of {len(walk.met)} types looked into, "
              f"{walk.passed} passed over")
    assert not walk.wrong, walk.wrong
    assert walk.count > LEAST


def test_the_walk_knows_what_does_not_belong():
    import sys

    import numpy as np

    walk = Walk()
    for stranger in (np.zeros(1), np.float32(1), np.add, np.dtype("f4"), sys, sys._getframe(), (k for k in ()), int, b"",
                     object(), vars(int), open, sys.getsizeof, np.linalg.LinAlgError("x"), sys._getframe().f_code):
        assert not walk.allowed(stranger), stranger
