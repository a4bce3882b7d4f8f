"""Policies with the matrix that they are of, as tests use them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path

from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.catalogue import load as load_catalogue
from policycc.model.load import load
from policycc.model.matrix import Matrix
from policycc.verify import Verification, verify

PathLike = str | os.PathLike[str]


class BuildError(Exception):
    """A matrix or folder that cannot be used. The argument says why, one finding a line."""


@dataclass(frozen=True)
class Build:
    """Matrices, the catalogue, and policy documents by path (`main/webshop-developers.json`)."""

    matrices: tuple[Matrix, ...]
    catalogue: Catalogue
    documents: Mapping[str, bytes]

    @cached_property
    def verification(self) -> Verification:
        """The proof about the documents."""
        return verify(self.matrices, self.catalogue, self.documents)


@dataclass
class Builder:
    """Builds and reads, each thing once."""

    _known: dict[tuple[object, ...], Build] = field(default_factory=dict)

    def build(self, *matrices: PathLike) -> Build:
        """The policies that the compiler makes of matrices. Raises BuildError for a matrix with errors."""
        key = ("build", *map(str, matrices))
        if key not in self._known:
            self._known[key] = _build([str(path) for path in matrices])
        return self._known[key]

    def read(self, directory: PathLike, *matrices: PathLike) -> Build:
        """The policy files of a folder as they are. Raises BuildError."""
        key = ("read", str(directory), *map(str, matrices))
        if key not in self._known:
            self._known[key] = Build(_matrices(matrices), load_catalogue(), _documents(Path(directory)))
        return self._known[key]


def _matrices(paths: Sequence[PathLike]) -> tuple[Matrix, ...]:
    found, diagnostics = load(paths)
    errors = [f"{item.labels[0].span if item.labels else ''} {item.message}" for item in diagnostics]
    if diagnostics.has_errors:
        raise BuildError("\n".join(errors))
    return found


def _documents(directory: Path) -> dict[str, bytes]:
    if not directory.is_dir():
        raise BuildError(f"there is no folder {directory}")
    found = sorted([*directory.glob("*/*.json"), *directory.glob("*/trust/*.json")])
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in found}


def _build(sources: list[str]) -> Build:
    found = import_module("policycc.pipeline").build(sources, templates=None, prove=False)
    if found.files is None:
        raise BuildError("\n".join(item.message for item in found.diagnostics))
    documents = {path: content for path, content in found.files.items() if "/" in path and "/stacks/" not in path}
    return Build(tuple(found.matrices), load_catalogue(), documents)
