"""What is known of one action: the catalogue's row, corrected and completed by the overlay.

Both the compiler and the verifier ask here, and only here, how an action on a resource type can be held.
Nothing in this module knows of matrices, groups or environments.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from policycc.catalogue.types import Action

ROLE_TYPES = frozenset({"ec2:role", "iam:role", "ssm:iam-role", "sts:role"})
"""IAM roles under the names that services give the type. They are held by their path wherever they stand."""


class ActionKind(Enum):
    """What a call does to resources, as far as somebody with a source has said so."""

    PLAIN = "plain"  # reads or changes what exists
    CREATE = "create"
    DERIVE = "derive"  # copy, restore, snapshot, image, replica, export, re-encrypt
    CREATE_OR_UPDATE = "create-or-update"
    UPDATE_WITH_TAGS = "update-with-tags"
    TAG = "tag"
    UNTAG = "untag"
    UNDECIDED = "undecided"


class Part(Enum):
    """The part that a resource of a type plays in a call."""

    EXISTING = "existing"  # read or changed: held in the environment, never shared
    INPUT = "input"  # an existing resource that a create takes: may be shared or AWS's
    CREATED = "created"
    UPSERTED = "upserted"  # created or updated, by name
    SOURCE = "source"  # what a derive call reads
    COPIED = "copied"  # source and target of a derive call have this one type
    UNDECIDED = "undecided"


class Support(Enum):
    """How sure it is that a service supplies a condition key for a resource."""

    CONFIRMED = "confirmed"
    CLAIMED = "claimed"
    OPT_IN = "opt-in"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement about AWS with its source, for `explain` and the reports."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Owner:
    """The one ARN variable that tells whose resource it is. `variable` is its name in the type's ARN."""

    variable: str
    chosen: bool  # people choose the value


@dataclass(frozen=True, slots=True)
class KeyHold:
    """Another condition key that pins an environment's resource on a row, such as `ecs:cluster`.

    `value_types` are the resource types (`ecs:cluster`) whose ARNs the key's value has; without any the value is a bare
    name. `values` are their ARN patterns, each with its owner variable. `operator` is ArnLike, StringLike or Bool.
    `fixed` are values that are the same for every environment."""

    key: str
    operator: str
    value_types: tuple[str, ...]
    source: str
    values: tuple[tuple[str, str], ...] = ()
    fixed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AwsOwned:
    """Resources of a type that AWS itself owns: an ARN pattern, or a condition (operator, key, value) besides."""

    arn: str
    condition: tuple[str, str, str] | None
    safe_input: bool
    source: str


@dataclass(frozen=True, slots=True)
class RowFacts:
    """One resource type of one action.

    `tag_key` is the prefix that carries the tags of the resource (`aws:ResourceTag`, or a service's own where the
    global one is not supplied). `feature` names the account feature that an OPT_IN needs. `request_tag` and
    `tag_keys` say whether `aws:RequestTag/…` and `aws:TagKeys` are supplied on this row. `vpc_key` is `ec2:Vpc` or
    `ec2:VpcID` where the row supplies it. `arn` is the type's pattern. `pinned` are keys that must be met besides,
    because the call binds an existing resource that no row authorises.
    """

    type: str
    service: str
    required: bool
    part: Part
    arn: str
    resource_tag: Support
    tag_key: str
    feature: str | None
    request_tag: bool
    tag_keys: bool
    owner: Owner | None
    keys: tuple[KeyHold, ...]
    pinned: tuple[KeyHold, ...]
    vpc_key: str | None
    aws_owned: tuple[AwsOwned, ...]
    supplied: frozenset[str]  # every condition key that a request on this row may carry, lower case
    facts: tuple[Fact, ...]
    parents_tags: bool = False
    """Whether the tags that IAM sees are those of what the resource lies in, so that a new one has them too."""
    blind: str = ""
    """`feature` where the tags of a request are shown to IAM only after the account's feature is on, `always` where
    they never are, although the catalogue lists the keys."""

    @property
    def id(self) -> str:
        return f"{self.service}:{self.type}"


class EscapeKind(Enum):
    FORBIDDEN = "forbidden"
    MITIGABLE = "mitigable"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Escape:
    """A class of paths that defeat an environment boundary although every statement has a tag condition.

    `attack` tells the path in two sentences, for the error that refuses it."""

    id: str
    kind: EscapeKind
    when: str
    mitigation: str
    source: str
    attack: str = ""


@dataclass(frozen=True, slots=True)
class TagWriter:
    """An action that can write or remove tags. `refused` says why it can never be held, or is None."""

    kind: str  # tag | untag | both | indirect
    refused: str | None


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """Everything the compiler may assume of one action.

    `rows` are the required, optional or alternative resource types; without rows the action takes no resource.
    `alternatives` holds where every row is optional: one that can be held is enough. `secret` says that the action
    shows content although it is a read or a list. `data` is the `@data` class. `companions` are the tag actions
    that AWS authorises when the call carries tags. `create_action_key` is `<svc>:CreateAction` or None.
    `request_tag`/`tag_keys`: supplied at action level for what the call creates. `name_chosen`: people choose the
    name of what is created. `creates_outside_rows`: types that are created but stand in no row. `passes` are the
    service principals to which the call passes a role. `keys` are rung-five keys of an action without rows; `pinned`
    are keys that must be met besides on every statement of the action, and `unchecked` names the existing resources
    that the call binds although no row authorises them and no key pins them: such an action is granted only where the
    whole account is the environment's.
    """

    action: Action
    kind: ActionKind
    rows: tuple[RowFacts, ...]
    secret: bool
    data: bool
    request_tag: bool
    tag_keys: bool
    name_chosen: bool
    creates_outside_rows: tuple[str, ...]
    companions: tuple[str, ...]
    create_action_key: str | None
    tag_writer: TagWriter | None
    escapes: tuple[Escape, ...]
    passes: tuple[str, ...]
    facts: tuple[Fact, ...]
    keys: tuple[KeyHold, ...] = ()
    pinned: tuple[KeyHold, ...] = ()
    unchecked: tuple[str, ...] = ()
    tags_on_update: bool = True
    """Whether a create-or-update call on something that exists may carry tags without being refused."""
    passes_elsewhere: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Further service principals in partitions other than aws, by partition."""

    def passes_in(self, partition: str) -> tuple[str, ...]:
        """The service principals to which the call passes a role in a partition, sorted."""
        return tuple(sorted({*self.passes, *dict(self.passes_elsewhere).get(partition, ())}))

    @property
    def alternatives(self) -> bool:
        return bool(self.rows) and not any(row.required for row in self.rows)
