"""Security of the server: allowed hosts and origins, limits, response headers.

Loopback without a token is safe from other computers, not from other sites open in the same browser: their
requests come with a foreign ``Origin`` or, after DNS rebinding, with a foreign ``Host``. Both are refused.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

log = logging.getLogger(__name__)

#: bytes of a request; a report to read is far smaller (own choice)
MOST_BYTES = 2_000_000
LOOPBACK = ("localhost", "127.0.0.1", "::1")
#: policy of all responses except the page, whose own policy allows its scripts
POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Gate:
    """The access rule: a token where other computers can reach the page; otherwise this computer only."""

    token: str = ""

    def refusal(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        """Return the status and message for a request that is refused, or None if it is admitted.

        Examples
        --------
        >>> Gate().refusal({"path": "/api/runs", "method": "GET"}, {"host": "evil.example"})
        (421, "Host 'evil.example' is not this computer. Open the address that `onward serve` printed.")
        >>> Gate().refusal({"path": "/api/runs", "method": "GET"}, {"host": "localhost:8000"})
        """
        host, path = headers.get("host", ""), scope["path"]
        if not self.token and _name(host) not in LOOPBACK:
            return 421, f"Host {host[:80]!r} is not this computer. Open the address that `onward serve` printed."
        origin = headers.get("origin")
        foreign = origin is not None and urlsplit(origin).netloc != host
        if foreign or (headers.get("sec-fetch-site") == "cross-site" and path != "/"):
            return 403, "Another site sent this request. Only the page itself may."
        if self.token and not self._has_token(scope, headers):
            return 401, "A token is needed. Open the whole address that `onward serve` printed."
        if scope["method"] == "POST" and headers.get("content-type", "").split(";")[0].strip() != "application/json":
            return 415, "Send JSON with the header Content-Type: application/json."
        size = headers.get("content-length", "0")
        if not size.isdigit() or int(size) > MOST_BYTES:
            return 413, f"More than {MOST_BYTES / 1e6:g} MB cannot be sent at once. Send less."
        return None

    def _has_token(self, scope: Scope, headers: dict[str, str]) -> bool:
        """Return whether a request carries the token: in its header or, for the page itself, in its address."""
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and _same(given.strip(), self.token):
            return True
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        return scope["path"] == "/" and _same(asked, self.token)


class Guard:
    """A wrapper around an application that checks access and size, adds headers, and numbers unexpected errors."""

    def __init__(self, inner: Application, gate: Gate) -> None:
        self._inner, self._gate = inner, gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; check HTTP requests, pass other events on, and refuse WebSockets."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._inner(scope, receive, send)
            return
        sender = _Sender(send)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self._gate.refusal(scope, headers)
        if refusal is not None:
            await sender.answer(*refusal)
            return
        body = await _whole(receive) if scope["method"] in ("POST", "PUT", "PATCH") else b""
        if body is None:
            await sender.answer(413, f"More than {MOST_BYTES / 1e6:g} MB cannot be sent at once. Send less.")
            return
        try:
            await self._inner(scope, _replayed(body, receive), sender)
        except Exception:
            if not sender.begun:
                await sender.answer(500, failure(scope["path"]))


def failure(path: str) -> str:
    """Log the current exception under a number, and return a message with that number."""
    number = secrets.token_hex(4)
    log.exception("request %s failed: number %s", path, number)
    return f"Onward failed. The server's log has more, under number {number}."


async def _whole(receive: Receive) -> bytes | None:
    """Return the request body; None if it is too large, even if no length was declared."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a receiver that yields the body already read, then whatever follows."""
    waiting = [body]

    async def again() -> MutableMapping[str, Any]:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again


class _Sender:
    """A sender that adds the common headers to every response."""

    def __init__(self, send: Send) -> None:
        self._send, self.begun = send, False

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            given = {name.lower() for name, _ in message["headers"]}
            added = {**_HEADERS, "content-security-policy": POLICY}
            more = [(k.encode(), v.encode()) for k, v in added.items() if k.encode() not in given]
            message = {**message, "headers": [*message["headers"], *more]}
        await self._send(message)

    async def answer(self, status: int, words: str) -> None:
        """Send a message as JSON."""
        body = json.dumps({"message": words}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        if status == 401:
            headers.append((b"www-authenticate", b"Bearer"))
        await self({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


def _name(host: str) -> str:
    """Return the name in a Host header, without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()


def _same(given: str, token: str) -> bool:
    return secrets.compare_digest(given.encode(), token.encode())
