"""Programs that end themselves, and the exceptions of the system that they raise themselves, beside Python."""

import re

import pytest

from gradcli.faults.mistakes import ProgramExit
from gradcli.faults.tree import Fault
from gradcli.session.session import Session
from support.python_prints import python_prints

SUCCEEDING = ("raise SystemExit", "raise SystemExit()", "raise SystemExit(0)", "raise SystemExit(None)",
              "raise SystemExit(main())", "import sys\nsys.exit(main())", "class Quit(SystemExit): pass\nraise Quit(0)",
              "def g():\n    yield 1\nx = g()\nnext(x)\nx.throw(SystemExit)",
              "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise SystemExit(0) from e")
FAILING = {"raise SystemExit(3)": "with status 3", "raise SystemExit('why')": "why", "raise KeyboardInterrupt":
           "KeyboardInterrupt", "raise SystemExit(1, 2)": "of type tuple", "raise SystemExit(1 << 9999)": "of type int",
           "raise SystemExit(torch.zeros(()))": "of type Tensor", "import sys\nsys.exit([3])": "of type list"}


@pytest.mark.parametrize("end", SUCCEEDING)
@pytest.mark.parametrize("around", ["{}", "try:\n{}\nexcept (ValueError, SystemExit):\n    print(2)",
                                    "try:\n{}\nexcept Exception as e:\n    print(e)"])
def test_success_ends_a_program(end, around):
    body = around.format(end if around == "{}" else re.sub("(?m)^", "    ", end))
    assert Session().run(f"def main():\n    print(1)\n    return 0\n{body}\nprint(3)") in ("", "1\n")


@pytest.mark.parametrize("end", FAILING)
def test_failure_is_told(end):
    with pytest.raises(ProgramExit, match=FAILING[end]):
        Session().run(end)


def test_names_in_handlers_let_other_exceptions_pass():
    text = "try:\n    1 / 0\nexcept KeyboardInterrupt:\n    print(1)\nexcept SystemExit:\n    print(2)"
    with pytest.raises(Fault, match="division by zero"):
        Session().run(text)


SYSTEM = """
def f(e):
    try:
        raise e
    except (FileNotFoundError, TimeoutError) as x:
        print("A", type(x).__name__, x, x.args)
    except OSError as x:
        print("B", type(x).__name__, x, x.args, repr(x))
    except EOFError as x:
        print("C", x)
class Own(OSError):
    pass
class Told(PermissionError):
    def __init__(self, text):
        super().__init__(text + "!")
        self.text = text
for e in (FileNotFoundError("no.txt"), OSError(2, "none"), OSError(13, "p", "file"), OSError(1, "a", None), EOFError(),
          OSError, ConnectionResetError("x"), Own("q"), Own(1, "2"), Told("t"), OSError(1, 2, 3), TimeoutError(),
          OSError(32, "pipe"), OSError(17, "there", "a'b"), OSError("x", [1])):
    f(e)
print(issubclass(FileNotFoundError, OSError), isinstance(OSError(2, ""), FileNotFoundError), Told("u").text)
"""


def test_exceptions_of_the_system_as_python():
    assert Session(style="modern").run(SYSTEM) == python_prints(SYSTEM)


def test_classes_of_exits_and_their_arguments():
    assert Session().run("print(type(SystemExit()), type(KeyboardInterrupt()))\ntry: OSError(foo=1)\n"
                         "except TypeError as e: print(e)") == (
        "<class 'SystemExit'> <class 'KeyboardInterrupt'>\nOSError() takes no keyword arguments\n")
