"""JSON that says a thing twice is refused, since readers differ on which they take."""

from __future__ import annotations

import pytest

from policycc.source import strict


def test_plain_json_is_read() -> None:
    assert strict.loads('{"a": [1, {"b": null}]}') == {"a": [1, {"b": None}]}


@pytest.mark.parametrize(
    "text", ['{"a": 1, "a": 1}', '{"x": [{"a": 1, "\\u0061": 2}]}', '{"a": NaN}', "[Infinity]", "{", ""]
)
def test_what_is_ambiguous_or_no_json_is_not(text: str) -> None:
    with pytest.raises(ValueError):
        strict.loads(text)
