"""A tab of a headless Chromium, driven through its DevTools port."""

from __future__ import annotations

import base64
import itertools
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from tests.eval.browser import CHROMIUM

_SECONDS = 300


class Tab:
    """One page. `requests` are the addresses that were asked for, `console` what was logged there, errors included."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = itertools.count(1)
        self.requests: list[str] = []
        self.console: list[str] = []
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._connection.recv(_SECONDS))
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        params = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Runtime.consoleAPICalled" | "Runtime.exceptionThrown":
                self.console.append(json.dumps(params, ensure_ascii=False))
            case "Log.entryAdded":
                self.console.append(params["entry"]["text"])

    def run(self, script: str) -> Any:
        """The value of an expression in the page; a promise is waited for."""
        said = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in said, said
        return said["result"].get("value")

    def until(self, script: str, seconds: float = _SECONDS) -> Any:
        """The value of an expression once it is true of the page, and that is there as a whole."""
        end = time.monotonic() + seconds
        while True:
            try:
                if value := self.run(f"document.readyState === 'complete' && ({script})"):
                    return value
            except AssertionError:  # the page is just being replaced
                pass
            assert time.monotonic() < end, f"never true: {script}\n{self.run('document.body.innerText')}"
            time.sleep(0.05)

    def open(self, address: str) -> None:
        """Go to an address; what is asked of the page next is not asked of the one before, which is marked."""
        self.run("window.isLeft = true")
        self.call("Page.navigate", url=address)
        self.until("!window.isLeft && location.href !== 'about:blank'")

    def reload(self) -> None:
        """Load the page again; what is asked of it next is not asked of the one before."""
        self.run("window.isLeft = true")
        self.call("Page.reload")
        self.until("!window.isLeft")

    def text(self, selector: str) -> str:
        return str(self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))

    def texts(self, selector: str) -> list[str]:
        return list(self.run(f"[...document.querySelectorAll({json.dumps(selector)})].map((one) => one.innerText)"))

    def click(self, selector: str) -> None:
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def type(self, text: str) -> None:
        """Into what has the focus."""
        self.call("Input.insertText", text=text)

    def press(self, key: str, *, ctrl: bool = False) -> None:
        codes = {"Enter": 13, "Tab": 9, " ": 32, "ArrowLeft": 37, "ArrowRight": 39, "d": 68, "k": 75, "m": 77}
        about = {"key": key, "windowsVirtualKeyCode": codes[key], "modifiers": 2 if ctrl else 0}
        text = {"Enter": "\r", " ": " "}.get(key)
        self.call("Input.dispatchKeyEvent", type="keyDown", **about, **({"text": text} if text and not ctrl else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    def window(self, width: int, height: int, *, dark: bool = False) -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))


@contextmanager
def chrome(profile: Path) -> Iterator[Tab]:
    """A tab without a network but this machine's own; `profile` is a folder for what the browser keeps."""
    assert CHROMIUM is not None
    process = subprocess.Popen(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
         "--disable-dev-shm-usage",  # 64 MB in a container
         "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--remote-debugging-port=0",
         f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        address = _page_of(process, profile)
        with connect(
            address, max_size=None, proxy=None, open_timeout=_SECONDS, ping_interval=None, close_timeout=1
        ) as connection:
            yield Tab(connection)
    finally:
        process.terminate()
        process.wait()


def _page_of(process: subprocess.Popen[bytes], profile: Path) -> str:
    """The address of the first page's DevTools."""
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            port = (profile / "DevToolsActivePort").read_text("utf-8").split()[0]
            targets = httpx.get(f"http://127.0.0.1:{port}/json/list", timeout=60, trust_env=False).json()
            return next(one["webSocketDebuggerUrl"] for one in targets if one["type"] == "page")
        except (OSError, IndexError, httpx.HTTPError, StopIteration):
            time.sleep(0.1)
    raise AssertionError("Chromium did not start")
