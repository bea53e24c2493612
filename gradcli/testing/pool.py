"""Files in parallel processes, none of which can hang the whole."""

from __future__ import annotations

import os
import pickle
import selectors
import signal
from collections.abc import Iterator, Sequence
from time import monotonic
from typing import IO, Any, NoReturn

from gradcli.commands import supervising
from gradcli.commands.limiting import prepare, wall_memory
from gradcli.process import sandbox
from gradcli.testing.files import output_of
from gradcli.testing.results import FileResult, Wish, result_of

GRACE = 1.0     # seconds after its limit in which a file may still say where it stood


class Worker:
    """A forked process that is sent paths and sends back how their files went."""

    def __init__(self, wish: Wish, paths: Sequence[str]) -> None:
        """`paths` are the files that it may be sent."""
        import gradcli.session  # noqa: F401  # once, before there are several of us

        prepare()
        down, up = os.pipe(), os.pipe()
        self.process = os.fork()
        if not self.process:
            _serve(wish, paths, os.fdopen(down[0], "rb"), os.fdopen(up[1], "wb"))
        os.close(down[0])
        os.close(up[1])
        self.asks: IO[bytes] = os.fdopen(down[1], "wb")
        self.answers: IO[bytes] = os.fdopen(up[0], "rb")
        self.limit = wish.limit
        self.task = -1
        self.path = ""
        self.deadline = 0.0

    def send(self, task: int, path: str) -> None:
        """Have a file tested."""
        self.task, self.path = task, path
        self.deadline = monotonic() + self.limit + GRACE if self.limit else float("inf")
        pickle.dump(path, self.asks)
        self.asks.flush()

    def result(self) -> FileResult:
        """What it sends back, once there is something to read."""
        try:
            found: FileResult = pickle.load(self.answers)      # from our own fork
            return found
        except (EOFError, pickle.UnpicklingError):
            self.asks.close()
            self.answers.close()
            _, status = os.waitpid(self.process, 0)
            self.process = 0
            code = os.waitstatus_to_exitcode(status)
            why = f"by signal {signal.Signals(-code).name}" if code < 0 else f"with status {code}"
            return FileResult(self.path, [], 0.0, f"the process that ran it ended {why}")

    def end(self) -> None:
        """Let it go, whatever it is doing."""
        if self.process:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
            self.process = 0
            self.asks.close()
            self.answers.close()


def _serve(wish: Wish, paths: Sequence[str], asks: IO[bytes], answers: IO[bytes]) -> NoReturn:
    """The life of a worker."""
    status = 70
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)    # the one who waits for us is interrupted, and ends us
        wall_memory(wish.settings)
        supervising.Line.to_parent = None               # which listens to the one that forked us
        sandbox.Lock.keep = {0, 1, 2, asks.fileno(), answers.fileno()}
        sandbox.lock(readable=[*paths, *map(output_of, paths)])
        while True:
            try:
                path = pickle.load(asks)    # from the process that forked us
            except EOFError:
                break
            pickle.dump(result_of(path, wish), answers)
            answers.flush()
        status = 0
    finally:
        os._exit(status)


def run(paths: Sequence[str], wish: Wish, processes: int) -> Iterator[FileResult]:
    """Test files in `processes` processes; the results in the order of the files."""
    results: dict[int, FileResult] = {}
    workers: list[Worker] = []
    waiting = iter(enumerate(paths))
    given = 0
    with selectors.DefaultSelector() as selector:
        def start(worker: Worker | None) -> None:
            for task, path in waiting:
                if worker is None or not worker.process:
                    worker = Worker(wish, paths)
                    workers.append(worker)
                    selector.register(worker.answers, selectors.EVENT_READ, worker)
                worker.send(task, path)
                return
            if worker is not None and worker.process:
                selector.unregister(worker.answers)
                worker.end()

        try:
            for _ in range(min(processes, len(paths))):
                start(None)
            while given < len(paths):
                for worker, result in _finished(selector):
                    results[worker.task] = result
                    start(worker)
                while given in results:
                    yield results.pop(given)
                    given += 1
        finally:
            for worker in workers:
                worker.end()


def _finished(selector: selectors.BaseSelector) -> Iterator[tuple[Worker, FileResult]]:
    """The workers that have a result, or are beyond their limit and are ended."""
    workers: list[Any] = [key.data for key in selector.get_map().values()]
    soonest = min(worker.deadline for worker in workers)
    ready = selector.select(None if soonest == float("inf") else max(0.0, soonest - monotonic()))
    for key, _ in ready:
        worker = key.data
        stream = worker.answers
        result = worker.result()
        if not worker.process:
            selector.unregister(stream)
        yield worker, result
    for worker in workers:
        if worker.process and worker.deadline <= monotonic() and all(key.data is not worker for key, _ in ready):
            selector.unregister(worker.answers)
            worker.end()
            yield worker, FileResult(worker.path, [], worker.limit,
                                     f"the file ran for longer than {worker.limit:g} seconds")
