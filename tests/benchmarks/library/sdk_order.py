# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module as one would write it with the official SDK: its client asks for one order (it cannot list them)."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkmodelarts.v1.model.show_order_request import ShowOrderRequest
from huaweicloudsdkmodelarts.v1.modelarts_client import ModelArtsClient


def main() -> None:
    """Answer one task."""
    names = ("endpoint", "project_id", "access_key", "order_name", "ca_path")
    spec = {name: {"type": "str", "required": True} for name in names}
    module = AnsibleModule({**spec, "secret_key": {"type": "str", "required": True, "no_log": True}})
    given = module.params
    credentials = BasicCredentials(given["access_key"], given["secret_key"], given["project_id"])
    config = HttpConfig.get_default_config()
    config.ssl_ca_cert = given["ca_path"]
    builder = ModelArtsClient.new_builder().with_http_config(config).with_credentials(credentials)
    client = builder.with_endpoint(given["endpoint"]).build()
    answer = client.show_order(ShowOrderRequest(order_name=given["order_name"]))
    module.exit_json(changed=False, count=answer.count)


if __name__ == "__main__":
    main()
