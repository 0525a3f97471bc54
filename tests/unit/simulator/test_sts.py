# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys that are handed out for a while: for an agency, for an OIDC token, by a server's metadata."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.tests.unit.simulator.scenario import (
    NOW,
    ORDERS,
    PROJECT,
    Scenario,
    signed,
)
from modelarts_simulator.cloud import Cloud
from modelarts_simulator.messages import Request, Response
from modelarts_simulator.server import Server
from modelarts_simulator.switches import DEFAULT_ID_TOKEN, OIDC_AGENCY, PARTNER_PROJECT, PROVIDER

ROLE = {"agency_name": "simulator-agency", "domain_name": "simulator-partner"}
WEB: dict[str, Any] = {
    "provider_urn": PROVIDER,
    "agency_urn": OIDC_AGENCY,
    "agency_session_name": "tests",
    "id_token": DEFAULT_ID_TOKEN,
}
TOKEN_PATH, KEY_PATH = "/meta-data/latest/api/token", "/openstack/latest/securitykey"


def assume(scenario: Scenario, when: float = NOW, signer: dict[str, str] | None = None, **changes: Any) -> Response:
    body = json.dumps({"auth": {"identity": {"methods": ["assume_role"], "assume_role": {**ROLE, **changes}}}})
    path = "/v3.0/OS-CREDENTIAL/securitytokens"
    return scenario.cloud.handle(signed("POST", path, body=body.encode(), when=when, **(signer or {})))


def oidc(scenario: Scenario, **changes: Any) -> Response:
    body = json.dumps({**WEB, **changes})
    return scenario.cloud.handle(Request("POST", "/v5/agencies/assume-with-oidc", body=body.encode()))


def metadata(scenario: Scenario, **headers: str) -> Response:
    return scenario.cloud.handle(Request("GET", KEY_PATH, headers=headers, metadata=True))


def metadata_token(scenario: Scenario, ttl: str = "21600") -> Response:
    headers = {"x-metadata-token-ttl-seconds": ttl}
    return scenario.cloud.handle(Request("PUT", TOKEN_PATH, headers=headers, metadata=True))


def parts(answer: Response) -> dict[str, str]:
    """What signed() takes of the key in an answer."""
    assert answer.status < 300, answer.body
    body = json.loads(answer.body)
    one = body.get("credential") or body["credentials"]
    names = ("access", "secret", "securitytoken"), ("access_key_id", "secret_access_key", "security_token")
    key, secret, token = (one[name] for name in names["credentials" in body])
    return {"key": key, "secret": secret, "x_security_token": token}


def end(answer: Response) -> str:
    body = json.loads(answer.body)
    return str((body.get("credential") or body["credentials"]).get("expires_at") or body["credentials"]["expiration"])


def told(answer: Response) -> tuple[int, str]:
    body = json.loads(answer.body)
    return answer.status, body.get("error_msg") or body["error"]["message"]


def test_a_key_for_an_agency_opens_the_projects_of_the_account_that_delegated() -> None:
    scenario = Scenario([{"pool": "theirs", "project": PARTNER_PROJECT, "state": "succeeded"}])
    answer = assume(scenario, duration_seconds=900)
    assert (answer.status, end(answer)) == (201, "2026-01-02T03:19:05.000000Z")
    key: dict[str, Any] = parts(answer)
    named = scenario.cloud.handle(signed(path="/v3/projects", query="name=cn-north-4", **key))
    assert [row["id"] for row in json.loads(named.body)["projects"]] == [PARTNER_PROJECT]
    listed = scenario.cloud.handle(signed(path=f"/v1/{PARTNER_PROJECT}/orders", **key))
    assert [row["resourceDisplayName"] for row in json.loads(listed.body)["items"]] == ["theirs"]
    assert scenario.cloud.handle(signed(**key)).status == 403, "not those of the account that asked"


@pytest.mark.parametrize("how", ["agency", "oidc", "metadata"])
def test_keys_end_and_are_refused_from_then_on(how: str) -> None:
    scenario = Scenario(key_lifetime=120)
    if how == "agency":
        answer, path = assume(scenario), f"/v1/{PARTNER_PROJECT}/orders"
    elif how == "oidc":
        answer, path = oidc(scenario), ORDERS
    else:
        answer, path = metadata(scenario, **{"x-metadata-token": metadata_token(scenario).body.decode()}), ORDERS
    assert end(answer).startswith("2026-01-02T03:06:05")
    key: dict[str, Any] = parts(answer)
    assert scenario.cloud.handle(signed(path=path, **key)).status == 200
    scenario.clock.sleep(119)
    assert scenario.cloud.handle(signed(path=path, when=NOW + 119, **key)).status == 200
    assert scenario.cloud.handle(signed(path=path, when=NOW + 119, **{**key, "x_security_token": "x"})).status == 401
    scenario.clock.sleep(1)
    refused = scenario.cloud.handle(signed(path=path, when=NOW + 120, **key))
    assert (refused.status, json.loads(refused.body)["error_code"]) == (401, "APIGW.0301")


def test_all_keys_end_at_once_and_new_ones_are_others() -> None:
    scenario = Scenario()
    first: dict[str, Any] = parts(oidc(scenario))
    assert scenario.cloud.expire_tokens() > 0
    assert scenario.cloud.handle(signed(**first)).status == 401
    second: dict[str, Any] = parts(oidc(scenario))
    assert scenario.cloud.handle(signed(**second)).status == 200
    assert not set(first.values()) & set(second.values())


def test_an_agency_on_top_of_a_temporary_key_is_for_an_hour_at_most() -> None:
    scenario = Scenario()
    signer: Any = parts(oidc(scenario))
    assert assume(scenario, signer=signer, duration_seconds=3600).status == 201
    assert told(assume(scenario, signer=signer, duration_seconds=3601))[0] == 400
    assert assume(scenario, duration_seconds=86400).status == 201


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"agency_name": "other"}, 403),
        ({"domain_name": "other"}, 403),
        ({"domain_id": "other"}, 403),
        ({"domain_id": "d1" * 16}, 201),
        ({"duration_seconds": 899}, 400),
        ({"duration_seconds": 86401}, 400),
        ({"duration_seconds": "900"}, 400),
    ],
)
def test_agencies_that_are_refused(changes: dict[str, Any], status: int) -> None:
    assert assume(Scenario(), **changes).status == status


def test_an_agency_needs_a_signature() -> None:
    scenario = Scenario()
    assert scenario.cloud.handle(Request("POST", "/v3.0/OS-CREDENTIAL/securitytokens", body=b"{}")).status == 401
    assert told(scenario.cloud.handle(signed("POST", "/v3.0/OS-CREDENTIAL/securitytokens", body=b"{}")))[0] == 400


def jwt(expires: float) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": expires}).encode()).decode().rstrip("=")
    return f"e30.{claims}.c2ln"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"provider_urn": "other"}, 403),
        ({"agency_urn": "other"}, 403),
        ({"id_token": "other"}, 401),
        ({"id_token": jwt(NOW)}, 401),
        ({"id_token": jwt(NOW + 1)}, 200),
        ({"agency_session_name": "x"}, 400),
        ({"id_token": "x" * 20001}, 400),
        ({"duration_seconds": 43201}, 400),
        ({"duration_seconds": 43200}, 200),
    ],
)
def test_oidc_tokens_that_are_refused(changes: dict[str, Any], status: int) -> None:
    trust = {"provider_urn": PROVIDER, "agency_urn": OIDC_AGENCY}
    tokens = (DEFAULT_ID_TOKEN, jwt(NOW), jwt(NOW + 1))
    assert oidc(Scenario(oidc=[{**trust, "id_token": one} for one in tokens]), **changes).status == status


def test_metadata_gives_its_token_and_the_key_of_the_server() -> None:
    scenario = Scenario()
    assert metadata(scenario).status == 401
    token = metadata_token(scenario, "60").body.decode()
    assert metadata(scenario, **{"x-metadata-token": token}).status == 200
    scenario.clock.sleep(60)
    assert metadata(scenario, **{"x-metadata-token": token}).status == 401
    assert [metadata_token(scenario, ttl).status for ttl in ("", "0", "21601", "x")] == [400] * 4
    assert [row["api"] for row in scenario.cloud.log][:3] == ["metadata_key", "metadata_token", "metadata_key"]


def test_servers_without_an_agency_and_without_tokens() -> None:
    answer = metadata(Scenario(server_agency=False, metadata_tokens="optional"))
    assert (answer.status, b"Please configure Cloud Service Agency first" in answer.body) == (401, True)
    scenario = Scenario(metadata_tokens="unknown")
    assert (metadata_token(scenario).status, metadata(scenario).status) == (404, 200)
    scenario = Scenario(metadata_tokens="optional")
    assert metadata(scenario, **{"x-metadata-token": "not one of its own"}).status == 401


def test_the_metadata_address_is_one_of_its_own() -> None:
    with Server(Cloud()) as server:
        assert server.metadata_url == server.metadata_url != server.url
        for url, status in (
            (server.metadata_url + KEY_PATH, 401),
            (server.url + KEY_PATH, 404),
            (f"{server.metadata_url}/v1/{PROJECT}/orders", 404),
            (f"{server.metadata_url}/_sim/health", 404),
        ):
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(url, timeout=30)
            assert caught.value.code == status, url
            caught.value.close()


def test_no_secret_of_these_ways_is_in_the_log() -> None:
    scenario = Scenario()
    parts(assume(scenario)), parts(oidc(scenario))
    assert [(row["api"], row["auth"]) for row in scenario.cloud.log] == [("agency", "aksk"), ("oidc", "oidc")]
    text = json.dumps(list(scenario.cloud.log))
    keys = scenario.cloud.identity.keys.values()
    secrets = [one for key in keys for one in (key.access_key, key.secret_key, key.security_token)]
    assert not any(secret in text for secret in (*secrets, DEFAULT_ID_TOKEN))
