"""What Terraform and CloudFormation deploy is what was proved: to a server on this machine, and read back from it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from policycc import pipeline
from tests.support.deployed import ACCOUNT, KEYS, client, deployed, reset, server
from tests.support.matrices import ROOT
from tests.support.tools import need

PLUGINS = "POLICYCC_TERRAFORM_PLUGINS"
"""A folder of Terraform providers, as `terraform providers mirror` makes it."""
GUIDE = ROOT / "docs" / "deploying.md"
FIXTURES = ("containers", "github-oidc")
"""Groups; roles with trust policies, paths and sessions, in two accounts. None that names access points or lens groups
of S3: AWS takes their ARNs, which have a region, and the server does not."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    need(find_spec("moto") and find_spec("flask"), "moto with its server")
    with server() as found:
        yield found


@pytest.fixture
def iam(address: str) -> Any:
    reset(address)
    return client(address, "iam")


def fence(kind: str) -> str:
    """The one example of a kind in the guide."""
    [found] = re.findall(rf"^```{kind}\n(.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return str(found)


def built(name: str, target: str, folder: Path) -> dict[str, Any]:
    """Builds a fixture, or the matrix of the guide, for a target into a folder; answers its manifest."""
    source = ROOT / "fixtures" / "matrices" / name / "matrix.toml"
    if name == "guide":
        source = folder / "matrix.toml"
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(fence("toml matrix"), "utf-8")
    result = pipeline.build([str(source)], target=target, prove=False)
    assert result.files is not None
    for path, content in result.files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    manifest: dict[str, Any] = json.loads(result.files["manifest.json"])
    return manifest


def of_main(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    assert {"name": "main", "id": ACCOUNT}.items() <= manifest["accounts"][0].items()
    return [one for one in manifest["principals"] if one["account"] == "main"]


def wanted(manifest: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """What there has to be in the account `main`, from the manifest and the JSON files."""
    found: dict[str, Any] = {"roles": {}, "policies": {}}
    for one in of_main(manifest):
        holder = f"role/{one['name']}" if one["kind"] == "role" else one["name"]
        for policy in one["policies"]:
            body = json.loads((folder / policy["path"]).read_bytes())
            if policy["kind"] == "trust":
                found["roles"][one["name"]] = (one.get("path", "/"), one.get("session", 3600), body)
            else:
                found["policies"][holder, policy["name"]] = body
    assert found["policies"]
    return found


def make_groups(iam: Any, manifest: Mapping[str, Any]) -> None:
    for one in of_main(manifest):
        if one["kind"] == "group":
            iam.create_group(GroupName=one["name"])


@pytest.mark.parametrize("name", [*FIXTURES, "guide"])
def test_cloudformation_deploys_what_was_proved(address: str, iam: Any, tmp_path: Path, name: str) -> None:
    manifest = built(name, "cloudformation", tmp_path)
    make_groups(iam, manifest)
    body = (tmp_path / "cloudformation/stacks/main.json").read_text("utf-8")
    storage, stacks = client(address, "s3"), client(address, "cloudformation")
    # As `aws cloudformation deploy --s3-bucket`: a large template comes from a bucket.
    where = {"LocationConstraint": KEYS["AWS_REGION"]}
    storage.create_bucket(Bucket="templates", CreateBucketConfiguration=where)
    storage.put_object(Bucket="templates", Key="main.json", Body=body.encode())
    url = f"https://s3.{KEYS['AWS_REGION']}.amazonaws.com/templates/main.json"
    stacks.create_stack(StackName="access", TemplateURL=url, Capabilities=["CAPABILITY_NAMED_IAM"])
    [stack] = stacks.describe_stacks(StackName="access")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert deployed(iam) == wanted(manifest, tmp_path)


@pytest.fixture(scope="module")
def terraform() -> Path:
    """The plugins of Terraform, where it and they are on this machine."""
    mirror = os.environ.get(PLUGINS)
    if shutil.which("terraform") is None or not mirror:
        pytest.skip(f"terraform, and its providers in the folder that {PLUGINS} names, are needed")
    return Path(mirror)


@pytest.mark.parametrize("name", ["github-oidc", "guide"])
def test_terraform_deploys_what_was_proved(address: str, iam: Any, terraform: Path, tmp_path: Path, name: str) -> None:
    manifest = built(name, "terraform", tmp_path / "policies")
    make_groups(iam, manifest)
    (tmp_path / "main.tf").write_text(fence("hcl deploy"))

    def run(*arguments: str, status: int = 0) -> str:
        home = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=tmp_path,
            env={**home, **KEYS, "AWS_ENDPOINT_URL": address},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, f"{done.stdout}\n{done.stderr}"
        return done.stdout

    run("init", "-input=false", f"-plugin-dir={terraform}")
    assert json.loads(run("validate", "-json"))["diagnostics"] == []
    run("apply", "-input=false", "-auto-approve", "-no-color")
    assert deployed(iam) == wanted(manifest, tmp_path / "policies")
    # With this option, 0 says that nothing would change.
    run("plan", "-input=false", "-no-color", "-detailed-exitcode")
