"""Why an output could not be written."""

from __future__ import annotations

from policycc.diagnostics.model import Diagnostic, Severity


class OutputError(Exception):
    """The output folder cannot take the build. Carries the diagnostic that says why; what was there before is intact,
    or the journal tells what is not."""

    def __init__(self, code: str, message: str, *, help: str | None = None) -> None:
        super().__init__(message)
        self.diagnostic = Diagnostic(code, Severity.ERROR, message, help=help)
