"""Ways to break a policy that is right, each applied at every place where it fits.

The questions of `meaning` have to notice every one of them: a test that cannot fail says nothing.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from tests.support.matrices import Fixture
from tests.support.meaning import Build

Json = dict[str, Any]


def broken(build: Build) -> Iterator[tuple[str, Build]]:
    """The build with one thing wrong in one statement of one policy."""
    for path, content in sorted(build.files.items()):
        if path == "manifest.json" or "/trust/" in path:
            continue
        document = json.loads(content)
        for index, statement in enumerate(document["Statement"]):
            for what, wrong in _wrong(statement, build.fixture):
                changed = copy.deepcopy(document)
                changed["Statement"][index] = wrong
                files = {**build.files, path: json.dumps(changed).encode()}
                yield f"{path} statement {index}: {what}", Build(build.fixture, files)


def _wrong(statement: Json, fixture: Fixture) -> Iterator[tuple[str, Json]]:
    condition = statement.get("Condition", {})
    for operator, keys in condition.items():
        for key, values in keys.items():
            yield f"{operator} {key} dropped", _without(statement, operator, key)
            if operator == "StringEquals" and "Tag/" in key:
                yield f"{key} tested if it exists", _moved(statement, operator, "StringEqualsIfExists", key, values)
                yield f"{key} in any case", _moved(statement, operator, "StringEqualsIgnoreCase", key, values)
                longer = [f"{value}*" for value in _listed(values)]
                yield f"{key} with a star", _moved(statement, operator, "StringLike", key, longer)
                yield f"{key} for all values", _moved(statement, operator, "ForAllValues:StringEquals", key, values)
                for other in _other_values(fixture, key, _listed(values)):
                    yield f"{key} also {other}", _with(statement, operator, key, [*_listed(values), other])
    for action in _listed(statement["Action"]):
        rest = [other for other in _listed(statement["Action"]) if other != action]
        if rest:
            yield f"{action} dropped", {**statement, "Action": rest}
    yield "a tag action more", {**statement, "Action": [*_listed(statement["Action"]), "ec2:DeleteTags"]}
    yield "an action of any name", {**statement, "Action": f"{_listed(statement['Action'])[0].split(':')[0]}:*"}
    if not condition and statement["Resource"] != "*":
        yield "any resource", {**statement, "Resource": "*"}


def _other_values(fixture: Fixture, key: str, values: list[str]) -> list[str]:
    name = key.partition("/")[2]
    all_values = {place.tags[name] for place in fixture.places() if name in place.tags}
    return sorted(all_values - set(values))


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _without(statement: Json, operator: str, key: str) -> Json:
    changed = copy.deepcopy(statement)
    del changed["Condition"][operator][key]
    if not changed["Condition"][operator]:
        del changed["Condition"][operator]
    if not changed["Condition"]:
        del changed["Condition"]
    return changed


def _with(statement: Json, operator: str, key: str, values: list[str]) -> Json:
    changed = copy.deepcopy(statement)
    changed["Condition"].setdefault(operator, {})[key] = values
    return changed


def _moved(statement: Json, operator: str, to: str, key: str, values: Any) -> Json:
    moved = _without(statement, operator, key)
    moved.setdefault("Condition", {}).setdefault(to, {})[key] = values
    return moved
