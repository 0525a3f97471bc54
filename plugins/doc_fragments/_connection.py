# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""How to reach ModelArts, and as whom: shared by modules, the action, the lookup and the event source."""

from __future__ import annotations


class ModuleDocFragment:
    """The connection options. ``PLUGIN`` adds what only plugins have: environment, ini and variables."""

    DOCUMENTATION = r"""
options:
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
requirements:
  - requests (Python library) in the Python that runs the task
"""

    PLUGIN = r"""
options:
  region:
    env:
      - name: HW_REGION_NAME
    ini:
      - section: modelarts
        key: region
    vars:
      - name: modelarts_region
  project_id:
    env:
      - name: HUAWEICLOUD_SDK_PROJECT_ID
      - name: HW_PROJECT_ID
    ini:
      - section: modelarts
        key: project_id
    vars:
      - name: modelarts_project_id
  project_name:
    env:
      - name: HW_PROJECT_NAME
    ini:
      - section: modelarts
        key: project_name
    vars:
      - name: modelarts_project_name
  auth_token:
    env:
      - name: HW_AUTH_TOKEN
    ini:
      - section: modelarts
        key: auth_token
    vars:
      - name: modelarts_auth_token
  access_key:
    env:
      - name: HUAWEICLOUD_SDK_AK
      - name: HW_ACCESS_KEY
    ini:
      - section: modelarts
        key: access_key
    vars:
      - name: modelarts_access_key
  secret_key:
    env:
      - name: HUAWEICLOUD_SDK_SK
      - name: HW_SECRET_KEY
    ini:
      - section: modelarts
        key: secret_key
    vars:
      - name: modelarts_secret_key
  security_token:
    env:
      - name: HUAWEICLOUD_SDK_SECURITY_TOKEN
      - name: HW_SECURITY_TOKEN
    ini:
      - section: modelarts
        key: security_token
    vars:
      - name: modelarts_security_token
  username:
    env:
      - name: HW_USER_NAME
    ini:
      - section: modelarts
        key: username
    vars:
      - name: modelarts_username
  domain_name:
    env:
      - name: HW_DOMAIN_NAME
    ini:
      - section: modelarts
        key: domain_name
    vars:
      - name: modelarts_domain_name
  password:
    env:
      - name: HW_USER_PASSWORD
    ini:
      - section: modelarts
        key: password
    vars:
      - name: modelarts_password
  oidc_provider_urn:
    env:
      - name: HUAWEICLOUD_OIDC_PROVIDER_URN
    ini:
      - section: modelarts
        key: oidc_provider_urn
    vars:
      - name: modelarts_oidc_provider_urn
  oidc_agency_urn:
    env:
      - name: HUAWEICLOUD_OIDC_AGENCY_URN
    ini:
      - section: modelarts
        key: oidc_agency_urn
    vars:
      - name: modelarts_oidc_agency_urn
  oidc_token:
    env:
      - name: HUAWEICLOUD_OIDC_ID_TOKEN
    ini:
      - section: modelarts
        key: oidc_token
    vars:
      - name: modelarts_oidc_token
  oidc_token_file:
    env:
      - name: HUAWEICLOUD_OIDC_TOKEN_FILE
    ini:
      - section: modelarts
        key: oidc_token_file
    vars:
      - name: modelarts_oidc_token_file
  ecs_agency:
    env:
      - name: HW_ECS_AGENCY
    ini:
      - section: modelarts
        key: ecs_agency
    vars:
      - name: modelarts_ecs_agency
  assume_role_agency_name:
    env:
      - name: HW_ASSUME_ROLE_AGENCY_NAME
    ini:
      - section: modelarts
        key: assume_role_agency_name
    vars:
      - name: modelarts_assume_role_agency_name
  assume_role_domain_name:
    env:
      - name: HW_ASSUME_ROLE_DOMAIN_NAME
    ini:
      - section: modelarts
        key: assume_role_domain_name
    vars:
      - name: modelarts_assume_role_domain_name
  assume_role_domain_id:
    env:
      - name: HW_ASSUME_ROLE_DOMAIN_ID
    ini:
      - section: modelarts
        key: assume_role_domain_id
    vars:
      - name: modelarts_assume_role_domain_id
  temporary_key_duration:
    env:
      - name: HW_ASSUME_ROLE_DURATION
      - name: HUAWEICLOUD_OIDC_DURATION_SECONDS
    ini:
      - section: modelarts
        key: temporary_key_duration
    vars:
      - name: modelarts_temporary_key_duration
  cloud:
    env:
      - name: HW_CLOUD
    ini:
      - section: modelarts
        key: cloud
    vars:
      - name: modelarts_cloud
  endpoint:
    env:
      - name: HW_MODELARTS_ENDPOINT
    ini:
      - section: modelarts
        key: endpoint
    vars:
      - name: modelarts_endpoint
  iam_endpoint:
    env:
      - name: HUAWEICLOUD_SDK_IAM_ENDPOINT
      - name: HW_AUTH_URL
    ini:
      - section: modelarts
        key: iam_endpoint
    vars:
      - name: modelarts_iam_endpoint
  sts_endpoint:
    env:
      - name: HUAWEICLOUD_SDK_STS_ENDPOINT
    ini:
      - section: modelarts
        key: sts_endpoint
    vars:
      - name: modelarts_sts_endpoint
  validate_certs:
    ini:
      - section: modelarts
        key: validate_certs
    vars:
      - name: modelarts_validate_certs
  ca_path:
    env:
      - name: REQUESTS_CA_BUNDLE
      - name: CURL_CA_BUNDLE
    ini:
      - section: modelarts
        key: ca_path
    vars:
      - name: modelarts_ca_path
  use_proxy:
    ini:
      - section: modelarts
        key: use_proxy
    vars:
      - name: modelarts_use_proxy
  timeout:
    ini:
      - section: modelarts
        key: timeout
    vars:
      - name: modelarts_timeout
  retries:
    env:
      - name: HW_MAX_RETRIES
    ini:
      - section: modelarts
        key: retries
    vars:
      - name: modelarts_retries
"""
