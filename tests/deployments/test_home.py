import os
import stat
from base64 import urlsafe_b64decode

import pytest

from deployments.errors import HomeBusyError, HomeError, NotRunningError
from deployments.home import Home, running_stack_env


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def opened(home):
    opened = Home(home)
    opened.open()
    yield opened
    opened.close()


def test_a_new_home_is_closed_to_others(opened):
    assert mode(opened.path) == 0o700


def test_a_folder_that_exists_keeps_its_permissions(home):
    home.mkdir(mode=0o755)
    home.chmod(0o755)
    parent = mode(home.parent)
    found = Home(home)
    found.open()
    found.close()
    assert mode(home) == 0o755
    assert mode(home.parent) == parent


def test_the_secret_is_made_once_and_for_its_owner_only(opened):
    key = opened.secret_key(generate=True)
    assert len(urlsafe_b64decode(key)) == 32
    assert mode(opened.path / "secrets.json") == 0o600
    assert Home(opened.path).secret_key(generate=True) == key


def test_no_two_homes_share_a_secret(tmp_path):
    keys = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        keys.add(Home(tmp_path / name).secret_key(generate=True))
    assert len(keys) == 2


def test_a_damaged_secrets_file_is_never_replaced(opened):
    (opened.path / "secrets.json").write_text("{")
    with pytest.raises(HomeError, match="damaged"):
        opened.secret_key(generate=True)
    assert (opened.path / "secrets.json").read_text() == "{"


def test_a_second_start_in_a_home_is_refused_naming_the_first(opened):
    with pytest.raises(HomeBusyError, match=f"already runs in .*process {os.getpid()}"):
        Home(opened.path).open()


def test_a_closed_home_opens_again(home):
    for _ in range(2):
        again = Home(home)
        again.open()
        again.close()


def test_a_file_in_the_place_of_the_home_gets_a_sentence(home):
    home.write_text("")
    with pytest.raises(HomeError, match="REDRESS_HOME"):
        Home(home).open()


def test_commands_find_the_stack_that_runs_in_the_home(opened):
    opened.write("stack.json", {"env": {"REDRESS_DATABASE_URL": "somewhere"}})
    assert mode(opened.run / "stack.json") == 0o600
    assert running_stack_env(opened.path) == {"REDRESS_DATABASE_URL": "somewhere"}


def test_a_note_of_a_stack_that_was_killed_does_not_count(home):
    killed = Home(home)
    killed.open()
    killed.write("stack.json", {"env": {}})
    os.close(killed._lock)  # what the system does when a process ends
    with pytest.raises(NotRunningError, match="make up"):
        running_stack_env(home)


def test_commands_without_a_stack_get_a_sentence(home):
    with pytest.raises(NotRunningError, match="No stack runs in"):
        running_stack_env(home)
