"""`policycc explain GROUP ACTION`: why an action is allowed or not."""

from __future__ import annotations

from policycc.cli import console
from policycc.cli.sources import resolve
from policycc.cli.status import status_of


def explain_grant(matrices: tuple[str, ...], group: str, action: str, environment: str | None, form: str) -> int:
    """Shows the explanation and returns the exit status."""
    from policycc import api

    explanation = api.explain(resolve(matrices), group, action, environment)
    console.report(explanation.diagnostics)
    console.write(explanation.as_json() if form == "json" else explanation.as_text())
    return status_of(explanation.diagnostics)
