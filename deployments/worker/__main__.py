"""`python -m deployments.worker`: one worker process, until SIGTERM or SIGINT."""

import os
from pathlib import Path

# Before Prefect is imported: a client that waits a second or two, not a minute, and says little.
PREFECT = {
    "PREFECT_API_REQUEST_TIMEOUT": "3",
    "PREFECT_CLIENT_MAX_RETRIES": "0",
    "PREFECT_CLIENT_ENABLE_LIFESPAN_MANAGEMENT": "true",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_LOGGING_SETTINGS_PATH": str(Path(__file__).with_name("logging.yml")),
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
}
os.environ.update({name: os.environ.get(name, value) for name, value in PREFECT.items() if value})

from deployments.worker.process import main  # noqa: E402 - see above

if __name__ == "__main__":
    main()
