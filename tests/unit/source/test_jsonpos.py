"""The JSON reader with positions against the standard library's, and where the two must differ."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policycc.source.jsonpos import MAX_DEPTH, JsonError, parse
from policycc.source.span import Span

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.sampled_from([None, 0, 2]), st.booleans())
def test_reads_what_the_standard_library_writes(value: object, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    document = parse(text, "f")
    assert document.value == value
    assert document.duplicates == ()


@given(st.text(alphabet='{}[]",:\\u0019aeE.-+ \ntrufalsn', max_size=40))
def test_accepts_only_what_the_standard_library_accepts(text: str) -> None:
    try:
        value = parse(text, "f").value
    except JsonError:
        return
    assert json.loads(text) == value


def _cut(text: str, span: Span) -> str:
    assert span.line == span.end_line
    return text.splitlines()[span.line - 1][span.column - 1 : span.end_column - 1]


def test_spans_of_keys_and_values() -> None:
    text = '{\n  "a": [1, {"b": "x\\"y"}],\r\n  "c": null\n}'
    document = parse(text, "p.json")
    assert _cut(text, document.value_span(("a", 0))) == "1"
    assert _cut(text, document.value_span(("a", 1))) == '{"b": "x\\"y"}'
    assert _cut(text, document.value_span(("a", 1, "b"))) == '"x\\"y"'
    key = document.key_span(("a", 1, "b"))
    assert key is not None
    assert _cut(text, key) == '"b"'
    assert document.value_span(("c",)) == Span("p.json", 3, 8, 3, 12)
    assert document.value_span(()) == Span("p.json", 1, 1, 4, 2)
    assert document.key_span(()) is None
    assert document.key_span(("a", 0)) is None
    assert document.key_span(("zz",)) is None
    with pytest.raises(KeyError):
        document.value_span(("zz",))


def test_a_key_that_stands_twice_is_reported_and_the_later_value_counts() -> None:
    document = parse('{"a": {"x": [1]},\n "a": {"y": 2}, "a": 3}', "f")
    assert document.value == {"a": 3}
    assert [duplicate.path for duplicate in document.duplicates] == [("a",), ("a",)]
    assert document.duplicates[0].span == Span("f", 2, 2, 2, 5)
    assert document.duplicates[0].first == Span("f", 1, 2, 1, 5)
    with pytest.raises(KeyError):
        document.value_span(("a", "x"))


def test_only_the_places_of_the_earlier_values_are_dropped() -> None:
    document = parse('{"z": [0], "a": {"x": 1, "x": {"y": 2}, "w": 1}, "a": {"x": {"v": 3}}, "b": {"x": 4}}', "f")
    assert [duplicate.path for duplicate in document.duplicates] == [("a", "x"), ("a",)]
    for path, column in (((), 1), (("z", 0), 8), (("a", "x", "v"), 67), (("b", "x"), 83)):
        assert document.value_span(path).column == column
    key = document.key_span(("a",))
    assert key is not None
    assert key.column == 50
    for gone in (("a", "w"), ("a", "x", "y")):
        assert document.key_span(gone) is None
        with pytest.raises(KeyError):
            document.value_span(gone)


def test_many_keys_twice_take_no_time() -> None:
    keys = ", ".join(f'"k{number}": [1]' for number in range(20_000))
    started = time.perf_counter()
    document = parse(f"{{{keys}, {keys}}}", "f")
    assert len(document.duplicates) == 20_000
    assert document.value_span(("k7", 0)).column > len(keys)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("", "the text ends where a value should stand", 1, 1),
        ("{} x", "found 'x' where the end of the text should stand", 1, 4),
        ('{"a" 1}', "found '1' where `:` should stand", 1, 6),
        ("{a: 1}", "found 'a' where a key in double quotes should stand", 1, 2),
        ('{"a": 1,}', "found '}' where a key in double quotes should stand", 1, 9),
        ("[1,\n 2,]", "found ']' where a value should stand", 2, 4),
        ("[1 2]", "found '2' where `,` or `]` should stand", 1, 4),
        ('["a', "a string has no end", 1, 2),
        ('["a\n"]', "a string holds a raw control character or line break", 1, 4),
        ('["\\x"]', "a string holds an unknown escape", 1, 3),
        ('["\\ud800"]', "a string holds half of a surrogate pair", 1, 2),
        ("\ufeff{}", "a byte order mark is not allowed", 1, 1),
        ("[NaN]", "found 'N' where a value should stand", 1, 2),
        ("[01]", "found '1' where `,` or `]` should stand", 1, 3),
        ("1e999", "a number is too large", 1, 1),
    ],
)
def test_errors_have_a_reason_and_a_place(text: str, message: str, line: int, column: int) -> None:
    with pytest.raises(JsonError) as caught:
        parse(text, "f")
    assert caught.value.message == message
    assert (caught.value.span.line, caught.value.span.column) == (line, column)


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_nesting_is_an_error_of_the_input(opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    deepest = opening * MAX_DEPTH + "1" + closing * MAX_DEPTH
    assert parse(deepest, "f").value == json.loads(deepest)
    with pytest.raises(JsonError, match="nested more than"):
        parse(opening * 100_000, "f")


def test_long_numbers_are_refused() -> None:
    with pytest.raises(JsonError, match="digits"):
        parse("9" * 100_000, "f")


def test_time_grows_with_the_text_only() -> None:
    text = json.dumps([{"Sid": str(number), "Action": ["s3:Get*"] * 5} for number in range(5_000)])
    started = time.perf_counter()
    parse(text, "f")
    assert time.perf_counter() - started < 10
