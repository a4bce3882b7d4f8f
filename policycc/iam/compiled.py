"""Policies made ready for many requests: statements found by action, patterns and conditions compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from policycc.iam.actions import action_set, matcher
from policycc.iam.arn import resource_glob, resource_tokens_glob
from policycc.iam.conditions import compile_condition, shortfall
from policycc.iam.glob import Glob, any_glob
from policycc.iam.model import Effect, Policy, PolicyType, Statement
from policycc.iam.request import Request
from policycc.iam.template import Context, Template, parse_template, tokens

ResourceTest = Callable[[str, Context], bool]

_REMEMBERED_ACTIONS = 50_000
"""How many actions a group remembers the statements of, so that a stream of made-up names cannot fill the memory."""


@dataclass(frozen=True, slots=True, order=True)
class StatementRef:
    """A statement by its place: the kind of policy, the level of control policies (root first), which policy, which
    statement in it; all counted from 0."""

    kind: PolicyType
    policy: int
    statement: int
    level: int | None = None


class Rule:
    """A statement, compiled."""

    __slots__ = ("actions", "allows", "conditions", "ref", "resources", "statement")

    def __init__(self, statement: Statement, ref: StatementRef, variables: bool) -> None:
        self.statement = statement
        self.ref = ref
        self.allows = statement.effect is Effect.ALLOW
        self.actions = matcher(action_set(statement.actions, statement.not_actions))
        self.resources = _resources(statement, variables)
        self.conditions = tuple(compile_condition(condition, variables) for condition in statement.conditions)

    def applies(self, resource: str, context: Context) -> bool:
        """Whether resource and conditions match, for a rule whose action does."""
        if not self.resources(resource, context):
            return False
        return all(test(context) for test in self.conditions) if self.conditions else True

    def lacks(self, request: Request, resource: str) -> Iterator[str]:
        """What of the statement the request does not match, in words; the principal apart."""
        if not self.actions(request.action.lower()):
            yield f"action {request.action} is not among its actions"
        if not self.resources(resource, request.context):
            yield f"resource {resource} is not among its resources"
        for condition, test in zip(self.statement.conditions, self.conditions, strict=True):
            if not test(request.context):
                yield shortfall(condition, request.context)


class Group:
    """The policies of one kind that stand together: one allowing statement among them is enough."""

    __slots__ = ("_by_action", "kind", "level", "rules")

    def __init__(self, kind: PolicyType, policies: Sequence[Policy], level: int | None = None) -> None:
        self.kind = kind
        self.level = level
        self.rules = tuple(
            Rule(statement, StatementRef(kind, number, index, level), policy.has_variables)
            for number, policy in enumerate(policies)
            for index, statement in enumerate(policy.statements)
        )
        self._by_action: dict[str, tuple[Rule, ...]] = {}

    def rules_for(self, action: str) -> tuple[Rule, ...]:
        """The rules whose actions match."""
        found = self._by_action.get(action)
        if found is None:
            folded = action.lower()
            found = tuple(rule for rule in self.rules if rule.actions(folded))
            if len(self._by_action) >= _REMEMBERED_ACTIONS:
                self._by_action.clear()
            self._by_action[action] = found
        return found


def _resources(statement: Statement, variables: bool) -> ResourceTest:
    if statement.resources is not None:
        return _any_resource(statement.resources, variables)
    if statement.not_resources is not None:
        inner = _any_resource(statement.not_resources, variables)
        return lambda resource, context: not inner(resource, context)
    return lambda resource, context: True  # trust policies, and resource policies of services that need no Resource


def _any_resource(patterns: tuple[str, ...], variables: bool) -> ResourceTest:
    templates = [(pattern, parse_template(pattern, variables)) for pattern in patterns]
    plain = any_glob([_fixed(pattern, template) for pattern, template in templates if not template.variables])
    open_templates = [template for _, template in templates if template.variables]
    if not open_templates:
        return lambda resource, context: plain(resource)

    def test(resource: str, context: Context) -> bool:
        if plain(resource):
            return True
        for template in open_templates:
            parts = template.resolve(context)
            if parts is not None and resource_tokens_glob(tokens(parts)).matches(resource):
                return True
        return False

    return test


def _fixed(pattern: str, template: Template) -> Glob:
    if "${" in pattern:
        return resource_tokens_glob(tokens(template.resolve({}) or ()))
    return resource_glob(pattern)
