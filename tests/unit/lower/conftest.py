"""`check` and `build` for matrices that are given as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from policycc import pipeline
from tests.support.compiling import Compile, Compiled, written


@pytest.fixture
def check(tmp_path: Path) -> Compile:
    """Resolves, decides, lowers and packs."""

    def run(*texts: str, templates: Path | None = None) -> Compiled:
        return Compiled(pipeline.check(written(tmp_path, texts), templates=templates))

    return run


@pytest.fixture
def build(tmp_path: Path) -> Compile:
    """Everything, with the proof."""

    def run(*texts: str, templates: Path | None = None) -> Compiled:
        return Compiled(pipeline.build(written(tmp_path, texts), templates=templates))

    return run
