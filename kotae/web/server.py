"""The server: the application on a loopback port, protected by a token that is new at every start."""

from __future__ import annotations

import secrets
import signal
import socket
from collections.abc import Callable

from kotae.web.app import ServerConfig, build_app
from kotae.web.auth import ADDRESS, AuthMiddleware
from rag.errors import SettingsError
from rag.messages import Message, reason_of

_SECONDS_TO_FINISH = 2


class LocalServer:
    """A server on 127.0.0.1: it listens at once, and answers while `run` does. Clients need `token`."""

    def __init__(self, config: ServerConfig, port: int) -> None:
        """Listen on `port`, or on any free port if 0. Raises SettingsError if it is taken."""
        import uvicorn

        self._socket = _listen(port)
        self.port: int = self._socket.getsockname()[1]
        self.token = secrets.token_urlsafe(32)
        self._app = build_app(config)
        self._server = uvicorn.Server(
            uvicorn.Config(
                AuthMiddleware(self._app, self.token, self.port),
                http="h11",
                ws="none",
                lifespan="off",
                log_level="critical",  # the application logs its own errors
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=_SECONDS_TO_FINISH,
            )
        )

    @property
    def address(self) -> str:
        """The address to open in a browser."""
        return f"http://{ADDRESS}:{self.port}/?token={self.token}"

    def warm_up(self) -> None:
        """Begin to load the model and the index, and to read what is new in the library."""
        self._app.state.queue.warm_up()
        if self._app.state.syncing is not None:
            self._app.state.syncing.start()

    def run(self) -> None:
        """Answer requests until stopped, interrupted or terminated."""
        try:
            self._server.run(sockets=[self._socket])
        finally:
            if self._app.state.syncing is not None:
                self._app.state.syncing.close()
            self._app.state.jobs.close()
            self._app.state.queue.close()
            self._app.state.index.close()

    def stop(self) -> None:
        """Make `run` return; called from another thread."""
        self._server.should_exit = True


def serve(config: ServerConfig, port: int, announce: Callable[[str], None]) -> None:
    """Serve until interrupted or terminated, and load the models meanwhile; `announce` gets the address with the token.

    Raises SettingsError if the port is taken, or if the library cannot be used.
    """
    server = LocalServer(config, port)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.warm_up()
        announce(server.address)
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
            Message("Port {port} cannot be used: {error}", port=port, error=reason_of(error)),
            where="--port",
            do="Choose another port; 0 takes any.",
        ) from error
    return listening
