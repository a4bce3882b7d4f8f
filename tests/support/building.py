"""Builds matrices for the tests, in this process or in a fresh one, and shuffles them without changing what they mean.

Run as `python -m tests.support.building PATH…` it prints the SHA-256 of each file that the matrices give, as JSON:
that is how a test builds under another hash seed.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from policycc.diagnostics.model import Diagnostic
from tests.support.matrices import ROOT, Fixture


@dataclass(frozen=True)
class Built:
    """What a build gives: files by their path in the output folder, and what it had to say."""

    files: dict[str, bytes]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.files["manifest.json"])
        return found


class BuildError(Exception):
    """The matrices have errors. The argument holds what the build had to say."""


def build(paths: list[Path], *, prove: bool = True) -> Built:
    """The files that the matrices give; nothing is written. Raises BuildError if they have errors."""
    found = import_module("policycc.pipeline").build([str(path) for path in paths], templates=None, prove=prove)
    diagnostics = tuple(found.diagnostics)
    if found.files is None or found.diagnostics.has_errors:
        raise BuildError("\n".join(f"{item.code} {item.message}" for item in diagnostics))
    return Built(dict(found.files), diagnostics)


def digests(paths: list[Path], hash_seed: int) -> dict[str, str]:
    """SHA-256 by file of a build in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.support.building", *map(str, paths)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
        capture_output=True,
        check=False,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, str] = json.loads(ran.stdout)
    return found


def digest(files: dict[str, bytes]) -> dict[str, str]:
    return {path: hashlib.sha256(content).hexdigest() for path, content in sorted(files.items())}


def shuffled(fixture: Fixture, folder: Path, seed: int) -> list[Path]:
    """Copies the fixture's matrices into `folder` with rows, columns and lists in another order; returns their paths.

    The copies are JSON under the old name's stem, because JSON keeps any order that we give it."""
    chance = random.Random(seed)
    paths = []
    for source in fixture.sources:
        data = tomllib.loads(source.path.read_text("utf-8"))
        for include in data.get("include", ()):
            place = folder / source.path.parent.relative_to(fixture.folder) / include
            _write(place.with_suffix(".json"), (source.path.parent / include), chance)
        data["include"] = [str(Path(include).with_suffix(".json")) for include in data.get("include", ())]
        if not data["include"]:
            del data["include"]
        path = folder / source.path.relative_to(fixture.folder).with_suffix(".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(_shuffle(data, chance), default=_plain), "utf-8")
        paths.append(path)
    chance.shuffle(paths)
    return paths


def _write(path: Path, source: Path, chance: random.Random) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(_shuffle(tomllib.loads(source.read_text("utf-8")), chance), default=_plain), "utf-8")


def _shuffle(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict):
        keys = list(value)
        chance.shuffle(keys)
        return {key: _shuffle(value[key], chance) for key in keys}
    if isinstance(value, list):
        items = [_shuffle(item, chance) for item in value]
        chance.shuffle(items)
        return items
    return value


def _plain(value: Any) -> str:
    assert isinstance(value, date)
    return value.isoformat()


def without_volatile(manifest: bytes) -> dict[str, Any]:
    """A manifest without what may differ between equal builds: the catalogue's version and the matrices' paths."""
    found: dict[str, Any] = json.loads(manifest)
    del found["catalogue"]
    for matrix in found["matrices"]:
        del matrix["path"]
    return found


if __name__ == "__main__":
    json.dump(digest(build([Path(argument) for argument in sys.argv[1:]]).files), sys.stdout)
