"""The requests that the proof ranges over, as data: which keys a request can carry, and what ties them together.

Sources: the global keys and when they are present,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html; tag keys fold case,
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html; a resource that a call creates shows the tags of the
request, https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from policycc.catalogue import keys
from policycc.catalogue.catalogue import Service
from policycc.catalogue.facts import ActionFacts, ActionKind, Part, RowFacts, Support
from policycc.catalogue.global_keys import GLOBAL_KEYS, Presence
from policycc.catalogue.language import Language, Literal
from policycc.iam.elements import GLOBAL_LISTS
from policycc.verify.arns import of_type

RESOURCE_TAG = "aws:resourcetag/"
REQUEST_TAG = "aws:requesttag/"
TAG_KEYS = "aws:tagkeys"
_PRINCIPAL_TAG = "aws:principaltag/"

TWINS = {
    "db-tag": "rds",
    "cluster-tag": "rds",
    "snapshot-tag": "rds",
    "pg-tag": "rds",
    "og-tag": "rds",
    "subgrp-tag": "rds",
    "secgrp-tag": "rds",
    "es-tag": "rds",
    "ri-tag": "rds",
    "cluster-pg-tag": "rds",
    "cluster-snapshot-tag": "rds",
    "buckettag": "s3",
}
"""Services' own names, besides `<service>:ResourceTag`, for the tags of the resource (facts of the services' pages)."""

REQUEST_TWINS = {"req-tag": "rds"}


class Mode(Enum):
    """The part that the resource plays: what its tags are, and whether the request's tags become its own."""

    EXISTING = "existing"
    CREATED = "created"
    BEING_CREATED = "being created"  # a tag action that AWS authorises while another call creates the resource
    NONE = "none"  # the action takes no resource


class Supply(Enum):
    """Whether a request shows the tags of the resource under some key."""

    NEVER = "never"
    MAYBE = "maybe"  # truthfully or not at all
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Shape:
    """What all requests for an action on one resource type have in common.

    `arns` is the language of the resource's ARN. `supplied` are the folded keys that the catalogue lists. `tag_prefix`
    is the folded key prefix under which tags are confirmed, `confirmed` how surely. `creating` is the folded
    `<service>:CreateAction` key, if the action has one. `echoes` says that a resource that is being created may show
    the tags of the request as its own; a call that creates or updates by name sees the tags of what is there.
    `claimed` is for requests that have to work: see `shape`. `partition` and
    `account` are where the principal is, `service` is the action's.
    """

    mode: Mode
    arns: Language
    supplied: frozenset[str]
    tag_prefix: str
    confirmed: Supply
    request_tag: bool
    tag_keys: bool
    removes: bool
    creating: str | None
    echoes: bool
    claimed: bool = False
    partition: str = "aws"
    account: str | None = None
    service: Service | None = None

    def holds_list(self, key: str) -> bool:
        """Whether a folded key holds a list, as the Service Authorization Reference says by its type."""
        return key in GLOBAL_LISTS or (self.service is not None and self.service.holds_list(key))

    def tag_supply(self, prefix: str) -> Supply:
        """Whether the tags of the resource are shown under `prefix` (`aws:resourcetag/`, `ecs:resourcetag/`)."""
        if self.mode is Mode.NONE:
            return Supply.NEVER
        if prefix == self.tag_prefix:
            return self.confirmed
        if f"{prefix}*" not in self.supplied:
            return Supply.NEVER
        return Supply.ALWAYS if self.claimed else Supply.MAYBE

    def always_shows(self, key: str) -> bool:
        """Whether every request carries the key."""
        if key == self.creating:
            return self.mode is Mode.BEING_CREATED
        return GLOBAL_KEYS.get(key) is Presence.ALWAYS

    def shows(self, key: str) -> bool:
        """Whether a request can carry a key other than the tag keys."""
        if key in GLOBAL_KEYS or key.startswith(_PRINCIPAL_TAG):
            return True
        if key == self.creating:
            return self.mode is Mode.BEING_CREATED
        return keys.supplies(self.supplied, key)


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """An action on one of its resource types; `row` is None for an action that takes no resource.

    There is one value for each, so that a table can have them as keys at no cost."""

    facts: ActionFacts
    row: RowFacts | None
    shape: Shape

    @property
    def action(self) -> str:
        return self.facts.action.id

    @property
    def type(self) -> str:
        return self.row.type if self.row else "*"


_WRITES_EXISTING = frozenset({ActionKind.TAG, ActionKind.UNTAG, ActionKind.UPDATE_WITH_TAGS})


def writes_tags(subject: Subject) -> bool:
    """Whether the call can write tags of an existing resource."""
    facts, row = subject.facts, subject.row
    if facts.kind in _WRITES_EXISTING:
        return True
    if facts.tag_writer is not None and facts.tag_writer.kind != "indirect":
        if any(other.part is Part.UPSERTED for other in facts.rows):
            return row is not None and row.part is Part.UPSERTED
        return facts.kind not in (ActionKind.CREATE, ActionKind.DERIVE)
    return row is not None and row.part is Part.UPSERTED and row.request_tag


def tag_key(key: str) -> tuple[str, str] | None:
    """Prefix and tag key of a folded condition key that shows the tags of the resource, or None."""
    head, slash, tag = key.partition("/")
    if not slash:
        return None
    service, _, name = head.partition(":")
    if name == "resourcetag" or TWINS.get(name) == service:
        return f"{head}/", tag
    return None


def request_key(key: str) -> str | None:
    """The tag key of a folded condition key that shows a tag of the request, or None."""
    head, slash, tag = key.partition("/")
    service, _, name = head.partition(":")
    if slash and (head == "aws:requesttag" or REQUEST_TWINS.get(name) == service):
        return tag
    return None


NO_RESOURCE: Language = (Literal("*"),)
"""What a request names as its resource where the action takes none."""


def shape(
    service: Service,
    facts: ActionFacts,
    row: RowFacts | None,
    mode: Mode,
    partition: str,
    account: str | None,
    *,
    claimed: bool,
) -> Shape:
    """The shape of the requests for an action on a row.

    `claimed` is for requests that have to work: the resource is the account's own and tags that the catalogue claims
    are shown. For requests that must not, a claimed tag is shown truthfully or not at all, and the resource may be
    AWS's own, whose ARN names no account or AWS's."""
    removes = bool(facts.tag_writer and facts.tag_writer.kind == "untag")
    supplied = row.supplied if row else facts.action.keys
    key = f"{facts.action.service}:createaction"
    creating = key if key in supplied else None
    if row is None:
        return Shape(
            mode,
            NO_RESOURCE,
            supplied,
            RESOURCE_TAG,
            Supply.NEVER,
            facts.request_tag,
            facts.tag_keys,
            removes,
            creating,
            False,
            claimed,
            partition,
            account,
            service,
        )
    open_account = bool(row.aws_owned) and not claimed
    universe = of_type(row.arn, partition, None if open_account else account, row.owner.variable if row.owner else None)
    confirmed = _supply(row, claimed)
    return Shape(
        mode,
        universe,
        supplied,
        row.tag_key.lower() + "/",
        confirmed,
        row.request_tag,
        row.tag_keys,
        removes,
        creating,
        mode in (Mode.CREATED, Mode.BEING_CREATED) and row.request_tag and row.part is not Part.UPSERTED,
        claimed,
        partition,
        account,
        service,
    )


def _supply(row: RowFacts, claimed: bool) -> Supply:
    if row.resource_tag is Support.NO:
        return Supply.NEVER
    if row.resource_tag is Support.CONFIRMED or claimed:
        return Supply.ALWAYS
    return Supply.MAYBE
