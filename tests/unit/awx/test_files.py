# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files in extensions/awx, held against the controller's rules and against the collection's own names."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.huaweicloud.modelarts.plugins.module_utils import _options
from ansible_collections.huaweicloud.modelarts.tests.unit.awx import controller_rules as rules

ROOT = Path(__file__).resolve().parents[3]
AWX = ROOT / "extensions" / "awx"


def load(path: Path) -> Any:
    """Return what a file of variables holds; names of organizations and prefixes are as they are by default."""
    text = path.read_text(encoding="utf-8").replace("{{ awx_setup_prefix | default('', true) }}", "")
    return yaml.load(text, Loader=rules.VariableLoader)


CONTROLLER: dict[str, Any] = {}
for found in sorted((AWX / "controller").glob("*.yml")):
    CONTROLLER |= load(found)
TYPES = {
    "controller": CONTROLLER["controller_credential_types"][0],
    "eda": load(AWX / "eda" / "credential_types.yml")["eda_credential_types"][0],
}
TEMPLATES = {template["name"].removeprefix("ModelArts: "): template for template in CONTROLLER["controller_templates"]}
(WORKFLOW,) = CONTROLLER["controller_workflows"]
(SCHEDULE,) = CONTROLLER["controller_schedules"]
SURVEYS = {
    name: template for name, template in {**TEMPLATES, "workflow": WORKFLOW}.items() if "survey_spec" in template
}
CREDENTIAL = TYPES["controller"]
METHODS = {
    "token": {"auth_token": "a-token"},
    "key": {"access_key": "an-ak", "secret_key": "an-sk"},
    "temporary key": {"access_key": "an-ak", "secret_key": "an-sk", "security_token": "a-st"},
    "OIDC": {"oidc_provider_urn": "a-urn", "oidc_agency_urn": "another", "oidc_token": "an-oidc-token"},
    "OIDC file": {"oidc_provider_urn": "a-urn", "oidc_agency_urn": "another", "oidc_token_file": "/a/file"},
    "agency": {
        "access_key": "an-ak",
        "secret_key": "an-sk",
        "assume_role_agency_name": "an-agency",
        "assume_role_domain_name": "an-account",
    },
    "password": {"username": "a-user", "domain_name": "an-account", "password": "a-password"},
}


@pytest.mark.parametrize("name", TYPES)
def test_credential_types_keep_the_rules(name: str) -> None:
    """Nothing in them would be refused."""
    assert list(rules.credential_type_faults({"kind": "cloud", **TYPES[name]})) == []


@pytest.mark.parametrize(
    ("place", "key", "value"),
    [
        ("field", "colour", "red"),
        ("field", "type", "text"),
        ("field", "id", "tower"),
        ("field", "default", 1),
        ("env", "ANSIBLE_HOST", "{{ region }}"),
        ("env", "PATH", "{{ region }}"),
        ("env", "HW_REGION_NAME", "{{ nowhere }}"),
        ("env", "HW_REGION_NAME", "{{ region"),
    ],
)
def test_the_rules_refuse(place: str, key: str, value: Any) -> None:
    """A credential type with one thing wrong has one fault."""
    document = copy.deepcopy(CREDENTIAL)
    target = document["inputs"]["fields"][1] if place == "field" else document["injectors"]["env"]
    target[key] = value
    assert list(rules.credential_type_faults(document))


@pytest.mark.parametrize("name", TYPES)
def test_secrets_are_secret(name: str) -> None:
    """Exactly the options that are secrets are encrypted fields."""
    secret = {field["id"] for field in TYPES[name]["inputs"]["fields"] if field.get("secret")}
    assert secret == set(_options.SECRETS)


def test_the_environment_is_the_collections_own() -> None:
    """Each field feeds the variable that its option reads first; an option without a field has a reason."""
    asked = re.compile(r"(\w+) \| default")
    variables = {asked.findall(template)[0]: name for name, template in CREDENTIAL["injectors"]["env"].items()}
    assert variables == {name: _options.CONNECTION[name].env[0] for name in variables}
    left_out = {name for name, option in _options.CONNECTION.items() if option.env} - set(variables)
    assert left_out == {"ca_path", "retries"}  # matters of the execution environment and of the job


def test_events_get_variables_of_the_same_fields() -> None:
    """Every Event-Driven Ansible controller injects extra variables; the lookup knows these names, too."""
    assert TYPES["eda"]["injectors"].keys() == {"extra_vars"}
    names = [field["id"] for field in CREDENTIAL["inputs"]["fields"]]
    given = {name: f"a {name}" for name in names}
    expected = {f"modelarts_{name}": "true" if name == "ecs_agency" else value for name, value in given.items()}
    assert rules.injected(TYPES["eda"], given, "extra_vars") == expected


def test_an_absent_input_of_an_event_driven_controller_is_empty() -> None:
    """It leaves an optional input out that nobody has given, and an undefined value raises there."""
    assert rules.injected(TYPES["eda"], {"region": "cn-north-4"}, "extra_vars")["modelarts_endpoint"] == ""


def test_what_the_two_types_ask_for_is_the_same() -> None:
    """A credential of either is filled in alike."""
    assert TYPES["eda"]["inputs"] == CREDENTIAL["inputs"]


@pytest.mark.parametrize("method", METHODS)
def test_an_injected_method_is_the_one_that_counts(method: str) -> None:
    """Fields left empty become empty variables, which the collection takes as not set."""
    environ = rules.injected(CREDENTIAL, {"region": "cn-north-4", **METHODS[method]})
    assert environ["HW_CLOUD"] == ""
    assert _options.environment_credentials(environ) == METHODS[method]
    completed = _options.complete(_options.CONNECTION, {}, environ)
    assert (completed["region"], completed["cloud"], completed["endpoint"]) == ("cn-north-4", "myhuaweicloud.com", None)


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("method", METHODS)
def test_the_web_form_makes_a_credential(name: str, method: str) -> None:
    """It posts an empty text for every field that was left alone, and what was set once can be cleared."""
    filled = rules.web_form(TYPES[name], {"region": "cn-north-4", **METHODS[method]})
    assert filled["endpoint"] == ""
    assert list(rules.credential_faults(TYPES[name], filled)) == []


@pytest.mark.parametrize(
    ("ticked", "variable"), [({}, ""), ({"ecs_agency": False}, ""), ({"ecs_agency": True}, "true")]
)
def test_a_box_that_is_not_ticked_is_no_method(ticked: dict[str, Any], variable: str) -> None:
    """The server's agency counts where its box is ticked, and else nothing is given."""
    environ = rules.injected(CREDENTIAL, {"region": "cn-north-4", **ticked})
    assert environ["HW_ECS_AGENCY"] == variable
    assert bool(_options.environment_credentials(environ)) is bool(variable)


@pytest.mark.parametrize("name", SURVEYS)
def test_a_launch_needs_no_answer_that_has_a_default(name: str) -> None:
    """By API, command line and schedule, too, a template starts as it does where the form is left as it is."""
    assert list(rules.launch_faults(SURVEYS[name], {})) == []


@pytest.mark.parametrize("name", SURVEYS)
def test_surveys_keep_the_rules(name: str) -> None:
    """Nothing in them would be refused."""
    assert list(rules.survey_faults(SURVEYS[name]["survey_spec"])) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("type", "number"),
        ("required", "no"),
        ("min", "0"),
        ("default", 7),
        ("variable", "wait_for_orders_order_names"),
        ("question_name", None),
    ],
)
def test_the_rules_refuse_a_question(key: str, value: Any) -> None:
    """A survey with one thing wrong has one fault."""
    survey = copy.deepcopy(WORKFLOW["survey_spec"])
    survey["spec"][0][key] = value
    assert list(rules.survey_faults(survey))


@pytest.mark.parametrize("name", SURVEYS)
def test_every_variable_belongs_to_a_role(name: str) -> None:
    """A survey or a template that sets a variable which no role reads would be without effect."""
    known = {"modelarts_missing_until"}
    for role in ("wait_for_orders", "order_report"):
        known |= set(load(ROOT / "roles" / role / "meta" / "argument_specs.yml")["argument_specs"]["main"]["options"])
    set_here = {question["variable"] for question in SURVEYS[name]["survey_spec"]["spec"]}
    assert (set_here | set(SURVEYS[name].get("extra_vars", {}))) <= known


def test_a_question_whose_variable_is_needed_is_required() -> None:
    """An unanswered text arrives as an empty string, which every variable takes as not given."""
    for name, document in SURVEYS.items():
        for question in document["survey_spec"]["spec"]:
            role = "wait_for_orders" if question["variable"].startswith("wait_for_orders") else "order_report"
            options = load(ROOT / "roles" / role / "meta" / "argument_specs.yml")["argument_specs"]["main"]["options"]
            needed = options.get(question["variable"], {}).get("required", False)
            assert question["required"] or not needed, (name, question["variable"])


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_name_playbooks_of_the_project(name: str) -> None:
    """Each playbook is a file of the project that the controller would offer."""
    playbook = AWX / "project" / TEMPLATES[name]["playbook"]
    assert rules.is_playbook(playbook.read_text(encoding="utf-8"))
    assert TEMPLATES[name]["forks"] == 1


@pytest.mark.parametrize("name", ["order_report", "wait_for_orders"])
def test_the_project_imports_what_the_collection_has(name: str) -> None:
    """These playbooks are one import and nothing else, of a playbook that exists."""
    (play,) = load(AWX / "project" / f"{name}.yml")
    assert set(play) == {"name", "ansible.builtin.import_playbook"}
    assert play["ansible.builtin.import_playbook"] == f"huaweicloud.modelarts.{name}"
    assert (ROOT / "playbooks" / f"{name}.yml").is_file()


def test_the_workflow_holds_together() -> None:
    """Its nodes run templates that exist and accept variables, and lead to all nodes but the first."""
    nodes = {node["identifier"]: node for node in WORKFLOW["workflow_nodes"]}
    accepting = {template["name"] for template in TEMPLATES.values() if template["ask_variables_on_launch"]}
    assert {node["unified_job_template"]["name"] for node in nodes.values()} <= accepting
    led_to = [
        target["identifier"]
        for node in nodes.values()
        for targets in node.get("related", {}).values()
        for target in targets
    ]
    assert sorted(led_to) == sorted(set(nodes) - {"poll"})
    assert SCHEDULE["unified_job_template"] == WORKFLOW["name"]
    assert "SECONDLY" not in SCHEDULE["rrule"] and SCHEDULE["enabled"] is False


#: The keys that the roles of infra.aap_configuration read of each of their variables, from their READMEs.
CONFIGURATION = {
    "controller_credential_types": {"name", "description", "kind", "inputs", "injectors"},
    "controller_inventories": {"name", "organization", "description"},
    "controller_hosts": {"name", "inventory", "variables"},
    "controller_projects": {"name", "organization", "description", "scm_type", "scm_url", "scm_branch", "credential"}
    | {"update_project", "wait"},
    "controller_templates": {"name", "description", "organization", "job_type", "inventory", "project", "playbook"}
    | {"credentials", "execution_environment", "forks", "timeout", "allow_simultaneous", "ask_variables_on_launch"}
    | {"extra_vars", "survey_enabled", "survey_spec"},
    "controller_workflows": {"name", "description", "organization", "allow_simultaneous", "ask_variables_on_launch"}
    | {"survey_enabled", "survey_spec", "workflow_nodes"},
    "controller_schedules": {"name", "description", "unified_job_template", "organization", "rrule", "enabled"},
}


def test_the_files_are_configuration_as_code() -> None:
    """They hold the variables of infra.aap_configuration, with keys that its roles read."""
    assert CONTROLLER.keys() == CONFIGURATION.keys()
    for variable, rows in CONTROLLER.items():
        assert [(variable, key) for row in rows for key in row if key not in CONFIGURATION[variable]] == []


def test_only_the_braces_for_others_are_untouched() -> None:
    """A text with braces is either a setting of awx_setup, or marked as one that Ansible leaves alone."""
    for path in AWX.glob("*/*.yml"):
        if path.parent.name in ("controller", "eda"):
            lines = [line for line in path.read_text(encoding="utf-8").splitlines() if "{{" in line]
            assert [line for line in lines if "!unsafe" not in line and "awx_setup_" not in line] == []


def test_the_project_makes_no_controller_ask_galaxy() -> None:
    """A controller without a way out installs nothing, so the file that asks it to lies elsewhere."""
    assert list((AWX / "project").rglob("requirements.y*ml")) == []


@pytest.mark.parametrize("page", ["README.md", "docs/docsite/rst/awx_guide.rst"])
def test_the_pages_name_files_that_exist(page: str) -> None:
    """Whoever follows a page can point at every file that it names."""
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:extensions|playbooks)/[\w./-]+)`", text))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_guide_names_every_file() -> None:
    """No template, workflow or credential type is left for the reader to find."""
    text = (ROOT / "docs/docsite/rst/awx_guide.rst").read_text(encoding="utf-8")
    shipped = [*AWX.glob("controller/*.yml"), *AWX.glob("eda/*.yml")]
    assert len(shipped) == 6
    assert [path.name for path in shipped if str(path.relative_to(ROOT)) not in text] == []


def test_what_is_not_answered() -> None:
    """An empty text arrives, a missing number does not; an answer beats a default, which beats the template."""
    wait = TEMPLATES["wait for orders"]
    given = rules.extra_vars(wait, {"wait_for_orders_involved_names": "pool-a,pool-b"})
    assert given == {
        "wait_for_orders_involved_names": "pool-a,pool-b",
        "wait_for_orders_order_names": "",
        "wait_for_orders_wait_timeout": 5400,
        "wait_for_orders_accept_partial": "false",
        "wait_for_orders_ready": "false",
    }
    polled = rules.extra_vars(TEMPLATES["poll orders once"], {})
    assert (polled["wait_for_orders_wait_timeout"], polled["wait_for_orders_settle"]) == (0, 0)
