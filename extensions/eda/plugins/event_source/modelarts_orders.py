# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""An event source for ansible-rulebook: one event for each change of an order's state, for as long as it runs."""

from __future__ import annotations

import asyncio
import importlib
import importlib.machinery
import importlib.util
import pathlib
import sys
import typing as t
import uuid

DOCUMENTATION = r"""
---
short_description: Events for the orders of ModelArts dedicated resource pools
description:
  - Puts one event for each change of an order's state, as V({order, previous_state, id}). RV(order) has the keys that
    M(huaweicloud.modelarts.modelarts_order_info) documents. RV(previous_state) is null for an order not seen before.
    RV(id) is a UUID that is always the same for the same change of the same order.
  - A blank stands between the two signs that would begin a template (C({ {)), because ansible-rulebook hands events to
    playbooks as extra variables, in which templates are evaluated.
  - Watches any number of orders by one listing for each poll, and never ends. Errors become events,
    V({error, id}) with V({kind, msg, status, error_code, request_id}), once for each change of what is wrong, and
    V({recovered, id}) with V({kind, seconds}) when it is over.
options:
  involved_names:
    description: Only orders of these pools, by display name or ID. The orders of all pools by default.
    type: list
    elements: str
    aliases: [pools, involved_name, pool, pool_name, pool_names]
  workspace_id:
    description:
      - ID of the workspace that the orders belong to. None is sent by default, which means workspace 0.
    type: str
  phase:
    description:
      - Report only changes into this phase. Changes into any phase by default.
      - V(processing) is another word for V(running), V(succeeded) for V(successed), which is the API's own spelling.
    type: str
    choices: [pending, running, processing, successed, succeeded, failed]
  resource:
    description: Kind of resource that was ordered. The API knows resource pools only.
    type: str
    choices: [pools]
    default: pools
  order_names:
    description:
      - Only orders with these names. With O(order_ids) too, an order may match either. All orders by default.
    type: list
    elements: str
  order_ids:
    description: Only orders with these IDs (billing numbers such as V(CS2304191748WNW2R)). All orders by default.
    type: list
    elements: str
  operation:
    description: Only orders of these operations. All operations by default.
    type: list
    elements: str
    choices: [apply, modify, delete]
  since:
    description:
      - Only orders created at this time or later. The first poll then reports each of them, in whatever state it is.
        By default, the first poll learns the orders of the last 30 days and reports none of them.
      - Epoch milliseconds, ISO 8601 such as V(2026-11-01T08:00:00Z) (without an offset UTC is meant), or an age before
        the start such as V(90s), V(45m), V(12h), V(7d) or V(2w).
      - The service lists the orders of the last month only.
    type: str
  interval:
    description: Seconds between two polls, from 0.1 to 86400, or text with a unit (V(2m)), with a little jitter.
    type: float
    default: 30.0
  state_file:
    description:
      - File that remembers what was reported, so that a restart reports what changed meanwhile, and nothing twice. The
        guide says what holds when the process is killed. By default nothing is remembered.
      - Its folder must exist and be writable. Links are not followed. While another source uses the file, nothing is
        watched, and an event says which.
    type: path
  feedback:
    description:
      - Ask ansible-rulebook, which must then run with C(--persistence-id), to confirm each event once its rules have
        it. By default an event counts as reported once the rules have taken it from the queue.
    type: bool
    default: false
  region:
    description:
      - ID of the region, for instance V(cn-north-4). There is no default.
      - Needed to derive the addresses of ModelArts and IAM, and to find the project where O(project_id) and
        O(project_name) are not given.
      - The environment variable E(HW_REGION_NAME) stands in for it.
    type: str
  project_id:
    description:
      - ID of the project whose orders are meant.
      - Where it is not given, it is learnt from the token that user and password buy, or from IAM by O(project_name),
        which costs one more request.
      - The environment variables E(HUAWEICLOUD_SDK_PROJECT_ID) and E(HW_PROJECT_ID) stand in for it, in this order.
    type: str
  project_name:
    description:
      - Name of the project, by which its ID is found where O(project_id) is not given. Defaults to O(region), as every
        region's own project has its name.
      - The environment variable E(HW_PROJECT_NAME) stands in for it.
    type: str
    aliases: [project]
  auth_token:
    description:
      - An IAM token of the project, which ends after a day at most. It wins over O(access_key), which wins over
        O(username), O(oidc_provider_urn) and O(ecs_agency), in this order.
      - Credentials that are given as options are used alone. Only where none at all are given, no token, key, user,
        OIDC option, O(ecs_agency) or agency, those of the environment are.
      - The environment variable E(HW_AUTH_TOKEN) stands in for it.
    type: str
    aliases: [token]
  access_key:
    description:
      - Access key ID (AK), used with O(secret_key) to sign every request.
      - The environment variables E(HUAWEICLOUD_SDK_AK) and E(HW_ACCESS_KEY) stand in for it, in this order.
    type: str
  secret_key:
    description:
      - Secret access key (SK) of O(access_key). A refused signature is never retried, because six of them lock the key.
      - The environment variables E(HUAWEICLOUD_SDK_SK) and E(HW_SECRET_KEY) stand in for it, in this order.
    type: str
  security_token:
    description:
      - Security token of a temporary O(access_key). Left out for a permanent one.
      - The environment variables E(HUAWEICLOUD_SDK_SECURITY_TOKEN) and E(HW_SECURITY_TOKEN) stand in for it, in this
        order.
    type: str
  username:
    description:
      - Name of an IAM user, used with O(domain_name) and O(password) to get a token. When the token expires, another
        one is got.
      - The environment variable E(HW_USER_NAME) stands in for it.
    type: str
    aliases: [user]
  domain_name:
    description:
      - Name of the account that O(username) belongs to.
      - The environment variable E(HW_DOMAIN_NAME) stands in for it.
    type: str
    aliases: [domain]
  password:
    description:
      - Password of O(username).
      - The environment variable E(HW_USER_PASSWORD) stands in for it.
    type: str
  oidc_provider_urn:
    description:
      - URN of the OIDC identity provider in IAM that issues O(oidc_token). With it, STS gives a temporary key for the
        token that a CI job or a controller holds, and another one before that ends.
      - The environment variable E(HUAWEICLOUD_OIDC_PROVIDER_URN) stands in for it.
    type: str
  oidc_agency_urn:
    description:
      - URN of the agency that trusts O(oidc_provider_urn), V(iam::ACCOUNT_ID:agency:NAME).
      - The environment variable E(HUAWEICLOUD_OIDC_AGENCY_URN) stands in for it.
    type: str
  oidc_token:
    description:
      - The OIDC token itself. It wins over O(oidc_token_file).
      - It is short-lived, so let O(temporary_key_duration) outlive the task, or give a file that is renewed.
      - The environment variable E(HUAWEICLOUD_OIDC_ID_TOKEN) stands in for it.
    type: str
  oidc_token_file:
    description:
      - File that holds the OIDC token. It is read anew for each temporary key.
      - The environment variable E(HUAWEICLOUD_OIDC_TOKEN_FILE) stands in for it.
    type: path
  ecs_agency:
    description:
      - Whether to take temporary keys from the metadata of the Huawei Cloud server that this runs on, which needs an
        agency. The metadata address is never asked without this.
      - The environment variable E(HW_ECS_AGENCY) stands in for it.
    type: bool
    default: false
  assume_role_agency_name:
    description:
      - Name of an agency to assume, on top of O(access_key), OIDC or O(ecs_agency). Orders are then those of the
        account that delegates.
      - The environment variable E(HW_ASSUME_ROLE_AGENCY_NAME) stands in for it.
    type: str
  assume_role_domain_name:
    description:
      - Name of the account that delegates through O(assume_role_agency_name). Give this or O(assume_role_domain_id).
      - The environment variable E(HW_ASSUME_ROLE_DOMAIN_NAME) stands in for it.
    type: str
  assume_role_domain_id:
    description:
      - ID of the account that delegates through O(assume_role_agency_name). Give this or O(assume_role_domain_name).
      - The environment variable E(HW_ASSUME_ROLE_DOMAIN_ID) stands in for it.
    type: str
  temporary_key_duration:
    description:
      - How long a temporary key of OIDC or of an agency shall live, in seconds, or with a unit (V(45m), V(2h)). It is
        renewed before it ends.
      - From 15 minutes to 12 hours for OIDC and to 24 hours for an agency; one hour at most for an agency on top of a
        temporary key.
      - The environment variables E(HW_ASSUME_ROLE_DURATION) and E(HUAWEICLOUD_OIDC_DURATION_SECONDS) stand in for it,
        in this order.
    type: str
    default: 1h
  cloud:
    description:
      - Domain of the cloud. The addresses are V(https://modelarts.REGION.CLOUD) and V(https://iam.REGION.CLOUD).
      - Regions that start with V(eu-west-1) use V(myhuaweicloud.eu) in place of the default.
      - The environment variable E(HW_CLOUD) stands in for it.
    type: str
    default: myhuaweicloud.com
  endpoint:
    description:
      - Base URL of ModelArts, for private clouds and for the simulator. Derived from O(region) and O(cloud) by default.
      - Plain http is accepted for loopback addresses only, unless O(validate_certs=false). User information, a query or
        a fragment in the URL is refused.
      - The environment variable E(HW_MODELARTS_ENDPOINT) stands in for it.
    type: str
  iam_endpoint:
    description:
      - Base URL of IAM. A trailing V(/v3) is accepted. Derived from O(region) and O(cloud) by default.
      - The same rules hold as for O(endpoint).
      - The environment variables E(HUAWEICLOUD_SDK_IAM_ENDPOINT) and E(HW_AUTH_URL) stand in for it, in this order.
    type: str
    aliases: [identity_endpoint, auth_url]
  sts_endpoint:
    description:
      - Base URL of STS, where OIDC tokens are exchanged. Derived from O(region) and O(cloud) by default.
      - The same rules hold as for O(endpoint).
      - The environment variable E(HUAWEICLOUD_SDK_STS_ENDPOINT) stands in for it.
    type: str
  validate_certs:
    description:
      - Whether TLS certificates are verified. Only ever set it to V(false) on a network that nobody else can touch.
    type: bool
    default: true
  ca_path:
    description:
      - File or folder of CA certificates (PEM) to trust in place of the system's, for private clouds.
      - The environment variables E(REQUESTS_CA_BUNDLE) and E(CURL_CA_BUNDLE) stand in for it, in this order.
    type: path
  use_proxy:
    description:
      - Whether the proxy variables of the environment count, such as E(HTTPS_PROXY) and E(NO_PROXY). The system's own
        proxy settings are never asked.
    type: bool
    default: true
  timeout:
    description:
      - Seconds that one whole request may take, from connecting to the last byte of its answer. Fractions are allowed.
    type: float
    default: 30.0
  retries:
    description:
      - Number of further tries of a request after a transient fault, such as a lost connection, a timeout, HTTP 429 or
        5xx. V(0) means none. Between tries there is a random delay of up to 1, 2, 4 ... 30 seconds, or what the service
        asks for.
      - Refused credentials, unknown pools and malformed requests are never tried again.
      - The environment variable E(HW_MAX_RETRIES) stands in for it.
    type: int
    default: 4
"""

EXAMPLES = r"""
- huaweicloud.modelarts.modelarts_orders:
    region: cn-north-4
    involved_names: [pool-5ed5, pool-7a01]
    state_file: /var/lib/eda/modelarts-orders.json

- huaweicloud.modelarts.modelarts_orders:
    region: "{{ region }}"
    phase: failed
    since: 12h
"""


def _core(name: str) -> t.Any:
    """Return a module of the core beside this file: ansible-rulebook runs it by path and knows no collections."""
    package = "huaweicloud_modelarts_core"
    if package not in sys.modules:
        spec = importlib.machinery.ModuleSpec(package, None, is_package=True)
        spec.submodule_search_locations = [str(pathlib.Path(__file__).resolve().parents[4] / "plugins/module_utils")]
        sys.modules[package] = importlib.util.module_from_spec(spec)
    return importlib.import_module(f"{package}.{name}")


async def main(queue: asyncio.Queue[t.Any], args: dict[str, t.Any]) -> None:
    """Run the event source for ansible-rulebook; it ends only when it is cancelled."""
    try:
        source = _core("_events.source").Source(queue, args)
    except Exception as error:  # for instance a library that is installed in part
        name = type(error).__name__
        msg = f"{sys.executable} cannot load the event source ({name}): install the collection, and requests, anew"
        facts = {"kind": "options", "msg": msg, "status": None, "error_code": None, "request_id": None}
        await queue.put({"error": facts, "id": str(uuid.uuid4())})
        await asyncio.Event().wait()
    else:
        await source.run()
