# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS: whom we trust, and what the user reads where we do not. Certificates are made here, by trustme."""

from __future__ import annotations

import datetime
import ipaddress
import os
import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client import http as _http
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import RequestError
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.http import HttpOptions, tls_context
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.request import Request
from ansible_collections.huaweicloud.modelarts.tests.support.raw_server import (
    RawServer,
    answer,
    listed,
    say_plainly,
    server_side,
    then_close,
)
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import TOKEN, VirtualClock, asked


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A certificate authority that signs the servers of this module."""
    return trustme.CA()


@pytest.fixture
def ca_path(authority: trustme.CA, tmp_path: Path) -> str:
    """The file with its certificate."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def trusted(authority: trustme.CA) -> Iterator[str]:
    """A server with the right certificate; its address."""
    with RawServer(listed(), tls=server_side(authority, "127.0.0.1")) as server:
        yield server.url


def test_the_right_authority(trusted: str, ca_path: str) -> None:
    outcome = asked(trusted, ca_path=ca_path)
    assert not outcome.failed, outcome.result["msg"]


def test_the_scheme_may_be_in_capitals(trusted: str, ca_path: str) -> None:
    outcome = asked(trusted.replace("https", "HTTPS"), ca_path=ca_path)
    assert not outcome.failed, outcome.result["msg"]


def test_a_folder_of_authorities(trusted: str, ca_path: str, tmp_path: Path) -> None:
    folder = tmp_path / "cas"
    folder.mkdir()
    assert "not trusted" in asked(trusted, ca_path=str(folder)).result["msg"]
    name = f"{subject_hash(ca_path)}.0"
    (folder / name).write_bytes(Path(ca_path).read_bytes())
    outcome = asked(trusted, ca_path=str(folder))
    assert not outcome.failed, outcome.result["msg"]


def subject_hash(path: str) -> str:
    """Return the name under which OpenSSL looks a certificate up in a folder."""
    import shutil
    import subprocess

    if shutil.which("openssl") is None:
        pytest.skip("openssl, which names the files of a folder of CAs, is not on this machine")
    command = ["openssl", "x509", "-hash", "-noout", "-in", path]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_tilde_in_ca_path(trusted: str, ca_path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(Path(ca_path).parent))
    assert not asked(trusted, ca_path="~/ca.pem").failed


def test_an_unknown_authority_is_refused_at_once(trusted: str, ca_path: str) -> None:
    clock = VirtualClock()
    outcome = asked(trusted, clock)
    assert clock.naps == [], "asked once"
    assert "is not trusted" in outcome.result["msg"]
    assert "set ca_path" in outcome.result["msg"]
    another = Path(ca_path).with_name("other.pem")
    trustme.CA().cert_pem.write_to_path(str(another))
    assert "is not trusted" in asked(trusted, ca_path=str(another)).result["msg"]


@pytest.mark.parametrize("names", [("other.example",), ("127.0.0.2",), ("localhost",)])
def test_a_certificate_for_another_host(authority: trustme.CA, ca_path: str, names: tuple[str, ...]) -> None:
    with RawServer(listed(), tls=server_side(authority, *names)) as server:
        outcome = asked(server.url, ca_path=ca_path)
        assert server.seen == [], "the token was not sent"
        assert server.connections == 1
    assert "is not trusted" in outcome.result["msg"]
    assert "mismatch" in outcome.result["msg"]


def test_a_certificate_that_has_expired(authority: trustme.CA, ca_path: str) -> None:
    with RawServer(listed(), tls=server_side(authority, "127.0.0.1", ends=2020)) as server:
        outcome = asked(server.url, ca_path=ca_path)
        assert server.seen == []
    assert "has expired" in outcome.result["msg"]


def test_validate_certs_false_takes_all_of_these(authority: trustme.CA, recwarn: pytest.WarningsRecorder) -> None:
    for names, ends in ((("127.0.0.1",), 2099), (("other.example",), 2099), (("127.0.0.1",), 2020)):
        with RawServer(listed(), tls=server_side(authority, *names, ends=ends)) as server:
            outcome = asked(server.url, validate_certs=False)
            assert not outcome.failed, outcome.result["msg"]
            assert TOKEN.encode() in server.seen[0]
    assert not [warning for warning in recwarn if "Insecure" in warning.category.__name__]


def test_plain_http_on_an_https_port(ca_path: str) -> None:
    with RawServer(then_close(answer("plain"))) as server:
        outcome = asked(server.url.replace("http", "https"), ca_path=ca_path, timeout=0.5, retries=0)
        assert TOKEN.encode() not in b"".join(server.seen)
    assert outcome.failed
    assert outcome.result["msg"].isprintable()


def test_plain_http_answered_to_a_hello(ca_path: str) -> None:
    with RawServer(greeting=say_plainly, scheme="https") as server:
        outcome = asked(server.url, ca_path=ca_path, timeout=60)
        assert server.connections == 1
    assert "does this port speak https" in outcome.result["msg"]


def test_https_spoken_to_as_http(trusted: str) -> None:
    outcome = asked(trusted.replace("https", "http"), retries=0, timeout=60)
    assert outcome.failed
    assert outcome.result["msg"].isprintable()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file or directory"),
        (b"", "no PEM certificates in it"),
        (b"-----BEGIN CERTIFICATE-----\nbad\n-----END CERTIFICATE-----\n", "no PEM certificates in it"),
        (b"\x00\x01binary", "no PEM certificates in it"),
    ],
)
def test_a_ca_path_that_cannot_be_used(content: bytes | None, words: str, tmp_path: Path, trusted: str) -> None:
    path = tmp_path / "broken.pem"
    if content is not None:
        path.write_bytes(content)
    outcome = asked(trusted, ca_path=str(path))
    message = outcome.result["msg"]
    assert message.startswith("ca_path: ")
    assert words in message
    assert "broken.pem" in message


def test_without_system_authorities_the_bundled_ones_are_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(_http, "_contexts", {})
    empty = ssl.DefaultVerifyPaths("", str(tmp_path), "", "", "", "")
    monkeypatch.setattr("ssl.get_default_verify_paths", lambda: empty)
    made = tls_context(HttpOptions())
    assert made.verify_mode is ssl.CERT_REQUIRED
    assert made.check_hostname
    assert made.get_ca_certs()


@pytest.mark.parametrize(("variable", "beaten"), [("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), ("CURL_CA_BUNDLE", "")])
def test_the_environments_bundle_stands_in_for_ca_path(trusted: str, ca_path: str, variable: str, beaten: str) -> None:
    environ = {variable: ca_path, **({beaten: "/nowhere"} if beaten else {})}
    assert asked(trusted, environ=environ).failed is False
    assert "ca_path: /other: No such file" in asked(trusted, environ=environ, ca_path="/other").result["msg"]


def test_pythons_own_variable_counts(trusted: str, ca_path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", ca_path)
    outcome = asked(trusted)
    assert not outcome.failed, outcome.result["msg"]


def test_a_ca_path_with_another_authority_is_not_asked_for_again(trusted: str, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    message = asked(trusted, ca_path=str(other)).result["msg"]
    assert "set ca_path" not in message
    assert f"ca_path ({other}) holds no CA that signed it" in message


def malformed(folder: Path) -> tuple[str, ssl.SSLContext]:
    """Return the file of a CA as companies make them by hand, without a key usage, and a server that it signed."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    keys = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    names = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in ("our CA", "127.0.0.1")]
    day = datetime.datetime(2020, 1, 1)

    def signed(which: int, extension: x509.ExtensionType) -> bytes:
        made = x509.CertificateBuilder().subject_name(names[which]).issuer_name(names[0])
        made = made.public_key(keys[which].public_key()).serial_number(which + 1)
        made = made.not_valid_before(day).not_valid_after(day.replace(year=2090))
        return (
            made.add_extension(extension, which == 0)
            .sign(keys[0], hashes.SHA256())
            .public_bytes(serialization.Encoding.PEM)
        )

    authority, chain = folder / "by-hand.pem", folder / "server.pem"
    authority.write_bytes(signed(0, x509.BasicConstraints(ca=True, path_length=None)))
    key = keys[1].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    chain.write_bytes(signed(1, x509.SubjectAlternativeName([address])) + key)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain)
    return str(authority), server


def test_what_a_certificate_lacks_is_said_where_python_insists_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python 3.13 insists by itself; the older ones are made to, by the same flag."""
    ca_path, server_side = malformed(tmp_path)
    lenient = ssl.create_default_context

    def strict(*args: Any, **kwargs: Any) -> ssl.SSLContext:
        made = lenient(*args, **kwargs)
        made.verify_flags |= ssl.VERIFY_X509_STRICT
        return made

    monkeypatch.setattr(ssl, "create_default_context", strict)
    monkeypatch.setattr(_http, "_contexts", {})
    with RawServer(listed(), tls=server_side) as server:
        message = asked(server.url, ca_path=ca_path).result["msg"]
        assert server.seen == []
    assert "set ca_path" not in message
    if ssl.OPENSSL_VERSION_INFO >= (3,):
        assert re.search(r"is not trusted \((Missing|CA cert does not).*as RFC 5280 wants it", message), message
        assert "have it issued anew" in message


# Read once


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return a list that grows with every context that is made."""
    made: list[Any] = []
    create = ssl.create_default_context

    def counted(*args: Any, **kwargs: Any) -> ssl.SSLContext:
        made.append(kwargs)
        return create(*args, **kwargs)

    monkeypatch.setattr(ssl, "create_default_context", counted)
    monkeypatch.setattr(_http, "_contexts", {})
    return made


def test_trust_is_read_once_for_each_setting(trusted: str, ca_path: str, tmp_path: Path, reads: list[Any]) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    for dummy in range(3):
        assert not asked(trusted, ca_path=ca_path).failed
        assert asked(trusted, ca_path=str(other)).failed
        assert asked(trusted).failed
    assert len(reads) == 3


def test_a_file_that_has_changed_is_read_anew(trusted: str, ca_path: str, tmp_path: Path, reads: list[Any]) -> None:
    mine = tmp_path / "mine.pem"
    trustme.CA().cert_pem.write_to_path(str(mine))
    assert "is not trusted" in asked(trusted, ca_path=str(mine)).result["msg"]
    mine.write_bytes(Path(ca_path).read_bytes())
    assert not asked(trusted, ca_path=str(mine)).failed
    mine.unlink()
    assert "No such file" in asked(trusted, ca_path=str(mine)).result["msg"]
    assert len(reads) == 3


def test_a_session_notices_a_new_authority_and_outlives_a_file_that_is_being_replaced(
    trusted: str, ca_path: str, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.pem"
    mine.write_bytes(Path(ca_path).read_bytes())
    http = _http.Http(HttpOptions(ca_path=str(mine)))
    question = Request.get(trusted, ("x",))
    assert http.send(question, {}, 60).status == 200
    mine.unlink()
    assert http.send(question, {}, 60).status == 200
    trustme.CA().cert_pem.write_to_path(str(mine))
    with pytest.raises(RequestError, match="is not trusted"):
        http.send(question, {}, 60)
    http.close()


def test_trust_that_was_read_before_a_fork_serves_the_child(trusted: str, ca_path: str, reads: list[Any]) -> None:
    _http.read_trust(ca_path)
    assert len(reads) == 1
    child = os.fork()
    if child == 0:
        works = not asked(trusted, ca_path=ca_path, retries=0).failed
        os._exit(0 if works and len(reads) == 1 else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert not asked(trusted, ca_path=ca_path).failed
    assert len(reads) == 1


def test_reading_trust_ahead_never_fails() -> None:
    _http.read_trust("/no/such/file")
    _http.read_trust("\0")
    _http.read_trust(None)
