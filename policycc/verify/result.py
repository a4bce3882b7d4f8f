"""What a proof says: verdicts, counterexamples, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

PROPERTIES = ("isolation", "exactness", "closure", "usability", "escape", "trust", "chains", "fit", "irredundant")


class Verdict(Enum):
    PROVED = "proved"
    REFUTED = "refuted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A request that breaks a property, or a finding about a file.

    `statement` counts from 0 and `line` from 1; both are None where no statement is to blame. `request` is a complete
    line for `simulate`; it is empty for a finding that is about no request. `sentence` says it in words.
    """

    principal: str
    account: str
    environment: str | None
    action: str | None
    sentence: str
    resource: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    context: tuple[tuple[str, str | tuple[str, ...]], ...] = ()
    policy: str | None = None
    statement: int | None = None
    line: int | None = None
    request: Mapping[str, object] = field(default_factory=dict)

    @property
    def weight(self) -> tuple[int, int, str, str, str]:
        """Smaller counterexamples come first."""
        return (
            len(self.context) + len(self.tags),
            len(self.resource or ""),
            self.principal,
            self.action or "",
            self.sentence,
        )


@dataclass(frozen=True, slots=True)
class Open:
    """Something that could not be decided, and why."""

    principal: str
    action: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Property:
    """The verdict on one property. `exceptions` are what a `proved` verdict excepts, in words."""

    name: str
    verdict: Verdict
    counterexamples: tuple[Counterexample, ...] = ()
    open: tuple[Open, ...] = ()
    exceptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Residual:
    """Actions that a principal may use in the whole account, because AWS gives no means to hold them."""

    principal: str
    account: str
    actions: tuple[str, ...]
    reaches: tuple[str, ...]
    decision: str
    reason: str

    @property
    def exception(self) -> str:
        """How the verdicts that except it say so."""
        reaches = f", reaching {', '.join(self.reaches)}" if self.reaches else ""
        return f"{self.account}/{self.principal}: {len(self.actions)} actions on everything{reaches} ({self.reason})"


@dataclass(frozen=True, slots=True)
class Verification:
    """The whole proof. `notes` are findings that are no refutation: digests that differ, a pending build, warnings."""

    properties: tuple[Property, ...]
    residuals: tuple[Residual, ...] = ()
    assumptions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    principals: int = 0
    documents: int = 0
    catalogue: str = ""

    @property
    def verdict(self) -> Verdict:
        """Refuted if anything is, else unknown if anything is; redundancy is a warning and counts for neither."""
        found = {item.verdict for item in self.properties if item.name != "irredundant"}
        for verdict in (Verdict.REFUTED, Verdict.UNKNOWN):
            if verdict in found:
                return verdict
        return Verdict.PROVED

    def __getitem__(self, name: str) -> Property:
        return next(item for item in self.properties if item.name == name)
