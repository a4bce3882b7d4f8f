"""How diagnostics look: for people, for programs, for code hosts."""

from __future__ import annotations

import json
import re

import pytest

from policycc.diagnostics import github, sarif, text
from policycc.diagnostics import json as as_json
from policycc.diagnostics.model import Diagnostic, Diagnostics, Label, Severity
from policycc.source.span import DeferredSpan, Span


def one(message: str = "m", *labels: Label, help: str | None = None) -> Diagnostic:
    return Diagnostic("PCC101", Severity.ERROR, message, labels, help)


def shown(item: Diagnostic, source: str = "", *, colour: bool = False) -> str:
    return text.render([item], lambda file: source.split("\n") if source else None, colour=colour)


def test_nothing_to_say_is_nothing() -> None:
    assert text.render([], lambda file: None) == ""
    assert github.render([]) == ""
    assert json.loads(as_json.render([])) == []
    assert json.loads(sarif.render([], "1.2.3"))["runs"][0]["results"] == []


def test_text_underlines_the_culprit() -> None:
    label = Label(Span("m.toml", 2, 1, 2, 4), "here")
    assert shown(one("`nme` is not a key", label, help="did you mean `name`?"), "version = 1\nnme = 'x'\n") == (
        "error[PCC101]: `nme` is not a key\n"
        " --> m.toml:2:1\n"
        "  |\n"
        "2 | nme = 'x'\n"
        "  | ^^^ here\n"
        "  = help: did you mean `name`?\n\n"
    )


def test_text_without_the_source_still_says_where() -> None:
    assert shown(one("m", Label(Span("m.toml", 2, 1, 2, 4)))) == "error[PCC101]: m\n --> m.toml:2:1\n\n"
    assert " --> m.toml:9:1" in shown(one("m", Label(Span("m.toml", 9, 1, 9, 2))), "one line")


def test_text_shows_all_labels_with_one_margin() -> None:
    labels = (Label(Span("m", 10, 1, 10, 2), "again"), Label(Span("m", 1, 1, 1, 2), "first"))
    out = shown(one("m", *labels), "a\n" * 10)
    assert "  --> m:10:1\n" in out and "  ::: m:1:1\n" in out
    assert "10 | a\n" in out and " 1 | a\n" in out


@pytest.mark.parametrize(
    ("line", "start", "end", "carets"),
    [
        ("表 = 'x'", 5, 8, "     ^^^"),  # wide characters take two cells
        ("e\u0301 = 'x'", 6, 9, "    ^^^"),  # combining ones none
        ("\ta = 1", 2, 3, "    ^"),
        ("a = '表表'", 6, 8, "     ^^^^"),
        ("a", 2, 3, " ^"),
        ("", 1, 2, "^"),
    ],
)
def test_text_carets_stand_below_what_they_mean(line: str, start: int, end: int, carets: str) -> None:
    out = shown(one("m", Label(Span("m", 1, start, 1, end))), line + "\n")
    assert out.split("\n")[4] == f"  | {carets}"


def test_text_escapes_what_could_act_on_a_terminal() -> None:
    out = shown(one("\x1b[2J `a\nb`", Label(Span("m\x07", 1, 1, 1, 2), "\r"), help="\u202e"), "a\x1b[31m\u202e\n")
    assert not re.search(r"[^\x20-\x7e\n]", out)
    assert "\\x1b[2J `a\\nb`" in out and "\\u202e" in out


def test_text_cuts_long_lines_around_the_culprit() -> None:
    line = "x" * 5000 + "bad" + "y" * 5000
    out = shown(one("m", Label(Span("m", 1, 5001, 1, 5004))), line)
    source, carets = out.split("\n")[3:5]
    assert len(source) < 200
    assert source[carets.index("^") : carets.index("^") + 3] == "bad"
    assert carets.count("^") == 3


def test_text_of_several_lines_underlines_the_first() -> None:
    out = shown(one("m", Label(Span("m", 1, 5, 3, 2))), "a = [\n1,\n]")
    assert "  |     ^\n" in out


def test_colour_changes_nothing_but_colour() -> None:
    item = one("m", Label(Span("m", 1, 1, 1, 2), "t"), help="h")
    coloured = shown(item, "a", colour=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == shown(item, "a")


def test_json_has_everything() -> None:
    (found,) = json.loads(as_json.render([one("m", Label(Span("f", 1, 2, 3, 4), "t"), help="h")]))
    assert found == {
        "code": "PCC101",
        "name": "unknown-key",
        "severity": "error",
        "message": "m",
        "labels": [{"file": "f", "line": 1, "column": 2, "endLine": 3, "endColumn": 4, "text": "t"}],
        "help": "h",
    }


def test_sarif_has_rules_places_and_related_places() -> None:
    items = [
        one("m", Label(Span("dir with space/m.toml", 1, 2, 3, 4)), Label(Span("/abs/x.toml", 1, 1, 1, 2), "other")),
        Diagnostic("PCC001", Severity.NOTE, "n"),
    ]
    log = json.loads(sarif.render(items, "1.2.3"))
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["PCC001", "PCC101"]
    first, second = run["results"]
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == ("PCC101", 1, "error")
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "dir%20with%20space/m.toml"},
        "region": {"startLine": 1, "startColumn": 2, "endLine": 3, "endColumn": 4},
    }
    assert first["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "file:///abs/x.toml"
    assert first["relatedLocations"][0]["message"] == {"text": "other"}
    assert (second["level"], "locations" in second) == ("note", False)


def test_github_escapes_properties_and_data() -> None:
    item = one("100% `a\nb`: x, y", Label(Span("a,b:c.toml", 1, 2, 1, 4)), help="h")
    assert github.render([item]) == (
        "::error file=a%2Cb%3Ac.toml,line=1,endLine=1,col=2,endColumn=4,title=PCC101 unknown-key::"
        "100%25 `a%0Ab`: x, y%0Ah\n"
    )
    assert github.render([one()]) == "::error title=PCC101 unknown-key::m\n"
    assert ",col=" not in github.render([one("m", Label(Span("f", 1, 2, 2, 4)))])


def test_diagnostics_come_in_source_order_and_once() -> None:
    found = Diagnostics()
    found.error("PCC101", "third", Span("b", 1, 1, 1, 2))
    found.warning("PCC101", "last")
    found.error("PCC101", "second", Span("a", 10, 1, 10, 2))
    found.error("PCC101", "first", DeferredSpan(lambda: Span("a", 9, 1, 9, 2)))
    found.error("PCC101", "first", Span("a", 9, 1, 9, 2))
    assert [item.message for item in found] == ["first", "second", "third", "last"]
    assert len(found) == 4 and found.has_errors


def test_names_that_are_no_utf8_can_be_written() -> None:
    item = one("m", Label(Span("a\udcff\n.toml", 1, 1, 1, 2)))
    for rendered in (shown(item, "a"), github.render([item]), as_json.render([item]), sarif.render([item], "0")):
        assert rendered.encode()
    assert "a%FF%0A.toml" in sarif.render([item], "0")
