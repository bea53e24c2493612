"""The order in which PyTorch leaves equal elements when it need not keep theirs.

It sorts rows by introspective sorting (Musser 1997), as the C++ library on Linux has it: quicksort around the median of
the second, the middle and the last element, and insertion for parts of up to 16. What is equal then lies in an order
of its own, which follows from comparisons alone.
"""

import numpy as np

SHORT = 16          # rows that are sorted by insertion, which keeps the order of equal elements
MOST = 1000         # elements for which the steps are worth taking; today's PyTorch prints no more in full


def reordered(array, order, at):
    """`order`, which sorts `array` along `at` stably, as the order that PyTorch has in its place."""
    if array.ndim == 0 or array.shape[at] <= SHORT or array.size > MOST:
        return order
    values = np.moveaxis(np.take_along_axis(array, order, at), at, -1)
    steps = (values[..., 1:] != values[..., :-1]) & ~((values[..., 1:] != values[..., 1:])
                                                      & (values[..., :-1] != values[..., :-1]))
    if steps.all():
        return order
    rows = np.moveaxis(order, at, -1).copy()
    for place in np.ndindex(rows.shape[:-1]):
        if not steps[place].all():
            ranks = np.empty(rows.shape[-1], np.int64)
            ranks[rows[place]] = np.concatenate(([0], np.cumsum(steps[place])))
            rows[place] = sorted_places(ranks.tolist())
    return np.ascontiguousarray(np.moveaxis(rows, -1, at))


def sorted_places(ranks):
    """The places of whole numbers in the order of the numbers."""
    items = list(enumerate(ranks))
    parts, most = [(0, len(items), 2 * (len(items).bit_length() - 1))], SHORT
    while parts:
        first, last, depth = parts.pop()
        while last - first > most:
            if not depth:       # a heap would take over, for rows that are made to be slow
                return [i for i, _ in sorted(enumerate(ranks), key=lambda item: item[1])]
            depth -= 1
            cut = _partition(items, first, last)
            parts.append((cut, last, depth))
            last = cut
    for i in range(1, len(items)):
        item, j = items[i], i
        while j and item[1] < items[j - 1][1]:
            items[j] = items[j - 1]
            j -= 1
        items[j] = item
    return [i for i, _ in items]


def _partition(items, first, last):
    """Where a part is cut in two, once its elements are on their sides of a median, which is put first."""
    low, middle, high = first + 1, first + (last - first) // 2, last - 1
    a, b, c = items[low][1], items[middle][1], items[high][1]
    if a < b:
        chosen = middle if b < c else high if a < c else low
    else:
        chosen = low if a < c else high if b < c else middle
    items[first], items[chosen] = items[chosen], items[first]
    pivot, high = items[first][1], last
    while True:
        while items[low][1] < pivot:
            low += 1
        high -= 1
        while pivot < items[high][1]:
            high -= 1
        if low >= high:
            return low
        items[low], items[high] = items[high], items[low]
        low += 1
