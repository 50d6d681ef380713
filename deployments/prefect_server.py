"""How the embedded Prefect server is run, and what everything that speaks to Prefect is told."""

import sys
from pathlib import Path

CLIENT = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",  # the case ledger keeps what ops need
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",  # never a server of one's own by mistake
    "PREFECT_CLI_PROMPT": "false",
}

SERVER = {
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(7 * 24 * 3600),
}


def environment(database_url: str, home: Path) -> dict[str, str]:
    """What the server must be told; the copy of its pages that it makes at every start stays under home."""
    return {
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home / "ui"),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": database_url,
    }


def command(port: int) -> list[str]:
    # By python -m: the console script names the interpreter it was installed with, which may have moved.
    return [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
