# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one table of options as ansible's argument specs see it."""

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils import _masking, _options
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.text import HIDDEN

basic = pytest.importorskip("ansible.module_utils.basic", reason="argument specs are Ansible's, which is not here")


@pytest.mark.parametrize("options", [_options.INFO, _options.WAIT], ids=["info", "wait"])
def test_the_argument_spec_of_every_option(options: dict[str, _options.Option]) -> None:
    spec = _options.argument_spec(options)
    assert set(spec) == set(options)
    for name, option in options.items():
        argument = spec[name]
        assert argument["type"] == option.type
        assert argument["no_log"] is option.secret
        assert argument.get("default") == option.default
        assert tuple(argument.get("aliases", ())) == option.aliases
        assert ("fallback" in argument) is bool(option.env and not option.credential), "credentials count as a whole"
    assert spec["order_names"]["elements"] == "str"
    assert spec["operation"]["choices"] == ["apply", "modify", "delete"]


def test_environment_fallbacks(monkeypatch: pytest.MonkeyPatch) -> None:
    function, names = _options.argument_spec(_options.CONNECTION)["project_id"]["fallback"]
    monkeypatch.setenv("HW_PROJECT_ID", "second")
    assert function(*names) == "second"
    monkeypatch.setenv("HUAWEICLOUD_SDK_PROJECT_ID", "")
    assert function(*names) == "second", "empty counts as unset"
    monkeypatch.setenv("HUAWEICLOUD_SDK_PROJECT_ID", "first")
    assert function(*names) == "first"
    monkeypatch.delenv("HUAWEICLOUD_SDK_PROJECT_ID")
    monkeypatch.delenv("HW_PROJECT_ID")
    with pytest.raises(basic.AnsibleFallbackNotFound):
        function(*names)


def test_secrets_are_masked_by_the_module() -> None:
    class Module:
        no_log_values = {"s", "long-password"}  # noqa: RUF012
        params = {"secret_key": "s", "password": "long-password", "region": "s"}  # noqa: RUF012

    _masking.mask(Module(), {"derived-token", "abc"})  # type: ignore[arg-type]
    assert Module.no_log_values == {"derived-token", "long-password"}, "a short one would blot out words"
    assert Module.params == {"secret_key": HIDDEN, "password": "long-password", "region": "s"}


def test_a_blank_variable_of_the_environment_is_none() -> None:
    """Neither of an option nor of a credential; the next name, and the next place, count."""
    environ = {"HW_REGION_NAME": " ", "HUAWEICLOUD_SDK_AK": "", "HW_ACCESS_KEY": "AK", "HW_AUTH_TOKEN": "\t"}
    assert _options.first_set(("HUAWEICLOUD_SDK_AK", "HW_ACCESS_KEY"), environ) == "AK"
    assert _options.environment_credentials(environ) == {"access_key": "AK"}
    assert _options.complete(_options.CONNECTION, {}, environ)["region"] is None
    assert _options.gather_credentials({"auth_token": " "}, {"access_key": "AK"}) == {"access_key": "AK"}
