"""Writes the reference pages that are made from data: the matrix language and the diagnostics.

python docs/generate.py          writes docs/reference/*.md
python docs/generate.py --check  exits 1 if a file is not what would be written
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from policycc.diagnostics.codes import CODES
from policycc.schema import schema

REFERENCE = Path(__file__).parent / "reference"
NOTICE = "<!-- Made by docs/generate.py from {source}; change that instead. -->\n"

STAGES = {
    "0": "Reading",
    "1": "The shape of a matrix or of a policy document",
    "2": "What a matrix means",
    "3": "The catalogue",
    "4": "Holding grants",
    "5": "Limits and planning",
    "6": "Output",
    "7": "Proof",
    "9": "Our own fault",
}
TYPES = {"object": "table", "array": "list", "string": "text", "integer": "whole number", "boolean": "true or false"}


def pages() -> dict[Path, str]:
    """Every generated page by its path."""
    return {REFERENCE / "matrix.md": matrix(), REFERENCE / "codes.md": codes()}


def matrix() -> str:
    """The language, one section for each table, in the order of the schema."""
    root = schema()
    out = [NOTICE.format(source="schemas/matrix.schema.json"), "# The matrix language\n", f"{root['description']}\n"]
    for heading, table in _tables("", root):
        out.append(f"## {heading}\n" if heading else "## At the top\n")
        if heading:
            out.append(f"{table['description']}\n")
        for name, part in table["properties"].items():
            out.append(_key(name, _resolve(part), name in table.get("required", ())))
    out.append("## Included files\n")
    included = root["$defs"]["included"]
    keys = ", ".join(f"`{name}`" for name in included["properties"])
    out.append(f"{included['description']} These keys: {keys}.\n")
    return "\n".join(out)


def _tables(path: str, table: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """A table with properties, and all such tables inside of it, each with the heading it would have in TOML."""
    yield (f"`{path}`" if path else "", table)
    for name, part in table["properties"].items():
        part = _resolve(part)
        inner = f"{path.strip('[]')}.{name}" if path else name
        named = _resolve(part.get("additionalProperties") or {})
        items = _resolve(part.get("items", {}))
        if "properties" in part:
            yield from _tables(f"[{inner}]", part)
        elif "properties" in named:
            yield from _tables(f"[{inner}.NAME]", named)
        elif "properties" in items:
            yield from _tables(f"[[{inner}]]", items)


def _key(name: str, part: dict[str, Any], required: bool) -> str:
    facts = [_kind(part)]
    if required:
        facts.append("required")
    if "default" in part:
        facts.append(f"default `{_toml(part['default'])}`")
    if "minimum" in part:
        facts.append(f"{part['minimum']} to {part['maximum']}")
    named = _resolve(part.get("propertyNames", {}))
    rule = part.get("patternErrorMessage") or named.get("patternErrorMessage")
    lines = [f"### `{name}`\n", f"{part['title']}: {'; '.join(facts)}.\n", f"{part['description']}\n"]
    if rule:
        lines.append(f"{'Names have' if named else 'Form:'} {rule}.\n")
    example = part["examples"][0]
    if not (isinstance(example, dict) and not _inline(example)):
        lines.append(f"```toml\n{name} = {_toml(example)}\n```\n")
    return "\n".join(lines)


def _kind(part: dict[str, Any]) -> str:
    if "enum" in part:
        return " or ".join(f"`{choice}`" for choice in part["enum"])
    if part["type"] == "array":
        item = _resolve(part["items"])
        return f"list of {TYPES[item['type']]}s" if "type" in item else f"list of {_kind(item)}"
    return TYPES[part["type"]]


def _inline(example: dict[str, Any]) -> bool:
    return not any(isinstance(value, dict) for value in example.values())


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml_key(key)} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _toml_key(key: str) -> str:
    return key if key.replace("-", "").replace("_", "").isalnum() else json.dumps(key)


def _resolve(part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        part = schema()["$defs"][part["$ref"].rsplit("/", 1)[1]]
    return part


def codes() -> str:
    """The table of diagnostics, by stage."""
    out = [
        NOTICE.format(source="policycc/diagnostics/codes.py"),
        "# Diagnostics\n",
        "`policycc explain CODE` shows the page of a code, with an example and its fix.\n",
    ]
    for digit, stage in STAGES.items():
        rows = [code for code in CODES.values() if code.id[3] == digit]
        if not rows:
            continue
        out += [f"## {stage}\n", "| code | name | what it says |", "| --- | --- | --- |"]
        out += [
            f"| [{code.id}](../../policycc/diagnostics/pages/{code.id}.md) | {code.name} | {code.summary} |"
            for code in rows
        ]
        out.append("")
    return "\n".join(out)


def main(arguments: list[str]) -> int:
    stale = [path for path, text in pages().items() if not path.is_file() or path.read_text() != text]
    if "--check" in arguments:
        for path in stale:
            print(f"{path} is not up to date: run `python docs/generate.py`")
        return 1 if stale else 0
    REFERENCE.mkdir(exist_ok=True)
    for path, text in pages().items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
