"""Comparing one value of a request with the values of a condition, by the type of the operator."""

from __future__ import annotations

import operator as order
from collections.abc import Callable
from decimal import Decimal

from policycc.iam.arn import arn_tokens_glob
from policycc.iam.folding import folded
from policycc.iam.glob import of_tokens
from policycc.iam.operators import BaseOperator, Family, Relation
from policycc.iam.scalars import Network, address, binary, date, network, number
from policycc.iam.template import Context, Template, Text, parse_template, plain, tokens

Comparison = Callable[[str, Context], bool | None]
"""Whether any value of the policy has the relation to the request's value; None if that value is not of the type."""

Match = Callable[[str], bool]

_ORDERS: dict[Relation, Callable[[Decimal, Decimal], bool]] = {
    Relation.SAME: order.eq,
    Relation.LESS: order.lt,
    Relation.LESS_OR_SAME: order.le,
    Relation.GREATER: order.gt,
    Relation.GREATER_OR_SAME: order.ge,
}


def comparison(operator: BaseOperator, values: tuple[str, ...], variables: bool) -> Comparison:
    """The comparison that an operator makes with the values of a condition. Raises TemplateError."""
    if operator.has_variables:
        return _texts(operator.family, tuple(parse_template(value, variables) for value in values))
    if operator.family is Family.NUMERIC:
        return _ordered(number, values, _ORDERS[operator.relation])
    if operator.family is Family.DATE:
        return _ordered(date, values, _ORDERS[operator.relation])
    if operator.family is Family.IP:
        return _networks(values)
    if operator.family is Family.BINARY:
        return _exact(binary, values)
    return _exact(boolean, values)


def boolean(text: str) -> bool | None:
    """`true` or `false`, without case."""
    return {"true": True, "false": False}.get(text.lower())


def matcher(family: Family, parts: tuple[Text, ...]) -> Match | None:
    """What a filled-in text of a policy matches; None for an ARN pattern that lacks segments."""
    if family is Family.STRING:
        return plain(parts).__eq__
    if family is Family.STRING_NO_CASE:
        wanted = folded(plain(parts))
        return lambda text: folded(text) == wanted
    if family is Family.PATTERN:
        return of_tokens(tokens(parts)).matches
    found = arn_tokens_glob(tokens(parts))
    return None if found is None else found.matches


def _texts(family: Family, templates: tuple[Template, ...]) -> Comparison:
    fixed = [template.resolve({}) or () for template in templates if not template.variables]
    open_templates = [template for template in templates if template.variables]
    match = _any_fixed(family, fixed)
    if not open_templates:
        return lambda value, context: match(value)

    def compare(value: str, context: Context) -> bool:
        if match(value):
            return True
        for template in open_templates:
            parts = template.resolve(context)
            found = None if parts is None else matcher(family, parts)
            if found is not None and found(value):
                return True
        return False

    return compare


def _any_fixed(family: Family, texts: list[tuple[Text, ...]]) -> Match:
    if family is Family.STRING:
        return frozenset(plain(parts) for parts in texts).__contains__
    if family is Family.STRING_NO_CASE:
        wanted = frozenset(folded(plain(parts)) for parts in texts)
        return lambda value: folded(value) in wanted
    found = [match for match in (matcher(family, parts) for parts in texts) if match is not None]
    if len(found) == 1:
        return found[0]
    return lambda value: any(match(value) for match in found)


def _ordered(
    read: Callable[[str], Decimal | None], values: tuple[str, ...], has_relation: Callable[[Decimal, Decimal], bool]
) -> Comparison:
    bounds = [bound for bound in map(read, values) if bound is not None]

    def compare(value: str, context: Context) -> bool | None:
        found = read(value)
        return None if found is None else any(has_relation(found, bound) for bound in bounds)

    return compare


def _networks(values: tuple[str, ...]) -> Comparison:
    blocks: list[Network] = [block for block in map(network, values) if block is not None]

    def compare(value: str, context: Context) -> bool:
        found = address(value)
        if found is None:
            return False
        version, place = found
        return any(version == kind and first <= place <= last for kind, first, last in blocks)

    return compare


def _exact(read: Callable[[str], object | None], values: tuple[str, ...]) -> Comparison:
    wanted = {found for found in map(read, values) if found is not None}

    def compare(value: str, context: Context) -> bool | None:
        found = read(value)
        return None if found is None else found in wanted

    return compare
