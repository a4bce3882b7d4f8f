"""The schema itself, and the words in which its errors are told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from policycc.diagnostics.model import Diagnostics
from policycc.schema import INCLUDED, MOST, check, schema
from policycc.source.read import read_text

MINIMAL = 'version = 1\nname = "webshop"\nenvironments.dev = {}\n'


def said(text: str, root: str = "#") -> list[tuple[str, str, str]]:
    found = Diagnostics()
    check(read_text(text, "m"), found, root)
    return [(item.code, str(item.labels[0].span) if item.labels else "", item.message) for item in found]


def parts(node: Any, path: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every subschema with its path."""
    yield path, node
    for key in ("properties", "$defs"):
        for name, child in node.get(key, {}).items():
            yield from parts(child, f"{path}/{key}/{name}")
    for key in ("items", "additionalProperties", "propertyNames"):
        if isinstance(node.get(key), dict):
            yield from parts(node[key], f"{path}/{key}")


def test_the_schema_is_valid_draft_2020_12() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(
    ("path", "part"), list(parts(schema())), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_part_is_explained_and_closed(path: str, part: dict[str, Any]) -> None:
    if set(part) == {"$ref"}:
        return
    assert part["title"]
    if "/properties/" in path and path.split("/")[-2] == "properties":
        assert part["description"].endswith(".")
        assert part["examples"]
    if part.get("type") == "object":
        assert "additionalProperties" in part
    if "pattern" in part:
        assert part["patternErrorMessage"]


@pytest.mark.parametrize(
    ("path", "part"), list(parts(schema())), ids=lambda value: value if isinstance(value, str) else ""
)
def test_examples_and_defaults_fit_their_own_part(path: str, part: dict[str, Any]) -> None:
    validator = jsonschema.Draft202012Validator({**part, "$defs": schema()["$defs"]})
    for example in (*part.get("examples", ()), *([part["default"]] if "default" in part else [])):
        validator.validate(example)


def test_nothing_is_wrong_with_the_smallest_matrix() -> None:
    assert said(MINIMAL) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('naem = "x"\n' + MINIMAL, [("PCC101", "m:1:1", "`naem` is not a key of a matrix")]),
        (
            MINIMAL + "a = 1\nb = 2\n",
            [("PCC101", "m:4:1", "`a` is not a key of a matrix"), ("PCC101", "m:5:1", "`b` is not a key of a matrix")],
        ),
        ("version = 1\nenvironments.dev = {}\n", [("PCC102", "m:1:1", "a matrix lacks `name`")]),
        ("", [("PCC102", "m:1:1", f"a matrix lacks `{key}`") for key in ("environments", "name", "version")]),
        (MINIMAL.replace("1", "2"), [("PCC104", "m:1:11", "`version` is `2` instead of `1`")]),
        (
            MINIMAL.replace("1", "'1'"),
            [
                ("PCC103", "m:1:11", "`version` is a text instead of a whole number"),
            ],
        ),
        (MINIMAL.replace('"webshop"', '"Web"'), [("PCC105", "m:2:8", "`Web` is no application name")]),
        ("version = 1\nname = 'a'\nenvironments = {}", [("PCC108", "m:3:16", "`environments` is empty")]),
        (MINIMAL + 'environments."x y" = {}', [("PCC106", "m:4:14", "`x y` is no environment name")]),
        (
            MINIMAL + "environments.b.shared = 1",
            [("PCC103", "m:4:25", "`environments.b.shared` is a number instead of true or false")],
        ),
        (MINIMAL + "access.a.dev = 'x'", [("PCC103", "m:4:16", "`access.a.dev` is a text instead of a list")]),
        (
            MINIMAL + "access.a.dev = [['x']]",
            [("PCC103", "m:4:17", "`access.a.dev[1]` is a list instead of a text in quotes")],
        ),
        (MINIMAL + "fallback.reads = 'Grant'", [("PCC104", "m:4:18", "`fallback.reads` cannot be `Grant`")]),
        (
            MINIMAL + "groups.a.session = 1e99",
            [("PCC107", "m:4:20", "`groups.a.session` is `1e+99`, outside of 3600 to 43200")],
        ),
        (
            MINIMAL + "groups.a.session = nan",
            [("PCC103", "m:4:20", "`groups.a.session` is a number instead of a whole number")],
        ),
        (
            MINIMAL + "groups.a.session = true",
            [("PCC103", "m:4:20", "`groups.a.session` is true or false instead of a whole number")],
        ),
        (
            MINIMAL + "[[require]]\n[[require]]\nmfa = 3",
            [("PCC103", "m:6:7", "`require[2].mfa` is a number instead of true or false")],
        ),
        (
            MINIMAL + "[[expect]]",
            [("PCC102", "m:4:3", "`expect[1]` lacks `actions`"), ("PCC102", "m:4:3", "`expect[1]` lacks `allowed`")],
        ),
        (
            MINIMAL + "services = ['a', 'b', 'a', 'a']",
            [
                ("PCC109", "m:4:23", "`a` stands twice in `services`"),
                ("PCC109", "m:4:28", "`a` stands twice in `services`"),
            ],
        ),
    ],
)
def test_what_is_said(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert said(text) == expected


def test_whole_tables_are_never_repeated() -> None:
    text = MINIMAL + "access.a = " + json.dumps([f"x{n}" for n in range(1000)])
    ((code, _, message),) = said(text)
    assert code == "PCC103" and len(message) < 100


def test_an_included_file_has_its_own_keys() -> None:
    assert said("", INCLUDED) == []
    assert said("[capabilities]\nx = ['ec2:A']\n[accounts.a]\n[groups.b]\n[[accept]]\n", INCLUDED) == [
        ("PCC102", "m:5:3", "`accept[1]` lacks `actions`"),
        ("PCC102", "m:5:3", "`accept[1]` lacks `reason`"),
        ("PCC102", "m:5:3", "`accept[1]` lacks `what`"),
    ]
    assert said("[environments.dev]\n[acess]", INCLUDED) == [
        ("PCC231", "m:1:2", "`environments` cannot stand in an included file"),
        ("PCC101", "m:2:2", "`acess` is not a key of an included file"),
    ]


def test_what_is_wrong_is_taken_out_and_places_stay_true() -> None:
    found = Diagnostics()
    text = MINIMAL + "access.a.dev = ['x', 3, 'y']\n[[accept]]\nwhat = 'residual'\nactions = ['x']\nreason = 3\n"
    shaped = check(read_text(text), found)
    assert shaped.value["access"]["a"]["dev"] == ["x", None, "y"]
    assert shaped.value["accept"] == [None]
    assert shaped.removed == {("access", "a", "dev", 1), ("accept", 0, "reason"), ("accept", 0)}


def test_null_in_json_is_told_in_words() -> None:
    text = '{"version": 1, "name": null, "environments": {"dev": {"names": [null]}}}'
    assert [message for _, _, message in said(text)] == [
        "`name` is nothing instead of a text in quotes",
        "`environments.dev.names[1]` is nothing instead of a text in quotes",
    ]


def test_no_more_is_said_than_somebody_reads() -> None:
    many = MINIMAL + "".join(f"k{number} = 1\n" for number in range(MOST + 50))
    found = said(many + "access.a.dev = 3\n")
    assert [code for code, _, _ in found[:MOST]] == ["PCC101"] * MOST
    assert found[MOST:] == [("PCC110", "", f"more than {MOST} mistakes in the shape of `m`: the others are not shown")]


@pytest.mark.parametrize("text", ["[environments]\n" + "".join(f"e{number} = {{}}\n" for number in range(501))])
def test_bounds_of_tables(text: str) -> None:
    head = "version = 1\nname = 'a'\n"
    assert said(head + text) == [("PCC107", "m:3:2", "`environments` has 501 entries, more than 500")]
