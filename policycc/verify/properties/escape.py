"""No path defeats the boundary although every statement tests it."""

from __future__ import annotations

from policycc.catalogue.facts import ROLE_TYPES, EscapeKind
from policycc.catalogue.holdability import ROLE_CLASSES
from policycc.catalogue.holding import Verdict
from policycc.verify import marks
from policycc.verify.intent import pins, row_of
from policycc.verify.question import Question
from policycc.verify.terms import ALWAYS, NEVER, ArnIn, Is, Term, every, negate, some


def escape(question: Question) -> Term:
    """The action is of an escape class: a forbidden one, or one without its mitigation."""
    facts = question.subject.facts
    kinds = {found.kind for found in facts.escapes}
    if question.excused or not kinds - {EscapeKind.ASSUMED}:
        return NEVER
    if EscapeKind.FORBIDDEN in kinds:
        return ALWAYS
    holdings = [question.scene.holding(question.holder, facts, place) for place in question.granted]
    mitigated = [holding for holding in holdings if holding.verdict is Verdict.HELD]
    row = question.subject.row
    if row is None or row.id not in ROLE_TYPES or not any(found.id in ROLE_CLASSES for found in facts.escapes):
        return NEVER if mitigated else ALWAYS
    under = (
        every((Is(ArnIn(marks.name_languages(row, holding.place))), pins(row_of(holding, question.subject))))
        for holding in mitigated
    )
    return negate(some(under))
