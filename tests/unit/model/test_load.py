"""From documents to matrices: defaults, templates, includes, several matrices, and no order that matters."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from policycc.diagnostics.model import Diagnostics, Severity
from policycc.model import dates
from policycc.model.load import load, load_documents
from policycc.model.matrix import Account, Cell, Entry, Environment, Fallback, Group, Matrix, Output, Tagging, Trust
from policycc.schema import schema
from policycc.source.read import read_text

LANGUAGE = Path(__file__).parents[3] / "fixtures" / "language" / "every-key.toml"
HEAD = 'version = 1\nname = "webshop"\n'


def only(text: str) -> Matrix:
    (matrix,), diagnostics = load_documents([read_text(HEAD + text)])
    assert list(diagnostics) == []
    return matrix


def codes(*texts: str) -> list[str]:
    _, diagnostics = load_documents([read_text(text, f"{number}.toml") for number, text in enumerate(texts)])
    return [item.code for item in diagnostics]


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def test_nothing_gives_nothing() -> None:
    assert load([]) == ((), Diagnostics())


def test_defaults() -> None:
    assert only(
        "[environments.dev]\n[environments.live]\n[environments.x]\nscopes = ['pci']\naccount = 'x'\n[accounts.x]"
    ) == Matrix(
        name="webshop",
        partition="aws",
        services=None,
        accounts=(Account("main"), Account("x")),
        environments=(
            Environment("dev", "main", (("env", "dev"),)),
            Environment("live", "main", (("env", "live"),), production=True),
            Environment("x", "x", (("env", "x"),), scopes=("pci",), production=True),
        ),
        groups=(),
        capabilities=(),
        cells=(),
        fallback=Fallback(),
        tagging=Tagging(),
        output=Output(),
    )


def test_a_written_default_is_no_other_value() -> None:
    assert only("[environments.prod]\nproduction = false").environment("prod").production is False
    assert only("[environments.a]\n[fallback]\nreads = 'grant'").fallback == Fallback(written=frozenset({"reads"}))


def test_own_keys_replace_the_template_and_tags_merge() -> None:
    matrix = only(
        '[environments."*"]\ntags = { env = "{environment}", app = "{name}" }\nnames = ["{name}-{environment}-*"]\n'
        '[environments.a]\n[environments.b]\nnames = ["other-*"]\ntags = { env = "B" }\n'
    )
    assert matrix.environment("a").tags == (("app", "webshop"), ("env", "a"))
    assert matrix.environment("a").names == ("webshop-a-*",)
    assert matrix.environment("b").tags == (("app", "webshop"), ("env", "B"))
    assert matrix.environment("b").names == ("other-*",)


def test_the_star_column_leaves_shared_environments_out_and_adds_up() -> None:
    matrix = only(
        "[environments.a]\n[environments.b]\n[environments.s]\nshared = true\n"
        '[access.g]\n"*" = ["ec2:B", "ec2:A"]\na = ["ec2:A"]\n'
    )
    entries = (Entry("ec2:A"), Entry("ec2:B"))
    assert matrix.cells == (
        Cell("g", "a", "*", entries),
        Cell("g", "a", "a", (Entry("ec2:A"),)),
        Cell("g", "b", "*", entries),
    )
    assert matrix.cells[0].origin == "access.g.*"
    assert matrix.cells[1].entries[0].origin == "access.g.a"
    assert str(matrix.cells[1].entries[0].span) == "<text>:9:6"


def test_groups_merge_with_their_template() -> None:
    matrix = only(
        '[environments.a]\n[groups."*"]\nkind = "role"\npath = "/x/"\ntrust.services = ["ec2.amazonaws.com"]\n'
        "[groups.people]\nkind = 'group'\n[access.robots]\na = ['ec2:A']\n"
    )
    assert matrix.groups == (
        Group("people", path="/x/"),
        Group("robots", "role", path="/x/", trust=Trust(services=("ec2.amazonaws.com",))),
    )


def test_the_environment_stays_in_the_trust_of_per_environment_roles_only() -> None:
    text = (
        '[accounts.main]\nid = "111111111111"\n[environments.a]\n[groups.r]\nkind = "role"\n'
        'trust.github = ["o/{name}:environment:{environment}"]\n'
    )
    matrix = only(text + "per_environment = true\n")
    trust = matrix.group("r").trust
    assert trust is not None and trust.github == ("o/webshop:environment:{environment}",)
    assert codes(HEAD + text) == ["PCC209"]


@pytest.mark.parametrize(
    "text", ["$", "{", "}", "${name}", "{Name}", "{}", "{{name}}", "{aws:username}", "a{environment"]
)
def test_other_placeholders_are_errors(text: str) -> None:
    found = codes(HEAD + f"[environments.a]\nnames = ['webshop-{text}']\n")
    assert set(found) == {"PCC209"}


def test_a_mistake_of_a_template_is_said_once() -> None:
    assert codes(HEAD + '[environments."*"]\nroles = ["x"]\n[environments.a]\n[environments.b]\n') == ["PCC217"]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("names = ['abc-*']", "names = ['abd-*']", False),
        ("names = ['abc-*']", "names = ['*']", None),
        ("names = ['abc-?']", "names = ['abc-x']", True),
        ("names = ['abc*x']", "names = ['abc*y']", False),
        ("names = ['abc*x*']", "names = ['abc*y*']", True),
        ("roles = ['/a/']", "roles = ['/a/b/']", True),
        ("roles = ['/a/']", "roles = ['/ab/']", False),
        ("arns = ['arn:aws:s3:::a*']", "arns = ['arn:aws:s3:::*b']", True),
        ("arns = ['arn:aws:s3:::a']", "arns = ['arn:aws:sqs:*:*:a']", False),
        ("vpcs = ['vpc-0aa11bb22cc33dd44']", "vpcs = ['vpc-0aa11bb22cc33dd44']", True),
        ("vpcs = ['vpc-0aa11bb22cc33dd44']", "vpcs = ['vpc-0aa11bb22cc33dd45']", False),
    ],
)
def test_marks_of_one_account_overlap_or_not(first: str, second: str, same: bool | None) -> None:
    found = codes(HEAD + f"[environments.a]\n{first}\n[environments.b]\n{second}\n")
    assert found == {True: ["PCC220"], False: [], None: ["PCC216"]}[same]
    apart = f"[accounts.x]\n[environments.a]\n{first}\n[environments.b]\naccount = 'x'\n{second}\n"
    assert codes(HEAD + apart) == ([] if same is not None else ["PCC216"])


@pytest.mark.parametrize(
    ("first", "second", "met"),
    [
        ("regions = ['eu-west-1', 'us-east-1']", "regions = ['eu-west-1']", True),
        ("regions = ['eu-west-1']", "regions = ['us-east-1']", False),
        ("source_ips = ['10.0.0.0/8']", "source_ips = ['10.1.0.0/16']", True),
        ("source_ips = ['10.0.0.0/8']", "source_ips = ['11.0.0.0/8', '::1/128']", False),
        ("source_ips = ['10.0.0.0/8']", "source_vpcs = ['vpc-0aa11bb22cc33dd44']", False),
        ("source_ips = ['10.0.0.0/8']\nvia_aws_services = true", "source_vpcs = ['vpc-0aa11bb22cc33dd44']", True),
        ("source_vpcs = ['vpc-0aa11bb22cc33dd44']", "source_vpc_endpoints = ['vpce-0123456789abcdef0']", True),
        ("source_vpcs = ['vpc-0aa11bb22cc33dd44']", "source_vpcs = ['vpc-0aa11bb22cc33dd45']", False),
        ("source_ips = ['10.0.0.0/8']", "mfa = true", True),
    ],
)
def test_requirements_can_be_met_together_or_not(first: str, second: str, met: bool) -> None:
    text = f"[environments.a]\n[access.g]\na = ['ec2:A']\n[[require]]\n{first}\n[[require]]\n{second}\n"
    assert codes(HEAD + text) == ([] if met else ["PCC227"])
    assert codes(HEAD + text + "groups = ['h']\n[groups.h]") == []


def test_mfa_age_implies_mfa() -> None:
    (entry,) = only("[environments.a]\n[access.g]\na = ['ec2:A']\n[[require]]\nmfa_max_age = 60").requires
    assert entry.mfa and entry.mfa_max_age == 60
    assert (entry.groups, entry.environments) == (("g",), ("a",))


def test_a_removed_name_is_no_unknown_name() -> None:
    text = "[environments]\na = {}\nb = 3\n[access.g]\nb = ['ec2:A']\n[[require]]\nenvironments = ['b']\nmfa = true\n"
    assert codes(HEAD + text) == ["PCC103"]


@pytest.mark.parametrize("text", ["", "mfa = false", "via_aws_services = true", "groups = ['g']\nmfa = false"])
def test_a_requirement_requires_something(text: str) -> None:
    assert codes(HEAD + f"[environments.a]\n[groups.g]\n[[require]]\n{text}\n") == ["PCC228"]


def test_a_condition_that_is_wrong_is_a_condition() -> None:
    assert codes(HEAD + "[environments.a]\n[[require]]\nregions = 'eu-west-1'\n") == ["PCC103"]


def test_a_template_is_no_environment() -> None:
    assert codes(HEAD + '[environments."*"]\n') == ["PCC108"]


def test_of_what_is_misnamed_nothing_else_is_said() -> None:
    assert codes(HEAD + "[environments.a]\n[environments.A]\n") == ["PCC106"]


def test_patterns_that_nobody_can_tell_apart_are_an_error() -> None:
    one, other = "abc*x*x*x*x*x*x*x" + "?" * 100 + "z*", "abc*y*y*y*y*y*y" + "?" * 100 + "*q"
    text = f"[environments.a]\nnames = ['{one}']\n[environments.b]\nnames = ['{other}']\n"
    assert codes(HEAD + text) == ["PCC220"]
    assert codes(HEAD + f"[environments.a]\nnames = ['abc{'*a' * 9}']\n") == ["PCC105"]


def test_an_account_that_is_wrong_as_a_whole_can_still_be_named() -> None:
    text = "[accounts]\nx = 3\n[environments.a]\naccount = 'x'\n"
    (matrix,), diagnostics = load_documents([read_text(HEAD + text)])
    assert [item.code for item in diagnostics] == ["PCC103"]
    assert matrix.account(matrix.environment("a").account) == Account("x")


def test_matrices_of_one_account_are_kept_apart() -> None:
    other = 'version = 1\nname = "billing"\n'
    assert codes(HEAD + "[environments.a]", other + "[environments.b]") == []
    assert codes(HEAD + "[environments.a]", other + "[environments.a]") == ["PCC214"]
    assert codes(HEAD + "[environments.a]\ntags = { x = 'a' }", other + "[environments.b]\ntags = { y = 'b' }") == [
        "PCC214"
    ]
    lower, upper = "tags = { env = 'a' }", "tags = { Env = 'b' }"
    assert codes(HEAD + f"[environments.a]\n{lower}", other + f"[environments.b]\n{upper}") == ["PCC210"]
    assert codes(HEAD + f"[environments.a]\n{lower}\n[environments.b]\n{upper}") == ["PCC210"]
    named = "names = ['same-*']"
    assert codes(HEAD + f"[environments.a]\n{named}", other + f"[environments.b]\n{named}") == ["PCC220"]


def test_one_file_given_twice() -> None:
    assert "PCC236" in codes(HEAD + "[environments.a]", HEAD + "[environments.a]")


def test_includes_are_read_beside_the_file_that_names_them(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "app").mkdir()
    (tmp_path / "shared" / "common.toml").write_text("[capabilities]\nsee = ['ec2:A', 3]\n[environments]\n")
    (tmp_path / "app" / "matrix.toml").write_text(
        HEAD + 'include = ["../shared/common.toml", "gone.toml"]\n[environments.a]\n'
    )
    (matrix,), diagnostics = load([tmp_path / "app" / "matrix.toml"])
    assert [(item.code, str(item.labels[0].span)) for item in diagnostics] == [
        ("PCC001", f"{tmp_path}/app/matrix.toml:3:37"),
        ("PCC103", f"{tmp_path}/shared/common.toml:2:17"),
        ("PCC231", f"{tmp_path}/shared/common.toml:3:2"),
    ]
    assert [name for name, _ in matrix.capabilities] == ["see"]


def test_until_runs_out() -> None:
    text = (
        "[environments.a]\n[access.g]\na = ['ec2:A']\n"
        "[[accept]]\nwhat = 'residual'\nactions = ['ec2:A']\nreason = '${any}'\nuntil = 2027-06-30\n"
    )
    matrix = only(text)

    def said(day: date) -> list[tuple[str, Severity]]:
        found = Diagnostics()
        dates.check(matrix, day, found)
        return [(item.code, item.severity) for item in found]

    assert said(date(2027, 5, 30)) == []
    assert said(date(2027, 5, 31)) == [("PCC234", Severity.WARNING)]
    assert said(date(2027, 6, 30)) == [("PCC234", Severity.WARNING)]
    assert said(date(2027, 7, 1)) == [("PCC233", Severity.ERROR)]


# -- the whole language --------------------------------------------------------------------------------------------


def keys(part: dict[str, Any], root: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every key of the schema as (title of its table, key)."""
    for name, child in part.get("properties", {}).items():
        yield str(part["title"]), name
        yield from keys(child, root)
    for key in ("items", "additionalProperties"):
        if isinstance(part.get(key), dict):
            yield from keys(part[key], root)
    if "$ref" in part:
        yield from keys(root["$defs"][part["$ref"].rsplit("/", 1)[1]], root)


def used(value: Any, part: dict[str, Any], root: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if "$ref" in part:
        part = root["$defs"][part["$ref"].rsplit("/", 1)[1]]
    if isinstance(value, list):
        for item in value:
            yield from used(item, part["items"], root)
    elif isinstance(value, dict):
        for name, item in value.items():
            known = part.get("properties", {})
            if name in known:
                yield str(part["title"]), name
            yield from used(item, known.get(name) or part["additionalProperties"], root)


def test_every_key_of_the_schema_is_in_the_fixture_and_nothing_is_wrong_with_it() -> None:
    value = tomllib.loads(LANGUAGE.read_text())
    assert set(used(value, schema(), schema())) == set(keys(schema(), schema()))
    (matrix,), diagnostics = load([LANGUAGE])
    assert list(diagnostics) == []
    assert {account.name for account in matrix.accounts} == {"hub", "main", "prod", "spare"}
    assert [accept.what for accept in matrix.accepts] == ["omission", "residual"]


@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_yaml_and_json_give_an_equal_matrix(suffix: str, tmp_path: Path) -> None:
    value = tomllib.loads(LANGUAGE.read_text())
    value["include"] = [str(LANGUAGE.parent / "common.toml")]
    text = json.dumps(value, default=plain) if suffix == "json" else yaml.safe_dump(value)
    (tmp_path / f"matrix.{suffix}").write_text(text)
    other, diagnostics = load([tmp_path / f"matrix.{suffix}"])
    assert list(diagnostics) == []
    assert other == load([LANGUAGE])[0]


def shuffled(value: Any, chance: random.Random) -> Any:
    """The same with every table and every list in another order."""
    if isinstance(value, dict):
        items = [(key, shuffled(item, chance)) for key, item in value.items()]
        chance.shuffle(items)
        return dict(items)
    if isinstance(value, list):
        items = [shuffled(item, chance) for item in value]
        chance.shuffle(items)
        return items
    return plain(value)


@pytest.mark.parametrize("seed", range(5))
def test_no_order_matters(seed: int) -> None:
    value = tomllib.loads(LANGUAGE.read_text())
    value["include"] = [str(LANGUAGE.parent / "common.toml")]
    mixed = json.dumps(shuffled(value, random.Random(seed)))
    matrices, diagnostics = load_documents([read_text(mixed)])
    assert list(diagnostics) == []
    assert matrices == load([LANGUAGE])[0]
    assert repr(matrices[0].cells) == repr(load([LANGUAGE])[0][0].cells)


def test_a_matrix_that_is_right_needs_no_positions() -> None:
    code = (
        "import sys; from policycc.model.load import load; found = load(sys.argv[1:]); assert len(found[1]) == 0;"
        "assert not {'tree_sitter', 'tree_sitter_toml', 'yaml', 'policycc.catalogue'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(LANGUAGE)], check=True)
