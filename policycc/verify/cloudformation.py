"""Reads a CloudFormation template of the few parts that the stacks of a build need.

Everything else that a template can have may change what its resources come to: a macro, a mapping, a condition, a
default, a resource that outlives its removal. So it is refused, and not interpreted
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policycc.source import strict

_PARTS = frozenset({"AWSTemplateFormatVersion", "Description", "Parameters", "Resources"})
_FORMAT = "2010-09-09"
_PARAMETER = frozenset({"Type", "Description", "AllowedPattern"})
"""No `Default`, which would be an identity that nobody gave."""
_RESOURCE = frozenset({"Type", "Properties"})
_WORDS = ("Description", "RelayStateType")
"""Properties that say nothing of what somebody may do."""
_LOGICAL = re.compile(r"[A-Za-z0-9]{1,255}")
_DYNAMIC = "{{resolve:"
"""What CloudFormation replaces in any text by a value from elsewhere,
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of a template."""

    logical: str
    kind: str
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    """A template: the names of its parameters, each a text without a default, and its resources."""

    parameters: frozenset[str]
    resources: tuple[Resource, ...]


def read(content: bytes) -> Template:
    """Read a template. Raises ValueError for what is none or has more than the parts above, RecursionError for what
    nests too deeply."""
    value = strict.loads(content.decode("utf-8"))
    if _DYNAMIC in json.dumps(value):
        raise ValueError(f"it has a dynamic reference (`{_DYNAMIC}…`)")
    whole = _object(value, "the template", _PARTS)
    if whole.get("AWSTemplateFormatVersion", _FORMAT) != _FORMAT:
        raise ValueError(f"its format is not {_FORMAT}")
    if not isinstance(whole.get("Description", ""), str):
        raise ValueError("its description is no text")
    parameters = _object(whole.get("Parameters", {}), "`Parameters`")
    for name, parameter in parameters.items():
        _parameter(name, parameter)
    resources = _object(whole.get("Resources"), "`Resources`")
    found = tuple(_resource(logical, resource) for logical, resource in resources.items())
    for name in (*parameters, *resources):
        if not _LOGICAL.fullmatch(name):
            raise ValueError(f"{shown(name)} is no logical id")
    twice = sorted(set(parameters) & set(resources))
    if twice:
        raise ValueError(f"{shown(twice[0])} is both a parameter and a resource")
    return Template(frozenset(parameters), found)


def shown(text: object) -> str:
    """Some text of the file for a message, whatever characters it has."""
    plain = json.dumps(text)
    return f"`{(plain[1:-1] if isinstance(text, str) else plain)[:80]}`"


def same(one: Any, other: Any) -> bool:
    """Whether two values are one JSON text but for the order of keys: `==` holds `true` for 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def strange(resource: Resource, keys: frozenset[str]) -> Iterator[str]:
    """What a resource has besides the properties `keys`, and which of its words are none."""
    for name in sorted(set(resource.properties) - keys):
        yield f"{shown(resource.logical)} has {shown(name)}, which no stack of a build needs"
    for name in _WORDS:
        if not isinstance(resource.properties.get(name, ""), str):
            yield f"{shown(name)} of {shown(resource.logical)} is no text"
    for name in sorted(name for name, value in resource.properties.items() if value is None):
        yield f"{shown(name)} of {shown(resource.logical)} is null, which AWS takes nowhere"


def _parameter(name: str, value: Any) -> None:
    parameter = _object(value, f"the parameter {shown(name)}", _PARAMETER)
    if parameter.get("Type") != "String" or not all(isinstance(one, str) for one in parameter.values()):
        raise ValueError(f"the parameter {shown(name)} is not a plain text")


def _resource(logical: str, value: Any) -> Resource:
    resource = _object(value, f"the resource {shown(logical)}", _RESOURCE)
    kind = resource.get("Type")
    if not isinstance(kind, str):
        raise ValueError(f"the resource {shown(logical)} has no type")
    return Resource(logical, kind, _object(resource.get("Properties"), f"`Properties` of {shown(logical)}"))


def _object(value: Any, what: str, keys: frozenset[str] | None = None) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} is no object")
    for key in sorted(set(value) - keys) if keys is not None else ():
        raise ValueError(f"{what} has {shown(key)}, which no stack of a build needs")
    return value
