"""From the view to HTML. Everything that comes from a matrix is escaped; the page loads nothing and runs nothing."""

from __future__ import annotations

from policycc import _resources
from policycc.report.view import OUTCOMES, View

TEMPLATE = "report/report.html.j2"


def render(view: View) -> str:
    """The page."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    source = _resources.templates().joinpath(*TEMPLATE.split("/")).read_text("utf-8")
    return environment.from_string(source).render(view=view, outcomes=OUTCOMES)
