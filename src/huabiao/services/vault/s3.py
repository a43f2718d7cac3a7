"""
Sealed objects in an S3 bucket, by the MinIO client (the extra `s3`).

A bucket may keep old versions of what is deleted: they are ciphertext whose key is
gone. The wrapped keys never go there.
"""

from typing import Any

from minio import Minio
from minio.credentials import EnvAWSProvider
from minio.error import MinioException
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from huabiao.services.vault.storage import LARGEST_OBJECT, StorageFailed

SECONDS, TRIES, CONNECTIONS = 10, 2, 16


class S3Storage:
    """One bucket, which must exist."""

    def __init__(self, host: str, bucket: str, secure: bool) -> None:
        self.bucket = bucket
        self._http = PoolManager(
            timeout=Timeout(total=SECONDS),
            maxsize=CONNECTIONS,
            retries=Retry(total=TRIES, backoff_factor=0.2),
        )
        self._client = Minio(
            host, credentials=EnvAWSProvider(), secure=secure, http_client=self._http
        )
        if not self._ask(self._client.bucket_exists, bucket):
            raise StorageFailed(
                f"{host} 上没有存储桶“{bucket}”，请先建立。"
                f" There is no bucket {bucket!r} at {host}: create it first."
            )

    def put(self, name: str, content: bytes) -> None:
        from io import BytesIO

        self._ask(
            self._client.put_object, self.bucket, name, BytesIO(content), len(content)
        )

    def get(self, name: str) -> bytes | None:
        answer = self._ask(self._client.get_object, self.bucket, name)
        if answer is None:
            return None
        try:
            return bytes(answer.read(LARGEST_OBJECT))
        except HTTPError as error:
            raise _failed(error) from error
        finally:
            answer.close()
            answer.release_conn()

    def delete(self, name: str) -> None:
        self._ask(self._client.remove_object, self.bucket, name)

    def _ask(self, ask: Any, *arguments: Any) -> Any:
        """An answer of the server; None for an object that is not there."""
        try:
            return ask(*arguments)
        except (MinioException, HTTPError, ValueError) as error:
            if getattr(error, "code", "") == "NoSuchKey":
                return None
            raise _failed(error) from error


def _failed(error: Exception) -> StorageFailed:
    return StorageFailed(
        f"对象存储不可用（{type(error).__name__}），请稍后重试，并请运维单位检查。"
        f" The object storage cannot be used ({type(error).__name__}): try again, and"
        " let the operator look."
    )
