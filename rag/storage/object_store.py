"""A folder of documents in an object store, by its URL (s3://, gs://). The one file that imports fsspec.

Credentials are those of the environment, as fsspec and the client of the store read them.
"""

from __future__ import annotations

import errno
import functools
import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import CannotWrite, CorpusError, KotaeError, SettingsError, first_line
from rag.messages import Message
from rag.storage.disk_errors import translate_os_errors

_FLAT = frozenset({"s3", "s3a", "gs", "gcs"})
"""Stores that list everything below a name at once, and for which names are not paths: `a//b` and `..` are names."""
_CONDITIONAL = frozenset({"s3", "s3a"})
"""Stores whose open files give the bytes of one version, or fail."""
_REFUSED = frozenset({"file", "local", "http", "https", "memory", "data"})
_VERSIONS = ("generation", "ETag", "etag", "md5Hash")
"""What a store changes whenever content changes; times do not suffice, as two changes may fall into one second."""
_BLOCK = 8 << 20
_TRIES = 3
_NEIGHBOURS = 10
"""Objects that are asked for to see whether the fault is that of one alone."""
_IN_URL = re.compile(r"(?<=://)(?:[^\s/@\"']*@)?([^\s?\"']*)(?:\?[^\s\"']*)?")


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object below a URL; `name` is what follows the URL and "/", "" for the object that the URL itself names.

    `version` changes whenever its content does; it is "" if the store has nothing that does.
    """

    name: str
    size: int
    version: str


def is_url(corpus: str | Path) -> bool:
    """Tell whether this names a folder by URL."""
    return isinstance(corpus, str) and "://" in corpus


def folder_url(text: str) -> str:
    """Return a URL without "/" at its end.

    Raises SettingsError, without the URL if it could contain a secret, and if the client would list another folder.
    """
    protocol, _, path = text.partition("://")
    protocol, path = protocol.lower(), path.rstrip("/")
    host, _, folder = path.partition("/")
    if ":" in host.rpartition("@")[0] or "?" in path:
        raise SettingsError(
            "The URL of the documents may contain neither a password nor a query",
            where=protocol,
            do="Give credentials in the environment, for example AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
        )
    if protocol in _CONDITIONAL and folder.startswith("/"):
        raise SettingsError(
            "The folder in the bucket cannot begin with a slash",
            where=_without_secrets(text),
            do="Write one slash after the bucket.",
        )
    return f"{protocol}://{path}"


@functools.lru_cache(8)
def _opened(url: str, process: int) -> ObjectStore:  # noqa: ARG001  # a client does not outlive a fork
    return ObjectStore(url)


def open_store(url: str) -> ObjectStore:
    """Return the store of a URL, the same for the same URL in one process. Raises SettingsError."""
    return _opened(url, os.getpid())


class ObjectStore:
    """The objects below one URL."""

    def __init__(self, url: str) -> None:
        import fsspec

        self.url = url
        self._protocol = url.partition("://")[0]
        if self._protocol in _REFUSED or self._protocol not in fsspec.available_protocols():
            raise SettingsError(
                Message("Documents cannot be read from {protocol}://", protocol=self._protocol),
                where=_without_secrets(url),
                do="Give a folder, or a URL such as s3://bucket/folder or gs://bucket/folder.",
            )
        try:
            kind: Any = fsspec.get_filesystem_class(self._protocol)
        except ImportError as error:
            raise SettingsError(
                Message("{protocol}:// needs a package that is not installed", protocol=self._protocol),
                where=url,
                do=Message("Install it with: {install}", install=_install_line(self._protocol)),
            ) from error
        try:
            self._path = str(kind._strip_protocol(url)) + url[len(url.rstrip("/")) :]  # of `a//b` in `a/` too
            self._files: Any = kind(
                **kind._get_kwargs_from_urls(url), skip_instance_cache=True, use_listings_cache=False
            )
        except Exception as error:  # what the clients of the stores raise has no common class
            raise self._failed(error) from error

    def objects(self) -> list[StoredObject]:
        """Return all objects below the URL, in no particular order. Raises CorpusError unless all can be listed."""
        try:
            if self._protocol in _FLAT:
                infos = list(self._files.find(self._path, detail=True).values())
            else:  # `find` would leave out what cannot be listed
                walk = self._files.walk(self._path, detail=True, on_error="raise")
                infos = [info for _, _, files in walk for info in files.values()]
        except Exception as error:  # see above
            raise self._failed(error) from error
        below = f"{self._path}/"
        files = [info for info in infos if info["type"] == "file" and not info["name"].endswith("/")]
        names = ["" if info["name"] == self._path else info["name"].removeprefix(below) for info in files]
        return [
            StoredObject(name, info["size"] or 0, self._version(info)) for name, info in zip(names, files, strict=True)
        ]

    def copy(self, name: str, target: Path) -> str:
        """Copy an object to a file and return its version.

        Raises OSError if this object cannot be read, CorpusError if the store cannot, and CannotWrite.
        """
        for _ in range(_TRIES):
            try:
                version = self._copy(f"{self._path}/{name}", target)
            except KotaeError:
                raise
            except Exception as error:  # see above
                if type(error).__name__ == "FileExpired":  # of s3fs: it changed while it was read
                    continue
                if not isinstance(error, FileNotFoundError | PermissionError) or not self._reached():
                    raise self._failed(error, name) from error
                raise type(error)(_without_secrets(first_line(error))) from error
            if version is not None:
                return version
        raise OSError("it changed each time it was read")

    def _copy(self, path: str, target: Path) -> str | None:
        """Copy an object; return None if it changed meanwhile."""
        with self._files.open(path, "rb", cache_type="none") as source:
            info = getattr(source, "details", None) or self._files.info(path)
            if info["name"].strip("/") != path.strip("/"):  # some names mean something to the client
                raise FileNotFoundError(errno.ENOENT, "the client of the store cannot read this name")
            _require_space(target, info["size"] or 0)
            with translate_os_errors(target):
                copy = target.open("wb", buffering=0)
            with copy:
                while block := source.read(_BLOCK):
                    with translate_os_errors(target):  # the store's own errors are not of the disk
                        copy.write(block)
        after = info if self._protocol in _CONDITIONAL else self._files.info(path)
        version = self._version(info)
        return version if version == self._version(after) and target.stat().st_size == after["size"] else None

    def _reached(self) -> bool:
        """Tell whether the store still lets us see the folder: otherwise the fault is not that of one object.

        Of S3, who may see all that is in a folder need not be allowed to ask for the folder itself.
        """
        return self._sees(self._path) or any(self._sees(path) for path in self._first_objects())

    def _sees(self, path: str) -> bool:
        try:
            self._files.info(path)
        except Exception:  # see above
            return False
        return True

    def _first_objects(self) -> list[str]:
        if self._protocol not in _CONDITIONAL:
            return []
        bucket, key, _ = self._files.split_path(self._path)
        prefix = f"{key}/" if key else ""
        try:
            page = self._files.call_s3("list_objects_v2", Bucket=bucket, Prefix=prefix, MaxKeys=_NEIGHBOURS)
        except Exception:  # see above
            return []
        return [f"{bucket}/{item['Key']}" for item in page.get("Contents", ())]

    def _version(self, info: Mapping[str, Any]) -> str:
        key = next((key for key in _VERSIONS if info.get(key)), None)
        if key is None:
            return ""
        return hashlib.sha256(
            f"{self._protocol}\0{info['name']}\0{key}\0{info[key]}\0{info['size']}".encode()
        ).hexdigest()

    def _failed(self, error: Exception, name: str = "") -> CorpusError:
        _opened.cache_clear()  # the next attempt has the credentials that the environment has then
        return CorpusError(
            Message("The documents cannot be reached: {error}", error=_without_secrets(first_line(error))),
            where=f"{self.url}/{name}" if name else self.url,
            do="Check the URL, the network and the credentials in the environment, then run the command again; "
            "finished work is kept.",
        )


def _require_space(target: Path, size: int) -> None:
    if shutil.disk_usage(target.parent).free < size:
        raise CannotWrite(
            Message("Cannot write: {reason}", reason=Message("the disk is full")),
            where=str(target.parent),
            do=Message("A copy of {size:,} bytes needs room there, or where TMPDIR says.", size=size),
        )


def _install_line(protocol: str) -> str:
    packages = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs"}
    return f"pip install {packages.get(protocol, 'fsspec[full]')}"


def _without_secrets(text: str) -> str:
    """Return a message without the passwords and queries of URLs in it."""
    return _IN_URL.sub(r"\1", text)
