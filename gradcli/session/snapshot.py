"""Snapshots of a session before a statement, from which the prompt undoes the statement.

A statement can rebind names, mutate lists, dicts and objects, write into the memory of tensors, accumulate
gradients, free a graph and draw random numbers. A snapshot covers all of this for every value that can be reached
from the names. Memory of at most COPIED_AT_ONCE bytes is copied at once. Larger memory is locked while the statement
runs, and copied when the engine opens it for a writer (`engine/tensor/write_gate.py`): a statement that writes
nothing copies nothing large, and no write happens before the copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from operator import is_
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.engine.autograd.function_node import FunctionNode
from gradcli.engine.autograd.op import NodeOutput, Op
from gradcli.engine.autograd.saved_tensors_hooks import PackedValues
from gradcli.engine.tensor.tensor import Tensor, Write, clock, last_writes, owner
from gradcli.engine.tensor.uninitialized import Uninitialized
from gradcli.engine.tensor.write_gate import WriteObserver, block_of, is_lockable, lock, unlock
from gradcli.session.hashed_keys import equal_to_themselves, keyed_copy
from gradcli.session.object_state import INERT, StateAccess, access_for

if TYPE_CHECKING:
    from gradcli.session.session import Session

COPIED_AT_ONCE = 1 << 16    # the size in bytes up to which memory is copied before anything writes to it
MANY_NODES = 100_000        # the nodes of a freed graph above which `weight` is infinite
UNBOUND = object()          # the value of a name that was not bound
Bindings = dict[str, Any]


class Memory:
    """A block of memory with the writable views of it, its last writer, and a copy of its content once there is one."""

    __slots__ = ("arrays", "block", "content", "write")

    def __init__(self, block: Any) -> None:
        self.block = block
        self.write: Write | None = last_writes.get(id(owner(block)))
        self.content: Any = block.copy() if block.nbytes <= COPIED_AT_ONCE else None
        self.arrays = [block] if self.content is None and block.flags.writeable else []

    def copy(self) -> None:
        """Copy the content, unless there is a copy."""
        if self.content is None:
            self.content = self.block.copy()

    def has_changed(self) -> bool:
        """Whether the block differs from the copy; True for a large block that was copied."""
        return self.content is not None and (
            self.block.nbytes > COPIED_AT_ONCE or self.block.tobytes() != self.content.tobytes())

    def restore(self) -> None:
        """Write the copy back into the block, and the last writer into the record of writes."""
        if self.content is not None:
            locked = not self.block.flags.writeable
            self.block.flags.writeable = True
            np.copyto(self.block, self.content)
            self.block.flags.writeable = not locked
            if self.write is None:
                last_writes.pop(id(owner(self.block)), None)
            else:
                last_writes[id(owner(self.block))] = self.write


class Snapshot:
    """The state of a session at one moment: `restore` returns to it, `discard_unchanged` makes it small."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._names: Bindings = dict(session.namespace)
        self._names.pop("__builtins__", None)
        self._rebound: Bindings | None = None
        self._clock = clock()
        self._memory: dict[int, Memory] = {}
        self._watching = False
        self._locked: list[Any] = []
        self._captures: dict[int, tuple[Any, StateAccess, tuple[Any, ...]]] = {}
        self._copies: dict[int, Any] = {}       # of dicts and sets whose keys are hashed by code of the program
        self._edges: list[tuple[Any, Any]] = []
        self._state = session.save()
        self._follow((*self._names.values(), *self._state.modes, *session.settings))

    @contextmanager
    def watching(self) -> Iterator[None]:
        """A context in which large memory is locked, and the engine reports writes and freed graphs here."""
        before = WriteObserver.write, WriteObserver.sweep, WriteObserver.reach
        WriteObserver.write = _call_both(WriteObserver.write, self._before_write)
        WriteObserver.sweep = _call_both(WriteObserver.sweep, self._before_sweep)
        WriteObserver.reach = _call_both(WriteObserver.reach, self._before_reach)
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

    def _follow(self, values: Iterable[Any]) -> None:
        """Capture the state of every object that can be reached from `values`."""
        pending = list(values)
        captures = self._captures
        while pending:
            value = pending.pop()
            kind = type(value)
            if kind in INERT or id(value) in captures:
                continue
            if isinstance(value, np.ndarray):
                self._add_array(value)
                continue
            access = access_for(value)
            if access is None:
                continue
            state = access.capture(value)
            captures[id(value)] = value, access, state
            if access.keyed and (copy := keyed_copy(value)) is not None:
                self._copies[id(value)] = copy
            if len(state) < 64 or set(map(type, state)) - INERT:
                pending += state

    def _add_array(self, array: Any) -> None:
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

    def _before_write(self, array: Any, writer: str = "") -> None:
        memory = self._memory.get(id(block_of(array)))
        if memory is not None:
            memory.copy()

    def _before_reach(self, value: Any) -> None:
        """Capture a value that the program reads from a graph: no name may lead to it."""
        self._follow((value,))

    def _before_sweep(self, nodes: list[Any]) -> None:
        """Save the edges of nodes older than the statement before a sweep frees them, and capture their leaves."""
        for node in nodes:
            if type(node) is not NodeOutput and node.sequence_nr < self._clock:
                self._edges.append((node, node.edges))
                if node.hooks or isinstance(node, FunctionNode) or any(
                        type(saved) is PackedValues for _, _, saved in node.edges):
                    self._follow((node,))
                for parent, _, _ in node.edges:
                    if not isinstance(parent, Op | NodeOutput) and id(parent) not in self._captures:
                        self._follow((parent,))

    def restore(self) -> None:
        """Return the session to the state of this snapshot."""
        for node, edges in self._edges:
            node.edges = edges
        for memory in self._memory.values():
            memory.restore()
        captures = self._captures.values()
        classes = [value for value, _, _ in captures if isinstance(value, type)]
        self._restore_changed(capture for capture in captures if isinstance(capture[0], type))
        with equal_to_themselves(classes):
            self._restore_changed(capture for capture in captures if not isinstance(capture[0], type))
        names = self._session.namespace
        for name, value in self._rebindings().items():
            if value is UNBOUND:
                names.pop(name, None)
            else:
                names[name] = value
        self._session.restore(self._state)

    def _restore_changed(self, captures: Iterable[tuple[Any, StateAccess, tuple[Any, ...]]]) -> None:
        """Return the objects that differ from their captures to the captured state."""
        for value, access, state in captures:
            if access.restore is not None and not _is_same(access.capture(value), state):
                copy = self._copies.get(id(value))
                access.restore(value, state, *() if copy is None else (copy,))

    def _rebindings(self) -> Bindings:
        """The former values of the names that are bound differently now; UNBOUND for names that were not bound."""
        if self._rebound is not None:
            return self._rebound
        now, then = self._session.namespace, self._names
        changed = {name: value for name, value in then.items() if now.get(name, UNBOUND) is not value}
        return changed | dict.fromkeys(now.keys() - then.keys() - {"__builtins__"}, UNBOUND)

    def discard_unchanged(self) -> None:
        """Drop the captures of everything that the statement has not changed; `restore` works as before."""
        self._rebound = self._rebindings()
        self._names = {}
        self._memory = {key: memory for key, memory in self._memory.items() if memory.has_changed()}
        for memory in self._memory.values():
            memory.arrays = []
        self._captures = {
            key: (value, access, state) for key, (value, access, state) in self._captures.items()
            if access.restore is not None and not _is_same(access.capture(value), state)}

    @property
    def weight(self) -> float:
        """About how many bytes this snapshot keeps alive; infinite for a graph of more than MANY_NODES nodes."""
        if len(self._edges) > MANY_NODES:
            return float("inf")
        arrays = [memory.content for memory in self._memory.values()]
        arrays += [value.array for value in (self._rebound or {}).values()
                   if isinstance(value, Tensor) and not isinstance(value, Uninitialized)]
        arrays += [saved for _, edges in self._edges for _, _, values in edges if type(values) is tuple
                   for saved in values]
        return float(sum(getattr(array, "nbytes", 0) for array in arrays))


def _call_both(outer: Callable[..., object] | None, inner: Callable[..., object]) -> Callable[..., object]:
    """A function that calls `outer`, the observer of an enclosing snapshot if there is one, and then `inner`."""
    return inner if outer is None else lambda *arguments: (outer(*arguments), inner(*arguments))


def _is_same(now: tuple[Any, ...], then: tuple[Any, ...]) -> bool:
    """Whether two captures refer to the same objects, compared with `is`."""
    return len(now) == len(then) and all(map(is_, now, then))
