"""What a target's template rendered, read back and held against what was planned."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from policycc.lower.templates import TemplateError, Templates
from policycc.source import strict

_Json = dict[str, Any]


def rendered(templates: Templates, name: str, context: Mapping[str, Any]) -> _Json:
    """The JSON object that a template renders; a key that stands there twice is an error. Raises TemplateError."""
    try:
        value = strict.loads(templates.text(name, context))
    except (ValueError, RecursionError) as error:
        raise TemplateError(name, f"does not render JSON: {error}") from error
    if not isinstance(value, dict):
        raise TemplateError(name, "does not render an object")
    return value


def check_keys(name: str, value: _Json, keys: frozenset[str]) -> None:
    """Raises TemplateError for a part that may change what the others come to."""
    for key in sorted(value.keys() - keys):
        raise TemplateError(name, f"renders `{key}`, which is none of what it is for")


def check_same(name: str, found: object, planned: Mapping[str, Any]) -> None:
    """Raises TemplateError unless two sets of resources are the same by name and in all that they say."""
    if not isinstance(found, dict):
        raise TemplateError(name, "renders no resources")
    found_texts = {key: _text(value) for key, value in found.items()}
    planned_texts = {key: _text(value) for key, value in planned.items()}
    wrong = sorted({key for key, _ in found_texts.items() ^ planned_texts.items()})
    if wrong:
        raise TemplateError(name, f"grants something else than what is proved in {', '.join(wrong)}")


def without(value: Any, key: str) -> Any:
    """An object without a key that grants nothing, if its value is a text; anything else as it is."""
    if not isinstance(value, dict) or not isinstance(value.get(key, ""), str):
        return value
    return {name: one for name, one in value.items() if name != key}


def as_file(value: _Json) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _text(value: object) -> str:
    # `==` holds `true` for 1.
    return json.dumps(value, sort_keys=True)
