"""Programs that once got through a wall, by the wall. Each prints LEAK if it gets through again.

In what is run, the word is put together from two halves, so that a diagnostic that shows a line of the program does
not show it.
"""

from __future__ import annotations

TYPE = "class A: pass\ntry: torch.detach(A)\nexcept KeyError as e: T = e.args[0]\n"
LEAKS = "class A: pass\ndef leak(f, *a):\n    try: f(*a)\n    except KeyError as e: return e.args[0]\n"
ADAGRAD = ('from collections import deque\np = nn.Parameter(torch.ones(2){kind}); o = optim.Adagrad([p]); d = deque()\n'
           's = o.state_dict(); s["state"] = {{0: {{"step": torch.tensor(1), "sum": d}}}}; o.load_state_dict(s)\n'
           'p.grad = torch.ones(2){kind}\ntry: o.step()\nexcept Exception: pass\n')
CARRIED = 'try: torch.detach({value})\nexcept KeyError as e: print("LEAK" if type(e.args[0]) != str else "", e.args[0])\n'

CARRIED_BY_EXCEPTIONS = {
    "any special method": TYPE + 'X = T("X", (), {"__add__": lambda s, o: "LEAK added", "__getattr__": lambda s, n: n})\n'
                                 'print(X() + 1)',
    "globals": "import copy\n" + TYPE +
               'print("LEAK", copy.copy(T("method", (), {"__self__": copy.copy, "__name__": "__globals__"})()))',
    "environment": 'class A: pass\ndef leak(v):\n    try: torch.detach(v)\n    except KeyError as e: return e.args[0]\n'
                   'S = leak(A)("S", (leak("a"),), {".user": "own"})\n'
                   'print("LEAK", S("{0.__init__.__globals__[os].environ}").format(torch.Generator())[:40])',
    "a file": "import numpy as np, functools\n" + LEAKS +
              'a = np.full(1, print)\nraw = leak(lambda: a.dtype).type(["a", "b"])\n'
              'x = leak(torch.detach, A)("X", (leak(torch.detach, raw),), {".user": "own"})((4,), "u1")\n'
              'functools.partial(x.tofile, "pwned.bin")()\nprint("LEAK wrote")',
    "a command": "import copy\n" + TYPE +
                 'get = lambda o, n: copy.copy(T("method", (), {"__self__": o, "__name__": n})())\n'
                 'g = get(copy.copy, "__globals__")\n'
                 'print("LEAK", get(g["__builtins__"]["__import__"]("os"), "getcwd")())',
    "a number": CARRIED.format(value="5"), "a module": CARRIED.format(value="math"),
    "a kind": CARRIED.format(value="int"), "a function": CARRIED.format(value="lambda: 0"),
    "super": "class A:\n    def f(self): return super()\n" + CARRIED.format(value="A().f()"),
    "a property": CARRIED.format(value="property(print)"), "a list": CARRIED.format(value="[1]"),
    "a generator": CARRIED.format(value="(k for k in [1])"),
    "a type by a sort key": 'try: sorted([1, 2], key=torch.detach)\nexcept KeyError as e: print("LEAK", e.args[0])',
    "a type by a hook": 'x = Variable(torch.ones(1), requires_grad=True)\nx.register_hook(lambda g: torch.detach(len))\n'
                        'try: x.sum().backward()\nexcept KeyError as e: print("LEAK", e.args[0])',
}

PROTOCOL = {
    "mro": 'class A: _class_readable = ("mro",)\nprint("LEAK", A.mro())',
    "object": 'class A: _class_readable = ("mro",)\nprint("LEAK", A.mro()[-1]())',
    "mro of a module": 'class A: _class_readable = ("mro",)\nclass N(A, nn.Module): pass\nprint("LEAK", N.mro()[2])',
    "mro of a Function": 'class A: _class_readable = ("mro",)\nclass N(A, Function): pass\nprint("LEAK", N.mro()[2:])',
    "a context": 'class A: _class_readable = ("mro",)\nclass N(A, Function): pass\nc = N.mro()[3]()\nc.x = 5\n'
                 'print("LEAK", c.x)',
    "own": 'class A: _readable = ("_parameter_dict",)\nclass N(A, nn.Module): pass\nn = N(); n.w = nn.Parameter(torch.ones(1))\n'
           'print("LEAK", n._parameter_dict)',
    "own written": 'class A:\n    _writable = ("_parameter_dict",)\n    _readable = ("_parameter_dict", "parameters")\nclass N(A, nn.Module): pass\n'
                   'n = N(); n._parameter_dict = {"x": 5}\nprint("LEAK", n._parameter_dict, list(n.parameters()))',
    "hooks": 'class A:\n    _readable = ("_hooks", "register_forward_hook")\nclass N(A, nn.Module): pass\n'
             'n = N(); n.register_forward_hook(print)\nprint("LEAK", n._hooks)',
    "record": 'class A: _readable = ("_record",)\nclass F2(A, Function):\n    def forward(self, x): return x * 2\n'
              '    def backward(self, g): return g\nprint("LEAK", F2()._record)',
    "with_traceback": 'class A: _readable = ("with_traceback",)\nclass E(A, Exception): pass\nprint("LEAK", E().with_traceback)',
    "add_note": 'class A: _readable = ("add_note",)\nclass E(A, Exception): pass\n'
                'e = E(); e.add_note("x"); print("LEAK", e.add_note)',
    "as": 'class A: _readable = ("_as",)\nclass N(A, nn.Module): pass\nn = N(); n.lin = nn.Linear(1, 1)\nn._as("M8[s]")\n'
          'print("LEAK", n.lin.weight.tolist())',
    "a slot of the class": 'class A: _class_readable = ("_buffer_dict",)\nclass N(A, nn.Module): pass\nprint("LEAK", N._buffer_dict)',
    "lists of the class": 'class A: _class_readable = ("_lists",)\nclass N(A, nn.Module): pass\nprint("LEAK", N._lists)',
    "holds": 'class A: _holds = True\nclass E(A, Exception): pass\ne = E(); e.__notes__ = [1]\nprint("LEAK", e.__notes__)',
}

ANOTHER_NAME = {
    name: f'import copy\nclass N({base}): pass\ndef {private}(self, *a): return "own"\nN.g = {private}\n'
          f'print("LEAK" if copy.{way}(N().g)() != "own" else "own")'
    for name, (base, private, way) in {
        "a list of modules": ("nn.Module", "_parameter_dict", "copy"), "a private method": ("nn.Module", "_lists", "deepcopy"),
        "a traceback": ("Exception", "with_traceback", "copy"), "an object": ("AttributeError", "obj", "copy"),
        "a note": ("Exception", "add_note", "deepcopy"), "a record": ("Function", "_record", "copy")}.items()
} | {
    name: f'import copy\nclass N(nn.Module): pass\ndef _as(self, *a): pass\nN.g = _as\nn = N(); n.lin = nn.Linear(1, 1)\n'
          f'copy.copy(n.g)("{dtype}")\nprint("LEAK" if type(n.lin.weight.tolist()[0][0]) != float else "")'
    for name, dtype in {"dates": "M8[s]", "bytes": "S4", "text": "U4"}.items()
}

FOREIGN_SELF = {
    "half": 'class N(nn.Module): pass\nclass G:\n    def _as(self, dt): print("LEAK", dt.type([1.0]))\nN.half(G())',
    "to": 'class N(nn.Module): pass\nclass G:\n    def _as(self, dt): print("LEAK", dt)\n'
          '    def type(self, x): print("LEAK", x)\nN.to(G(), torch.ones(1))',
    "double": 'class G:\n    def _as(self, dt): print("LEAK", dt)\nclass N(nn.Module): pass\nN.double(G())',
}

ARRAYS = {
    "functions": 'import numpy as np\nprint("LEAK", np.full(2, print))',
    "objects": 'import numpy as np\nclass A: pass\nprint("LEAK", np.full(2, A()).tolist())',
    "text": 'import numpy as np\nprint("LEAK", np.full(2, "abc"))',
    "large numbers": 'import numpy as np\na = np.full(2, 10**30)\ntry: a.dtype\nexcept KeyError as e: print("LEAK", e.args[0])',
    "uint64": 'import numpy as np\na = np.full(2, 2**63)\ntry: a.dtype\nexcept KeyError as e: print("LEAK", e.args[0])',
    "scalars": ADAGRAD.format(kind="") + 'print("LEAK" if len(d) else "", [type(x) for x in d])',
    "memory": ADAGRAD.format(kind="") + 'print("LEAK", d[0].data, d[0].dtype.type)',
    "the clock": ADAGRAD.format(kind=".double()") +
                 'print("LEAK", d[0].dtype.type([0.0]).view("M8[s]").dtype.type("now", "s"))',
    "scalars by momentum": 'from collections import deque\np = nn.Parameter(torch.ones(2)); d = deque()\n'
                           'o = optim.SGD([p], lr=0.1, momentum=0.9)\ns = o.state_dict()\n'
                           's["state"] = {0: {"momentum_buffer": d}}; o.load_state_dict(s)\np.grad = torch.ones(2)\n'
                           'try: o.step()\nexcept Exception: pass\nprint("LEAK" if len(d) else "")',
}

UNSHOWABLE = {
    "repr raises": "class A:\n    def __repr__(self): raise KeyError(self)\nraise ValueError(A())",
    "repr raises a ValueError": 'class A:\n    def __repr__(self): raise ValueError("no")\n{}[A()]',
    "repr is a number": "class A:\n    def __repr__(self): return 5\nraise ValueError(A())",
    "args fail": "class A:\n    args = property(lambda self: 1/0)\nclass E(A, Exception): pass\nraise E()",
    "args a number": "class A: args = 5\nclass E(A, ValueError): pass\nraise E(1)",
    "told fails": "class E(Exception):\n    told = property(lambda self: 1/0)\nraise E()",
    "told a number": "class E(AssertionError): told = 5\nraise E()",
}

ADDRESSES = {
    "super's repr": "class E(Exception):\n    def f(self): return super().__repr__()\nprint(E(print, lambda: 0).f())",
    "an array": "import numpy as np\nprint(np.full(2, print))",
    "a message of index": 'try: ["a"].index(nn.Linear(1, 1).parameters())\nexcept ValueError as e: print(e.args)',
    "a message of remove": "from collections import deque\ntry: deque([1]).remove(print)\nexcept ValueError as e: print(e)",
}

KINDS = {"carried by exceptions": CARRIED_BY_EXCEPTIONS, "protocol": PROTOCOL, "another name": ANOTHER_NAME,
         "foreign self": FOREIGN_SELF, "arrays": ARRAYS, "unshowable": UNSHOWABLE, "addresses": ADDRESSES}

FORMATS = {
    "forged": ("text", 'class A:\n    @staticmethod\n    def _opens(v): return "LEAK forged: tensor(", [1], ")"\n[A()]'),
    "repr raises": ("text", "class A:\n    def __repr__(self): raise KeyError(self)\nA()"),
    "an exception of functions": ("text", "class E(Exception): pass\nE(print)"),
    "function": ("json", "print"), "keys": ("json", "{print: 1, int: 2, torch: 3}"), "generator": ("json", "(i for i in [1])"),
    "iterator": ("json", "iter([1])"), "lambda": ("plain", "lambda: 0"),
    "an array and a gradient": ("json", 'class D: name = "f4"\nclass A:\n    array = torch.ones(2)\n    dtype = D()\n'
                                        '    shape = (2,)\n    grad = None\nA()'),
    "a large number": ("json", "10 ** 5000"),
    "a property": ("json", "class A:\n    array = property(lambda self: 1/0)\nA()"),
    "text as npy": ("npy", 'import numpy as np\nnp.full(2, "abc")'), "functions as npy": ("npy", "import numpy as np\nnp.full(2, print)"),
    "objects as npz": ("npz", "import numpy as np\nclass A: pass\nnp.full(2, A())"),
    "text as JSON": ("json", 'import numpy as np\nnp.full(2, "abc")'),
}
"""What `gradcli eval` shows in a format."""

BEYOND = {
    "bits of a text": 'x = int("f" * 10**8, 16)\nprint(x.bit_length())',
    "hash": '{int("f" * 10**8, 16): 1}', "hex": 'print(len(hex(int("f" * 10**8, 16))))',
    "octal": 'print(int("7" * 10**7, 8) > 0)',
}
"""Numbers larger than any may be."""

NOTES = 'for i in range(10**8):\n    get_ipython().magic("x")'


def halved(text: str) -> str:
    """The program as it is run."""
    return text.replace('"LEAK', '"LE" "AK') + "\n"


PROGRAMS = {f"{kind}: {name}": halved(text) for kind, texts in KINDS.items() for name, text in texts.items()}
SHOWN = {name: (form, halved(text)) for name, (form, text) in FORMATS.items()}
