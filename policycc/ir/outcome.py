"""What became of every grant, and which documents came of it: the values that a manifest is made of.

They are filled by the pipeline and rendered by `policycc.emit`. Tuples need not arrive sorted; the manifest sorts them
and folds entries that agree in all else, so that neither the order of rows nor the order of work shows in the output.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from policycc.ir.statement import Principal, Statement

GrantOutcome = Literal["granted", "residual", "split", "omitted"]
ResidualDecision = Literal["fallback", "accept"]
EscapeKind = Literal["forbidden", "mitigable", "assumed"]
EscapeDecision = Literal["left-out", "mitigated", "assumed", "accepted"]
VerdictName = Literal["proved", "refuted", "unknown"]
DocumentKind = Literal["managed", "inline"]
How = tuple[tuple[str, tuple[str, ...]], ...]
"""Ways of being held by resource type. An action that takes no resource has the one entry `("*", ("none",))`."""

HOW_VALUES = (
    "account",
    "arn",
    "aws-owned",
    "created",
    "key",
    "left-out",
    "name",
    "none",
    "role",
    "shared",
    "tag",
    "unconfirmed-tag",
    "vpc",
)
PROPERTIES = ("isolation", "exactness", "closure", "usability", "escape", "trust", "chains", "fit", "irredundant")


@dataclass(frozen=True, slots=True)
class Grant:
    """What became of some actions that a group was granted in some environments.

    `partly` holds the types of create-or-update calls of which only the one (`create` or `update`) works."""

    group: str
    environments: tuple[str, ...]
    actions: tuple[str, ...]
    outcome: GrantOutcome
    how: How = ()
    companions: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    partly: How = ()


@dataclass(frozen=True, slots=True)
class Residual:
    """Actions granted account-wide, and the environments that they reach beside those where they are granted."""

    group: str
    actions: tuple[str, ...]
    account: str
    reaches: tuple[str, ...]
    decision: ResidualDecision
    reason: str
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Split:
    """Actions left out until their `environments` live in another account than those of `apart_from`."""

    group: str
    actions: tuple[str, ...]
    environments: tuple[str, ...]
    apart_from: tuple[str, ...]
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Omission:
    """Actions left out for another reason."""

    group: str
    actions: tuple[str, ...]
    environments: tuple[str, ...]
    reason: str
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EscapeEntry:
    """Actions of an escape class. `class_` is the class's name in the catalogue's overlay, such as `pass-role`."""

    group: str
    actions: tuple[str, ...]
    class_: str
    kind: EscapeKind
    decision: EscapeDecision
    reason: str
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """Companions that can put an environment's tags on a resource that carries none."""

    group: str
    actions: tuple[str, ...]
    environments: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Flow:
    """Actions by which a group can carry data from `source` to `target`, both environments."""

    group: str
    actions: tuple[str, ...]
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two environments whose marks can meet on one resource, and such a resource."""

    environments: tuple[str, str]
    witness: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What a principal is to be made with that stands in no policy: its path, the longest session in seconds, and an
    existing policy as its permissions boundary; None where AWS's default will do."""

    account: str
    name: str
    path: str | None = None
    session: int | None = None
    permissions_boundary: str | None = None


@dataclass(frozen=True, slots=True)
class ScopeReach:
    """A principal that reaches an audit scope, and by what ways people or programs become it, in words."""

    group: str
    principal: str
    account: str
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """An audit scope: its accounts and environments, and who reaches them."""

    name: str
    accounts: tuple[str, ...]
    environments: tuple[str, ...]
    reached_by: tuple[ScopeReach, ...]


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """What must be switched on or exist in an account for some grants to work."""

    account: str
    what: str
    needed_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the proof says of one property; `exceptions` are what a `proved` verdict excepts, as `residuals[0]`."""

    verdict: VerdictName
    exceptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """Verdicts by property (names of `PROPERTIES`; one that is missing is `unknown`) and what they assume."""

    verdicts: tuple[tuple[str, Verdict], ...] = ()
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MatrixSource:
    """A matrix of the build: `path` as `emit.naming.matrix_paths` names it; the digest is of the resolved matrix, not
    of the text, so that comments and the order of rows leave it alone."""

    name: str
    path: str
    resolved_sha256: str


@dataclass(frozen=True, slots=True)
class CatalogueSource:
    """The catalogue of the build; this is what `policycc.lock` pins."""

    source: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class AccountEnvironments:
    """An account of the build, its id where the matrix gives one, and its environments."""

    name: str
    id: str | None
    environments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A packed policy document of a principal. `name` is the IAM policy's name, `quota` its limit in characters as AWS
    counts them. Statements are written in the order given."""

    principal: Principal
    name: str
    kind: DocumentKind
    statements: tuple[Statement, ...]
    quota: int


@dataclass(frozen=True, slots=True)
class TrustDocument:
    """The trust policy of a role: the whole document as JSON values, keys in the order in which they are written."""

    principal: Principal
    body: Mapping[str, object]
    quota: int = 2048


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that a manifest says beside the files, their statements and the proof."""

    matrices: tuple[MatrixSource, ...]
    catalogue: CatalogueSource
    accounts: tuple[AccountEnvironments, ...] = ()
    grants: tuple[Grant, ...] = ()
    residuals: tuple[Residual, ...] = ()
    splits: tuple[Split, ...] = ()
    omissions: tuple[Omission, ...] = ()
    escapes: tuple[EscapeEntry, ...] = ()
    claims: tuple[Claim, ...] = ()
    flows: tuple[Flow, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    prerequisites: tuple[Prerequisite, ...] = ()
    scopes: tuple[Scope, ...] = ()
    settings: tuple[Setting, ...] = ()
    proof: Proof = field(default=Proof())
