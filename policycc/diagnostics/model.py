"""What the tool has to say about an input: values, no printing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from policycc.source.span import Span


class Severity(Enum):
    """How much a diagnostic weighs: only an error stops the build."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Label:
    """A place in a file and what is to be said of it. The first label of a diagnostic is the primary one."""

    span: Span
    text: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `code` is a key of `codes.CODES`; the headline makes sense alone on one line."""

    code: str
    severity: Severity
    message: str
    labels: tuple[Label, ...] = ()
    help: str | None = None


@dataclass(slots=True)
class Diagnostics:
    """Collects what the stages say, beside their results."""

    _items: list[Diagnostic] = field(default_factory=list)
    _said: dict[tuple[str, str], list[Diagnostic]] = field(default_factory=dict, repr=False, compare=False)

    def error(self, code: str, message: str, *labels: Label | Span, help: str | None = None) -> None:
        self._add(code, Severity.ERROR, message, labels, help)

    def warning(self, code: str, message: str, *labels: Label | Span, help: str | None = None) -> None:
        self._add(code, Severity.WARNING, message, labels, help)

    def note(self, code: str, message: str, *labels: Label | Span, help: str | None = None) -> None:
        self._add(code, Severity.NOTE, message, labels, help)

    def extend(self, items: Iterable[Diagnostic]) -> None:
        for item in items:
            self._keep(item)

    def _add(
        self,
        code: str,
        severity: Severity,
        message: str,
        labels: tuple[Label | Span, ...],
        help: str | None,
    ) -> None:
        found = tuple(Label(label) if isinstance(label, Span) else label for label in labels)
        self._keep(Diagnostic(code, severity, message, found, help))

    def _keep(self, item: Diagnostic) -> None:
        # What a template says wrong shows in every environment, but is to be said once. Only those that say the same
        # are compared: comparing looks up where they stand.
        same = self._said.setdefault((item.code, item.message), [])
        if item not in same:
            same.append(item)
            self._items.append(item)

    def __iter__(self) -> Iterator[Diagnostic]:
        """In source order: by file, line and column of the primary label; those without a place come last."""
        return iter(sorted(self._items, key=_source_order))

    def __len__(self) -> int:
        return len(self._items)

    @property
    def has_errors(self) -> bool:
        return any(item.severity is Severity.ERROR for item in self._items)


def _source_order(item: Diagnostic) -> tuple[bool, Span | tuple[()], str, str]:
    place: Span | tuple[()] = item.labels[0].span if item.labels else ()
    return (not item.labels, place, item.code, item.message)
