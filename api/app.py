"""The application: what is served, and what it holds while it serves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api import problems
from api.desk import Office
from api.limits import BodyLimit
from api.routes import (
    acts,
    attachments,
    cases,
    complaints,
    customers,
    health,
    incident_complaints,
    incidents,
    link_page,
    notices,
    papers,
    queue,
    referrals,
    reports,
    requests,
    revisit_reports,
    revisits,
    rulebooks,
    runs,
    settlements,
    subscriptions,
)
from flows.acts.perform import Desk
from flows.legs.bell import Ringer
from flows.legs.resources import Resources
from flows.notices.postman import Postman
from flows.notices.targets import Inside
from flows.rulebook.store import Policies
from models.bounds import may_idle
from models.settings import Settings

PREFIX = "/api/v1"
POOL_SIZE = 12
DELIVER_SECONDS, WATCH_SECONDS = 5.0, 30.0
"""How often the API looks after notices: seldom, and beside the worker."""


def create_app(settings: Settings) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        resources = await Resources.open(settings, pool_size=POOL_SIZE)
        policies = Policies()
        async with resources.engine.begin() as connection:
            # Reading a rulebook takes longer than a process may otherwise idle in a transaction.
            await may_idle(connection)
            await policies.refresh(connection)
        desk = Desk(resources.seal, policies, resources.clock)
        inside = Inside.of(settings.webhook_allow)
        app.state.office = Office(resources, desk, Ringer(resources.engine), settings.prefect_ui_url, inside)
        async with _standing_in(Postman(resources, policies, settings, DELIVER_SECONDS, WATCH_SECONDS), settings):
            yield
        await resources.close()

    app = FastAPI(
        title="Redress",
        summary="Case management for logistics customer-service centres · 物流客户服务中心工单系统",
        version="0.1.0",
        lifespan=lifespan,
        redirect_slashes=False,
        openapi_url=f"{PREFIX}/openapi.json",
    )
    problems.install(app)
    app.add_middleware(BodyLimit)
    of_incidents = (incidents, incident_complaints, papers)
    routes = (complaints, requests, *of_incidents, cases, acts, attachments, queue, runs, reports, customers)
    for module in (*routes, notices, subscriptions, rulebooks, revisits, revisit_reports, settlements, referrals):
        app.include_router(module.router, prefix=PREFIX)
    app.include_router(health.router)
    app.include_router(link_page.router)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


@asynccontextmanager
async def _standing_in(postman: Postman, settings: Settings) -> AsyncIterator[None]:
    """Notices are the worker's work; but who else would tell that no worker lives?"""
    if not settings.api_delivers:
        yield
        return
    serving = asyncio.create_task(postman.serve())
    try:
        yield
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


def _openapi(app: FastAPI) -> dict[str, object]:
    """FastAPI's schema, with its own validation error replaced by the problem details we really send."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
        schemas = schema["components"]["schemas"]
        schemas.pop("HTTPValidationError", None)
        schemas.pop("ValidationError", None)
        definition = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= definition.pop("$defs", {})
        schemas["Problem"] = definition
        app.openapi_schema = schema
    return app.openapi_schema
