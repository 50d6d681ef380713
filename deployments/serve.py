"""What uvicorn serves (`uvicorn --factory deployments.serve:app`): the API, set by the environment."""

from fastapi import FastAPI

from api.app import create_app
from models.settings import Settings


def app() -> FastAPI:
    return create_app(Settings())
