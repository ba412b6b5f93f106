"""The data folder: where it lies, one server at a time, a key that is made once."""

import os
import stat
from pathlib import Path

import pytest

from enfilade.site.home import HomeLock, HomeProblem, find_home, is_open_to_others, prepare_home, read_secret_key


def test_a_named_folder_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENFILADE_HOME", str(tmp_path / "named"))
    assert find_home() == tmp_path / "named"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs a folder outside its home")
def test_root_in_a_closed_home_gets_a_folder_that_the_database_user_reaches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.delenv("ENFILADE_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(closed))
    found = find_home()
    assert found.parent == Path("/var/lib")
    assert found.name.startswith("enfilade-")
    assert is_open_to_others(found)


def test_the_key_is_made_once_and_closed(tmp_path: Path) -> None:
    prepare_home(tmp_path / "home")
    key = read_secret_key(tmp_path / "home")
    assert len(key) >= 64
    assert read_secret_key(tmp_path / "home") == key
    assert stat.S_IMODE((tmp_path / "home" / "secret_key").stat().st_mode) == 0o600


def test_what_is_filed_is_closed_to_others(tmp_path: Path) -> None:
    home = tmp_path / "made" / "home"
    prepare_home(home)
    assert stat.S_IMODE((home / "files").stat().st_mode) == 0o700
    assert stat.S_IMODE(home.stat().st_mode) == (0o711 if os.geteuid() == 0 else 0o700)
    assert stat.S_IMODE(home.parent.stat().st_mode) == stat.S_IMODE(home.stat().st_mode)


def test_a_second_server_is_told_who_has_the_folder(tmp_path: Path) -> None:
    first = HomeLock(tmp_path)
    first.take()
    first.write(address="http://127.0.0.1:8123")
    with pytest.raises(HomeProblem, match=rf"process {os.getpid()}, http://127.0.0.1:8123"):
        HomeLock(tmp_path).take(grace_s=0.2)
    first.release()
    second = HomeLock(tmp_path)
    second.take()
    assert second.read() == {"pid": os.getpid()}
    second.release()


def test_a_start_waits_for_a_server_that_is_stopping(tmp_path: Path) -> None:
    first = HomeLock(tmp_path)
    first.take()
    first.write(stopping=True)
    with pytest.raises(HomeProblem):
        HomeLock(tmp_path).take(patience_s=0.3, grace_s=0)
    first.release()


def test_a_folder_that_cannot_be_made_is_a_sentence() -> None:
    with pytest.raises(HomeProblem, match="cannot be used"):
        prepare_home(Path("/proc/enfilade"))
