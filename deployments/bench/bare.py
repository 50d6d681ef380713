"""The yardstick for intake: FastAPI and one INSERT, nothing else. `uvicorn --factory deployments.bench.bare:app`."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy.engine import make_url


class Said(BaseModel):
    text: str


def app() -> FastAPI:
    url = make_url(os.environ["REDRESS_DATABASE_URL"]).set(drivername="postgresql")

    @asynccontextmanager
    async def lifespan(bare: FastAPI) -> AsyncIterator[None]:
        pool = await asyncpg.create_pool(url.render_as_string(hide_password=False), min_size=8, max_size=8)
        await pool.execute("CREATE TABLE IF NOT EXISTS bare (id uuid PRIMARY KEY, said json, at timestamptz)")
        bare.state.pool = pool
        yield
        await pool.execute("DROP TABLE bare")
        await pool.close()

    bare = FastAPI(lifespan=lifespan)

    @bare.post("/complaints", status_code=202)
    async def complaint(said: Said) -> UUID:
        id_ = uuid4()
        query = "INSERT INTO bare VALUES ($1, $2, now())"
        await bare.state.pool.execute(query, id_, json.dumps({"text": said.text}))
        return id_

    return bare
