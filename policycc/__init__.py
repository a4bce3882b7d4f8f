"""policycc compiles an access matrix into minimal, proved AWS IAM policies.

The functions are imported when they are first used: `import policycc` costs next to nothing.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from policycc.api import Build, Error, build, check, evaluate, plan, verify

__all__ = ["Build", "Error", "build", "check", "evaluate", "plan", "verify"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from policycc import api

    return getattr(api, name)


class _Package(ModuleType):
    """Keeps `policycc.verify` the function: importing the package of that name must not hide it."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
