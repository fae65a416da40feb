"""Writes the parts of docs/ that can be read off the program; `--check` says whether they are up to date.

`architecture.md`: the floors, with what each module says of itself. `configuration.md`: every key with its default and the words that config.example.toml has for it, and every
condition of a rule with the docstring of its function. `gate.md`: every signal with its own. `reliability.md`: the tables of faults, from the tests that hold them. `rfc.md`: where each cited section binds us; what
it asks is written by hand, once, in the table itself.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from daemon import gate  # noqa: E402
from daemon.config import Config, When  # noqa: E402 - the repository's own, wherever this is called from

CITATION = re.compile(r"RFC (\d+) (§\d[\d.]*\d|§\d)((?:(?:,| and) §\d(?:[\d.]*\d)?)*)")
SECTION = re.compile(r"§\d(?:[\d.]*\d)?")
KEY = re.compile(r"^#?([a-z_]+) = (.*)$")
TABLE = re.compile(r"^\[\[?([a-z_]+)\]?\]$")


def citations() -> dict[tuple[int, str], set[str]]:
    """Each cited section and the files that cite it."""
    found: dict[tuple[int, str], set[str]] = defaultdict(set)
    for folder in ("daemon", "classifiers", "templates"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".toml", ".j2"):
                for number, first, more in CITATION.findall(path.read_text("utf-8")):
                    for section in (first, *SECTION.findall(more)):
                        found[int(number), section].add(str(path.relative_to(ROOT)))
    return found


def rfc_rows(text: str) -> Iterator[str]:
    """The table anew: the words that stand in it, the files that cite today."""
    rows = re.findall(r"^\| RFC (\d+) \| (§[\d.]+) \| (.*?) \| ", text, re.MULTILINE)
    words = {(int(number), section): what for number, section, what in rows}
    yield "| RFC | section | what it asks of us | where |\n|---|---|---|---|"
    for (number, section), files in sorted(citations().items(), key=lambda item: (item[0][0], _order(item[0][1]))):
        where = ", ".join(f"`{name}`" for name in sorted(files))
        yield f"| RFC {number} | {section} | {words.get((number, section), '')} | {where} |"


def _order(section: str) -> list[int]:
    return [int(part) for part in section.removeprefix("§").split(".")]


def key_rows(_: str) -> Iterator[str]:
    """Every key, section by section, with the comment that stands above it in config.example.toml."""
    fields = Config.model_fields
    section, words, seen = "", list[str](), set[tuple[str, str]]()
    for line in (ROOT / "config.example.toml").read_text("utf-8").splitlines():
        if table := TABLE.match(line):
            if table[1] != section:
                section = table[1]
                yield f"\n### `{line}`\n"
                if words:
                    yield " ".join(words) + "\n"
                yield "| key | default | meaning |\n|---|---|---|"
            words = []
        elif key := KEY.match(line):
            if section in ("department", "rule") and (section, key[1]) in seen:
                continue
            seen.add((section, key[1]))
            yield f"| `{key[1]}` | {_default(fields[section].annotation, key[1])} | {' '.join(words)} |"
            words = []
        elif line.startswith("# "):
            words.append(line[2:])
        elif not line:
            words = []


def _default(annotation: object, key: str) -> str:
    """`the default`, or what else there is to say of a key that has none."""
    model = next(iter(getattr(annotation, "__args__", ())), annotation)
    field = next(field for name, field in model.model_fields.items() if (field.alias or name) == key)  # type: ignore[attr-defined]
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    return "–" if value in (None, [], {}) else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def predicate_rows(_: str) -> Iterator[str]:
    """Every condition with the docstring of the function of its name."""
    tree = ast.parse((ROOT / "daemon" / "rules" / "predicates.py").read_text("utf-8"))
    told = {node.name: ast.get_docstring(node) or "" for node in tree.body if isinstance(node, ast.FunctionDef)}
    yield "| condition | holds where |\n|---|---|"
    for name in When.model_fields:
        yield f"| `{name}` | {' '.join(told[name].split())} |"


def signal_rows(_: str) -> Iterator[str]:
    """Every signal of the gate in the order of its table, with the docstring of its function."""
    yield "| signal | points to | weight | web forms | rule | what is looked for |\n|---|---|---|---|---|---|"
    for row in gate.TABLE:
        kind = f"`{row.kind.value}`" if row.kind else "a person"
        weight = "forbids" if row.weight >= gate.FORBIDS else str(row.weight)
        told = " ".join((row.read.__doc__ or "").split())
        yield f"| `{row.name}` | {kind} | {weight} | {'yes' if row.in_forms else 'no'} | {row.rule} | {told} |"


def floor_rows(_: str) -> Iterator[str]:
    """The floors of pyproject.toml from the top, each module with the first sentence of its docstring."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    yield "| module | what it owns |\n|---|---|"
    for number, layer in enumerate(layers):
        for name in re.split(r" [|:] ", layer):
            place = ROOT / "daemon" / name.strip("()")
            path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
            if path.exists():
                told = " ".join((ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").split("\n\n")[0].split())
                yield f"| {number + 1}. `{name.strip('()')}` | {told} |"


def _tree(test: str) -> ast.Module:
    return ast.parse((ROOT / "tests" / test).read_text("utf-8"))


def _faults(test: str, name: str) -> Callable[[str], Iterator[str]]:
    """What becomes of something at each fault: the table that the test itself is run from."""

    def rows(_: str) -> Iterator[str]:
        named = (
            node for node in _tree(test).body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
        )
        head, *lines = [line.strip() for line in ast.literal_eval(next(named).value).splitlines() if line.strip()]
        columns = head.split()
        yield f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"
        for line in lines:
            words = re.split(r"  +", line)
            yield f"| {' | '.join(['`' + words[0] + '`', *words[1:]])} |"

    return rows


def imap_fault_rows(_: str) -> Iterator[str]:
    """Every test against the IMAP opponent by its name, with what it is repeated for."""
    yield "| what holds | for each of |\n|---|---|"
    for node in _tree("integration/test_imap_opponent.py").body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            cases = [ast.unparse(call.args[1]) for call in node.decorator_list if isinstance(call, ast.Call)]
            yield f"| {_sentence(node.name)} | {' × '.join(f'`{case}`' for case in cases) or '–'} |"


def world_rows(_: str) -> Iterator[str]:
    """What the state machine's world does, and what holds after each step."""
    machine = next(node for node in _tree("properties/test_state_machine.py").body if isinstance(node, ast.ClassDef))
    for kind, title in (("rule", "What happens, in any order"), ("invariant", "What holds after each")):
        yield f"\n{title}:\n"
        for node in machine.body:
            if isinstance(node, ast.FunctionDef) and any(kind + "(" in ast.unparse(d) for d in node.decorator_list):
                yield f"- {_sentence(node.name)}"


def _sentence(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")


PARTS: tuple[tuple[str, str, Callable[[str], Iterator[str]]], ...] = (
    ("architecture.md", "floors", floor_rows),
    ("rfc.md", "citations", rfc_rows),
    ("configuration.md", "keys", key_rows),
    ("configuration.md", "conditions", predicate_rows),
    ("gate.md", "signals", signal_rows),
    ("reliability.md", "world", world_rows),
    ("reliability.md", "smtp faults", _faults("integration/test_smtp_faults.py", "TABLE")),
    ("reliability.md", "imap round", _faults("integration/test_imap_faults.py", "ROUND")),
    ("reliability.md", "imap delivery", _faults("integration/test_imap_faults.py", "DELIVERY")),
    ("reliability.md", "imap faults", imap_fault_rows),
)


def written(text: str, part: str, rows: Callable[[str], Iterator[str]]) -> str:
    """The document with one generated part replaced."""
    begin, end = f"<!-- generated: {part} -->\n", f"<!-- end: {part} -->"
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return before + begin + "\n".join(rows(text)) + "\n" + end + after


def stale() -> dict[Path, str]:
    """The documents that are not what the program says, with what they should be."""
    now = {ROOT / "docs" / name: (ROOT / "docs" / name).read_text("utf-8") for name, _, _ in PARTS}
    new = dict(now)
    for name, part, rows in PARTS:
        new[ROOT / "docs" / name] = written(new[ROOT / "docs" / name], part, rows)
    return {path: text for path, text in new.items() if text != now[path]}


def unexplained() -> list[str]:
    """Rows of rfc.md that nobody has written words for."""
    text = (ROOT / "docs" / "rfc.md").read_text("utf-8")
    return [" ".join(row) for row in re.findall(r"^\| (RFC \d+) \| (§[\d.]+) \| +\| ", text, re.MULTILINE)]


def main(arguments: list[str]) -> int:
    """0 where all is well, else 1 and a sentence."""
    found = stale()
    if "--check" in arguments:
        for path in found:
            print(f"{path.relative_to(ROOT)} is out of date: run `make docs`.", file=sys.stderr)
    else:
        for path, text in found.items():
            path.write_text(text, "utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
        found = {}
    for row in unexplained():
        print(f"docs/rfc.md: say in a few words what {row} asks of us.", file=sys.stderr)
    return 1 if found or unexplained() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
