"""Conditions: operators, absence, several values, sets, variables, and what is said when one is not met."""

from __future__ import annotations

import itertools

import pytest

from policycc.iam.conditions import compile_condition, shortfall
from policycc.iam.model import Condition
from policycc.iam.operators import OPERATORS, Family, OperatorError, Quantifier, Relation, parse_operator
from policycc.iam.request import make_context
from policycc.iam.template import TemplateError

ABSENT = object()
KEY = "aws:ResourceTag/env"


def met(operator: str, values: list[str] | str, value: object, variables: bool = True, **others: object) -> bool:
    """Whether a key of that value meets the condition; `others` are further keys, with `_` for `:`."""
    context = {name.replace("_", ":"): one for name, one in others.items()}
    if value is not ABSENT:
        context["AWS:resourcetag/ENV"] = value
    listed = (values,) if isinstance(values, str) else tuple(values)
    return compile_condition(Condition(operator, KEY, listed), variables)(make_context(context))


VALUES = {
    Family.STRING: (["dev", "test"], "dev", "prod"),
    Family.STRING_NO_CASE: (["dev", "TEST"], "Test", "prod"),
    Family.PATTERN: (["dev-*", "t?st"], "dev-1", "dev"),
    Family.NUMERIC: (["10"], "10.0", "11"),
    Family.DATE: (["2026-01-01"], "2026-01-01T00:00:00Z", "2026-01-02"),
    Family.BOOL: (["true"], "TRUE", "false"),
    Family.BINARY: (["QQ=="], "QQ==", "Qg=="),
    Family.IP: (["10.0.0.0/8", "::1"], "10.1.2.3", "11.0.0.0"),
    Family.ARN: (["arn:aws:s3:::a*"], "arn:aws:s3:::ab", "arn:aws:s3:::b"),
}
"""For each family: the policy's values, a value that matches one of them, and one that matches none."""
COMPARING = [operator for operator in OPERATORS if operator.family is not Family.NULL]
EQUALITY = [operator for operator in COMPARING if operator.relation is Relation.SAME]


@pytest.mark.parametrize("operator", EQUALITY, ids=lambda operator: operator.name)
def test_positive_operators_want_a_match_and_negated_ones_none(operator) -> None:  # type: ignore[no-untyped-def]
    values, same, other = VALUES[operator.family]
    assert met(operator.name, values, same) is not operator.negated
    assert met(operator.name, values, other) is operator.negated


@pytest.mark.parametrize("operator", COMPARING, ids=lambda operator: operator.name)
def test_absence(operator) -> None:  # type: ignore[no-untyped-def]
    values = VALUES[operator.family][0]
    assert met(operator.name, values, ABSENT) is operator.negated
    assert met(f"{operator.name}IfExists", values, ABSENT)
    assert met(f"ForAllValues:{operator.name}", values, ABSENT)
    assert not met(f"ForAnyValue:{operator.name}", values, ABSENT)
    assert met(f"ForAllValues:{operator.name}IfExists", values, ABSENT)
    assert not met(f"ForAnyValue:{operator.name}IfExists", values, ABSENT)


@pytest.mark.parametrize("operator", EQUALITY, ids=lambda operator: operator.name)
def test_if_exists_changes_nothing_for_a_key_that_is_there(operator) -> None:  # type: ignore[no-untyped-def]
    values, same, other = VALUES[operator.family]
    for value in (same, other):
        assert met(f"{operator.name}IfExists", values, value) is met(operator.name, values, value)


@pytest.mark.parametrize("operator", EQUALITY, ids=lambda operator: operator.name)
def test_sets(operator) -> None:  # type: ignore[no-untyped-def]
    values, same, other = VALUES[operator.family]
    for given in itertools.product((same, other), repeat=2):
        each = [met(operator.name, values, value) for value in given]
        assert met(f"ForAllValues:{operator.name}", values, list(given)) is all(each)
        assert met(f"ForAnyValue:{operator.name}", values, list(given)) is any(each)
    assert met(f"ForAllValues:{operator.name}", values, same) is met(operator.name, values, same)


@pytest.mark.parametrize("operator", EQUALITY, ids=lambda operator: operator.name)
def test_a_list_meets_no_operator_without_a_quantifier(operator) -> None:  # type: ignore[no-untyped-def]
    values, same, other = VALUES[operator.family]
    for value in (same, other):
        assert not met(operator.name, values, [value])
        assert not met(f"{operator.name}IfExists", values, [value])


@pytest.mark.parametrize("operator", COMPARING, ids=lambda operator: operator.name)
def test_an_empty_list_of_values_matches_nothing(operator) -> None:  # type: ignore[no-untyped-def]
    _, same, _ = VALUES[operator.family]
    for name in (operator.name, f"{operator.name}IfExists"):
        assert met(name, [], same) is operator.negated
        assert met(name, [], ABSENT) is (operator.negated or name.endswith("IfExists"))
    for value in (same, [same]):
        assert not met(f"ForAnyValue:{operator.name}", [], value)
        assert not met(f"ForAllValues:{operator.name}", [], value)
    assert not met(f"ForAnyValue:{operator.name}", [], ABSENT)
    assert met(f"ForAllValues:{operator.name}", [], ABSENT)


@pytest.mark.parametrize(
    ("operator", "less", "same", "more"),
    [
        ("Equals", False, True, False),
        ("NotEquals", True, False, True),
        ("LessThan", True, False, False),
        ("LessThanEquals", True, True, False),
        ("GreaterThan", False, False, True),
        ("GreaterThanEquals", False, True, True),
    ],
)
def test_order(operator: str, less: bool, same: bool, more: bool) -> None:
    for prefix, bound, values in (
        ("Numeric", "10", ("9", "10.0", "11")),
        ("Date", "2026-01-01", ("2025-12-31T23:59:59Z", "1767225600", "2026-06")),
    ):
        assert [met(prefix + operator, bound, value) for value in values] == [less, same, more]


@pytest.mark.parametrize(
    ("operator", "bad"),
    [
        ("NumericEquals", "ten"),
        ("NumericNotEquals", "ten"),
        ("DateNotEquals", "soon"),
        ("Bool", "yes"),
        ("BinaryEquals", "é"),
        ("IpAddress", "10.0.0"),
    ],
)
def test_a_value_of_another_type_meets_neither_an_operator_nor_its_negation(operator: str, bad: str) -> None:
    values = VALUES[parse_operator(operator).base.family][0]
    assert not met(operator, values, bad)
    assert not met(f"{operator}IfExists", values, bad)
    assert not met(f"ForAllValues:{operator}", values, [bad])
    assert not met(f"ForAnyValue:{operator}", values, [bad])


@pytest.mark.parametrize("name", ["Null", "ForAnyValue:Null", "ForAllValues:Null"])
def test_null(name: str) -> None:
    assert met(name, "true", ABSENT)
    assert not met(name, "true", "dev")
    assert met(name, "FALSE", "")
    assert met(name, "false", ["dev"])
    assert not met(name, "false", ABSENT)
    assert met(name, ["true", "false"], "dev")
    assert not met(name, [], "dev")
    assert not met(name, "maybe", ABSENT)


def test_null_and_an_empty_list_are_absence() -> None:
    for value in (None, []):
        assert met("Null", "true", value)
        assert met("ForAllValues:StringEquals", "dev", value)


def test_for_all_values_is_met_by_nothing_but_empty_texts() -> None:
    assert met("ForAllValues:StringEquals", "dev", "")
    assert met("ForAllValues:StringEquals", "dev", ["", ""])
    assert not met("ForAllValues:StringEquals", "dev", ["", "dev"])
    assert not met("ForAnyValue:StringEquals", "dev", ["", ""])


def test_numbers_and_booleans_of_a_request_are_texts() -> None:
    assert met("NumericLessThan", "10", 9)
    assert met("Bool", "true", True)
    assert met("StringEquals", "9", 9)


def test_equality_knows_no_wildcards_and_case_counts() -> None:
    assert not met("StringEquals", "d*", "dev")
    assert met("StringEquals", "d*", "d*")
    assert not met("StringEquals", "dev", "Dev")
    assert not met("StringLike", "D*", "dev")
    assert met("ArnEquals", "arn:aws:s3:::*", "arn:aws:s3:::x:y/z")


def test_every_value_is_an_alternative() -> None:
    for value, expected in (("ax", True), ("bx", True), ("cx", False)):
        assert met("StringLike", ["a*", "b*"], value) is expected
        assert met("StringNotLike", ["a*", "b*"], value) is not expected


def test_blocks_include_their_first_and_last_address() -> None:
    for value, expected in (("10.0.0.0", True), ("10.0.0.3", True), ("9.255.255.255", False), ("10.0.0.4", False)):
        assert met("IpAddress", "10.0.0.0/30", value) is expected


def test_for_any_value_is_not_met_by_nothing_but_empty_texts() -> None:
    assert not met("ForAnyValue:StringNotEquals", "dev", "")
    assert not met("ForAnyValue:StringNotEquals", "dev", ["", ""])
    assert met("ForAnyValue:StringNotEquals", "dev", ["", "dev"])


def test_arn_operators_compare_segments_and_text_operators_do_not() -> None:
    value = "arn:aws:iam::1:x:role/a"
    assert met("StringLike", "arn:aws:iam::*:role/a", value)
    assert not met("ArnLike", "arn:aws:iam::*:role/a", value)
    assert not met("ArnLike", "arn:aws:iam", "arn:aws:iam::1:role/a")
    assert met("ArnNotLike", "arn:aws:iam", "arn:aws:iam::1:role/a")


def test_what_is_no_address_is_in_no_block() -> None:
    assert met("NotIpAddress", "0.0.0.0/0", "10.0.0")


def test_ip_versions_are_apart() -> None:
    assert not met("IpAddress", "0.0.0.0/0", "::1")
    assert not met("IpAddress", "::/0", "10.0.0.1")


class TestVariables:
    def test_filled_in(self) -> None:
        assert met("StringEquals", "${aws:username}", "al*", aws_username="al*")
        assert not met("StringLike", "${aws:username}", "alice", aws_username="al*")
        assert met("StringLike", "${aws:username}*", "al*ice", aws_username="al*")
        assert met("StringEqualsIgnoreCase", "${aws:username}", "ALICE", aws_username="alice")
        assert met("ArnLike", "arn:aws:iam::1:user/${aws:username}", "arn:aws:iam::1:user/a", aws_username="a")

    def test_without_value(self) -> None:
        for operator in ("StringEquals", "StringLike", "StringEqualsIgnoreCase", "ArnLike"):
            assert not met(operator, "${aws:username}", "x")
        for operator in ("StringNotEquals", "StringNotLike", "ArnNotEquals"):
            assert met(operator, "${aws:username}", "x")
        assert met("StringEquals", ["${aws:username}", "x"], "x")
        assert not met("StringNotEquals", ["${aws:username}", "x"], "x")
        assert met("StringEquals", "${aws:username, 'x'}", "x")

    def test_several_variables_are_alternatives(self) -> None:
        assert met("StringEquals", ["${aws:a}", "${aws:b}"], "2", aws_a="1", aws_b="2")
        assert not met("StringEquals", ["${aws:a}", "${aws:b}"], "3", aws_a="1", aws_b="2")

    def test_plain_text_in_the_old_version(self) -> None:
        assert met("StringEquals", "${aws:username}", "${aws:username}", variables=False)
        assert not met("StringEquals", "${aws:username}", "x", variables=False, aws_username="x")
        assert met("StringLike", "${*}", "${abc}", variables=False)

    def test_escapes(self) -> None:
        assert met("StringLike", "${*}*", "*x")
        assert not met("StringLike", "${*}*", "x")

    def test_malformed(self) -> None:
        with pytest.raises(TemplateError):
            met("StringEquals", "${", "x")


def test_operator_names() -> None:
    found = parse_operator("ForAnyValue:StringNotLikeIfExists")
    assert (found.base.name, found.quantifier, found.if_exists) == ("StringNotLike", Quantifier.FOR_ANY, True)
    assert len({operator.name for operator in OPERATORS}) == len(OPERATORS) == 27


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("StringIs", "`StringIs` is not a condition operator"),
        ("stringequals", "is not a condition operator"),
        ("ForSomeValues:StringEquals", "`ForSomeValues` is not"),
        ("ForAllValues:ForAnyValue:StringEquals", "is not a condition operator"),
        ("NullIfExists", "Null takes no IfExists"),
        ("StringEqualsIfExistsIfExists", "is not a condition operator"),
        ("BinaryNotEquals", "is not a condition operator"),
        ("", "is not a condition operator"),
    ],
)
def test_unknown_operators(name: str, reason: str) -> None:
    with pytest.raises(OperatorError, match=reason):
        parse_operator(name)


@pytest.mark.parametrize(
    ("operator", "values", "context", "text"),
    [
        ("StringEquals", ("dev", "test"), {}, "the key is absent, the policy names dev, test"),
        ("StringEquals", ("dev",), {KEY: "prod"}, "the request has 'prod', the policy names dev"),
        ("StringEquals", (), {KEY: "prod"}, "the request has 'prod', the policy names nothing"),
        ("StringEquals", ("dev",), {KEY: ["dev"]}, "several values, which only ForAllValues"),
        ("ForAnyValue:StringEquals", ("dev",), {KEY: ["a", "b"]}, "the request has ['a', 'b'], the policy names dev"),
        ("Null", ("false",), {}, "the key is absent"),
        ("Null", ("true",), {KEY: "x"}, "the key is present"),
    ],
)
def test_shortfalls(operator: str, values: tuple[str, ...], context: dict[str, object], text: str) -> None:
    found = shortfall(Condition(operator, KEY, values), make_context(context))
    assert found.startswith(f"condition {operator} on {KEY} is not met: ")
    assert text in found
