"""What each channel is sent: body, headers and query, signed so that the receiver knows it is from us.

Webhooks follow Standard Webhooks (standardwebhooks.com); WeCom and DingTalk robots their makers' documents
(developer.work.weixin.qq.com, open.dingtalk.com: "custom robot", signature).
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix of secrets, not one
SECRET_BYTES, SECRET_LEAST = 32, 24
WECOM_BYTES = 2048
"""What a WeCom robot takes of a text, in bytes of UTF-8."""


@dataclass(frozen=True)
class Letter:
    """A notice, opened, ready to be sent. `id` is the notice's: the same at each try."""

    id: UUID
    kind: str
    created_at: datetime
    title: Mapping[str, str]
    text: Mapping[str, str]
    case_id: UUID | None = None
    case_number: int | None = None
    must_acknowledge: bool = False

    @property
    def plain(self) -> str:
        """Both languages, for people."""
        return f"{self.title['zh']}\n{self.text['zh']}\n\n{self.title['en']}\n{self.text['en']}"


@dataclass(frozen=True)
class Request:
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def webhook(letter: Letter, secret: str, at: datetime) -> Request:
    """Signed JSON: HMAC-SHA256 over id, timestamp and body."""
    said: dict[str, Any] = {
        "id": str(letter.id),
        "type": letter.kind,
        "timestamp": letter.created_at.isoformat(),
        "data": {
            "case": {"id": str(letter.case_id), "number": letter.case_number} if letter.case_id else None,
            "title": dict(letter.title),
            "text": dict(letter.text),
            "must_acknowledge": letter.must_acknowledge,
        },
    }
    body = _json(said)
    stamp = str(int(at.timestamp()))
    headers = {
        "webhook-id": str(letter.id),
        "webhook-timestamp": stamp,
        "webhook-signature": signature(secret, str(letter.id), stamp, body),
    }
    return Request(body, headers)


def signature(secret: str, id_: str, stamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    mac = hmac.new(key, f"{id_}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(mac).decode()


def wecom(letter: Letter) -> Request:
    """A text; the key that stands in the URL is all the robot asks for."""
    cut = letter.plain.encode()[:WECOM_BYTES].decode(errors="ignore")
    return Request(_json({"msgtype": "text", "text": {"content": cut}}), {"webhook-id": str(letter.id)})


def dingtalk(letter: Letter, secret: str | None, at: datetime) -> Request:
    """A text; with a secret (加签) the query carries timestamp (ms) and sign."""
    body = _json({"msgtype": "text", "text": {"content": letter.plain}})
    headers = {"webhook-id": str(letter.id)}
    if not secret:
        return Request(body, headers)
    stamp = str(int(at.timestamp() * 1000))
    mac = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return Request(body, headers, {"timestamp": stamp, "sign": base64.b64encode(mac).decode()})


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
