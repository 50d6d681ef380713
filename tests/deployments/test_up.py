"""`make up` as people use it: the command line, all parts, Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psutil

REDRESS = Path(sys.executable).with_name("redress")


def test_up_brings_everything_up_and_ctrl_c_takes_it_all_down(home):
    unset = {"REDRESS_DATABASE_URL", "REDRESS_SECRET_KEY", "PREFECT_API_URL"}
    env = {name: value for name, value in os.environ.items() if name not in unset}
    env |= {"REDRESS_HOME": str(home), "REDRESS_API_PORT": "0", "REDRESS_PREFECT_PORT": "0"}
    output = []
    with subprocess.Popen([REDRESS, "up"], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as up:
        for line in up.stdout:
            output.append(line)
            if "redress token create" in line:
                break
        assert "redress token create" in output[-1], "".join(output)
        note = json.loads((home / "run" / "stack.json").read_text())
        children = [psutil.Process(child["pid"]) for child in json.loads((home / "run" / "children.json").read_text())]
        assert len(children) == 4
        assert httpx.get(f"{note['api_url']}/ready", timeout=10).status_code == httpx.codes.OK
        assert httpx.get(f"{note['env']['PREFECT_API_URL']}/health", timeout=10).json() is True
        up.send_signal(signal.SIGINT)
        output += up.stdout.readlines()
    assert up.returncode == 0, "".join(output)
    assert output[-1] == "Stopped. 已停止。\n"
    assert not any(child.is_running() for child in children)
    assert not (home / "run" / "stack.json").exists()
