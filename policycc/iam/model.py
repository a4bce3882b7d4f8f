"""The parts of an IAM policy document, as frozen values.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

VERSION_2012 = "2012-10-17"
VERSION_2008 = "2008-10-17"


class Effect(Enum):
    ALLOW = "Allow"
    DENY = "Deny"


class PolicyType(Enum):
    """What a document is attached to; that decides which elements it may have and how it counts."""

    IDENTITY = "identity"
    BOUNDARY = "boundary"
    SESSION = "session"
    RESOURCE = "resource"
    TRUST = "trust"
    SCP = "scp"
    RCP = "rcp"
    VPC_ENDPOINT = "vpc-endpoint"


@dataclass(frozen=True, slots=True, order=True)
class Condition:
    """One operator on one key with its alternatives, as in `{"StringEquals": {"aws:ResourceTag/env": ["dev"]}}`.

    `operator` and `key` are kept as written; `values` as written and in order."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Principals:
    """A Principal or NotPrincipal element: `"*"`, or lists of names by type (AWS, Service, Federated, CanonicalUser).

    `"*"` and `{"AWS": "*"}` mean the same and are kept apart, so that a document can be written as it was read."""

    everyone: bool = False
    names: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with its elements as written; None is an element that is not there.

    AWS wants exactly one of `actions` and `not_actions`, and at most one of each other pair. A string in the document
    is a tuple of one here: the two mean the same. `conditions` are in the order of the document."""

    effect: Effect
    actions: tuple[str, ...] | None = None
    not_actions: tuple[str, ...] | None = None
    resources: tuple[str, ...] | None = None
    not_resources: tuple[str, ...] | None = None
    conditions: tuple[Condition, ...] = ()
    principal: Principals | None = None
    not_principal: Principals | None = None
    sid: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document. `version` is None where the document has none, which AWS reads as 2008-10-17."""

    statements: tuple[Statement, ...]
    version: str | None = VERSION_2012
    id: str | None = None

    @property
    def has_variables(self) -> bool:
        """Whether `${…}` has a meaning: before 2012-10-17 it is plain text."""
        return self.version == VERSION_2012
