"""The page behind a one-time link: a customer answers by himself. No login, no script, nothing personal in the URL."""

import secrets
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse
from pydantic import TypeAdapter, ValidationError

from api.desk import Connection, OfficeDep
from api.pages import PAGES
from flows.acts.contacting import Given
from flows.acts.refusals import Implausible, NotFound
from flows.revisits import links
from flows.rules import questionnaire
from models.values.case import Reason, Refusal
from models.values.questionnaire import Question, Questionnaire

router = APIRouter(include_in_schema=False)
Token = Annotated[str, Path(min_length=1, max_length=200)]

GIVEN: TypeAdapter[Given] = TypeAdapter(Given)
FIELDS_AT_MOST = 200
YES_NO = {"yes": True, "no": False}
WORDS = {"yes": ("是", "yes"), "no": ("否", "no")}
STATUS: dict[type[Refusal], int] = {NotFound: 404, links.Gone: 410, links.Used: 409, Implausible: 422}
UNKNOWN = Reason("链接无效，请核对后重试。", "This link is not valid; please check it and try again.")


@router.get("/r/{token}")
async def show(token: Token, request: Request, here: OfficeDep, connection: Connection) -> HTMLResponse:
    """The questionnaire, or a sentence why there is none."""
    try:
        found = await links.asked(connection, here.desk, token)
    except Refusal as refusal:
        return _refused(request, here, refusal)
    return _page(request, found.questionnaire)


@router.post("/r/{token}")
async def take(token: Token, request: Request, here: OfficeDep, connection: Connection) -> HTMLResponse:
    """The answers, kept once; what is missing or wrong is said beside its question."""
    try:
        asked = (await links.asked(connection, here.desk, token)).questionnaire
    except Refusal as refusal:
        return _refused(request, here, refusal)
    try:
        given = GIVEN.validate_python(_read(asked, await request.body()))
        await links.answer(connection, here.desk, token, given)
    except Implausible:
        return _page(request, asked, 422, given=given)
    except (ValidationError, ValueError):
        return _page(request, asked, 400, said=UNREADABLE)
    return _page(request, asked, said=Reason(*asked.thanks), asks=False)


UNREADABLE = Reason("内容无法读取，请重新填写。", "What was sent could not be read; please fill it in again.")


def _read(asked: Questionnaire, body: bytes) -> dict[str, Any]:
    """A form's fields as answers. Raises ValueError for what is no form."""
    fields = parse_qs(body.decode("utf-8"), max_num_fields=FIELDS_AT_MOST)
    given: dict[str, Any] = {}
    for name, values in fields.items():
        question = asked.questions.get(name)
        match question.kind if question else None:
            case "scale":
                given[name] = int(values[-1]) if values[-1].isascii() and values[-1].isdigit() else values[-1]
            case "yes_no":
                given[name] = YES_NO.get(values[-1], values[-1])
            case "choices":
                given[name] = values
            case _:
                given[name] = values[-1]
    return {name: value for name, value in given.items() if not (isinstance(value, str) and not value.strip())}


def _refused(request: Request, here: Any, refusal: Refusal) -> HTMLResponse:
    asked = here.desk.policies.current.rulebook.questionnaire
    why = UNKNOWN if isinstance(refusal, NotFound) else refusal.reason
    return _page(request, asked, STATUS.get(type(refusal), 409), said=why, asks=False)


def _page(
    request: Request,
    asked: Questionnaire,
    status: int = 200,
    *,
    said: Reason | None = None,
    asks: bool = True,
    given: Mapping[str, Any] | None = None,
) -> HTMLResponse:
    zh = _chinese(request)
    nonce = secrets.token_urlsafe(12)
    faults = {}
    if given is not None:
        faults = {one.question: one.why for one in questionnaire.read(asked, given)[1]}
        said = Reason("请补充或更正标出的回答。", "Please complete or correct the answers that are marked.")
    questions = [_question(name, one, zh, given or {}, faults.get(name)) for name, one in asked.questions.items()]
    body = PAGES.get_template("revisit.html").render(
        zh=zh,
        nonce=nonce,
        title=_words(asked.title, zh),
        opening=_words(asked.opening, zh),
        said=said and (said.zh if zh else said.en),
        questions=questions if asks else [],
        longest=questionnaire.TEXT_AT_MOST,
    )
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept-Language",
    }
    return HTMLResponse(body, status, headers)


def _question(name: str, one: Question, zh: bool, given: Mapping[str, Any], why: Reason | None) -> dict[str, Any]:
    """What the page shows of a question. Of what was given only terms of ours are shown again, no words."""
    value = given.get(name)
    options = WORDS if one.kind == "yes_no" else one.options
    chosen = {True: ["yes"], False: ["no"]}.get(value, []) if isinstance(value, bool) else value
    return {
        "name": name,
        "kind": one.kind,
        "asks": _words(one.asks, zh),
        "required": one.required,
        "scale": one.scale,
        "low_means": one.low_means and _words(one.low_means, zh),
        "high_means": one.high_means and _words(one.high_means, zh),
        "options": [(key, _words(words, zh)) for key, words in options.items()],
        "given": value,
        "chosen": chosen if isinstance(chosen, list) else [],
        "why": why and (why.zh if zh else why.en),
    }


def _words(words: tuple[str, str], zh: bool) -> str:
    return words[0] if zh else words[1]


def _chinese(request: Request) -> bool:
    """As asked for with `?lang=`, else as the browser says, else Chinese."""
    wanted = request.query_params.get("lang") or request.headers.get("Accept-Language", "")
    return not wanted.strip().lower().startswith("en")
