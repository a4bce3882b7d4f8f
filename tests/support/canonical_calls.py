"""The hand-written calls of fixtures/canonical, and what becomes of them in another environment."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "canonical"
MATRIX = FOLDER / "matrix.toml"


@dataclass(frozen=True)
class Authorised:
    """One action on one resource that AWS authorises for a call."""

    action: str
    resource: str
    context: dict[str, Any]

    def moved(self, to: str) -> Authorised:
        """The same with the marks of environment `to` in the place of those of `dev`."""

        def swap(text: str) -> str:
            for before, after in (("webshop-dev-", f"webshop-{to}-"), ("/webshop/dev/", f"/webshop/{to}/")):
                text = text.replace(before, after)
            return text.replace("0123456789DEV", f"0123456789{to.upper()}")

        def value(key: str, given: Any) -> Any:
            if key.lower().endswith("tag/env"):
                return to
            return swap(given) if isinstance(given, str) else given

        return Authorised(self.action, swap(self.resource), {key: value(key, v) for key, v in self.context.items()})


@dataclass(frozen=True)
class Call:
    id: str
    call: str
    authorises: tuple[Authorised, ...]
    source: str


def calls() -> tuple[Call, ...]:
    """All calls, in the order of the files."""
    lines = [json.loads(line) for path in sorted(FOLDER.glob("*.jsonl")) for line in path.read_text().splitlines()]
    return tuple(
        Call(line["id"], line["call"], tuple(Authorised(**entry) for entry in line["authorises"]), line["source"])
        for line in lines
    )


def refused() -> dict[str, str]:
    """The calls that no condition can allow inside and refuse elsewhere, each with the reason, by id."""
    found: dict[str, str] = json.loads((FOLDER / "refused.json").read_text())
    return found
