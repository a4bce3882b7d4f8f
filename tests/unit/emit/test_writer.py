from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from policycc.emit.disk import Disk
from policycc.emit.errors import OutputError
from policycc.emit.layout import JOURNAL, MANIFEST, STAGE
from policycc.emit.previous import read_previous
from policycc.emit.writer import Written, write_build
from tests.support import faults, outputs
from tests.support.faults import FaultyDisk
from tests.support.tools import need

OURS = ("webshop",)
OLD = outputs.files(
    outputs.document("ec2:StopInstances"),
    outputs.document("ec2:StopInstances", index=2),
    outputs.document("ec2:StopInstances", principal=outputs.DEPLOY),
    trusts=(outputs.trust(),),
)
NEW = outputs.files(
    outputs.document("ec2:StartInstances"),
    outputs.document("ec2:StopInstances", principal=outputs.DEPLOY),
    outputs.document("ec2:StopInstances", principal=outputs.DEPLOY, index=2),
)
THIRD = outputs.files(outputs.document("ec2:RebootInstances", index=2))
FOREIGN = {"README.txt": b"mine\n", "main/notes.json": b"{}\n", "main/trust/old.json": b"mine too\n"}


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def put(folder: Path, files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An output folder with an old set and files of somebody else."""
    folder = tmp_path / "policies"
    write_build(folder, OLD, OURS)
    put(folder, FOREIGN)
    return folder


def test_a_first_build_makes_the_folder_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "policies"
    done = write_build(folder, OLD, OURS)
    assert done == Written(tuple(sorted(OLD)), (), (), False)
    assert contents(folder) == OLD
    assert sorted(path.name for path in folder.iterdir()) == ["main", MANIFEST]


def test_building_the_same_touches_nothing(folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    disk = FaultyDisk()
    assert write_build(folder, OLD, OURS, disk) == Written((), (), tuple(sorted(OLD)), False)
    assert disk.steps == []
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_new_set_takes_the_place_of_the_old(folder: Path) -> None:
    done = write_build(folder, NEW, OURS)
    assert contents(folder) == {**NEW, **FOREIGN}
    assert done.written == ("main/webshop-deploy-dev-2.json", "main/webshop-developers.json", MANIFEST)
    assert done.removed == ("main/trust/deploy-dev.json", "main/webshop-developers-2.json")
    assert done.unchanged == ("main/webshop-deploy-dev.json",)


def test_a_folder_that_holds_nothing_any_more_goes(tmp_path: Path) -> None:
    write_build(tmp_path, OLD, OURS)
    write_build(tmp_path, NEW, OURS)
    assert not (tmp_path / "main" / "trust").exists()


def test_an_edited_file_is_written_again(folder: Path) -> None:
    (folder / "main/webshop-developers.json").write_bytes(b"{}")
    assert write_build(folder, OLD, OURS).written == ("main/webshop-developers.json",)
    assert contents(folder) == {**OLD, **FOREIGN}


def refused(folder: Path, files: Mapping[str, bytes] = NEW, matrices: tuple[str, ...] = OURS) -> str:
    """The code with which a write is refused. What was there is untouched."""
    before = contents(folder)
    with pytest.raises(OutputError) as caught:
        write_build(folder, files, matrices)
    assert contents(folder) == before
    return caught.value.diagnostic.code


def test_the_folder_of_other_matrices_is_refused(folder: Path) -> None:
    assert refused(folder, matrices=("shop",)) == "PCC601"
    assert refused(folder, matrices=("shop", "webshop")) == "PCC601"


def test_a_file_that_no_build_wrote_is_not_overwritten(folder: Path) -> None:
    put(folder, {"main/webshop-deploy-dev-2.json": b"by hand\n"})
    assert refused(folder) == "PCC606"


def test_a_file_that_already_says_the_same_is_taken_over(tmp_path: Path) -> None:
    put(tmp_path, {path: content for path, content in OLD.items() if path != MANIFEST})
    assert write_build(tmp_path, OLD, OURS).written == (MANIFEST,)


@pytest.mark.parametrize("place", ["main/webshop-deploy-dev-2.json", STAGE, JOURNAL, MANIFEST])
def test_a_folder_where_a_file_goes_is_in_the_way(folder: Path, place: str) -> None:
    if (folder / place).exists():
        (folder / place).unlink()
    (folder / place).mkdir()
    if place == STAGE:
        write_build(folder, NEW, OURS)
    else:
        assert refused(folder) in ("PCC606", "PCC609")


def test_a_file_where_a_folder_goes_is_in_the_way(tmp_path: Path) -> None:
    put(tmp_path, {"main": b"a file\n"})
    assert refused(tmp_path) == "PCC606"
    (tmp_path / "main").unlink()
    put(tmp_path, {STAGE: b"a file\n"})
    assert refused(tmp_path) == "PCC606"


@pytest.mark.parametrize("place", ["main", "main/trust", STAGE])
def test_links_to_folders_are_not_followed(folder: Path, tmp_path: Path, place: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    if (folder / place).exists():
        (folder / place).rename(outside / "moved")
    (folder / place).symlink_to(outside / "moved" if (outside / "moved").exists() else outside)
    before = contents(outside)
    assert refused(folder) == "PCC607"
    assert contents(outside) == before


def test_a_link_in_place_of_our_file_is_replaced_and_not_followed(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    outside.write_bytes(NEW["main/webshop-developers.json"])
    (folder / "main/webshop-developers.json").unlink()
    (folder / "main/webshop-developers.json").symlink_to(outside)
    (folder / "main/webshop-developers-2.json").unlink()
    (folder / "main/webshop-developers-2.json").symlink_to(outside)
    write_build(folder, NEW, OURS)
    assert not (folder / "main/webshop-developers.json").is_symlink()
    assert not (folder / "main/webshop-developers-2.json").is_symlink()
    assert outside.read_bytes() == NEW["main/webshop-developers.json"]


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_build(tmp_path / "link", OLD, OURS)
    assert contents(tmp_path / "real") == OLD


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"version": 1, "matrices": [{"name": "webshop"}]}',
        b'{"version": 2, "matrices": [{"name": "webshop"}], "principals": []}',
        b'{"version": 1, "matrices": [{"name": "webshop"}], "principals": [{"policies": [{"path": "../../x.json"}]}]}',
        b'{"version": 1, "matrices": [{"name": "webshop"}], "principals": [{"policies": [{"path": "/etc/hosts"}]}]}',
        b'{"version": 1, "matrices": [{"name": "webshop"}], "principals": [{"policies": [{"path": 7}]}]}',
        b'{"version": 1, "matrices": [{"name": 7}], "principals": []}',
    ],
)
def test_a_manifest_that_is_not_ours_is_not_believed(folder: Path, manifest: bytes) -> None:
    (folder / MANIFEST).write_bytes(manifest)
    assert refused(folder) == "PCC605"


@pytest.mark.parametrize(
    "journal",
    [
        b"",
        b"[]",
        b"{}",
        b'{"version": 1, "matrices": ["webshop"], "write": [], "remove": ["../x"]}',
        b'{"version": 1, "matrices": ["webshop"], "write": [{"path": "../x", "sha256": ""}], "remove": []}',
        b'{"version": 2, "matrices": ["webshop"], "write": [], "remove": []}',
        b'{"version": 1, "matrices": "webshop", "write": [], "remove": []}',
        b'{"version": 1, "matrices": [1], "write": [], "remove": []}',
    ],
)
def test_a_journal_that_is_not_ours_is_not_believed(folder: Path, journal: bytes) -> None:
    (folder / JOURNAL).write_bytes(journal)
    assert refused(folder) == "PCC605"


def test_unsafe_paths_never_reach_the_disk(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="safe paths"):
        write_build(tmp_path, {**OLD, "../x.json": b""}, OURS)
    with pytest.raises(ValueError, match="manifest"):
        write_build(tmp_path, {}, OURS)


# Interruption. The steps of a write from OLD to NEW are counted once, and then each is struck in turn.


def _steps() -> list[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "policies"
        write_build(folder, OLD, OURS)
        put(folder, FOREIGN)
        disk = FaultyDisk()
        write_build(folder, NEW, OURS, disk)
        return disk.steps


STEPS = _steps()
COMMIT = STEPS.index(("rename", JOURNAL))


def test_everything_is_staged_before_anything_is_renamed_and_the_manifest_comes_last() -> None:
    names = [name for name, _ in STEPS]
    assert set(names[:COMMIT]) == {"make_folder", "write", "sync_folder"}
    assert names[COMMIT - 1] == "sync_folder"
    assert "write" not in names[COMMIT:]
    manifest = STEPS.index(("rename", MANIFEST))
    assert all(COMMIT <= STEPS.index(step) <= manifest for step in STEPS if step[0] == "rename")
    assert STEPS[manifest - 1][0] == STEPS[manifest + 1][0] == "sync_folder"
    assert STEPS.index(("remove", JOURNAL)) > manifest


def check_is_old_new_or_revealed(folder: Path) -> None:
    found = {path: content for path, content in contents(folder).items() if not path.startswith(STAGE)}
    assert {path: found.pop(path) for path in FOREIGN} == FOREIGN
    pending = found.pop(JOURNAL, None)
    if pending is None:
        assert found in (OLD, NEW)
        return
    journal = json.loads(pending)
    named = {item["path"] for item in journal["write"]} | set(journal["remove"])
    assert named == OLD.keys() | NEW.keys()
    assert all(content in (OLD.get(path), NEW.get(path)) for path, content in found.items())


@pytest.mark.parametrize("step", range(len(STEPS)), ids=lambda step: f"{step}-{STEPS[step][0]}-{STEPS[step][1]}")
def test_killed_anywhere_it_leaves_the_old_set_the_new_one_or_a_journal(folder: Path, step: int) -> None:
    status = faults.in_child(lambda: _write(folder, NEW, FaultyDisk(step, faults.kill)))
    assert status == -signal.SIGKILL
    check_is_old_new_or_revealed(folder)
    assert read_previous(folder).interrupted is (folder / JOURNAL).exists()
    for files in (NEW, OLD, THIRD):
        again = folder.with_name(f"again-{len(files)}")
        shutil.copytree(folder, again)
        write_build(again, files, OURS)
        assert contents(again) == {**files, **FOREIGN}
        assert not (again / STAGE).exists()


@pytest.mark.parametrize("first", range(0, len(STEPS), 3))
def test_killed_twice_it_still_knows_its_files(folder: Path, first: int) -> None:
    assert faults.in_child(lambda: _write(folder, NEW, FaultyDisk(first, faults.kill))) == -signal.SIGKILL
    for second in range(len(STEPS)):
        again = folder.with_name(f"again-{second}")
        shutil.copytree(folder, again)
        faults.in_child(lambda place=again, at=second: _write(place, THIRD, FaultyDisk(at, faults.kill)))  # type: ignore[misc]
        write_build(again, OLD, OURS)
        assert contents(again) == {**OLD, **FOREIGN}


def _write(folder: Path, files: Mapping[str, bytes], disk: Disk | None = None) -> None:
    write_build(folder, files, OURS, disk)


@pytest.mark.parametrize("step", range(COMMIT + 1), ids=lambda step: f"{step}-{STEPS[step][0]}-{STEPS[step][1]}")
def test_a_disk_that_fails_before_the_journal_leaves_the_old_set(folder: Path, step: int) -> None:
    before = contents(folder)
    with pytest.raises(OutputError, match="No space left on device; nothing there was changed") as caught:
        write_build(folder, NEW, OURS, FaultyDisk(step, faults.no_space))
    assert caught.value.diagnostic.code == "PCC609"
    assert contents(folder) == before
    assert not (folder / STAGE).exists()


@pytest.mark.parametrize("step", range(COMMIT + 1, len(STEPS)))
def test_a_disk_that_fails_after_it_is_told_and_made_good(folder: Path, step: int) -> None:
    try:
        write_build(folder, NEW, OURS, FaultyDisk(step, faults.no_space))
    except OutputError as error:
        assert error.diagnostic.code == "PCC609"
        assert "half-way" in error.diagnostic.message
    check_is_old_new_or_revealed(folder)
    write_build(folder, NEW, OURS)
    assert contents(folder) == {**NEW, **FOREIGN}


@pytest.fixture
def listening() -> Iterator[None]:
    """Ctrl-C is heard: a shell has its background jobs ignore it, and a test run may be one."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_ctrl_c_leaves_the_old_set_or_the_new_one(folder: Path, listening: None, step: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_build(folder, NEW, OURS, FaultyDisk(step, faults.ctrl_c))
    expected = OLD if step < COMMIT else NEW
    assert contents(folder) == {**expected, **FOREIGN}
    assert not (folder / STAGE).exists()


def test_a_first_build_that_fails_leaves_no_folder(tmp_path: Path) -> None:
    for step in range(4):
        with pytest.raises(OutputError):
            write_build(tmp_path / "deep" / "policies", OLD, OURS, FaultyDisk(step, faults.no_space))
        assert list(tmp_path.iterdir()) == []


def test_a_second_build_at_the_same_time_is_refused(folder: Path) -> None:
    class Second(Disk):
        codes: tuple[str, ...] = ()

        def write(self, path: Path, content: bytes) -> None:
            with pytest.raises(OutputError) as caught:
                write_build(folder, THIRD, OURS)
            self.codes += (caught.value.diagnostic.code,)
            super().write(path, content)

    disk = Second()
    write_build(folder, NEW, OURS, disk)
    assert set(disk.codes) == {"PCC611"}
    assert contents(folder) == {**NEW, **FOREIGN}


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that every user of the machine can reach."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _as_nobody() -> None:
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)


@pytest.mark.parametrize("closed", [".", "main", "main/trust"])
def test_a_read_only_folder_keeps_its_old_set(public: Path, closed: str) -> None:
    folder = public / "policies"
    write_build(folder, OLD, OURS)
    for path in (folder, folder / "main", folder / "main/trust"):
        path.chmod(0o777)
    (folder / closed).chmod(0o555)
    files = {**NEW, "main/trust/new.json": b"{}\n"}

    def work() -> None:
        _as_nobody()
        with pytest.raises(OutputError, match="nothing there was changed") as caught:
            write_build(folder, files, OURS)
        assert caught.value.diagnostic.code == "PCC609"

    try:
        assert faults.in_child(work) == 0
        assert contents(folder) == OLD
    finally:
        (folder / closed).chmod(0o755)


def test_a_file_system_that_takes_no_more_keeps_the_old_set(folder: Path) -> None:
    before = contents(folder)

    def work() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
        with pytest.raises(OutputError, match="File too large; nothing there was changed"):
            write_build(folder, NEW, OURS)

    assert faults.in_child(work) == 0
    assert contents(folder) == before


_FULL_DISK = """
import sys
from pathlib import Path
from policycc.emit.errors import OutputError
from policycc.emit.writer import write_build
from tests.unit.emit.test_writer import NEW, OLD, OURS, contents
folder = Path(sys.argv[1])
write_build(folder, OLD, OURS)
filler = (folder / "filler").open("wb", buffering=0)
try:
    while True:
        filler.write(b"x" * 1024)
except OSError:
    filler.close()
before = contents(folder)
try:
    write_build(folder, NEW, OURS)
except OutputError as error:
    assert "No space left on device; nothing there was changed" in error.diagnostic.message, error
    assert contents(folder) == before
    (folder / "filler").unlink()
    write_build(folder, NEW, OURS)
    assert contents(folder) == NEW
    print("kept")
"""


def test_a_full_disk_keeps_the_old_set(tmp_path: Path) -> None:
    mounts = subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode == 0
    need(shutil.which("unshare") and mounts, "a name space for a small file system")
    script = 'mount -t tmpfs -o size=256k tmpfs "$1" && exec "$2" -c "$3" "$1"'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, "sh", str(tmp_path), sys.executable, _FULL_DISK],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("kept\n", "")
