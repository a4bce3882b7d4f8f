"""The fixtures as plain data: which matrices are built together, their environments, and what they grant.

Read from the TOML with nothing but `tomllib`, so that a slip of the compiler's own front end shows as a disagreement.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from policycc.catalogue.catalogue import Catalogue, load
from policycc.model.matrix import Account, Environment, Requirement
from tests.support.canonical import Place

ROOT = Path(__file__).resolve().parents[2]
MATRICES = ROOT / "fixtures" / "matrices"
LEVELS = {"list": 1, "read": 2, "write": 3, "tagging": 4, "permissions": 5}


@dataclass(frozen=True)
class Source:
    """A matrix file, its includes folded in."""

    path: Path
    data: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.data["name"])


@dataclass(frozen=True)
class Cell:
    """What a group is granted in a place, resolved to actions."""

    group: str
    place: Place
    actions: frozenset[str]


@dataclass(frozen=True)
class Fixture:
    """Matrices that are built together, in the folder of their golden policies."""

    name: str
    folder: Path
    sources: tuple[Source, ...]

    @property
    def policies(self) -> Path:
        return self.folder / "policies"

    def places(self) -> tuple[Place, ...]:
        return tuple(place for source in self.sources for place in places(source))

    def cells(self) -> tuple[Cell, ...]:
        return tuple(cell for source in self.sources for cell in cells(source))

    def label(self, place: Place) -> str:
        """The environment as the manifest calls it: with its matrix where there are several."""
        name = place.environment.name
        return f"{place.matrix}/{name}" if len(self.sources) > 1 else name

    def requirements(self, matrix: str, group: str, environment: str) -> tuple[Requirement, ...]:
        source = next(source for source in self.sources if source.name == matrix)
        return requirements(source, group, environment)


def fixtures() -> tuple[Fixture, ...]:
    """All fixtures, by name: each folder holds one matrix, or folders with one each."""
    found = []
    for folder in sorted(path for path in MATRICES.iterdir() if path.is_dir()):
        paths = sorted(path for path in folder.rglob("matrix.toml") if "policies" not in path.relative_to(folder).parts)
        found.append(Fixture(folder.name, folder, tuple(read(path) for path in paths)))
    return tuple(found)


def fixture(name: str) -> Fixture:
    return next(found for found in fixtures() if found.name == name)


@cache
def read(path: Path) -> Source:
    """A matrix with what it includes."""
    return parse(path.read_text("utf-8"), path)


def parse(text: str, path: Path) -> Source:
    return parse_data(tomllib.loads(text), path)


def parse_data(data: dict[str, Any], path: Path) -> Source:
    data = dict(data)
    for include in data.get("include", ()):
        for table, content in tomllib.loads((path.parent / include).read_text("utf-8")).items():
            if isinstance(content, list):
                data[table] = [*data.get(table, ()), *content]
            else:
                data[table] = {**content, **data.get(table, {})}
    return Source(path, data)


# --- environments ------------------------------------------------------------------------------------------------


def places(source: Source) -> tuple[Place, ...]:
    data = source.data
    declared = dict(data.get("environments", {}))
    template = declared.pop("*", {})
    return tuple(_place(source, name, template, own) for name, own in sorted(declared.items()))


def _place(source: Source, name: str, template: dict[str, Any], own: dict[str, Any]) -> Place:
    data = source.data
    merged = {**template, **own}
    tags = {**template.get("tags", {}), **own.get("tags", {})} or {"env": "{environment}"}

    def text(value: str) -> str:
        return value.replace("{name}", data["name"]).replace("{environment}", name)

    def texts(key: str) -> tuple[str, ...]:
        return tuple(text(value) for value in merged.get(key, ()))

    account = merged.get("account", "main")
    facts = data.get("accounts", {}).get(account, {})
    environment = Environment(
        name=name,
        account=account,
        tags=tuple(sorted((key, text(value)) for key, value in tags.items())),
        names=texts("names"),
        roles=texts("roles"),
        arns=texts("arns"),
        vpcs=texts("vpcs"),
        shared=bool(merged.get("shared", False)),
        permissions_boundary=text(merged["permissions_boundary"]) if "permissions_boundary" in merged else None,
    )
    return Place(
        source.name,
        data.get("partition", "aws"),
        environment,
        Account(
            account,
            id=facts.get("id"),
            exclusive=bool(facts.get("exclusive", False)),
            features=frozenset(facts.get("features", ())),
        ),
    )


def requirements(source: Source, group: str, environment: str) -> tuple[Requirement, ...]:
    found = []
    for entry in source.data.get("require", ()):
        groups, environments = entry.get("groups"), entry.get("environments")
        if (groups is None or group in groups) and (environments is None or environment in environments):
            found.append(
                Requirement(
                    (group,),
                    (environment,),
                    mfa=entry.get("mfa", False),
                    mfa_max_age=entry.get("mfa_max_age"),
                    regions=_texts(entry, "regions"),
                    source_ips=_texts(entry, "source_ips"),
                    source_vpcs=_texts(entry, "source_vpcs"),
                    source_vpc_endpoints=_texts(entry, "source_vpc_endpoints"),
                    via_aws_services=entry.get("via_aws_services", False),
                )
            )
    return tuple(found)


def _texts(entry: dict[str, Any], key: str) -> tuple[str, ...] | None:
    return tuple(entry[key]) if key in entry else None


# --- cells -------------------------------------------------------------------------------------------------------


def cells(source: Source) -> Iterator[Cell]:
    """One for each group and environment that has anything; columns add up."""
    for group, row in source.data.get("access", {}).items():
        for place in places(source):
            columns = [place.environment.name] if place.environment.shared else ["*", place.environment.name]
            actions: frozenset[str] = frozenset()
            for column in columns:
                actions |= resolve(source, row.get(column, ()))
            if actions:
                yield Cell(group, place, actions)


def resolve(source: Source, entries: Any) -> frozenset[str]:
    """The actions of a list: its positives less its negatives."""
    wanted: frozenset[str] = frozenset()
    unwanted: frozenset[str] = frozenset()
    for entry in entries:
        if entry.startswith("!"):
            unwanted |= _selector(source, entry[1:])
        else:
            wanted |= _selector(source, entry)
    return wanted - unwanted


def _selector(source: Source, text: str) -> frozenset[str]:
    service, colon, what = text.partition(":")
    if not colon:
        return resolve(source, source.data["capabilities"][text])
    services = source.data["services"] if service == "*" else [service]
    catalogue = load()
    return frozenset(action for name in services for action in _matching(catalogue, name, what))


def _matching(catalogue: Catalogue, service: str, what: str) -> Iterator[str]:
    found = catalogue.service(service)
    for name in found.names():
        if what == "@data":
            matches = data_class(service, name)
        elif what == "@all":
            matches = True
        elif what.startswith("@"):
            matches = int(found.level(name)) == LEVELS[what[1:]]
        else:
            matches = fnmatchcase(name.lower(), re.sub(r"[\[\]]", "", what.lower()))
        if matches:
            yield f"{service}:{name}"


def data_class(service: str, name: str) -> bool:
    """Whether the overlay counts the action among those that show or change content."""
    from tests.support.facts import facts_of

    return facts_of(f"{service}:{name}").data
