"""`policycc.lock`: the catalogue that a matrix was last built with, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

from policycc.diagnostics.model import Diagnostics
from policycc.emit.disk import Disk
from policycc.emit.errors import OutputError
from policycc.emit.single import write_file
from policycc.ir.outcome import CatalogueSource

NAME = "policycc.lock"
VERSION = 1


def render(catalogue: CatalogueSource) -> bytes:
    """The lock file of a catalogue."""
    body = {
        "version": VERSION,
        "catalogue": {"source": catalogue.source, "version": catalogue.version, "sha256": catalogue.sha256},
    }
    return (json.dumps(body, indent=2) + "\n").encode()


def read(path: Path) -> CatalogueSource | None:
    """The catalogue that a lock file names, or None without the file. Raises OutputError for one that is unreadable."""
    try:
        body = json.loads(path.read_bytes())
        catalogue = body["catalogue"]
        found = CatalogueSource(catalogue["source"], catalogue["version"], catalogue["sha256"])
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError("PCC609", f"`{path}` cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _unreadable(path) from error
    if body.get("version") != VERSION or not all(
        isinstance(part, str) for part in (found.source, found.version, found.sha256)
    ):
        raise _unreadable(path)
    return found


def write(path: Path, catalogue: CatalogueSource, disk: Disk | None = None) -> bool:
    """Writes the lock file in one step, unless it says so already. Returns whether it was written.

    Raises OutputError if the folder or the file cannot be written."""
    return write_file(path, render(catalogue), disk)


def check_frozen(path: Path, catalogue: CatalogueSource, diagnostics: Diagnostics) -> bool:
    """For `--frozen`: whether the lock file names this catalogue; says what to install if it does not.

    Raises OutputError for a lock file that is unreadable."""
    locked = read(path)
    if locked == catalogue:
        return True
    if locked is None:
        message = f"`--frozen` needs `{path}`, which does not exist"
        help = "run `policycc build` without `--frozen`"
    elif locked.version == catalogue.version:
        message = f"the catalogue is {catalogue.source} {catalogue.version} as `{path}` says, but its digest is another"
        help = (
            "the corrections that come with policycc have changed: build without `--frozen` to accept them, or install "
            "the policycc that wrote the lock"
        )
    else:
        message = f"the catalogue is {catalogue.source} {catalogue.version}, but `{path}` wants {locked.version}"
        help = f"pip install {locked.source}=={locked.version}"
    diagnostics.error("PCC608", message, help=help)
    return False


def _unreadable(path: Path) -> OutputError:
    return OutputError(
        "PCC605", f"`{path}` is not a lock file that policycc wrote", help="delete it and build without `--frozen`"
    )
