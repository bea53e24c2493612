"""`gradcli.Session`: programs as text in, printed text and values out, mistakes as a Fault."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import ref

import numpy as np

from gradcli.display.print_options import PrintOptions
from gradcli.display.pseudo_address import Addresses
from gradcli.display.style import STYLES, require_style
from gradcli.engine.autograd.dispatch import here
from gradcli.engine.autograd.grad_mode import Modes, modes, put_in_force
from gradcli.engine.plain_numbers import plain_number
from gradcli.engine.random.generators import OLDEST, Current, Generators
from gradcli.engine.tensor.memory import reuse
from gradcli.engine.tensor.tensor import DisplayHooks, Tensor, change_count
from gradcli.faults.mistakes import ProgramExit
from gradcli.faults.tree import Fault
from gradcli.lang.budget import Budget
from gradcli.lang.lowering.compile import lower, readable
from gradcli.lang.messages.locate import in_place_of_its_own, locals_of, location_of_call, source_of
from gradcli.lang.messages.runtime_errors import translate
from gradcli.lang.policy import Policy
from gradcli.lang.runtime.builtins import PLAIN, python_names
from gradcli.lang.runtime.format import Formatter
from gradcli.lang.runtime.runtime import builtins, turns
from gradcli.lang.runtime.templates import percent
from gradcli.lang.syntax.parser import parse
from gradcli.namespace.ages import STREAMS, semantics_of, set_age, stream_of
from gradcli.namespace.allow_list import AllowList, harmless_names, kind_of, require_seed, require_text, single_number
from gradcli.namespace.modules import ModuleProxy, random_module
from gradcli.namespace.python import OF_NUMBERS, standard_modules
from gradcli.namespace.torch import bare_names, importable_modules, prelude, torch_module
from gradcli.session.names import GlobalNames, Names
from gradcli.session.torch_functions import torch_functions

if TYPE_CHECKING:
    from gradcli.display.graphs.graph import Picture

GC_THRESHOLD = (50_000, 20, 100)    # collect seldom: a graph of a million nodes is no garbage
reuse()


class Session(Names):
    """A namespace in which programs run one after the other, with its style, random numbers and budget.

        session = Session(style="modern", seed=0)
        printed = session.run("x = torch.rand(2, requires_grad=True); (x * x).sum().backward(); print(x.grad)")
        session["x"]

    Every mistake of a program or of the caller raises `gradcli.Fault`. A program that fails keeps what it has done
    before; only the prompt takes statements back.

    Sessions share no names, settings or random numbers, and one process may have many. While one runs a program, what
    all share (how tensors print, the default type, the active generators) belongs to it: run one program at a time, in
    one thread. Limits on time and memory are the caller's to set; the language's own always hold.

    `output` receives what programs print, piece by piece; `display` receives the value of each bare expression that a
    run echoes, and prints it unless it is replaced; `complain` receives what programs write to sys.stderr.
    """

    def __init__(self, style: str = "tutorial", seed: int | None = None,
                 write: Callable[[str], object] | None = None, note: Callable[[str], None] | None = None,
                 stream: str | None = None, age: str | None = None) -> None:
        """Make a session without any names set.

        style   "tutorial" (values print as in PyTorch 0.1.12) or "modern" (as in torch 2.13)
        seed    a whole number that the random numbers start from; None for one that the system chooses
        write   called with each piece of text that programs print, beside what `run` returns
        note    called with each remark of gradcli, without line end; None drops remarks
        stream  the style whose random numbers a seed gives, if it is not `style`
        age     "0.1.12", "0.3", "0.4" or "today": the PyTorch whose meaning programs have; None follows the style

        Raises ValueFault for any other word, and for a seed that is no whole number.
        """
        require_style(style)
        if stream is not None:
            require_style(stream, "stream")
        self._age, self._stream, self.options = age, stream or stream_of(age), PrintOptions()
        self.generators = Generators(STREAMS[self._stream or style], require_seed(seed))
        self._modes = modes()
        self.budget = Budget()
        self.settings: list[Any] = []       # mutable state of the functions in torch_functions.py
        self.display: Callable[[Any], object] = self._print
        self.output = write
        self.complain: Callable[[str], object] | None = None
        self._printed: list[str] = []
        self.remarked: set[str] = set()
        self._codes: dict[tuple[str, str, bool], CodeType] = {}
        self._note = note or (lambda text: None)
        self.style = style
        self._fill()

    @property
    def style(self) -> str:
        """How values print: "tutorial" or "modern". Unless `stream` is set, a seed gives that style's random numbers.

        Setting it takes effect at once, for values that exist too. Another word: ValueFault.
        """
        return self._style.name

    @style.setter
    def style(self, name: str) -> None:
        require_style(name)
        self._style = STYLES[name](others=lambda value, quoted: self._formatter.text_without_style(value, quoted))
        self.generators.use(STREAMS[self._stream or name])

    @property
    def stream(self) -> str:
        """The style whose random numbers a seed gives; that of printing unless it is set. None takes that back.

        Setting it to the other style starts the tensors' numbers again from the seed. Another word: ValueFault.
        """
        return self._stream or self.style

    @stream.setter
    def stream(self, name: str | None) -> None:
        if name is not None:
            require_style(name, "stream")
        self._stream = name
        self.generators.use(STREAMS[self.stream])

    @property
    def age(self) -> str | None:
        """The PyTorch whose meaning and random numbers programs have: "0.1.12", "0.3", "0.4" or "today".

        None leaves both to the style. Another word: ValueFault.
        """
        return self._age

    @age.setter
    def age(self, name: str | None) -> None:
        stream = stream_of(name)
        self._age, self.stream = name, stream
        set_age(self._torch, name)
        for operation in self._bare.intersection(self._builtins):
            del self._builtins[operation]

    def _fill(self) -> None:
        """Make the policy of the session, its modules and the built-in names of programs."""
        allow_list = AllowList()
        self.policy = policy = Policy(
            plain=PLAIN | harmless_names(), module_type=ModuleProxy, attribute=allow_list.readable,
            attribute_of_all=allow_list.readable_of_all, assign=allow_list.assignable, own=allow_list.own,
            readable_names=allow_list.readable_names, base=allow_list.base, text=self.text, repr=self.quoted,
            format=self._format, number=single_number, plain_number=plain_number, kind=kind_of, of_numbers=OF_NUMBERS,
            address=lambda value: int(self._style.address(value), 16), origin=allow_list.origin)
        self._formatter = Formatter(policy, self.budget)
        plain = python_names(self._formatter, self.budget, self.write)
        self._torch = torch_module(torch_functions(self))
        set_age(self._torch, self._age)
        names = prelude(self._torch, plain)
        policy.names = names | {"id": lambda x, /: policy.address(x), "globals": lambda: GlobalNames(self._names)}
        policy.modules = importable_modules(names) | {"random": random_module(self.generators)} | standard_modules(
            lambda: self._names.get("args", []), self.generators, self.write, self._complain,
            lambda value, name: self._builtins["getattr"](value, name), self._torch,
            lambda template, values: percent(self._formatter, template, values), self.options, self.settings, names)
        self._builtins = builtins(policy, self._show, lambda text: self._remark(text, text), self.write, self.budget)
        self._bare = bare_names(self._builtins)
        self._names: dict[str, Any] = {"__builtins__": self._builtins, "__name__": "__main__"}

    def run(self, text: str, name: str = "<input>", echo: bool = True) -> str:
        """Run a program and return what it printed.

        text  the source, of one statement or many
        name  what diagnoses call the text
        echo  whether the value of each bare expression is printed too, as the prompt does, unless it is None

        Raises SyntaxFault or PolicyFault before anything runs, and another Fault where a statement fails, with its
        place and repairs. What ran before stays done, what was printed before has gone to `output`.
        """
        require_text(text)
        before = len(self._printed)
        code = self._lowered(text, name, echo)
        self._builtins.update(turns(self.budget))
        self._fetch(code)
        try:
            with self.running():
                exec(code, self._names)  # verified by lang/lowering/verify.py
        except ProgramExit as end:
            if not end.succeeded:
                raise
        printed = "".join(self._printed[before:])
        del self._printed[before:]
        return printed

    def _lowered(self, text: str, name: str, echo: bool) -> CodeType:
        """The verified code of a program; that of the last 32 texts is kept, and gets a place of its own each time."""
        code = self._codes.pop((text, name, echo), None)
        if code is None or source_of(code) is None:
            code = lower(parse(text, name), text, self.policy, name, echo)
        else:
            code = in_place_of_its_own(code, name, text)
        self._codes[text, name, echo] = code
        if len(self._codes) > 32:
            del self._codes[next(iter(self._codes))]
        return code

    def _fetch(self, code: CodeType) -> None:
        """Load the operations that a program calls by their bare names into its builtins."""
        pending = [code]
        while pending:
            inner = pending.pop()
            for name in self._bare.intersection(inner.co_names).difference(self._builtins):
                self._builtins[name] = self.operation(name)
            pending += [constant for constant in inner.co_consts if isinstance(constant, CodeType)]

    def eval(self, expr: str) -> Any:
        """Run a program as `run` does and return the value of its last bare expression, None if it has none.

        The value is the program's own object, not a copy: tensors share their memory with the session, and print in
        its style. `numpy.asarray(value)` gives a copy of a tensor's numbers. Raises Fault as `run` does.
        """
        results: list[Any] = []
        display, self.display = self.display, results.append
        try:
            self.run(f"{expr}\n", "<expression>")
        finally:
            self.display = display
        self._hand_out()
        return results[-1] if results else None

    def _hand_out(self) -> None:
        """Let values print in the style of this session from now on, also where no program runs."""
        this = ref(self)
        DisplayHooks.outside = lambda value: session.quoted(value) if (session := this()) else object.__repr__(value)
        Current.legacy, Current.age = self.style == "tutorial", self._age or OLDEST     # for modules and optimisers

    def _fault_of(self, error: Exception) -> Fault:
        """The Fault for an exception of the program, with its place, its repairs and the names of the program."""
        from gradcli.lang.messages.first_line import set_first_line
        from gradcli.lang.messages.paste_check import keep_pasteable
        from gradcli.repairs import repaired

        names = {**self._names, **locals_of(error)}
        first = translate(error, {**self._names, **dict.fromkeys(self._bare)}, self.policy)
        fault = repaired(first, names)
        fault.headline = fault.headline or first.headline
        set_first_line(fault)
        keep_pasteable(fault, lambda text: readable(text, self.policy), {*names, *self._builtins, *self._bare})
        return fault

    @contextmanager
    def running(self) -> Iterator[None]:
        """A context in which code of the program may run, as in a `repr` of its classes: `in_force`, with exceptions of
        the program raised as a Fault that has its place.
        """
        with self.in_force():
            try:
                yield
            except Exception as error:
                raise self._fault_of(error) from None

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """A context in which this session's style, default type and generators are the active ones.

        Numpy does not warn of nan and inf in it; they are answers here.
        """
        before = DisplayHooks.text, DisplayHooks.format, DisplayHooks.note, Current.generators, Current.legacy
        outer = modes()
        threshold = gc.get_threshold()
        gc.set_threshold(*GC_THRESHOLD)
        DisplayHooks.text, DisplayHooks.format, DisplayHooks.note = self.quoted, self._format, self._remark
        Current.generators, Current.legacy = self.generators, self.style == "tutorial"
        put_in_force(self._modes)
        try:
            with np.errstate(all="ignore"), semantics_of(self._age):
                yield
        finally:
            self._modes = modes()
            put_in_force(outer)
            gc.set_threshold(*threshold)
            DisplayHooks.text, DisplayHooks.format, DisplayHooks.note, Current.generators, Current.legacy = before

    def write(self, text: str) -> None:
        """Print a text as the program does: `output` receives it, and the run that goes on returns it."""
        self._printed.append(text)
        if self.output:
            self.output(text)

    def _complain(self, text: str) -> None:
        """Pass text that the program writes to sys.stderr to `complain`."""
        (self.complain or (lambda text: None))(text)

    def _remark(self, kind: str, text: str, about: Any = None) -> None:
        """Pass a remark to `note` if it is the first of its kind, with name and line if it is about a value."""
        if kind not in self.remarked:
            self.remarked.add(kind)
            if about is not None:
                at = location_of_call(*here())
                name = next((name for name, value in self.names().items() if value is about), "x")
                where = f" by backward() in line {at.span.line}" if at else ""
                text = text.replace("{x}", name).replace("{where}", where)
            self._note(text)

    def remark(self, kind: str, text: str) -> None:
        """Pass a remark to `note` if it is the first of its kind in this session."""
        self._remark(kind, text)

    @contextmanager
    def silenced(self) -> Iterator[None]:
        """A context in which the output and the remarks of programs are dropped."""
        before, count = (self.output, self._note), len(self._printed)
        self.output, self._note = None, lambda text: None
        try:
            yield
        finally:
            self.output, self._note = before
            del self._printed[count:]

    def _show(self, value: Any) -> None:
        if value is not None:
            self.display(value)

    def _print(self, value: Any) -> None:
        self.write(f"{self._style.quoted(value, self.options)}\n")

    def text(self, value: Any) -> str:
        """What `print(value)` writes in a program, without the end of the line.

        Objects of a program's classes run the program's code: call it within `running`, or call `shown`.
        """
        return self._style.text(value, self.options)

    def quoted(self, value: Any) -> str:
        """What the prompt echoes for a value, without the end of the line: `repr`, strings in quotes. See `text`."""
        return self._style.quoted(value, self.options)

    def shown(self, value: Any, quoted: bool = False) -> str:
        """The text of a value (`quoted`: its `repr`); a stand-in where the program's own code fails to give one.

        Raises LimitFault if the program's code meets a limit.
        """
        with self.running():
            return self._formatter.safe_text(value, quoted)

    def _format(self, value: Any, spec: str) -> str:
        return self._style.format(value, spec, self.options)

    def save(self) -> SessionState:
        """Return the state that programs change besides values: modes, print options, remarks, random numbers.

        `restore` puts it back. `Snapshot` in snapshot.py covers the values of names as well.
        """
        return SessionState(self._modes, dict(vars(self.options)), set(self.remarked), self.generators.save(),
                            self.addresses, self.addresses.save())

    def restore(self, state: SessionState) -> None:
        """Put back a state that `save` returned; the random numbers only if the stream is still the same."""
        self._modes = state.modes
        vars(self.options).update(state.options)
        self.remarked = set(state.remarked)
        self.generators.restore(state.numbers)
        state.addresses.restore(state.addressed)

    def graph(self, value: Tensor) -> Iterator[str]:
        """The calls that led to a tensor as the lines of a tree, with the names that programs have given to values."""
        from gradcli.display.graphs.graph_text import tree
        from gradcli.session.named_tensors import names_by_node

        return tree(value, names_by_node(self.names()), self._short_label)

    def picture(self, value: Tensor, values: Any = None, grads: Any = None) -> Picture:
        """The calls that led to a tensor as a Picture, with `values` and `grads` as `picture` of graphs/graph.py."""
        from gradcli.display.graphs.graph import picture
        from gradcli.session.named_tensors import names_by_node

        return picture(value, names_by_node(self.names()), self._short_label, values, grads)

    def _short_label(self, node: Any) -> str:
        return self._style.node_name(node).rsplit(".", 1)[-1]

    def spent(self) -> tuple[int, int]:
        """The turns that loops of the running program have taken, and the operations recorded; for any thread."""
        return self.budget.turns_used(), change_count()

    @property
    def addresses(self) -> Addresses:
        """The pseudo-addresses that this session has shown for objects."""
        addresses = self._style.address
        assert isinstance(addresses, Addresses)
        return addresses


class SessionState(NamedTuple):
    """The state of a session besides the values of its names, as `Session.save` returns it."""

    modes: Modes
    options: dict[str, Any]
    remarked: set[str]
    numbers: tuple[Any, ...]
    addresses: Addresses        # of the style that was in use
    addressed: Any              # the state of `addresses`
