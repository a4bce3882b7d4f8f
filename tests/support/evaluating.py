"""Policies as they lie on disk, and whether they allow a request: by policycc's evaluator and by the naive one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.support import naive
from tests.support.canonical import Request


@dataclass(frozen=True)
class Badge:
    """Somebody who holds all policies of one name in one account: a group, or a role of one environment."""

    account: str
    name: str
    group: str
    environment: str | None
    paths: tuple[Path, ...]

    @cached_property
    def documents(self) -> list[Any]:
        return [json.loads(path.read_text("utf-8")) for path in self.paths]

    @cached_property
    def actions(self) -> frozenset[str]:
        """Every action that stands in a statement, as written."""
        found: set[str] = set()
        for document in self.documents:
            for statement in document["Statement"]:
                actions = statement["Action"]
                found.update([actions] if isinstance(actions, str) else actions)
        return frozenset(found)

    def allows(self, request: Request) -> bool:
        raise NotImplementedError

    def allows_naively(self, request: Request) -> bool:
        return naive.decide(request.line(self.documents)) == naive.ALLOWED


def badges(folder: Path) -> tuple[Badge, ...]:
    """All principals of a build, from its manifest: who owns which file is all that is taken from it here."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    owned: dict[tuple[str, str, str, str | None], list[Path]] = {}
    for principal in manifest["principals"]:
        key = (principal["account"], principal["name"], principal["group"], principal.get("environment"))
        owned.setdefault(key, []).extend(folder / policy["path"] for policy in principal["policies"])
    return tuple(Badge(*key, tuple(sorted(paths))) for key, paths in sorted(owned.items(), key=str))
