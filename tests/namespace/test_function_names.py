"""The names of functions that programs are handed are torch's or Python's, and tell nothing of what is inside."""

from gradcli.session.session import Session

TEXT = """
import argparse, copy, functools, json, logging, math, operator, os, random, re, subprocess, sys, time
import numpy as np
import torch
names = []
for m in (torch, torch.nn, torch.nn.functional, torch.nn.init, torch.nn.utils, torch.cuda, torch.autograd,
          torch.backends, torch.jit, torch.utils.data, torch.optim, np, np.random, np.linalg, argparse, copy,
          functools, json, logging, math, operator, os, random, re, subprocess, sys, time):
    for name in dir(m):
        if not callable(getattr(m, name, None)):
            continue
        f = functools.wraps(getattr(m, name))(lambda: 1)
        names.append(f.__name__ + " " + str(f) + " " + str(getattr(m, name)) + " " + f.__qualname__)
"""


def test_no_inner_names():
    session = Session(style="modern")
    session.run(TEXT)
    names = session["names"]
    assert len(names) > 1000
    assert not [name for name in names if "<locals>" in name or "gradcli" in name]


def test_functions_without_a_name_have_that_of_the_member():
    assert Session().run("torch.get_default_dtype.__name__, torch.is_grad_enabled.__name__") == (
        "('get_default_dtype', 'is_grad_enabled')\n")
