"""Where the demo's notices arrive: a web server of its own that checks each signature, as a centre's would."""

import base64
import hashlib
import hmac
import json
import threading
from collections import Counter
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from flows.notices.subscribing import Wanted, subscribe
from flows.notices.targets import Inside
from models.notice import deliveries, notices
from models.sealing import Seal
from models.values.notice_terms import NoticeChannel, NoticeKind
from models.values.notices import Addressee

from .timeline import at_rest

KINDS = tuple(set(NoticeKind) - {NoticeKind.COUNTERPART_ASKED, NoticeKind.LIABILITY_PRESUMED, NoticeKind.TEST})
"""What the centre hears of. What a unit must answer for goes to the unit, which the demo's people tell by hand."""


class Mailroom:
    """A context manager; it listens from the beginning, and believes nothing before `open` told it the secret."""

    def __init__(self) -> None:
        self.arrived: Counter[str] = Counter()
        self.forged = 0
        self._secret = b""
        room = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                room.take(self.headers, self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Nothing: the demo counts what came."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    async def open(self, engine: AsyncEngine, seal: Seal) -> None:
        """Subscribe for the whole centre."""
        wanted = Wanted(Addressee(), KINDS, NoticeChannel.WEBHOOK, f"http://{self.address}/notices")
        async with engine.begin() as connection:
            made = await subscribe(connection, seal, wanted, Inside.of(self.address))
        self._secret = base64.b64decode((made.secret or "").removeprefix("whsec_"))

    def take(self, headers: Any, body: bytes) -> None:
        id_, at = headers["webhook-id"], headers["webhook-timestamp"]
        mac = hmac.new(self._secret, f"{id_}.{at}.".encode() + body, hashlib.sha256).digest()
        if hmac.compare_digest(headers["webhook-signature"], "v1," + base64.b64encode(mac).decode()):
            self.arrived[json.loads(body)["type"]] += 1
        else:
            self.forged += 1

    async def settle(self, engine: AsyncEngine, now: datetime) -> None:
        """Until no notice that is due is still on its way."""

        async def on_the_way() -> int:
            async with engine.connect() as connection:
                due = or_(notices.c.due_at.is_(None), notices.c.due_at <= now)
                told = select(func.count()).select_from(notices).where(notices.c.resolved_at.is_(None), due)
                going = (
                    select(func.count())
                    .select_from(deliveries)
                    .where(deliveries.c.delivered_at.is_(None), deliveries.c.failed_at.is_(None))
                )
                return sum([(await connection.execute(query)).scalar_one() for query in (told, going)])

        async def busy() -> bool:
            return await on_the_way() > 0

        await at_rest(busy, on_the_way)
