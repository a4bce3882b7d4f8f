"""The rows of the matrix and the capabilities: selectors with their places."""

from __future__ import annotations

from policycc.diagnostics.model import Diagnostics
from policycc.diagnostics.wording import quoted
from policycc.model import names, selector
from policycc.model.matrix import Cell, Entry, Environment
from policycc.model.sections import Sections
from policycc.source.node import Node

EVERY = "*"
"""The column that stands for every environment that is not shared."""


def entries(node: Node | None, origin: str, diagnostics: Diagnostics) -> tuple[Entry, ...]:
    """A selector list, sorted by text; what has not the shape of a selector is reported and left out."""
    found: dict[str, Entry] = {}
    for item in node.items() if node else []:
        text: str = item.value
        wrong = selector.fault(text)
        if wrong is None:
            found.setdefault(text, Entry(text, origin, item.span))
        else:
            reason, help = wrong
            diagnostics.error("PCC206", f"{quoted(text)} is no selector: {reason}", item.span, help=help)
    return tuple(found[text] for text in sorted(found))


def capabilities(sections: Sections, diagnostics: Diagnostics) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
    """The capabilities by name, sorted."""
    table = sections.table("capabilities")
    return tuple((name, entries(table[name], f"capabilities.{name}", diagnostics)) for name in sorted(table))


def cells(sections: Sections, environments: tuple[Environment, ...], diagnostics: Diagnostics) -> tuple[Cell, ...]:
    """The cells by group, environment and column, those of the `*` column once for each environment."""
    by_name = {environment.name: environment for environment in environments}
    unshared = [name for name, environment in by_name.items() if not environment.shared]
    known = {*by_name, *sections.names("environments")}
    found: list[Cell] = []
    for group, row in sections.table("access").items():
        for column, node in row.entries().items():
            if column != EVERY and not names.known("environment", column, known, node.key, diagnostics):
                continue
            listed = entries(node, f"access.{group}.{column}", diagnostics)
            targets = unshared if column == EVERY else [column] if column in by_name else []
            found.extend(Cell(group, environment, column, listed, node.key) for environment in targets)
    return tuple(sorted(found, key=lambda cell: (cell.group, cell.environment, cell.column)))
