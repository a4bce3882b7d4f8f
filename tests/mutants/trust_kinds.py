"""Ways to break a correct trust policy; each yields every document that it makes of a correct one.

What is labelled `breaks` lets somebody in whom the matrix does not name, or keeps out somebody whom it names; what is
labelled `keeps` says the same in other words."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

Json = dict[str, Any]
Change = Callable[[Json], Iterator[Json]]
"""From a statement to the statements that it becomes, one mutant each."""
STRANGER = "arn:aws:iam::999988887777:root"


@dataclass(frozen=True)
class TrustKind:
    name: str
    label: Literal["breaks", "keeps"]
    change: Change
    statements: tuple[Json, ...] = ()
    """Statements that are added instead, one mutant each."""


def mutants(kind: TrustKind, document: Json) -> Iterator[Json]:
    for extra in kind.statements:
        yield {**document, "Statement": [*document["Statement"], extra]}
    for index, statement in enumerate(document["Statement"]):
        for changed in kind.change(copy.deepcopy(statement)):
            found = copy.deepcopy(document)
            found["Statement"][index] = changed
            yield found


def tests(prefix: str, make: Callable[[str, str, Any], list[tuple[str, str, Any]]]) -> Change:
    """A change of each test whose key has the text in it."""

    def change(statement: Json) -> Iterator[Json]:
        for operator, block in statement.get("Condition", {}).items():
            for key, value in block.items():
                if prefix not in key.lower():
                    continue
                found = copy.deepcopy(statement)
                del found["Condition"][operator][key]
                for other, name, values in make(operator, key, value):
                    found["Condition"].setdefault(other, {})[name] = values
                found["Condition"] = {name: tests for name, tests in found["Condition"].items() if tests}
                if not found["Condition"]:
                    del found["Condition"]
                yield found

    return change


def dropped(_operator: str, _key: str, _value: Any) -> list[tuple[str, str, Any]]:
    return []


def operator(make: Callable[[str], str]) -> Callable[[str, str, Any], list[tuple[str, str, Any]]]:
    return lambda old, key, value: [(make(old), key, value)]


def value(make: Callable[[str], Any], new: str | None = None) -> Callable[[str, str, Any], list[tuple[str, str, Any]]]:
    def made(old: str, key: str, given: Any) -> list[tuple[str, str, Any]]:
        several = [make(text) for text in given] if isinstance(given, list) else make(given)
        return [(new or old, key, several)]

    return made


def more(old: str, key: str, given: Any) -> list[tuple[str, str, Any]]:
    return [(old, key, [*(given if isinstance(given, list) else [given]), "another"])]


def principal(make: Callable[[Any], Any]) -> Change:
    def change(statement: Json) -> Iterator[Json]:
        made = make(copy.deepcopy(statement["Principal"]))
        if made is not None:
            yield {**statement, "Principal": made}

    return change


def plus(kind: str, name: str) -> Change:
    def made(given: Json) -> Json:
        had = given.get(kind, [])
        return {**given, kind: [*(had if isinstance(had, list) else [had]), name]}

    return principal(made)


def _wider_account(given: Json) -> Json | None:
    """A single principal of an account becomes the whole account."""
    named = given.get("AWS")
    texts = named if isinstance(named, list) else [named]
    if not any(text and not text.endswith(":root") for text in texts):
        return None
    return {"AWS": [text if text.endswith(":root") else text.rsplit(":", 1)[0] + ":root" for text in texts]}


def action(made: Any) -> Change:
    return lambda statement: iter([{**statement, "Action": made(statement["Action"]) if callable(made) else made}])


def nothing(_statement: Json) -> Iterator[Json]:
    return iter(())


def _allow(**parts: Any) -> Json:
    return {"Effect": "Allow", "Action": "sts:AssumeRole", **parts}


AUD, SUB, MFA, AGE, EXT, SRC = (
    ":aud",
    ":sub",
    "multifactorauthpresent",
    "multifactorauthage",
    "externalid",
    "aws:source",
)
ANY_TEST = ":"

TRUST_KINDS: tuple[TrustKind, ...] = (
    TrustKind("audience-dropped", "breaks", tests(AUD, dropped)),
    TrustKind("audience-more", "breaks", tests(AUD, more)),
    TrustKind("audience-other", "breaks", tests(AUD, value(lambda text: text + "x"))),
    TrustKind("subject-dropped", "breaks", tests(SUB, dropped)),
    TrustKind("subject-star", "breaks", tests(SUB, value(lambda text: "*", "StringLike"))),
    TrustKind(
        "subject-star-end", "breaks", tests(SUB, value(lambda text: text.rsplit(":", 1)[0] + ":*", "StringLike"))
    ),
    TrustKind("subject-star-start", "breaks", tests(SUB, value(lambda text: "*" + text[5:], "StringLike"))),
    TrustKind("subject-question", "breaks", tests(SUB, value(lambda text: text[:-1] + "?", "StringLike"))),
    TrustKind("subject-like-without-star", "keeps", tests(SUB, operator(lambda old: "StringLike"))),
    TrustKind("subject-star-in-equals", "breaks", tests(SUB, value(lambda text: text + "*"))),
    TrustKind("subject-more", "breaks", tests(SUB, more)),
    TrustKind("subject-ignore-case", "breaks", tests(SUB, operator(lambda old: "StringEqualsIgnoreCase"))),
    TrustKind("subject-for-all", "breaks", tests(SUB, operator(lambda old: "ForAllValues:" + old))),
    TrustKind("subject-for-any", "keeps", tests(SUB, operator(lambda old: "ForAnyValue:" + old))),
    TrustKind("subject-not", "breaks", tests(SUB, operator(lambda old: "StringNotEquals"))),
    TrustKind("subject-of-another-key", "breaks", tests(SUB, lambda o, k, v: [(o, k.replace(":sub", ":ref"), v)])),
    TrustKind("subject-present", "breaks", tests(SUB, lambda o, k, v: [("Null", k, "false")])),
    TrustKind("subject-key-upper", "keeps", tests(SUB, lambda o, k, v: [(o, k.upper(), v)])),
    TrustKind("mfa-dropped", "breaks", tests(MFA, dropped)),
    TrustKind("mfa-if-exists", "breaks", tests(MFA, operator(lambda old: "BoolIfExists"))),
    TrustKind("mfa-false", "breaks", tests(MFA, value(lambda text: "false"))),
    TrustKind("mfa-present", "breaks", tests(MFA, lambda o, k, v: [("Null", k, "false")])),
    TrustKind("mfa-not-false", "breaks", tests(MFA, lambda o, k, v: [("StringNotEquals", k, "false")])),
    TrustKind("mfa-as-text", "keeps", tests(MFA, lambda o, k, v: [("StringEquals", k, "true")])),
    TrustKind("age-dropped", "breaks", tests(AGE, dropped)),
    TrustKind("age-longer", "breaks", tests(AGE, value(lambda text: text + "0"))),
    TrustKind("age-greater", "breaks", tests(AGE, operator(lambda old: "NumericGreaterThan"))),
    TrustKind("external-id-dropped", "breaks", tests(EXT, dropped)),
    TrustKind("external-id-more", "breaks", tests(EXT, more)),
    TrustKind("external-id-present", "breaks", tests(EXT, lambda o, k, v: [("Null", k, "false")])),
    TrustKind("external-id-star", "breaks", tests(EXT, value(lambda text: text[:3] + "*", "StringLike"))),
    TrustKind("source-dropped", "breaks", tests(SRC, dropped)),
    TrustKind("source-more", "breaks", tests("aws:sourcevpc", more)),
    TrustKind("source-wider", "breaks", tests("aws:sourceip", value(lambda text: text.split("/")[0] + "/8"))),
    TrustKind("mfa-either", "breaks", tests(MFA, lambda o, k, v: [(o, k, ["true", "false"])])),
    TrustKind("age-either", "breaks", tests(AGE, lambda o, k, v: [(o, k, [v, "999999"])])),
    TrustKind("subject-of-itself", "breaks", tests(SUB, lambda o, k, v: [(o, k, "${" + k + "}")])),
    TrustKind("subject-of-a-tag", "breaks", tests(SUB, lambda o, k, v: [(o, k, "${aws:PrincipalTag/sub}")])),
    TrustKind("if-exists", "breaks", tests(ANY_TEST, operator(lambda old: old + "IfExists"))),
    TrustKind(
        "no-conditions",
        "breaks",
        lambda s: iter([{k: v for k, v in s.items() if k != "Condition"}] if "Condition" in s else []),
    ),
    TrustKind("principal-everybody", "breaks", principal(lambda given: "*")),
    TrustKind("principal-any-aws", "breaks", principal(lambda given: {"AWS": "*"})),
    TrustKind(
        "principal-any-provider",
        "breaks",
        principal(lambda given: {"Federated": "*"} if "Federated" in given else None),
    ),
    TrustKind("principal-whole-account", "breaks", principal(_wider_account)),
    TrustKind("principal-more", "breaks", plus("AWS", STRANGER)),
    TrustKind("principal-more-by-number", "breaks", plus("AWS", "999988887777")),
    TrustKind("principal-more-user", "breaks", plus("AWS", "arn:aws:iam::999988887777:user/mallory")),
    TrustKind("principal-more-session", "breaks", plus("AWS", "arn:aws:sts::999988887777:assumed-role/r/s")),
    TrustKind("principal-more-service", "breaks", plus("Service", "lambda.amazonaws.com")),
    TrustKind("principal-more-provider", "breaks", plus("Federated", "accounts.google.com")),
    TrustKind("principal-other", "breaks", principal(lambda given: {"AWS": STRANGER})),
    TrustKind("action-session-tags", "breaks", action(lambda old: [old, "sts:TagSession"])),
    TrustKind("action-source-identity", "breaks", action(lambda old: [old, "sts:SetSourceIdentity"])),
    TrustKind("action-any", "breaks", action("sts:*")),
    TrustKind("action-assume-any", "breaks", action("sts:AssumeRole*")),
    TrustKind(
        "action-other",
        "breaks",
        action(lambda old: "sts:AssumeRoleWithSAML" if old != "sts:AssumeRoleWithSAML" else "sts:AssumeRole"),
    ),
    TrustKind("action-in-lower-case", "keeps", action(lambda old: old.lower())),
    TrustKind("action-of-another-service", "breaks", action(lambda old: [old, "s3:GetObject"])),
    TrustKind(
        "not-action",
        "breaks",
        lambda s: iter([{**{k: v for k, v in s.items() if k != "Action"}, "NotAction": "iam:PassRole"}]),
    ),
    TrustKind(
        "not-principal",
        "breaks",
        lambda s: iter([{**{k: v for k, v in s.items() if k != "Principal"}, "NotPrincipal": s["Principal"]}]),
    ),
    TrustKind("effect-deny", "breaks", lambda s: iter([{**s, "Effect": "Deny"}])),
    TrustKind(
        "extra-statement",
        "breaks",
        nothing,
        (
            _allow(Principal={"AWS": STRANGER}),
            _allow(Principal={"AWS": STRANGER}, Condition={"StringEquals": {"sts:ExternalId": "x"}}),
            _allow(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}),
            _allow(Principal="*", Condition={"StringEquals": {"aws:PrincipalAccount": "999988887777"}}),
            _allow(Principal="*", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::999988887777:role/*"}}),
            _allow(Principal="*", Condition={"Null": {"aws:PrincipalArn": "true"}}),
            _allow(Principal="*", Condition={"StringNotLike": {"aws:PrincipalArn": "*"}}),
            _allow(Principal={"Service": "glue.amazonaws.com"}, Condition={"StringEquals": {"aws:SourceAccount": "1"}}),
            {
                **_allow(Principal={"Federated": "cognito-identity.amazonaws.com"}),
                "Action": "sts:AssumeRoleWithWebIdentity",
            },
            _allow(Principal={"AWS": "*"}, Condition={"StringEquals": {"iam:ResourceTag/open": "yes"}}),
            _allow(Principal="*", Condition={"Bool": {"aws:PrincipalIsAWSService": "true"}}),
            _allow(Principal="*", Condition={"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ci/*"}}),
            _allow(Principal="*", Condition={"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "o-1/r-1/*"}}),
            _allow(Principal={"AWS": STRANGER}, Condition={"Null": {"aws:ViaAWSService": "true"}}),
            _allow(Principal={"AWS": STRANGER}, Condition={"StringEquals": {"aws:RequestTag/env": "dev"}}),
            _allow(Principal={"AWS": "*"}, Condition={"DateLessThan": {"aws:CurrentTime": "2000-01-01T00:00:00Z"}}),
        ),
    ),
    TrustKind(
        "extra-deny-of-others",
        "keeps",
        nothing,
        ({"Effect": "Deny", "Principal": {"AWS": STRANGER}, "Action": "sts:AssumeRole"},),
    ),
)
