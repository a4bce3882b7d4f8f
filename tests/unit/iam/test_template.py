"""Policy variables: their syntax, what fills them, and that what fills them is literal."""

from __future__ import annotations

import pytest

from policycc.iam.glob import MANY, ONE
from policycc.iam.template import TemplateError, Text, Variable, parse_template, plain, tokens


def test_text_without_variables_is_one_piece() -> None:
    assert parse_template("a*", True).parts == (Text("a*"),)
    assert parse_template("", True).parts == ()
    assert parse_template("${aws:username}", False).parts == (Text("${aws:username}"),)
    assert parse_template("a$b{c}", True).parts == (Text("a$b{c}"),)


def test_variables_stand_between_texts() -> None:
    template = parse_template("a/${aws:PrincipalTag/Cost Center, 'none: really'}/${aws:userid}*", True)
    assert template.parts == (
        Text("a/"),
        Variable("aws:principaltag/cost center", "none: really"),
        Text("/"),
        Variable("aws:userid"),
        Text("*"),
    )
    assert template.variables == (template.parts[1], template.parts[3])


def test_nothing_stands_between_neighbouring_variables() -> None:
    found = parse_template("${aws:username}${aws:userid}", True)
    assert found.parts == (Variable("aws:username"), Variable("aws:userid"))


def test_a_variable_may_name_any_condition_key() -> None:
    provider = "oidc.eks.eu-west-1.amazonaws.com/id/AB_1:sub"
    assert parse_template(f"${{{provider}}}", True).parts == (Variable(provider.lower()),)
    assert parse_template("${aws:PrincipalTag/a/b}", True).parts == (Variable("aws:principaltag/a/b"),)


def test_escapes_are_literal() -> None:
    template = parse_template("${*}${?}${$}*?", True)
    parts = template.resolve({})
    assert parts is not None
    assert plain(parts) == "*?$*?"
    assert tokens(parts) == ("*", "?", "$", MANY, ONE)


def test_a_value_is_literal_and_a_default_steps_in_for_an_absent_key_only() -> None:
    template = parse_template("x${aws:PrincipalTag/team, 'all'}", True)
    assert plain(template.resolve({}) or ()) == "xall"
    assert plain(template.resolve({"aws:principaltag/team": ""}) or ()) == "x"
    filled = template.resolve({"aws:principaltag/team": "a*"})
    assert filled is not None
    assert tokens(filled) == ("x", "a", "*")


def test_a_variable_without_a_single_value_does_not_resolve() -> None:
    assert parse_template("${aws:username}", True).resolve({}) is None
    assert parse_template("${aws:TagKeys}", True).resolve({"aws:tagkeys": ("a",)}) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("${aws:username", "no closing brace"),
        ("a${", "no closing brace"),
        ("${}", "is empty"),
        ("${ }", "is empty"),
        ("${ aws:username}", "a space"),
        ("${aws:username }", "a space"),
        ("${aws:username, none}", "default"),
        ("${aws:username,  'none'}", "default"),
        ("${aws:username, 'none}", "default"),
        ("${username}", "does not name a condition key"),
        ("${**}", "does not name a condition key"),
        ("${${aws:username}}", "does not name a condition key"),
    ],
)
def test_malformed_variables(text: str, reason: str) -> None:
    with pytest.raises(TemplateError, match=reason):
        parse_template(text, True)
