"""AWS's quotas that a build has to respect, with the date and place where each was read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
_SSO = "https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html"
AS_OF = "2026-11-23"
"""When the table was last compared with its sources."""


@dataclass(frozen=True, slots=True)
class Quota:
    """A limit. `value` is in characters for names that hold `size`, else a count. `adjustable` tells the highest value
    that AWS raises it to on request, or None."""

    name: str
    value: int
    source: str
    adjustable: int | None = None


QUOTAS = (
    Quota("groups_per_account", 300, _IAM, 500),
    Quota("groups_per_user", 10, _IAM),
    Quota("inline_policy_size_per_group", 5120, _IAM),
    Quota("inline_policy_size_per_permission_set", 10240, _SSO),
    Quota("inline_policy_size_per_role", 10240, _IAM),
    Quota("inline_policy_size_per_user", 2048, _IAM),
    Quota("managed_policies_per_account", 1500, _IAM, 10000),
    Quota("managed_policies_per_group", 10, _IAM),
    Quota("managed_policies_per_permission_set", 10, _SSO, 20),
    Quota("managed_policies_per_role", 10, _IAM, 25),
    Quota("managed_policies_per_user", 10, _IAM, 20),
    Quota("managed_policy_size", 6144, _IAM),
    Quota("permission_sets_per_account", 500, _SSO),
    Quota("roles_per_account", 1000, _IAM, 10000),
    Quota("trust_policy_size", 2048, _IAM, 8192),
)
"""Sorted by name. Sizes leave white space out, as AWS does."""

NAMES = frozenset(quota.name for quota in QUOTAS)


@dataclass(frozen=True, slots=True)
class Quotas:
    """The quotas of one build, sorted by name."""

    values: tuple[tuple[str, int], ...]

    @staticmethod
    def of(overrides: Iterable[tuple[str, int]] = ()) -> Quotas:
        """AWS's defaults, replaced by what the matrix knows of its accounts. Raises KeyError for an unknown name."""
        values = {quota.name: quota.value for quota in QUOTAS}
        for name, value in overrides:
            if name not in values:
                raise KeyError(name)
            values[name] = value
        return Quotas(tuple(sorted(values.items())))

    def __getitem__(self, name: str) -> int:
        return dict(self.values)[name]

    @property
    def managed_size(self) -> int:
        """Characters of a managed policy."""
        return self["managed_policy_size"]

    def managed_policies(self, kind: str) -> int:
        """How many managed policies a principal of a kind (`group`, `role`, `permission-set`) may carry.

        Identity Center attaches up to 20 to a permission set, but makes a role of it, so without a raised quota for
        roles the account takes 10."""
        return self[f"managed_policies_per_{kind.replace('-', '_')}"]

    def inline_size(self, kind: str) -> int:
        """Characters of all inline policies of a principal of a kind together."""
        return self[f"inline_policy_size_per_{kind.replace('-', '_')}"]
