"""`datetime` with a constant clock: `now()` always returns EPOCH, so that output is reproducible (rule R8)."""

from __future__ import annotations

import datetime as calendar
from typing import Any

from gradcli.engine.autograd.signature import described
from gradcli.engine.plain_numbers import plain_number
from gradcli.exposure import exposed, named
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.runtime.format import HASHED
from gradcli.lang.runtime.types import stand_in
from gradcli.namespace.python.wrapper import Wrapper, expose_own

EPOCH = calendar.datetime(1970, 1, 1)
LETTERS = frozenset("YymdHIMSfpaAbBjUWwuxXcDFTRe%zZ")


def stamped(moment: calendar.date | calendar.time, form: Any) -> str:
    """`moment` formatted as by strftime with the format `form`."""
    if type(form) is not str or len(form) > 1000:
        raise ArgumentFault("strftime() takes a short text", "strftime('%Y-%m-%d %H:%M:%S')")
    parts = form.split("%")
    out = [parts[0]]
    rest = iter(parts[1:])
    for part in rest:
        if not part:
            out.append("%" + next(rest, ""))
        elif part[0] in LETTERS:
            out.append(moment.strftime("%" + part[0]) + part[1:])
        else:
            raise ArgumentFault(f"strftime() has no %{part[0]} here", "strftime('%H:%M:%S')")
    return "".join(out)


@exposed()
class Moment(Wrapper):
    """The base of date, datetime and timedelta."""

    __slots__ = ()

    def __init__(self, value: Any) -> None:
        self._own = value

    def __sub__(self, other: Any) -> Any:
        return _moment(self._own - other._own) if isinstance(other, Moment) else NotImplemented

    def __formatted__(self, specification: str) -> str:
        if isinstance(self._own, calendar.timedelta):
            raise TypeError("unsupported format string passed to datetime.timedelta.__format__")
        return stamped(self._own, specification)


@named("datetime.timedelta")
@exposed("days", "seconds", "microseconds", "total_seconds")
class TimeDelta(Moment):
    """`datetime.timedelta`."""

    __slots__ = ()

    def total_seconds(self) -> float:
        """The duration in seconds."""
        return float(self._own.total_seconds())

    def __add__(self, other: Any) -> Any:
        return _moment(self._own + other._own) if isinstance(other, Moment) else NotImplemented

    def __mul__(self, other: Any) -> Any:
        return _moment(self._own * other) if type(other) in (int, float) else NotImplemented

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        if type(other) is TimeDelta:
            return self._own / other._own
        return _moment(self._own / other) if type(other) in (int, float) else NotImplemented

    def __neg__(self) -> Any:
        return _moment(-self._own)

    def __bool__(self) -> bool:
        return bool(self._own)


@named("datetime.date")
@exposed("year", "month", "day", "strftime", "isoformat", "weekday", "isoweekday", "toordinal")
class Date(Moment):
    """`datetime.date`."""

    __slots__ = ()

    def strftime(self, format: str) -> str:
        """The text for a strftime format."""
        return stamped(self._own, format)

    def isoformat(self, *sep: Any) -> str:
        """The text in ISO 8601."""
        return str(self._own.isoformat(*sep))

    def weekday(self) -> int:
        """The day of the week, 0 for Monday."""
        return int(self._own.weekday())

    def isoweekday(self) -> int:
        """The day of the week, 1 for Monday."""
        return int(self._own.isoweekday())

    def toordinal(self) -> int:
        """The number of days since 0001-01-01, which is day 1."""
        return int(self._own.toordinal())

    def __add__(self, other: Any) -> Any:
        return _moment(self._own + other._own) if type(other) is TimeDelta else NotImplemented

    __radd__ = __add__


@named("datetime.datetime")
@exposed("hour", "minute", "second", "microsecond", "timestamp", "date")
class DateTime(Date):
    """`datetime.datetime`."""

    __slots__ = ()

    def timestamp(self) -> float:
        """Seconds since 1970."""
        return float((self._own - EPOCH).total_seconds())

    def date(self) -> Date:
        """The date."""
        return Date(self._own.date())


expose_own(TimeDelta, "days", "seconds", "microseconds")
expose_own(Date, "year", "month", "day")
expose_own(DateTime, "hour", "minute", "second", "microsecond")
HASHED.update((Date, DateTime, TimeDelta))


def _moment(value: Any) -> Any:
    if isinstance(value, calendar.timedelta):
        return TimeDelta(value)
    return DateTime(value) if isinstance(value, calendar.datetime) else Date(value)


def _constructor(kind: type, name: str) -> Any:
    def make(*numbers: Any, **named: Any) -> Any:
        numbers = tuple(map(plain_number, numbers))
        named = {option: plain_number(number) for option, number in named.items()}
        for number in (*numbers, *named.values()):
            if type(number) not in (int, float) or not -1e9 < number < 1e9:
                raise ArgumentFault(f"datetime.{name}() takes numbers, not {described(number)}",
                                    f"datetime.{name}(2017, 1, 31)")
        return _moment(kind(*numbers, **named))

    return make


def _now(*zone: Any) -> DateTime:
    """EPOCH: the clock is constant."""
    return DateTime(EPOCH)


def _today() -> Date:
    return Date(EPOCH.date())


datetime = stand_in("datetime.datetime", DateTime, _constructor(calendar.datetime, "datetime"), {
    "now": _now, "today": _now, "utcnow": _now})
date = stand_in("datetime.date", Date, _constructor(calendar.date, "date"), {"today": _today})
timedelta = stand_in("datetime.timedelta", TimeDelta, _constructor(calendar.timedelta, "timedelta"))
