"""A Prefect server, asked over HTTP as its UI does: with login and a token for changes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx

AT_WORK = ("PENDING", "RUNNING", "CANCELLING")
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


class PrefectApi:
    """Answers are None while the server does not answer.

    :param address: with ``/api``
    :param login: ``user:password``
    """

    def __init__(self, address: str, login: str) -> None:
        user, _, password = login.partition(":")
        self._http = httpx.Client(base_url=address, auth=(user, password), timeout=30)

    def get(self, path: str) -> Any:
        return self._ask("GET", path, None)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self._ask("POST", path, body)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        return self._ask("PATCH", path, body)

    def up(self) -> bool:
        return self.get("/health") is True

    def runs(self, flow: str = "monitor") -> list[dict[str, Any]]:
        """Flow runs that were due by now, the latest first."""
        wanted = {
            "flows": {"name": {"any_": [flow]}},
            "flow_runs": {"expected_start_time": {"before_": datetime.now(UTC).isoformat()}},
            "sort": "EXPECTED_START_TIME_DESC",
            "limit": 100,
        }
        return self.post("/flow_runs/filter", wanted) or []

    def run(self, run_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/flow_runs/{run_id}") or {}
        return found

    def start(self, deployment: str, **parameters: Any) -> str:
        """A run of ``flow/deployment`` that is due now; its id."""
        found = self.get(f"/deployments/name/{deployment}")
        now = datetime.now(UTC).isoformat()
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": now}}
        body = {"parameters": found["parameters"] | parameters, "state": state}
        return str(self.post(f"/deployments/{found['id']}/create_flow_run", body)["id"])

    def close(self) -> None:
        self._http.close()

    def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        try:
            headers = {} if method == "GET" else self._token()
            answer = self._http.request(method, path, json=body, headers=headers)
            answer.raise_for_status()
            return answer.json() if answer.content else True
        except httpx.HTTPError:
            return None

    def _token(self) -> dict[str, str]:
        answer = self._http.get("/csrf-token", params={"client": "benchmark"})
        answer.raise_for_status()
        return {
            "Prefect-Csrf-Token": answer.json()["token"],
            "Prefect-Csrf-Client": "benchmark",
        }
