"""Tests of thousands of values: what pytest does around a test takes longer than they do."""

import inspect
from functools import wraps


def in_turn(parameter, values):
    """A decorator that makes one test of a test for many values of `parameter`; a failure names the value.

    `values` is iterable, or a function of the test's other arguments.
    """
    def decorate(test):
        @wraps(test)
        def run(**others):
            for value in values(**others) if callable(values) else values:
                try:
                    test(**{parameter: value}, **others)
                except BaseException as error:
                    error.add_note(f"{parameter} = {value}")
                    raise

        signature = inspect.signature(test)
        others = [other for name, other in signature.parameters.items() if name != parameter]
        run.__signature__ = signature.replace(parameters=others)
        return run

    return decorate
