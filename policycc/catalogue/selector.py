"""One selector: its parts, and the actions of one service that it names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from policycc.catalogue.catalogue import Service
from policycc.catalogue.overlay_data import overlay
from policycc.catalogue.types import Level
from policycc.iam.glob import action_glob

LEVELS: Mapping[str, Level] = {
    "list": Level.LIST,
    "read": Level.READ,
    "write": Level.WRITE,
    "tagging": Level.TAGGING,
    "permissions": Level.PERMISSIONS,
}
CLASSES = (*LEVELS, "all", "data")
"""What may stand after `@`."""


class Kind(Enum):
    CAPABILITY = "capability"
    EXACT = "exact"
    GLOB = "glob"
    CLASS = "class"  # an access level, `all` or `data`


@dataclass(frozen=True, slots=True)
class Selector:
    """One entry, taken apart. `service` is empty for a capability, `*` for each of `services`."""

    negative: bool
    kind: Kind
    service: str
    name: str


def parse(text: str) -> Selector:
    """Take an entry apart. Any text is some selector; whether it means anything is asked later."""
    negative = text.startswith("!")
    body = text[1:] if negative else text
    service, colon, name = body.partition(":")
    if not colon:
        return Selector(negative, Kind.CAPABILITY, "", body)
    if name.startswith("@"):
        return Selector(negative, Kind.CLASS, service, name[1:].lower())
    kind = Kind.GLOB if "*" in name or "?" in name else Kind.EXACT
    return Selector(negative, kind, service, name)


def select(service: Service, selector: Selector) -> Iterable[str]:
    """The actions of a service that an exact name, a glob or a class selects, as AWS spells them."""
    if selector.kind is Kind.EXACT:
        action = service.action(selector.name)
        return (action.name,) if action else ()
    if selector.kind is Kind.GLOB:
        glob = action_glob(selector.name)
        return (name for name in service.names() if glob.matches(name.lower()))
    if selector.name == "all":
        return service.names()
    if selector.name == "data":
        data = overlay(service.name).data
        return data["actions"] if data else ()
    level = LEVELS[selector.name]
    return (name for name in service.names() if service.level(name) is level)


def reviewed(service: str) -> bool:
    """Whether somebody has read every action of a service for `@data`."""
    data = overlay(service).data
    return data is not None and bool(data["reviewed"])
