"""A matrix file and the files that it includes, as one set of sections."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import PurePath

from policycc import schema
from policycc.diagnostics.model import Diagnostics, Label
from policycc.diagnostics.wording import quoted
from policycc.model.problems import report
from policycc.source.document import Document
from policycc.source.errors import SourceError
from policycc.source.node import Node
from policycc.source.read import read_file

_SHARED_TABLES = ("accounts", "capabilities", "groups")


@dataclass(frozen=True, slots=True)
class Sections:
    """What stands in a matrix and its included files, cleaned of everything that the schema refused.

    `tables` are the named tables by section and name. `broken` are the (section, name) pairs of which something was
    taken out: complaints that only follow from that help nobody.
    """

    root: Node
    tables: dict[str, dict[str, Node]]
    accepts: list[Node]
    broken: frozenset[tuple[str, str]]

    def table(self, section: str) -> dict[str, Node]:
        return self.tables.get(section, {})

    def names(self, section: str) -> set[str]:
        """The names that a section defines, those that were wrong included, but for the template's."""
        found = {*self.table(section), *(name for place, name in self.broken if place == section)}
        return found - {"*"}

    def is_broken(self, section: str, name: str) -> bool:
        return (section, name) in self.broken or (section, "*") in self.broken


def gather(document: Document, diagnostics: Diagnostics) -> Sections:
    """Checks the shape of a matrix and of what it includes, and puts them together."""
    shaped = schema.check(document, diagnostics)
    root = Node(document, (), shaped.value)
    broken = _broken(shaped)
    tables = {name: dict(node.entries()) for name, node in root.entries().items() if isinstance(node.value, dict)}
    accepts = root.each("accept")
    for entry in root.each("include"):
        included = _read(document, entry, diagnostics)
        if included is None:
            continue
        part = schema.check(included, diagnostics, schema.INCLUDED)
        other = Node(included, (), part.value)
        broken |= _broken(part)
        accepts += other.each("accept")
        for section in _SHARED_TABLES:
            table = other.get(section)
            if table is not None:
                _merge(tables.setdefault(section, {}), table, section, diagnostics)
    return Sections(root, tables, accepts, frozenset(broken))


def _broken(shaped: schema.Shaped) -> set[tuple[str, str]]:
    return {(str(path[0]), str(path[1])) for path in shaped.removed if len(path) > 1}


def _merge(into: dict[str, Node], table: Node, section: str, diagnostics: Diagnostics) -> None:
    for name, node in table.entries().items():
        first = into.setdefault(name, node)
        if first is not node:
            diagnostics.error(
                "PCC232",
                f"{quoted(f'{section}.{name}')} is defined in two files",
                Label(first.key, "defined here"),
                Label(node.key, "and in this included file"),
                help="keep one of the two",
            )


def _read(document: Document, entry: Node, diagnostics: Diagnostics) -> Document | None:
    path: str = entry.value
    if not document.file.startswith("<"):
        path = os.path.normpath(PurePath(document.file).parent / path)
    try:
        included = read_file(path)
    except SourceError as error:
        report(error, diagnostics, entry.span)
        return None
    if "include" in included.value:
        diagnostics.error(
            "PCC230",
            f"the included file {quoted(path)} includes another",
            included.key(("include",)),
            help="include it in the matrix itself",
        )
        del included.value["include"]
    return included
