"""Innocent programs beside the hostile ones: refusing everything is no safety."""

INNOCENT = {
    "__name__": ("if __name__ == '__main__': print('main')", "main\n"),
    "a dunder in a string": ("print('().__class__', \"__import__('os')\")", "().__class__ __import__('os')\n"),
    "braces": ("print('{0} {a:>4} {{}}'.format(1, a='x'))", "1    x {}\n"),
    "attributes of one's own": ("class A: pass\na = A()\na.gi_frame = a.array = a.node = 3\nprint(a.gi_frame + a.array)", "6\n"),
    "words of other languages": ("os, sys, numpy, type_, self = 1, 2, 3, 4, 5\nprint(os + sys + numpy + self)", "11\n"),
    "system as a function": ("def system(x): return x * 2\nprint(system(4))", "8\n"),
    "eval as a method": ("net = nn.Linear(2, 1)\nnet.eval()\nprint(net.training)", "False\n"),
    "torch.save as a word": ("save = {'load': 1}\nprint(save['load'])", "1\n"),
    "Greek": ("α, θ = 1, 2\nprint(α + θ)", "3\n"),
    "a class with call and repr": ("class A:\n    def __call__(self, x): return x\n    def __repr__(self): return 'A!'\nprint(A()(2), A())", "2 A!\n"),
    "super": ("class N(nn.Module):\n    def __init__(self):\n        super(N, self).__init__()\n        self.n = 2\nprint(N().n)", "2\n"),
    "static Function": ("class D(Function):\n    @staticmethod\n    def forward(ctx, x): return x * 2\n    @staticmethod\n"
                        "    def backward(ctx, g): return g * 2\nx = Variable(torch.ones(1), requires_grad=True)\nD.apply(x).backward()\n"
                        "print(x.grad.data[0])", "2.0\n"),
    "properties": ("class A:\n    @property\n    def p(self): return 1\n    @staticmethod\n    def s(): return 2\nprint(A().p, A.s())", "1 2\n"),
    "no_grad as decorator": ("@torch.no_grad()\ndef f(x): return x * 2\nprint(f(torch.ones(1))[0])", "2.0\n"),
    "catching": ("try: torch.ones(2) + torch.ones(3)\nexcept RuntimeError as e: print('caught', len(e.args))", "caught 1\n"),
    "finally": ("try: 1\nfinally: print('end')", "end\n"),
    "imports": ("import torch.nn as nn, math\nfrom torch.autograd import Variable as V\nimport torch.nn.functional as F\nprint(math.floor(2.5))",
                "2\n"),
    "numpy of a tensor": ("print(torch.ones(2).numpy())", "[1. 1.]\n"),
    "hooks": ("x = Variable(torch.ones(1), requires_grad=True)\nx.register_hook(lambda g: g * 2)\nx.sum().backward()\nprint(x.grad.data[0])", "2.0\n"),
    "sorted by key": ("print(sorted(['b', 'A'], key=lambda s: s.lower()))", "['A', 'b']\n"),
    "percent": ("print('%s %(a)d' % {'a': 1} if 0 else '%d%%' % 5)", "5%\n"),
    "escapes in strings": ("print(len('\\x1b[31m'))", "5\n"),
    "shadowing": ("sum = 3\nprint(sum)\ndel sum\nprint(sum([1, 2]))", "3\n3\n"),
    "grad assigned": ("x = Variable(torch.ones(1), requires_grad=True)\nx.grad = torch.ones(1)\nprint(x.grad.data[0])", "1.0\n"),
    "data replaced": ("x = Variable(torch.ones(1))\nx.data = torch.ones(1) * 3\nprint(x.data[0])", "3.0\n"),
}
