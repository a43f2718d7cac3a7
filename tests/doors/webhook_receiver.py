"""A receiver of webhooks: checks each signature, remembers each event."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from huabiao.doors.webhooks.delivering import signature


class Receiver:
    """Listens on a port of this machine until it is closed."""

    def __init__(self, port: int = 0, status: int = 200) -> None:
        self.secret, self.status = "", status
        self.events: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.wrong: list[str] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.take(dict(self.headers), body)
                self.send_response(receiver.status)
                self.send_header("location", "http://127.0.0.1:1/")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, headers: dict[str, str], body: bytes) -> None:
        headers = {name.lower(): value for name, value in headers.items()}
        id_, at = headers["webhook-id"], int(headers["webhook-timestamp"])
        if self.secret and headers["webhook-signature"] != signature(
            self.secret, id_, at, body
        ):
            self.wrong.append(id_)
        self.ids.append(id_)
        if self.status == 200:
            self.events += json.loads(body)["events"]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
