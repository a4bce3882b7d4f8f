"""The fixtures of single services: what holds, by what, and what is said of the rest (fixtures/services)."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from policycc import pipeline
from policycc.pipeline import Result
from policycc.source.read import read_text
from tests.support.matrices import ROOT, Fixture, parse_data

Json = dict[str, Any]
FOLDER = ROOT / "fixtures" / "services"
GROUP = "developers"


@dataclass(frozen=True)
class Case:
    """An action in one variant of a service's matrix. `expected` is the line of the fixture."""

    service: str
    variant: str
    action: str
    expected: str
    why: str

    @property
    def id(self) -> str:
        return f"{self.variant}:{self.action}"

    @property
    def granted(self) -> bool:
        return not self.expected.startswith("PCC")

    @property
    def code(self) -> str:
        return self.expected.partition(" ")[0]

    @property
    def phrase(self) -> str:
        return self.expected.partition(" ")[2]

    @property
    def how(self) -> dict[str, tuple[str, ...]]:
        pairs = (pair.split("=", 1) for pair in self.expected.split("; "))
        return {kind: tuple(ways.split("+")) for kind, ways in pairs}


def services() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def load(service: str) -> Json:
    return tomllib.loads((FOLDER / f"{service}.toml").read_text("utf-8"))


def variants(service: str) -> tuple[str, ...]:
    return tuple(load(service)["variants"])


def cases(service: str) -> Iterator[Case]:
    for action, entry in load(service)["cases"].items():
        for variant in variants(service):
            if variant in entry:
                yield Case(service, variant, action, entry[variant], entry["why"])


def matrix(service: str, variant: str, actions: list[str]) -> Json:
    """The matrix of a variant: one group with the actions in dev, and nothing in prod."""
    said: Json = load(service)["variants"][variant]
    account = {"id": "111111111111", "features": said.get("features", [])}
    common = {key: said[key] for key in ("names", "roles", "permissions_boundary") if key in said}
    environments: Json = {"*": {"tags": {"app": "{name}", "env": "{environment}"}, **common}}
    for name in ("dev", "prod"):
        arns = [arn.replace("{environment}", name) for arn in said.get("arns", [])]
        environments[name] = {"arns": arns} if arns else {}
    return {
        "version": 1,
        "name": "webshop",
        "accounts": {"main": account},
        "environments": environments,
        "tagging": {"keys": ["Name"]},
        "access": {GROUP: {"dev": actions}},
    }


def check(data: Json) -> Result:
    return pipeline.check_documents([read_text(json.dumps(data), "matrix.json")])


def build(data: Json) -> Result:
    return pipeline.build_documents([read_text(json.dumps(data), "matrix.json")])


def fixture(data: Json) -> Fixture:
    return Fixture("service", Path(), (parse_data(data, Path("matrix.json")),))
