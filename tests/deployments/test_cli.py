import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from deployments.cli import commands
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


def every_command(group, path=()):
    """Its own words, then those of every command and group under it."""
    yield path
    for name, command in getattr(group, "commands", {}).items():
        yield from every_command(command, (*path, name))


@pytest.mark.parametrize("command", [*every_command(typer.main.get_command(commands))], ids=" ".join)
def test_every_command_explains_itself(command):
    shown = CliRunner().invoke(commands, [*command, "--help"])
    assert shown.exit_code == 0
    usage, said = shown.stdout.split("Usage:", 1)[1].strip().split("\n", 1)
    assert usage.split()[1 : 1 + len(command)] == list(command)
    assert said.strip()[:1].isupper(), "it begins with what it does"


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


@pytest.mark.parametrize(("name", "value"), [("REDRESS_SMTP_HOST", "mail.example"), ("REDRESS_SMTP_USER", "me")])
def test_settings_that_do_not_fit_together_get_one_sentence(redress, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    done = redress("settings")
    assert done.returncode == 1
    assert done.stderr.startswith("redress: ")
    assert "SMTP" in done.stderr
    assert "Traceback" not in done.stderr


async def test_a_second_up_in_the_same_home_gets_one_sentence(redress, settings):
    async with Stack(settings, parts=set()):
        done = redress("up")
    assert done.returncode == 1
    assert "already runs in" in done.stderr
    assert "Traceback" not in done.stderr
