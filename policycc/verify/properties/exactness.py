"""Nothing more: every request that is let through is one that a grant, companion, input or residual intends."""

from __future__ import annotations

from policycc.verify.intent import intended
from policycc.verify.question import Question
from policycc.verify.terms import Term, negate


def exactness(question: Question) -> Term:
    """Nothing in the matrix intends the request."""
    return negate(intended(question.scene, question.holder, question.subject, question.companions))
