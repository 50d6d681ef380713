from pathlib import Path

import pytest
from pydantic import ValidationError

from models.settings import Settings

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


def test_every_setting_is_documented():
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg"])
def test_a_plain_url_gets_the_driver(scheme):
    url = Settings(database_url=f"{scheme}://me:p%40ss@host:5433/redress").database_url
    assert url == "postgresql+asyncpg://me:p%40ss@host:5433/redress"


@pytest.mark.parametrize("url", ["mysql://hush@host/x", "hush"])
def test_a_url_of_something_else_is_refused_without_being_echoed(url):
    with pytest.raises(ValidationError) as caught:
        Settings(database_url=url)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("key", ["", "hush", KEY[:-4], KEY + "AAAA", "密" * 44])
def test_a_key_that_is_not_32_bytes_is_refused_without_being_echoed(key):
    with pytest.raises(ValidationError) as caught:
        Settings(secret_key=key)
    assert "hush" not in str(caught.value)


def test_a_key_never_shows(monkeypatch):
    monkeypatch.setenv("REDRESS_SECRET_KEY", KEY)
    monkeypatch.setenv("REDRESS_DATABASE_URL", "postgresql://me:hush@host/redress")
    settings = Settings()
    assert settings.secret_key.get_secret_value() == KEY
    assert KEY not in repr(settings)
    assert "hush" not in repr(settings)


def test_an_empty_variable_counts_as_unset(monkeypatch):
    monkeypatch.setenv("REDRESS_DATABASE_URL", "")
    assert Settings().database_url is None


def test_prefects_own_variable_names_the_server(monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", "http://host:4200/api")
    assert Settings().prefect_api_url == "http://host:4200/api"
    assert Settings().prefect_ui_url == "http://host:4200"


def test_without_a_server_there_is_no_page_of_prefect(monkeypatch):
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    assert Settings().prefect_ui_url is None


def test_the_home_does_not_move_with_the_working_folder():
    assert Settings(home=Path("var")).home == Path.cwd() / "var"


def test_settings_do_not_change():
    with pytest.raises(ValidationError):
        Settings().slots = 3
