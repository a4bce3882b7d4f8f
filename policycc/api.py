"""The public functions: values in, values out. They never print, exit or write.

A matrix is given by its path, or as text: a string that holds a line break is a text, anything else a path. A matrix
with errors raises `policycc.Error`, which carries the diagnostics.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policycc.diagnostics.model import Diagnostic, Diagnostics

if TYPE_CHECKING:
    from policycc.explain import Explanation
    from policycc.pipeline import Result
    from policycc.plan.report import Plan
    from policycc.source.document import Document
    from policycc.verify import Verification

Source = str | os.PathLike[str]


class Error(Exception):
    """What is wrong with an input. `diagnostics` are all findings, in source order."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__("\n".join(f"{item.code} {item.message}" for item in diagnostics))
        self.diagnostics = tuple(diagnostics)


@dataclass(frozen=True)
class Build:
    """A build in memory: `files` by their path in an output folder, the manifest among them, and what was said."""

    files: Mapping[str, bytes]
    diagnostics: tuple[Diagnostic, ...]

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        import json

        found: Mapping[str, Any] = json.loads(self.files["manifest.json"])
        return found


def check(*matrices: Source) -> tuple[Diagnostic, ...]:
    """Everything that `policycc check` finds in matrices that belong together. Raises nothing for a wrong matrix."""
    return tuple(_compiled(matrices).diagnostics)


def build(*matrices: Source, templates: Source | None = None, prove: bool = True, target: str | None = None) -> Build:
    """Compile and prove matrices that belong together; `target` is that of the matrices if None. Raises Error where
    anything is wrong or refuted."""
    from policycc import pipeline

    documents, diagnostics = _documents(matrices)
    folder = None if templates is None else Path(templates)
    result = pipeline.build_documents(documents, templates=folder, prove=prove, target=target)
    found = (*diagnostics, *result.diagnostics)
    if result.files is None or diagnostics.has_errors or result.diagnostics.has_errors:
        raise Error(found)
    return Build(dict(result.files), found)


def verify(directory: Source, *matrices: Source) -> Verification:
    """Prove the policy files of a folder as they are. Raises Error for a wrong matrix, OSError for the folder."""
    from policycc.catalogue.catalogue import load
    from policycc.model.load import load_documents
    from policycc.verify import verify_directory

    documents, diagnostics = _documents(matrices)
    found, said = load_documents(documents)
    if diagnostics.has_errors or said.has_errors:
        raise Error((*diagnostics, *said))
    return verify_directory(found, load(), Path(directory))


def plan(*matrices: Source) -> Plan:
    """The account plan of matrices that belong together: the ways to share their environments out over accounts, and
    what forces them apart. Raises Error where the matrices have errors that no account puts right."""
    from policycc import planning

    documents, diagnostics = _documents(matrices)
    planned = planning.plan(documents)
    if diagnostics.has_errors or planned.plan is None:
        raise Error((*diagnostics, *planned.diagnostics))
    return planned.plan


def evaluate(policies: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    """Decide a request as `policycc simulate` does. `policies` holds `identityPolicies` and the like, `request` the
    principal, action, resource and context of a line. The answer has `decision` and `statements`, or `error`, also for
    values that no JSON has."""
    import json

    from policycc.iam.simulate import Simulator

    try:
        line = json.dumps({**policies, **request})
    except (TypeError, ValueError, RecursionError) as error:
        return {"id": None, "error": f"the request is no JSON: {error}"}
    return Simulator().answer(line)


def explain(sources: Sequence[str], group: str, action: str, environment: str | None = None) -> Explanation:
    """Why a group may do an action or not; `-` among the sources is standard input."""
    from policycc import explain as explaining
    from policycc import pipeline

    return explaining.explain(pipeline.check(sources), group, action, environment)


def _compiled(matrices: Sequence[Source]) -> Result:
    from dataclasses import replace

    from policycc import pipeline

    documents, diagnostics = _documents(matrices)
    result = pipeline.check_documents(documents)
    diagnostics.extend(result.diagnostics)
    return replace(result, diagnostics=diagnostics)


def _documents(matrices: Sequence[Source]) -> tuple[list[Document], Diagnostics]:
    from policycc.model.problems import report
    from policycc.source.errors import SourceError
    from policycc.source.read import read_file, read_text

    diagnostics = Diagnostics()
    documents = []
    for source in matrices:
        try:
            is_text = isinstance(source, str) and "\n" in source
            documents.append(read_text(str(source)) if is_text else read_file(source))
        except SourceError as error:
            report(error, diagnostics)
    return documents, diagnostics
