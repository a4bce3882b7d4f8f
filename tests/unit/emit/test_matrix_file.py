"""Matrices are rewritten whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from policycc.emit.disk import Disk
from policycc.emit.errors import OutputError
from policycc.emit.matrix_file import rewrite


class FullDisk(Disk):
    """Fails at one call of one operation."""

    def __init__(self, operation: str, at: int) -> None:
        self.operation, self.left = operation, at

    def _count(self, operation: str) -> None:
        if operation == self.operation:
            self.left -= 1
            if self.left == 0:
                raise OSError(28, "No space left on device")

    def write(self, path: Path, content: bytes) -> None:
        self._count("write")
        super().write(path, content)

    def rename(self, source: Path, target: Path) -> None:
        self._count("rename")
        super().rename(source, target)

    def sync_folder(self, path: Path) -> None:
        self._count("sync")
        super().sync_folder(path)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    found = tmp_path / "a.toml", tmp_path / "b.toml"
    for path in found:
        path.write_text("old\n")
    return found


def test_what_changes_is_written_and_what_does_not_is_left_alone(pair: tuple[Path, Path]) -> None:
    before = pair[1].stat()
    assert rewrite({pair[0]: ("old\n", "new\n"), pair[1]: ("old\n", "old\n")}) == (pair[0],)
    assert pair[0].read_text() == "new\n"
    assert pair[1].stat().st_ino == before.st_ino
    assert sorted(path.name for path in pair[0].parent.iterdir()) == ["a.toml", "b.toml"]


def test_mode_byte_order_mark_and_line_ends_stay(pair: tuple[Path, Path]) -> None:
    pair[0].write_bytes(b"\xef\xbb\xbfold\r\n")
    pair[0].chmod(0o640)
    rewrite({pair[0]: ("old\r\n", "new\r\n")})
    assert pair[0].read_bytes() == b"\xef\xbb\xbfnew\r\n"
    assert pair[0].stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(("operation", "at"), [("write", 1), ("write", 2), ("rename", 1), ("rename", 2), ("sync", 1)])
def test_a_failure_leaves_all_files_as_they_were(pair: tuple[Path, Path], operation: str, at: int) -> None:
    with pytest.raises(OutputError) as found:
        rewrite(dict.fromkeys(pair, ("old\n", "new\n")), FullDisk(operation, at))
    assert found.value.diagnostic.code == "PCC614"
    assert "No space left" in found.value.diagnostic.message
    assert [path.read_text() for path in pair] == ["old\n", "old\n"]
    assert sorted(path.name for path in pair[0].parent.iterdir()) == ["a.toml", "b.toml"]


def test_a_link_is_not_written_through(pair: tuple[Path, Path]) -> None:
    link = pair[0].with_name("link.toml")
    link.symlink_to(pair[0])
    with pytest.raises(OutputError, match="is a link"):
        rewrite({link: ("old\n", "new\n")})
    assert pair[0].read_text() == "old\n" and link.is_symlink()


def test_a_link_that_waits_in_the_place_of_the_new_file_is_not_followed(pair: tuple[Path, Path]) -> None:
    trap = pair[0].with_name(f".a.toml.{os.getpid()}")
    trap.symlink_to(pair[1])
    rewrite({pair[0]: ("old\n", "new\n")})
    assert (pair[0].read_text(), pair[1].read_text()) == ("new\n", "old\n")


def test_a_file_without_write_permission_is_left_alone_whoever_asks(pair: tuple[Path, Path]) -> None:
    pair[0].chmod(0o444)
    with pytest.raises(OutputError, match="read-only"):
        rewrite(dict.fromkeys(pair, ("old\n", "new\n")))
    assert [path.read_text() for path in pair] == ["old\n", "old\n"]


def test_a_file_that_somebody_changed_meanwhile_is_left_alone(pair: tuple[Path, Path]) -> None:
    pair[0].write_text("theirs\n")
    with pytest.raises(OutputError, match="has changed"):
        rewrite({pair[0]: ("old\n", "new\n")})
    assert pair[0].read_text() == "theirs\n"


def test_a_file_that_is_gone_is_not_made_again(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be read"):
        rewrite({tmp_path / "gone.toml": ("old\n", "new\n")})
    assert list(tmp_path.iterdir()) == []
