"""What a session was before a statement, so that the statement can be taken back.

A statement can rebind names, change what lists, dicts and objects hold, write into the memory
of tensors, add up gradients, let go of a graph and draw random numbers. A checkpoint remembers
all of this for whatever the names lead to. Small memory is copied at once. Larger memory is locked
while the statement runs, and copied when the engine opens it for a writer (`engine/writing.py`): a
statement that writes nothing copies nothing large, and no writer gets past the copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from operator import is_
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.engine.autograd.function_node import FunctionNode
from gradcli.engine.autograd.op import NodeOutput, Op
from gradcli.engine.tensor.tensor import Tensor, Write, clock, last_writes, owner
from gradcli.engine.tensor.uninitialized import Uninitialized
from gradcli.engine.tensor.write_gate import WriteObserver, block_of, is_lockable, lock, unlock
from gradcli.session.object_state import INERT, StateAccess, access_for

if TYPE_CHECKING:
    from gradcli.session.session import Session

EAGER = 1 << 16         # bytes of one block of memory that are copied without waiting for a write
HEAVY = 100_000         # calls of one graph that are not kept for long
GONE = object()         # what a name was that was not set
Names = dict[str, Any]


class Memory:
    """A block of memory, the arrays that look into it, who wrote to it last, and its content once it is copied."""

    __slots__ = ("arrays", "block", "content", "write")

    def __init__(self, block: Any) -> None:
        self.block = block
        self.write: Write | None = last_writes.get(id(owner(block)))
        self.content: Any = block.copy() if block.nbytes <= EAGER else None
        self.arrays = [block] if self.content is None and block.flags.writeable else []

    def keep(self) -> None:
        """Copy the content, unless that has been done."""
        if self.content is None:
            self.content = self.block.copy()

    def changed(self) -> bool:
        """Whether it holds other bytes now than when it was copied."""
        return self.content is not None and (
            self.block.nbytes > EAGER or self.block.tobytes() != self.content.tobytes())

    def restore(self) -> None:
        if self.content is not None:
            locked = not self.block.flags.writeable
            self.block.flags.writeable = True
            np.copyto(self.block, self.content)
            self.block.flags.writeable = not locked
            if self.write is None:
                last_writes.pop(id(owner(self.block)), None)
            else:
                last_writes[id(owner(self.block))] = self.write


class Checkpoint:
    """A moment of a session. It holds until `restore`; `settle` forgets what has not changed since."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._names: Names = dict(session.namespace)
        self._names.pop("__builtins__", None)
        self._settled: Names | None = None
        self._since = clock()
        self._memory: dict[int, Memory] = {}
        self._watching = False
        self._locked: list[Any] = []
        self._held: dict[int, tuple[Any, StateAccess, tuple[Any, ...]]] = {}
        self._calls: list[tuple[Any, Any]] = []
        self._moment = session.moment()
        self._visit((*self._names.values(), *self._moment.modes, *session.settings))

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Within, large memory is locked, and the engine tells of what is about to be written or let go."""
        before = WriteObserver.write, WriteObserver.sweep, WriteObserver.reach
        WriteObserver.write = _both(WriteObserver.write, self._before_write)
        WriteObserver.sweep = _both(WriteObserver.sweep, self._before_sweep)
        WriteObserver.reach = _both(WriteObserver.reach, self._reached)
        self._watching = True
        try:
            for memory in self._memory.values():
                self._lock(memory.arrays)
            yield
        finally:
            WriteObserver.write, WriteObserver.sweep, WriteObserver.reach = before
            self._watching = False
            while self._locked:
                unlock(self._locked.pop())

    def _lock(self, arrays: list[Any]) -> None:
        for array in arrays:
            self._locked.append(array)
            lock(array)

    def _visit(self, values: Iterable[Any]) -> None:
        """Remember everything that can be reached from `values`."""
        pending = list(values)
        held = self._held
        while pending:
            value = pending.pop()
            kind = type(value)
            if kind in INERT or id(value) in held:
                continue
            if isinstance(value, np.ndarray):
                self._remember(value)
                continue
            way = access_for(value)
            if way is None:
                continue
            parts = way.read(value)
            held[id(value)] = value, way, parts
            if len(parts) < 64 or set(map(type, parts)) - INERT:
                pending += parts

    def _remember(self, array: Any) -> None:
        block = block_of(array)
        memory = self._memory.get(id(block))
        fresh = []
        if memory is None:
            if not is_lockable(block):
                return
            memory = self._memory[id(block)] = Memory(block)
            fresh += memory.arrays
        if memory.content is None and array is not block and array.flags.writeable:
            memory.arrays.append(array)
            fresh.append(array)
        if self._watching:
            self._lock(fresh)

    def _before_write(self, array: Any) -> None:
        memory = self._memory.get(id(block_of(array)))
        if memory is not None:
            memory.keep()

    def _reached(self, value: Any) -> None:
        """Look at what a program takes out of a graph, which no name may have led to."""
        self._visit((value,))

    def _before_sweep(self, calls: list[Any]) -> None:
        """Keep the edges of calls older than the statement, and look at the leaves they lead to."""
        for call in calls:
            if type(call) is not NodeOutput and call.born < self._since:
                self._calls.append((call, call.edges))
                if call.hooks or isinstance(call, FunctionNode):
                    self._visit((call,))
                for parent, _, _ in call.edges:
                    if not isinstance(parent, Op | NodeOutput) and id(parent) not in self._held:
                        self._visit((parent,))

    def restore(self) -> None:
        """Make everything what it was."""
        for call, edges in self._calls:
            call.edges = edges
        for memory in self._memory.values():
            memory.restore()
        for value, way, parts in self._held.values():
            if way.put is not None and not _same(way.read(value), parts):
                way.put(value, parts)
        names = self._session.namespace
        for name, value in self._changes().items():
            if value is GONE:
                names.pop(name, None)
            else:
                names[name] = value
        self._session.rewind(self._moment)

    def _changes(self) -> Names:
        """What names that are set otherwise now were then."""
        if self._settled is not None:
            return self._settled
        now, then = self._session.namespace, self._names
        changed = {name: value for name, value in then.items() if now.get(name, GONE) is not value}
        return changed | dict.fromkeys(now.keys() - then.keys() - {"__builtins__"}, GONE)

    def settle(self) -> None:
        """After a statement that succeeded: forget what is still as it was."""
        self._settled = self._changes()
        self._names = {}
        self._memory = {key: memory for key, memory in self._memory.items() if memory.changed()}
        for memory in self._memory.values():
            memory.arrays = []
        self._held = {key: held for key, held in self._held.items()
                      if held[1].put is not None and not _same(held[1].read(held[0]), held[2])}

    @property
    def weight(self) -> float:
        """About how many bytes it keeps alive."""
        if len(self._calls) > HEAVY:
            return float("inf")
        arrays = [memory.content for memory in self._memory.values()]
        arrays += [value.array for value in (self._settled or {}).values()
                   if isinstance(value, Tensor) and not isinstance(value, Uninitialized)]
        arrays += [kept for _, edges in self._calls for _, _, values in edges if type(values) is tuple
                   for kept in values]
        return float(sum(getattr(array, "nbytes", 0) for array in arrays))


def _both(outer: Callable[[Any], object] | None, inner: Callable[[Any], object]) -> Callable[[Any], object]:
    """What tells a checkpoint within whose statement this one was taken, and then this one."""
    return inner if outer is None else lambda what: (outer(what), inner(what))


def _same(now: tuple[Any, ...], then: tuple[Any, ...]) -> bool:
    """Whether two readings refer to the same things."""
    return len(now) == len(then) and all(map(is_, now, then))
