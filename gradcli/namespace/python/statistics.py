"""`statistics` of lists of plain numbers, and `numbers`."""

from __future__ import annotations

import numbers
import statistics
from collections.abc import Callable
from typing import Any

from gradcli.engine.autograd.signature import NUMBERS, described
from gradcli.engine.plain_numbers import plain_number
from gradcli.exposure import renamed
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.lang.budget import Budget
from gradcli.lang.runtime.types import TypeProxy

Number, Complex, Real, Rational, Integral = (TypeProxy(f"numbers.{name}", (getattr(numbers, name),)) for name in (
    "Number", "Complex", "Real", "Rational", "Integral"))


def _statistic(name: str) -> Callable[..., Any]:
    work = getattr(statistics, name)

    def statistic(data: Any, *others: Any, **options: Any) -> Any:
        samples = [[*Budget().bounded(values)] if number == 0 or isinstance(values, list | tuple) else values
                   for number, values in enumerate((data, *others))]
        samples = [[*map(plain_number, values)] if isinstance(values, list | tuple) else plain_number(values)
                   for values in samples]
        listed = [value for values in (*samples, *options.values()) for value in (
            values if isinstance(values, list | tuple) else [values]) if name not in ("mode", "multimode")]
        for value in listed:
            if type(value) not in NUMBERS and value is not None:
                raise ArgumentFault(f"statistics.{name}() takes plain numbers, not {described(value)}",
                                    f"statistics.{name}(x.tolist())")
            Budget().checked_bits(value)
        Budget().check_items(options.get("n") or 0)      # how many parts quantiles() makes
        try:
            return work(*samples, **options)
        except statistics.StatisticsError as error:
            raise ValueFault(str(error)).saying(str(error)) from None

    return renamed(statistic, name)


NAMES = ("mean fmean geometric_mean harmonic_mean median median_low median_high mode multimode pstdev pvariance stdev "
         "variance quantiles covariance correlation").split()
globals().update({name: _statistic(name) for name in NAMES})
