"""The settings, and where the value of each comes from.

One row of `KEYS` is one setting: the option on the command line, the GRADCLI_* variable, the key in config.toml and
the default all derive from it. The order of precedence is options, variables, file, defaults.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from gradcli import regular_file
from gradcli.console.replayed import Replay
from gradcli.faults.tree import UsageFault

LARGEST = 1 << 20   # bytes of the configuration file
Raw = str | int | float | bool | None


class Key(NamedTuple):
    """One setting.

    kind      the type that its text is converted to
    flags     the spellings of its option, where they are not --name alone
    lasting   whether config.toml and variables may set it; others are accepted on the command line only
    many      whether the option may be repeated; its value is a list
    """

    name: str
    kind: type
    help: str
    default: Any = None
    flags: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    metavar: str | None = None
    lasting: bool = True
    many: bool = False

    @property
    def word(self) -> str:
        """How the setting is spelled in the file and, after two dashes, as an option."""
        return self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        return f"GRADCLI_{self.name.upper()}"


class ByteSize(int):
    """A number of bytes, written as 300000, 512K, 64M or 2GiB."""


SUFFIXES = ("json", "jsonl", "csv", "npy", "npz")     # of files whose names decide the form of results
UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}

KEYS: dict[str, Key] = {key.name: key for key in (
    Key("style", str, "How values print, and which generator a seed means.", "tutorial",
        choices=("tutorial", "modern")),
    Key("stream", str, "The style whose generator a seed means, where it is not that of --style.",
        choices=("tutorial", "modern")),
    Key("age", str, "The PyTorch whose meaning, random numbers and, without --style, looks a program has.",
        choices=("0.1.12", "0.3", "0.4", "today")),
    Key("format", str, "The form of the results: text, plain, json, jsonl, csv, npy, npz; of formulas also unicode, "
        "latex, markdown, mathml.", "text", metavar="FORM",
        choices=("text", "plain", "json", "jsonl", "csv", "npy", "npz", "unicode", "latex", "markdown", "mathml")),
    Key("output", str, "Write to FILE instead of standard output, whole or not at all.", flags=("-o", "--output"),
        metavar="FILE", lasting=False),
    Key("var", str, "Set a name first: NAME=EXPR, or NAME=@FILE (.npy, .npz:member, .csv[:column], .json[:member], "
        ".jsonl, @-).",
        metavar="NAME=VALUE", lasting=False, many=True),
    Key("stdin_format", str, "What --var NAME=@- reads.", "json",
        choices=("json", "jsonl", "csv", "npy"), lasting=False),
    Key("double", bool, "Compute in double precision.", False),
    Key("seed", int, "Seed the random generator.", metavar="N"),
    Key("precision", int, "Digits after the point.", metavar="N"),
    Key("threshold", int, "Summarise tensors of this many elements or more.", metavar="N"),
    Key("edgeitems", int, "Elements shown at each end of a summary.", metavar="N"),
    Key("linewidth", int, "Characters in a line.", metavar="N"),
    Key("profile", str, "Print options by name; the others override it.", choices=("default", "short", "full")),
    Key("sci_mode", bool, "Exponents always or never, in the modern style."),
    Key("detect_anomaly", bool, "Stop at the first operation whose gradient is nan or infinite.", False),
    Key("time_limit", float, "Stop a program after S seconds.", 3600.0, metavar="S"),
    Key("memory_limit", ByteSize, "Stop a program that asks for more memory than SIZE.", 4 * 2**30, metavar="SIZE"),
    Key("max_output", ByteSize, "Stop a program that prints more than SIZE.", 2**30, metavar="SIZE"),
    Key("no_limits", bool, "Lift the limits on time, memory and output.", False),
    Key("require_walls", bool, "Refuse to run a program where a wall of the system is missing.", False),
    Key("errors", str, "The form of diagnostics.", "rich", choices=("rich", "short", "json")),
    Key("color", str, "Colour diagnostics.", "auto", choices=("auto", "always", "never")),
    Key("progress", bool, "Show the progress of long evaluations on a terminal.", True),
    Key("time", bool, "Say on standard error how long each part took.", False, lasting=False),
    Key("quiet", bool, "No notes, warnings or banner.", False, flags=("-q", "--quiet")),
    Key("isolated", bool, "Ignore the configuration file, init.grad and GRADCLI_* variables.", False, lasting=False),
    Key("edit_mode", str, "Keys of the REPL.", "emacs", choices=("emacs", "vi")),
)}


PRINT_OPTIONS = ("profile", "precision", "threshold", "edgeitems", "linewidth", "sci_mode")
"""The arguments of torch.set_printoptions. The profile is first: it resets the others, which then override it."""


class Settings:
    """The settings in force, one attribute for each key, and `notes` on what was wrong with their sources.

    `sources` says where each setting comes from: default, option, text, the path of the file or the variable.
    """

    style: str
    stream: str | None
    age: str | None
    format: str
    output: str | None
    var: list[str]
    stdin_format: str
    double: bool
    seed: int | None
    precision: int | None
    threshold: int | None
    edgeitems: int | None
    linewidth: int | None
    profile: str | None
    sci_mode: bool | None
    detect_anomaly: bool
    time_limit: float | None
    memory_limit: int | None
    max_output: int | None
    no_limits: bool
    require_walls: bool
    errors: str
    color: str
    progress: bool
    time: bool
    quiet: bool
    isolated: bool
    edit_mode: str
    opened: list[Any] | None = None     # the assignments of --var, when their files have been read

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        """`options` are the values from the command line by name; None for an option that is not there."""
        self.notes: list[str] = []
        self.sources: dict[str, str] = {}
        for key in KEYS.values():
            self._set(key, [] if key.many else key.default, "default")
        if not (options or {}).get("isolated"):
            self._read_file(config_path())
            self._read_variables(os.environ)
        for name, value in (options or {}).items():
            if value is not None:
                key = KEYS[name]
                self._set(key, list(value) if key.many else read_setting(key, value, f"--{key.word}"), "option")
        self._follow_output()
        self.follow_age()
        if most := Replay.memory:
            self.no_limits, self.memory_limit = False, min(self.memory_limit or most, most)

    @staticmethod
    def printing() -> tuple[str, ...]:
        """The settings that change what a program prints: a transcript records them, a test resets them."""
        return "style", "stream", "age", "seed", "double", *PRINT_OPTIONS

    def follow_age(self) -> None:
        """Let --age decide the style, where --style does not."""
        if self.age and self.sources["style"] == "default":
            self.style = "modern" if self.age == "today" else "tutorial"

    def _follow_output(self) -> None:
        """Let the name of the file that is written decide the form of results; - is standard output."""
        if self.output == "":
            raise UsageFault("-o needs the name of a file after it", "-o results.json")
        if self.output == "-":
            self.output = None
        form = os.path.splitext(self.output or "")[1][1:].lower()
        if form not in SUFFIXES or form == self.format:
            return
        if self.sources["format"] == "option":
            self.notes.append(f"-o {self.output} decides the form of the results, not --format {self.format}")
        self.format, self.sources["format"] = form, "option"

    def follow_text(self, text: str) -> None:
        """Set the age from a script's comment `# gradcli: age AGE`, where nothing else sets it."""
        if "# gradcli: age " in text and self.sources["age"] == "default":
            word = text.partition("# gradcli: age ")[2].split("\n", 1)[0].split(",")[0].strip()
            self._set(KEYS["age"], read_setting(KEYS["age"], word, "# gradcli: age"), "text")
            self.follow_age()

    def _set(self, key: Key, value: object, source: str) -> None:
        setattr(self, key.name, value)
        self.sources[key.name] = source

    def _read_variables(self, environ: Mapping[str, str]) -> None:
        if not any(name.startswith("GRADCLI_") for name in environ):
            return
        for key in KEYS.values():
            if key.lasting and (text := environ.get(key.variable)):
                self._set(key, read_setting(key, text, key.variable), key.variable)

    def _read_file(self, path: str) -> None:
        try:
            content = regular_file.read(path, LARGEST)
        except (FileNotFoundError, NotADirectoryError):
            return      # no file, no settings: `config path` says where one is looked for
        except OSError as error:
            self.notes.append(f"cannot read {path}: {error.strerror}")
            return
        import tomllib

        try:
            table = tomllib.loads(content.decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageFault(f"{path} is not TOML: {error}") from None
        for word, value in table.items():
            key = KEYS.get(word.replace("-", "_"))
            if key is None or not key.lasting:
                self.notes.append(f"{path}: unknown key {word!r}{did_you_mean(word, lasting_words())}")
            else:
                self._set(key, read_setting(key, value, f"{path}: {word}"), path)


def lasting_words() -> list[str]:
    """The keys a configuration file may have."""
    return [key.word for key in KEYS.values() if key.lasting]


def read_setting(key: Key, value: Raw, where: str) -> Raw:
    """Convert `value`, a text or a value of TOML, to the type of `key`. Raises UsageFault, which names `where`."""
    try:
        result: Raw = READERS[key.kind](value)
    except (ValueError, TypeError, KeyError, OverflowError):
        raise UsageFault(f"{where}: {value!r} is not {EXPECTED[key.kind]}") from None
    if result != result:
        raise UsageFault(f"{where}: {value!r} is not {EXPECTED[key.kind]}")
    if key.choices and result not in key.choices:
        raise UsageFault(f"{where}: {value!r} is not one of {', '.join(key.choices)}")
    if isinstance(result, (int, float)) and not isinstance(result, bool) and key.name != "seed" and not result >= 0:
        raise UsageFault(f"{where}: {value!r} is negative")
    return result


def _bool(value: Raw) -> bool:
    if isinstance(value, bool):
        return value
    return {"1": True, "true": True, "yes": True, "on": True,
            "0": False, "false": False, "no": False, "off": False}[str(value).lower()]


def _number(value: Raw) -> int:
    if isinstance(value, (bool, float)) or value is None:
        raise ValueError(value)
    return int(value)


def _real(value: Raw) -> float:
    if isinstance(value, bool) or value is None:
        raise ValueError(value)
    return float(value)


def _size(value: Raw) -> int:
    text = str(value).strip().upper().removesuffix("B").removesuffix("I")
    unit = text[-1:] if text[-1:] in UNITS else ""
    number = float(text.removesuffix(unit) if unit else text)
    return int(number * UNITS[unit])


def _text(value: Raw) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


READERS: dict[type, Any] = {str: _text, int: _number, float: _real, bool: _bool, ByteSize: _size}
EXPECTED = {str: "text", int: "a whole number", float: "a number", bool: "true or false",
            ByteSize: "a size such as 64M"}


def did_you_mean(word: str, choices: list[str]) -> str:
    """The end of a message about an unknown `word`: "; did you mean '...'?", or "" if no known word is near."""
    from gradcli.faults import suggestions

    close = suggestions.nearest(word, choices)
    return f"; did you mean {close[0]!r}?" if close else ""


def config_path() -> str:
    """Where the configuration file is looked for, whether or not it is there."""
    return os.path.join(_home("XDG_CONFIG_HOME", ".config"), "gradcli", "config.toml")


def init_path() -> str:
    """The program that the REPL runs first, where there is one."""
    return os.path.join(_home("XDG_CONFIG_HOME", ".config"), "gradcli", "init.grad")


def history_path() -> str:
    """Where the REPL keeps what was typed."""
    return os.path.join(_home("XDG_STATE_HOME", ".local", "state"), "gradcli", "history")


def _home(variable: str, *default: str) -> str:
    """The directory a variable names; relative ones are ignored, as the XDG rules ask."""
    from gradcli.artifacts import home_folder

    folder = os.environ.get(variable, "")
    return folder if os.path.isabs(folder) else os.path.join(home_folder(), *default)
