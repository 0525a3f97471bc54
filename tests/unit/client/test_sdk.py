# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Huawei's own SDK says: its signer against ours, and an order that it reads from the simulator."""

from __future__ import annotations

import string
import sys
import urllib.parse
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.auth.key import KeyAuth
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.request import Request
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import (
    ACCESS_KEY,
    NOW,
    PROJECT,
    SECRET_KEY,
    simulation,
)
from hypothesis import given
from hypothesis import strategies as st
from modelarts_simulator.switches import DEFAULT_ID_TOKEN, OIDC_AGENCY, PROVIDER

if sys.version_info < (3, 10):
    pytest.skip("the SDK is a requirement of the main test environment, not of a target's", allow_module_level=True)

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.auth.internal import MetadataAccessor
from huaweicloudsdkcore.auth.provider import MetadataCredentialProvider, OidcStsCredentialProvider
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from huaweicloudsdkmodelarts.v1.model.show_order_request import ShowOrderRequest
from huaweicloudsdkmodelarts.v1.modelarts_client import ModelArtsClient

ORDER = {"pool": "pool-5ed5", "order_name": "order.pool-5ed5-w4l2n", "state": "succeeded", "created": "1h"}

# The SDK decodes a path and cuts it at slashes before it signs: names with one differ there, on its side.
names = st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=20).filter(
    lambda name: name not in (".", "..")
)
values = st.text(st.characters(codec="utf-8"), max_size=20)
# The SDK sorts names before it encodes them, the signing guide after: the same for all names that the API knows.
keys = st.text(string.ascii_letters + string.digits, min_size=1, max_size=10)
secrets = st.text(string.ascii_letters + string.digits + "/+=", min_size=1, max_size=40)


@given(
    name=names,
    query=st.dictionaries(keys, values, max_size=5),
    access_key=secrets,
    secret_key=secrets,
    security_token=st.none() | secrets,
    when=st.integers(0, 4_000_000_000),
)
def test_we_sign_as_the_sdk_does(
    name: str, query: dict[str, str], access_key: str, secret_key: str, security_token: str | None, when: int
) -> None:
    request = Request.get("https://modelarts.cn-north-4.myhuaweicloud.com", ("v1", PROJECT, "orders", name), query)
    ours = KeyAuth(access_key, secret_key, security_token, PROJECT).headers(request, when)
    theirs = SdkRequest(
        method="GET",
        schema="https",
        host=request.host,
        resource_path=request.path,
        query_params=list(query.items()),
        header_params={key: value for key, value in ours.items() if key != "Authorization"},
        body="",
    )
    Signer(BasicCredentials(access_key, secret_key, PROJECT)).sign(theirs)
    assert ours["Authorization"] == theirs.header_params["Authorization"]
    assert urllib.parse.unquote(theirs.uri) == urllib.parse.unquote(
        request.path + (f"?{request.query}" if query else "")
    )


def sdk(url: str, secret_key: str = SECRET_KEY) -> Any:
    """Return the SDK's own client for a simulator (it takes the scheme of the endpoint, so plain http as well)."""
    credentials = BasicCredentials(ACCESS_KEY, secret_key, PROJECT)
    return ModelArtsClient.new_builder().with_credentials(credentials).with_endpoint(url).build()


def test_the_sdk_reads_an_order_from_the_simulator() -> None:
    with simulation(real_time=True, orders=[ORDER]) as cloud:
        answer = sdk(cloud.url).show_order(ShowOrderRequest(order_name=ORDER["order_name"]))
        (row,) = cloud.requests()
    assert answer.count == 2
    assert [(row.action, row.status) for row in answer.items] == [("createPool", "succeed"), ("createNode", "succeed")]
    assert (row["api"], row["auth"], row["status"]) == ("show", "aksk", 200)


def test_the_simulator_refuses_the_sdk_with_a_wrong_key() -> None:
    with simulation(real_time=True, orders=[ORDER]) as cloud, pytest.raises(ClientRequestException) as caught:
        sdk(cloud.url, "another").show_order(ShowOrderRequest(order_name=ORDER["order_name"]))
    assert caught.value.status_code == 401


def shown(url: str, credentials: Any) -> Any:
    """Read the order with credentials of the SDK."""
    client = ModelArtsClient.new_builder().with_credentials(credentials).with_endpoint(url).build()
    return client.show_order(ShowOrderRequest(order_name=ORDER["order_name"]))


def test_the_sdk_logs_in_by_oidc(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(DEFAULT_ID_TOKEN, encoding="utf-8")
    with simulation(real_time=True, orders=[ORDER]) as cloud:
        provider = OidcStsCredentialProvider(
            "basic",
            provider_urn=PROVIDER,
            agency_urn=OIDC_AGENCY,
            id_token_file=str(tmp_path / "token"),
            sts_endpoint=cloud.url,
        )
        assert shown(cloud.url, provider.get_credentials().with_project_id(PROJECT)).count == 2
        assert [(row["api"], row["status"]) for row in cloud.requests()] == [("oidc", 200), ("show", 200)]


@pytest.mark.parametrize("tokens", ["required", "unknown"])
def test_the_sdk_logs_in_by_the_metadata_of_a_server(monkeypatch: pytest.MonkeyPatch, tokens: str) -> None:
    settings = {"metadata_tokens": tokens}
    with simulation(real_time=True, orders=[ORDER], settings=settings) as cloud:
        monkeypatch.setattr(MetadataAccessor, "_METADATA_ENDPOINT", cloud.server.metadata_url)
        credentials = MetadataCredentialProvider.get_basic().get_credentials().with_project_id(PROJECT)
        assert shown(cloud.url, credentials).count == 2
        assert [row["api"] for row in cloud.requests()] == ["metadata_token", "metadata_key", "show"]


def test_the_virtual_clock_is_where_the_vectors_are() -> None:
    headers = KeyAuth("ak", "sk").headers(Request.get("http://localhost", ("v1",)), NOW)
    assert headers["X-Sdk-Date"] == "20260102T030405Z"
