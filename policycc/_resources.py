"""The one place that knows where the schemas, templates and pages are.

In a wheel they are package data (`policycc/_data/…`); in a checkout or an editable install they stand beside the
package. Both are answered as a `Traversable`, so that a zipped wheel works as well.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def schema(name: str) -> Traversable:
    """The JSON Schema file of that name, such as `matrix.schema.json`."""
    return _folder("schemas").joinpath(name)


def templates() -> Traversable:
    """The folder of templates, with one folder for each kind (`statements`, a target's name)."""
    return _folder("templates")


def page(code: str) -> str:
    """The text of a diagnostic's page, such as that of `PCC101`."""
    return files("policycc").joinpath("diagnostics", "pages", f"{code}.md").read_text(encoding="utf-8")


def _folder(name: str) -> Traversable:
    # The checkout comes first: an editable install must never read what an earlier build left in `_data`.
    package = files("policycc")
    if isinstance(package, Path):
        beside = package.parent / name
        if (package.parent / "pyproject.toml").is_file() and beside.is_dir():
            return beside
    return package.joinpath("_data", name)
