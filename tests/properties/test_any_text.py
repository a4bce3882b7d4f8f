"""Any text gives diagnostics or a matrix, and never an exception: `load(text)` is total."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from policycc.diagnostics import github, sarif, text
from policycc.diagnostics import json as as_json
from policycc.diagnostics.codes import CODES
from policycc.diagnostics.model import Diagnostics
from policycc.model.load import load_documents
from policycc.model.problems import report
from policycc.source.errors import SourceError
from policycc.source.read import read_file, read_text

LANGUAGE = Path(__file__).parents[2] / "fixtures" / "language" / "every-key.toml"
LINES = LANGUAGE.read_text().split("\n")
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["{environment}", "${x}", "*", "prod", "2027-02-30", "arn:aws:s3:::*", "vpc-0aa11bb22cc33dd44"]),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


def judged(source: str) -> Diagnostics:
    """Reads and checks a text, renders what is said of it in every way, and checks what must hold of that."""
    found = Diagnostics()
    try:
        document = read_text(source)
    except SourceError as error:
        report(error, found)
    else:
        matrices, diagnostics = load_documents([document])
        found.extend(diagnostics)
        assert matrices
    lines = source.removeprefix("\ufeff").split("\n")
    for item in found:
        assert item.code in CODES
        assert "\n" not in item.message and len(item.message) < 600
        for label in item.labels:
            assert 1 <= label.span.line <= len(lines) + 1
            assert label.span.column >= 1
            assert (label.span.line, label.span.column) <= (label.span.end_line, label.span.end_column)
    assert all(c == "\n" or c.isprintable() for c in text.render(found, lambda _file: lines))
    json.loads(as_json.render(found))
    json.loads(sarif.render(found, "0"))
    assert github.render(found).count("\n") == len(found)
    return found


@given(st.text(max_size=200))
@example("\ufeff\ufeff")
@example("a = '\ud800'")
@example("\r")
@example('"" = 1')
@example("[[environments]]")
@example('{"version": 1, "name": "a", "environments": {"a": null}}')
def test_any_text(source: str) -> None:
    judged(source)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_matrix_with_lines_lost_moved_or_broken(data: st.DataObject) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["drop", "swap", "repeat", "cut", "insert"])):
            case "drop":
                del lines[at]
            case "swap":
                other = data.draw(st.integers(0, len(lines) - 1))
                lines[at], lines[other] = lines[other], lines[at]
            case "repeat":
                lines.insert(at, lines[at])
            case "cut":
                lines[at] = lines[at][: data.draw(st.integers(0, len(lines[at])))]
            case _:
                place = data.draw(st.integers(0, len(lines[at])))
                lines[at] = lines[at][:place] + data.draw(st.text(max_size=3)) + lines[at][place:]
    judged("\n".join(lines))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_matrix_with_values_of_any_kind(data: st.DataObject) -> None:
    """Some values of a right matrix are replaced by others of any type."""
    value = json.loads(json.dumps(tomllib.loads(LANGUAGE.read_text()), default=str))
    del value["include"]
    for _ in range(data.draw(st.integers(1, 3))):
        node = value
        while True:
            key = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
            child = node[key]
            if not isinstance(child, (dict, list)) or not child or data.draw(st.booleans()):
                node[key] = data.draw(VALUES)
                break
            node = child
    judged(json.dumps(value))


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(tmp_path_factory: object, data: bytes) -> None:
    folder = tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    for name in ("any.toml", "any.yaml", "any.json"):
        (folder / name).write_bytes(data)
        try:
            document = read_file(folder / name)
        except SourceError as error:
            assert all(problem.code in CODES for problem in error.problems)
        else:
            load_documents([document])


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("abn:-[]{}&*!|>'\"#%@`,? \n\t01~\x85\u2028\ufeff"), max_size=60))
def test_any_yaml(tmp_path_factory: object, source: str) -> None:
    path = tmp_path_factory.getbasetemp() / "text.yaml"  # type: ignore[attr-defined]
    path.write_text(source, encoding="utf-8", newline="")
    found = Diagnostics()
    try:
        _, found = load_documents([read_file(path)])
    except SourceError as error:
        report(error, found)
    for item in found:
        for label in item.labels:
            assert 1 <= label.span.line <= source.count("\n") + 2
