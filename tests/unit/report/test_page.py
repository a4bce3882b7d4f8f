"""The page holds what the build says, is well formed, and takes nothing from a matrix for HTML."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from policycc.diagnostics.model import Severity
from policycc.ir.outcome import Overlap
from policycc.pipeline import Result, build_documents
from policycc.planning import plan
from policycc.report import report
from policycc.report.page import render
from policycc.report.view import View, view
from policycc.source.document import Document
from policycc.source.read import read_file, read_text

FIXTURES = Path(__file__).parents[3] / "fixtures" / "matrices"
VOID = {"meta", "br", "path", "rect"}


class Tree(HTMLParser):
    """The elements of a page; complains of an end that closes something else."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        found = dict(attrs)
        self.ids += [str(found["id"])] if "id" in found else []
        self.links += [str(found["href"])] if "href" in found else []
        assert not any(name.startswith("on") or name == "src" for name in found)
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def documents(*names: str) -> list[Document]:
    return [read_file(FIXTURES / name) for name in names]


@pytest.fixture(scope="module")
def containers() -> tuple[Result, View]:
    read = documents("containers/matrix.toml")
    result = build_documents(read)
    planned = plan(read).plan
    assert planned is not None
    return result, view(result, planned)


@pytest.mark.parametrize(
    "names",
    [
        ("containers/matrix.toml",),
        ("two-applications/shop/matrix.toml", "two-applications/billing/matrix.toml"),
        ("federated/matrix.toml",),
    ],
    ids=lambda names: names[0].partition("/")[0],
)
def test_the_page_is_well_formed_and_leads_nowhere_else(names: tuple[str, ...]) -> None:
    made = report(documents(*names))
    assert made.page is not None
    assert not made.diagnostics.has_errors
    tree = Tree(made.page)
    assert len(set(tree.ids)) == len(tree.ids)
    assert {link.removeprefix("#") for link in tree.links} <= set(tree.ids)
    assert not {"script", "img", "link", "iframe", "form"} & set(tree.names)
    assert "default-src 'none'" in made.page


def test_the_page_holds_every_policy_as_it_is_written(containers: tuple[Result, View]) -> None:
    result, shown = containers
    text = Tree(render(shown)).text
    assert len(result.emitted) > 5
    for item in result.emitted:
        assert item.path in text
        assert item.content.decode() in text


def test_the_page_says_every_residual_and_whatever_is_left_out(containers: tuple[Result, View]) -> None:
    result, shown = containers
    assert result.outcome is not None
    text = Tree(render(shown)).text
    listed = (*result.outcome.residuals, *result.outcome.splits, *result.outcome.omissions, *result.outcome.escapes)
    assert {type(item).__name__ for item in listed} >= {"Residual", "EscapeEntry"}
    for item in listed:
        assert all(action in text for action in item.actions)
    for item in result.outcome.proof.assumptions:
        assert item in text


def test_what_a_matrix_says_is_text(containers: tuple[Result, View]) -> None:
    _, shown = containers
    hostile = "</table><script>alert(1)</script>"
    outcome = replace(shown.outcome, overlaps=(Overlap(("dev", "test"), hostile),))
    page = render(replace(shown, outcome=outcome, names='"><script>'))
    assert "<script" not in page
    assert hostile in Tree(page).text


def test_a_matrix_that_does_not_build_has_no_page() -> None:
    made = report([read_text("version = 1\nname = 'x'\n[environments.dev]\n[access.people]\nprod = []\n", "m.toml")])
    assert made.page is None
    assert any(item.severity is Severity.ERROR for item in made.diagnostics)


def test_an_equal_build_gives_an_equal_page() -> None:
    pages = {report(documents("containers/matrix.toml")).page for _ in range(2)}
    assert len(pages) == 1
