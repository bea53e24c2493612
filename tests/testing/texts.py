"""Test files in every format, that say the same."""

import json

FENCED = """\
# Notes

```gradcli
>>> x = torch.ones(1, 2)
>>> x * 3

 3  3
[torch.FloatTensor of size 1x2]

```
"""
SESSION = """\
>>> x = torch.ones(1, 2)
>>> x * 3

 3  3
[torch.FloatTensor of size 1x2]

>>> for i in range(2):
...     print(i)
...
0
1
>>> x.backward()
error[G0406]: element 0 of tensors does not require grad and does not have a grad_fn
 --> <stdin>:1:1
  |
1 | x.backward()
  | ^^^^^^^^^^^^
  = help: x.requires_grad = True     if x is the leaf, before the rest is computed
"""


def notebook(*cells, indent=1):
    """The text of a notebook with one code cell for each (source, outputs)."""
    document = {"cells": [{"cell_type": "markdown", "metadata": {}, "source": ["# Notes, é"]}],
                "metadata": {"kernelspec": {"name": "gradcli"}}, "nbformat": 4, "nbformat_minor": 5}
    for number, (source, outputs) in enumerate(cells, 1):
        document["cells"].append({"cell_type": "code", "execution_count": number, "metadata": {}, "outputs": outputs,
                                  "source": source.splitlines(keepends=True)})
    return json.dumps(document, indent=indent, ensure_ascii=False) + "\n"


def stream(text):
    return {"name": "stdout", "output_type": "stream", "text": text.splitlines(keepends=True)}


def result(text, number=1):
    return {"data": {"text/plain": text.splitlines(keepends=True)}, "execution_count": number, "metadata": {},
            "output_type": "execute_result"}
