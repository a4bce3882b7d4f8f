"""A text form of statements for people and golden files: stable, one value a line, with origins."""

from __future__ import annotations

from collections.abc import Iterable

from policycc.ir.cost import statement_size
from policycc.ir.statement import Program, Statement


def dump(statements: Iterable[Statement]) -> str:
    """The statements in their canonical order."""
    return "".join(_statement(statement) for statement in sorted(statements, key=lambda item: item.sort_key))


def dump_program(program: Program) -> str:
    """All statements of a build, by principal."""
    parts: list[str] = []
    for principal, statements in program.parts:
        parts.append(f"== {principal.account}/{principal.name} ({principal.kind})\n{dump(statements)}")
    return "\n".join(parts)


def _statement(statement: Statement) -> str:
    lines = [f"allow [{statement_size(statement)}]"]
    lines += [f"  action {action}" for action in statement.actions]
    lines += [f"  on {resource}" for resource in statement.resources]
    for condition in statement.conditions:
        lines += [f"  if {condition.operator} {condition.key} = {value}" for value in condition.values]
    notes = {"how": statement.how, "environment": statement.environments, "from": statement.origins}
    lines += [f"  # {word} {value}" for word, values in notes.items() for value in sorted(values)]
    return "\n".join(lines) + "\n"
