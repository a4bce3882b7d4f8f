"""Nothing more: every request that is let through is one that a grant, companion, input or residual intends."""

from __future__ import annotations

from policycc.verify import marks
from policycc.verify.intent import intended
from policycc.verify.question import Question
from policycc.verify.terms import Term, every, negate


def exactness(question: Question) -> Term:
    """The policies let through a request that nothing in the matrix intends."""
    subject = question.subject
    return every(
        (
            question.allowed,
            marks.agreement(subject, question.places),
            negate(intended(question.scene, question.holder, subject, question.companions)),
        )
    )
