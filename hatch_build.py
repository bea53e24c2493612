"""The build hook: what a start would otherwise work out is worked out while the package is built."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class TablesHook(BuildHookInterface):  # type: ignore[type-arg]  # the interface's parameter is a builder's affair
    """Puts the parser's tables, the directory of operations, the grammar and the wrong programs into the wheel."""

    PLUGIN_NAME = "custom"

    scratch: TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before a target is built; an editable install makes them on first use instead."""
        if self.target_name != "wheel" or version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root))
        try:
            from gradcli import artifacts
            from gradcli.lang.syntax import tables
            from gradcli.ops import index
        finally:
            sys.path.remove(str(root))
        contents = {
            "gradcli/lang/syntax/tables.bin": artifacts.pack(tables.fingerprint(), tables.build_tables()),
            "gradcli/ops/directory.bin": artifacts.pack(index.key(exact=False), index.make()),
        }
        self.scratch = TemporaryDirectory()
        for target, content in contents.items():
            file = Path(self.scratch.name) / Path(target).name
            file.write_bytes(content)
            build_data["force_include"][str(file)] = target
        build_data["force_include"][str(root / "grammar" / "gradcli.lark")] = "gradcli/lang/syntax/gradcli.lark"
        build_data["force_include"][str(root / "examples" / "faults")] = "gradcli/reference/faults"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Called after the target is built."""
        if self.scratch is not None:
            self.scratch.cleanup()
