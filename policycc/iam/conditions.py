"""Whether a request's context meets a condition.

The rules that people get wrong, all from the User Guide:

- A key that is absent fails a positive operator and *meets* a negated one, `…IfExists` and `ForAllValues:`; it fails
  `ForAnyValue:`, where `IfExists` changes nothing.
- The values of one condition are alternatives; for a negated operator none of them may match.
- `ForAllValues:` is met, and `ForAnyValue:` is not, by a key whose values are all empty texts ("a null dataset, such
  as an empty string").
- A multivalued key meets no operator without `ForAllValues:` or `ForAnyValue:`.
- A text that is no number or date meets neither a numeric or date operator nor its negation. A text that is no address
  is in no block, and so meets NotIpAddress.
- A policy variable without a value matches nothing, so that it fails a positive operator and meets a negated one.
- An empty list of values: nothing matches it. With `ForAllValues:` and `ForAnyValue:` no value of a request meets it,
  negated or not; so the first is met by absence only, and the second never.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

from collections.abc import Callable

from policycc.iam.model import Condition
from policycc.iam.operators import Family, Operator, Quantifier, parse_operator
from policycc.iam.template import Context
from policycc.iam.values import Comparison, comparison

Test = Callable[[Context], bool]


def compile_condition(condition: Condition, variables: bool) -> Test:
    """A function that says whether a context meets the condition. `variables` says whether `${…}` has a meaning.

    Raises OperatorError for an unknown operator, TemplateError for a malformed variable."""
    operator = parse_operator(condition.operator)
    key = condition.key.lower()
    if operator.base.family is Family.NULL:
        return _null(key, condition.values)
    compare = comparison(operator.base, condition.values, variables)
    if operator.quantifier is not None and not condition.values:
        compare = _neither
    wanted = not operator.base.negated
    if operator.quantifier is Quantifier.FOR_ALL:
        return _for_all(key, compare, wanted)
    if operator.quantifier is Quantifier.FOR_ANY:
        return _for_any(key, compare, wanted)
    return _single(key, compare, wanted, absent=operator.if_exists or operator.base.negated)


def _neither(value: str, context: Context) -> None:
    """The comparison with an empty list."""


def _null(key: str, values: tuple[str, ...]) -> Test:
    """`true` is met by absence, `false` by presence."""
    outcomes = {value.lower() == "true" for value in values if value.lower() in ("true", "false")}
    return lambda context: (key not in context) in outcomes


def _single(key: str, compare: Comparison, wanted: bool, absent: bool) -> Test:
    def test(context: Context) -> bool:
        value = context.get(key)
        if value is None:
            return absent
        return value.__class__ is str and compare(value, context) is wanted

    return test


def _for_all(key: str, compare: Comparison, wanted: bool) -> Test:
    def test(context: Context) -> bool:
        values = _values(context, key)
        return not any(values) or all(compare(value, context) is wanted for value in values)

    return test


def _for_any(key: str, compare: Comparison, wanted: bool) -> Test:
    def test(context: Context) -> bool:
        values = _values(context, key)
        return any(values) and any(compare(value, context) is wanted for value in values)

    return test


def _values(context: Context, key: str) -> tuple[str, ...]:
    value = context.get(key, ())
    return (value,) if isinstance(value, str) else value


def shortfall(condition: Condition, context: Context) -> str:
    """Why a condition that is not met is not met, in words."""
    operator = parse_operator(condition.operator)
    value = context.get(condition.key.lower())
    return f"condition {condition.operator} on {condition.key} is not met: {_found(operator, condition, value)}"


def _found(operator: Operator, condition: Condition, value: str | tuple[str, ...] | None) -> str:
    if operator.base.family is Family.NULL:
        return "the key is absent" if value is None else "the key is present"
    wanted = ", ".join(condition.values) or "nothing"
    if value is None:
        return f"the key is absent, the policy names {wanted}"
    if isinstance(value, str):
        return f"the request has {value!r}, the policy names {wanted}"
    if operator.quantifier is None:
        return "the request has several values, which only ForAllValues: and ForAnyValue: compare"
    return f"the request has {list(value)!r}, the policy names {wanted}"
