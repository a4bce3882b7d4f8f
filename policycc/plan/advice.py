"""What to tell somebody whose policies do not fit into AWS's quotas."""

from __future__ import annotations

from policycc.diagnostics.model import Diagnostics, Label
from policycc.diagnostics.wording import listed
from policycc.ir.statement import Principal
from policycc.model.matrix import Matrix
from policycc.plan.packing import Overflow
from policycc.plan.quotas import Quotas
from policycc.plan.size import Contributor


def report_overflow(
    overflow: Overflow, principal: Principal, matrix: Matrix, quotas: Quotas, diagnostics: Diagnostics
) -> None:
    """Says what does not fit, what takes the most room, and the ways out: PCC501, or PCC502 for one statement that is
    too large by itself."""
    labels = [Label(cell.span) for cell in matrix.cells if cell.group == principal.group and cell.span is not None]
    if overflow.indivisible is not None:
        diagnostics.error(
            "PCC502",
            f"the statement that `{principal.name}` needs for `{overflow.indivisible}` is larger than a policy may be",
            *labels,
            help=f"a policy holds {quotas.managed_size} characters: give the environments fewer `arns` or `names`, or "
            "shorter ones",
        )
        return
    largest = "; ".join(_contributor(part) for part in overflow.largest)
    diagnostics.error(
        "PCC501",
        f"the policies of `{principal.name}` take {overflow.documents} documents, and a {principal.kind} may carry "
        f"{overflow.allowed}",
        *labels,
        help=f"{overflow.size} characters in all, most of them for {largest}. {_ways_out(principal, matrix)}",
    )


def _contributor(part: Contributor) -> str:
    return f"`{part.service}` in {listed(part.origins)} ({part.size})"


def _ways_out(principal: Principal, matrix: Matrix) -> str:
    ways = []
    if matrix.output.wildcards != "always":
        ways.append('let action lists be shortened by patterns (`wildcards = "always"` in `[output]`)')
    else:
        ways.append("grant fewer services, or fewer levels of the largest one")
    ways.append(f"share the grants of `{principal.group}` out over two groups")
    if principal.kind == "role":
        ways.append("have AWS raise the quota, and write the new one into `quotas` of `[output]`")
    else:
        ways.append("give an environment an exclusive account, where grants need no conditions")
    return f"Ways out: {ways[0]}; {ways[1]}; or {ways[2]}"
