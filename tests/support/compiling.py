"""Matrices given as text, through the real pipeline, and what became of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from policycc.lower.decide import Decision
from policycc.pipeline import Result

TWO = "[environments.dev]\n[environments.prod]\n"
NAMED = '[environments."*"]\nnames = ["{name}-{environment}-*"]\n' + TWO


@dataclass(frozen=True)
class Compiled:
    """What became of some matrices. Where nothing else is said, the group is `developers` and the environment `dev`."""

    result: Result

    def decision(self, action: str, environment: str = "dev", group: str = "developers") -> Decision:
        (found,) = (
            one
            for _, decisions in self.result.decisions
            for one in decisions
            if (one.wish.group, one.wish.environment, one.wish.action) == (group, environment, action)
        )
        return found

    def outcome(self, action: str, environment: str = "dev", group: str = "developers") -> tuple[str, str]:
        decision = self.decision(action, environment, group)
        return decision.outcome, decision.why

    def how(self, action: str, environment: str = "dev", group: str = "developers") -> dict[str, tuple[str, ...]]:
        """The ways of holding by resource type."""
        return {row.type: row.how for row in self.decision(action, environment, group).holding.rows}

    @property
    def said(self) -> list[tuple[str, str]]:
        """Code and severity of every finding."""
        return [(item.code, item.severity.value) for item in self.result.diagnostics]

    def text(self, code: str) -> str:
        """Headline and help of the one finding of a code."""
        (item,) = (item for item in self.result.diagnostics if item.code == code)
        return f"{item.message}\n{item.help}"

    def statements(self, action: str, principal: str = "developers", account: str = "main") -> list[dict[str, Any]]:
        """The statements of a principal that name the action, with `Action` and `Resource` as lists."""
        found = []
        for emitted in self.result.emitted:
            folder, _, name = emitted.path.rpartition("/")
            if folder.split("/")[-1] != account or not name.removesuffix(".json").endswith(f"-{principal}"):
                continue
            for statement in json.loads(emitted.content)["Statement"]:
                for key in ("Action", "Resource"):
                    if isinstance(statement[key], str):
                        statement[key] = [statement[key]]
                if action in statement["Action"]:
                    found.append(statement)
        return found


class Compile(Protocol):
    def __call__(self, *texts: str, templates: Path | None = None) -> Compiled: ...


def written(folder: Path, texts: tuple[str, ...]) -> list[str]:
    """Writes matrices; `version` may be left out, and `name` where it is `webshop`."""
    paths = []
    for index, text in enumerate(texts):
        path = folder / f"matrix{index}.toml"
        head = "" if text.startswith("name") else 'name = "webshop"\n'
        path.write_text(f"version = 1\n{head}{text}", "utf-8")
        paths.append(str(path))
    return paths
