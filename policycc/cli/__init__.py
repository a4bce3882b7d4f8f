"""The command line. Nothing heavy is imported before the command that needs it."""

from __future__ import annotations


def main() -> None:
    """The entry point of the `policycc` script. Ends the process with the status of `policycc.cli.status`."""
    try:
        from policycc.cli.app import run

        run()
    except KeyboardInterrupt:
        # Pressed while Python was still importing; later ones are answered in `app`.
        raise SystemExit(130) from None
