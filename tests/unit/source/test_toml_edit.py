"""Keys are written into TOML where a person would write them, and nothing else changes."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policycc.source.toml_edit import LayoutError, Tables, with_keys

DEV: Tables = {("environments", "dev"): {"account": "lab"}}
LAB: Tables = {("accounts", "lab"): {"exclusive": True, "features": ("s3-abac",)}}

LAYOUTS = {
    "header": (
        "[environments.dev]   # ours\ntags = {}\n",
        '[environments.dev]   # ours\naccount = "lab"\ntags = {}\n',
    ),
    "empty table before another one's comment": (
        "[environments.dev]\n# Under audit.\n[environments.prod]\n",
        '[environments.dev]\naccount = "lab"\n# Under audit.\n[environments.prod]\n',
    ),
    "value that is there": (
        '[environments.dev]\naccount   =  "old" # why\n',
        '[environments.dev]\naccount   =  "lab" # why\n',
    ),
    "indented": (
        "[environments]\n  [environments.dev]\n  tags = {}\n",
        '[environments]\n  [environments.dev]\n  account = "lab"\n  tags = {}\n',
    ),
    "no newline at the end": ("[environments.dev]", '[environments.dev]\naccount = "lab"'),
    "carriage returns": (
        "[environments.dev]\r\ntags = {}\r\n",
        '[environments.dev]\r\naccount = "lab"\r\ntags = {}\r\n',
    ),
    "mixed endings": (
        "a = 1\r\n[environments.dev]\ntags = {}\r\n",
        'a = 1\r\n[environments.dev]\naccount = "lab"\ntags = {}\r\n',
    ),
    "quoted header": ("[ environments . 'dev' ]\n", "[ environments . 'dev' ]\naccount = \"lab\"\n"),
    "inline table": (
        "[environments]\ndev = { shared = false } # c\n",
        '[environments]\ndev = { account = "lab", shared = false } # c\n',
    ),
    "empty inline table": ("environments = {dev={}}\n", 'environments = {dev={ account = "lab" }}\n'),
    "dotted keys": (
        "environments.dev.names = [ # a\n  'x', # b\n] # c\nname = 'n'\n",
        "environments.dev.names = [ # a\n  'x', # b\n] # c\nenvironments.dev.account = \"lab\"\nname = 'n'\n",
    ),
    "dotted keys in a table": (
        '[environments]\n"dev".shared = false\n',
        '[environments]\n"dev".shared = false\n"dev".account = "lab"\n',
    ),
    "dotted keys in an inline table": (
        "environments = { dev.shared = false, prod = {} }\n",
        'environments = { dev.shared = false, dev.account = "lab", prod = {} }\n',
    ),
    "deeper header only": (
        "x = 1\n\n# marks\n[environments.dev.tags]\na = 'b'\n",
        "x = 1\n\n[environments.dev]\naccount = \"lab\"\n\n# marks\n[environments.dev.tags]\na = 'b'\n",
    ),
    "key beside deeper header": (
        "[environments.dev.tags]\na = 'b'\n[environments.dev]\n",
        "[environments.dev.tags]\na = 'b'\n[environments.dev]\naccount = \"lab\"\n",
    ),
    "words that look like it": (
        '# [environments.dev]\nx = """\n[environments.dev]\n"""\n[environments.dev]\n',
        '# [environments.dev]\nx = """\n[environments.dev]\n"""\n[environments.dev]\naccount = "lab"\n',
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_key_is_written_where_its_table_is(layout: str) -> None:
    before, after = LAYOUTS[layout]
    assert with_keys(before, DEV) == after


TABLE = '[accounts.lab]\nexclusive = true\nfeatures = ["s3-abac"]\n'
PLACES = {
    "behind its kind": (
        "[accounts.main]\nid = '1' # c\n# exclusive = true\n\n[access.a]\n",
        f"[accounts.main]\nid = '1' # c\n# exclusive = true\n\n{TABLE}\n[access.a]\n",
    ),
    "before a comment of the next header": (
        "[accounts.main]\n# The rest.\n[environments.dev]\n",
        f"[accounts.main]\n\n{TABLE}\n# The rest.\n[environments.dev]\n",
    ),
    "before the environments": (
        "x = 1\n\n# Where things live.\n[environments.dev]\n",
        f"x = 1\n\n{TABLE}\n# Where things live.\n[environments.dev]\n",
    ),
    "before the first header": ("x = 1\n[access.a]\n", f"x = 1\n{TABLE}\n[access.a]\n"),
    "at the end": ("x = 1\n", f"x = 1\n\n{TABLE}"),
    "in an inline table": (
        "accounts = { main = {} }\n",
        'accounts = { main = {}, lab = { exclusive = true, features = ["s3-abac"] } }\n',
    ),
    "beside dotted keys": ("accounts.main.id = '1'\n", f"accounts.main.id = '1'\n\n{TABLE}"),
    "in a table of inline tables": ("[accounts]\nmain = {}\n", f"[accounts]\nmain = {{}}\n\n{TABLE}"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_table_is_added_behind_its_kind(place: str) -> None:
    before, after = PLACES[place]
    assert with_keys(before, LAB) == after


def test_nothing_to_write_changes_nothing() -> None:
    assert with_keys("a = 1 # b\r\n", {}) == "a = 1 # b\r\n"


def test_a_layout_that_cannot_take_the_key_is_refused() -> None:
    """`environments` is no table here, so that there is nowhere to put it."""
    with pytest.raises(LayoutError):
        with_keys("environments = 1\n", DEV)


_COMMENTS = st.sampled_from(["", " # c", " # [environments.dev]", " # x = { y"])
_GAPS = st.sampled_from(["", "\n", "# a comment\n", "\n# one\n# two\n\n"])


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Environments written in every way that TOML has, between comments and other tables."""
    style = draw(st.sampled_from(["headers", "inline", "section", "dotted", "deep"]))
    lines = ["version = 1" + draw(_COMMENTS), draw(_GAPS)]
    names = ["dev", "test"]
    if style == "inline":
        lines.append("environments = { dev = { names = ['a'] }, test = {} }" + draw(_COMMENTS))
    elif style == "dotted":
        lines += [f"environments.{name}.names = [\n  'x', # }}\n]{draw(_COMMENTS)}" for name in names]
    accounts = draw(st.sampled_from(["none", "header", "section", "dotted"]))
    if accounts == "dotted":
        lines.append("accounts.main.exclusive = false")
    if accounts == "header":
        lines += ["[accounts.main]" + draw(_COMMENTS), "id = '1'", draw(_GAPS)]
    if accounts == "section":
        lines += ["[accounts]", "main = { id = '1' }", draw(_GAPS)]
    if style == "headers":
        lines += [f"[environments.{name}]{draw(_COMMENTS)}\n{draw(_GAPS)}" for name in names]
    if style == "section":
        lines += ["[environments]", *(f"{name} = {{ shared = false }}{draw(_COMMENTS)}" for name in names)]
    if style == "deep":
        lines += [f"[environments.{name}.tags]\nenv = '{name}'{draw(_COMMENTS)}" for name in names]
    lines += [draw(_GAPS), "[access.a]", "dev = ['x:Y']"]
    text = "\n".join(lines) + draw(st.sampled_from(["", "\n"]))
    endings = draw(st.sampled_from([["\n"], ["\r\n"], ["\n", "\r\n"]]))
    first, *rest = text.split("\n")
    return first + "".join(draw(st.sampled_from(endings)) + line for line in rest)


@settings(max_examples=200)
@given(documents())
def test_whatever_the_layout_the_keys_are_there_and_every_line_stays(text: str) -> None:
    tables: Tables = {**LAB, **DEV, ("environments", "test"): {"account": "main"}}
    after = with_keys(text, tables)
    expected = tomllib.loads(text)
    expected.setdefault("accounts", {})["lab"] = {"exclusive": True, "features": ["s3-abac"]}
    expected["environments"]["dev"]["account"] = "lab"
    expected["environments"]["test"]["account"] = "main"
    assert tomllib.loads(after) == expected
    kept = iter(after.splitlines(keepends=True))
    for line in text.splitlines(keepends=True):
        if "{" in line and "#" not in line.partition("{")[0]:
            continue  # an inline table takes its keys itself
        if line.endswith("\n"):
            assert line in kept, line
        else:
            assert any(found.startswith(line) for found in kept), line
    assert _endings(after) == _endings(text)


def _endings(text: str) -> set[str]:
    return {line[len(line.rstrip("\r\n")) :] for line in text.splitlines(keepends=True)} - {""}
