# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWX's rules for credential types, surveys and playbooks in projects, and what it makes of them when a job starts.

Sources: the chapters on custom credential types, job templates (surveys) and projects of the controller's user guide,
and the answers its API gives to what it refuses. Each function returns the faults it finds, in words.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterator, Mapping
from typing import Any

import jinja2
import jinja2.sandbox
import yaml

Document = Mapping[str, Any]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FIELD_KEYS = {
    *("id", "label", "type", "format", "choices", "help_text", "multiline", "secret", "ask_at_runtime", "default"),
}
_TEXT_ONLY = ("choices", "format", "multiline", "secret")
_FIELD_TYPES: dict[str, type] = {"string": str, "boolean": bool}
#: Variables that the controller keeps for itself, besides all that begin with ANSIBLE_.
_RESERVED_VARIABLES = {
    *("AD_HOC_COMMAND_ID", "AWX_HOST", "CACHE", "CALLBACK_CONNECTION", "CALLBACK_QUEUE", "INVENTORY_HOSTVARS"),
    *("INVENTORY_ID", "INVENTORY_SOURCE_ID", "INVENTORY_UPDATE_ID", "JOB_CALLBACK_DEBUG", "JOB_ID", "MAX_EVENT_RES"),
    *(
        "PATH",
        "PROJECT_REVISION",
        "PYTHONPATH",
        "REST_API_TOKEN",
        "REST_API_URL",
        "SUPERVISOR_CONFIG_PATH",
        "VIRTUAL_ENV",
    ),
}
#: Question types, and what an answer to each is.
QUESTION_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "textarea": (str,),
    "password": (str,),
    "multiplechoice": (str,),
    "multiselect": (list,),
    "integer": (int,),
    "float": (int, float),
}
_PLAYBOOK_LINE = re.compile(r"\s*-?\s*(hosts|(ansible\.builtin\.)?(include|import_playbook)):")


def credential_type_faults(document: Document) -> Iterator[str]:
    """Yield what the controller would refuse of a custom credential type."""
    if document["kind"] not in ("cloud", "net"):
        yield f"kind {document['kind']}: custom types are cloud or net"
    yield from _unknown("inputs", document["inputs"], {"fields", "required"})
    seen = set()
    for field in document["inputs"]["fields"]:
        yield from _field_faults(field)
        if field.get("id") in seen:
            yield f"{field['id']}: given twice"
        seen.add(field.get("id"))
    yield from (f"{name}: required, but no field" for name in document["inputs"]["required"] if name not in seen)
    yield from _injector_faults(document["injectors"], seen)


def _unknown(what: str, mapping: Document, known: set[str]) -> Iterator[str]:
    yield from (f"{what}: unknown key {key}" for key in mapping if key not in known)


def _field_faults(field: Document) -> Iterator[str]:
    name = str(field.get("id"))
    yield from _unknown(name, field, _FIELD_KEYS)
    if not _NAME.fullmatch(name) or name == "tower":
        yield f"{name}: not allowed as an ID"
    if not isinstance(field.get("label"), str):
        yield f"{name}: no label"
    kind = field.get("type", "string")
    if kind not in _FIELD_TYPES:
        yield f"{name}: unknown type {kind}"
        return
    yield from (f"{name}: {key} is for strings only" for key in _TEXT_ONLY if key in field and kind != "string")
    if "default" in field and field["default"].__class__ is not _FIELD_TYPES[kind]:
        yield f"{name}: the default is no {kind}"
    if field.get("format", "url") not in ("url", "ssh_private_key"):
        yield f"{name}: unknown format"


def _injector_faults(injectors: Document, fields: set[Any]) -> Iterator[str]:
    yield from _unknown("injectors", injectors, {"env", "extra_vars", "file"})
    for name, template in injectors.get("env", {}).items():
        if not _NAME.fullmatch(name) or name.startswith("ANSIBLE_") or name in _RESERVED_VARIABLES:
            yield f"{name}: not allowed as an environment variable"
        if not template.isascii():
            yield f"{name}: only ASCII is allowed in an environment variable"
    extra = injectors.get("extra_vars", {})
    yield from (
        f"{name}: not allowed as a variable"
        for name in extra
        if not _NAME.fullmatch(name) or name.startswith(("ANSIBLE_", "EDA_"))
    )
    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined)
    for name, template in (*injectors.get("env", {}).items(), *extra.items()):
        try:
            environment.from_string(template).render(dict.fromkeys(fields, "EXAMPLE"))
        except jinja2.TemplateError as error:
            yield f"{name}: {error}"


def injected(document: Document, inputs: Mapping[str, str], kind: str = "env") -> dict[str, str]:
    """Return what the injectors make of a credential's inputs.

    Source: awx/main/models/credential.py, inject_credential: a field left empty renders as nothing. The event-driven
    controller injects extra variables, and an input that is absent is undefined there: it raises.
    """
    undefined = jinja2.Undefined if kind == "env" else jinja2.StrictUndefined
    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(undefined=undefined)
    return {name: environment.from_string(text).render(inputs) for name, text in document["injectors"][kind].items()}


def web_form(document: Document, filled: Mapping[str, str]) -> dict[str, str]:
    """Return the inputs of a new credential as the web form sends them: an empty text for every field left alone.

    Source: the controller's web form, which posts all text fields of the type.
    """
    return {field["id"]: filled.get(field["id"], "") for field in document["inputs"]["fields"]}


def credential_faults(document: Document, inputs: Mapping[str, str]) -> Iterator[str]:
    """Yield what the controller would refuse of a credential's inputs.

    Source: awx/main/fields.py, CredentialInputField and format_url: an empty text is no URL either.
    """
    fields = {field["id"]: field for field in document["inputs"]["fields"]}
    yield from (f"{name}: no such field" for name in inputs if name not in fields)
    yield from (f"{name}: required" for name in document["inputs"]["required"] if not inputs.get(name))
    for name, value in inputs.items():
        if fields.get(name, {}).get("format") == "url" and not all(urllib.parse.urlsplit(value)[:2]):
            yield f"{name}: Invalid URL: Missing url scheme (http, https, etc.)"


def launch_faults(template: Document, answers: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the controller would refuse of a launch by API, command line or schedule.

    Source: awx/main/models/mixins.py, _survey_element_validation: a default does not answer a required question.
    """
    for question in template.get("survey_spec", {}).get("spec", ()):
        if question["variable"] in answers:
            yield from answer_faults(question, answers[question["variable"]])
        elif question["required"]:
            yield f"'{question['variable']}' value missing"


def survey_faults(survey: Document) -> Iterator[str]:
    """Yield what the controller would refuse of a survey."""
    for key, kind in (("name", str), ("description", str), ("spec", list)):
        if not isinstance(survey.get(key), kind):
            yield f"{key}: missing, or no {kind.__name__}"
    if not survey.get("spec"):
        yield "spec: empty"
    seen = set()
    for question in survey.get("spec", ()):
        yield from _question_faults(question)
        if question.get("variable") in seen:
            yield f"{question['variable']}: asked twice"
        seen.add(question.get("variable"))


def _question_faults(question: Document) -> Iterator[str]:
    name = str(question.get("variable"))
    for key, kind in (("type", str), ("question_name", str), ("variable", str), ("required", bool)):
        if not isinstance(question.get(key), kind):
            yield f"{name}: {key} is missing, or no {kind.__name__}"
    asked = str(question.get("type"))
    if asked not in QUESTION_TYPES:
        yield f"{name}: unknown type {asked}"
        return
    yield from (
        f"{name}: {key} is no whole number" for key in ("min", "max") if question.get(key, 0).__class__ is not int
    )
    if asked in ("multiplechoice", "multiselect") and not question.get("choices"):
        yield f"{name}: no choices"
    if question.get("default", "") != "":
        yield from answer_faults(question, question["default"])


def answer_faults(question: Document, answer: Any) -> Iterator[str]:
    """Yield what the controller would refuse of an answer."""
    name = question["variable"]
    if type(answer) not in QUESTION_TYPES[question["type"]]:
        yield f"{name}: {answer!r} is no {question['type']}"
        return
    if question["type"] in ("multiplechoice", "multiselect"):
        chosen = [answer] if isinstance(answer, str) else answer
        yield from (f"{name}: {choice} is not offered" for choice in chosen if choice not in question["choices"])
        return
    size = len(answer) if isinstance(answer, str) else answer
    if size < question.get("min", size) or size > question.get("max", size):
        yield f"{name}: {answer!r} is not from {question.get('min')} to {question.get('max')}"


def extra_vars(template: Document, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return a job's extra variables: the template's, then the survey's valid defaults, then the answers.

    So an optional text that nobody answers arrives as an empty string, and an optional number does not arrive at all.
    """
    variables = dict(template.get("extra_vars", {}))
    for question in template.get("survey_spec", {}).get("spec", ()):
        default = question.get("default")
        if default is not None and not list(answer_faults(question, default)):
            variables[question["variable"]] = default
    return {**variables, **answers}


class VariableLoader(yaml.SafeLoader):
    """Reads a file of Ansible's variables: `!unsafe` marks a text that is not to be evaluated."""


def _text(dummy: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    return str(node.value)


VariableLoader.add_constructor("!unsafe", _text)


class _Unsafe(yaml.SafeDumper):
    """Writes every text as one that is not to be evaluated."""


_Unsafe.add_representer(str, lambda dumper, text: dumper.represent_scalar("!unsafe", text))


def extra_vars_file(variables: Mapping[str, Any], template: Mapping[str, Any] | None = None) -> str:
    """Return the file of extra variables that a job gets: nothing but the template's own may hold templates.

    Source: awx/main/utils/safe_yaml.py. ansible-core 2.19 and later resolve such a text once more as plain YAML.
    """
    trusted = template or {}
    return "".join(
        yaml.dump({name: value}, Dumper=yaml.SafeDumper if trusted.get(name) == value else _Unsafe)
        for name, value in variables.items()
    )


def is_playbook(text: str) -> bool:
    """Return whether the controller would offer a file of a project as a playbook."""
    return any(_PLAYBOOK_LINE.match(line) for line in text.splitlines())
