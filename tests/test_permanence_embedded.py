import shutil
import signal
import stat
import subprocess
from pathlib import Path

import pytest
from redis import Redis

from permanence import embedded, places
from permanence.settings import Settings
from tests.permanence_kit import store, until


def test_it_listens_for_its_owner_alone_and_on_no_port():
    with store() as valkey:
        redis = Redis.from_url(valkey.url)
        assert redis.ping()
        assert redis.config_get("port") == {"port": "0"}
        path = places.valkey_socket(valkey.settings.data_dir)
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_it_refuses_to_evict_and_writes_every_second():
    with store() as valkey:
        redis = Redis.from_url(valkey.url)
        wanted = {"maxmemory-policy": "noeviction", "appendonly": "yes", "appendfsync": "everysec"}
        assert redis.config_get(*wanted) == wanted


def test_what_it_holds_survives_a_kill_and_so_does_its_socket():
    with store() as valkey:
        Redis.from_url(valkey.url).set("ring", "1")
        valkey.kill()
        assert places.valkey_socket(valkey.settings.data_dir).exists()
        valkey.start()
        assert Redis.from_url(valkey.url).get("ring") == b"1"


def test_a_second_one_on_the_same_folder_is_refused():
    with store() as valkey, pytest.raises(embedded.EmbeddedStoreError, match="Another Valkey"):
        embedded.prepare(valkey.settings.data_dir)


@pytest.mark.parametrize("name", ['a folder "with" odd%20 marks #1?', "long" * 40])
def test_every_folder_name_works(name: str, tmp_path: Path):
    settings = Settings(data_dir=tmp_path / name)
    process = subprocess.Popen(embedded.prepare(settings.data_dir))
    try:
        until(lambda: embedded.is_up(settings.data_dir))
        assert Redis.from_url(settings.redis_url).ping()
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        shutil.rmtree(places.valkey_socket(settings.data_dir).parent)


def test_a_long_folder_gets_a_short_socket_that_every_process_finds(tmp_path: Path):
    settings = Settings(data_dir=tmp_path / ("x" * 120))
    path = places.valkey_socket(settings.data_dir)
    assert len(str(path)) <= places.SOCKET_PATH_BYTES
    assert str(path) in settings.redis_url
    assert path == places.valkey_socket(Settings(data_dir=settings.data_dir).data_dir)
    assert path != places.valkey_socket(tmp_path / ("y" * 120))


def test_a_socket_folder_that_is_a_link_is_refused(tmp_path: Path):
    data_dir = tmp_path / ("z" * 120)
    folder = places.valkey_socket(data_dir).parent
    folder.symlink_to(tmp_path)
    try:
        with pytest.raises(embedded.EmbeddedStoreError, match="somebody else"):
            embedded.prepare(data_dir)
    finally:
        folder.unlink()
