"""Every document is valid for AWS and inside its quotas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policycc.iam.limits import QUOTAS, quota
from policycc.verify.documents import Document

_PER_KIND = {
    "group": "managed_policies_per_group",
    "role": "managed_policies_per_role",
    "permission-set": "managed_policies_per_permission_set",
}
_NAMES = frozenset(item.name for item in QUOTAS)


def misfits(kind: str, documents: Sequence[Document], overrides: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """What AWS would refuse of a principal's documents: the file and why. `overrides` are the account's own quotas."""
    size = _limit("managed_policy_size", overrides)
    for document in documents:
        for error in document.errors:
            yield document.path, error
        if document.policy is not None and document.size > size:
            yield document.path, f"it has {document.size} characters, and a managed policy may have {size}"
    most = _limit(_PER_KIND[kind], overrides)
    if len(documents) > most:
        yield documents[-1].path, f"{len(documents)} managed policies, and a {kind} may have {most}"


def _limit(name: str, overrides: Mapping[str, int]) -> int:
    return overrides.get(name, quota(name).value) if name in _NAMES else 0
