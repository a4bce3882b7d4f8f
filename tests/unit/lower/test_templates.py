"""Statement templates: one's own in place of the package's, and what a hostile one cannot do."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from policycc.iam.model import Condition
from policycc.lower.templates import MAX_TEMPLATE, TEMPLATES, TemplateError, Templates, join

CONTEXT: dict[str, Any] = {
    "actions": ["ec2:StartInstances", "ec2:StopInstances"],
    "resources": ["arn:aws:ec2:*:*:instance/*"],
    "resource_tags": {"aws:ResourceTag/env": "dev"},
    "absent_tags": {},
    "boundary_keys": ["env"],
    "request": {},
    "pins": {},
}
GOOD = '{"Effect": "Allow", "Action": {{ actions | tojson }}, "Resource": {{ resources | tojson }}}'


def own(folder: Path, text: str | bytes, name: str = "tag") -> Templates:
    (folder / "statements").mkdir(exist_ok=True)
    (folder / "statements" / f"{name}.json.j2").write_bytes(text if isinstance(text, bytes) else text.encode())
    return Templates(folder)


def refused(folder: Path, text: str | bytes) -> str:
    with pytest.raises(TemplateError) as caught:
        own(folder, text).render("tag", CONTEXT)
    assert caught.value.template == "tag"
    assert "\n" not in caught.value.problem
    return caught.value.problem


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_of_the_package_renders_one_statement(name: str) -> None:
    (statement,) = Templates().render(name, CONTEXT)
    assert statement.actions == ("ec2:StartInstances", "ec2:StopInstances")
    assert statement.resources == ("arn:aws:ec2:*:*:instance/*",)


def test_the_package_has_these_templates_and_no_others() -> None:
    folder = Path(__file__).parents[3] / "templates" / "statements"
    assert tuple(sorted(path.name.removesuffix(".json.j2") for path in folder.iterdir())) == TEMPLATES


def test_a_tag_is_tested_as_it_is_written() -> None:
    (statement,) = Templates().render("tag", CONTEXT)
    assert statement.conditions == (Condition("StringEquals", "aws:ResourceTag/env", ("dev",)),)


def test_tagging_spares_the_boundary_keys_in_any_spelling() -> None:
    (statement,) = Templates().render("tagging", CONTEXT)
    assert statement.conditions == (
        Condition("ForAllValues:StringNotEqualsIgnoreCase", "aws:TagKeys", ("env",)),
        Condition("Null", "aws:TagKeys", ("false",)),
        Condition("StringEquals", "aws:ResourceTag/env", ("dev",)),
    )


# -- one's own templates ---------------------------------------------------------------------------------------------


def test_an_own_template_replaces_the_one_of_its_name_only(tmp_path: Path) -> None:
    templates = own(tmp_path, GOOD)
    assert templates.render("tag", CONTEXT)[0].conditions == ()
    assert templates.render("tagging", CONTEXT) == Templates().render("tagging", CONTEXT)


def test_a_directory_without_templates_changes_nothing(tmp_path: Path) -> None:
    assert Templates(tmp_path).render("tag", CONTEXT) == Templates().render("tag", CONTEXT)


def test_a_template_may_render_several_statements(tmp_path: Path) -> None:
    text = """[{% for one in actions %}
      {"Effect": "Allow", "Action": {{ one | tojson }}, "Resource": "*", "Condition": {{ conditions(pins) | tojson }}}
      {%- if not loop.last %},{% endif %}{% endfor %}]"""
    found = own(tmp_path, text).render("tag", CONTEXT)
    assert [statement.actions for statement in found] == [("ec2:StartInstances",), ("ec2:StopInstances",)]
    assert [statement.conditions for statement in found] == [(), ()]


def test_a_template_may_choose_and_look_up(tmp_path: Path) -> None:
    text = """{"Effect": "Allow", "Action": "{{ actions[0] }}", "Resource": "*", "Condition": {"StringLike": {
      {% for key, value in resource_tags.items() if value is string and key != "x" %}
      {{ key | tojson }}: {{ (value if value else "none") | tojson }}{% endfor %} } } }"""
    (statement,) = own(tmp_path, text).render("tag", CONTEXT)
    assert statement.conditions == (Condition("StringLike", "aws:ResourceTag/env", ("dev",)),)


# -- what is not a list of Allow statements ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[" * 10_000,
        "3",
        "null",
        '"Allow"',
        "[[]]",
        "{}",
        '{"Effect": "Allow", "Resource": "*"}',
        '{"Effect": "Allow", "Action": "ec2:StartInstances"}',
        '{"Effect": "Deny", "Action": "ec2:StartInstances", "Resource": "*"}',
        '{"Effect": "Allow", "NotAction": "ec2:StartInstances", "Resource": "*"}',
        '{"Effect": "Allow", "Action": "ec2:StartInstances", "NotResource": "*"}',
        '{"Effect": "Allow", "Action": "ec2:StartInstances", "Resource": "*", "Principal": "*"}',
        '{"Effect": "Allow", "Action": "ec2:StartInstances", "Resource": "*", "Condition": 3}',
        '{"Effect": "Allow", "Action": "ec2:StartInstances", "Resource": "*", "Condition": {"StringEquals": 3}}',
        '{"Effect": "Allow", "Action": "ec2:StartInstances", "Resource": "*", "Condition": {"NoSuch": {"a:b": "c"}}}',
        b'{"Effect": "\xff"}',
    ],
)
def test_what_is_no_allow_statement_is_refused(tmp_path: Path, text: str | bytes) -> None:
    assert refused(tmp_path, text)


def test_an_unknown_name_is_refused(tmp_path: Path) -> None:
    assert "environment_tags" in refused(tmp_path, "{{ environment_tags }}")
    assert "resource_tag" in refused(tmp_path, "{% if resource_tag %}{% endif %}" + GOOD)


def test_a_syntax_error_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, "{% for %}")
    assert refused(tmp_path, "{{ actions | nosuchfilter }}")


def test_a_template_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    assert "larger" in refused(tmp_path, " " * (MAX_TEMPLATE + 1))


def test_a_folder_in_place_of_a_template_is_no_template(tmp_path: Path) -> None:
    (tmp_path / "statements" / "tag.json.j2").mkdir(parents=True)
    assert Templates(tmp_path).render("tag", CONTEXT) == Templates().render("tag", CONTEXT)


# -- hostile templates ------------------------------------------------------------------------------------------------

_ESCAPES = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ conditions.__globals__ }}",
    "{{ conditions.__globals__['json'] }}",
    "{{ conditions['__globals__'] }}",
    "{{ conditions.__init__.__globals__.__builtins__ }}",
    "{{ self.__init__ }}",
    "{{ actions.append('iam:PassRole') }}",
    "{{ actions.__class__ }}",
    "{{ resource_tags.update({}) }}",
    "{{ resource_tags.pop('aws:ResourceTag/env') }}",
    "{{ ''.format() }}",
    "{{ '{0.__class__}'.format(actions) }}",
    "{{ actions | map('upper') | list }}",
    "{{ actions | attr('__class__') }}",
    "{{ lipsum.__globals__ }}",
    "{{ cycler.__init__ }}",
    "{{ request.__class__.__base__ }}",
    "{% include '/etc/passwd' %}",
    "{% import 'tag.json.j2' as t %}",
    "{% from 'tag.json.j2' import t %}",
    "{% extends 'account.json.j2' %}",
    "{% block b %}{% endblock %}",
    "{{ conditions(*actions) }}",
    "{{ conditions(**pins) }}",
    "{{ (conditions)(pins)(pins) }}",
]


@pytest.mark.parametrize("attack", _ESCAPES)
def test_there_is_no_way_out_of_the_sandbox(tmp_path: Path, attack: str) -> None:
    assert refused(tmp_path, attack + GOOD)


_HUGE = [
    "{{ 'x' * 1000000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ actions * 1000000000 }}",
    "{{ '%01000000000d' % 1 }}",
    "{{ 'x' | center(1000000000) }}",
    "{{ 'x'.ljust(1000000000) }}",
    "{{ 'x' | indent(1000000000) }}",
    "{{ 'x' | replace('', 'xxxxxxxx') }}",
    "{% set a = 'xxxxxxxx' %}{% set a = a ~ a %}",
    "{% set a %}{{ actions }}{% endset %}",
    "{% with a = [actions, actions] %}{% endwith %}",
    "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
    "{% for a in range(1000000000) %}{% endfor %}",
    "{% for a in actions recursive %}{{ loop(actions) }}{% endfor %}",
    "{% filter upper %}x{% endfilter %}",
    "{% for a in '" + "x" * 1000 + "' %}{% for b in '" + "x" * 1000 + "' %}{% endfor %}{% endfor %}",
    "".join(f"{{% for a{n} in 'xxxxxxxxxx' %}}" for n in range(15)) + "{% endfor %}" * 15,
    "{% for a in '" + "x" * 1000 + "' %}" + "y" * 10_000 + "{% endfor %}",
]


@pytest.mark.parametrize("attack", _HUGE)
def test_no_template_keeps_the_compiler_busy(tmp_path: Path, attack: str) -> None:
    began = time.perf_counter()
    assert refused(tmp_path, attack + GOOD)
    assert time.perf_counter() - began < 5


def test_the_budget_is_for_each_rendering(tmp_path: Path) -> None:
    loop = "{% for a in '" + "x" * 200 + "' %}{% for b in '" + "x" * 200 + "' %}{% endfor %}{% endfor %}"
    templates = own(tmp_path, loop + GOOD)
    assert templates.render("tag", CONTEXT) == templates.render("tag", CONTEXT)


# -- conditions -------------------------------------------------------------------------------------------------------


def test_conditions_joins_what_all_blocks_test() -> None:
    assert join() == {}
    assert join({"Null": {}}, {}) == {}
    assert join({"StringEquals": {"a": "1"}}, {"StringEquals": {"b": "2"}, "Bool": {"c": "true"}}) == {
        "StringEquals": {"a": "1", "b": "2"},
        "Bool": {"c": "true"},
    }


def test_conditions_never_makes_alternatives_of_two_tests(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="tested twice"):
        join({"StringEquals": {"a": "1"}}, {"StringEquals": {"a": "2"}})
    assert "twice" in refused(tmp_path, "{{ conditions({'Bool': {'k': 'true'}}, {'Bool': {'k': 'false'}}) }}")


def test_conditions_of_what_is_no_block_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, "{{ conditions('x') }}")
    assert refused(tmp_path, "{{ conditions({'Bool': 3}) }}")
