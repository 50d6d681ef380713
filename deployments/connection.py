"""What a command speaks to: the database the environment names, or the stack that runs in the home."""

import os

from deployments.home import Home, running_stack_env
from models.settings import Settings


def connected_settings() -> Settings:
    """The settings with a database to speak to. Raises NotRunningError when there is none.

    The stack's environment becomes ours, because Prefect's client reads its address there.
    """
    settings = Settings()
    if settings.database_url is None:
        os.environ.update(running_stack_env(settings.home))
    elif settings.secret_key is None:
        key = Home(settings.home).secret_key(generate=False)
        os.environ.update({"REDRESS_SECRET_KEY": key} if key else {})
    return Settings()
