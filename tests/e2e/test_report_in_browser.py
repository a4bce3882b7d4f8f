"""The report in a real browser: it builds the page that was meant, and complains of nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from policycc.report import report
from policycc.source.read import read_file

MATRIX = Path(__file__).parents[2] / "fixtures" / "matrices" / "containers" / "matrix.toml"
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-component-update",
    "--disable-background-networking",
    "--no-first-run",
    "--enable-logging=stderr",
)


@pytest.mark.skipif(BROWSER is None, reason="Chromium is needed")
def test_the_browser_builds_the_page_that_was_meant(tmp_path: Path) -> None:
    assert BROWSER is not None
    made = report([read_file(str(MATRIX))])
    assert made.page is not None
    # Were a style or the frame of a table refused, the console would say so, or an element would be missing.
    (tmp_path / "report.html").write_text(made.page)
    done = subprocess.run(
        [BROWSER, *QUIET, f"--user-data-dir={tmp_path / 'user'}", "--dump-dom", f"file://{tmp_path / 'report.html'}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "CONSOLE" not in done.stderr
    for element in ("tr", "td", "details", "pre", "rect", "path", "section"):
        pattern = re.compile(rf"<{element}[ >]")
        assert len(pattern.findall(done.stdout)) == len(pattern.findall(made.page)) > 0, element
