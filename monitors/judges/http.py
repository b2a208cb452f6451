"""A judge behind an address that speaks OpenAI's ``/chat/completions``.

The address is the operator's own, from the settings, and is often on this machine or in its
network: the guard against private addresses, which is for addresses that strangers write,
does not apply to it. It is asked directly, redirects are not followed, and nothing that it
sends is shown or logged.
"""

from __future__ import annotations

import asyncio
import json
import ssl

import httpx
from pydantic import SecretStr

from monitors.errors import JudgeUnavailable, JudgeUnclear
from monitors.judges.answering import opinion
from monitors.judges.asking import request
from monitors.model import Opinion, Question

LARGEST = 64 * 1024
"""Bytes of an answer; a good one has a few hundred."""


class HttpJudge:
    """Implements :class:`monitors.ports.Judge`.

    :param url: such as ``http://localhost:11434/v1``; ``/chat/completions`` is added
    :param key: sent as a bearer token, where there is one
    :param timeout: seconds for a whole answer, from dialling to its last byte
    """

    def __init__(
        self, url: str, model: str, key: SecretStr | None = None, timeout: float = 10.0
    ) -> None:
        self._url = url.rstrip("/").removesuffix("/chat/completions") + "/chat/completions"
        self._model = model
        self._key = key
        self._timeout = timeout
        # Loading the certificates takes a while, and only https needs them.
        https = self._url.startswith("https:")
        self._tls = ssl.create_default_context() if https else _no_certificates()

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model

    @property
    def _subject(self) -> str:
        return f"the judge at {httpx.URL(self._url).host}"

    def review(self, question: Question) -> Opinion:
        """See the port."""
        body = asyncio.run(self._answer(question))
        return opinion(body, self._subject, self._model)

    async def _answer(self, question: Question) -> bytes:
        stands = "The built-in decision stands"
        try:
            async with asyncio.timeout(self._timeout):
                status, body = await self._post(question)
        except TimeoutError:
            problem = f"no complete answer within {self._timeout:g} s"
            raise JudgeUnavailable(self._subject, problem, stands) from None
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, OSError) as error:
            # Only its type: a text of httpx may quote a header.
            problem = f"it cannot be asked ({type(error).__name__})"
            raise JudgeUnavailable(self._subject, problem, stands) from None
        if status != 200:
            hint = (
                "Check JUDGE_API_KEY" if status in (401, 403) else "Check JUDGE_URL, JUDGE_MODEL"
            )
            problem = f"it answered with status {status}"
            raise JudgeUnavailable(self._subject, problem, f"{stands}. {hint}")
        return body

    async def _post(self, question: Question) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if self._key is not None:
            headers["Authorization"] = f"Bearer {self._key.get_secret_value()}"
        content = json.dumps(request(question, self._model)).encode()
        async with (
            httpx.AsyncClient(trust_env=False, verify=self._tls, timeout=self._timeout) as client,
            client.stream("POST", self._url, content=content, headers=headers) as response,
        ):
            body = bytearray()
            async for piece in response.aiter_raw():
                body += piece
                if len(body) > LARGEST:
                    raise JudgeUnclear(self._subject, "its answer is far too long")
            return response.status_code, bytes(body)


def _no_certificates() -> ssl.SSLContext:
    """Trusts nobody; over http it is never used."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
