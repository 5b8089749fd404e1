"""A TCP proxy before a PostgreSQL server that can lose a message or its answer."""

import contextlib
import socket
import struct
import threading
import urllib.parse

# How a CancelRequest begins: its length and the code that stands in place of a protocol version.
CANCEL = struct.pack("!II", 16, 80877102)


class Proxy:
    """Connections to `url` go to the server, until the client sends the publishing message (one that ends in COMMIT).

    cut = None       nothing is cut
    cut = "before"   the publishing message is lost with its connection
    cut = "at_once"  it reaches the server, and the client's connection is closed without waiting for the server
    cut = "after"    it reaches the server, and the connection is closed as soon as the server has answered
    cut = "hole"     it reaches the server, and the answer never comes back; the connection stays open
    flows            while it is cleared, nothing goes from the client to the server
    cancels          how many cancel requests have come; while `loses_cancels`, none reaches the server
    is_refusing      new connections are closed at once; set to True by a cut when `refuse_after_cut`
    """

    def __init__(self, url, cut=None, *, refuse_after_cut=False):
        parts = urllib.parse.urlsplit(url)
        self._server = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        host = f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = parts._replace(netloc=host, query="sslmode=disable&gssencmode=disable").geturl()
        self.cut = cut
        self.refuse_after_cut = refuse_after_cut
        self.is_refusing = False
        self.cancels = 0
        self.loses_cancels = False
        self.has_cut = threading.Event()
        self.flows = threading.Event()
        self.flows.set()
        self._open = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.is_refusing:
                _reset(client)
                continue
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        if client.recv(16, socket.MSG_PEEK)[:8] == CANCEL:
            self.cancels += 1
            if self.loses_cancels:
                client.close()
                return
        server = socket.create_connection(self._server)
        self._open |= {client, server}
        waits_for_answer, hole = threading.Event(), threading.Event()
        threading.Thread(target=self._answers, args=(server, client, waits_for_answer, hole), daemon=True).start()
        with contextlib.suppress(OSError):
            message = b""
            while self.flows.wait() and (data := client.recv(1 << 16)):
                # A simple query: 'Q', length, text. The publishing message is the only one that inserts a receipt.
                message = (message + data)[-(1 << 20) :] if message or data[:1] == b"Q" else b""
                is_publishing = b"INSERT INTO" in message and message.endswith(b"COMMIT\0")
                if message.endswith(b"\0"):
                    message = b""
                if is_publishing and self.cut == "before":
                    self._break(client, server)
                    return
                if is_publishing and self.cut == "after":
                    waits_for_answer.set()
                if is_publishing and self.cut == "hole":
                    self.cut = None
                    hole.set()
                    self.has_cut.set()
                server.sendall(data)
                if is_publishing and self.cut == "at_once":
                    self._break(client, None)
                    return
        _shut(server)

    def _answers(self, server, client, waits_for_answer, hole):
        with contextlib.suppress(OSError):
            while data := server.recv(1 << 16):
                if hole.is_set():
                    continue
                if waits_for_answer.is_set():
                    # The answer is there, so the server has committed.
                    while not data.endswith(struct.pack("!cIc", b"Z", 5, b"I")) and (more := server.recv(1 << 16)):
                        data += more
                    self._break(client, server)
                    return
                client.sendall(data)
        _shut(client)

    def _break(self, client, server):
        self.is_refusing = self.refuse_after_cut
        self.cut = None
        _reset(client)
        if server is not None:
            _shut(server)
        self.has_cut.set()

    def close(self):
        self._listener.close()
        self.flows.set()
        for end in self._open:
            _shut(end)
            end.close()


def _shut(end):
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


def _reset(end):
    """Closes with a reset, as a broken network does."""
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    _shut(end)
    end.close()
