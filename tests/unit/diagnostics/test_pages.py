"""Every code has a page, and every page keeps its word.

A page is `# CODE: name`, a paragraph, `## Why`, and either `## Bad` with `## Fixed`, or `## Not reproducible from a
matrix` with the reason. Blocks marked `toml bad` and `toml fixed` are whole matrices; `toml bad FILE` is another file
beside it: one that is included, or else a second matrix that is built together with the first. Blocks marked `json bad
TYPE` and `json fixed TYPE` are policy documents of that type.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policycc import pipeline
from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.catalogue import load as load_catalogue
from policycc.catalogue.selectors import Selectors
from policycc.diagnostics.codes import CODES, page
from policycc.diagnostics.model import Diagnostic
from policycc.iam.findings import FINDINGS
from policycc.iam.model import PolicyType
from policycc.iam.reader import read_policy
from policycc.model.load import load

PAGES = Path(__file__).parents[3] / "policycc" / "diagnostics" / "pages"
CATALOGUE: Catalogue = load_catalogue()
_BLOCK = re.compile(r"^```toml (bad|fixed)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_POLICY = re.compile(r"^```json (bad|fixed) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+ .*)$", re.MULTILINE)
_NOT = "## Not reproducible from a matrix"


def blocks(code: str, kind: str) -> dict[str, str]:
    return {name or "matrix.toml": text for found, name, text in _BLOCK.findall(page(code)) if found == kind}


def written(files: dict[str, str], folder: Path) -> list[str]:
    """Writes the files of an example; answers which of them are matrices, and not included by another."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    included = {name for name in files for text in files.values() if f'include = ["{name}"]' in text}
    return [str(folder / name) for name in files if name not in included]


def findings(code: str, kind: str, folder: Path) -> list[Diagnostic]:
    """What is said of an example: by the front end and the catalogue, or for later codes by the whole pipeline."""
    matrices = written(blocks(code, kind), folder)
    if code >= "PCC4":
        return list(pipeline.check(matrices).diagnostics)
    loaded, diagnostics = load(matrices)
    for matrix in loaded:
        selectors = Selectors(matrix, CATALOGUE, diagnostics)
        for cell in matrix.cells:
            selectors.resolve(cell.entries)
        for actions in (*(one.actions for one in matrix.accepts), *(one.actions for one in matrix.expects)):
            selectors.resolve(actions)
    return list(diagnostics)


def policies(code: str, kind: str) -> list[tuple[PolicyType, str]]:
    """The policy documents of an example, with their types."""
    return [(PolicyType(type), text) for found, type, text in _POLICY.findall(page(code)) if found == kind]


def has_example(code: str) -> bool:
    return (PAGES / f"{code}.md").is_file() and bool(blocks(code, "bad"))


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
    for kind in ("bad", "fixed"):
        assert bool(blocks(code, kind) or policies(code, kind)) is reproducible
    if not reproducible:
        assert text.split(_NOT)[1].strip()


@pytest.mark.parametrize("code", [code for code in sorted(CODES) if has_example(code)])
def test_the_bad_example_says_exactly_this(code: str, tmp_path: Path) -> None:
    found = findings(code, "bad", tmp_path)
    assert {item.code for item in found} == {code}, found
    # What is said of a principal or a file of the output is said of no one place in a matrix.
    assert all(item.labels for item in found) or code >= "PCC6"


@pytest.mark.parametrize("code", [code for code in sorted(CODES) if has_example(code)])
def test_the_fixed_example_says_nothing(code: str, tmp_path: Path) -> None:
    assert findings(code, "fixed", tmp_path) == []


POLICY_CODES = [code for code in sorted(CODES) if policies(code, "bad")]


@pytest.mark.parametrize("code", POLICY_CODES)
def test_the_policies_of_a_page_keep_its_word(code: str) -> None:
    for type, text in policies(code, "bad"):
        assert [finding.code for finding in read_policy(text, type).findings] == [code]
    for type, text in policies(code, "fixed"):
        assert read_policy(text, type).findings == ()


def test_every_finding_of_the_reader_has_a_code_of_its_own_name() -> None:
    assert {name: CODES[code].name for name, (code, _) in FINDINGS.items()} == {name: name for name in FINDINGS}
    found_in_matrices_too = {"PCC004", "PCC012", "PCC013"}
    assert {code for code, _ in FINDINGS.values()} == {*POLICY_CODES, *found_in_matrices_too}
