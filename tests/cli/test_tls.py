"""The server speaks TLS when it has a certificate, beside plain HTTP when it is told so."""

from __future__ import annotations

import re
import signal
import ssl
import subprocess
from pathlib import Path

import httpx2
import pytest

from tests.cli.conftest import START, Run
from tests.fakes.authority import Authority, new_authority


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return new_authority(tmp_path)


def _get(url: str, authority: Authority) -> str:
    trusting = ssl.create_default_context(cafile=str(authority.trusted))
    answer: str = httpx2.get(f"{url}/healthz", verify=trusting, timeout=10).json()["status"]
    return answer


@pytest.mark.parametrize("second_port", [(), ("--tls-port", "0")], ids=["alone", "beside plain HTTP"])
def test_serve_speaks_tls(second_port: tuple[str, ...], environ: dict[str, str], authority: Authority) -> None:
    """A client that trusts the authority is answered over TLS, on the only port or on one beside plain HTTP."""
    tls = ("--tls-certificate", str(authority.certificate), "--tls-key", str(authority.key))
    words = [*START, "serve", "--port", "0", *tls, *second_port]
    with subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2 if second_port else 1)]
        urls = [found for line in lines for found in re.findall(r"https?://\S+", line)]
        assert [url.split(":")[0] for url in urls] == (["http", "https"] if second_port else ["https"])
        assert [_get(url, authority) for url in urls] == ["ok"] * len(urls)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


def test_faults_of_certificates_are_sentences(run: Run, authority: Authority, tmp_path: Path) -> None:
    """A missing file, a key without certificate and files that do not belong together are said before the start."""
    said = run("serve", "--tls-certificate", str(tmp_path / "none.pem")).stderr
    assert "none.pem is not a file" in said
    assert "EARSTEAD_TLS_CERTIFICATE: is needed" in run("serve", "--tls-key", str(authority.key)).stderr
    wrong = run("serve", "--tls-certificate", str(authority.trusted), "--tls-key", str(authority.key))
    assert wrong.returncode == 1 and "no certificate and its key" in wrong.stderr and "Traceback" not in wrong.stderr
