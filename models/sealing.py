"""The centre's secret: seals what is personal, keys the ledger's chain and the look-up of callers.

Four keys are derived from the one secret (HKDF, RFC 5869), so that none can stand in for another. Sealing is Fernet
(AES-128-CBC and HMAC); the chain, the look-up and links are HMAC-SHA-256 (RFC 2104).
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class SealError(Exception):
    """The stored data was sealed with another secret, or changed since."""


def canonical(value: Any) -> str:
    """One text for one value: sorted keys, no spaces, no NaN; what the ledger hashes and stores."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


class Seal:
    """The four uses of the secret (32 bytes, urlsafe base64)."""

    def __init__(self, secret: str) -> None:
        try:
            raw = base64.urlsafe_b64decode(secret)
        except ValueError:
            raw = b""
        if len(raw) != 32:
            raise SealError("the secret key must be 32 bytes in urlsafe base64")
        self._fernet = Fernet(base64.urlsafe_b64encode(_derive(raw, b"redress seal")))
        self._chain = _derive(raw, b"redress ledger")
        self._lookup = _derive(raw, b"redress lookup")
        self._link = _derive(raw, b"redress link")

    def close(self, value: Mapping[str, Any]) -> bytes:
        return self._fernet.encrypt(canonical(value).encode())

    def open(self, sealed: bytes) -> dict[str, Any]:
        try:
            if base64.urlsafe_b64encode(base64.urlsafe_b64decode(sealed)) != sealed:
                raise InvalidToken  # base64 reads some other signs as the same bytes
            opened: dict[str, Any] = json.loads(self._fernet.decrypt(sealed))
        except (InvalidToken, ValueError) as error:
            raise SealError("sealed data cannot be opened: another secret, or it was changed") from error
        return opened

    def link(self, previous: bytes, entry: Any) -> bytes:
        """The next link of a chain: keyed by the secret, over the previous link and the entry."""
        return hmac.new(self._chain, previous + canonical(entry).encode(), hashlib.sha256).digest()

    def lookup(self, identity: str) -> str:
        """What finds a caller again without storing who it is."""
        return hmac.new(self._lookup, identity.encode(), hashlib.sha256).hexdigest()[:32]

    def stamp(self, what: bytes) -> bytes:
        """24 bytes that prove that a link is one of ours: nobody guesses them, and they need not be stored."""
        return hmac.new(self._link, what, hashlib.sha256).digest()[:24]


def digest(sealed: bytes) -> str:
    """What stays in the chain when the sealed part is erased."""
    return hashlib.sha256(sealed).hexdigest()


def _derive(secret: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)
