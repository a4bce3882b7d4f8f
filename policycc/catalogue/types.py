"""What AWS supports, as values. Names are kept as AWS spells them; condition keys are folded to lower case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """Access levels, from the mildest to the most severe; an action of several has its most severe."""

    LIST = 1
    READ = 2
    WRITE = 3
    TAGGING = 4
    PERMISSIONS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """A resource type in an action's table, with the condition keys that the row itself lists."""

    type: str
    required: bool
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Action:
    """An action. `keys` are those listed for the action as a whole."""

    service: str
    name: str
    level: Level
    rows: tuple[Row, ...]
    keys: frozenset[str]

    @property
    def id(self) -> str:
        return f"{self.service}:{self.name}"


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A resource type; `arn` holds `${Variable}` placeholders as in the Service Authorization Reference."""

    service: str
    name: str
    arn: str
    keys: frozenset[str]
