"""The condition operators of IAM, in one table.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

_IF_EXISTS = "IfExists"


class Family(Enum):
    """What kind of values an operator compares. The value is the name for people."""

    STRING = "text"
    STRING_NO_CASE = "text without case"
    PATTERN = "text pattern"
    NUMERIC = "number"
    DATE = "date"
    BOOL = "true or false"
    BINARY = "base64"
    IP = "address or CIDR block"
    ARN = "ARN pattern"
    NULL = "true or false, for absent or present"


class Relation(Enum):
    """How the request's value has to stand to the policy's."""

    SAME = "same"
    LESS = "less"
    LESS_OR_SAME = "less or same"
    GREATER = "greater"
    GREATER_OR_SAME = "greater or same"


class Quantifier(Enum):
    FOR_ALL = "ForAllValues"
    FOR_ANY = "ForAnyValue"


@dataclass(frozen=True, slots=True)
class BaseOperator:
    """`negated` operators hold where no value of the policy has the relation."""

    name: str
    family: Family
    relation: Relation = Relation.SAME
    negated: bool = False

    @property
    def has_variables(self) -> bool:
        return self.family in (Family.STRING, Family.STRING_NO_CASE, Family.PATTERN, Family.ARN)


def _ordered(prefix: str, family: Family) -> tuple[BaseOperator, ...]:
    return (
        BaseOperator(f"{prefix}Equals", family),
        BaseOperator(f"{prefix}NotEquals", family, negated=True),
        BaseOperator(f"{prefix}LessThan", family, Relation.LESS),
        BaseOperator(f"{prefix}LessThanEquals", family, Relation.LESS_OR_SAME),
        BaseOperator(f"{prefix}GreaterThan", family, Relation.GREATER),
        BaseOperator(f"{prefix}GreaterThanEquals", family, Relation.GREATER_OR_SAME),
    )


OPERATORS: tuple[BaseOperator, ...] = (
    BaseOperator("StringEquals", Family.STRING),
    BaseOperator("StringNotEquals", Family.STRING, negated=True),
    BaseOperator("StringEqualsIgnoreCase", Family.STRING_NO_CASE),
    BaseOperator("StringNotEqualsIgnoreCase", Family.STRING_NO_CASE, negated=True),
    BaseOperator("StringLike", Family.PATTERN),
    BaseOperator("StringNotLike", Family.PATTERN, negated=True),
    *_ordered("Numeric", Family.NUMERIC),
    *_ordered("Date", Family.DATE),
    BaseOperator("Bool", Family.BOOL),
    BaseOperator("BinaryEquals", Family.BINARY),
    BaseOperator("IpAddress", Family.IP),
    BaseOperator("NotIpAddress", Family.IP, negated=True),
    BaseOperator("ArnEquals", Family.ARN),
    BaseOperator("ArnLike", Family.ARN),
    BaseOperator("ArnNotEquals", Family.ARN, negated=True),
    BaseOperator("ArnNotLike", Family.ARN, negated=True),
    BaseOperator("Null", Family.NULL),
)

_BY_NAME = {operator.name: operator for operator in OPERATORS}


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator as a condition names it: `ForAnyValue:StringLikeIfExists` in its three parts."""

    base: BaseOperator
    quantifier: Quantifier | None = None
    if_exists: bool = False


class OperatorError(Exception):
    """A name that is no operator. The argument says why."""


@lru_cache(maxsize=1024)
def parse_operator(name: str) -> Operator:
    """The parts of an operator's name, spelled as AWS spells it. Raises OperatorError."""
    quantifier: Quantifier | None = None
    rest = name
    prefix, colon, after = name.partition(":")
    if colon:
        found = [one for one in Quantifier if one.value == prefix]
        if not found:
            raise OperatorError(f"`{prefix}` is not ForAllValues or ForAnyValue")
        quantifier, rest = found[0], after
    if_exists = rest.endswith(_IF_EXISTS)
    base = _BY_NAME.get(rest.removesuffix(_IF_EXISTS))
    if base is None:
        raise OperatorError(f"`{rest}` is not a condition operator")
    if if_exists and base.family is Family.NULL:
        raise OperatorError("Null takes no IfExists: it asks whether the key exists")
    return Operator(base, quantifier, if_exists)
