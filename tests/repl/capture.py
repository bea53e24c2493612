"""The session shown in docs/repl.md, typed into the real program: run this file to write it there anew."""

import re
import sys
import tempfile
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/repl.md"
BLOCK = re.compile(r"(<!-- typed by tests/repl/capture.py -->\n```text\n)(.*?)(```\n)", re.DOTALL)
TYPED = """\
x = Variable(torch.ones(2, 2), requires_grad=True)
y = x + 2
out = (3 * y * y).mean()
out
:graph out
out.backward()
x.grad
:undo 2
print(x.grad)
:check (3 * (x + 2)**2).mean()
for i in range(3):
if i == 1:
print('one')
else:
print(i)
BACKSPACE

z = x.mm(torch.ones(3, 1))
:vars
:quit
""".splitlines()


def session(home):
    """The screen after all of it has been typed."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from repl.screen import Screen

    screen = Screen(home, rows=90)
    try:
        screen.until(">>>")
        for line in TYPED:
            screen.type("\x7f\x7f" if line == "BACKSPACE" else line)
            while line not in ("", "BACKSPACE") and line not in screen.text().rsplit("\n", 1)[-1]:
                screen.quiet(0.05)
            if line != "BACKSPACE":
                screen.type("\r").quiet(0.3)
            while line != ":quit" and screen.text().rsplit("\n", 1)[-1].strip() not in (">>>", "..."):
                screen.quiet(0.1)
        return without_version("\n".join(line for line in screen.lines()).rstrip() + "\n")
    finally:
        screen.child.close(force=True)


def shown():
    """The session on the page."""
    return without_version(BLOCK.search(PAGE.read_text())[2])


def without_version(text):
    return re.sub(r"^gradcli \S+,", "gradcli 0.1,", text)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        text = session(Path(home))
    PAGE.write_text(BLOCK.sub(lambda match: match[1] + text + match[3], PAGE.read_text()))
