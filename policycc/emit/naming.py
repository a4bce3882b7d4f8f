"""Names of policies and files that are safe in IAM, in Git and on every file system."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from policycc.diagnostics.model import Diagnostics
from policycc.ir.outcome import Document, TrustDocument
from policycc.ir.statement import Principal

POLICY_NAME_LIMIT = 128
"""Characters of a managed policy's name, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html."""
PRINCIPAL_NAME_LIMITS = {"group": 128, "role": 64, "permission-set": 32}
"""Characters of the names of principals: the page above, and
https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreatePermissionSet.html."""

_COMPONENT = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.+=@,-]{0,250}[A-Za-z0-9_+=@,-])?")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def policy_name(principal: Principal, index: int = 1) -> str:
    """The IAM name of a principal's policy; `index` counts from 1, and only the later ones show it."""
    name = f"{principal.matrix}-{principal.name}"
    return name if index == 1 else f"{name}-{index}"


def policy_path(document: Document) -> str:
    """Where a policy document goes, relative to the output folder."""
    return f"{document.principal.account}/{document.name}.json"


def trust_path(trust: TrustDocument) -> str:
    """Where a trust policy goes, relative to the output folder."""
    return f"{trust.principal.account}/trust/{trust.principal.name}.json"


def is_safe(path: str) -> bool:
    """Whether a relative POSIX path stays below its folder and means the same file everywhere: no `..`, no hidden or
    reserved name, no name that ends in a dot, no character that a shell or a file system takes as its own."""
    return all(_COMPONENT.fullmatch(part) and not _DEVICES.fullmatch(part) for part in path.split("/"))


def matrix_paths(paths: Sequence[str]) -> tuple[str, ...]:
    """How a manifest names the matrices: relative to the folder that all have in common, so that it says the same on
    every machine and from every working directory. Standard input keeps its name."""
    files = [os.path.abspath(path) for path in paths if not _is_stdin(path)]  # noqa: PTH100 - links stay as they are
    common = os.path.commonpath([os.path.dirname(path) for path in files]) if files else ""  # noqa: PTH120
    return tuple(
        path if _is_stdin(path) else PurePath(os.path.relpath(os.path.abspath(path), common)).as_posix()  # noqa: PTH100
        for path in paths
    )


def _is_stdin(path: str) -> bool:
    return path.startswith("<")


def check_names(documents: Sequence[Document], trusts: Sequence[TrustDocument], diagnostics: Diagnostics) -> bool:
    """Whether every output has a safe name of its own; says of each that has not.

    Two names that differ only in case are one file on some systems, and one policy to IAM, so they clash too."""
    before = len(diagnostics)
    _check_lengths(documents, trusts, diagnostics)
    outputs = [(policy_path(item), item.principal) for item in documents]
    outputs += [(trust_path(item), item.principal) for item in trusts]
    taken: dict[str, Principal] = {}
    for path, principal in sorted(outputs):
        if not is_safe(path):
            diagnostics.error(
                "PCC602",
                f"`{path}` is not a safe file name",
                help="rename the account, group or environment that gives this name",
            )
        first = taken.setdefault(path.lower(), principal)
        if first is not principal:
            diagnostics.error(
                "PCC603",
                f"`{path}` would hold the policies of `{first.name}` in `{first.matrix}` and of `{principal.name}` in "
                f"`{principal.matrix}`",
                help="rename one of the matrices, groups or environments",
            )
    return len(diagnostics) == before


def _check_lengths(documents: Iterable[Document], trusts: Iterable[TrustDocument], diagnostics: Diagnostics) -> None:
    for document in documents:
        if len(document.name) > POLICY_NAME_LIMIT:
            diagnostics.error(
                "PCC602",
                f"the policy name `{document.name}` is longer than the {POLICY_NAME_LIMIT} characters that IAM takes",
                help="shorten the name of the matrix, the group or the environment",
            )
    principals = {item.principal for item in documents} | {item.principal for item in trusts}
    for principal in sorted(principals, key=lambda item: (item.account, item.name, item.matrix)):
        limit = PRINCIPAL_NAME_LIMITS[principal.kind]
        if len(principal.name) > limit:
            diagnostics.error(
                "PCC602",
                f"the {principal.kind} name `{principal.name}` is longer than the {limit} characters that AWS takes",
                help="shorten the name of the group or the environment",
            )
