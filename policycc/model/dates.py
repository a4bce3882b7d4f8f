"""Accepted risks that have run out, or soon will."""

from __future__ import annotations

from datetime import date, timedelta

from policycc.diagnostics.model import Diagnostics, Label
from policycc.diagnostics.wording import listed
from policycc.model.matrix import Matrix

_SOON = timedelta(days=30)


def check(matrix: Matrix, today: date, diagnostics: Diagnostics) -> None:
    """Reports accepts whose `until` has passed (errors), or is at most 30 days away (warnings)."""
    for accept in matrix.accepts:
        if accept.until is None or today < accept.until - _SOON:
            continue
        labels = [Label(accept.span)] if accept.span else []
        what = f"the accepted {accept.what} of {listed(entry.text for entry in accept.actions[:3])}"
        if today > accept.until:
            help = "decide again: set a new date, or drop the entry"
            diagnostics.error("PCC233", f"{what} was accepted until {accept.until}", *labels, help=help)
        else:
            diagnostics.warning("PCC234", f"{what} is accepted until {accept.until} only", *labels)
