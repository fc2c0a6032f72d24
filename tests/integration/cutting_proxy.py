"""A TCP proxy before a server that cuts connections after so many bytes, or answers that it is busy."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

BUSY = (
    b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\n"
    b"Connection: close\r\nContent-Length: 66\r\n\r\n"
    b"<Error><Code>SlowDown</Code><Message>Slow down.</Message></Error> "
)


@dataclass
class Proxy:
    """A running proxy.

    Attributes:
        port: Where it listens.
        server: Port of the server behind it.
        cuts: Connections that are still to be cut.
        up: Bytes to the server after which one is cut; 0 means only the answer is watched.
        down: Bytes from the server after which one is cut.
        busy: Connections that are still to be answered with 503.
        seen: Connections so far.
    """

    port: int
    server: int
    cuts: int = 0
    up: int = 0
    down: int = 0
    busy: int = 0
    seen: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, client: socket.socket) -> None:
        with self.lock:
            self.seen += 1
            is_busy, self.busy = self.busy > 0, max(0, self.busy - 1)
        with client:
            if is_busy:
                client.settimeout(2)
                with suppress(OSError):
                    client.recv(1 << 16)
                    client.sendall(BUSY)
                return
            with socket.create_connection(("127.0.0.1", self.server)) as server:
                back = threading.Thread(target=self.pump, args=(server, client, "down"), daemon=True)
                back.start()
                self.pump(client, server, "up")
                back.join()

    def pump(self, source: socket.socket, target: socket.socket, way: str) -> None:
        """Pass bytes on until one side ends, or a cut is due; connections are used for many requests."""
        passed = 0
        with suppress(OSError):
            while block := source.recv(1 << 14):
                passed, most = passed + len(block), getattr(self, way)
                if most and passed > most and self.cut():
                    break
                target.sendall(block)
        for side in (source, target):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def cut(self) -> bool:
        with self.lock:
            self.cuts -= 1
            return self.cuts >= 0


@contextmanager
def proxy(server: int) -> Iterator[Proxy]:
    """A proxy before a port of this machine, gone when the context ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = Proxy(listener.getsockname()[1], server)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    threading.Thread(target=running.take, args=(client,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield running
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
