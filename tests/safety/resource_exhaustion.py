"""Programs that would take all the time, memory, depth or output there is; and honest big ones."""

from safety import language_limits

BUDGETED = {
    "shift": "1 << 10 ** 9", "power": "10 ** 10 ** 8", "power of powers": "9 ** 9 ** 9", "power by name": "pow(7, 10 ** 9)",
    "squares": "x = 3\nwhile True: x = x * x", "squares in place": "x = 3\nwhile True: x *= x",
    "squares in a list": "x = [3]\nwhile True: x[0] *= x[0]", "factorial": "math.factorial(10 ** 6)",
    "binomial": "math.comb(10 ** 7, 10 ** 6)", "product": "math.prod([2 ** 900000] * 1000)",
    "common multiple": "math.lcm(*[2 ** 900000 - k for k in range(1, 100)])", "digits": "str(10 ** 5000)",
    "digits in an f-string": "f'{10 ** 5000}'", "round": "round(5, -10 ** 9)", "list": "[0] * 10 ** 10", "list, left": "10 ** 10 * [0]",
    "tuple": "(1, 2) * 10 ** 9", "string": "'ab' * 10 ** 10", "list doubled": "x = [1]\nwhile True: x = x + x",
    "list doubled in place": "x = [1]\nwhile True: x += x", "list extended by itself": "x = [1]\nwhile True: x.extend(x)",
    "list spread": "x = [1]\nwhile True: x = [*x, *x]", "tuple spread": "x = (1,)\nwhile True: x = (*x, *x)",
    "list put into itself": "x = [1]\nwhile True: x[:0] = x", "list multiplied": "x = [1]\nwhile True: x *= 3",
    "item doubled": "x = [[1]]\nwhile True: x[0] += x[0]", "attribute doubled": "class A: pass\na = A()\na.x = [1]\nwhile True: a.x += a.x",
    "size doubled": "x = torch.ones(2).size()\nwhile True: x = x + x", "size multiplied": "torch.ones(2).size() * 10 ** 10",
    "string doubled": "x = 'a'\nwhile True: x = x + x", "string doubled in place": "x = 'a'\nwhile True: x += x",
    "f-string doubled": "x = 'a'\nwhile True: x = f'{x}{x}'", "percent doubled": "x = 'a'\nwhile True: x = '%s%s' % (x, x)",
    "format doubled": "x = 'a'\nwhile True: x = '{0}{0}'.format(x)", "join": "x = 'a'\nwhile True: x = x.join([x] * 3)",
    "replace": "x = 'aa'\nwhile True: x = x.replace('a', x)", "quoted again": "x = '\\\\'\nwhile True: x = repr(x)",
    "listed twice": "x = []\nfor i in range(80): x = [x, x]\nprint(x)", "listed twice, as text": "x = ()\nfor i in range(80): x = (x, x)\nstr(x)",
    "range": "range(10 ** 15)", "range in a list": "list(range(10 ** 8))", "range in a display": "[*range(10 ** 8)]",
    "zip": "list(zip(range(10 ** 8), range(10 ** 8)))", "enumerate": "list(enumerate(range(10 ** 8)))",
    "map": "list(map(str, range(10 ** 8)))", "set": "set(map(abs, range(10 ** 8)))", "sorted": "sorted(map(abs, range(10 ** 8)))",
    "sum of lists": "sum([[0] * 10 ** 6] * 1000, [])", "ljust": "'a'.ljust(10 ** 10)", "zfill": "'a'.zfill(10 ** 10)",
    "expandtabs": "'\\t'.expandtabs(10 ** 10)", "width": "f'{1:{10 ** 9}}'", "precision": "'%.*f' % (10 ** 9, 1.0)", "fill": "'{:>99999999}'.format(1)",
    "print of much": "x = 'a' * 10 ** 6\nprint(*[x] * 10 ** 6)", "ones": "torch.ones(10 ** 5, 10 ** 6)", "zeros": "torch.zeros(2 ** 40)",
    "randn": "torch.randn(10 ** 11)", "eye": "torch.eye(10 ** 6)", "arange": "torch.arange(10 ** 13)", "linspace": "torch.linspace(0, 1, 10 ** 12)",
    "full": "torch.full((10 ** 6, 10 ** 6), 1.0)", "by type": "torch.DoubleTensor(10 ** 6, 10 ** 6)", "repeat": "torch.ones(10, 10).repeat(10 ** 6, 10 ** 6)",
    "broadcast": "torch.ones(10 ** 6, 1) + torch.ones(10 ** 6)", "expanded": "torch.ones(1).expand(10 ** 12) + 1",
    "outer product": "x = torch.ones(10 ** 6, 1)\nx.mm(x.t())", "outer": "torch.outer(torch.ones(10 ** 6), torch.ones(10 ** 6))",
    "kron": "x = torch.ones(2000, 2000)\ntorch.kron(x, x)", "cat": "x = torch.ones(2000, 2000)\ntorch.cat([x] * 10 ** 5)",
    "stack": "x = torch.ones(2000, 2000)\ntorch.stack([x] * 10 ** 5)", "tensor doubled": "x = torch.ones(10)\nwhile True: x = torch.cat([x, x])",
    "diagonal": "torch.diag(torch.ones(10 ** 6))", "one hot": "F.one_hot(torch.LongTensor([10 ** 12]))", "bincount": "torch.bincount(torch.LongTensor([10 ** 12]))",
    "indices": "torch.tril_indices(10 ** 6, 10 ** 6)", "resize": "torch.ones(2).resize_(10 ** 6, 10 ** 6)", "pad": "F.pad(torch.ones(2, 2), (10 ** 7, 10 ** 7, 10 ** 7, 10 ** 7))",
    "a size beyond all": "torch.ones(2 ** 62, 2 ** 62)", "einsum": "torch.einsum('i,j->ij', torch.ones(10 ** 6), torch.ones(10 ** 6))",
    "recursion": "def f(n): return f(n + 1)\nf(0)", "mutual recursion": "def f(): return g()\ndef g(): return f()\nf()",
    "recursion in a repr": "class A:\n    def __repr__(self): return repr([self])\nprint(A())", "recursion in a key": "def f(x): return sorted([1], key=f)\nf(1)",
    "recursion in a property": "class A:\n    @property\n    def p(self): return self.p\nA().p", "recursion in a hook": "def f(x):\n    y = Variable(torch.ones(1), requires_grad=True)\n    "
    "y.register_hook(lambda g: f(g))\n    with torch.enable_grad(): (y * 2).sum().backward()\nf(1)", "recursion in a lambda": "f = lambda n: f(n) + 1\nf(1)",
    "map of map": "x = [1]\nfor i in range(10 ** 6): x = map(abs, x)", "zip of zip": "x = [1]\nfor i in range(10 ** 6): x = zip(x)",
    "enumerate of enumerate": "x = [1]\nfor i in range(10 ** 6): x = enumerate(x)", "filter of filter": "x = [1]\nfor i in range(10 ** 6): x = filter(None, x)",
    "lists compared": "x = []\nfor i in range(10 ** 6): x = [x]\nx == x[0]", "brackets": "(" * 5000 + ")" * 5000, "signs": "-" * 20000 + "1",
    "blocks": "".join(" " * i + "if 1:\n" for i in range(150)) + " " * 150 + "x", "chains in comprehensions": "[" + " + ".join(["i"] * 1000) + " for i in [1]]",
}
BUDGETED |= {text: text.replace("~", "\n") for block in language_limits.CLASSES.values() for line in block.split("\n")
             if (text := line.strip())}
"""Stopped by a limit of the language itself, in any process: status 5."""

CAUGHT = {
    "except Exception": "try:\n    {cause}\nexcept Exception: pass\nprint('went on')",
    "bare except": "try:\n    {cause}\nexcept: pass\nprint('went on')",
    "finally with return": "def f():\n    try:\n        {cause}\n    finally:\n        return 1\nf()\nprint('went on')",
    "finally with break": "for i in [1]:\n    try:\n        {cause}\n    finally:\n        break\nprint('went on')",
    "finally with continue": "for i in [1]:\n    try:\n        {cause}\n    finally:\n        continue\nprint('went on')",
    "finally that prints": "try:\n    {cause}\nfinally:\n    print('went on')",
    "finally around finally": "try:\n    try:\n        {cause}\n    finally:\n        print('went on')\nfinally:\n    print('went on')",
    "with": "with torch.no_grad():\n    try:\n        {cause}\n    except Exception: print('went on')",
    "raise from": "try:\n    {cause}\nexcept Exception as e:\n    print('went on')\n    raise ValueError from e",
}
CAUSES = ("10 ** 10 ** 8", "[0] * 10 ** 10", "torch.ones(10 ** 6, 10 ** 6)", "range(10 ** 15)", "(lambda f: f(f))(lambda f: f(f))")

WALLED = {
    "loop": "while True: pass", "for": "for i in range(10 ** 8):\n    for j in range(10 ** 8): pass",
    "comprehension": "sum(1 for i in range(10 ** 8) for j in range(10 ** 8))",
    "finally": "while True:\n    try:\n        while True: pass\n    finally: continue",
    "except": "while True:\n    try:\n        while True: pass\n    except: pass",
    "in C": "list(map(sum, [range(10 ** 8)] * 1000))", "hash of a web": "t = ()\nfor i in range(60): t = (t, t)\n{t: 1}",
    "webs compared": "x = []\ny = []\nfor i in range(60):\n    x = [x, x]\n    y = [y, y]\nx == y",
    "deep tuple": "t = ()\nfor i in range(10 ** 6): t = (t,)\nd = {t: 1}", "numpy": "x = torch.randn(4000, 4000)\nfor i in range(1000): y = x.mm(x)",
    "one call of numpy": "torch.ones(3 * 10 ** 8).cumsum(0).sort()", "list of tensors": "x = []\nwhile True: x.append(torch.ones(1000, 1000))",
    "list of lists": "x = []\nwhile True: x = [x, [0] * 1000]", "dict": "d = {}\ni = 0\nwhile True:\n    d[i] = 'x' * 1000 + str(i)\n    i = i + 1",
    "graph": "x = Variable(torch.ones(10000), requires_grad=True)\nwhile True: x = x * 1.5", "output": "while True: print('a' * 1000)",
    "one long line": "while True: print('a', end='')", "backtracking": "x = 'a' * 10 ** 6\nwhile True: x.count('a' * 1000 + 'b')",
    "hooks": "x = Variable(torch.ones(1), requires_grad=True)\ndef f(g):\n    while True: pass\nx.register_hook(f)\nx.sum().backward()",
    "repr": "class A:\n    def __repr__(self):\n        while True: pass\nprint(A())",
    "colliding keys": "d = {i * (2 ** 61 - 1): i for i in range(10 ** 5)}",
    "a list that grows while it is read": "x = [1]\nx.extend(map(lambda v: x.append(v) or v, x))",
    "a rest": "(a, (b, *c)) = 1, map(str, range(10 ** 8))", "powers modulo": "x = 3 ** 6000\nwhile True: pow(x, x, x + 2)",
    "unwound": "f = abs\nfor i in range(10 ** 6): f = (lambda g: lambda v: g(v))(f)\nwhile True: pass",
    "expanded": "torch.ones(1).expand(10 ** 10).exp()",
    "vectors met": "F.cosine_similarity(torch.ones(10**5, 1, 10), torch.ones(1, 10**5, 10), dim=2)", "convolution": "F.conv2d(torch.ones(1, 1, 3000, 3000), torch.ones(1, 1, 1500, 1500))",
    "interpolation": "F.interpolate(torch.ones(1, 1, 10, 10), scale_factor=10 ** 6)", "decomposition": "torch.linalg.svd(torch.randn(3000, 3000))",
    "modules in modules": "net = nn.Sequential()\nnet.add_module('a', net)\nprint(net)", "a web of modules": "net = nn.ReLU()\nfor i in range(50): net = nn.Sequential(net, net)\nnet.train()",
    "derivatives of derivatives": "x = Variable(torch.ones(1), requires_grad=True)\ny = (x ** 10).sum()\nwhile True: y = torch.autograd.grad(y, x, create_graph=True)[0].sum() + y",
    "a deep tuple printed": "t = ()\nfor i in range(10 ** 6): t = (t,)\nt == (t,)",
}
"""Stopped by the walls around the process: time, memory, output; status 5, with a diagnosis."""

HONEST = {
    "deep graph": ("x = Variable(torch.ones(1), requires_grad=True)\ny = x\nfor i in range(100000): y = y + 1\ny.backward()\nprint(x.grad.data[0])", "1.0\n"),
    "long sum": ("x = Variable(torch.ones(1), requires_grad=True)\ny = " + " + ".join(["x"] * 20000) + "\ny.backward()\nprint(x.grad.data[0])", "20000.0\n"),
    "many statements": ("n = 0\n" + "n = n + 1\n" * 100000 + "print(n)", "100000\n"), "a million turns": ("n = 0\nfor i in range(1000000): n += i\nprint(n)", "499999500000\n"),
    "a large list": ("print(len([i for i in range(1000000)]), len(list(range(3000000))))", "1000000 3000000\n"),
    "a large tensor": ("print(torch.ones(3000, 3000).sum())", "9000000.0\n"), "a long string": ("print(len('ab' * 1000000))", "2000000\n"),
    "recursion": ("def f(n): return 1 if n == 0 else n * f(n - 1)\nprint(f(300) > 0)", "True\n"), "big numbers": ("print(2 ** 1000 % 97, len(str(3 ** 8000)))", "36 3817\n"),
    "nested lists": ("x = []\nfor i in range(100000): x = [x]\nprint(len(repr(x)))", "200002\n"),
    "lazies": ("x = range(5)\nfor i in range(500): x = map(abs, x)\nprint(sum(x))", "10\n"), "join": ("print(len(','.join(str(i) for i in range(200000))))", "1288889\n"),
    "a graph of a million calls": ("x = Variable(torch.ones(1), requires_grad=True)\ny = x\nfor i in range(1000000): y = y + 1\ny.backward()\nprint(x.grad.data[0])", "1.0\n"),
    "ten million elements": ("x = torch.arange(10000000)\nprint(x.sum(), x[::1000000].tolist()[-1])", "49999995000000 9000000\n"),
    "ten thousand lines": ("for i in range(10000): print(i)", "".join(f"{i}\n" for i in range(10000))),
    "views": ("print(torch.ones(1).expand(10 ** 9).size(0))", "1000000000\n"), "try in a loop": ("n = 0\nfor i in range(100000):\n    try: [][1]\n    except IndexError: n += 1\nprint(n)", "100000\n"),
    "training": ("torch.manual_seed(0)\nx = Variable(torch.randn(64, 100)); w = Variable(torch.randn(100, 10), requires_grad=True)\nfor t in range(300):\n    loss = x.mm(w).pow(2).mean()\n"
                 "    loss.backward()\n    w.data -= 0.5 * w.grad.data\n    w.grad.data.zero_()\nprint(loss.data[0] < 1)", "True\n"),
}
