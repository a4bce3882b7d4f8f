"""Holds a document against its JSON Schema and says what is wrong in the words of the language.

The raw messages of the validator repeat whole tables; here every error becomes one line about the one key or value
that it is about.
"""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from policycc import _resources
from policycc.diagnostics.model import Diagnostics, Label
from policycc.diagnostics.wording import did_you_mean, listed, quoted
from policycc.source.document import Document
from policycc.source.span import KeyPath

ValidationError: TypeAlias = Any
"""`jsonschema.ValidationError`, whose attributes may by their types be unset, but are not once it is raised."""

MOST = 200
"""How many mistakes in the shape of one document are reported: nobody reads more, and somebody has to render them."""

MATRIX = "#"
INCLUDED = "#/$defs/included"

_TYPES = {
    "object": "a table",
    "array": "a list",
    "string": "a text in quotes",
    "integer": "a whole number",
    "boolean": "true or false",
}


_REMOVABLE = frozenset(
    ["type", "enum", "const", "pattern", "minimum", "maximum", "minLength", "maxLength", "maxItems", "maxProperties"],
)


@dataclass(frozen=True, slots=True)
class Shaped:
    """What is left of a document when all that does not fit the schema is taken out of it.

    In a list, what was taken out leaves None behind, so that the places of the others stay true. `removed` are the
    paths of what was taken out, and of what has a name that it cannot have; whatever else is said of them would only
    repeat the complaint.
    """

    value: dict[str, Any]
    removed: frozenset[KeyPath]


def check(document: Document, diagnostics: Diagnostics, root: str = MATRIX) -> Shaped:
    """Validates a document against the matrix schema, or against a definition in it (`INCLUDED`).

    Reports every error, and returns the part of the document that is right, so that its meaning can be checked too.
    """
    validator = _validator(root)
    errors = list(validator.iter_errors(document.value))
    seen: set[tuple[object, ...]] = set()
    said = Diagnostics()
    for error in errors:
        _report(error, document, said, seen)
        if len(said) >= MOST:
            break
    diagnostics.extend(itertools.islice(said, MOST))
    if len(said) >= MOST:
        message = f"more than {MOST} mistakes in the shape of {quoted(document.file)}: the others are not shown"
        diagnostics.note("PCC110", message, help="mend these, and check again")
    value = copy.deepcopy(document.value)
    misnamed = {(*error.absolute_path, error.instance) for error in errors if _about_a_name(error)}
    removed: set[KeyPath] = set()
    # Taking something out can leave a table without a key that it must have, so once may not be enough.
    while errors:
        before = len(removed)
        for path in {path for error in errors for path in _wrong(error)}:
            _remove(value, path)
            removed.add(path)
        errors = list(validator.iter_errors(value)) if len(removed) > before else []
        errors = [error for error in errors if tuple(error.absolute_path) not in removed]
    return Shaped(value, frozenset(removed | misnamed))


@cache
def schema() -> dict[str, Any]:
    """The matrix schema as plain values."""
    loaded: dict[str, Any] = json.loads(_resources.schema("matrix.schema.json").read_text(encoding="utf-8"))
    return loaded


@cache
def _validator(root: str) -> Any:
    from jsonschema import Draft202012Validator

    whole = schema()
    return Draft202012Validator(whole if root == MATRIX else {"$ref": root, "$defs": whole["$defs"]})


def _definition(reference: str) -> dict[str, Any]:
    found: Any = schema()
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    assert isinstance(found, dict)
    return found


def _report(error: ValidationError, document: Document, out: Diagnostics, seen: set[tuple[object, ...]]) -> None:
    path: KeyPath = tuple(error.absolute_path)
    value, wanted, title = error.instance, error.validator_value, str(error.schema.get("title", "value"))
    here = document.at(path)
    if (path, "type") in seen:
        return  # of another type it cannot be right in any other way
    match error.validator:
        case "additionalProperties":
            known = sorted(error.schema["properties"])
            for key in _unknown(error)[:MOST]:
                included = error.schema.get("title") == "Included file" and key in schema()["properties"]
                code, message = "PCC101", f"{quoted(key)} is not a key of {_place(path, title)}"
                if included:
                    code, message = "PCC231", f"{quoted(key)} cannot stand in an included file"
                hint = did_you_mean(key, known, what="the keys are") if not included else "move it into the matrix"
                out.error(code, message, document.key((*path, key)), help=hint)
        case "required":
            for key in wanted:
                if key not in value and (path, key) not in seen:
                    seen.add((path, key))
                    label = Label(document.key(path), "" if path else "the matrix starts here")
                    out.error(
                        "PCC102", f"{_place(path, title)} lacks {quoted(key)}", label, help=_explain(error.schema, key)
                    )
        case "type":
            seen.add((path, "type"))
            expected = _TYPES[str(wanted)]
            hint = None if isinstance(value, (dict, list)) else f"as in {_example(error.schema)}"
            out.error("PCC103", f"{_named(path)} is {_type(value)} instead of {expected}", here, help=hint)
        case "enum":
            choices = [str(choice) for choice in wanted]
            hint = (
                did_you_mean(value, choices) if isinstance(value, str) else None
            ) or f"one of {listed(choices, 'or')}"
            out.error("PCC104", f"{_named(path)} cannot be {quoted(_literal(value))}", here, help=hint)
        case "const":
            out.error("PCC104", f"{_named(path)} is {quoted(_literal(value))} instead of {quoted(wanted)}", here)
        case "pattern" if _about_a_name(error):
            hint = error.schema.get("patternErrorMessage")
            out.error("PCC106", f"{quoted(value)} is no {_lower(title)}", document.key((*path, value)), help=hint)
        case "pattern":
            hint = error.schema.get("patternErrorMessage")
            out.error("PCC105", f"{quoted(value)} is no {_lower(title)}", here, help=hint)
        case "minLength" | "minItems" | "minProperties":
            out.error("PCC108", f"{_named(path)} is empty", here, help=f"as in {_example(error.schema)}")
        case "maxLength":
            out.error("PCC107", f"{_named(path)} is longer than {wanted} characters", here)
        case "maxItems" | "maxProperties":
            out.error("PCC107", f"{_named(path)} has {len(value)} entries, more than {wanted}", document.key(path))
        case "minimum" | "maximum":
            least, most = error.schema.get("minimum"), error.schema.get("maximum")
            if (path, "range") not in seen:
                seen.add((path, "range"))
                out.error("PCC107", f"{_named(path)} is {quoted(value)}, outside of {least} to {most}", here)
        case "uniqueItems":
            for number, earlier in itertools.islice(_repeated(value), MOST):
                labels = Label(document.at((*path, number)), "again"), Label(document.at((*path, earlier)), "first")
                message = f"{quoted(_literal(value[number]))} stands twice in {_named(path)}"
                out.error("PCC109", message, *labels)
        case other:
            raise AssertionError(f"the schema uses `{other}`, for which there is no wording")


def _wrong(error: ValidationError) -> Iterator[KeyPath]:
    """The paths to take out, so that the error goes away. None for what later stages can bear."""
    path: KeyPath = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        yield from ((*path, key) for key in _unknown(error))
    elif error.validator == "required":
        if path:
            yield path
    elif error.validator in _REMOVABLE and path and not _about_a_name(error):
        yield path


def _about_a_name(error: ValidationError) -> bool:
    """Whether it is the key that is wrong, and not what it holds."""
    return "propertyNames" in error.absolute_schema_path


def _remove(value: Any, path: KeyPath) -> None:
    """Takes out what is at `path`, unless it went with what held it."""
    for part in path[:-1]:
        if isinstance(value, dict) and part not in value:
            return
        value = value[part]
        if value is None:
            return
    last: Any = path[-1]
    if isinstance(value, list):
        value[last] = None
    else:
        value.pop(last, None)


def _unknown(error: ValidationError) -> list[str]:
    known: Mapping[str, Any] = error.schema["properties"]
    return [key for key in error.instance if key not in known]


def _repeated(items: list[Any]) -> Iterator[tuple[int, int]]:
    """The places of items that stand in the list before, each with that of the first."""
    seen: dict[str, int] = {}
    for number, item in enumerate(items):
        first = seen.setdefault(json.dumps(item, sort_keys=True), number)
        if first != number:
            yield number, first


def _place(path: KeyPath, title: str) -> str:
    return _named(path) if path else "an included file" if title == "Included file" else "a matrix"


def _named(path: KeyPath) -> str:
    """A path as one would write it in TOML, list items by number from 1."""
    out = ""
    for part in path:
        if isinstance(part, int):
            out += f"[{part + 1}]"
        else:
            bare = part.isascii() and part.replace("-", "").replace("_", "").isalnum()
            out += ("." if out else "") + (part if bare else json.dumps(part))
    return quoted(out)


def _type(value: object) -> str:
    if value is None:
        return "nothing"
    names = {dict: "a table", list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return names[type(value)]


def _literal(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)


def _example(part: Mapping[str, Any]) -> str:
    examples = part.get("examples")
    if examples:
        return quoted(json.dumps(examples[0]))
    return {"array": '`["…"]`', "object": "a table", "boolean": "`true`", "integer": "`1`"}.get(
        part.get("type", ""), '`"…"`'
    )


def _explain(part: Mapping[str, Any], key: str) -> str | None:
    found = part["properties"][key]
    if "$ref" in found:
        found = _definition(found["$ref"])
    return f"add it, as in {quoted(f'{key} = ' + json.dumps(found['examples'][0]))}" if "examples" in found else None


def _lower(title: str) -> str:
    """A title inside of a sentence: `ARN pattern` keeps its capitals."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
