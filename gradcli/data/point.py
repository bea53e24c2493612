"""The point of a derivative command: a session with the names of --at, and the leaves of --wrt."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from gradcli.analysis.free_names import WORD
from gradcli.console.settings import Settings
from gradcli.console.source import Source, from_file_or_word, from_words
from gradcli.data.bindings import FILE_PREFIX, NAMES, PointText, points, set_variable, twice, with_files
from gradcli.data.data_format import holds_numbers
from gradcli.data.fitting_values import fitting_values, numbers_for
from gradcli.data.input_data import has_text
from gradcli.engine.tensor.dtypes import FLOAT_KINDS
from gradcli.faults.source import Span, quoted
from gradcli.faults.suggestions import nearest
from gradcli.faults.tree import Fault, IndexFault, NameFault, NonScalarBackward, ShapeFault, UsageFault
from gradcli.process.limits import limited, walled
from gradcli.reports.open_session import open_session, timed

if TYPE_CHECKING:
    from gradcli.session.session import Session


SAMPLE = 0.6        # the value of the first name without one
NUMBERS_NAME = "given_numbers"              # a name no point will hold
TEXT_FILES = ("csv", "json", "jsonl")       # files in which 2 may stand for 2.0, as in a point
OWN_LEAVES = r"\.backward\(|\brequires_grad(?:_\(|\s*=\s*True)"     # a pattern


class EvaluationPoint(NamedTuple):
    """A session in which the names of the point are set, the expression, and the leaves."""

    session: Session
    source: Source
    leaves: list[str]
    at: list[str]       # the texts of --at of which the expression uses names
    sample_names: list[str]  # the names to which sample values were given

    def timed(self, settings: Settings, name: str, action: Any) -> Any:
        """Call `action` as `timed` of a session does; a name that the expression lacks is answered with --at, and so
        is one that was taken for a number and is none."""
        with offering(self.session, self.source, lambda lacking: at_point(
                fitting_values(self.session, self.source, lacking), self.at)):
            try:
                return timed(settings, name, action)
            except (ShapeFault, IndexFault) as fault:
                names = self.sample_names
                if names and (values := fitting_values(self.session, self.source, names)) != numbers_for(names):
                    fault.hints = [(at_point(values, self.at), "names without a value are numbers")]
                    fault.seek = None
                elif names:
                    fault.notes.append(f"names without a value are numbers: --at gives {', '.join(names)} a shape")
                raise
            except NonScalarBackward as fault:
                expr = self.source.text.strip() if self.source.name[:1] == "<" else self.source.name
                if self.at and not fault.span and "\n" not in expr:
                    from gradcli.analysis.derivatives import with_assigned_name

                    expr = (*(repair for repair, _ in with_assigned_name(self.source.text)), expr)[0]
                    fault.hints.append((f"gradcli jac {quoted(expr)} {at_point({}, self.at)}",
                                        "the gradient of each of them"))
                raise


@contextmanager
def offering(session: Session, source: Source, option: Callable[[list[str]], str]) -> Iterator[None]:
    """A context for evaluating an expression: the fault of a name that it lacks gets the option that sets it."""
    try:
        yield
    except NameFault as fault:
        span, names = fault.span, lacking_names(session, source)
        lines = (fault.source or "").split("\n")
        word = lines[span.line - 1][span.column - 1 : span.end_column - 1] if span and span.line <= len(lines) else ""
        if word in names and not fault.hints:
            fault.hints.append((option(names), "gives it a value"))
        raise


def open_point(expr: str, at: list[str], wrt: list[str], settings: Settings, write: Any,
               command: str = "grad", source: Source | None = None, samples: bool = False) -> EvaluationPoint:
    """Open a session and set the names of --at in it; with `samples`, names without a value get one.

    `source` is the file that `expr` names, where it has been read. Raises UsageFault where --wrt or --at leave nothing
    to vary.
    """
    source = source or expression(expr, settings, command, at)
    require_statement(source)
    texts = with_files(at, settings)
    session = open_session(settings, write)
    missing: list[str] = []
    if samples:
        missing = sorted(set(lacking_names(session, source)).difference(known_names(at, settings), _modules(source)))
        texts += [PointText(f"{name}={value}", []) for name, value in sample_values(missing).items()]
    with walled(settings):
        refuse_twice(session, texts)
        names = set_names(session, texts, settings)
    requested = [name for text in wrt for name in text.replace(",", " ").split()]
    if wrt and not requested:
        raise UsageFault("--wrt needs a name after it", f"--wrt {(names or ['x'])[0]}")
    unknown = [name for name in requested if name not in names]
    if unknown:
        uses = unknown[0] in WORD.findall(source.text) or not names
        raise UsageFault(f"--wrt {unknown[0]}: the point has no such name", f"--at '{unknown[0]}=...'" if uses else
                         f"--wrt {(*nearest(unknown[0], names), names[0])[0]}")
    leaves = requested or [name for name in names if is_floating(session[name])]
    if not leaves:
        raise _nothing_to_vary(session, source, names, texts, command)
    integral = [name for name in leaves if not is_floating(session[name])]
    if integral:
        raise UsageFault(f"--wrt {integral[0]}: it holds no floating numbers, so nothing can be differentiated by it")
    return EvaluationPoint(session, source, leaves, used(source, at), missing)


def sample_values(names: list[str]) -> dict[str, float]:
    """Numbers for names without a value, at which most functions are defined."""
    return {name: SAMPLE + 0.07 * n for n, name in enumerate(names)}


def _nothing_to_vary(session: Session, source: Source, names: list[str], texts: list[PointText],
                     command: str) -> UsageFault:
    """The fault of a point without floating numbers."""
    from gradcli.analysis.program_words import command_for

    if re.search(OWN_LEAVES, source.text):
        options = command_for(source.text, command)
        return UsageFault("a whole program names its point itself, and this command takes an expression at a point",
                          *([(options, "what the program differentiates first")] if options else []))
    integral = next((name for name in names if holds_numbers(session[name])), None)
    if integral:
        files = {file.name.removeprefix(FILE_PREFIX): file.value for point in texts for file in point.files}
        repair = f"--var {quoted(f'numbers=@{files.get(integral)}')} --at '{integral}=numbers.float()'"
        dtype = session[integral].array.dtype
        return UsageFault(f"there is nothing to differentiate by: {integral} holds numbers of the type {dtype}, "
                          "and only floating numbers have gradients", *([repair] if integral in files else []))
    missing = lacking_names(session, source)
    if not names and not missing:
        return UsageFault("there is nothing to differentiate by: the expression uses no name that has no value yet",
                          (f"gradcli {command} 'x**2' --at 'x=2'", "a name, and where it stands"))
    if not names:
        listed = ", ".join(missing)
        return UsageFault(f"there is nothing to differentiate by: {listed} {'have' if missing[1:] else 'has'} no value",
                          at_point(fitting_values(session, source, missing), []))
    return UsageFault("there is nothing to differentiate by: no name of the point holds floating numbers",
                      at_point(numbers_for(missing or ["x"]), []))


def lacking_names(session: Session, source: Source) -> list[str]:
    """The names of an expression that stand for nothing."""
    from gradcli.analysis.free_names import computed_with, free_names

    free, names = free_names(source.text), session.names()
    like_functions = free.intersection(session.bare, computed_with(source.text, session.bare)).difference(names)
    return sorted(free.difference(session.loaded(), session.bare, names) | like_functions)


def _modules(source: Source) -> set[str]:
    """The names that stand for modules elsewhere, of which an expression uses attributes."""
    from gradcli.analysis.free_names import only_attributes

    names = only_attributes(source.text)
    if not names:
        return names
    from gradcli.repairs.synonyms import LEFT_OUT, NAMES

    return names.intersection((*NAMES, *LEFT_OUT))


def used(source: Source, at: list[str]) -> list[str]:
    """The texts of --at that set a name which an expression uses."""
    names = set(WORD.findall(source.text))
    return [text for text in at if names.intersection(NAMES.findall(text))]


def at_point(values: Mapping[str, str], before: list[str]) -> str:
    """The option that adds names with these values to a point."""
    point = ", ".join([*(text.replace("\n", " ") for text in before), *(f"{name}={v}" for name, v in values.items())])
    return f"--at {quoted(point)}" if "'" in point else f"--at '{point}'"


def require_statement(source: Source) -> None:
    """Raise UsageFault for a text without a statement."""
    from gradcli.lang.syntax.parser import parse

    if not parse(source.text, source.name)[3]:
        raise UsageFault("there is no expression: the text is empty")


def known_names(at: list[str], settings: Settings) -> list[str]:
    """The names that --at and --var set, as far as their texts show."""
    return [word.partition("=")[0].strip() for text in (*at, *settings.var) for word in text.split(",")]


def expression(word: str, settings: Settings, command: str = "plot", at: list[str] | None = None) -> Source:
    """The expression that a word is, or that is in the file it names.

    A syntax error is raised before anything else is read.
    """
    from gradcli.lang.syntax.parser import parse

    with limited(settings):
        value = from_file_or_word(word, known_names(at, settings), f"gradcli {command} ") if at is not None else None
        source = value or from_words([word])[0]
        parse(source.text, source.name if value else "<expression>")
    return source if value else source._replace(name="<expr>" if word != "-" else "<stdin>")


def refuse_twice(session: Session, texts: list[PointText]) -> None:
    """Raise UsageFault where --at gives a name of --var another value that is not computed from the first."""
    names = session.names()
    for text in texts:
        for name, value in points(text.text):
            if name in names and name not in WORD.findall(value):
                raise UsageFault(f"--var and --at both give {name} a value", (f"--at '{name}=...'", "alone"))


def set_names(session: Session, texts: list[PointText], settings: Settings, option: str = "--at") -> list[str]:
    """Set the names in all texts of an option, and return them; UsageFault for a name that is set twice."""
    names: list[str] = []
    for text in texts:
        for name in assign_point(session, text, settings, option):
            if name in names:
                raise twice(name, option)
            names.append(name)
    return names


def assign_point(session: Session, point: PointText, settings: Settings, option: str = "--at") -> list[str]:
    """Set the names of one text and return them: numbers and floating tensors become leaves, other values stay."""
    kind = "torch.float64" if settings.double else "torch.float32"
    names = []
    read = {file.name for file in point.files if file.suffix in TEXT_FILES}
    for file in point.files:
        set_variable(session, file)
    for name, value_text in points(point.text, option):
        with faults_in_option(f"{name} = {value_text}", option, entire=False):
            session.run(f"{name} = {value_text}", option, echo=False)
        value = session[name]
        if isinstance(value, str) or isinstance(value, list) and has_text(value):
            raise UsageFault(f"{option} {name}: it holds texts, by which nothing can be differentiated")
        if type(value) is complex or holds_numbers(value) and value.array.dtype.kind == "c":
            raise UsageFault(f"{option} {name}: it takes real numbers, and this is complex",
                             (f"{option} '{name}r=1, {name}i=2'", "the real and the imaginary part as two numbers"))
        if holds_numbers(value) and FILE_PREFIX + name in read and not is_floating(value):
            session.run(f"{name} = {name}.to({kind})", option, echo=False)
        if type(value) in (int, float) or isinstance(value, list) and value:
            with faults_in_option(f"{name} = {value_text}", option):
                session.run(f"{name} = torch.tensor({name}, dtype={kind})", option, echo=False)
        if is_floating(session[name]):
            session.run(f"{name} = Variable({name}.detach().to({kind}), requires_grad=True)", option, echo=False)
        names.append(name)
    for file in point.files:
        del session[file.name]
    return names


@contextmanager
def faults_in_option(text: str, option: str, entire: bool = True) -> Iterator[None]:
    """A context for evaluating the text of an option: faults show it, all of it if `entire`."""
    try:
        yield
    except Fault as fault:
        fault.source, fault.name = text, option
        if entire:
            fault.span = Span(1, 1, text.count("\n") + 1, len(text.rpartition("\n")[2]) + 1)
        raise


def floating_tensor(session: Session, text: str, settings: Settings, option: str) -> Any:
    """The value of an expression, a number or a list of numbers, as a floating tensor without history."""
    with faults_in_option(text, option, entire=False):
        value = session.eval(text)
    if isinstance(value, int | float | list):
        session[NUMBERS_NAME] = value
        dtype = "torch.float64" if settings.double else "torch.float32"
        with faults_in_option(text, option):
            value = session.eval(f"torch.tensor({NUMBERS_NAME}, dtype={dtype})")
    if not is_floating(value):
        raise UsageFault(f"{option} takes floating numbers, not {text!r}", f"{option} '[1, 0.5]'")
    return value.detach()


def is_floating(value: Any) -> bool:
    """Whether gradients can flow to a value."""
    return holds_numbers(value) and value.array.dtype.kind in FLOAT_KINDS
