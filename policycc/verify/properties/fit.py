"""Every document is valid for AWS and inside its quotas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policycc.iam.limits import quota
from policycc.verify.documents import Document

_PER_KIND = {
    "group": "managed_policies_per_group",
    "role": "managed_policies_per_role",
    "permission-set": "managed_policies_per_permission_set",
}


def misfits(
    kind: str, documents: Sequence[Document], overrides: Mapping[str, int], inline: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """What AWS would refuse of a principal's documents: the file and why. `overrides` are the account's own quotas,
    `inline` the paths of inline policies."""
    managed = [document for document in documents if document.path not in inline]
    inlined = [document for document in documents if document.path in inline]
    size = _limit("managed_policy_size", overrides)
    for document in documents:
        for error in document.errors:
            yield document.path, error
    for document in managed:
        if document.policy is not None and document.size > size:
            yield document.path, f"it has {document.size} characters, and a managed policy may have {size}"
    most = _limit(_PER_KIND[kind], overrides)
    if len(managed) > most:
        yield managed[-1].path, f"{len(managed)} managed policies, and a {kind} may have {most}"
    room = _limit(f"inline_policy_size_per_{kind.replace('-', '_')}", overrides)
    if sum(document.size for document in inlined) > room:
        yield inlined[-1].path, f"the inline policies of a {kind} may have {room} characters together"


def _limit(name: str, overrides: Mapping[str, int]) -> int:
    return overrides.get(name, quota(name).value)
