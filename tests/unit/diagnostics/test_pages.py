"""Every code has a page, and every page keeps its word.

A page is `# CODE: name`, a paragraph, `## Why`, and either `## Bad` with `## Fixed`, or `## Not reproducible from a
matrix` with the reason. Blocks marked `toml bad` and `toml fixed` are whole matrices; `toml bad FILE` is another file
beside it: one that is included, or else a second matrix that is built together with the first.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.catalogue import load as load_catalogue
from policycc.catalogue.selectors import Selectors
from policycc.diagnostics.codes import CODES, page
from policycc.diagnostics.model import Diagnostic, Diagnostics
from policycc.model.load import load

PAGES = Path(__file__).parents[3] / "policycc" / "diagnostics" / "pages"
CATALOGUE: Catalogue = load_catalogue()
_BLOCK = re.compile(r"^```toml (bad|fixed)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+ .*)$", re.MULTILINE)
_NOT = "## Not reproducible from a matrix"


def blocks(code: str, kind: str) -> dict[str, str]:
    return {name or "matrix.toml": text for found, name, text in _BLOCK.findall(page(code)) if found == kind}


def findings(files: dict[str, str], folder: Path) -> list[Diagnostic]:
    """What the front end and the catalogue say of the files of an example."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    included = {name for name in files for text in files.values() if f'include = ["{name}"]' in text}
    matrices, diagnostics = load([folder / name for name in files if name not in included])
    found = Diagnostics()
    found.extend(diagnostics)
    for matrix in matrices:
        selectors = Selectors(matrix, CATALOGUE, found)
        for item in (*matrix.cells, *matrix.accepts, *matrix.expects):
            selectors.resolve(item.entries if hasattr(item, "entries") else item.actions)
    return list(found)


def test_the_table_is_in_order_and_says_each_thing_once() -> None:
    ids = list(CODES)
    assert ids == sorted(ids)
    names = [code.name for code in CODES.values()]
    assert len(names) == len(set(names))
    for code in CODES.values():
        assert re.fullmatch(r"PCC[0-79]\d\d", code.id)
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code.name)
        assert not code.summary.endswith(".") and "\n" not in code.summary


def test_no_page_without_a_code() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} <= set(CODES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_the_page_has_the_form_of_a_page(code: str) -> None:
    text = page(code)
    assert text.startswith(f"# {code}: {CODES[code].name}\n\n")
    outside = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    headings = _HEADING.findall(outside)[1:]
    assert headings in (["## Why", "## Bad", "## Fixed"], ["## Why", _NOT])
    reproducible = _NOT not in text
    assert bool(blocks(code, "bad")) is bool(blocks(code, "fixed")) is reproducible
    if not reproducible:
        assert text.split(_NOT)[1].strip()


def stages(code: str) -> bool:
    """Whether the page has an example for the stages that `findings` runs."""
    return code < "PCC4" and (PAGES / f"{code}.md").is_file() and bool(blocks(code, "bad"))


@pytest.mark.parametrize("code", [code for code in sorted(CODES) if stages(code)])
def test_the_bad_example_says_exactly_this(code: str, tmp_path: Path) -> None:
    found = findings(blocks(code, "bad"), tmp_path)
    assert {item.code for item in found} == {code}, found
    for item in found:
        assert item.labels or code == "PCC001"


@pytest.mark.parametrize("code", [code for code in sorted(CODES) if stages(code)])
def test_the_fixed_example_says_nothing(code: str, tmp_path: Path) -> None:
    assert findings(blocks(code, "fixed"), tmp_path) == []
