"""Random requests with their policies, in the shape of a `policycc simulate` line, from a seeded generator.

Made for near misses: policies are written about values that the request nearly has (another case, one character more or
less, a wildcard beside the value, another account), keys are often missing, and values often empty or many.
Documents are always valid. Two things that AWS does not define are left out on purpose: a negated operator against a
value that cannot be parsed, and a set operator against a mixture of empty and other values."""

from __future__ import annotations

import random
from typing import Any

Json = dict[str, Any]

HOME, OTHER = "111111111111", "222222222222"
PRINCIPALS = (
    f"arn:aws:iam::{HOME}:user/alice",
    f"arn:aws:iam::{HOME}:user/team/alice",
    f"arn:aws:iam::{OTHER}:user/alice",
    f"arn:aws:sts::{HOME}:assumed-role/app/run",
    f"arn:aws:sts::{OTHER}:assumed-role/app/run",
)
NAMED = (
    *PRINCIPALS,
    HOME,
    OTHER,
    "*",
    f"arn:aws:iam::{HOME}:root",
    f"arn:aws:iam::{OTHER}:root",
    f"arn:aws:iam::{HOME}:role/app",
    f"arn:aws:iam::{HOME}:role/webshop/app",
    f"arn:aws:iam::{HOME}:role/ap",
    f"arn:aws:iam::{OTHER}:role/app",
    f"arn:aws:iam::{HOME}:user/bob",
    f"arn:aws:sts::{HOME}:assumed-role/app/run2",
)
CALLS = (
    ("ec2:StartInstances", f"arn:aws:ec2:eu-west-1:{HOME}:instance/i-0a1"),
    ("ec2:StopInstances", f"arn:aws:ec2:eu-west-1:{HOME}:instance/i-0a2"),
    ("ec2:CreateTags", f"arn:aws:ec2:us-east-1:{HOME}:volume/vol-1"),
    ("ec2:DescribeInstances", "*"),
    ("s3:GetObject", "arn:aws:s3:::webshop-dev/a/b.txt"),
    ("s3:GetObject", "arn:aws:s3:::webshop-prod/alice/b.txt"),
    ("s3:ListBucket", "arn:aws:s3:::webshop-dev"),
    ("dynamodb:GetItem", f"arn:aws:dynamodb:eu-west-1:{HOME}:table/Orders"),
    ("lambda:InvokeFunction", f"arn:aws:lambda:eu-west-1:{HOME}:function:api:live"),
    ("logs:PutLogEvents", f"arn:aws:logs:eu-west-1:{HOME}:log-group:/webshop/dev:log-stream:x"),
    ("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{HOME}:alice-queue"),
    ("iam:GetUser", f"arn:aws:iam::{HOME}:user/alice"),
    ("kms:Decrypt", f"arn:aws:kms:eu-west-1:{HOME}:key/1"),
    ("sts:AssumeRole", f"arn:aws:iam::{HOME}:role/target"),
)
WORDS = ("dev", "Dev", "prod", "production", "de", "dev2", "alice", "run", "d*v", "de?", "")
TAG_KEYS = ("env", "Env", "ENV", "app", "environment", "aws:x")
NUMBERS = ("10", "10.0", "9", "11", "-1", "0", "9.99")
DATES = (
    "2026-01-01T00:00:00Z",
    "2025-12-31T23:59:59Z",
    "2026-01-01T00:00:01Z",
    "2026-01-01T01:00:00+01:00",
    "1767225600",
)
ADDRESSES = ("203.0.113.7", "203.0.113.8", "203.0.114.7", "10.0.0.1", "2001:db8::1", "2001:db8:1::1")
NETWORKS = (
    "203.0.113.0/24",
    "203.0.113.7",
    "203.0.113.7/32",
    "203.0.112.0/23",
    "10.0.0.0/8",
    "0.0.0.0/0",
    "2001:DB8::/32",
    "2001:db8::/48",
)
ARNS = (
    f"arn:aws:sns:eu-west-1:{HOME}:topic",
    f"arn:aws:sns:eu-west-1:{HOME}:Topic",
    f"arn:aws:sns:us-east-1:{OTHER}:topic",
    f"arn:aws:iam::{HOME}:role/webshop/dev/app",
    f"arn:aws:lambda:eu-west-1:{HOME}:function:api:live",
)
BASE64 = ("QUJD", "QUJE", "REVGRw==")
NUMERIC_RELATIONS = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
OPERATORS: dict[str, tuple[str, ...]] = {
    "string": (
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringLike",
        "StringNotLike",
    ),
    "number": tuple(f"Numeric{relation}" for relation in NUMERIC_RELATIONS),
    "date": tuple(f"Date{relation}" for relation in NUMERIC_RELATIONS),
    "bool": ("Bool",),
    "binary": ("BinaryEquals",),
    "ip": ("IpAddress", "NotIpAddress"),
    "arn": ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"),
}
KEYS: dict[str, tuple[str, tuple[str, ...]]] = {  # key: family of its operators, values
    "aws:ResourceTag/env": ("string", WORDS),
    "aws:RequestTag/env": ("string", WORDS),
    "aws:PrincipalTag/env": ("string", WORDS),
    "aws:ResourceTag/app": ("string", ("webshop", "Webshop", "web")),
    "aws:username": ("string", ("alice", "Alice", "bob")),
    "aws:MultiFactorAuthAge": ("number", NUMBERS),
    "aws:CurrentTime": ("date", DATES),
    "aws:SecureTransport": ("bool", ("true", "false")),
    "example:digest": ("binary", BASE64),
    "aws:SourceIp": ("ip", ADDRESSES),
    "aws:SourceArn": ("arn", ARNS),
}
MANY: dict[str, tuple[str, tuple[str, ...]]] = {
    "aws:TagKeys": ("string", TAG_KEYS),
    "example:counts": ("number", NUMBERS),
    "example:addresses": ("ip", ADDRESSES),
    "example:arns": ("arn", ARNS),
}
HEADS = {  # other partitions, regions and accounts of a resource's ARN
    1: ("aws", "aws-cn", "a*"),
    3: ("", "eu-west-1", "eu-west-2", "eu-west-?", "us-*"),
    4: ("", HOME, OTHER, "1111*", "?" * 12, "?" * 11),
}
VARIABLES = (
    "${aws:username}",
    "${AWS:UserName}",
    "${aws:PrincipalTag/env}",
    "${aws:PrincipalTag/env, 'dev'}",
    "${aws:TagKeys}",
    "${aws:SourceVpc}",
    "${*}",
    "${?}",
    "${$}",
)


def request(rng: random.Random) -> Json:
    """One valid line of `policycc simulate`."""
    action, resource = rng.choice(CALLS)
    principal = rng.choice(PRINCIPALS) if rng.random() < 0.6 else PRINCIPALS[0]
    context = random_context(rng)
    write = Writer(rng, action, resource, principal, context)
    line: Json = {
        "principal": principal,
        "action": recased(rng, action) if rng.random() < 0.1 else action,
        "resource": resource,
        "resourceAccount": OTHER if rng.random() < 0.05 else HOME,
        "context": context,
        "identityPolicies": [write.document() for _ in range(rng.choice((0, 1, 1, 1, 1, 2)))],
    }
    if rng.random() < 0.15:
        line["permissionsBoundary"] = write.document()
    if "assumed-role" in principal and rng.random() < 0.3:
        line["sessionPolicies"] = [write.document() for _ in range(rng.choice((1, 1, 2)))]
        for policy in line["sessionPolicies"][1:]:  # iam-simulate takes one only, to which several of a version amount
            policy.pop("Version", None)
            policy |= {k: v for k, v in line["sessionPolicies"][0].items() if k == "Version"}
    if rng.random() < 0.1:
        line["serviceControlPolicies"] = [
            [write.document(control=True, old=False) for _ in range(rng.choice((1, 1, 2)))]
            for _ in range(rng.choice((1, 2, 3)))
        ]
    if rng.random() < 0.05:
        deny = write.document(effects=("Deny",), principals="all", control=True, old=False)
        for statement in deny["Statement"] if isinstance(deny["Statement"], list) else [deny["Statement"]]:
            if "NotAction" in statement:
                statement["Action"] = statement.pop("NotAction")
        line["resourceControlPolicies"] = [[deny]]
    if rng.random() < 0.05:
        line["vpcEndpointPolicies"] = [write.document(principals="any", control=True)]
    needs_policy = action.startswith(("kms:", "sts:"))
    if rng.random() < (0.9 if needs_policy else 0.25):
        line["resourcePolicy"] = write.document(principals="any", trust=action.startswith("sts:"), control=True)
    return line


def family(rng: random.Random, size: int) -> list[Json]:
    """A request and others put to the same policies: another context, sometimes another call or caller."""
    first = request(rng)
    lines = [first]
    for _ in range(size - 1):
        line = {**first, "context": random_context(rng)}
        if rng.random() < 0.2 and "resourcePolicy" not in first:
            line["action"], line["resource"] = rng.choice(CALLS)
        if rng.random() < 0.2 and "sessionPolicies" not in first:
            line["principal"] = rng.choice(PRINCIPALS)
        lines.append(line)
    return lines


def random_context(rng: random.Random) -> Json:
    context: Json = {}
    for key, (_, values) in KEYS.items():
        if rng.random() < 0.6:
            context[recased(rng, key) if rng.random() < 0.1 else key] = rng.choice(values)
    for key, (_, values) in MANY.items():
        if rng.random() < 0.5:
            context[key] = [] if rng.random() < 0.1 else [rng.choice(values) for _ in range(rng.choice((1, 1, 2, 3)))]
    if rng.random() < 0.02:
        context["aws:TagKeys"] = [""]
    return context


def recased(rng: random.Random, text: str) -> str:
    return rng.choice((text.upper(), text.lower(), text.swapcase()))


def near(rng: random.Random, text: str) -> str:
    """The text with one small change of letters."""
    if not text:
        return rng.choice(("a", ""))
    at = rng.randrange(len(text))
    return rng.choice(
        (
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[:at] + text[at].swapcase() + text[at + 1 :],
            text + rng.choice("a0"),
        )
    )


def globbed(rng: random.Random, text: str) -> str:
    """A pattern that matches the text, most of the time."""
    at, to = sorted((rng.randint(0, len(text)), rng.randint(0, len(text))))
    return rng.choice(
        (
            text[:at] + "*",
            "*" + text[at:],
            text[:at] + "*" + text[to:],
            text[:at] + "*" + text[to:] + "*",
            text[:at] + "?" + text[at + 1 :],
            text[:at] + "?" + text[at:],
            text + "*",
            text[:at] + "**" + text[at:],
        )
    )


class Writer:
    """Writes documents about one request."""

    def __init__(self, rng: random.Random, action: str, resource: str, principal: str, context: Json) -> None:
        self.rng, self.action, self.resource, self.principal, self.context = rng, action, resource, principal, context

    def document(
        self,
        effects: tuple[str, ...] = ("Allow", "Allow", "Allow", "Allow", "Deny"),
        principals: str = "",
        trust: bool = False,
        control: bool = False,
        old: bool = True,
    ) -> Json:
        """`control`: no partial ARNs; `old`: of any version."""
        rng = self.rng
        out: Json = {}
        version = rng.choice(("2012-10-17",) * 8 + ("2008-10-17", None)) if old else "2012-10-17"
        if version:
            out["Version"] = version
        statements = [
            self.statement(rng.choice(effects), principals, trust, control) for _ in range(rng.choice((1, 1, 2)))
        ]
        out["Statement"] = statements[0] if len(statements) == 1 and rng.random() < 0.2 else statements
        return out

    def statement(self, effect: str, principals: str, trust: bool, control: bool) -> Json:
        rng = self.rng
        out: Json = {"Effect": effect}
        if principals == "all":
            out["Principal"] = "*"
        elif principals:
            out["Principal"] = self.who()
        negated = "Not" if rng.random() < 0.05 else ""
        out[f"{negated}Action"] = self.one_or_many(self.some_action)
        if not trust:
            negated = "Not" if rng.random() < 0.06 else ""
            out[f"{negated}Resource"] = self.one_or_many(lambda: self.some_resource(partial=not control))
        if rng.random() < (0.75 if effect == "Allow" else 0.9):
            out["Condition"] = self.condition()
        return out

    def one_or_many(self, make: Any) -> Any:
        return make() if self.rng.random() < 0.7 else [make() for _ in range(self.rng.choice((1, 2, 3)))]

    def who(self) -> Any:
        rng = self.rng
        if rng.random() < 0.25:
            return "*"
        named = [self.principal if rng.random() < 0.4 else rng.choice(NAMED) for _ in range(rng.choice((1, 1, 2)))]
        return {"AWS": named[0] if len(named) == 1 else named}

    def some_action(self) -> str:
        rng, action = self.rng, self.action
        service, name = action.split(":")
        return rng.choice(
            (
                action,
                action,
                "*",
                f"{service}:*",
                f"{service}:{globbed(rng, name)}",
                f"{service}:{globbed(rng, name)}",
                f"{service}:{near(rng, name)}",
                recased(rng, action),
                rng.choice(CALLS)[0],
            )
        )

    def some_resource(self, partial: bool) -> str:
        rng, resource = self.rng, self.resource
        if resource == "*":
            return rng.choice(("*", "*", "arn:aws:ec2:*:*:*", rng.choice(CALLS)[1]))
        head, tail = resource.split(":", 5)[:5], resource.split(":", 5)[5]
        pick = rng.random()
        if pick < 0.25:
            return "*"
        if pick < 0.4:
            return resource
        if pick < 0.65:
            tail = globbed(rng, tail)
        elif pick < 0.75:
            tail = near(rng, tail)
        elif pick < 0.83:
            tail = self.with_variable(tail)
        elif pick < 0.95:
            at = rng.choice((1, 3, 3, 4, 4))
            head[at] = rng.choice(("*", globbed(rng, head[at]), rng.choice(HEADS[at])))
            tail = rng.choice((tail, "*", globbed(rng, tail)))
        elif partial:
            return ":".join([*head, tail][: rng.choice((3, 4, 5))]) + rng.choice((":*", "", "*"))
        else:
            return rng.choice(CALLS)[1]
        return ":".join([*head, tail])

    def with_variable(self, text: str) -> str:
        """The text with a variable in the place of what it stands for, if that occurs, or anywhere."""
        rng = self.rng
        variable = rng.choice(VARIABLES)
        for word in ("alice", "dev", "env"):
            if word in text and rng.random() < 0.7:
                return text.replace(word, variable, 1)
        at = rng.randint(0, len(text))
        return text[:at] + variable + text[at:]

    def condition(self) -> Json:
        rng = self.rng
        out: dict[str, Json] = {}
        for _ in range(rng.choice((1, 1, 1, 2))):
            many = rng.random() < 0.25
            key = rng.choice(list(MANY if many else KEYS))
            family, pool = (MANY if many else KEYS)[key]
            operator = self.some_operator(family, many)
            out.setdefault(operator, {})
            if any(key.lower() == other.lower() for other in out[operator]):
                continue
            written = recased(rng, key) if rng.random() < 0.1 else key
            out[operator][written] = self.some_values(operator, family, key, pool)
        return out

    def some_operator(self, family: str, many: bool) -> str:
        rng = self.rng
        if rng.random() < 0.1:
            return "Null"
        operator = rng.choice(OPERATORS[family])
        qualifier = rng.random()
        if qualifier < (0.9 if many else 0.15):
            operator = rng.choice(("ForAllValues:", "ForAnyValue:")) + operator
            return operator + "IfExists" if rng.random() < 0.05 else operator
        return operator + "IfExists" if rng.random() < 0.25 else operator

    def some_values(self, operator: str, family: str, key: str, pool: tuple[str, ...]) -> Any:
        rng = self.rng
        if operator == "Null":
            return rng.choice(("true", "false"))
        values = [self.some_value(operator, family, key, pool) for _ in range(rng.choice((1, 1, 1, 2, 3)))]
        return values[0] if len(values) == 1 and rng.random() < 0.7 else values

    def some_value(self, operator: str, family: str, key: str, pool: tuple[str, ...]) -> str:
        rng = self.rng
        if family == "ip":
            return rng.choice(NETWORKS)
        had = next((value for name, value in self.context.items() if name.lower() == key.lower()), None)
        if isinstance(had, list):
            had = rng.choice(had) if had else None
        value = had if isinstance(had, str) and rng.random() < 0.5 else rng.choice(pool)
        if family == "arn" and rng.random() < 0.5:
            head, tail = value.split(":", 5)[:5], value.split(":", 5)[5]
            at = rng.choice((3, 4, 5, 5))
            if at == 5:
                tail = self.with_variable(tail) if rng.random() < 0.2 else globbed(rng, tail)
            else:
                head[at] = rng.choice(("*", globbed(rng, head[at])))
            return ":".join([*head, tail])
        if family == "string":
            change = rng.random()
            if change < 0.1:
                return near(rng, value)
            if change < 0.3:
                return globbed(rng, value)
            if change < 0.42:
                return self.with_variable(value)
        return value
