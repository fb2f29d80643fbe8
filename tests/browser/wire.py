"""A cable between browser and station that a test can pull out and put back."""

import contextlib
import socket
import threading
from urllib.parse import urlsplit


class Wire:
    """Carries bytes both ways while it is whole."""

    def __init__(self, station_url: str) -> None:
        url = urlsplit(station_url)
        self._to = (url.hostname or "", url.port or 80)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.is_cut = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Whatever is connected is torn, and nothing new gets through."""
        self.is_cut = True
        with self._lock:
            for end in self._open:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """It carries again."""
        self.is_cut = False

    def close(self) -> None:
        """It is gone."""
        self.cut()
        # A close alone leaves the thread in accept() where it is.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                here, _ = self._listener.accept()
            except OSError:
                return
            if self.is_cut:
                here.close()
                continue
            there = socket.create_connection(self._to)
            with self._lock:
                self._open |= {here, there}
            for ends in ((here, there), (there, here)):
                threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                target.sendall(piece)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        with self._lock:
            was_open = source in self._open and target in self._open
            self._open -= {source, target}
        if was_open:
            return
        source.close()
        target.close()
