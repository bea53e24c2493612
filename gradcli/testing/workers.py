"""Files in parallel processes, none of which can hang the whole.

A worker runs programs, which are not trusted: it ends with the process that started it, is limited by
the system in memory and processor time, and what it sends back is plain JSON.

These are pipes of ours and not multiprocessing's: its Connection reads a message until it is whole, so that one
worker that is stopped amid a message would hold up all the others, and its processes outlive a parent that is killed.
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
from gradcli.process.limits import SLACK, die_with, prepare, unwatched, wall_processor
from gradcli.process.memory_limit import wall_memory
from gradcli.process.shortage import fork, require_memory
from gradcli.process.startup_interrupts import raise_at_interrupts
from gradcli.process.walls import sandbox
from gradcli.testing.discovery import MARKDOWN, output_of
from gradcli.testing.results import FileResult, RunOptions, check_file, decode_result, encode_result

GRACE = 1.0     # seconds after its limit in which a file may still say where it stood
END = b"\n"     # of a message, which is one line


class Worker:
    """A forked process that receives paths and sends back the results of their files."""

    def __init__(self, options: RunOptions, files: Sequence[str], others: Sequence[Worker] = ()) -> None:
        """Fork a process that may read `files`; in it the pipes of `others`, the workers so far, are closed."""
        require_memory()
        import gradcli.session.session  # noqa: F401  # once, before there are several of us

        if any(path.endswith(MARKDOWN) for path in files):
            import markdown_it  # noqa: F401  # likewise

        prepare()
        down, up = os.pipe(), os.pipe()
        parent = os.getpid()
        self.process = fork()
        if not self.process:
            os.close(down[1])
            os.close(up[0])
            _serve(options, parent, files, down[0], up[1], others)
        os.close(down[0])
        os.close(up[1])
        self.requests, self.results = down[1], up[0]
        self.limit = options.limit
        self.task = -1
        self.path = ""
        self.deadline = 0.0
        self._received = bytearray()

    def send(self, task: int, path: str) -> None:
        """Send the worker the path of a file to test, and set its deadline."""
        self.task, self.path = task, path
        self.deadline = monotonic() + self.limit + GRACE if self.limit else float("inf")
        with suppress(BrokenPipeError):     # it has ended, as its result will say
            os.write(self.requests, json.dumps(path).encode() + END)

    def result(self) -> FileResult | None:
        """Read from the worker: its result, or None while it is incomplete. Call it when there is something to read."""
        piece = os.read(self.results, 1 << 20)
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
            return decode_result(content, self.path)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            self.end()
            return FileResult(self.path, [], 0.0, "the process that ran it sent back something else than its result")

    def end(self) -> None:
        """Kill the process and reap it, if it is still there."""
        if self.process:
            os.kill(self.process, signal.SIGKILL)
            self._wait()

    def close(self) -> None:
        """Close the pipes to and from it."""
        os.close(self.requests)
        os.close(self.results)

    def _wait(self) -> int:
        status = os.waitpid(self.process, 0)[1]
        self.process = 0
        self.close()
        return status


def _serve(options: RunOptions, parent: int, files: Sequence[str], requests: int, results_pipe: int,
           others: Sequence[Worker]) -> NoReturn:
    """The main loop of a worker process: test each file whose path arrives, until the pipe closes."""
    status = INTERNAL_ERROR
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)    # the one who waits for us is interrupted, and ends us
        die_with(parent)
        channel.Pipes.close()
        for worker in others:
            if worker.process:
                worker.close()
        wall_memory(options.settings)
        sandbox.Lock.keep = {0, 1, 2, requests, results_pipe}
        sandbox.lock_process(readable=[*files, *map(output_of, files)])
        with open(requests, "rb") as paths, open(results_pipe, "wb") as results:
            for line in paths:
                if options.limit:
                    wall_processor(options.limit + GRACE + SLACK)
                results.write(encode_result(check_file(json.loads(line), options)) + END)
                results.flush()
        status = 0
    finally:
        os._exit(status)


def check_files(paths: Sequence[str], options: RunOptions, processes: int) -> Iterator[FileResult]:
    """Test files in `processes` processes, or as many as can be had; the results in the order of the files."""
    raise_at_interrupts()
    results: dict[int, FileResult] = {}
    workers: list[Worker] = []
    waiting = deque(enumerate(paths))
    delivered = 0
    with selectors.DefaultSelector() as selector:
        def start(worker: Worker | None) -> None:
            if waiting:
                if worker is None or not worker.process:
                    worker = Worker(options, paths, workers)
                    workers.append(worker)
                    selector.register(worker.results, selectors.EVENT_READ, worker)
                worker.send(*waiting.popleft())
            elif worker is not None and worker.process:
                selector.unregister(worker.results)
                worker.end()

        try:
            for _ in range(min(processes, len(paths))):
                try:
                    start(None)
                except (LimitFault, OSError):   # no more processes, or no more pipes
                    if not workers:
                        raise
                    break
            while delivered < len(paths):
                for worker, result in _finished(selector, options):
                    results[worker.task] = result
                    start(worker)
                while delivered in results:
                    yield results.pop(delivered)
                    delivered += 1
        finally:
            for worker in workers:
                worker.end()


def _finished(selector: selectors.BaseSelector, options: RunOptions) -> Iterator[tuple[Worker, FileResult]]:
    """Wait; the workers with a result, and those killed at their deadline, each with its result."""
    workers: list[Any] = [key.data for key in selector.get_map().values()]
    soonest = min(worker.deadline for worker in workers)
    settings = options.settings
    channel.report_status(soonest, options.limit, settings.errors, settings.color)     # should this process be stopped
    ready = selector.select(None if soonest == float("inf") else max(0.0, soonest - monotonic()))
    unwatched(settings)
    for key, _ in ready:
        worker = key.data
        stream = worker.results
        result = worker.result()
        if not worker.process:
            selector.unregister(stream)
        if result is not None:
            yield worker, result
    for worker in workers:
        if worker.process and worker.deadline <= monotonic() and all(key.data is not worker for key, _ in ready):
            selector.unregister(worker.results)
            worker.end()
            yield worker, FileResult(worker.path, [], worker.limit,
                                     f"the file ran for longer than {worker.limit:g} seconds")
