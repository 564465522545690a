"""A program that speaks this API to a server, and the answers it reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from xml.etree import ElementTree

from starlette.testclient import TestClient

from earstead.apis.lastfm.sign import signature


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer: its HTTP status, its headers, its bytes."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        import json

        return json.loads(self.body)

    def xml(self) -> ElementTree.Element:
        """The payload, the one child of `lfm`."""
        root = ElementTree.fromstring(self.body)
        assert root.tag == "lfm" and root.attrib == {"status": "ok"}, self.body
        assert len(root) == 1, self.body
        return root[0]

    def fault(self) -> tuple[int, int, str]:
        """(HTTP status, number, text) of an error in XML."""
        root = ElementTree.fromstring(self.body)
        assert root.tag == "lfm" and root.attrib == {"status": "failed"}, self.body
        return self.status, int(root[0].attrib["code"]), root[0].text or ""


@dataclass(frozen=True, slots=True)
class Program:
    """A program with an API account; with `sk` it speaks for a user, with `secret` it signs."""

    client: TestClient
    api_key: str
    secret: str = ""
    sk: str = ""

    def parameters(self, method: str, **given: object) -> dict[str, str]:
        """All that is sent, signed. Array names: `**{"artist[0]": "A"}`."""
        sent = {"method": method, "api_key": self.api_key, **{name: str(value) for name, value in given.items()}}
        if self.sk:
            sent.setdefault("sk", self.sk)
        if self.secret:
            sent.setdefault("api_sig", signature(sent.items(), self.secret))
        return sent

    def get(self, method: str, **given: object) -> Answered:
        """Ask by GET."""
        return _answered(self.client.get("/2.0/", params=self.parameters(method, **given)))

    def post(self, method: str, **given: object) -> Answered:
        """Ask by POST."""
        return _answered(self.client.post("/2.0/", data=self.parameters(method, **given)))

    def xml(self, method: str, **given: object) -> ElementTree.Element:
        """The payload of a successful answer in XML."""
        answered = self.post(method, **given)
        assert answered.status == 200, answered.body
        return answered.xml()

    def json(self, method: str, **given: object) -> Any:
        """The whole of a successful answer in JSON."""
        answered = self.post(method, format="json", **given)
        assert answered.status == 200, answered.body
        return answered.json()

    def fault(self, method: str, **given: object) -> tuple[int, int, str]:
        """(HTTP status, number, text) of a failed answer."""
        return self.post(method, **given).fault()

    def nobody(self) -> Program:
        """The same program without a session and without signing."""
        return replace(self, sk="", secret="")


def _answered(response: Any) -> Answered:
    return Answered(response.status_code, dict(response.headers), response.content)
