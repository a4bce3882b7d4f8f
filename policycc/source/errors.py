"""What goes wrong before there is a document."""

from __future__ import annotations

from dataclasses import dataclass

from policycc.source.span import Span


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why an input cannot be read. `code` is a diagnostic code; the layer above makes the diagnostic.

    `related` is another place that matters, with what is to be said of it.
    """

    code: str
    message: str
    span: Span | None = None
    help: str | None = None
    related: tuple[Span, str] | None = None


class SourceError(Exception):
    """An input that cannot be read. Carries every problem that was found, in source order."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems
