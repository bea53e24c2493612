"""Modules and optimisers, written on top of the operations."""

from __future__ import annotations

from typing import Any


def functions() -> dict[str, Any]:
    """What `torch.nn` holds besides its namespaces."""
    return {}
