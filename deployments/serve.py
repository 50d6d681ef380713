"""What uvicorn serves: the API with the settings of the environment (`uvicorn --factory deployments.serve:app`)."""

from fastapi import FastAPI

from api.app import create_app
from models.settings import Settings


def app() -> FastAPI:
    return create_app(Settings())
