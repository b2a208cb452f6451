from __future__ import annotations

import json
from typing import Any

from pydantic import SecretStr

from monitors.judges import HttpJudge
from tests.support.webserver import Answer, WebServer

KEY = "sk-canary-7Qf31xZ"
PATH = "/v1/chat/completions"


def said(content: Any, **rest: Any) -> Answer:
    """An answer of ``/chat/completions`` whose content is ``content``, as JSON if no text."""
    text = content if isinstance(content, str) else json.dumps(content)
    body = {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}], **rest}
    return Answer(json.dumps(body).encode())


def http_judge(server: WebServer, **options: Any) -> HttpJudge:
    return HttpJudge(server.url("/v1"), "small", SecretStr(KEY), **options)
