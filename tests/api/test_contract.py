"""The OpenAPI document is complete, and the app keeps to it whatever a fuzzer thinks of."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from flows.acts.registry import ACTS
from tests.api.centre import Centre

METHODS = ("get", "post", "put", "delete", "patch")
PUBLIC = {"/health", "/ready", "/metrics"}
READS = {"/api/v1/customers/lookup"}
"""A look-up changes nothing; it is a POST only to keep what is looked for out of the URL."""


@pytest.fixture(scope="module")
async def document(module_centre: Centre) -> dict[str, Any]:
    answer = await module_centre.handler.get("/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


async def test_every_operation_has_a_name_of_its_own_a_summary_and_a_description(document: dict[str, Any]) -> None:
    names = Counter(operation["operationId"] for _, _, operation in operations(document))
    assert set(names.values()) == {1}
    for path, _, operation in operations(document):
        assert operation["summary"], path
        assert operation["description"], path
        assert operation["tags"], path


async def test_every_error_is_declared_as_a_problem(document: dict[str, Any]) -> None:
    problem = {"$ref": "#/components/schemas/Problem"}
    for path, method, operation in operations(document):
        answers = operation["responses"]
        wanted = {"503"} if path in PUBLIC else {"400", "401", "422", "503"}
        wanted -= {"503"} if path == "/health" else set()
        assert wanted <= set(answers), f"{method} {path}"
        for status, answer in answers.items():
            if status >= "400":
                assert list(answer["content"]) == ["application/problem+json"], f"{method} {path} {status}"
                assert answer["content"]["application/problem+json"]["schema"] == problem
    assert set(document["components"]["schemas"]["Problem"]["required"]) >= {"title", "status", "detail", "detail_zh"}
    assert "HTTPValidationError" not in document["components"]["schemas"]


async def test_every_act_has_a_schema_of_its_own(document: dict[str, Any]) -> None:
    schemas = []
    for act in ACTS.values():
        operation = document["paths"][f"/api/v1/cases/{{case_id}}/acts/{act.name}"]["post"]
        body = operation["requestBody"]
        assert body["required"]
        name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        schema = document["components"]["schemas"][name]
        assert schema["additionalProperties"] is False
        assert schema["description"], name
        assert "version" in schema["required"]
        assert {"404", "409"} <= set(operation["responses"])
        schemas.append(name)
    assert len(set(schemas)) == len(ACTS)


async def test_every_call_but_the_probes_wants_a_bearer_token(document: dict[str, Any]) -> None:
    [(name, scheme)] = document["components"]["securitySchemes"].items()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    for path, _, operation in operations(document):
        assert operation.get("security", []) == ([] if path in PUBLIC else [{name: []}]), path


async def test_every_post_takes_an_idempotency_key_and_says_whether_it_answered_again(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        if method == "post" and path not in READS:
            assert "Idempotency-Key" in [one["name"] for one in operation["parameters"]], path
            done = next(answer for status, answer in operation["responses"].items() if status < "300")
            assert "Idempotent-Replayed" in done["headers"], path


async def test_every_schema_referred_to_is_there(document: dict[str, Any]) -> None:
    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from (one for name, one in value.items() if name == "$ref")
            for one in value.values():
                yield from references(one)
        if isinstance(value, list):
            for one in value:
                yield from references(one)

    for reference in set(references(document)):
        assert reference.rpartition("/")[2] in document["components"]["schemas"]
