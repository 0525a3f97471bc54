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
  auth_token:
    description:
      - An IAM token of the project. It wins over O(access_key), which wins over O(username).
      - Credentials in the task are used alone. Only where the task gives none of O(auth_token), O(access_key),
        O(secret_key), O(security_token), O(username), O(domain_name) and O(password), those of the environment are.
      - The environment variable E(HW_AUTH_TOKEN) stands in for it.
    type: str
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
  domain_name:
    description:
      - Name of the account that O(username) belongs to.
      - The environment variable E(HW_DOMAIN_NAME) stands in for it.
    type: str
  password:
    description:
      - Password of O(username).
      - The environment variable E(HW_USER_PASSWORD) stands in for it.
    type: str
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
      - Number of further tries of a request after a passing fault, such as a lost connection, a timeout, HTTP 429 or
        5xx. V(0) means none. Between tries there is a random delay of up to 1, 2, 4 ... 30 seconds, or what the
        service asks for.
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
