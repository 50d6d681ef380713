"""The case database: engine, schema, migration."""

from importlib import resources
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import SQLModel

from models import (
    attachment,
    case,
    clock,
    correction,
    customer,
    customer_class,
    daily,
    event,
    idempotency,
    incident,
    leg,
    notice,
    revisit,
    rulebook,
    settlement,
    shipment,
    staff,
    wake,
)
from models.bounds import IDLE, STATEMENT, bound_the_whole
from models.sealing import canonical

TABLES = (
    attachment,
    case,
    clock,
    correction,
    customer,
    customer_class,
    daily,
    event,
    idempotency,
    incident,
    leg,
    notice,
    revisit,
    rulebook,
    settlement,
    shipment,
    staff,
    wake,
)
"""Importing them registers them in `metadata`; a new table module goes in here."""

metadata = SQLModel.metadata


def create_engine(url: str, *, pool_size: int = 8, timeout_seconds: float | None = None) -> AsyncEngine:
    """An engine on the case database.

    `timeout_seconds` bounds statements, lock waits and idle transactions, and through `models.bounds` transactions as
    a whole, so that a frozen process cannot hold rows for long (a worker sets it below its lease). Parameters never
    show up in errors or logs.
    """
    server: dict[str, str] = {"jit": "off", "application_name": "redress"}
    if timeout_seconds is not None:
        bound = str(int(timeout_seconds * 1000))
        server |= {STATEMENT: bound, IDLE: bound, "lock_timeout": str(int(timeout_seconds * 500))}
    options: dict[str, Any] = {"server_settings": server}
    engine = create_async_engine(
        normalise(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=False,
        hide_parameters=True,
        json_serializer=canonical,
        connect_args=options,
    )
    if timeout_seconds is not None:
        bound_the_whole(engine, timeout_seconds)
    return engine


def normalise(url: str) -> str:
    """A PostgreSQL URL as the async driver wants it."""
    return make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


def migrate(url: str) -> None:
    """Bring the schema to the newest revision. Blocking; call it outside an event loop or in a thread."""
    command.upgrade(alembic_config(url), "head")


def alembic_config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("models") / "migrations"))
    config.attributes["url"] = normalise(url)
    return config
