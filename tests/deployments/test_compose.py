"""compose.yaml and the Dockerfile name nothing that the project, Prefect or uvicorn no longer has.

There is no engine for containers here; that the processes work together is shown by `test_several_machines.py`.
"""

import importlib.util
import subprocess
import sys
import tomllib
from importlib import import_module
from itertools import takewhile
from pathlib import Path

import pytest
import typer
import uvicorn
from fastapi.routing import APIRoute
from prefect.settings import Settings as PrefectSettings
from prefect.settings.legacy import _get_settings_fields

from deployments import prefect_server
from deployments.cli import commands
from deployments.commands.settings import _variable
from models.settings import Settings
from tests.deployments.composed import COMPOSE, FILE, FILLED_IN, FOLDER, OURS, SERVICES, environments

ROOT = FOLDER.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OWN = {_variable(name, field): name for name, field in Settings.model_fields.items()}
PREFECT = set(_get_settings_fields(PrefectSettings))
ELSEWHERE = {"DO_NOT_TRACK", "PREFECT_REDIS_MESSAGING_URL", "PREFECT_REDIS_WORKER_CLEANUP_QUEUE_URL"}
"""Read by what Prefect is made of, and by prefect-redis."""
LISTENING_NOWHERE = {"worker", "prefect-services"}


def commands_of(program: str) -> list[list[str]]:
    return [one["command"] for one in OURS.values() if one["command"][0] == program]


def dockerfile() -> list[list[str]]:
    lines = (FOLDER / "Dockerfile").read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]


def test_every_program_is_one_that_is_looked_at_below() -> None:
    assert {one["command"][0] for one in OURS.values()} == {"redress", "prefect", "uvicorn", "python"}


@pytest.mark.parametrize("command", commands_of("redress"), ids=" ".join)
def test_our_own_commands_take_what_they_are_given(command: list[str]) -> None:
    group = typer.main.get_command(commands)
    with group.make_context("redress", command[1:]) as context:
        name, found, rest = group.resolve_command(context, [*context._protected_args, *context.args])
        found.make_context(name, rest, parent=context)


@pytest.mark.parametrize("command", commands_of("uvicorn"), ids=" ".join)
def test_uvicorn_takes_its_options_and_finds_what_it_serves(command: list[str]) -> None:
    context = uvicorn.main.make_context("uvicorn", command[1:])
    module, _, name = context.params["app"].partition(":")
    assert callable(getattr(import_module(module), name))
    assert context.params["factory"]
    assert context.params["host"] == "0.0.0.0"  # noqa: S104 - what a container listens on is published by compose


@pytest.mark.parametrize("command", commands_of("python"), ids=" ".join)
def test_python_finds_the_module(command: list[str]) -> None:
    assert command[1] == "-m"
    assert importlib.util.find_spec(f"{command[2]}.__main__") is not None
    assert len(command) == 3


@pytest.mark.parametrize("command", commands_of("prefect"), ids=" ".join)
def test_prefect_has_the_command_and_its_options(command: list[str]) -> None:
    words = list(takewhile(lambda word: not word.startswith("--"), command))
    options = [word for word in command if word.startswith("--")]
    asked = [sys.executable, "-m", *words, "--help"]
    told = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=True).stdout
    assert f"Usage: {' '.join(words)} " in told
    assert all(option in told for option in options)


@pytest.mark.parametrize(("service", "variable"), sorted({(one, name) for one, name, _ in environments()}))
def test_every_variable_is_a_setting(service: str, variable: str) -> None:
    if service in OURS:
        assert variable in OWN or variable in PREFECT | ELSEWHERE
    else:
        assert variable in {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"}


def test_values_are_ones_that_the_settings_take() -> None:
    filled = {"POSTGRES_PASSWORD": "p", "PREFECT_AUTH": "u:p", "REDRESS_SECRET_KEY": "A" * 43 + "="}
    for service in ("api", "worker", "migrate"):
        given = {OWN[name]: value for one, name, value in environments() if one == service and name in OWN and value}
        Settings(**{name: FILLED_IN.sub(lambda found: filled[found[1]], value) for name, value in given.items()})


def test_what_prefects_server_is_told_is_what_the_embedded_one_is_told() -> None:
    for service, one in OURS.items():
        told = dict(prefect_server.CLIENT)
        told |= prefect_server.SERVER if one["command"][0] == "prefect" else {}
        assert told.items() <= one["environment"].items(), service


def test_what_is_plugged_into_prefect_is_there_when_it_is_installed() -> None:
    modules = {value for _, _, value in environments() if str(value).startswith("prefect_redis.")}
    assert len(modules) == 4
    if importlib.util.find_spec("prefect_redis") is None:
        pytest.skip("prefect-redis is not installed: pip install '.[several]'")
    for name in modules:
        assert importlib.util.find_spec(name) is not None


def test_no_secret_stands_in_the_file_or_has_a_default() -> None:
    found = list(FILLED_IN.finditer(FILE.read_text(encoding="utf-8")))
    assert {one[1] for one in found} == {"POSTGRES_PASSWORD", "PREFECT_AUTH", "REDRESS_SECRET_KEY"}
    assert all(one[2] and not one[3] for one in found), "each is required, with a sentence"
    for _, variable, value in environments():
        if "PASSWORD" in variable or "SECRET" in variable or "AUTH" in variable:
            assert value is None or FILLED_IN.fullmatch(value), variable
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(one[1] in page for one in found)


def test_who_waits_for_somebody_waits_for_what_he_becomes() -> None:
    for name, one in SERVICES.items():
        for other, wanted in one.get("depends_on", {}).items():
            ends = SERVICES[other].get("restart") == "no"
            expected = "service_completed_successfully" if ends else "service_healthy"
            assert wanted == {"condition": expected}, f"{name} waits for {other}"
            assert ends or "healthcheck" in SERVICES[other]


def test_all_that_listens_is_asked_whether_it_is_well_at_an_address_that_is_there() -> None:
    runs = {name for name, one in SERVICES.items() if one["restart"] != "no"}
    assert runs - {name for name in SERVICES if "healthcheck" in SERVICES[name]} == LISTENING_NOWHERE
    asked = " ".join(SERVICES["api"]["healthcheck"]["test"])
    from api.routes.health import router

    paths = [one.path for one in router.routes if isinstance(one, APIRoute)]
    assert any(f":8000{path}'" in asked for path in paths)
    for one in OURS.values():
        if "healthcheck" in one:
            port = one["command"][one["command"].index("--port") + 1]
            assert f":{port}/" in " ".join(one["healthcheck"]["test"])
            assert [published.rpartition(":")[2] for published in one["ports"]] == [port]
            assert all(published.startswith("127.0.0.1:") for published in one["ports"])


def test_the_image_is_installed_from_what_is_there() -> None:
    assert {one["build"]["dockerfile"] for one in OURS.values()} == {"deployments/Dockerfile"}
    assert (FILE.parent / COMPOSE["x-image"]["build"]["context"]).resolve() == ROOT
    copied = [word for line in dockerfile() if line[0] == "COPY" for word in line[1:-1]]
    assert all((ROOT / name).exists() for name in copied)
    packages = {pattern.rstrip("*") for pattern in PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert packages <= set(copied)
    let_in = (FOLDER / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line[1:] for line in let_in if line.startswith("!")} == set(copied)
    [installs] = [" ".join(line) for line in dockerfile() if "install" in line]
    assert "--constraint constraints.txt" in installs
    extra = installs.partition('".[')[2].partition("]")[0]
    assert PROJECT["project"]["optional-dependencies"][extra] == ["prefect-redis>=0.3,<0.4"]
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert "\nprefect-redis==0.3." in pinned
    users = [line[1] for line in dockerfile() if line[0] == "USER"]
    assert users == ["redress"]
    assert dockerfile()[0][1].startswith("python:3.")


def test_the_folder_holds_no_other_compose_file() -> None:
    assert [one.name for one in Path(FOLDER).glob("*.y*ml")] == ["compose.yaml"]
