"""The README's walk through a complaint, run as it stands against a stack that `redress up` started."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deployments.home import discard

ROOT = Path(__file__).resolve().parents[2]
REDRESS = Path(sys.executable).with_name("redress")
BLOCK = re.compile(r"```bash\n(.*?)```", re.DOTALL)

pytestmark = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("bash")), reason="the README's block needs curl and bash"
)


def test_the_readmes_block_takes_a_complaint_from_start_to_score(tmp_path: Path) -> None:
    unset = {"REDRESS_DATABASE_URL", "REDRESS_SECRET_KEY", "PREFECT_API_URL"}
    env = {name: value for name, value in os.environ.items() if name not in unset}
    home = tmp_path / "home"
    env |= {"REDRESS_HOME": str(home), "REDRESS_API_PORT": "0", "REDRESS_PREFECT_PORT": "0"}
    with subprocess.Popen([REDRESS, "up"], env=env, stdout=subprocess.PIPE, text=True) as up:
        try:
            assert up.stdout is not None
            assert any("token create" in line for line in up.stdout), "redress up ended before its welcome"
            api = json.loads((home / "run" / "stack.json").read_text())["api_url"]
            (block,) = BLOCK.findall((ROOT / "README.md").read_text("utf-8"))
            script = block.replace(".venv/bin/redress", str(REDRESS))
            walked = subprocess.run(
                [shutil.which("bash") or "bash", "-euo", "pipefail", "-c", script],
                env=env | {"API": f"{api}/api/v1"},
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
        finally:
            up.send_signal(signal.SIGINT)
            up.wait(60)
            discard(home)
    assert walked.returncode == 0, walked.stdout + walked.stderr
    assert '"kind": "scored"' in walked.stdout
