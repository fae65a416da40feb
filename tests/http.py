"""An HTTP server of one's own on a free loopback port that records requests and answers as told.

`answer` is a status, or `cut` (reads the body, then hangs up), `hang`, or `flood` (a body without end).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import TracebackType

from aiohttp import web

from tests.smtp import Certificates


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HttpServer:
    """With `encrypted`, https for localhost; `ca_file` is the authority."""

    answer: int | str = 204
    headers: dict[str, str] = field(default_factory=dict)
    encrypted: bool = False
    requests: list[Request] = field(default_factory=list)

    async def __aenter__(self) -> HttpServer:
        self._over = asyncio.Event()
        self._certificates = Certificates()
        self.ca_file = self._certificates.ca_file
        self._runner = web.ServerRunner(web.Server(self._handle), shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(
            self._runner, "127.0.0.1", 0, ssl_context=self._certificates.server if self.encrypted else None
        )
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"https://localhost:{port}/hook" if self.encrypted else f"http://127.0.0.1:{port}/hook"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        await self._runner.cleanup()
        self._certificates.close()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        self.requests.append(Request(request.path, dict(request.headers), body))
        match self.answer:
            case int(status):
                return web.Response(status=status, headers=self.headers)
            case "hang":
                await self._over.wait()
            case "flood":
                return await self._flood(request)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def _flood(self, request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while not self._over.is_set():
            await response.write(b"x" * 65536)
        return response
