"""From what reading an input raised to diagnostics."""

from __future__ import annotations

from policycc.diagnostics.model import Diagnostics, Label
from policycc.diagnostics.wording import printable
from policycc.source.errors import SourceError
from policycc.source.span import Span


def report(error: SourceError, diagnostics: Diagnostics, asked: Span | None = None) -> None:
    """Adds every problem. `asked` is where the input was named, for problems that have no place of their own."""
    for problem in error.problems:
        labels = [Label(problem.span)] if problem.span else [Label(asked)] if asked else []
        if problem.related:
            labels.append(Label(*problem.related))
        # Names of files can hold anything.
        help = printable(problem.help) if problem.help else None
        diagnostics.error(problem.code, printable(problem.message), *labels, help=help)
