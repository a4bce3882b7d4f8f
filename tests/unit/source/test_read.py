"""Reading inputs: values, places, and everything that can be wrong before there is a document."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from policycc.source.errors import SourceError
from policycc.source.limits import MAX_DEPTH
from policycc.source.read import read_file, read_stream, read_text
from policycc.source.text import MAX_BYTES


def problems(call, *args):  # type: ignore[no-untyped-def]
    with pytest.raises(SourceError) as caught:
        call(*args)
    for problem in caught.value.problems:
        assert "\n" not in problem.message
        assert (
            problem.message[0] == problem.message[0].lower()
            or problem.message.split()[0].isupper()
            or problem.message.startswith("U+")
        )
    return [(p.code, (p.span.line, p.span.column) if p.span else None) for p in caught.value.problems]


def written(tmp_path: Path, name: str, data: bytes) -> str:
    path = tmp_path / name
    path.write_bytes(data)
    return str(path)


def test_empty_text_is_an_empty_table() -> None:
    assert read_text("").value == {}


def test_a_byte_order_mark_is_dropped(tmp_path: Path) -> None:
    document = read_file(written(tmp_path, "m.toml", b"\xef\xbb\xbfversion = 1\n"))
    assert document.value == {"version": 1}
    assert str(document.key(("version",))).endswith(":1:1")


def test_dates_become_text() -> None:
    assert read_text("a = 2027-06-30\nb = [07:30:00, 2027-06-30T07:30:00Z]").value == {
        "a": "2027-06-30",
        "b": ["07:30:00", "2027-06-30T07:30:00+00:00"],
    }


def test_missing_file_suggests_a_neighbour(tmp_path: Path) -> None:
    written(tmp_path, "matrix.toml", b"")
    with pytest.raises(SourceError) as caught:
        read_file(tmp_path / "matrx.toml")
    (problem,) = caught.value.problems
    assert problem.code == "PCC001" and problem.help is not None and "matrix.toml" in problem.help


def test_missing_directory(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        read_file(tmp_path / "no" / "matrix.toml")
    assert caught.value.problems[0].help == f"there is no directory `{tmp_path / 'no'}`"


def test_a_directory_and_devices_are_not_read(tmp_path: Path) -> None:
    assert problems(read_file, tmp_path) == [("PCC002", None)]
    assert problems(read_file, "/dev/zero") == [("PCC002", None)]
    os.mkfifo(tmp_path / "fifo")
    assert problems(read_file, tmp_path / "fifo") == [("PCC002", None)]


def test_symbolic_links_are_followed_and_loops_reported(tmp_path: Path) -> None:
    written(tmp_path, "real.toml", b"a = 1")
    (tmp_path / "link.toml").symlink_to("real.toml")
    assert read_file(tmp_path / "link.toml").value == {"a": 1}
    (tmp_path / "loop.toml").symlink_to("loop.toml")
    assert problems(read_file, tmp_path / "loop.toml") == [("PCC003", None)]


@pytest.mark.parametrize("name", ["a\0b.toml", "x" * 5000])
def test_impossible_file_names(name: str) -> None:
    assert problems(read_file, name) == [("PCC003", None)]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_no_permission(tmp_path: Path) -> None:
    path = Path(written(tmp_path, "m.toml", b""))
    path.chmod(0)
    assert problems(read_file, path) == [("PCC003", None)]


def test_too_large(tmp_path: Path) -> None:
    assert problems(read_file, written(tmp_path, "m.toml", b"#" * (MAX_BYTES + 1))) == [("PCC004", None)]
    assert read_file(written(tmp_path, "n.toml", b"#" * MAX_BYTES)).value == {}


def test_not_utf8_with_its_place(tmp_path: Path) -> None:
    assert problems(read_file, written(tmp_path, "m.toml", 'a = 1\nb = "é'.encode() + b'\xff"')) == [("PCC005", (2, 7))]
    assert problems(read_file, written(tmp_path, "n.toml", "a = 1".encode("utf-16"))) == [("PCC005", (1, 1))]
    assert problems(read_text, 'a = "\ud800"') == [("PCC005", (1, 6))]


def test_control_and_reordering_characters() -> None:
    assert problems(read_text, 'a = "x\0"\nb = "\x07"') == [("PCC006", (1, 7)), ("PCC006", (2, 6))]
    assert problems(read_text, 'a = "x\u202e"') == [("PCC007", (1, 7))]
    assert len(problems(read_text, "\0" * 1000)) == 20


def test_stream_is_toml_or_json() -> None:
    assert read_stream(io.BytesIO(b"a = 1")).value == {"a": 1}
    assert read_stream(io.BytesIO(b' \n{"a": 1}')).value == {"a": 1}
    assert read_stream(io.BytesIO(b"a = 1")).file == "<stdin>"


def test_surrogates_in_json_are_no_text() -> None:
    assert problems(read_text, '{"a": "\\ud800"}') == [("PCC012", (1, 7))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = = 1", [("PCC010", (1, 5))]),
        ("ok = 1\n[x\n", [("PCC010", (2, 3))]),
        ("a = 1\nb = 2\na = 3\nc = 4", [("PCC013", (3, 1))]),
        ("[t]\n[u]\n[t]", [("PCC013", (3, 2))]),
        ("a.b = 1\na.c = 2\na.b = 3", [("PCC013", (3, 3))]),
        ("a = { x = 1, x = 2 }", [("PCC013", (1, 14))]),
        ('a = 1\nb = "never closed\nc = 2', [("PCC010", (2, 18))]),
        ("é = 1", [("PCC010", (1, 1))]),
        ("a = " + "9" * 5000, [("PCC010", None)]),
        ("a = 2027-02-30", [("PCC010", (1, 5))]),
        ("a = " + "[" * 5000 + "]" * 5000, [("PCC008", (1, 5))]),
        ("a = " + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), [("PCC008", (1, 5))]),
        ("x = 1\n" + "a." * 100_000 + "b = 1", [("PCC008", (2, 1))]),
        ("[" + "a." * 100_000 + "b]", [("PCC008", (1, 2))]),
        ("a." * 400_000, [("PCC008", (1, 1))]),
        ("x = { y = 1, " + "a." * 100_000 + "b = 1 }", [("PCC008", (1, 14))]),
        ("a = " + "{ a = " * 5000, [("PCC008", (1, 5))]),
    ],
)
def test_toml_mistakes(text: str, expected: list[object]) -> None:
    found = problems(read_text, text)
    if expected[0][1] is None:  # type: ignore[index]
        found = [(code, None) for code, _ in found]
    assert found == expected


def test_an_open_string_is_reported_where_it_can_be_told() -> None:
    (found,) = problems(read_text, 'a = [\n  "x",\n')
    assert found[0] == "PCC010" and found[1] is not None


def test_a_long_dotted_string_is_no_key() -> None:
    dots = "a." * 500 + "b"
    for string in (f"'{dots}'", f'"x {dots}"', f'["{dots}", "{dots}"]'):
        assert read_text(f"a = {string}").value["a"]


def test_depth_within_the_limit_is_read() -> None:
    assert read_text("a = " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)).value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- 1\n", [("PCC009", (1, 1))]),
        ("", [("PCC009", (1, 1))]),
        ("a: 1\nb: [1\n", [("PCC011", (3, 1))]),
        ("a: 1\nb: 2\na: 3\n", [("PCC013", (3, 1))]),
        ("a: &x 1\nb: *x\n", [("PCC015", (1, 4)), ("PCC015", (2, 4))]),
        ("a:\n  - !ec2:RunInstances\n", [("PCC015", (2, 5))]),
        ("a:\n  - *:@list\n", [("PCC011", (2, 6))]),
        ("a: !x 1\n", [("PCC015", (1, 4))]),
        ("a: 1\n---\nb: 2\n", [("PCC015", (2, 1))]),
        ("1: x\n? [a, b]\n: y\n", [("PCC015", (1, 1)), ("PCC015", (2, 3))]),
        ("yes: x\n", [("PCC015", (1, 1))]),
        ("a: " + "[" * 5000, [("PCC008", None)]),
        ("a: !!python/object/apply:os.system [ls]", [("PCC015", (1, 4))]),
        ("a: \t\x85 %", [("PCC011", None)]),
    ],
)
def test_yaml_mistakes(tmp_path: Path, text: str, expected: list[object]) -> None:
    found = problems(read_file, written(tmp_path, "m.yaml", text.encode()))
    if expected[0][1] is None:  # type: ignore[index]
        found = [(code, None) for code, _ in found]
    assert found == expected


def test_yaml_without_pyyaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(SourceError) as caught:
        read_file(written(tmp_path, "m.yaml", b"a: 1"))
    (problem,) = caught.value.problems
    assert (problem.code, problem.help) == ("PCC014", 'pip install "policycc[yaml]"')


def test_yaml_values_and_places(tmp_path: Path) -> None:
    text = "a: 2027-06-30\nb:\n  - x\n  - {é: 'y', z: 1}\nc: 2027-13-45\nd: ~\n"
    document = read_file(written(tmp_path, "m.yml", text.encode()))
    assert document.value == {"a": "2027-06-30", "b": ["x", {"é": "y", "z": 1}], "c": "2027-13-45", "d": None}
    assert place(document.key(("b", 1, "z"))) == (4, 14, 4, 15)
    assert place(document.at(("b", 1, "z"))) == (4, 17, 4, 18)
    assert place(document.at(("b", 0))) == (3, 5, 3, 6)


def place(span) -> tuple[int, int, int, int]:  # type: ignore[no-untyped-def]
    return (span.line, span.column, span.end_line, span.end_column)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1,}', [("PCC012", (1, 9))]),
        ('{"a": 1,\n "a": 2}', [("PCC013", (2, 2))]),
        ('{"a": NaN}', [("PCC012", (1, 7))]),
        ('{"a": ' + "[" * 40 + "]" * 40 + "}", [("PCC008", (1, 1))]),
    ],
)
def test_json_mistakes(text: str, expected: list[object]) -> None:
    assert problems(read_text, text) == expected


def test_a_json_list_is_no_matrix(tmp_path: Path) -> None:
    assert problems(read_file, written(tmp_path, "m.json", b"[]")) == [("PCC009", (1, 1))]


def test_json_places() -> None:
    document = read_text('{"a": {"é": ["x", 1]}}')
    assert place(document.key(("a", "é"))) == (1, 8, 1, 11)
    assert place(document.at(("a", "é", 1))) == (1, 19, 1, 20)


def test_positions_are_looked_up_only_when_asked_for() -> None:
    code = (
        "import sys; from policycc.source.read import read_text; d = read_text('a = 1'); s = d.key(('a',));"
        "assert not {'tree_sitter', 'yaml'} & set(sys.modules); assert s.line == 1; assert 'tree_sitter' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
