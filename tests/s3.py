"""An S3 server on loopback, moto's, that counts requests and fails where a test says so."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

SECRET = "ff8e1a-a-secret-key"
_ERROR = "<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{code}</Message></Error>"
Fault = Callable[[str, str, str], str | None]


@dataclass
class S3:
    """The server. `requests` are methods and keys, "" for a listing; `fault` names the error of one, if it fails."""

    client: Any
    requests: list[tuple[str, str]] = field(default_factory=list)
    fault: Fault | None = None

    def fill(self, bucket: str, folder: Path, *, prefix: str = "docs/") -> str:
        """Make the bucket hold the files of a folder and nothing else; return the URL."""
        self.empty(bucket)
        for path in folder.rglob("*"):
            if path.is_file():
                self.put(bucket, prefix + path.relative_to(folder).as_posix(), path.read_bytes())
        return f"s3://{bucket}/{prefix.rstrip('/')}"

    def empty(self, bucket: str) -> None:
        """Make the bucket, without objects."""
        self.client.create_bucket(Bucket=bucket)
        for item in self.client.list_objects_v2(Bucket=bucket).get("Contents", ()):
            self.client.delete_object(Bucket=bucket, Key=item["Key"])

    def put(self, bucket: str, key: str, data: bytes) -> None:
        """Write an object."""
        self.client.put_object(Bucket=bucket, Key=key, Body=data)

    def downloads(self) -> list[str]:
        """Return the keys that were read since the last call."""
        keys = [key for method, key in self.requests if method == "GET" and key]
        self.requests.clear()
        return keys

    def application(self, inner: Any) -> Any:
        """Return the WSGI application around moto's."""

        def serve(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            raw = environ["RAW_URI"].partition("?")[0] if "RAW_URI" in environ else environ["PATH_INFO"]
            key = unquote(raw).lstrip("/").partition("/")[2]
            method = environ["REQUEST_METHOD"]
            code = self.fault(method, key, environ.get("QUERY_STRING", "")) if self.fault else None
            self.requests.append((method, key))
            if code is None:
                answer: Iterable[bytes] = inner(environ, start)
                return answer
            status = {"AccessDenied": "403 Forbidden", "NoSuchKey": "404 Not Found"}.get(
                code, "503 Service Unavailable"
            )
            start(status, [("Content-Type", "application/xml")])
            return [] if method == "HEAD" else [_ERROR.format(code=code).encode()]

        return serve


@contextmanager
def s3_server() -> Iterator[S3]:
    """Run it, with its address and credentials in the environment."""
    import logging

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    import boto3
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    server = S3(None)
    application = server.application(DomainDispatcherApplication(create_backend_app))
    http = make_server("127.0.0.1", 0, application, threaded=True)
    settings = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{http.port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
    }
    before = {name: os.environ.get(name) for name in settings}
    os.environ |= settings
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    server.client = boto3.client("s3")
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
