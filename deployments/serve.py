"""What uvicorn serves (`uvicorn --factory deployments.serve:app`): the API, set by the environment."""

from api.app import create_app
from fastapi import FastAPI

from models.settings import Settings


def app() -> FastAPI:
    return create_app(Settings())
