# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures of access keys: published vectors, and the address that they cover."""

from __future__ import annotations

import datetime
import urllib.parse
from collections.abc import Iterator

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.auth.key import KeyAuth, authorization
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.auth.password import PasswordAuth
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.auth.token import TokenAuth
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import CredentialsError, InputError
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.request import (
    Request,
    encode_path,
    encode_query,
)
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import KEY, Simulation, simulation
from hypothesis import assume, given
from hypothesis import strategies as st

PROJECT = "0123456789abcdef0123456789abcdef"
HOST = "modelarts.cn-north-4.myhuaweicloud.com"
REFUSED = CredentialsError("no", status=401)
AK, SK = "AKEXAMPLE0000000000", "SKEXAMPLE/abcdefghijklmnopqrstuvwxyz0123"
WHEN = "20260102T030405Z"
JSON = {"Content-Type": "application/json"}
BUSY = {
    "involvedName": "pool-5ed5",
    "limit": "20",
    "offset": "0",
    "phase": "successed",
    "since": "1682043883000",
    "workspaceId": "0",
}

VECTORS = [
    ((), {}, {}, "30589005c0bd5f7ce97e4fbfdbedfa71dc9a2df9a57fec4630be83543e23358a"),
    ((), BUSY, JSON, "6292fe7ab8afd523317428cc919e321680508ef59c483ba0da5631765d0b35c0"),
    (
        (),
        {"involvedName": "pool a+b~ü/测"},
        {**JSON, "X-Security-Token": "TOKENEXAMPLE=="},
        "83a8a6d5da656f83b832f2766b3f8df07774c0b015806dfedb3fe7fb87a38739",
    ),
    (("order.pool-5ed5-w4l2n",), {}, JSON, "f39f6143f08931c448e14a2b50b425a1461d5cd72f510964196fe169a86beb65"),
]

any_text = st.text(st.characters(codec="utf-8"), max_size=20)
path_parts = st.lists(any_text.filter(lambda part: part not in ("", ".", "..")), min_size=1, max_size=4)
queries = st.dictionaries(any_text, any_text, max_size=5)


@pytest.mark.parametrize(("more", "query", "headers", "signature"), VECTORS)
def test_vectors_of_the_sdk(
    more: tuple[str, ...], query: dict[str, str], headers: dict[str, str], signature: str
) -> None:
    request = Request.get(f"https://{HOST}", ("v1", PROJECT, "orders", *more), query)
    signed = {"Host": HOST, "X-Project-Id": PROJECT, "X-Sdk-Date": WHEN, **headers}
    names = ";".join(sorted(name.lower() for name in signed))
    expected = f"SDK-HMAC-SHA256 Access={AK}, SignedHeaders={names}, Signature={signature}"
    assert authorization(request, signed, AK, SK) == expected


def test_blanks_around_a_header_do_not_count() -> None:
    request = Request.get(f"https://{HOST}", ("v1", PROJECT, "orders"))
    signed = {"Host": f"  {HOST} ", "X-Project-Id": PROJECT, "X-Sdk-Date": WHEN}
    assert authorization(request, signed, AK, SK).endswith(VECTORS[0][3])


def test_vector_that_huawei_publishes() -> None:
    base = "https://service.region.example.com"
    parts = ("v1", "77b6a44cba5143ab91d13ab9a8ff44fd", "vpcs")
    query = {"marker": "13551d6b-755d-4757-b956-536f674975c0", "limit": "2"}
    headers = {**JSON, "Host": "service.region.example.com", "X-Sdk-Date": "20191115T033655Z"}
    value = authorization(
        Request.get(base, parts, query), headers, "QTWAOYTTINDUT2QVKYUC", "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"
    )
    assert value.endswith("Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe")


@pytest.mark.parametrize(("security_token", "project_id"), [(None, None), ("TOKENEXAMPLE==", PROJECT)])
def test_an_identity_signs_all_that_it_sends(security_token: str | None, project_id: str | None) -> None:
    moment = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc).timestamp()
    request = Request.get(f"https://{HOST}", ("v1", PROJECT, "orders"))
    headers = KeyAuth(AK, SK, security_token, project_id).headers(request, moment + 0.9)
    value = headers.pop("Authorization")
    assert headers["X-Sdk-Date"] == WHEN
    assert headers["Host"] == HOST
    assert headers.get("X-Security-Token") == security_token
    assert headers.get("X-Project-Id") == project_id
    assert value == authorization(request, headers, AK, SK)
    for name in headers:
        assert name.lower() in value


def test_only_a_password_can_be_renewed() -> None:
    logins = iter(["first", "second"])
    identity = PasswordAuth(lambda: next(logins))
    request = Request.get(f"https://{HOST}", ("v1",))
    headers = identity.headers(request, 0)
    assert headers["X-Auth-Token"] == "first"
    identity.accepted(headers)
    assert identity.renew(headers, REFUSED)
    assert identity.headers(request, 0)["X-Auth-Token"] == "second"
    assert identity.renew(headers, REFUSED), "another request renewed it: the present token deserves a try"
    assert not identity.renew({"X-Auth-Token": "second"}, REFUSED), "a new token that never worked is refused for good"
    assert not TokenAuth("given").renew({"X-Auth-Token": "given"}, REFUSED)
    assert not KeyAuth(AK, SK).renew({}, REFUSED)


@given(path_parts)
def test_path_parts_are_encoded_as_urllib_would(parts: list[str]) -> None:
    encoded = encode_path(parts)
    assert [urllib.parse.unquote(part) for part in encoded[1:].split("/")] == parts
    assert set(encoded) <= set("/%-._~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")


@given(queries)
def test_queries_are_encoded_as_urllib_would(query: dict[str, str]) -> None:
    encoded = encode_query(query)
    assert dict(urllib.parse.parse_qsl(encoded, keep_blank_values=True)) == query
    pairs = encoded.split("&") if encoded else []
    assert sorted(pairs, key=lambda pair: pair.split("=")) == pairs
    assert "+" not in encoded
    expected = {
        urllib.parse.urlencode({key: value}, quote_via=urllib.parse.quote, safe="") for key, value in query.items()
    }
    assert set(pairs) == expected


@pytest.mark.parametrize("part", ["", ".", "..", "\udcff"])
def test_what_cannot_stand_in_a_path_is_refused(part: str) -> None:
    with pytest.raises(InputError, match=r"address") as caught:
        encode_path(["v1", part])
    assert "\udcff" not in caught.value.msg


def test_a_query_that_is_no_unicode_is_refused() -> None:
    with pytest.raises(InputError, match="not Unicode text"):
        encode_query({"involvedName": "pool-\udcff"})


@given(name=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30))
def test_the_service_accepts_the_signature_of_any_pool_name(name: str) -> None:
    assume(name.strip())
    server = SERVERS[0]
    outcome = server.query(involved_name=name, **KEY)
    assert not outcome.failed, outcome.result["msg"]
    assert server.requests("list")[-1]["status"] == 200


SERVERS: list[Simulation] = []


@pytest.fixture(scope="module", autouse=True)
def _server() -> Iterator[None]:
    with simulation(settings={"unknown_pool": "empty"}) as running:
        SERVERS.append(running)
        yield
        SERVERS.clear()
