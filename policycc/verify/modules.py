"""The modules of the terraform target, which are recognised and not read.

A module names the policies of the folder as files, so that what it deploys is what is judged, as long as the module is
the one that the build wrote and compared. Its digest says so. Anything else in Terraform's language may mean anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

FOLDER = "terraform/modules/"
CONFIGURATION = (".tf", ".tf.json", ".tofu", ".tofu.json")
"""How the files end that Terraform or OpenTofu read of a module's folder; OpenTofu takes `main.tofu.json` for
`main.tf.json` (https://opentofu.org/docs/language/files/)."""


def is_module(path: str) -> bool:
    """Whether a file of an output folder is configuration of Terraform, by its place."""
    return path.startswith(FOLDER)


def unread(files: Mapping[str, bytes], built: Mapping[str, str]) -> Iterator[str]:
    """What cannot be judged of the modules `files`, given the digests of what a build wrote."""
    for path, content in sorted(files.items()):
        if path not in built:
            yield f"{path} is not of the build, and Terraform is not read"
        elif hashlib.sha256(content).hexdigest() != built[path]:
            yield f"{path} was edited after it was built, and Terraform is not read"


def missing(files: Mapping[str, bytes], built: Mapping[str, str]) -> Iterator[str]:
    """The modules that a build wrote and that are not there."""
    yield from sorted(path for path in built if is_module(path) and path not in files)
