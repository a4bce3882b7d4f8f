"""The names of the files in an output folder that are ours and no target's."""

from __future__ import annotations

MANIFEST = "manifest.json"
JOURNAL = ".policycc-pending.json"
STAGE = ".policycc-staged"
"""A folder beside the outputs, and so in the same file system, where all files are complete before any is renamed."""
