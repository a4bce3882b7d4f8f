"""The command line. Nothing heavy is imported before the command that needs it."""

from __future__ import annotations

import gc


def main() -> None:
    """The entry point of the `policycc` script. Ends the process with the status of `policycc.cli.status`."""
    # A run makes many small values that live until its end, so looking for dead cycles among them is mostly in vain.
    gc.set_threshold(200_000, 50, 50)
    try:
        from policycc.cli.app import run

        run()
    except KeyboardInterrupt:
        # Pressed while Python was still importing; later ones are answered in `app`.
        raise SystemExit(130) from None
