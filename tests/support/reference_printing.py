"""The tutorial style element by element, as its rules are told: slow, plain, and made separately.

It shares nothing with gradcli.display, so that the two can be held against each other.
"""

import itertools
import math

INF = float("inf")


def tensor_text(array, type_name, options):
    if array.size == 0:
        return f"[{type_name} with no dimension]\n"
    body = {1: vector, 2: matrix}.get(array.ndim, slices)(array, options)
    return "\n" + body + f"[{type_name} of size {'x'.join(str(s) for s in array.shape)}]\n"


class Numbers:
    """Width, scale and the text of one element."""

    def __init__(self, array, options, m):
        p = options.precision
        sizes = [abs(float(v)) for v in array.flatten()]
        m = max(m, 2)
        if any(not math.isfinite(v) for v in sizes):
            sizes = [v for v in sizes if math.isfinite(v)]
            m = max(m, 3)
        sizes = sizes or [0.0]
        lo, hi = self.exponent(min(sizes)), self.exponent(max(sizes))
        self.scale = 1.0
        if all(v == math.ceil(v) for v in sizes):
            if hi <= p + 1:
                self.width = max(m, hi + 1)
                self.pattern = "{:" + str(self.width) + ".0f}"
            else:
                self.width = max(m, p + 7)
                self.pattern = "{:11." + str(p) + "e}"
        elif hi - lo > p or (hi < 0 and math.pow(10, hi - 1) == 0):
            self.width = max(m, p + 8 if abs(hi) > 99 or abs(lo) > 99 else p + 7)
            self.pattern = "{:" + str(self.width) + "." + str(p) + "e}"
        else:
            if hi > p + 1 or hi < 0:
                self.width, self.scale = max(m, 7), math.pow(10, hi - 1)
            elif hi == 0:
                self.width = max(m, 7)
            else:
                self.width = max(m, hi + 6)
            self.pattern = "{:" + str(self.width) + "." + str(p) + "f}"

    @staticmethod
    def exponent(v):
        return 1 if v == 0 else math.floor(math.log10(v)) + 1

    def __call__(self, v):
        return self.pattern.format(float(v) / self.scale)

    def line(self, row):
        return " ".join(self(v) for v in row)

    @property
    def scaled(self):
        return self.scale != 1

    @property
    def heading(self):
        return f"{self.scale:.5e} *\n" if self.scaled else ""


def vector(array, options):
    number = Numbers(array, options, 0)
    n, lead = options.edgeitems, " " if number.scaled else ""
    lines = [lead + number(v) for v in array]
    if len(lines) >= options.threshold:
        dots = lead + ("{:^" + str(number.width) + "}").format("⋮")
        lines = lines[:n] + [dots] + (lines[-n:] if n else [])
    return number.heading + "".join(line + "\n" for line in lines)


def matrix(array, options):
    n = options.edgeitems
    rows, columns = array.shape
    number = Numbers(array, options, 5 if rows > 2 * n or columns > 2 * n else 0)
    return one_matrix(array, number, "", options, False)


def one_matrix(array, number, ind, options, forced):
    n = options.edgeitems
    rows, columns = array.shape
    if not forced and (rows * columns < options.threshold or (rows <= 2 * n and columns <= 2 * n)):
        return full(array, number, ind, options)
    text = number.heading
    for i in range(rows):
        if rows > 2 * n and n <= i < rows - n:
            if i == n:
                text += dots(array, number, ind, n)
            continue
        row = array[i]
        if columns > 2 * n:
            text += ind + number.line(row[:n]) + "  ...  " + number.line(row[columns - n:]) + "\n"
        else:
            text += ind + number.line(row) + "\n"
    return text


def dots(array, number, ind, n):
    if array.shape[1] > 2 * n:
        side = centred("...", (number.width + 1) * n - 1)
        return ind + side + " " + "  ⋱  " + " " + side + "\n"
    return centred("⋮", len(number.line(array[n - 1])) + 1) + "\n"


def centred(text, width):
    spare = max(0, width - len(text))
    return " " * (spare // 2) + text + " " * (spare - spare // 2)


def full(array, number, ind, options):
    columns = array.shape[1]
    c = max(1, math.floor((options.linewidth - len(ind)) / (number.width + 1)))
    text, start = "", 0
    while start < columns:
        end = min(start + c, columns) - 1
        if c < columns:
            if start != 1:
                text += "\n"
            text += f"Columns {start} to {end} \n" + ind
        text += number.heading
        for row in array:
            text += ind + (" " if number.scaled else "") + number.line(row[start:end + 1]) + "\n"
        start = end + 1
    return text


def slices(array, options):
    n = options.edgeitems
    number = Numbers(array, options, 3 if max(array.shape[-2:]) > 2 * n else 0)
    big = array.size >= options.threshold
    leading = array.shape[:-2]
    d = max(2, max(len(str(size)) for size in array.shape))
    text, before = "", None
    for index in itertools.product(*(range(size) for size in leading)):
        if big and any(size > 2 * n and n <= i < size - n for i, size in zip(index, leading, strict=True)):
            continue
        if before is not None:
            if big:
                text += markers(before, index, d)
            text += "\n"
        text += "(" + ",".join(centred(str(i), d) for i in index) + ",.,.) = \n"
        text += one_matrix(array[index], number, " ", options, big)
        before = index
    return text or "...\n"


def markers(before, index, d):
    """The two lines for a step: which index jumped, and which ones went back to 0."""
    jumped = [b > a + 1 for a, b in zip(before, index, strict=True)]
    first = [a != b for a, b in zip(before, index, strict=True)].index(True)
    wrapped = [i > first for i in range(len(index))]
    text = ""
    if any(jumped):
        text += "".join(centred("..." if j else "", d + 1) for j in jumped) + "\n"
    if any(wrapped):
        text += " " + "".join(centred("⋮" if w else "", d + 1) for w in wrapped) + "\n"
    return text
