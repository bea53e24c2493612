"""The order in which PyTorch leaves equal elements when it need not keep theirs, and which of them it picks.

It sorts rows by introspective sorting (Musser 1997), as the C++ library on Linux has it: quicksort around the median of
the second, the middle and the last element, and insertion for parts of up to 16. `nth_element` selects in the same way,
`partial_sort` by a heap, `quick_select` by the median of three of Numerical Recipes. What is equal then lies in an
order of its own, which follows from comparisons alone. All of them work on a list of pairs: a place and its rank.
"""

from operator import eq

import numpy as np

SHORT = 16          # rows that are sorted by insertion, which keeps the order of equal elements
MOST = 1000         # elements for which the steps are worth taking; today's PyTorch prints no more in full
FEW = 64            # elements that are read as Python's numbers
MOST_SELECTED = 20_000      # and where a row is gone through once


def reordered(array, order, at):
    """`order`, which sorts `array` along `at` stably, as the order that PyTorch has in its place."""
    if array.ndim == 0 or array.shape[at] <= SHORT or array.size > MOST:
        return order
    values = np.moveaxis(np.take_along_axis(array, order, at), at, -1)
    steps = ascents(values)
    if steps.all():
        return order
    rows = np.moveaxis(order, at, -1).copy()
    for place in np.ndindex(rows.shape[:-1]):
        if not steps[place].all():
            ranks = np.empty(rows.shape[-1], np.int64)
            ranks[rows[place]] = np.concatenate(([0], np.cumsum(steps[place])))
            rows[place] = sorted_places(ranks.tolist())
    return np.ascontiguousarray(np.moveaxis(rows, -1, at))


def ascents(values):
    """A mask of the sorted values that differ from the one before, along the last dimension; nan equals nan."""
    left, right = values[..., :-1], values[..., 1:]
    return (right != left) & ~((right != right) & (left != left))


def picked(array, at, order, pick, always=False):
    """`order`, places of elements along `at` in the order of these, or in place of a row with a choice `pick(items)`.

    A row leaves one where an element at its places has an equal, among them or elsewhere, or `always`. `pick` takes
    the row as pairs of a place and a rank, the same for equal elements, and returns as many places as `order` has.
    """
    if array.ndim == 0 or array.size > MOST_SELECTED:
        return order
    if 0 < array.size <= FEW:
        return _picked_of_few(array, at, order, pick, always)
    if not (always or leaves_choice(array, at, order)):
        return order
    rows, places = np.moveaxis(array, at, -1), np.moveaxis(order, at, -1)
    result = None
    for row in np.ndindex(rows.shape[:-1]):
        values = rows[row]
        if (ranks := tied_ranks(values, () if always else places[row])) is not None:
            result = places.copy() if result is None else result
            result[row] = pick(list(enumerate(ranks)))
    return order if result is None else np.ascontiguousarray(np.moveaxis(result, -1, at))


def _picked_of_few(array, at, order, pick, always):
    """`picked` for few elements, which are compared as Python's numbers; a row with a nan is ranked before."""
    last = at == array.ndim - 1
    rows, places = (array, order) if last else (array.swapaxes(at, -1), order.swapaxes(at, -1))
    lines = rows.reshape(-1, rows.shape[-1]).tolist()
    result = None
    for i, values in enumerate(lines):
        if not all(map(eq, values, values)):
            values = tied_ranks(np.array(values), ())
        if always or len(set(values)) < len(values):
            if result is None:
                result = np.array(places).reshape(len(lines), -1)
            result[i] = pick(list(enumerate(values)))
    if result is None:
        return order
    result = result.reshape(places.shape)
    return result if last else np.ascontiguousarray(result.swapaxes(at, -1))


def leaves_choice(array, at, order):
    """Whether some element that `order` picks, in order, has an equal: the next one, or for the last any other."""
    elements = np.take_along_axis(array, order, at)
    last = elements.take([-1], at)
    equal = array == last if (last == last).all() else (array == last) | (array != array) & (last != last)
    return bool((np.add.reduce(equal, at) != 1).any()) or not ascents(elements.swapaxes(at, -1)).all()


def tied_ranks(values, places):
    """The ranks of a row's values, nan last, the same for equal ones; None where those at `places` have no equals."""
    order = values.argsort(kind="stable")
    steps = np.concatenate(([True], ascents(values[order]), [True]))
    alone = np.empty(len(values), bool)
    alone[order] = steps[1:] & steps[:-1]
    if len(places) and alone[places].all():
        return None
    ranks = np.empty(len(values), np.int64)
    ranks[order] = np.cumsum(steps[:-1])
    return ranks.tolist()


def sorted_places(ranks):
    """The places of whole numbers in the order of the numbers."""
    items = list(enumerate(ranks))
    sort(items, 0, len(items))
    return [i for i, _ in items]


def top_places(items, k, largest, ordered):
    """The places of the k elements of the greatest or least ranks, in order if `ordered`."""
    if largest:
        items = [(i, -rank) for i, rank in items]
    if k * 64 <= len(items):
        partial_sort(items, k)
    else:
        nth_element(items, k - 1)
        if ordered:
            sort(items, 0, k - 1)
    return [i for i, _ in items[:k]]


def place_at(select, items, n):
    """The place of the element of rank n, as `nth_element` or `quick_select` finds it."""
    select(items, n)
    return items[n][0]


def sort(items, first, last):
    """Sort the part of `items` from `first` to before `last`."""
    parts = [(first, last, 2 * ((last - first).bit_length() - 1))]
    while parts:
        low, high, depth = parts.pop()
        while high - low > SHORT:
            if not depth:
                part = items[low:high]
                partial_sort(part, len(part))
                items[low:high] = part
                break
            depth -= 1
            cut = _partition(items, low, high)
            parts.append((cut, high, depth))
            high = cut
    _insertion_sort(items, first, last)


def nth_element(items, n):
    """Put the element of rank n in its place, those before it to its left."""
    first, last = 0, len(items)
    depth = 2 * (last.bit_length() - 1)
    while last - first > 3:
        if not depth:
            part = items[first:last]
            _heap_select(part, n + 1 - first)
            part[0], part[n - first] = part[n - first], part[0]
            items[first:last] = part
            return
        depth -= 1
        cut = _partition(items, first, last)
        if cut <= n:
            first = cut
        else:
            last = cut
    _insertion_sort(items, first, last)


def partial_sort(items, k):
    """Put the k least elements first, in order."""
    _heap_select(items, k)
    for end in range(k - 1, 0, -1):
        value, items[end] = items[end], items[0]
        _sift(items, 0, end, value)


def quick_select(items, k):
    """Put the element of rank k in its place: the first of three is the pivot (Numerical Recipes, section 8.5)."""
    low, high = 0, len(items) - 1
    while high > low:
        if high == low + 1:
            _in_order(items, low, high)
            return
        middle = low + (high - low) // 2
        items[middle], items[low + 1] = items[low + 1], items[middle]
        _in_order(items, low + 1, high)
        _in_order(items, low, high)
        _in_order(items, low + 1, low)
        left, right, pivot = low + 1, high, items[low][1]
        while True:
            left += 1
            while items[left][1] < pivot:
                left += 1
            right -= 1
            while items[right][1] > pivot:
                right -= 1
            if right < left:
                break
            items[left], items[right] = items[right], items[left]
        items[low], items[right] = items[right], items[low]
        if right <= k:
            low = left
        if right >= k:
            high = right - 1


def _in_order(items, i, j):
    """Exchange the elements at i and j if the first is the greater."""
    if items[i][1] > items[j][1]:
        items[i], items[j] = items[j], items[i]


def _insertion_sort(items, first, last):
    for i in range(first + 1, last):
        item, j = items[i], i
        while j > first and item[1] < items[j - 1][1]:
            items[j] = items[j - 1]
            j -= 1
        items[j] = item


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


def _heap_select(items, k):
    """Put the k least elements first, as a heap with the greatest of them on top."""
    for parent in range((k - 2) // 2, -1, -1):
        _sift(items, parent, k, items[parent])
    for i in range(k, len(items)):
        if items[i][1] < items[0][1]:
            value, items[i] = items[i], items[0]
            _sift(items, 0, k, value)


def _sift(items, hole, size, value):
    """Put `value` into the heap of the first `size` elements, whose place `hole` is free: down, then up again."""
    top = child = hole
    while child < (size - 1) // 2:
        child = 2 * (child + 1)
        if items[child][1] < items[child - 1][1]:
            child -= 1
        items[hole] = items[child]
        hole = child
    if size % 2 == 0 and child == (size - 2) // 2:
        child = 2 * child + 1
        items[hole] = items[child]
        hole = child
    while hole > top and items[(hole - 1) // 2][1] < value[1]:
        items[hole] = items[(hole - 1) // 2]
        hole = (hole - 1) // 2
    items[hole] = value
