"""The passes' context for a group of a real matrix on a real catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.holding_facts import facts
from policycc.catalogue.selector import Kind, parse
from policycc.model.matrix import Entry, Matrix
from policycc.passes.context import Context, Facts


def context_for(catalogue: Catalogue, matrix: Matrix, group: str, known: Context | None = None) -> Context:
    """What the passes may ask for the principals of a group. `known` is the context of another group on the same
    catalogue and partition: what it has found out about AWS need not be found out again."""
    if known is not None:
        return replace(known, wildcards=matrix.output.wildcards, written=written_globs(matrix, group))

    def names(service: str) -> tuple[str, ...]:
        if not catalogue.has_service(service):
            return ()
        return tuple(f"{service.lower()}:{name}" for name in catalogue.service(service).names())

    return Context(
        facts=cache(lambda action: _facts(catalogue, action)),
        names=cache(names),
        partition=matrix.partition,
        wildcards=matrix.output.wildcards,
        written=written_globs(matrix, group),
    )


def written_globs(matrix: Matrix, group: str) -> dict[str, tuple[str, ...]]:
    """The globs that the cells of a group write, by environment: `service:Glob*` each, `*:` spelt out, capabilities
    followed. What a negative entry names is no grant, and so no glob."""
    found: dict[str, set[str]] = {}
    for cell in matrix.cells:
        if cell.group == group:
            found.setdefault(cell.environment, set()).update(_globs(matrix, cell.entries))
    return {environment: tuple(sorted(globs)) for environment, globs in found.items()}


def _globs(matrix: Matrix, entries: tuple[Entry, ...]) -> Iterator[str]:
    capabilities = dict(matrix.capabilities)
    for entry in entries:
        selector = parse(entry.text)
        if selector.negative:
            continue
        if selector.kind is Kind.CAPABILITY:
            yield from _globs(matrix, capabilities.get(selector.name, ()))
        elif selector.kind is Kind.GLOB:
            services = (matrix.services or ()) if selector.service == "*" else (selector.service,)
            yield from (f"{service}:{selector.name}" for service in services)


def _facts(catalogue: Catalogue, action_id: str) -> Facts | None:
    try:
        known = facts(catalogue, action_id)
    except KeyError:
        return None
    action = known.action
    outside = [catalogue.type(f"{action.service}:{name}") for name in known.creates_outside_rows]
    # The facts' rows, not the catalogue's: the overlay puts back rows that the catalogue has lost.
    found = [row.arn for row in known.rows] + [type_.arn if type_ is not None else "" for type_ in outside]
    arns = None if "" in found else tuple(sorted(set(found)))
    bound = any(row.required for row in known.rows)
    return Facts(action.id, arns, known.tag_writer is not None or bool(known.escapes), bound)
