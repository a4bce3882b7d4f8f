"""Every way that TOML has to write a key, and the span that it must have."""

from __future__ import annotations

import pytest

from policycc.source.read import read_text
from policycc.source.span import KeyPath


def spans(text: str, path: KeyPath) -> tuple[str, str]:
    """What the key's span and the value's span cut out of the text."""
    document = read_text(text)
    value: object = document.value
    for part in path:
        value = value[part]  # type: ignore[index]
    return tuple(_cut(text, span) for span in (document.key(path), document.at(path)))  # type: ignore[return-value]


def _cut(text: str, span) -> str:  # type: ignore[no-untyped-def]
    lines = text.split("\n")
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    inner = lines[span.line : span.end_line - 1]
    return "\n".join([lines[span.line - 1][span.column - 1 :], *inner, lines[span.end_line - 1][: span.end_column - 1]])


@pytest.mark.parametrize(
    ("text", "path", "key", "value"),
    [
        ("a = 1", ("a",), "a", "1"),
        ("é = 1".replace("é", "'é'") + "\nb = 'ü' # c", ("b",), "b", "'ü'"),
        ("'é' = 'é'", ("é",), "'é'", "'é'"),
        ("x = ['é', 'üü', 3]", ("x", 2), "3", "3"),
        ("x = ['é', 'üü', 3]", ("x", 1), "'üü'", "'üü'"),
        ('a . b."c d" = true', ("a", "b", "c d"), '"c d"', "true"),
        ('a . b."c d" = true', ("a", "b"), "b", "b"),
        ('"\\u0065nv" = 1', ("env",), '"\\u0065nv"', "1"),
        ("t = { x = 1, y.z = 'a' }", ("t", "y", "z"), "z", "'a'"),
        ("t = { x = 1, y.z = 'a' }", ("t",), "t", "{ x = 1, y.z = 'a' }"),
        ("l = [{ x = 1 }, { x = 2 }]", ("l", 1, "x"), "x", "2"),
        ("l = [\n  1, # one\n  # none\n  2,\n]", ("l", 1), "2", "2"),
        ("l = [\n  1,\n]", ("l",), "l", "[\n  1,\n]"),
        ('s = """\nab\nc"""', ("s",), "s", '"""\nab\nc"""'),
        ("[a.b]\nx = 1\n[a]\ny = 2", ("a",), "a", "a"),
        ("[a.b]\nx = 1\n[a]\ny = 2", ("a", "b", "x"), "x", "1"),
        ("[a.b]\nx = 1\n[a]\ny = 2", ("a", "y"), "y", "2"),
        ("[ a . 'b' ]\nx = 1", ("a", "b"), "'b'", "a . 'b'"),
        ("[[l]]\nx = 1\n[[l]]\nx = 2\n[l.t]\ny = 3\n[[l.m]]\nz = 4", ("l", 0, "x"), "x", "1"),
        ("[[l]]\nx = 1\n[[l]]\nx = 2\n[l.t]\ny = 3\n[[l.m]]\nz = 4", ("l", 1, "x"), "x", "2"),
        ("[[l]]\nx = 1\n[[l]]\nx = 2\n[l.t]\ny = 3\n[[l.m]]\nz = 4", ("l", 1, "t", "y"), "y", "3"),
        ("[[l]]\nx = 1\n[[l]]\nx = 2\n[l.t]\ny = 3\n[[l.m]]\nz = 4", ("l", 1, "m", 0, "z"), "z", "4"),
        ("[[l]]\nx = 1\n[[l.m]]\nz = 4\n[[l]]\n[[l.m]]\nz = 5", ("l", 1, "m", 0, "z"), "z", "5"),
        ('[t."*"]\nx = 1', ("t", "*"), '"*"', 't."*"'),
        ("a = 1979-05-27", ("a",), "a", "1979-05-27"),
        ("a = 1\r\nb = 2\r\n", ("b",), "b", "2"),
        ("'😀' = '😀' \n'x' = ['😀', 7]", ("x", 1), "7", "7"),
    ],
)
def test_spans(text: str, path: KeyPath, key: str, value: str) -> None:
    assert spans(text, path) == (key, value)


def test_the_super_table_defined_later_has_its_own_place() -> None:
    document = read_text("[a.b]\nx = 1\n[a]\ny = 2")
    assert str(document.key(("a",))) == "<text>:3:2"


def test_array_tables_are_told_apart_by_line() -> None:
    document = read_text("[[l]]\n[[l]]\n")
    assert (document.at(("l", 0)).line, document.at(("l", 1)).line) == (1, 2)


def test_what_is_not_written_has_the_place_of_what_holds_it() -> None:
    document = read_text("a = 1\n[t.u]\nb = 2")
    assert str(document.key(("t", "u", "missing"))) == "<text>:2:4"
    assert str(document.key(("missing",))) == "<text>:1:1"
