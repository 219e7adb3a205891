"""The server: a loopback port, a token made for this one start, and the application until it is told to stop."""

from __future__ import annotations

import secrets
import signal
import socket
from collections.abc import Callable

from kotae.web.app import Offer, build_app
from kotae.web.auth import ADDRESS, Guard
from rag.errors import SettingsError

_SECONDS_TO_FINISH = 2


class LocalServer:
    """A server on 127.0.0.1, listening from the start, answering while it runs. `token` opens it."""

    def __init__(self, offer: Offer, port: int) -> None:
        """Listen on `port`, with 0 on any free one. Raises SettingsError where it is taken."""
        import uvicorn

        self._socket = _listen(port)
        self.port: int = self._socket.getsockname()[1]
        self.token = secrets.token_urlsafe(32)
        self._app = build_app(offer)
        self._server = uvicorn.Server(
            uvicorn.Config(
                Guard(self._app, self.token, self.port),
                http="h11",
                ws="none",
                lifespan="off",
                log_level="critical",  # what goes wrong is logged under its name by the application itself
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=_SECONDS_TO_FINISH,
            )
        )

    @property
    def address(self) -> str:
        """What a browser opens first."""
        return f"http://{ADDRESS}:{self.port}/?token={self.token}"

    def run(self) -> None:
        """Answer until stopped, interrupted or terminated."""
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._app.state.desk.close()
            self._app.state.library.close()

    def stop(self) -> None:
        """Have `run` end, from another thread."""
        self._server.should_exit = True


def serve(offer: Offer, port: int, announce: Callable[[str], None]) -> None:
    """Serve until interrupted or terminated; `announce` is told the address, which has the token.

    Raises SettingsError where the port is taken.
    """
    server = LocalServer(offer, port)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    announce(server.address)
    try:
        server.run()
    except KeyboardInterrupt:
        return


def _listen(port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((ADDRESS, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise SettingsError(
            f"Port {port} cannot be listened on: {error.strerror}", where="--port", do="Give another one; 0 takes any."
        ) from error
    return listening
