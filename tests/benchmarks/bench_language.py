"""The language: parsing against `ast.parse`, lowering, and loops against CPython's own."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent))

from timing import interleaved, ratio

from gradcli.lang.syntax.parser import parse
from gradcli.session.session import Session

PIECE = '''
def train(x, y, w, rate=0.1, *more, **options):
    """One step of gradient descent."""
    for i, (a, b) in enumerate(zip(x, y)):
        loss = ((a * w[0] + w[1] - b) ** 2).mean()
        if loss.data[0] > 1e-3 and not options.get("quiet", False):
            print("step %d: loss %.4f" % (i, loss.data[0]))
        elif i % 10 == 0:
            w.data -= rate * w.grad.data
    return [v for v in w if v is not None]

class Net(nn.Module):
    def __init__(self, n):
        super(Net, self).__init__()
        self.hidden = {"n": n, "sizes": (n, 2 * n, -n ** 2)}
    def forward(self, x):
        return F.relu(self.fc1(x)).view(-1, x.size(0))[:, 1:3]
'''
LOOP = "i = 0\nwhile i < 300000:\n    i = i + 1\n"
TENSORS = "for k in range(20000):\n    y = y * 1.0\n"


def main() -> None:
    script = PIECE * (2000 // PIECE.count("\n"))
    lines = script.count("\n")
    taken = interleaved({"ours": lambda: parse(script, "x"), "ast": lambda: ast.parse(script)}, 9)
    parsing = ratio(taken["ours"], taken["ast"])
    print(f"parsing {lines} lines: {median(taken['ours']) / lines * 1e6:.1f} us a line, "
          f"ratio to ast.parse {parsing:.2f}")
    session, names = Session(), {}
    code = compile(LOOP, "x", "exec")
    taken = interleaved({"ours": lambda: session.run(LOOP), "python": lambda: exec(code, names)}, 9)
    looping = ratio(taken["ours"], taken["python"])
    print(f"a loop of i = i + 1: ratio to CPython {looping:.2f}")
    session.run("y = Variable(torch.ones(3))")
    direct = session["y"]
    code = compile(TENSORS, "x", "exec")
    taken = interleaved({"ours": lambda: session.run(TENSORS), "python": lambda: exec(code, {"y": direct})}, 9)
    tensors = ratio(taken["ours"], taken["python"])
    print(f"a loop of y = y * 1.0 on 3 floats: ratio to the same engine under CPython {tensors:.2f}")
    print(f"parsing {parsing:.2f} of ast.parse, loops {looping:.2f} of CPython, {tensors:.2f} with tensors")


if __name__ == "__main__":
    main()
