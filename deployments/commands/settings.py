"""redress settings: every setting, what it is for and what it stands at."""

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from rich.console import Console
from rich.table import Table
from sqlalchemy.engine import make_url

from models.settings import Settings


def settings() -> None:
    """Show every setting with its value; secrets and passwords are masked."""
    current = Settings()
    table = Table("variable", show_lines=True)
    table.add_column("value", overflow="fold")
    table.add_column("meaning", overflow="fold")
    for name, field in Settings.model_fields.items():
        table.add_row(_variable(name, field), _shown(name, getattr(current, name)), field.description)
    Console().print(table)


def _variable(name: str, field: FieldInfo) -> str:
    return name.upper() if field.validation_alias else f"REDRESS_{name.upper()}"


def _shown(name: str, value: object) -> str:
    if value is None:
        return "unset"
    if isinstance(value, SecretStr):
        return "********"
    if name == "database_url":
        return make_url(str(value)).render_as_string(hide_password=True)
    return str(value)
