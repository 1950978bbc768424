"""One polite HTTPS question (GET, or POST where there is something to send) to an address that we looked up ourselves: no redirects, no proxies, bounded time and size."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
import requests.adapters
import urllib3
import urllib3.connection
import urllib3.connectionpool
import urllib3.exceptions
import urllib3.poolmanager

from selfaudit import __version__
from selfaudit.errors import UserError
from selfaudit.facts.http import HttpFetch, HttpStatus
from selfaudit.i18n import _, phrase
from selfaudit.net.gate import Gate, NotPermittedError
from selfaudit.text import printable

# What is wrong with a stranger's server is a fact in the evidence, not a line in our log.
logging.getLogger("urllib3").setLevel(logging.CRITICAL)

_MAX_HEADERS = 100
MAX_BODY = 65_536  # RFC 8461 section 3.3 suggests this bound for policies
USER_AGENT = f"selfaudit/{__version__} (self-audit requested by the domain's owner)"


@dataclass(slots=True)
class _Pin:
    """Where the connection really goes, and the deadline by which the socket is shut."""

    address: str
    port: int
    deadline: float
    handle: socket.socket | None = None

    def connected(self, connection: socket.socket) -> None:
        # TLS takes the socket object over; a handle of our own still reaches the same connection.
        self.handle = connection.dup()

    def cut(self) -> None:
        if self.handle is not None:
            try:
                self.handle.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it was closed already

    def close(self) -> None:
        if self.handle is not None:
            self.handle.close()


def _pinned_pool(pin: _Pin) -> type[urllib3.connectionpool.HTTPSConnectionPool]:
    class Connection(urllib3.connection.HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            left = max(0.05, pin.deadline - time.monotonic())
            try:
                connection = socket.create_connection((pin.address, pin.port), timeout=left)
            except TimeoutError as error:
                raise urllib3.exceptions.ConnectTimeoutError(self, "no answer") from error
            except OSError as error:
                raise urllib3.exceptions.NewConnectionError(self, error.strerror or str(error)) from error
            pin.connected(connection)
            return connection

    class Pool(urllib3.connectionpool.HTTPSConnectionPool):
        ConnectionCls = Connection

    return Pool


class _Session(requests.Session):
    """Leaves redirects alone. Even where they are not to be followed, requests would read their whole body, however long."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: there is nothing to follow."""
        return None


class _PinnedAdapter(requests.adapters.HTTPAdapter):
    def __init__(self, pin: _Pin) -> None:
        self._pool_class = _pinned_pool(pin)
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"https": self._pool_class}


def check_ca_file(path: str) -> None:
    """Fails before the run, rather than blaming a server, if our own certificate authorities cannot be read.

    Raises:
        UserError: the file cannot be read or holds no certificate.
    """
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        why = error.strerror or str(error)
        raise UserError(
            _("{file}: holds no certificates that can be used ({why})").format(file=path, why=printable(why, 200))
        ) from None


@dataclass(frozen=True, slots=True)
class Reply:
    """An exchange with what is too large or too fleeting for the evidence: the whole body, the headers, and where a redirect leads."""

    fetch: HttpFetch
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    location: str = ""


@dataclass(frozen=True, slots=True)
class Want:
    """What is asked for besides the URL.

    Attributes:
        purpose: for the tally of what was sent.
        accept: media types, "" for any.
        etag: of the version that we have already.
        most: octets of the body.
        body: what is sent along; with it the question is a POST.
        content_type: of what is sent.
    """

    purpose: str = "HTTPS"
    accept: str = ""
    etag: str = ""
    most: int = MAX_BODY
    body: bytes = b""
    content_type: str = "application/json"

    def headers(self) -> dict[str, str]:
        """The headers of the question."""
        found = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
        if self.accept:
            found["Accept"] = self.accept
        if self.etag:
            found["If-None-Match"] = self.etag
        if self.body:
            found["Content-Type"] = self.content_type
        return found


_PAGE = Want()


def get(gate: Gate, url: str, address: str, want: Want = _PAGE, *, port: int, timeout: float, ca_file: str = "") -> Reply:
    """Fetches an https URL from a given address. Blocking; run it in the pool.

    Args:
        gate: decides whether the address may be contacted.
        url: https; its host name is used for SNI, the certificate and the Host header.
        address: where to connect.
        want: what to ask for.
        port: TCP port, 443 outside laboratories.
        timeout: seconds for everything together.
        ca_file: certificate authorities in place of the usual ones.
    """
    at, started = time.time(), time.monotonic()

    def done(outcome: HttpStatus, detail: str = "", body: bytes = b"", **fields: Any) -> Reply:
        ms = round((time.monotonic() - started) * 1000, 1)
        text = body[:MAX_BODY].decode("latin-1")
        return Reply(
            HttpFetch(url, address, outcome, detail=detail, at=at, ms=ms, body=text, **fields), body, headers, location
        )

    headers: dict[str, str] = {}
    location = ""

    try:
        gate.check_passive(address)
    except NotPermittedError as error:
        return done(HttpStatus.REFUSED_SCOPE, str(error))
    gate.count(address, port, "tcp", want.purpose)
    route = gate.route(address, port, "tcp")
    if route is None:
        time.sleep(timeout)
        return done(HttpStatus.TIMEOUT, phrase("no answer"))
    pin = _Pin(route.address, route.port, started + timeout)
    # Socket time-outs count from one byte to the next; a server that drips bytes is cut off here.
    guard = threading.Timer(timeout, pin.cut)
    guard.daemon = True
    guard.start()
    try:
        with _Session() as session:
            session.trust_env = False
            session.mount("https://", _PinnedAdapter(pin))
            response = session.request(
                "POST" if want.body else "GET", url, data=want.body or None, headers=want.headers(), timeout=timeout,
                allow_redirects=False, stream=True, verify=ca_file or True,
            )  # fmt: skip
            with response:
                body = _read_body(response, want.most)
            headers.update(list(response.headers.items())[:_MAX_HEADERS])
            location = _location(response.headers.get("Location", ""))
            fields: dict[str, Any] = {
                "code": response.status_code,
                "content_type": response.headers.get("Content-Type", "")[:200],
                "location": location[:500],
            }
            if time.monotonic() - started >= timeout:
                return done(HttpStatus.TIMEOUT, phrase("not done in time"))
            if len(body) > want.most:
                return done(HttpStatus.TOO_LARGE, phrase("more than {max_body} octets", max_body=want.most), **fields)
            return done(HttpStatus.ANSWERED, body=body, **fields)
    except requests.exceptions.SSLError as error:
        if time.monotonic() - started >= timeout - 0.05:
            return done(HttpStatus.TIMEOUT, phrase("not done in time"))
        refused = _certificate_words(error)
        # Only a certificate that was seen and not accepted says something about the server; a broken handshake does not.
        return (
            done(HttpStatus.TLS_FAILED, refused)
            if refused
            else done(HttpStatus.PROTOCOL_ERROR, phrase("the TLS handshake failed"))
        )
    except requests.exceptions.Timeout:
        return done(HttpStatus.TIMEOUT, phrase("no answer in time"))
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, ValueError, RuntimeError, OSError) as error:
        if time.monotonic() - started >= timeout - 0.05:
            return done(HttpStatus.TIMEOUT, phrase("not done in time"))
        if isinstance(error, requests.exceptions.ConnectionError) and pin.handle is None:
            return done(HttpStatus.CONNECTION_FAILED, phrase("connection refused or no route"))
        return done(HttpStatus.PROTOCOL_ERROR, phrase("the server does not speak proper HTTP"))
    finally:
        guard.cancel()
        pin.close()


def _location(value: str) -> str:
    """Where a redirect leads. Headers are read as Latin-1; many servers write UTF-8 into them."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def _read_body(response: requests.Response, most: int) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(min(65_536, most + 1)):
        body += chunk
        if len(body) > most:
            break
    return bytes(body)


def _certificate_words(error: BaseException) -> str:
    """Why the certificate was not accepted, "" if that was not the trouble."""
    queue: list[BaseException | None] = [error]
    for _depth in range(16):
        if not queue:
            break
        cause = queue.pop(0)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return phrase("the certificate is not accepted: {why}", why=cause.verify_message)
        if cause is not None:
            reason = getattr(cause, "reason", None)
            queue += [cause.__cause__, cause.__context__, reason if isinstance(reason, BaseException) else None]
            queue += [a for a in cause.args if isinstance(a, BaseException)]
    return ""
