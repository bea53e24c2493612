"""How a command ends: whatever goes wrong becomes a diagnostic and an exit status, never a traceback.

`faults/exit_codes.py` is the table of the statuses.
"""

from __future__ import annotations

from collections.abc import Callable

from gradcli.console.diagnostics import complain, flush, forget_output, report_internal_error, report_interrupt
from gradcli.console.output_limit import OutputLost
from gradcli.exposure import ForeignValue
from gradcli.faults.exit_codes import INTERRUPTED, READER_GONE
from gradcli.faults.mistakes import DepthLimit
from gradcli.faults.tree import Fault, FileFault, MemoryFault
from gradcli.process.memory_limit import Reserve
from gradcli.process.shortage import shortage


def exit_status_of(action: Callable[[], int | None]) -> int:
    """Run `action`; whatever goes wrong becomes a diagnostic and a status, never a traceback."""
    try:
        status = action() or 0
        flush()
        return status
    except Fault as fault:
        complain(fault)
        return fault.status
    except KeyboardInterrupt:
        report_interrupt()
        return INTERRUPTED
    except OutputLost as lost:
        return _status_of_lost_output(lost.error)
    except RecursionError:
        return _diagnosed_status(DepthLimit("nested too deeply"))
    except MemoryError:
        Reserve.release()       # before anything else: even a message takes memory
        return _diagnosed_status(MemoryFault("the program needs more memory than it may use",
                                             ("--memory-limit 32G", "more memory"), ("--no-limits", "no limit at all")))
    except (Exception, ForeignValue) as error:
        message = shortage(error)
        if message is not None:
            return _diagnosed_status(message)
        # whatever else this is, it is our mistake and not the user's
        return _status_of_lost_output(error) if isinstance(error, OSError) else report_internal_error(error)


def _diagnosed_status(fault: Fault) -> int:
    complain(fault)
    return fault.status


def _status_of_lost_output(error: OSError) -> int:
    """The status when reading or writing failed: a reader that went away is no fault, a full disk is."""
    forget_output()
    if isinstance(error, BrokenPipeError):
        return READER_GONE
    name = f"{error.filename}: " if error.filename else "standard output: "
    return _diagnosed_status(FileFault(f"{name}{error.strerror or error}"))


def report_failed_start(error: Exception) -> int:
    """Say why nothing runs; the exit status."""
    fault = error if isinstance(error, Fault) else shortage(error)
    if fault is None:
        return report_internal_error(error)
    complain(fault)
    return fault.status
