"""The quotas of one build: AWS's defaults, and what the matrix knows of its accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from policycc.iam.limits import QUOTAS


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

    @staticmethod
    def stated(overrides: Iterable[Iterable[tuple[str, int]]]) -> Quotas:
        """AWS's defaults, replaced by what matrices that are built together know; where they differ, the lowest is
        sure to be there. Raises KeyError for an unknown name."""
        least: dict[str, int] = {}
        for name, value in (pair for some in overrides for pair in some):
            least[name] = min(value, least.get(name, value))
        return Quotas.of(least.items())

    def __getitem__(self, name: str) -> int:
        return dict(self.values)[name]

    @property
    def managed_size(self) -> int:
        """Characters of a managed policy."""
        return self["managed_policy_size"]

    def managed_policies(self, kind: str) -> int:
        """How many managed policies a principal of a kind (`group`, `role`, `permission-set`) may carry."""
        return self[f"managed_policies_per_{kind.replace('-', '_')}"]

    def inline_size(self, kind: str) -> int:
        """Characters of all inline policies of a principal of a kind together."""
        return self[f"inline_policy_size_per_{kind.replace('-', '_')}"]
