import subprocess
import sys
from pathlib import Path

import pytest

from deployments.stack import Stack

REDRESS = Path(sys.executable).with_name("redress")


@pytest.fixture
def redress(home, monkeypatch):
    """Run the command line as people do."""
    monkeypatch.setenv("REDRESS_HOME", str(home))
    monkeypatch.delenv("REDRESS_DATABASE_URL", raising=False)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([REDRESS, *arguments], capture_output=True, text=True, timeout=60, check=False)

    return run


@pytest.mark.parametrize("command", [(), ("up",), ("settings",), ("version",)])
def test_every_command_explains_itself(redress, command):
    done = redress(*command, "--help")
    assert done.returncode == 0
    assert "Usage: redress" in done.stdout


def test_settings_are_listed_and_secrets_masked(redress, monkeypatch):
    monkeypatch.setenv("REDRESS_DATABASE_URL", "postgresql://me:hush@host/redress")
    monkeypatch.setenv("REDRESS_SECRET_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
    monkeypatch.setenv("COLUMNS", "200")
    done = redress("settings")
    assert done.returncode == 0
    assert "REDRESS_LEASE_SECONDS" in done.stdout
    assert "PREFECT_API_URL" in done.stdout
    assert "hush" not in done.stdout
    assert "MDEyMzQ1" not in done.stdout


def test_a_wrong_setting_gets_one_sentence(redress, monkeypatch):
    monkeypatch.setenv("REDRESS_API_PORT", "many")
    monkeypatch.setenv("REDRESS_DATABASE_URL", "mysql://me:hush@host/redress")
    done = redress("settings")
    assert done.returncode == 1
    assert "REDRESS_API_PORT: " in done.stderr
    assert "REDRESS_DATABASE_URL: must begin with postgresql://" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hush" not in done.stderr


async def test_a_second_up_in_the_same_home_gets_one_sentence(redress, settings):
    async with Stack(settings, parts=set()):
        done = redress("up")
    assert done.returncode == 1
    assert "already runs in" in done.stderr
    assert "Traceback" not in done.stderr
