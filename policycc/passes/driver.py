"""From the statements of a principal to the smallest ones of the same meaning."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policycc.ir.cost import cost
from policycc.ir.rewrite import Observer, fixpoint
from policycc.ir.statement import Statement
from policycc.passes import PASSES
from policycc.passes.context import Context
from policycc.passes.normal import normal_form
from policycc.passes.subsumed import apart


def shared_out(lists: Iterable[Iterable[Statement]], contexts: Sequence[Context]) -> list[tuple[Statement, ...]]:
    """The statements that several matrices give one principal, each grant in one of the lists only: in the first that
    has it. Together they mean what they meant."""
    forms = [normal_form(statements, context) for statements, context in zip(lists, contexts, strict=True)]
    return apart(forms, contexts[0])


def minimise(
    statements: Iterable[Statement], context: Context, observe: Observer | None = None
) -> tuple[Statement, ...]:
    """The statements in normal form, rewritten by all passes until none of them helps. Equal meaning gives equal
    statements; `observe` is told of every accepted step.

    A pass may choose another way of writing the same resources than the normal form did (`*`, or the only type that
    the actions take). Then the result is taken through again, until its normal form is one that was seen before; of the
    results since then the cheapest is the answer, so that the answer's answer is itself."""
    seen: list[tuple[Statement, ...]] = []
    results: list[tuple[Statement, ...]] = []
    form = normal_form(statements, context)
    while form not in seen:
        seen.append(form)
        results.append(fixpoint(form, PASSES, context, cost, observe))
        form = normal_form(results[-1], context)
    return min(results[seen.index(form) :], key=cost)
