"""From the statements of all principals of a build to their documents.

A principal that two matrices speak of is one principal to AWS: what both grant stands in the documents of one of them,
and the documents of both count towards its quotas.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from policycc.catalogue.catalogue import Catalogue
from policycc.diagnostics.model import Diagnostics
from policycc.ir.statement import Principal, Statement
from policycc.model.matrix import Matrix
from policycc.passes.context import Context
from policycc.passes.driver import minimise, shared_out
from policycc.passes.knowledge import context_for
from policycc.plan.advice import report_overflow
from policycc.plan.packing import Overflow, Packed, Packing, pack
from policycc.plan.quotas import Quotas
from policycc.plan.size import contributors


@dataclass(frozen=True, slots=True)
class Share:
    """The statements that a matrix gives a principal."""

    matrix: Matrix
    principal: Principal
    statements: tuple[Statement, ...]


def documents(
    catalogue: Catalogue, shares: Iterable[Share], diagnostics: Diagnostics
) -> list[tuple[Principal, tuple[Packed, ...]]]:
    """The documents of each share, sorted by principal; none for one whose grants another matrix gives too. What does
    not fit into the quotas of a principal is said, and its documents must not be written."""
    together: dict[tuple[str, str], list[Share]] = {}
    for share in sorted(shares, key=lambda item: item.principal):
        together.setdefault((_account(share), share.principal.name), []).append(share)
    known: dict[str, Context] = {}
    found: list[tuple[Principal, tuple[Packed, ...]]] = []
    for group in together.values():
        contexts = []
        for share in group:
            partition = share.matrix.partition
            contexts.append(context_for(catalogue, share.matrix, share.principal.group, known.get(partition)))
            known[partition] = contexts[-1]
        found += _of_one(group, contexts, diagnostics)
    return sorted(found, key=lambda item: item[0])


def _account(share: Share) -> str:
    return share.matrix.account(share.principal.account).id or share.principal.account


def _of_one(
    shares: list[Share], contexts: list[Context], diagnostics: Diagnostics
) -> list[tuple[Principal, tuple[Packed, ...]]]:
    """The documents of one principal."""
    quotas = Quotas.stated(share.matrix.output.quotas for share in shares)
    given = [share.statements for share in shares]
    if len(shares) > 1:
        given = shared_out(given, contexts)
    least = [minimise(statements, context) for statements, context in zip(given, contexts, strict=True)]
    kind = shares[0].principal.kind
    packings = [
        # A permission set has one inline policy, whichever matrix it is of.
        pack(statements, kind, quotas, context.possible, inline_first=kind == "permission-set" and len(shares) == 1)
        for share, statements, context in zip(shares, least, contexts, strict=True)
    ]
    _report(shares, least, packings, quotas, diagnostics)
    return [(share.principal, packing.documents) for share, packing in zip(shares, packings, strict=True)]


def _report(
    shares: list[Share],
    statements: list[tuple[Statement, ...]],
    packings: list[Packing],
    quotas: Quotas,
    diagnostics: Diagnostics,
) -> None:
    """Says what does not fit: the policies of one matrix, or those of all together."""
    alone = [(share, packing.overflow) for share, packing in zip(shares, packings, strict=True) if packing.overflow]
    for share, overflow in alone:
        report_overflow(overflow, share.principal, share.matrix, quotas, diagnostics)
    first = shares[0]
    documents = [document for packing in packings for document in packing.documents]
    managed = sum(document.kind == "managed" for document in documents)
    inline = sum(document.size for document in documents if document.kind == "inline")
    allowed = quotas.managed_policies(first.principal.kind)
    if alone or (managed <= allowed and inline <= quotas.inline_size(first.principal.kind)):
        return
    every = [statement for part in statements for statement in part]
    size = sum(document.size for document in documents)
    overflow = Overflow(len(documents), allowed, size, contributors(every))
    for share in shares:
        report_overflow(overflow, share.principal, share.matrix, quotas, diagnostics)
