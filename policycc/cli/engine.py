"""The one call from the commands into the compiler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from policycc.diagnostics.model import Diagnostics
from policycc.emit.json_target import Emitted
from policycc.ir.outcome import CatalogueSource, Outcome
from policycc.model.matrix import Matrix


class Result(Protocol):
    """What the pipeline answers. With errors in the diagnostics, `matrices` may be empty, and `outcome` and `files`
    None; `files` is also None where only a check was asked for. `catalogue` is the one in use."""

    @property
    def diagnostics(self) -> Diagnostics: ...
    @property
    def matrices(self) -> tuple[Matrix, ...]: ...
    @property
    def catalogue(self) -> CatalogueSource: ...
    @property
    def outcome(self) -> Outcome | None: ...
    @property
    def emitted(self) -> tuple[Emitted, ...]: ...
    @property
    def files(self) -> Mapping[str, bytes] | None: ...


def check(sources: Sequence[str]) -> Result:
    """Front end, holding and planning of the matrices; `-` is standard input."""
    from policycc import pipeline

    return pipeline.check(sources)


def build(sources: Sequence[str], *, templates: Path | None, prove: bool, target: str | None) -> Result:
    """Everything but the writing. Without `prove` every verdict is `unknown`; without `target`, it is the matrices'."""
    from policycc import pipeline

    return pipeline.build(sources, templates=templates, prove=prove, target=target)
