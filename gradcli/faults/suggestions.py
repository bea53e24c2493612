"""Names that may have been meant: one strict measure for options, settings, files, modules and names of programs.

A suggestion that nobody means is worse than none. So a name is suggested only where it differs by slips of the
keyboard: one in short words, two in long ones, or case and underscores alone.
"""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 50    # characters: nobody types longer names by hand, and comparing them would take long
SHORT, LONG = 3, 7      # characters from which one slip, and two, are allowed


def nearest(name: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """The one name that is most likely meant, or nothing."""
    if len(name) > LONGEST:
        return ()
    names = sorted(word for word in set(candidates) if not word.startswith((".", "__")))
    plain = _normalized(name)
    same = ([word for word in names if _normalized(word) == plain]
            or [word for word in names if _single(word) == _single(plain)]) if plain else []
    if same:
        return (min(same, key=lambda word: (word.lower() != name.lower(), word)),)
    most = allowed(name)
    likely = []
    for word in names:
        if abs(len(word) - len(name)) <= most and len(set(word.lower()) ^ set(name.lower())) <= 2 * most:
            slips = distance(name.lower(), word.lower())
            if slips <= min(most, allowed(word)) and _is_likely(name, word, slips):
                likely.append((slips, word[0].lower() != name[0].lower(), word[0] != name[0], word))
    return (min(likely)[-1],) if likely else ()


def nearest_word(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """The word of the language of which a name of a program is a slip, as a tuple of none or one.

    `model` is no slip of `mode`, `loss` none of `less`, `conv1` none of `conv1d`: programs name their values by
    ordinary words.
    """
    return tuple(word for word in nearest(name, names)
                 if len(name) > 1 and (_normalized(name) == _normalized(word) or _is_mistyped(name, word)))


def _is_mistyped(name: str, word: str) -> bool:
    """Whether letters were exchanged, doubled or left out, rather than others put or added."""
    name, word = name.lower(), word.lower()
    if sorted(name) == sorted(word) or _single(name) == _single(word):
        return len(name) >= SHORT
    short = min(len(name), len(word)) <= SHORT
    if short or any(c.isdigit() for c in name):
        return False
    long, part = (name, word) if len(name) > len(word) else (word, name)
    if long.startswith(part) or long.endswith(part):
        return False
    return len(name) != len(word) or len(name) > LONG


def likeliest_name(name: str, groups: Iterable[tuple[str, Iterable[str]]]) -> str:
    """The name that is most likely meant, among groups of names with the word of the module they stand in.

    `groups` begin with the likeliest. A name that is the same but for case and underscores comes before one that
    differs by slips, and one that begins with a letter of the same case before the others: `Conv2D` means nn.Conv2d,
    not conv2d, and `mseloss` F.mse_loss, not nn.MSELoss.
    """
    best: tuple[tuple[int, bool, int], str] | None = None
    for order, (module, members) in enumerate(groups):
        alike = [word for word in members if word[:1].isupper() == name[:1].isupper()]
        for match in (*nearest_word(name, alike), *nearest_word(name, members)):
            rank = (distance(_normalized(name), _normalized(match)), match[:1].isupper() != name[:1].isupper(), order)
            if best is None or rank < best[0]:
                best = rank, f"{module}.{match}" if module else match
    return best[1] if best else ""


def allowed(name: str) -> int:
    """How many slips there may be in a name."""
    return 0 if len(name) < SHORT else 1 if len(name) < LONG else 2


def distance(one: str, other: str) -> int:
    """The fewest slips from one word to the other: a letter more, less, another, or two exchanged."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        above, before, row = before, row, [i]
        for j, there in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != there))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == there:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _normalized(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _single(name: str) -> str:
    """The name without the letters that repeat the one before them: keys bounce."""
    return "".join(letter for n, letter in enumerate(name) if not n or letter != name[n - 1])


def _is_likely(name: str, word: str, slips: int) -> bool:
    """Whether the slips are ones that hands make: the first letter is right, but for one letter left out or exchanged.

    In words of three letters another letter makes another word, as in `cos` and `cot`.
    """
    digits, others = ([c for c in text if c.isdigit()] for text in (name, word))
    if digits != others:        # float65 is a slip of float64, and conv1d none of conv2d
        return slips == 1 and len(digits) == len(others) > 1
    if slips == 1 and len(name) == len(word) and min(len(name), len(word)) == SHORT:
        return sorted(name.lower()) == sorted(word.lower())
    if name[0].lower() == word[0].lower():
        return True
    return slips == 1 and (len(name) != len(word) or sorted(name.lower()) == sorted(word.lower()))
