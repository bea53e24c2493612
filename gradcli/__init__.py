"""gradcli differentiates tensor expressions on the command line.

    from gradcli import Session

    session = Session(style="tutorial", seed=0)
    print(session.run("x = Variable(torch.ones(2), requires_grad=True); (x * x).sum().backward(); x.grad"))

Importing it imports nothing heavy: the names arrive when they are first asked for.
"""

from __future__ import annotations

TYPE_CHECKING = False   # the module typing is not worth its time here
if TYPE_CHECKING:
    from typing import Any

    from gradcli.faults.tree import Fault
    from gradcli.session.session import Session

__version__ = "0.1.0"
__all__ = ["Fault", "Session", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "Session":
        from gradcli.session.pickling import register
        from gradcli.session.session import Session

        register()
        return Session
    if name == "Fault":
        from gradcli.faults.tree import Fault

        return Fault
    raise AttributeError(f"module 'gradcli' has no attribute {name!r}")
