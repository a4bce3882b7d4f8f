"""The answer to how an action can be held: values that the compiler and the verifier read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from policycc.catalogue.facts import ActionFacts, RowFacts
from policycc.catalogue.world import Place, Reach
from policycc.iam.model import Condition


class Verdict(Enum):
    """Whether an action, or one of its resource types, can be held inside an environment."""

    HELD = "held"
    UNSAID = "unsaid"  # AWS could, but the matrix does not say how
    UNHOLDABLE = "unholdable"  # AWS gives no means
    REFUSED = "refused"  # would break the boundary itself: tag writers, half-held copies, undecided calls


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which resources of a type are held: the parameters of one statement.

    `how` is the name of the way as in the manifest. `resources` are ARN globs. `resource_tags` and `request_tags` are
    condition keys with the value that they must have. `tag_keys` guards the keys of the request's tags. `pins` are
    further positive conditions.
    """

    how: str
    resources: tuple[str, ...]
    resource_tags: tuple[tuple[str, str], ...] = ()
    request_tags: tuple[tuple[str, str], ...] = ()
    tag_keys: TagKeys | None = None
    pins: tuple[Condition, ...] = ()


class TagRule(Enum):
    """What a call may do to tag keys: the guarded forms (a) and (c) of the matrix language."""

    UNTOUCHED = "untouched"  # none of the keys, in any spelling, and at least one other
    ONLY = "only"  # no key but these
    NOT = "not"  # none of these spellings


@dataclass(frozen=True, slots=True)
class TagKeys:
    rule: TagRule
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowHolding:
    """How one resource type of an action is held; `type` is `*` for an action that takes no resource."""

    type: str
    required: bool
    verdict: Verdict
    ways: tuple[Way, ...] = ()
    reason: str = ""
    missing: tuple[str, ...] = ()
    row: RowFacts | None = None
    partly: str = ""
    """`create` or `update` where only that of a create-or-update call is let through; empty where there is no more."""

    @property
    def how(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(way.how for way in self.ways)) or ("left-out",)


def tags_to_send(rows: Iterable[RowHolding]) -> tuple[tuple[str, str], ...]:
    """The tags that a call has to bring for some of its resources, keys and values, sorted."""
    tags = {tag for row in rows for way in row.ways for tag in way.request_tags}
    return tuple((key.partition("/")[2], value) for key, value in sorted(tags))


@dataclass(frozen=True, slots=True)
class Unsound:
    """A name or ARN glob of the environment that reaches a resource of another."""

    glob: str
    type: str
    reach: Reach


@dataclass(frozen=True, slots=True)
class Holding:
    """The answer for one action in one environment."""

    facts: ActionFacts
    place: Place
    verdict: Verdict
    rows: tuple[RowHolding, ...]
    reason: str = ""
    missing: tuple[str, ...] = ()
    unsound: tuple[Unsound, ...] = ()
    open_spellings: tuple[str, ...] = ()
    """Boundary keys of which a create may add a second spelling, because they are too long to list."""

    @property
    def usable(self) -> bool:
        """Whether every required type is held by confirmed keys."""
        return self.verdict is Verdict.HELD and not any("unconfirmed-tag" in row.how for row in self.rows)


@dataclass(frozen=True, slots=True)
class Ask:
    """What the ladder needs to know of the group besides the action.

    `tagging_keys` are the matrix's other tag keys, or None; `always` is `tagging.always`. `everywhere` says that the
    group holds the action in every environment of the account. `passes` are the service principals to which the
    actions granted in the cell pass a role."""

    tagging_keys: tuple[str, ...] | None = None
    always: bool = False
    everywhere: bool = False
    passes: tuple[str, ...] = ()
