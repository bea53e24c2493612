"""`logging`: loggers, levels, stream handlers and formatters, with the constant clock of `datetime` (rule R8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.engine.autograd.dispatch import here
from gradcli.engine.autograd.signature import described
from gradcli.engine.tensor.tensor import DisplayHooks
from gradcli.exposure import exposed, renamed, seal
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.budget import Budget
from gradcli.lang.messages.locate import location_of_call
from gradcli.lang.runtime.streams import writer
from gradcli.lang.runtime.types import TypeProxy
from gradcli.namespace.python.system.datetime import EPOCH, stamped
from gradcli.namespace.python.system.sys import refusing

LEVELS = {"NOTSET": 0, "DEBUG": 10, "INFO": 20, "WARNING": 30, "WARN": 30, "ERROR": 40, "CRITICAL": 50, "FATAL": 50}
NAMES = {number: name for name, number in reversed(LEVELS.items())}
LONGEST_NAME = 1000
BASIC = "%(levelname)s:%(name)s:%(message)s"
METHODS = {"debug": 10, "info": 20, "warning": 30, "warn": 30, "error": 40, "critical": 50, "fatal": 50,
           "exception": 40}


def level_number(level: Any) -> int:
    """A level as a number; it may be its name."""
    if type(level) is int:
        return level
    if type(level) is not str:
        raise TypeError(f"Level not an integer or a valid string: {DisplayHooks.text(level)}")
    if level not in LEVELS:
        raise ValueError(f"Unknown level: {level!r}")
    return LEVELS[level]


def level_name(level: int) -> str:
    """The name of a level, or "Level 25" for one between them."""
    return NAMES.get(level, f"Level {level}")


def getLevelName(level: Any) -> Any:     # the name that programs know
    """The name of a level, or the level of a name; "Level x" for anything else."""
    if type(level) is int:
        return level_name(level)
    if type(level) is str:
        return LEVELS.get(level, f"Level {level}")
    return f"Level {DisplayHooks.text(level)}"


@exposed("formatTime")
class Formatter:
    """`logging.Formatter`: how a record becomes a line, by a template with `%(name)s`."""

    def __init__(self, fmt: str | None = None, datefmt: str | None = None, style: str = "%") -> None:
        if style != "%":
            raise ArgumentFault("the style of a Formatter is % here", "logging.Formatter('%(message)s')")
        for text in (fmt, datefmt):
            if text is not None and type(text) is not str:
                raise ArgumentFault(f"a Formatter takes texts, not {described(text)}",
                                    "logging.Formatter('%(levelname)s %(message)s')")
        self._template, self._dates = fmt or "%(message)s", datefmt

    def formatTime(self, record: Any = None, datefmt: str | None = None) -> str:
        """The constant date and time."""
        dates = datefmt or self._dates
        return stamped(EPOCH, dates) if dates else f"{EPOCH},000"

    def _line(self, fields: dict[str, Any], fill: Callable[[str, Any], str]) -> str:
        return fill(self._template, fields | {"asctime": self.formatTime()})


@exposed("setLevel", "setFormatter", "flush", "close", "level", "formatter")
class StreamHandler:
    """`logging.StreamHandler`: writes the lines of records to a stream, stderr unless another is passed."""

    def __init__(self, stream: Any = None) -> None:
        self.formatter: Formatter | None = None
        self.level, self._stream = 0, stream

    def setLevel(self, level: Any) -> None:
        """Drop records below this level."""
        self.level = level_number(level)

    def setFormatter(self, fmt: Any) -> None:
        """Let a Formatter make the lines."""
        if type(fmt) is not Formatter and fmt is not None:
            raise ArgumentFault(f"setFormatter() takes a Formatter, not {described(fmt)}",
                                "handler.setFormatter(logging.Formatter('%(message)s'))")
        self.formatter = fmt

    def flush(self) -> None:
        """Do nothing: nothing is buffered."""

    close = flush

    def _emit(self, fields: dict[str, Any], system: Any) -> None:
        line = (self.formatter or Formatter())._line(fields, system.fill)
        writer(self._stream, system.complain)(f"{line}\n")


class NullHandler(StreamHandler):
    """`logging.NullHandler`: writes nothing."""

    def _emit(self, fields: dict[str, Any], system: Any) -> None:
        pass


HANDLERS = frozenset({StreamHandler, NullHandler})


@exposed(*METHODS, "log", "setLevel", "getEffectiveLevel", "isEnabledFor", "addHandler", "removeHandler", "hasHandlers",
         "getChild", "handlers", "propagate", "disabled", "name", "level", "parent", write=("propagate", "disabled"))
class Logger:
    """`logging.Logger`: passes records of at least its level to its handlers and to those of its parents."""

    def __init__(self, name: str, system: LoggingSystem, level: int = 0) -> None:
        self.name, self.level, self._system = name, level, system
        self.handlers: list[Any] = []
        self.propagate, self.disabled = True, False

    @property
    def parent(self) -> Logger | None:
        """The logger of the longest name before a dot that there is, or the root; None of the root."""
        system, name = self._system, self.name
        if self is system.root:
            return None
        while "." in name:
            name = name.rpartition(".")[0]
            if name in system.loggers:
                return system.loggers[name]
        return system.root

    def setLevel(self, level: Any) -> None:
        """Drop records below this level; 0 asks the parent."""
        self.level = level_number(level)

    def getEffectiveLevel(self) -> int:
        """The level of this logger, or of the first parent that has one."""
        logger: Logger | None = self
        while logger is not None:
            if logger.level:
                return logger.level
            logger = logger.parent
        return 0

    def isEnabledFor(self, level: int) -> bool:
        """Whether a record of this level is written."""
        return not self.disabled and level > self._system.disabled and level >= self.getEffectiveLevel()

    def addHandler(self, hdlr: Any) -> None:
        """Write records with this handler too."""
        if type(hdlr) not in HANDLERS:
            raise ArgumentFault(f"addHandler() takes a handler, not {described(hdlr)}",
                                "logger.addHandler(logging.StreamHandler())")
        if hdlr not in self.handlers:
            Budget().check_items(len(self.handlers) + 1)
            self.handlers.append(hdlr)

    def removeHandler(self, hdlr: Any) -> None:
        """Do not write with this handler any more."""
        if hdlr in self.handlers:
            self.handlers.remove(hdlr)

    def hasHandlers(self) -> bool:
        """Whether this logger or a parent has a handler."""
        return bool(self._all_handlers())

    def getChild(self, suffix: str) -> Logger:
        """The logger of the name with `suffix` after a dot."""
        if type(suffix) is not str:
            raise TypeError(f"the name of a logger is a string, not {described(suffix)}")
        return self._system.logger(suffix if self.parent is None else f"{self.name}.{suffix}")

    def log(self, level: Any, msg: Any, *args: Any, exc_info: Any = None, stack_info: bool = False,
            stacklevel: int = 1, extra: dict[str, Any] | None = None) -> None:
        """Write `msg % args` at a level."""
        if type(level) is not int:
            raise TypeError("level must be an integer")
        if self.isEnabledFor(level):
            self._write(level, msg, args, *here())

    def _all_handlers(self) -> list[StreamHandler]:
        handlers: list[StreamHandler] = []
        logger: Logger | None = self
        while logger is not None:
            handlers += [handler for handler in logger.handlers if type(handler) in HANDLERS]
            logger = logger.parent if logger.propagate else None
        return handlers

    def _write(self, level: int, msg: Any, args: tuple[Any, ...], code: Any, instruction: int) -> None:
        text = self._system.fill("%s", (msg,))
        if args:
            text = self._system.fill(text, args[0] if len(args) == 1 and type(args[0]) is dict and args[0] else args)
        place = location_of_call(code, instruction)
        fields = {"name": self.name, "levelname": level_name(level), "levelno": level, "message": text, "msg": text,
                  "created": 0.0, "msecs": 0.0, "relativeCreated": 0.0, "process": 1, "processName": "MainProcess",
                  "thread": 1, "threadName": "MainThread", "filename": "program.py", "pathname": "program.py",
                  "module": "program", "funcName": code.co_name, "lineno": place.span.line if place else 1}
        handlers = self._all_handlers()
        if not handlers and level >= LEVELS["WARNING"]:
            self._system.last_resort._emit(fields, self._system)
        for handler in handlers:
            if level >= handler.level:
                handler._emit(fields, self._system)

    def __display__(self, style: Any) -> str:
        kind = "RootLogger" if self.parent is None else "Logger"
        return f"<{kind} {self.name} ({level_name(self.getEffectiveLevel())})>"


def _method(level: int) -> Callable[..., None]:
    def write(self: Logger, msg: Any, *args: Any, **options: Any) -> None:
        self.log(level, msg, *args, **options)

    return write


for _name, _level in METHODS.items():
    setattr(Logger, _name, _method(_level))
seal(Logger)


class LoggingSystem:
    """The loggers of one session.

    complain    receives what is written to stderr
    fill        `template % values`, of bounded size
    """

    def __init__(self, complain: Callable[[str], object], fill: Callable[[str, Any], str]) -> None:
        self.complain, self.fill, self.disabled = complain, fill, 0
        self.root = Logger("root", self, LEVELS["WARNING"])
        self.loggers: dict[str, Logger] = {}
        self.last_resort = StreamHandler()

    def logger(self, name: str | None = None) -> Logger:
        """The logger of a name, the same at every call."""
        if name in (None, "", "root"):
            return self.root
        if type(name) is not str:
            raise TypeError("A logger name must be a string")
        if name not in self.loggers:
            if len(name) > LONGEST_NAME:
                raise ArgumentFault(f"the name of a logger has at most {LONGEST_NAME} characters here",
                                    "logging.getLogger(__name__)")
            Budget().check_items(len(self.loggers) + 1)
            self.loggers[name] = Logger(name, self)
        return self.loggers[name]

    def basic_config(self, *, format: str | None = None, datefmt: str | None = None, style: str = "%",
                     level: Any = None, stream: Any = None, handlers: Any = None, force: bool = False,
                     filename: Any = None, filemode: str = "a", encoding: Any = None, errors: Any = None) -> None:
        """Give the root logger a handler, unless it has one."""
        if filename is not None:
            file_handler(filename)
        if force:
            self.root.handlers.clear()
        if not self.root.handlers:
            formatter = Formatter(format or BASIC, datefmt, style)
            for handler in [StreamHandler(stream)] if handlers is None else Budget().bounded(handlers):
                self.root.addHandler(handler)
                if handler.formatter is None:
                    handler.formatter = formatter
            if level is not None:
                self.root.setLevel(level)

    def disable(self, level: Any = 50) -> None:
        """Drop the records of all loggers up to this level."""
        self.disabled = level_number(level)


file_handler = refusing("logging.FileHandler", ("logging.StreamHandler()", "writes to stderr"))


def logging_names(system: LoggingSystem) -> dict[str, Any]:
    """What `logging` of one session has."""
    def at_root(name: str) -> Callable[..., None]:
        def write(*args: Any, **options: Any) -> None:
            system.basic_config()
            getattr(system.root, name)(*args, **options)

        return renamed(write, name)

    def getLogger(name: str | None = None) -> Logger:     # the name that programs know
        return system.logger(name)

    def basicConfig(**options: Any) -> None:
        system.basic_config(**options)

    def disable(level: Any = 50) -> None:
        system.disable(level)

    kinds = {kind.__name__: TypeProxy(f"logging.{kind.__name__}", (kind,), kind)
             for kind in (Formatter, StreamHandler, NullHandler)}
    return LEVELS | {name: at_root(name) for name in (*METHODS, "log")} | kinds | {
        "root": system.root, "Logger": TypeProxy("logging.Logger", (Logger,)), "Handler": kinds["StreamHandler"],
        "FileHandler": file_handler, "getLogger": getLogger, "basicConfig": basicConfig, "disable": disable,
        "getLevelName": getLevelName, "captureWarnings": _nothing, "shutdown": _nothing, "BASIC_FORMAT": BASIC}


def _nothing(*args: Any) -> None:
    """Nothing: no warnings are issued, nothing is buffered."""
