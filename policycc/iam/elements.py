"""The rules for the texts inside a policy's elements: actions, resources, principals, condition keys and values.

Each check yields (name in findings.FINDINGS, message) for what is wrong.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html and its pages,
https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from policycc.iam.arn import SEGMENTS, parse_arn
from policycc.iam.model import PolicyType
from policycc.iam.operators import Family, Operator, OperatorError, Quantifier, parse_operator
from policycc.iam.scalars import binary, date, network, number
from policycc.iam.template import TemplateError, Variable, parse_template
from policycc.iam.values import boolean

Issue = tuple[str, str]

GLOBAL_LISTS = frozenset(
    {
        "aws:calledvia",
        "aws:principalorgpaths",
        "aws:principalservicenameslist",
        "aws:resourceorgpaths",
        "aws:sourceorgpaths",
        "aws:tagkeys",
        "aws:vpceorgpaths",
    }
)
"""Global condition keys that hold a list, folded (the "Value type" of each key):
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""
MULTIVALUED = GLOBAL_LISTS | {"kms:resourcealiases", "s3:requestobjecttagkeys"}
"""Well-known keys that always hold a list. The catalogue knows more; these need no catalogue."""

_ACTION = re.compile(r"[A-Za-z0-9*?-]+:[A-Za-z0-9*?_.-]+")
# A look ahead for the wildcard, so that a long text is read twice and not once for every place to split it.
_PARTITION = re.compile(r"aws[a-z-]*|(?=[a-z-]*[*?])[a-z*?-]+")
_SERVICE = re.compile(r"[a-z0-9*?-]+")
_REGION = re.compile(r"[a-z0-9*?-]*")
_ACCOUNT = re.compile(r"[0-9]{12}|aws|amazon|cloudfront|(?=[0-9]*[*?])[0-9*?]+|")
_CONDITION_KEY = re.compile(r"[A-Za-z0-9.-]+(?:/[A-Za-z0-9._/-]+)?:[^\x00-\x1f*?]+")
_SIX_COLONS = SEGMENTS - 1

PRINCIPAL_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")
_PRINCIPALS: dict[str, re.Pattern[str]] = {
    "AWS": re.compile(
        r"\*|[0-9]{12}|A[A-Z0-9]{15,}|"
        r"arn:aws[a-z-]*:iam::(?:[0-9]{12}|cloudfront):(?:root|user/[^*?]+|role/[^*?]+)|"
        r"arn:aws[a-z-]*:sts::[0-9]{12}:(?:assumed-role/[^*?/]+/[^*?/]+|federated-user/[^*?/]+|self)"
    ),
    "Service": re.compile(r"[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?|[a-z0-9-]+\.aws\.internal"),
    "Federated": re.compile(
        r"arn:aws[a-z-]*:iam::[0-9]{12}:(?:saml-provider|oidc-provider)/[^*?]+|[a-z0-9-]+(?:\.[a-z0-9-]+)+|\*"
    ),
    "CanonicalUser": re.compile(r"[0-9a-f]{64}"),
}


@lru_cache(maxsize=16384)
def check_action(text: str) -> tuple[Issue, ...]:
    return tuple(_check_action(text))


def _check_action(text: str) -> Iterator[Issue]:
    if text == "*":
        return
    if not _ACTION.fullmatch(text):
        yield "bad-action", f"`{text}` is not `*` or `service:Name`"
    elif "*" in text.partition(":")[0] or "?" in text.partition(":")[0]:
        yield "wildcard-in-service", f"`{text}` has a wildcard in its service"


@lru_cache(maxsize=16384)
def check_resource(text: str, type: PolicyType, variables: bool) -> tuple[Issue, ...]:
    return tuple(_check_resource(text, type, variables))


def _check_resource(text: str, type: PolicyType, variables: bool) -> Iterator[Issue]:
    if text == "*":
        return
    segments = text.split(":", _SIX_COLONS)
    whole = len(segments) == SEGMENTS
    if variables:
        if any("${" in segment for segment in (segments[:-1] if whole else segments)):
            yield "bad-variable", f"`{text}` has a policy variable before its resource part"
            return
        try:
            parse_template(text, True)
        except TemplateError as error:
            yield "bad-variable", f"in `{text}` {error}"
            return
    elif "${" in text:
        yield "variable-without-version", f"`{text}` is plain text in a policy without version 2012-10-17"
    if not whole:
        yield from _partial(text, type)
        return
    arn = parse_arn(text)
    if arn is None:
        yield "bad-arn", f"`{text}` does not start with `arn:`"
        return
    for name, value, allowed in (
        ("partition", arn.partition, _PARTITION),
        ("service", arn.service, _SERVICE),
        ("region", arn.region, _REGION),
        ("resource", arn.resource, re.compile(".+", re.DOTALL)),
    ):
        if not allowed.fullmatch(value):
            yield "bad-arn", f"`{text}` has {f'`{value}`' if value else 'nothing'} as {name}"
    if "*" in arn.service or "?" in arn.service:
        yield "wildcard-in-service", f"`{text}` has a wildcard in its service"
    if not _ACCOUNT.fullmatch(arn.account):
        yield "odd-account", f"`{text}` has `{arn.account}` as account"


def _partial(text: str, type: PolicyType) -> Iterator[Issue]:
    if not text.startswith("arn:"):
        yield "bad-arn", f"`{text}` is not `*` or an ARN"
    elif type in (PolicyType.SCP, PolicyType.RCP):
        yield "bad-arn", f"`{text}` has fewer than six segments, which control policies do not take"
    else:
        yield "partial-arn", f"`{text}` has fewer than six segments, the rest matches anything"


def check_principal(kind: str, text: str) -> Iterator[Issue]:
    if "${" in text:
        yield "bad-variable", f"`{text}` is a principal, which takes no policy variable"
    elif not _PRINCIPALS[kind].fullmatch(text):
        wild = ("*" in text or "?" in text) and text != "*"
        yield "bad-principal", f"`{text}` {'has a wildcard' if wild else f'is no {kind} principal'}"


def check_operator(name: str) -> Iterator[Issue]:
    try:
        parse_operator(name)
    except OperatorError as error:
        yield "bad-operator", str(error)


def check_condition_key(operator: Operator, key: str) -> Iterator[Issue]:
    if "${" in key:
        yield "bad-variable", f"`{key}` is a condition key, which takes no policy variable"
    elif not _CONDITION_KEY.fullmatch(key):
        yield "bad-condition-key", f"`{key}` is not `service:key`"
    elif key.lower() in MULTIVALUED and operator.quantifier is None and operator.base.family is not Family.NULL:
        yield "missing-qualifier", f"`{key}` has several values and needs ForAllValues: or ForAnyValue:"


_READERS: dict[Family, Callable[[str], object | None]] = {
    Family.NUMERIC: number,
    Family.DATE: date,
    Family.IP: network,
    Family.BINARY: binary,
    Family.BOOL: boolean,
    Family.NULL: boolean,
}


def check_condition_value(operator: Operator, value: str, variables: bool) -> Iterator[Issue]:
    family = operator.base.family
    read = _READERS.get(family)
    if read is not None:
        if read(value) is None:
            name = "bad-variable" if variables and "${" in value else "bad-condition-value"
            yield name, f"`{value}` is not {family.value}, which {operator.base.name} compares"
        return
    try:
        template = parse_template(value, variables)
    except TemplateError as error:
        yield "bad-variable", f"in `{value}` {error}"
        return
    for part in template.parts:
        if isinstance(part, Variable) and part.key in MULTIVALUED:
            yield "multivalued-variable", f"`{value}` uses `{part.key}`, which has several values"
    if not variables and "${" in value:
        yield "variable-without-version", f"`{value}` is plain text in a policy without version 2012-10-17"
    if family is Family.ARN and not template.variables and value.count(":") < _SIX_COLONS:
        yield "dead-arn-pattern", f"`{value}` lacks segments of an ARN and matches nothing"


def check_quantifier(operator: Operator) -> Iterator[Issue]:
    if operator.quantifier is not None and operator.base.family is Family.NULL:
        yield "bad-operator", f"Null takes no {Quantifier(operator.quantifier).value}: it asks for the key itself"
