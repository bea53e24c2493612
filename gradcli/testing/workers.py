"""Files in parallel processes, none of which can hang the whole.

A worker runs programs, which are not trusted: it ends with the process that started it, is limited by
the system in memory and processor time, and what it sends back is plain JSON.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any, NoReturn

from gradcli.faults.exit_codes import INTERNAL_ERROR
from gradcli.faults.tree import LimitFault
from gradcli.process import channel
from gradcli.process.interrupt_signal import raise_at_interrupts
from gradcli.process.limits import SLACK, die_with, prepare, unwatched, wall_processor
from gradcli.process.memory_limit import wall_memory
from gradcli.process.starting import fork, require_memory
from gradcli.process.walls import sandbox
from gradcli.testing.discovery import output_of
from gradcli.testing.results import FileResult, RunOptions, decoded, encoded, result_of

GRACE = 1.0     # seconds after its limit in which a file may still say where it stood
END = b"\n"     # of a message, which is one line


class Worker:
    """A forked process that is sent paths and sends back how their files went."""

    def __init__(self, wish: RunOptions, files: Sequence[str], others: Sequence[Worker] = ()) -> None:
        """`files` may be sent to it; `others` are the workers there are already, whose pipes are not for it."""
        require_memory()
        import gradcli.session.session  # noqa: F401  # once, before there are several of us

        prepare()
        down, up = os.pipe(), os.pipe()
        parent = os.getpid()
        self.process = fork()
        if not self.process:
            os.close(down[1])
            os.close(up[0])
            _serve(wish, parent, files, down[0], up[1], others)
        os.close(down[0])
        os.close(up[1])
        self.asks, self.answers = down[1], up[0]
        self.limit = wish.limit
        self.task = -1
        self.path = ""
        self.deadline = 0.0
        self._received = bytearray()

    def send(self, task: int, path: str) -> None:
        """Have a file tested."""
        self.task, self.path = task, path
        self.deadline = monotonic() + self.limit + GRACE if self.limit else float("inf")
        with suppress(BrokenPipeError):     # it has ended, as its result will say
            os.write(self.asks, json.dumps(path).encode() + END)

    def result(self) -> FileResult | None:
        """What it has sent back; None while it is still writing. Called when there is something to read."""
        piece = os.read(self.answers, 1 << 20)
        self._received += piece
        if piece and not self._received.endswith(END):
            return None
        content, self._received = bytes(self._received), bytearray()
        if piece:
            return self._decoded(content)
        code = os.waitstatus_to_exitcode(self._wait())
        why = f"by signal {signal.Signals(-code).name}" if code < 0 else f"with status {code}"
        return FileResult(self.path, [], 0.0, f"the process that ran it ended {why}")

    def _decoded(self, content: bytes) -> FileResult:
        try:
            return decoded(content, self.path)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            self.end()
            return FileResult(self.path, [], 0.0, "the process that ran it sent back something else than its result")

    def end(self) -> None:
        """Let it go, whatever it is doing."""
        if self.process:
            os.kill(self.process, signal.SIGKILL)
            self._wait()

    def close(self) -> None:
        """Close the pipes to and from it."""
        os.close(self.asks)
        os.close(self.answers)

    def _wait(self) -> int:
        status = os.waitpid(self.process, 0)[1]
        self.process = 0
        self.close()
        return status


def _serve(wish: RunOptions, parent: int, files: Sequence[str], asks: int, answers: int,
           others: Sequence[Worker]) -> NoReturn:
    """The life of a worker."""
    status = INTERNAL_ERROR
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)    # the one who waits for us is interrupted, and ends us
        die_with(parent)
        channel.Pipes.close()
        for worker in others:
            if worker.process:
                worker.close()
        wall_memory(wish.settings)
        sandbox.Lock.keep = {0, 1, 2, asks, answers}
        sandbox.lock(readable=[*files, *map(output_of, files)])
        with open(asks, "rb") as paths, open(answers, "wb") as results:
            for line in paths:
                if wish.limit:
                    wall_processor(wish.limit + GRACE + SLACK)
                results.write(encoded(result_of(json.loads(line), wish)) + END)
                results.flush()
        status = 0
    finally:
        os._exit(status)


def run(paths: Sequence[str], wish: RunOptions, processes: int) -> Iterator[FileResult]:
    """Test files in `processes` processes, or as many as can be had; the results in the order of the files."""
    raise_at_interrupts()
    results: dict[int, FileResult] = {}
    workers: list[Worker] = []
    waiting = deque(enumerate(paths))
    given = 0
    with selectors.DefaultSelector() as selector:
        def start(worker: Worker | None) -> None:
            if waiting:
                if worker is None or not worker.process:
                    worker = Worker(wish, paths, workers)
                    workers.append(worker)
                    selector.register(worker.answers, selectors.EVENT_READ, worker)
                worker.send(*waiting.popleft())
            elif worker is not None and worker.process:
                selector.unregister(worker.answers)
                worker.end()

        try:
            for _ in range(min(processes, len(paths))):
                try:
                    start(None)
                except (LimitFault, OSError):   # no more processes, or no more pipes
                    if not workers:
                        raise
                    break
            while given < len(paths):
                for worker, result in _finished(selector, wish):
                    results[worker.task] = result
                    start(worker)
                while given in results:
                    yield results.pop(given)
                    given += 1
        finally:
            for worker in workers:
                worker.end()


def _finished(selector: selectors.BaseSelector, wish: RunOptions) -> Iterator[tuple[Worker, FileResult]]:
    """The workers that have a result, or are beyond their limit and are ended."""
    workers: list[Any] = [key.data for key in selector.get_map().values()]
    soonest = min(worker.deadline for worker in workers)
    settings = wish.settings
    channel.report_status(soonest, wish.limit, settings.errors, settings.color)     # should this process be stopped
    ready = selector.select(None if soonest == float("inf") else max(0.0, soonest - monotonic()))
    unwatched(settings)
    for key, _ in ready:
        worker = key.data
        stream = worker.answers
        result = worker.result()
        if not worker.process:
            selector.unregister(stream)
        if result is not None:
            yield worker, result
    for worker in workers:
        if worker.process and worker.deadline <= monotonic() and all(key.data is not worker for key, _ in ready):
            selector.unregister(worker.answers)
            worker.end()
            yield worker, FileResult(worker.path, [], worker.limit,
                                     f"the file ran for longer than {worker.limit:g} seconds")
