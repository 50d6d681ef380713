"""Errors as problem details (RFC 9457): a sentence in English and Chinese, never what was sent."""

from typing import Any, get_args

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from api.faults import fault, where
from flows.acts.refusals import Stale, status_of
from flows.legs.blame import DRIVERS, Blame, blame
from models.values.case import Refusal

MEDIA = "application/problem+json"
RETRY_SECONDS = 2
DETAILS_AT_MOST = 20
SAID_AT_MOST = 3
log = structlog.get_logger()

TITLES = {
    400: ("Bad request", "请求无法解析"),
    401: ("Not signed in", "未登录"),
    403: ("Not allowed", "无权操作"),
    404: ("Not found", "没有找到"),
    405: ("Method not allowed", "方法不支持"),
    409: ("Conflict", "与当前状态冲突"),
    413: ("Too large", "内容过大"),
    422: ("Invalid", "内容不合要求"),
    500: ("Failed", "系统内部出错"),
    503: ("Away for a moment", "暂时不可用"),
}


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}


class FieldError(BaseModel):
    """What is wrong with one field; its value is never repeated."""

    field: str
    error: str
    error_zh: str


class Problem(BaseModel):
    """RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    detail_zh: str
    errors: list[FieldError] = []
    version: int | None = None


REPLAYED = "Idempotent-Replayed"
REPLAYED_HEADER = _header("Whether this is the first answer to its Idempotency-Key, given again: true or false.")
HEADERS = {
    401: {"WWW-Authenticate": _header("Bearer")},
    503: {"Retry-After": _header("Seconds after which to try again.")},
}


def answers(*statuses: int, repeatable: int | None = None) -> dict[int | str, dict[str, Any]]:
    """The errors a route declares, beside those every route can give; `repeatable`: its success, once for each key."""
    every = {400, 401, 403, 413, 422, 503} | set(statuses)
    content = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    declared: dict[int | str, dict[str, Any]] = {
        status: {"description": TITLES[status][0], "content": content, "headers": HEADERS.get(status, {})}
        for status in sorted(every)
    }
    return declared | ({repeatable: {"headers": {REPLAYED: REPLAYED_HEADER}}} if repeatable else {})


def problem(status: int, detail: str, detail_zh: str = "", **more: Any) -> JSONResponse:
    title, title_zh = TITLES.get(status, ("Error", "错误"))
    body = Problem(title=title, status=status, detail=detail, detail_zh=detail_zh or title_zh, **more)
    headers = {"Retry-After": str(RETRY_SECONDS)} if status == 503 else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body.model_dump(exclude_none=True), status, headers, media_type=MEDIA)


def install(app: FastAPI) -> None:
    """Every way to fail, answered in one form."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for kind in (DBAPIError, *get_args(DRIVERS), OSError, PoolTimeout):
        app.add_exception_handler(kind, _away)
    app.add_exception_handler(Exception, _failed)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)  # noqa: S101 - registered for it
    more = {"version": error.version} if isinstance(error, Stale) else {}
    return problem(status_of(error), error.reason.en, error.reason.zh, **more)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    named = [(where(one), *fault(one)) for one in error.errors()[:DETAILS_AT_MOST]]
    found = [FieldError(field=field, error=en, error_zh=zh) for field, en, zh in named]
    english = "; ".join(f"{one.field}: {one.error}" for one in found[:SAID_AT_MOST])
    chinese = ";".join(f"{one.field}:{one.error_zh}" for one in found[:SAID_AT_MOST])
    return problem(422, english, chinese, errors=found)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    sentences = {404: "there is no such thing here", 405: "this address does not take that method"}
    answer = problem(error.status_code, sentences.get(error.status_code, str(error.detail)))
    answer.headers.update(error.headers or {})
    return answer


async def _away(request: Request, error: Exception) -> JSONResponse:
    if blame(error) is Blame.CASE:
        raise error
    log.warning("database away", error=type(error).__name__)
    return problem(503, "the database is away or busy; nothing was changed, try again", "数据库暂不可用，请稍后重试")


async def _failed(request: Request, error: Exception) -> JSONResponse:
    """What nobody foresaw. It is raised again after this answer, so the log has it."""
    return problem(500, "something went wrong here; the log of the API says what", "系统内部出错，详见服务日志")
