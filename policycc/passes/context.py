"""What the passes may ask about AWS and the matrix."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from policycc.catalogue.language import VARIABLE, Any, Language, common, of_glob, of_resource, render
from policycc.iam.actions import ActionSet, matcher
from policycc.ir.globs import covers
from policycc.model.matrix import Wildcards

_NO_RESOURCE = "*"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the catalogue says of an action. `name` is the id as AWS spells it; `arns` are the ARN patterns of its
    rows, with `${Variable}` placeholders, empty where the call takes no resource and None where that is not known.
    `guarded` marks tag writers and escape actions, which stand in a policy under their own name only. `bound` says that
    every call names a resource of some row; where all rows are optional, a call may be authorised against `*` too."""

    name: str
    arns: tuple[str, ...] | None
    guarded: bool = False
    bound: bool = True


@dataclass(frozen=True, slots=True)
class Context:
    """`facts` gives what is known of an action by its id, or None for one that the catalogue does not have. `names`
    gives every action id of a service, for judging what a pattern would match. `written` holds, per environment, the
    globs (`ec2:Describe*`) that the cells of the principal's group wrote there."""

    facts: Callable[[str], Facts | None]
    names: Callable[[str], tuple[str, ...]]
    partition: str = "aws"
    wildcards: Wildcards = "never"
    written: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _expanded: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)
    _lists: dict[tuple[str, ...], frozenset[str]] = field(default_factory=dict, compare=False, repr=False)
    _kinds: dict[str, int] = field(default_factory=dict, compare=False, repr=False)
    _numbers: dict[object, int] = field(default_factory=dict, compare=False, repr=False)
    _targets: dict[tuple[int, str], tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)
    _possible: dict[tuple[str, str], bool] = field(default_factory=dict, compare=False, repr=False)
    _meeting: dict[tuple[int, tuple[str, ...]], tuple[int, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )
    _services: dict[tuple[str, ...], dict[str, list[int]]] = field(default_factory=dict, compare=False, repr=False)

    def expand(self, action: str) -> tuple[str, ...]:
        """The actions that an action or action pattern stands for today."""
        if "*" not in action and "?" not in action:
            return (action,)
        found = self._expanded.get(action)
        if found is None:
            service = action.partition(":")[0]
            matches = matcher(ActionSet((action,)))
            found = tuple(name for name in self.names(service) if matches(name.lower()))
            self._expanded[action] = found
        return found

    def expand_all(self, actions: tuple[str, ...]) -> frozenset[str]:
        """The actions that a list of actions and patterns stands for today."""
        found = self._lists.get(actions)
        if found is None:
            found = self._lists[actions] = frozenset(name for action in actions for name in self.expand(action))
        return found

    def kind(self, action: str) -> int:
        """The same for two actions if `possible`, `targets`, `meeting` and `within` say the same of them."""
        found = self._kinds.get(action)
        if found is None:
            facts = self.facts(action)
            known = None if facts is None or facts.arns is None else (facts.arns, facts.bound)
            found = self._kinds[action] = self._numbers.setdefault(known, len(self._numbers))
        return found

    def possible(self, action: str, resource: str) -> bool:
        """Whether some request for the action (or for one that the pattern stands for) has a resource that `resource`
        matches. Yes where the catalogue does not know."""
        key = (action, resource)
        found = self._possible.get(key)
        if found is None:
            found = self._possible[key] = any(self.targets(name, resource) for name in self.expand(action))
        return found

    def targets(self, action: str, resource: str) -> tuple[str, ...]:
        """Patterns that together match every resource that a request for the action can have and that `resource`
        matches: those of the types that lie within it, itself where it is narrower, none where they never meet.

        An action without resource types is authorised against `*`, which only the literal `*` matches
        (https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html).
        """
        key = (self.kind(action), resource)
        found = self._targets.get(key)
        if found is None:
            found = self._targets[key] = self._find_targets(action, resource)
        return found

    def _find_targets(self, action: str, resource: str) -> tuple[str, ...]:
        facts = self.facts(action)
        if facts is None or facts.arns is None:
            return (resource,)
        found = {
            kind if covers(resource, kind) else resource
            for arn in facts.arns
            if resource == _NO_RESOURCE or _meet(arn, self.partition, resource)
            for kind in (_glob(arn, self.partition),)
        }
        if resource == _NO_RESOURCE and not (facts.arns and facts.bound):
            found.add(_NO_RESOURCE)
        return tuple(sorted(found))

    def meeting(self, action: str, resources: tuple[str, ...]) -> tuple[int, ...]:
        """The places of those of the resources that some request for the action has: all of them where the catalogue
        does not know the action."""
        key = (self.kind(action), resources)
        found = self._meeting.get(key)
        if found is None:
            facts = self.facts(action)
            own = None if facts is None or facts.arns is None else {service_of(arn) for arn in facts.arns}
            near = self._of_services({""} if own is None else own, resources)
            found = tuple(place for place in near if self.targets(action, resources[place]))
            self._meeting[key] = found
        return found

    def near(self, resource: str, resources: tuple[str, ...]) -> Sequence[int]:
        """The places of those patterns that may match a resource which `resource` matches too, as far as the services
        tell that they name."""
        return self._of_services({service_of(resource)}, resources)

    def _of_services(self, services: Collection[str], resources: tuple[str, ...]) -> Sequence[int]:
        if "" in services:
            return range(len(resources))
        places = self._services.get(resources)
        if places is None:
            places = self._services[resources] = {}
            for place, resource in enumerate(resources):
                places.setdefault(service_of(resource), []).append(place)
        return sorted(place for service in (*services, "") for place in places.get(service, ()))

    def within(self, action: str, resource: str, wide: Collection[str]) -> bool:
        """Whether patterns of `wide` match every resource of the action that `resource` matches."""
        return resource in wide or all(
            any(covers(one, target) for one in wide) for target in self.targets(action, resource)
        )


@lru_cache(maxsize=65536)
def service_of(arn: str) -> str:
    """The service that an ARN pattern names; empty where it may be any. Two patterns that name two services never meet,
    because no wildcard crosses the colons before the resource part."""
    segments = arn.split(":", 5)
    service = segments[2] if len(segments) == 6 else ""
    return "" if {"*", "?", "$"} & set(service) else service


@lru_cache(maxsize=16384)
def _glob(arn: str, partition: str) -> str:
    """The pattern that matches every ARN of a type."""
    return render(arn, partition, None)


@lru_cache(maxsize=65536)
def _meet(arn: str, partition: str, resource: str) -> bool:
    left, right = _opening(arn), _opening(resource)
    if not left.startswith(right) and not right.startswith(left):
        return False  # most pairs end here, on `instance/` and `volume/`
    return common(_arns(arn, partition), of_resource(resource)) is not None


@lru_cache(maxsize=16384)
def _opening(arn: str) -> str:
    """The text with which the resource part of an ARN pattern opens; empty for what is not in six segments."""
    segments = VARIABLE.sub("*", arn).split(":", 5)
    return segments[5].partition("*")[0].partition("?")[0] if len(segments) == 6 else ""


@lru_cache(maxsize=4096)
def _arns(arn: str, partition: str) -> Language:
    """Every string that might be an ARN of a type, and some that are none: a variable may hold anything but the
    separator that follows it, so that a name of a shape that nobody thought of is never taken for impossible."""
    language: Language = ()
    place = 0
    for found in VARIABLE.finditer(arn):
        follows = arn[found.end() : found.end() + 1]
        language += of_glob(arn[place : found.start()])
        if found.group(1) == "Partition":
            language += of_glob(partition)
        else:
            language += (Any(True, follows if follows in ":/" else ""),)
        place = found.end()
    return language + of_glob(arn[place:])
