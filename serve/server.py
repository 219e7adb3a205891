"""The server: a loopback port, a token made for this one start, and the application until it is told to stop."""

from __future__ import annotations

import secrets
import signal
import socket
from collections.abc import Callable

from rag.errors import SettingsError
from serve.access import ADDRESS, Guard
from serve.app import Offer, build_app

_SECONDS_TO_FINISH = 2


def serve(offer: Offer, port: int, announce: Callable[[str], None]) -> None:
    """Serve on 127.0.0.1 until interrupted or terminated; `announce` is told the address, which has the token.

    Port 0 takes any free one. Raises SettingsError where the port is taken.
    """
    import uvicorn

    listening = _listen(port)
    port = listening.getsockname()[1]
    token = secrets.token_urlsafe(32)
    app = build_app(offer)
    server = uvicorn.Server(
        uvicorn.Config(
            Guard(app, token, port),
            http="h11",
            ws="none",
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_SECONDS_TO_FINISH,
        )
    )
    announce(f"http://{ADDRESS}:{port}/?token={token}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        app.state.desk.close()
        app.state.library.close()


def _listen(port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((ADDRESS, port))
    except OSError as error:
        listening.close()
        raise SettingsError(
            f"Port {port} cannot be listened on: {error.strerror}", where="--port", do="Give another one; 0 takes any."
        ) from error
    listening.listen()
    return listening
