"""From the statements of a principal to the smallest ones of the same meaning."""

from __future__ import annotations

from collections.abc import Iterable

from policycc.ir.cost import cost
from policycc.ir.rewrite import Observer, fixpoint
from policycc.ir.statement import Statement
from policycc.passes import PASSES
from policycc.passes.context import Context
from policycc.passes.normal import normal_form


def minimise(
    statements: Iterable[Statement], context: Context, observe: Observer | None = None
) -> tuple[Statement, ...]:
    """The statements in normal form, rewritten by all passes until none of them helps. Equal meaning gives equal
    statements; `observe` is told of every accepted step."""
    return fixpoint(normal_form(statements, context), PASSES, context, cost, observe)
