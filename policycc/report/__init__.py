"""The report for reviewers and auditors: one HTML page that needs nothing beside itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from policycc.diagnostics.model import Diagnostics
from policycc.source.document import Document


@dataclass(frozen=True, slots=True)
class Report:
    """The page as HTML, None where the matrices do not build; and all that the build said."""

    page: str | None
    diagnostics: Diagnostics


def report(documents: Sequence[Document], *, templates: Path | None = None) -> Report:
    """The report on matrices that belong together: what a build of them grants and proves, and the account plan."""
    from policycc import pipeline, planning
    from policycc.report.page import render
    from policycc.report.view import view

    result = pipeline.build_documents(documents, templates=templates)
    if result.files is None or result.diagnostics.has_errors:
        return Report(None, result.diagnostics)
    planned = planning.plan(documents)
    if planned.plan is None:
        result.diagnostics.extend(planned.diagnostics)
        return Report(None, result.diagnostics)
    return Report(render(view(result, planned.plan)), result.diagnostics)
