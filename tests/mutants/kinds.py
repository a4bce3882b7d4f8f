"""Ways to break a correct policy, as data and functions: each yields every policy set that it makes of a correct one.

A mutant *breaks* the promise, *keeps* it, or it depends on the place (`judge`): then Z3 is asked the same questions.
The labels were reviewed by hand; `why` says what was thought.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

Json = dict[str, Any]
Label = Literal["breaks", "keeps", "judge"]
Change = Callable[[Json], Iterator[Json]]
"""From a statement to the statements that it becomes, one mutant each."""


@dataclass(frozen=True)
class Kind:
    name: str
    label: Label
    change: Change
    why: str
    statement: Json | None = None


def extra(actions: list[str], resource: str = "*", **condition: Json) -> Kind:
    """A kind that adds a statement."""
    statement: Json = {"Effect": "Allow", "Action": actions, "Resource": resource}
    if condition:
        statement["Condition"] = condition
    return Kind("extra-" + actions[0].lower(), "breaks", lambda _: iter(()), "nobody asked for it", statement)


def mutants(kind: Kind, document: Json) -> Iterator[tuple[int, Json]]:
    """The documents that differ from a correct one in one statement, with its index."""
    if kind.statement is not None:
        yield len(document["Statement"]), {**document, "Statement": [*document["Statement"], kind.statement]}
        return
    for index, statement in enumerate(document["Statement"]):
        for changed in kind.change(copy.deepcopy(statement)):
            mutant = copy.deepcopy(document)
            mutant["Statement"][index] = changed
            yield index, mutant


def tests_of(statement: Json) -> Iterator[tuple[str, str, list[str]]]:
    for operator, block in statement.get("Condition", {}).items():
        for key, values in block.items():
            yield operator, key, values


def replaced(statement: Json, operator: str, key: str, *new: tuple[str, str, list[str]]) -> Json:
    """The statement with one test taken out and others put in."""
    changed = copy.deepcopy(statement)
    del changed["Condition"][operator][key]
    for other, name, values in new:
        changed["Condition"].setdefault(other, {})[name] = values
    changed["Condition"] = {name: block for name, block in changed["Condition"].items() if block}
    if not changed["Condition"]:
        del changed["Condition"]
    return changed


def on_tests(prefix: str, make: Callable[[str, str, list[str]], list[tuple[str, str, list[str]]] | None]) -> Change:
    """A change of one positive test whose key starts with `prefix`."""

    def change(statement: Json) -> Iterator[Json]:
        for operator, key, values in list(tests_of(statement)):
            if operator == "StringEquals" and key.lower().startswith(prefix):
                new = make(operator, key, values)
                if new is not None:
                    yield replaced(statement, operator, key, *new)

    return change


def renamed(operator: str) -> Callable[[str, str, list[str]], list[tuple[str, str, list[str]]]]:
    return lambda _, key, values: [(operator, key, values)]


def revalued(make: Callable[[str], str]) -> Callable[[str, str, list[str]], list[tuple[str, str, list[str]]]]:
    return lambda operator, key, values: [(operator, key, [make(value) for value in values])]


def rekeyed(make: Callable[[str], str]) -> Callable[[str, str, list[str]], list[tuple[str, str, list[str]]]]:
    return lambda operator, key, values: [(operator, make(key), values)]


def with_values(*more: str) -> Callable[[str, str, list[str]], list[tuple[str, str, list[str]]]]:
    return lambda operator, key, values: [(operator, key, [*values, *more])]


def dropped(_operator: str, _key: str, _values: list[str]) -> list[tuple[str, str, list[str]]]:
    return []


def starred(operator: str, where: str) -> Callable[[str, str, list[str]], list[tuple[str, str, list[str]]]]:
    def make(_: str, key: str, values: list[str]) -> list[tuple[str, str, list[str]]]:
        forms = {"end": "{}*", "start": "*{}", "all": "*", "one": "?{}"}
        return [(operator, key, [forms[where].format(value) for value in values])]

    return make


def whole(make: Callable[[Json], Json | None]) -> Change:
    """A change of a whole statement."""

    def change(statement: Json) -> Iterator[Json]:
        made = make(statement)
        if made is not None and made != statement:
            yield made

    return change


def actions(make: Callable[[list[str]], list[str] | str | None]) -> Change:
    def change(statement: Json) -> Iterator[Json]:
        made = make(list(statement["Action"]))
        if made is not None:
            yield {**statement, "Action": made}

    return change


def without_each_action(statement: Json) -> Iterator[Json]:
    if len(statement["Action"]) > 1:
        for action in statement["Action"][:3]:
            yield {**statement, "Action": [other for other in statement["Action"] if other != action]}


def resources(make: Callable[[str], str | None]) -> Change:
    def change(statement: Json) -> Iterator[Json]:
        for index, resource in enumerate(statement["Resource"]):
            made = make(resource)
            if made is not None and made != resource:
                listed = list(statement["Resource"])
                listed[index] = made
                yield {**statement, "Resource": listed}

    return change


def any_condition(make: Callable[[Json, str, str, list[str]], Json | None]) -> Change:
    def change(statement: Json) -> Iterator[Json]:
        for operator, key, values in list(tests_of(statement)):
            made = make(statement, operator, key, values)
            if made is not None:
                yield made

    return change


def _tagged(statement: Json) -> bool:
    return any(key.lower().startswith("aws:resourcetag") for _, key, _ in tests_of(statement))


def _not_action(statement: Json) -> Json:
    changed = {key: value for key, value in statement.items() if key != "Action"}
    return {**changed, "NotAction": statement["Action"]}


def _not_resource(statement: Json) -> Json:
    changed = {key: value for key, value in statement.items() if key != "Resource"}
    return {**changed, "NotResource": ["arn:aws:s3:::somewhere-else"]}


def _nobody(statement: Json) -> Json:
    return {**statement, "Effect": "Deny"}


def _named_resource(resource: str) -> str | None:
    return resource[: resource.rindex("-") + 1] + "one" if resource.endswith("-*") else None


def _shorter_name(resource: str) -> str | None:
    return resource[:-3] + "*" if resource.endswith("-*") else None


def _guard_of(operator: str) -> bool:
    return operator.startswith("ForAllValues:")


def _swap(values: list[str]) -> list[str]:
    swapped = {"dev": "prod", "prod": "dev", "test": "prod"}
    return [swapped.get(value, value) for value in values]


def _swapped(operator: str, key: str, values: list[str]) -> list[tuple[str, str, list[str]]] | None:
    return None if sorted(_swap(values)) == sorted(values) else [(operator, key, _swap(values))]


def _other(values: list[str]) -> list[str]:
    return [value for value in ("dev", "test", "prod") if value not in values][:1]


def _plus_other(operator: str, key: str, values: list[str]) -> list[tuple[str, str, list[str]]] | None:
    return [(operator, key, values + _other(values))] if key.lower().endswith("/env") else None


TAG = "aws:resourcetag/"
NEW = "aws:requesttag/"

KINDS: tuple[Kind, ...] = (
    # Tests of the resource's tags
    Kind("resource-tag-dropped", "breaks", on_tests(TAG, dropped), "an unmarked or foreign resource is let through"),
    Kind("resource-tag-if-exists", "breaks", on_tests(TAG, renamed("StringEqualsIfExists")), "an untagged one passes"),
    Kind("resource-tag-ignore-case", "breaks", on_tests(TAG, renamed("StringEqualsIgnoreCase")), "DEV is not dev"),
    Kind("resource-tag-for-all", "breaks", on_tests(TAG, renamed("ForAllValues:StringEquals")), "an absent key passes"),
    Kind("resource-tag-for-any", "keeps", on_tests(TAG, renamed("ForAnyValue:StringEquals")), "one value, one test"),
    Kind("resource-tag-like", "keeps", on_tests(TAG, renamed("StringLike")), "without a star it is the same"),
    Kind("resource-tag-like-if-exists", "breaks", on_tests(TAG, renamed("StringLikeIfExists")), "as if-exists"),
    Kind("resource-tag-star-end", "breaks", on_tests(TAG, starred("StringLike", "end")), "dev* is also dev-2"),
    Kind("resource-tag-star-start", "breaks", on_tests(TAG, starred("StringLike", "start")), "*dev is also predev"),
    Kind("resource-tag-star", "breaks", on_tests(TAG, starred("StringLike", "all")), "any value"),
    Kind("resource-tag-literal-star", "breaks", on_tests(TAG, starred("StringEquals", "end")), "nothing is called so"),
    Kind("resource-tag-question", "breaks", on_tests(TAG, starred("StringLike", "one")), "xdev, and not dev"),
    Kind("resource-tag-not", "breaks", on_tests(TAG, renamed("StringNotEquals")), "everything but"),
    Kind("resource-tag-not-like", "breaks", on_tests(TAG, renamed("StringNotLike")), "everything but"),
    Kind("resource-tag-swapped", "breaks", on_tests(TAG, _swapped), "the wrong environment"),
    Kind("resource-tag-more", "breaks", on_tests(TAG, with_values("everything")), "a value of no environment"),
    Kind("resource-tag-other-environment", "judge", on_tests(TAG, _plus_other), "may be granted there too"),
    Kind("resource-tag-upper", "breaks", on_tests(TAG, revalued(str.upper)), "values have case"),
    Kind("resource-tag-title", "breaks", on_tests(TAG, revalued(str.title)), "values have case"),
    Kind("resource-tag-space", "breaks", on_tests(TAG, revalued(lambda value: value + " ")), "values are whole"),
    Kind("resource-tag-key-upper", "keeps", on_tests(TAG, rekeyed(str.upper)), "keys have no case"),
    Kind("resource-tag-key-lower", "keeps", on_tests(TAG, rekeyed(str.lower)), "keys have no case"),
    Kind("resource-tag-wrong-key", "breaks", on_tests(TAG, rekeyed(lambda key: key + "s")), "another tag"),
    Kind(
        "resource-tag-of-principal",
        "breaks",
        on_tests(TAG, rekeyed(lambda key: "aws:PrincipalTag/" + key.partition("/")[2])),
        "the caller's tag says nothing of the resource",
    ),
    Kind(
        "resource-tag-of-request",
        "breaks",
        on_tests(TAG, rekeyed(lambda key: "aws:RequestTag/" + key.partition("/")[2])),
        "the caller chooses the request's tags",
    ),
    Kind(
        "resource-tag-by-variable",
        "breaks",
        on_tests(TAG, lambda o, k, v: [(o, k, ["${aws:PrincipalTag/env}"])]),
        "the caller's tag may be anything",
    ),
    Kind(
        "resource-tag-by-default",
        "breaks",
        on_tests(TAG, lambda o, k, v: [(o, k, ["${aws:PrincipalTag/env, 'prod'}"])]),
        "the caller's tag may be anything",
    ),
    Kind(
        "resource-tag-present",
        "breaks",
        on_tests(TAG, lambda o, k, v: [("Null", k, ["false"])]),
        "any value will do",
    ),
    Kind(
        "resource-tag-absent",
        "breaks",
        on_tests(TAG, lambda o, k, v: [("Null", k, ["true"])]),
        "only what carries no tag",
    ),
    Kind(
        "resource-tag-null-besides",
        "keeps",
        on_tests(TAG, lambda o, k, v: [(o, k, v), ("Null", k, ["false"])]),
        "an equal tag is there",
    ),
    Kind(
        "resource-tag-twice",
        "keeps",
        on_tests(TAG, lambda o, k, v: [(o, k, v * 2)]),
        "a value said twice",
    ),
    # Tests of the request's tags
    Kind("request-tag-dropped", "breaks", on_tests(NEW, dropped), "something is made without its mark"),
    Kind("request-tag-if-exists", "breaks", on_tests(NEW, renamed("StringEqualsIfExists")), "made without its mark"),
    Kind("request-tag-ignore-case", "breaks", on_tests(NEW, renamed("StringEqualsIgnoreCase")), "made with DEV"),
    Kind("request-tag-for-all", "breaks", on_tests(NEW, renamed("ForAllValues:StringEquals")), "made without its mark"),
    Kind("request-tag-like", "keeps", on_tests(NEW, renamed("StringLike")), "without a star it is the same"),
    Kind("request-tag-star", "breaks", on_tests(NEW, starred("StringLike", "all")), "made with any mark"),
    Kind("request-tag-star-end", "breaks", on_tests(NEW, starred("StringLike", "end")), "made with dev-2"),
    Kind("request-tag-not", "breaks", on_tests(NEW, renamed("StringNotEquals")), "made with any other mark"),
    Kind("request-tag-swapped", "breaks", on_tests(NEW, _swapped), "made in the wrong environment"),
    Kind("request-tag-more", "breaks", on_tests(NEW, with_values("everything")), "made for no environment"),
    Kind("request-tag-wrong-key", "breaks", on_tests(NEW, rekeyed(lambda key: key + "s")), "another tag"),
    Kind("request-tag-key-upper", "keeps", on_tests(NEW, rekeyed(str.upper)), "keys have no case"),
    Kind(
        "request-tag-of-resource",
        "breaks",
        on_tests(NEW, rekeyed(lambda key: "aws:ResourceTag/" + key.partition("/")[2])),
        "what is made has no tags yet",
    ),
    # Guards of tag keys, pins, requirements
    Kind(
        "guard-dropped",
        "judge",
        any_condition(lambda s, o, k, v: replaced(s, o, k) if _guard_of(o) else None),
        "opens a second spelling, or the boundary itself",
    ),
    Kind(
        "guard-any",
        "judge",
        any_condition(
            lambda s, o, k, v: (
                replaced(s, o, k, (o.replace("All", "Any").replace("Values", "Value"), k, v)) if _guard_of(o) else None
            )
        ),
        "one harmless key hides another",
    ),
    Kind(
        "guard-with-case",
        "judge",
        any_condition(
            lambda s, o, k, v: replaced(s, o, k, (o.replace("IgnoreCase", ""), k, v)) if "IgnoreCase" in o else None
        ),
        "another spelling passes",
    ),
    Kind(
        "condition-dropped",
        "breaks",
        any_condition(
            lambda s, o, k, v: replaced(s, o, k) if not _guard_of(o) and o != "Null" and "Tag/" not in k else None
        ),
        "a requirement, a pin or the create that a companion belongs to",
    ),
    Kind(
        "condition-if-exists",
        "breaks",
        any_condition(
            lambda s, o, k, v: (
                replaced(s, o, k, (o + "IfExists", k, v))
                if not _guard_of(o) and o != "Null" and "Tag/" not in k and k != "aws:RequestedRegion"
                else None
            )
        ),
        "an absent key passes",
    ),
    Kind(
        "region-if-exists",
        "keeps",
        any_condition(
            lambda s, o, k, v: replaced(s, o, k, (o + "IfExists", k, v)) if k == "aws:RequestedRegion" else None
        ),
        "every request has a region",
    ),
    Kind("no-conditions", "judge", whole(lambda s: {k: v for k, v in s.items() if k != "Condition"}), "names may do"),
    # Actions
    Kind("action-dropped", "breaks", without_each_action, "a grant does not work"),
    Kind("actions-twice", "keeps", actions(lambda found: found + found), "said twice"),
    Kind("actions-in-lower-case", "keeps", actions(lambda found: [a.lower() for a in found]), "actions have no case"),
    Kind("action-tag-writer", "judge", actions(lambda found: [*found, "ec2:CreateTags"]), "marks can be moved"),
    Kind("action-untag", "judge", actions(lambda found: [*found, "ec2:DeleteTags"]), "marks can be removed"),
    Kind("action-tag-wildcard", "judge", actions(lambda found: [*found, "ec2:*Tags"]), "marks can be moved"),
    Kind("action-tag-editor", "judge", actions(lambda found: [*found, "tag:*"]), "not granted"),
    Kind(
        "action-leave-organization",
        "judge",
        actions(lambda found: [*found, "organizations:LeaveOrganization"]),
        "not granted",
    ),
    Kind(
        "action-policy-writer",
        "judge",
        actions(lambda found: [*found, "iam:CreatePolicyVersion"]),
        "sets its own limits",
    ),
    Kind("action-pass-role", "judge", actions(lambda found: [*found, "iam:PassRole"]), "any role"),
    Kind("action-service", "judge", actions(lambda found: [found[0].partition(":")[0] + ":*"]), "not granted"),
    Kind("action-everything", "judge", actions(lambda found: ["*"]), "not granted"),
    Kind("action-unknown", "keeps", actions(lambda found: [*found, "ec2:MakeCoffee"]), "no such action: a note"),
    Kind("not-action", "breaks", whole(_not_action), "everything else"),
    # Resources
    Kind("resource-everything", "judge", whole(lambda s: {**s, "Resource": ["*"]}), "tags may hold it all the same"),
    Kind("resource-shorter-name", "breaks", resources(_shorter_name), "names of others"),
    Kind("resource-one-name", "breaks", resources(_named_resource), "only one of its resources"),
    Kind("resource-upper", "breaks", resources(lambda r: None if r == "*" else r.upper()), "ARNs have case"),
    Kind(
        "resource-other-partition",
        "judge",
        resources(lambda r: r.replace("arn:aws:", "arn:aws-cn:") if r != "*" else None),
        "nothing is there",
    ),
    Kind(
        "resource-any-partition",
        "keeps",
        resources(lambda r: r.replace("arn:aws:", "arn:*:") if r != "*" else None),
        "there is one",
    ),
    Kind("not-resource", "judge", whole(_not_resource), "tags may hold it all the same"),
    # Statements more
    extra(["organizations:LeaveOrganization"]),
    extra(["tag:*"]),
    extra(["iam:CreatePolicyVersion"]),
    extra(["iam:PassRole"], StringEquals={"iam:PassedToService": "ec2.amazonaws.com"}),
    extra(["ec2:CreateTags"]),
    extra(["ec2:TerminateInstances"], Null={"aws:ResourceTag/env": "true"}),
    extra(["sts:AssumeRole"]),
    extra(["s3:PutBucketPolicy"], "arn:aws:s3:::app-dev-*"),
    extra(["kms:Decrypt"], StringEquals={"aws:ResourceTag/env": "dev"}),
    # The statement
    Kind("effect-deny", "breaks", whole(_nobody), "a grant does not work"),
)
