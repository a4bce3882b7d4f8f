"""File systems that fail, and processes that die, at a chosen step of the writer."""

from __future__ import annotations

import errno
import os
import signal
import traceback
from collections.abc import Callable
from pathlib import Path

from policycc.emit.disk import Disk


class FaultyDisk(Disk):
    """Calls `fault` in place of step number `step` (from 0). A write that is struck leaves half of its file.

    `steps` lists the steps taken, as (name of the operation, name of the file)."""

    def __init__(self, step: int | None = None, fault: Callable[[], None] = lambda: None) -> None:
        self.steps: list[tuple[str, str]] = []
        self._step = step
        self._fault = fault

    def _take(self, name: str, path: Path) -> None:
        self.steps.append((name, path.name))
        if len(self.steps) - 1 == self._step:
            self._fault()

    def make_folder(self, path: Path) -> None:
        self._take("make_folder", path)
        super().make_folder(path)

    def write(self, path: Path, content: bytes) -> None:
        if len(self.steps) == self._step:
            path.write_bytes(content[: len(content) // 2])
        self._take("write", path)
        super().write(path, content)

    def rename(self, source: Path, target: Path) -> None:
        self._take("rename", target)
        super().rename(source, target)

    def remove(self, path: Path) -> None:
        self._take("remove", path)
        super().remove(path)

    def remove_folder(self, path: Path) -> None:
        self._take("remove_folder", path)
        super().remove_folder(path)

    def sync_folder(self, path: Path) -> None:
        self._take("sync_folder", path)
        super().sync_folder(path)


def no_space() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def in_child(work: Callable[[], None]) -> int:
    """Runs `work` in a forked process and returns its exit status: 0, 1 after an exception (which is printed), or minus
    the number of the signal that ended it."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
