"""What other libraries, languages and versions call what is here under another name."""

from __future__ import annotations


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split())


ATTRIBUTES = _pairs("""
    expand_dims=unsqueeze astype=type copy=clone concatenate=cat length=numel() len=numel() ravel_=view(-1)
    to_numpy=numpy tonumpy=numpy array=data value=data get=item power=pow transpose_=t_ swap_axes=transpose
    gradient=grad gradients=grad derivative=grad back=backward backwards=backward backprop=backward
    requiresgrad=requires_grad require_grad=requires_grad requires_gradient=requires_grad gradfn=grad_fn zero=zero_
    zero_grad=grad.zero_ detach_numpy=detach().numpy
    fill=fill_ average=mean avg=mean multiply_=mul_ plus=add minus=sub times=mul divide_by=div matmult=matmul
    to_list=tolist assign=copy_ assign_add=add_ assign_sub=sub_ sizes=size() dims=dim() rank=dim() get_shape=size""")
MODULE_NAMES = _pairs("""
    array=tensor constant=tensor concatenate=cat expand_dims=unsqueeze power=pow reduce_sum=sum reduce_mean=mean
    reduce_max=max matmult=matmul zero=zeros one=ones identity=eye convert_to_tensor=tensor random=rand
    random_normal=randn random_uniform=rand arrange=arange product=prod average=mean rnn=randn ln=log arcsin=asin
    arccos=acos arctan=atan range_=arange nograd=no_grad no_gradient=no_grad
    Dense=Linear
    ReLu=ReLU Relu=ReLU MSE=MSELoss CrossEntropy=CrossEntropyLoss softmax_cross_entropy=cross_entropy""")

_NUMPY = ("import numpy as np", "before line 1: arrays and their functions")
_WORDS = {
    "None": "null nil undefined NULL none", "True": "true TRUE", "False": "false FALSE", "self": "this",
    "print": "puts echo printf println disp fprintf console", "float('nan')": "NaN nan", "len": "length",
    "float('inf')": "inf Inf Infinity infinity", "math.pi": "pi PI", "math.e": "e", "math": "Math", "log": "ln",
    "pi": "π", "torch": "th tor pytorch PyTorch touch", "F.mse_loss": "mse",
    "nn.CrossEntropyLoss": "CrossEntropy", "nn.MSELoss": "MSE",
    "nn.Linear": "Dense", "F.cross_entropy": "softmax_cross_entropy",
    "1/cos(x)": "sec", "1/sin(x)": "csc cosec", "1/tan(x)": "cot ctg cotan", "1/cosh(x)": "sech", "1/sinh(x)": "csch",
    "1/tanh(x)": "coth", "x**(1/3)": "cbrt", "tan": "tg", "log10": "lg", "atan(1/x)": "arccot acot",
    "acos(1/x)": "arcsec asec", "asin(1/x)": "arccsc acsc",
    "atan": "arctan arctg", "asin": "arcsin", "acos": "arccos", "range": "arange xrange",
}
NAMES: dict[str, tuple[str, str]] = {
    word: (here, f"what {word} is called here") for here, words in _WORDS.items() for word in words.split()} | {
    "np": _NUMPY, "numpy": ("import numpy", "before line 1: arrays and their functions"),
    "plt": ("import matplotlib.pyplot as plt", "before line 1: its functions draw nothing"),
}

_SHELL = "this is for the shell or the prompt, and no part of a program: leave it out"
LEFT_OUT = dict.fromkeys(("exit", "quit", "ls", "cd", "pip", "clear"), _SHELL) | dict.fromkeys(
    ("In", "Out"), "notebooks remember cells under this name; at the prompt _ is the last value") | dict.fromkeys(
    ("end", "endif", "endfor", "fi", "done", "begin"), "a block ends where its indentation ends: leave this out") | {
    "jnp": "tensors do what arrays do: torch.sqrt, torch.linspace, torch.tensor",
    "tf": "programs here are written with torch: torch.tensor, torch.matmul",
    "jax": "torch.autograd.grad gives gradients, and torch.func.grad functions of them",
    "pd": "tables are tensors here: torch.tensor([[1.0, 2.0]])",
    "keras": "layers stand in torch.nn: nn.Linear, nn.ReLU",
    "help": "gradcli doc NAME tells what an operation does",
    "System": "print(...) prints", "std": "print(...) prints", "cout": "print(...) prints",
}
