"""
Autograd: automatic differentiation
===================================

The classic tutorial as a script. ``gradcli run autograd_tutorial.py`` and Python with torch of that time
run it as it stands.

Variable
--------

A ``Variable`` wraps a tensor and records what is computed from it. Its ``data`` is the tensor, its ``grad``
the gradient after ``backward()``, and its ``creator`` the function that made it.
"""

import torch
from torch.autograd import Variable

torch.manual_seed(1)

###############################################################
# Create a variable:
x = Variable(torch.ones(2, 2), requires_grad=True)
print(x)

###############################################################
# Do an operation of variable:
y = x + 2
print(y)

###############################################################
# ``y`` was created as a result of an operation, so it has a creator.
print(y.creator)

###############################################################
# Do more operations on y
z = y * y * 3
out = z.mean()

print(z, out)

###############################################################
# Gradients
# ---------
# Backprop is ``out.backward()``, the same as ``out.backward(torch.Tensor([1.0]))``

out.backward()

###############################################################
# d(out)/dx, a matrix of ``4.5``

print(x.grad)

###############################################################
# You can do many crazy things with autograd.

x = torch.randn(3)
x = Variable(x, requires_grad=True)

y = x * 2
while y.data.norm() < 1000:
    y = y * 2

print(y)

###############################################################
#
gradients = torch.FloatTensor([0.1, 1.0, 0.0001])
y.backward(gradients)

print(x.grad)
