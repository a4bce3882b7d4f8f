"""`policycc explain`: what a diagnostic means, or why an action is allowed or not."""

from __future__ import annotations

import re

import click

from policycc.cli import console

_CODE = re.compile(r"PCC[0-9]{3}", re.IGNORECASE)


@click.command()
@click.argument("subject", metavar="CODE | GROUP")
@click.argument("action", required=False)
@click.option("-m", "--matrix", "matrices", multiple=True, metavar="MATRIX", help="The matrix; may be repeated.")
@click.option("-e", "--environment", metavar="ENV", help="One environment only.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def explain(
    ctx: click.Context,
    subject: str,
    action: str | None,
    matrices: tuple[str, ...],
    environment: str | None,
    form: str,
) -> None:
    """Say what a diagnostic means, or why a group may do an action or not.

    \b
    Examples:
      policycc explain PCC302
      policycc explain developers ec2:RunInstances -e dev
    """
    if _CODE.fullmatch(subject) and action is None:
        _explain_code(subject.upper(), form)
        return
    if action is None:
        raise click.UsageError("name a diagnostic, as in `PCC302`, or a group and an action")
    from policycc.cli.explain_grant import explain_grant

    ctx.exit(explain_grant(matrices, subject, action, environment, form))


def _explain_code(code: str, form: str) -> None:
    from policycc.diagnostics.codes import CODES, page
    from policycc.diagnostics.wording import did_you_mean

    if code not in CODES:
        hint = did_you_mean(code, tuple(CODES))
        raise click.UsageError(f"there is no diagnostic `{code}`" + (f"; {hint}" if hint else ""))
    if form == "text":
        console.write(page(code).rstrip("\n") + "\n")
        return
    import json

    found = CODES[code]
    body = {"code": found.id, "name": found.name, "summary": found.summary, "page": page(code)}
    console.write(json.dumps(body, indent=2) + "\n")
