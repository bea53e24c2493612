"""`pathlib`: paths as values that can be joined and taken apart; methods that would access files raise when called."""

from __future__ import annotations

import pathlib
from typing import Any

from gradcli.exposure import exposed, seal
from gradcli.lang.budget import Budget
from gradcli.lang.runtime.format import HASHED
from gradcli.lang.runtime.types import stand_in
from gradcli.namespace.python.system.os_path import DATA, FOLDER, absolute
from gradcli.namespace.python.system.sys import refusing
from gradcli.namespace.python.wrapper import Wrapper, expose_own

PARTS = "name stem suffix suffixes root anchor drive parts".split()
FILES = ("chmod exists expanduser glob group hardlink_to is_dir is_file is_symlink iterdir lstat mkdir open "
         "owner read_bytes read_text readlink rename replace rglob rmdir samefile stat symlink_to touch unlink "
         "write_bytes write_text").split()


@exposed(*PARTS, *FILES, "parent", "parents", "joinpath", "with_name", "with_stem", "with_suffix", "absolute",
         "resolve", "as_posix", "is_absolute", "is_relative_to", "relative_to")
class PosixPath(Wrapper):
    """`pathlib.Path`: a path of POSIX form that leads nowhere."""

    __slots__ = ()

    def __init__(self, *segments: Any) -> None:
        segments = tuple([_plain(segment) for segment in segments])
        Budget().check_characters(sum(map(len, segments)) + len(segments))
        self._own = pathlib.PurePosixPath(*segments)

    parent = property(lambda self: _path(self._own.parent))

    @property
    def parents(self) -> tuple[PosixPath, ...]:
        """The paths above this one, the nearest first."""
        Budget().check_characters(len(self._own.parts) * len(str(self._own)))
        return tuple([_path(path) for path in self._own.parents])

    def joinpath(self, *other: Any) -> PosixPath:
        """This path followed by others."""
        return PosixPath(self, *other)

    def with_name(self, name: str) -> PosixPath:
        """The path with another last part."""
        return _path(self._own.with_name(_plain(name)))

    def with_stem(self, stem: str) -> PosixPath:
        """The path with another last part, whose suffix stays."""
        return _path(self._own.with_stem(_plain(stem)))

    def with_suffix(self, suffix: str) -> PosixPath:
        """The path with another suffix, such as ".csv"."""
        return _path(self._own.with_suffix(_plain(suffix)))

    def as_posix(self) -> str:
        """The path as a str."""
        return str(self._own)

    def absolute(self) -> PosixPath:
        """The path from the root, as if the program stood in a folder of its own."""
        return PosixPath(FOLDER, self)

    def resolve(self, strict: bool = False) -> PosixPath:
        """The absolute path without `..`."""
        return PosixPath(absolute(self.as_posix()))

    def is_absolute(self) -> bool:
        """Whether the path begins at the root."""
        return self._own.is_absolute()

    def is_relative_to(self, other: Any, /) -> bool:
        """Whether the path lies under `other`."""
        return self._own.is_relative_to(_plain(other))

    def relative_to(self, other: Any, /) -> PosixPath:
        """What follows `other` in the path; ValueError if it does not lie under it."""
        return _path(self._own.relative_to(_plain(other)))

    def __truediv__(self, other: Any) -> Any:
        return PosixPath(self, other) if type(other) in (str, PosixPath) else NotImplemented

    def __rtruediv__(self, other: Any) -> Any:
        return PosixPath(other, self) if type(other) is str else NotImplemented

    def __quoted__(self, style: Any) -> str:
        return f"PosixPath({self.as_posix()!r})"

    def __formatted__(self, specification: str) -> str:
        if specification:
            raise TypeError("unsupported format string passed to PosixPath.__format__")
        return str(self._own)


def _plain(segment: Any) -> str:
    """A segment as a str."""
    if type(segment) is PosixPath:
        return segment.as_posix()
    if type(segment) is not str:
        raise TypeError("argument should be a str or an os.PathLike object where __fspath__ returns a str, "
                        f"not {type(segment).__name__!r}")
    return segment


def _path(pure: pathlib.PurePosixPath) -> PosixPath:
    Budget().check_characters(len(pure.name))
    path = PosixPath()
    path._own = pure
    return path


expose_own(PosixPath, *PARTS)
for _name in FILES:
    setattr(PosixPath, _name, refusing(f"Path.{_name}", *DATA))
seal(PosixPath)
HASHED.add(PosixPath)

Path = PurePath = PurePosixPath = stand_in("pathlib.PosixPath", PosixPath, PosixPath, {
    name: refusing(f"Path.{name}", *DATA) for name in ("cwd", "home")})
