"""One broken configuration per mistake, each with the sentences that the administrator must read.

`<mistake>.toml` is the file, `<mistake>.expected` all of its problems, sorted, one a line.
"""

from pathlib import Path

import pytest

from daemon.config import load
from daemon.errors import ConfigError

HERE = Path(__file__).resolve().parent
BROKEN = sorted(HERE.glob("*.toml"))


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_every_problem_is_told_and_no_other(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)
    with pytest.raises(ConfigError) as refused:
        load(Path(path.name))
    assert sorted(refused.value.problems) == path.with_suffix(".expected").read_text("utf-8").splitlines()


def test_every_expectation_has_its_file() -> None:
    assert sorted(path.with_suffix(".toml") for path in HERE.glob("*.expected")) == BROKEN


def test_a_missing_file_says_how_to_name_another(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read \(No such file or directory\): name another with --config"):
        load(tmp_path / "config.toml")
