# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every check of this repository, as sessions: `make help` lists the ways in, `.cache/nox/bin/nox -l` the sessions.

Virtual environments are made by uv from the lock files in requirements/ (written by `make lock`), side by side with
others, and are shared by all sessions: .venv has the newest ansible-core and every tool, .venvs/ the others.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import antsibull_nox
import nox
from python_discovery import get_interpreter

ROOT = Path(__file__).resolve().parent
CACHE, LOGS, LOCKS = ROOT / ".cache", ROOT / "build" / "logs", ROOT / "requirements"
COLLECTION = Path("ansible_collections", "huaweicloud", "modelarts")
DEV, TARGET, EDA, COMING = "dev", "target-3.9", "eda", "core-2.22"

#: Environment, which is also its lock file: what it is locked to besides its .in file, and the Pythons it runs on,
#: the one to prefer first; the first choices are spread, so that `make matrix` meets every Python.
ENVIRONMENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    DEV: ("", ("3.13", "3.14", "3.12", "3.11", "3.10")),
    TARGET: ("", ("3.9",)),
    EDA: ("", ("3.12", "3.13")),
    "core-2.16": ("ansible-core==2.16.*", ("3.10", "3.11", "3.12")),
    "core-2.18": ("ansible-core==2.18.*", ("3.11", "3.12", "3.13")),
    "core-2.19": ("ansible-core==2.19.*", ("3.12", "3.11", "3.13")),
    "core-2.20": ("ansible-core==2.20.*", ("3.12", "3.13", "3.14")),
    "core-2.21": ("ansible-core==2.21.*", ("3.13", "3.14", "3.12")),
    "core-2.22": ("ansible-core==2.22.0rc1", ("3.13", "3.14")),
}
CORES = [name for name in ENVIRONMENTS if name.startswith("core-")]
#: The part of the unit tests that needs no Ansible, and so runs on the oldest Python of a target, too.
TARGET_TESTS = (
    *("tests/unit/client", "tests/unit/orders", "tests/unit/wait"),
    *("tests/unit/test_info.py", "tests/unit/test_options.py", "tests/unit/test_session.py"),
)
#: Tests of this repository, of the simulator, of the event source and with ansible-builder: once is enough.
ONCE = (
    *("tests/unit/docs", "tests/unit/events", "tests/unit/simulator", "tests/unit/site", "tests/unit/endurance"),
    "tests/unit/awx/test_execution_environment.py",
)

#: Integration tests that are sessions of their own on the newest ansible-core: all faults, and what pages show.
PARTS = {"faults": ("faults",), "documents": ("test_examples.py", "test_readme.py", "test_simulator_role.py")}
#: Those of programs and machines around Ansible, which may wait for the release of an ansible-core.
RUN_LATER = (
    *("faults", "test_runner.py", "test_environment.py", "test_order_report.py", "test_role_variables.py"),
    *("test_secrets.py", "test_untrusted_text.py"),
)

#: Variables that start like this could change what a check finds, or carry real credentials into a test.
FOREIGN = (
    *("ANSIBLE_", "COVERAGE_", "GIT_", "HUAWEICLOUD_", "HW_", "MODELARTS_TEST_", "MOLECULE_", "PYTEST_", "PYTHON"),
    *("CURL_CA_BUNDLE", "NETRC", "REQUESTS_CA_BUNDLE", "VIRTUAL_ENV", "XDG_"),
    *("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "all_proxy", "https_proxy", "http_proxy", "no_proxy"),
)

nox.options.default_venv_backend = "uv"
nox.options.reuse_venv = "yes"
nox.options.download_python = "never"
nox.options.allow_parallel = True
nox.options.error_on_missing_interpreters = False
# The environments that antsibull-nox makes get the same versions as ours, and none of the user's settings of Ansible
# and of Python: one of those keeps each process compiling all that it imports.
os.environ["UV_CONSTRAINT"] = str(LOCKS / "dev.txt")
for _name in [name for name in os.environ if name.startswith(("ANSIBLE_", "PYTHON"))]:
    del os.environ[_name]


def _find_version_managers() -> None:
    """Put the interpreters of pyenv in front of PATH: its shims there are dead for all versions but the global one."""
    roots = [os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv"]
    roots += [Path(folder).parent for folder in os.get_exec_path() if Path(folder).name == "shims"]
    found = [str(path) for root in roots for path in sorted(Path(root).glob("versions/3.*/bin"), reverse=True)]
    os.environ["PATH"] = os.pathsep.join(dict.fromkeys([*found, *os.get_exec_path(), str(CACHE / "nox" / "bin")]))


_find_version_managers()
antsibull_nox.load_antsibull_nox_toml()


def folder(name: str) -> Path:
    """Return where an environment lies."""
    return ROOT / ".venv" if name == DEV else ROOT / ".venvs" / name


def need(session: nox.Session, *names: str) -> None:
    """Skip the session, with the reason, where this machine has no interpreter for an environment."""
    for name in names:
        pythons = ENVIRONMENTS[name][1]
        if not any(map(get_interpreter, pythons)):
            session.skip(f"NOT TESTED: no Python {' or '.join(pythons)} on this machine for {name}")


Env = Mapping[str, object]


def run(
    session: nox.Session, *command: str | Path, venv: str = DEV, quiet: bool = False, env: Env | None = None
) -> None:
    """Run a program of an environment, without anything of the user's that could change a result.

    A quiet one is shown where it fails only.
    """
    home = CACHE / "home"
    (home / "collections").mkdir(parents=True, exist_ok=True)
    (home / "ansible.cfg").touch()
    clean = {key: value for key, value in os.environ.items() if not key.startswith((*FOREIGN, "UV_"))}
    clean |= {
        "HOME": str(home),
        "PATH": os.pathsep.join([str(folder(venv) / "bin"), os.environ["PATH"]]),
        "ANSIBLE_HOME": str(home / ".ansible"),
        "ANSIBLE_CONFIG": str(home / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(home / "collections"),
        "ANSIBLE_NOCOWS": "1",
        # Without the user's settings git may refuse a checkout that belongs to somebody else (as in a container).
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        **{name: str(value) for name, value in (env or {}).items()},
    }
    program = folder(venv) / "bin" / command[0]
    words = [str(program if program.exists() else command[0]), *map(str, command[1:])]
    session.run(*words, env=clean, include_outer_env=False, external=True, silent=quiet)


def pytest(session: nox.Session, *arguments: str, venv: str = DEV, env: Env | None = None) -> None:
    """Run pytest; its tests are counted by a file in build/logs."""
    LOGS.mkdir(parents=True, exist_ok=True)
    report = f"--junitxml={LOGS / session.name}.xml"
    options = ("-q", "-p", "no:cacheprovider", report, *session.posargs)
    run(session, "python", "-m", "pytest", *options, *arguments, venv=venv, env=env)


def copy_to(session: nox.Session, top: Path) -> Path:
    """Lay a copy of what git would commit under `top`/ansible_collections; tests/output of an earlier copy stays."""
    copy = top / COLLECTION
    for path in [*copy.glob("*"), *copy.glob("tests/*")]:
        if path.name not in ("tests", "output"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    copy.mkdir(parents=True, exist_ok=True)
    files = 'git -c safe.directory="*" ls-files -co --exclude-standard -z'
    session.run("bash", "-c", f'{files} | xargs -0 cp --parents -t "{copy}" 2>&1', silent=True, external=True)
    return copy


# ---- environments ----


def make_environment(session: nox.Session, name: str) -> None:
    """Make an environment hold exactly what its lock file says, and link the checkout into it as the collection."""
    python = next(filter(None, map(get_interpreter, ENVIRONMENTS[name][1])), None)
    if python is None:
        session.warn(f"no Python for {name} on this machine")
        return
    place = folder(name)
    usable = (place / "bin" / "python").exists()
    if not usable or python.version_str not in (place / "pyvenv.cfg").read_text(encoding="utf-8"):
        session.run("uv", "venv", "-q", "--clear", "-p", python.executable, str(place), external=True)
    install = ("uv", "pip", "sync", "-q", "--python", str(place), str(LOCKS / f"{name}.txt"))
    session.run(*install, env={"UV_CONSTRAINT": None}, external=True)
    for packages in place.glob("lib/python3.*/site-packages"):
        link = packages / COLLECTION
        if not link.is_symlink() or link.readlink() != ROOT:
            link.parent.mkdir(parents=True, exist_ok=True)
            link.unlink(missing_ok=True)
            link.symlink_to(ROOT)


def session_of(
    name: str, action: Callable[..., None], *arguments: str, requires: Sequence[str] = (), after: Sequence[str] = ()
) -> None:
    """Register a session that runs `action(session, *arguments)` in these environments, after other sessions."""

    def body(session: nox.Session) -> None:
        need(session, *requires)
        action(session, *arguments)

    body.__doc__ = action.__doc__
    nox.session(name=name, python=False, requires=[*(f"venv-{one}" for one in requires), *after], default=False)(body)


for _name in ENVIRONMENTS:
    session_of(f"venv-{_name}", make_environment, _name)


# ---- checks ----


def lint(session: nox.Session) -> None:
    """Formatting and lint; licences and what only a collection can do wrong are antsibull-nox's sessions."""
    run(session, "ruff", "format", "--check", "--quiet", ".")
    run(session, "ruff", "check", "--quiet", ".")
    run(session, "vulture")
    run(session, "yamllint", "--strict", ".")
    run(session, "ansible-lint", "--offline", "--profile", "production", "-q")


def types(session: nox.Session) -> None:
    """Check the types of everything written in Python."""
    run(session, "mypy")


def units(session: nox.Session) -> None:
    """Unit tests, with coverage of the core."""
    coverage = ("--cov=plugins/module_utils", "--cov-branch", "--cov-report=term:skip-covered")
    env = {"COVERAGE_FILE": LOGS / "coverage.data"}
    pytest(session, "tests/unit", "--ignore=tests/unit/endurance", *coverage, env=env)


def endurance(session: nox.Session) -> None:
    """Long runs in little memory, apart: what coverage itself remembers would look like a leak there."""
    pytest(session, "tests/unit/endurance")


def units_of(session: nox.Session, core: str) -> None:
    """Unit tests of what needs Ansible, on one ansible-core."""
    pytest(session, "tests/unit", *(f"--ignore={path}" for path in (*TARGET_TESTS, *ONCE)), venv=core)


def units_of_target(session: nox.Session) -> None:
    """Unit tests of the core, on the oldest Python and the oldest requests that a target may have."""
    pytest(session, *TARGET_TESTS, "-m", "not no_cover", venv=TARGET)


def integration(session: nox.Session, core: str = DEV) -> None:
    """Real Ansible runs against the simulator; the executables are those of one ansible-core."""
    elsewhere = [name for names in PARTS.values() for name in names]
    left_out = elsewhere if core == DEV else RUN_LATER if core == COMING else ()
    chosen = () if core == DEV else ("-m", "not newest")
    deselected = (f"--deselect=tests/integration/{name}" for name in left_out)
    ansible_tests(session, "tests/integration", *chosen, *deselected, core=core)


def part_of_integration(session: nox.Session, *names: str) -> None:
    """Some of the integration tests, on the newest ansible-core."""
    ansible_tests(session, *(f"tests/integration/{name}" for name in names))


def ansible_tests(session: nox.Session, *arguments: str, core: str = DEV) -> None:
    """Run tests that run the executables of one ansible-core."""
    path = os.pathsep.join(str(folder(name) / "bin") for name in (core, DEV))
    env = {"MODELARTS_TEST_BIN": f"{folder(core)}/bin", "PATH": f"{path}{os.pathsep}{os.environ['PATH']}"}
    if core == DEV and folder(TARGET).exists():
        env["MODELARTS_TEST_TARGET_PYTHON"] = f"{folder(TARGET)}/bin/python"
    pytest(session, *arguments, env=env)


def sanity(session: nox.Session, core: str) -> None:
    """`ansible-test sanity --venv`, without containers: on a copy, since it refuses links and this place."""
    top = CACHE / f"sanity-{core}"
    copy, home = copy_to(session, top), top / "home"
    _prepare_ansible_test(core, home)
    # Below another repository's ignored folder ansible-test sees no files, unless the copy is one of its own.
    run(session, "git", "init", "--quiet", str(copy))
    # pylint takes longer than all else: once is enough, and 2.22's is not to be had yet.
    skipped = () if core == "core-2.21" else ("--skip-test", "pylint")
    with session.chdir(copy):
        command = ("ansible-test", "sanity", "--venv", "--color", "no", *skipped, *session.posargs)
        run(session, *command, venv=core, quiet=True, env={"HOME": home})


def _prepare_ansible_test(core: str, home: Path) -> None:
    """Lay a stand-in where ansible-test looks for the pip bootstrap that it would download, and pip's settings."""
    (source,) = folder(core).glob("lib/python3.*/site-packages/ansible_test/_internal/python_requirements.py")
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in set(re.findall(r"pip=['\"]([\d.]+)['\"]", source.read_text(encoding="utf-8"))):
        shutil.copy(ROOT / "tools" / "get_pip.py", cache / f"get_pip_{version.replace('.', '_')}.py")
    listing = subprocess.run(
        [CACHE / "nox/bin/pip", "config", "list"], check=True, capture_output=True, text=True
    ).stdout
    found = re.findall(r"^(?:global|install|:env:)\.([\w-]+)='(.*)'$", listing, flags=re.MULTILINE)
    settings = {name: re.sub(r"(\\n|\s)+", " ", value) for name, value in found if name != "config-file"}
    path = home / ".config" / "pip" / "pip.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["[global]", *(f"{key} = {value}" for key, value in settings.items()), ""]), "utf-8")
    path.chmod(0o600)


def package(session: nox.Session) -> None:
    """Build the artifact in build/, and import it as Galaxy would, without a word of complaint."""
    copy = copy_to(session, CACHE / "artifact")
    for old in (ROOT / "build").glob("huaweicloud-modelarts-*.tar.gz"):
        old.unlink()
    with session.chdir(copy):
        run(session, "ansible-galaxy", "collection", "build", "--output-path", ROOT / "build", quiet=True)
    (artifact,) = (ROOT / "build").glob("huaweicloud-modelarts-*.tar.gz")
    place = CACHE / "importer"  # it leaves its result in the current folder
    place.mkdir(exist_ok=True)
    # Not RUN_ANSIBLE_LINT: the session lint has done so.
    checks = dict.fromkeys(("CHECK_CHANGELOG", "CHECK_REQUIRED_TAGS"), "true")
    script = 'set -o pipefail; python -m galaxy_importer.main "$0" 2>&1 | tee log; ! grep -E "^(WARNING|ERROR)" log'
    with session.chdir(place):
        env = {f"GALAXY_IMPORTER_{name}": value for name, value in checks.items()}
        run(session, "bash", "-c", script, artifact, quiet=True, env=env)


def release_check(session: nox.Session) -> None:
    """Look what is in the artifact, and run the demo from where it was installed."""
    run(session, "python", "tools/release_check.py")


def docs(session: nox.Session) -> None:
    """Build the documentation site in build/site, without a network and without warnings."""
    run(session, "python", "tools/docs_site.py", copy_to(session, CACHE / "site" / "collections"))


def changelog(session: nox.Session) -> None:
    """Check the changelog fragments."""
    run(session, "antsibull-changelog", "lint")


def molecule(session: nox.Session) -> None:
    """Run every molecule scenario, on this machine and without containers."""
    with session.chdir("extensions"):
        run(session, "molecule", "test", "--all", quiet=True)


def browser(session: nox.Session) -> None:
    """Open the report of orders in headless Chromium, where there is one."""
    pytest(session, "tests/browser")


def bench(session: nox.Session) -> None:
    """Measure what the collection costs, into docs/benchmarks.md; `--quick` writes no page."""
    module = f"{'.'.join(COLLECTION.parts)}.tests.benchmarks"
    simulator = {"PYTHONPATH": ROOT / "roles" / "simulator" / "files"}
    with session.chdir(CACHE):
        run(session, "python", "-m", module, ROOT / "docs" / "benchmarks.md", *session.posargs, env=simulator)


@nox.session(python=False, default=False)
def lock(session: nox.Session) -> None:
    """Write the lock files in requirements/; pins stay unless `--upgrade` is given."""
    options = ("--universal", "--no-header", "--no-annotate", "--quiet", *session.posargs)
    for name, (core, pythons) in {**ENVIRONMENTS, "nox": ("", ("3.10",))}.items():
        lowest = min(pythons, key=lambda version: int(version.partition(".")[2]))
        needs = LOCKS / ("tests.in" if core else f"{name}.in")
        extra = CACHE / f"{name}.in"
        extra.write_text(f"-r {needs}\n{core}\n", encoding="utf-8")
        output = ("--output-file", str(LOCKS / f"{name}.txt"))
        command = ("uv", "pip", "compile", *options, "--python-version", lowest, str(extra), *output)
        session.run(*command, env={"UV_CONSTRAINT": None}, external=True)
        _add_licence(LOCKS / f"{name}.txt")


def _add_licence(path: Path) -> None:
    licence = "".join((ROOT / "noxfile.py").read_text(encoding="utf-8").splitlines(keepends=True)[:2])
    text = path.read_text(encoding="utf-8")
    if not text.startswith(licence):
        path.write_text(f"{licence}# Written by `make lock`.\n{text}", encoding="utf-8")


# Those that take longest come first.
session_of("integration", integration, requires=(DEV,), after=(f"venv-{TARGET}", f"venv-{EDA}"))
for _name, _files in PARTS.items():
    session_of(_name, part_of_integration, *_files, requires=(DEV,))
for _core in CORES:
    session_of(f"integration-{_core}", integration, _core, requires=(DEV, _core))
session_of("units", units, requires=(DEV,))
for _core in CORES:
    session_of(f"units-{_core}", units_of, _core, requires=(_core,))
    session_of(f"sanity-{_core}", sanity, _core, requires=(_core,))
session_of("units-target", units_of_target, requires=(TARGET,))
for _action in (package, lint, docs, molecule, types, endurance, browser, changelog, bench):
    session_of(_action.__name__, _action, requires=(DEV,))
session_of("release-check", release_check, requires=(DEV,), after=("package",))
