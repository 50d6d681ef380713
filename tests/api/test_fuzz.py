"""Schemathesis against a real server: never a 5xx, every status declared, every body as the document says."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from tests.api.centre import DELAY, ENQUIRY, UNCLEAR, Centre
from tests.api.conftest import opened, serving
from tests.fixtures.database import copied

EXAMPLES = 15
PROBES = {"/health", "/ready", "/metrics"}
"""They take no parameters, and do not care what a balancer adds to the address."""
load_all_checks()
PROVEN = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]
REFUSALS = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422"]
"""413 too: what is malformed may be too long as well."""
REFUSED = [*PROVEN, "negative_data_rejection"]


@dataclass(frozen=True)
class Target:
    """A server with cases in it, and what the fuzzer may fill in so that it gets past 404."""

    schema: Any
    headers: dict[str, str]
    cases: list[str]
    runs: list[str]
    centre: Centre


@pytest.fixture(scope="module")
async def target(postgres: Any, template: str, tmp_path_factory: Any) -> AsyncIterator[Target]:
    folder: Path = tmp_path_factory.mktemp("fuzz")
    async with (
        copied(postgres.url("t_fuzz"), template) as database,
        opened(database) as centre,
        serving(database, folder, clock="simulated") as url,
    ):
        ids = [await centre.carried(text) for text in (DELAY, ENQUIRY, UNCLEAR)]
        ids.append(await centre.start())
        runs = [run["id"] for run in (await centre.supervisor.get("/runs")).json()["items"]]
        headers = {"Authorization": f"Bearer {centre.supervisor.token}"}
        schema = await asyncio.to_thread(schemathesis.openapi.from_url, f"{url}/api/v1/openapi.json")
        schema.config.checks.negative_data_rejection.expected_statuses = [*REFUSALS]
        yield Target(schema, headers, ids, runs, centre)


def _settings() -> settings:
    return settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def fuzz(target: Target, mode: GenerationMode, names: list[str]) -> Counter[int]:
    """Every operation, a score of times; returns how often each status was answered."""
    wrong: list[Exception] = []
    statuses: Counter[int] = Counter()
    for result in target.schema.get_all_operations():
        operation = result.ok()
        if mode is GenerationMode.NEGATIVE and operation.path in PROBES:
            continue
        try:
            statuses += exercise(target, operation, mode, names)
        except Exception as error:  # noqa: BLE001 - the other operations are to be heard as well
            error.add_note(operation.label)
            wrong.append(error)
    if wrong:
        raise ExceptionGroup("these operations do not keep to the document", wrong)
    return statuses


def exercise(target: Target, operation: Any, mode: GenerationMode, names: list[str]) -> Counter[int]:
    checks = CHECKS.get_by_names(names)
    statuses: Counter[int] = Counter()

    @seed(2026)
    @_settings()
    @given(data=st.data())
    def call(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        if mode is GenerationMode.POSITIVE and data.draw(st.integers(0, 3)):
            _known(target, case, data)
        answer = case.call(headers=target.headers)
        case.validate_response(answer, checks=checks)
        statuses[answer.status_code] += 1

    call()
    return statuses


def _known(target: Target, case: Any, data: st.DataObject) -> None:
    """A case or run that is there, and often the version it is at."""
    if "case_id" in (case.path_parameters or {}):
        case.path_parameters["case_id"] = data.draw(st.sampled_from(target.cases))
    if "run_id" in (case.path_parameters or {}):
        case.path_parameters["run_id"] = data.draw(st.sampled_from(target.runs))
    if isinstance(case.body, dict) and "version" in case.body:
        case.body["version"] = data.draw(st.integers(1, 6))


@pytest.mark.timeout(150)
async def test_whatever_is_well_formed_is_answered_as_declared(target: Target) -> None:
    statuses = await asyncio.to_thread(fuzz, target, GenerationMode.POSITIVE, PROVEN)
    assert statuses.keys() >= {200, 202, 404, 409}, "it got past the door"


@pytest.mark.timeout(150)
async def test_whatever_is_malformed_is_refused_as_declared(target: Target) -> None:
    statuses = await asyncio.to_thread(fuzz, target, GenerationMode.NEGATIVE, REFUSED)
    assert statuses[422] + statuses[400] >= EXAMPLES * 15
