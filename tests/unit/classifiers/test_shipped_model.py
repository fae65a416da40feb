"""The model as an office gets it: trained on the whole corpus, asked about texts that no training ever sees.

The floors are well below what was measured (docs/model-card.md): they catch a broken model, not a bad day.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from classifiers import Classifier, Text, evaluate
from classifiers.corpus import read_examples
from daemon import config as configuration
from daemon import learning
from tests.values import raw_config

UNSEEN = Path(__file__).resolve().parents[2] / "unseen"
REAL = Path(__file__).resolve().parents[3] / "../shared/real-text/cimt_cycling_topics.jsonl"


@pytest.fixture(scope="module")
def shipped(model: Path) -> Classifier:
    return learning.classifier(configuration.parse(raw_config(worker={"state_folder": str(model)}), model))


def rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


@pytest.mark.parametrize("file", sorted(UNSEEN.glob("*.jsonl")), ids=lambda file: file.stem)
def test_unseen_mails(shipped: Classifier, file: Path) -> None:
    report = evaluate(shipped, read_examples(file))
    assert report.category.acceptable >= 0.82
    assert report.category.sure_acceptable >= 0.9
    assert report.category.coverage >= 0.6
    assert report.topic.acceptable >= 0.74


def test_loaded_within_reach_of_numpy_alone(shipped: Classifier, tmp_path: Path) -> None:
    import subprocess
    import sys

    shipped.save(tmp_path)
    code = (
        "import sys; from pathlib import Path; from classifiers import Classifier, Text;"
        "found = Classifier.load(Path(sys.argv[1])).predict([Text('', 'Die Tonne wurde nicht geleert!')])[0];"
        "print(found.category, found.topic, 'sklearn' in sys.modules, 'scipy' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["complaint", "abfall", "False", "False"]


if REAL.exists():

    def test_portal_comments_of_outsiders(shipped: Classifier) -> None:
        chosen = [row for row in rows(REAL) if row["maps_to_category"]]
        found = shipped.predict([Text(*_split(row["text"])) for row in chosen])
        right = sum(each.category == row["maps_to_category"] for each, row in zip(found, chosen, strict=True))
        office = sum(each.topic == row["maps_to_department"] for each, row in zip(found, chosen, strict=True))
        assert right / len(chosen) >= 0.58
        assert office / len(chosen) >= 0.88


def _split(text: str) -> tuple[str, str]:
    title, line, rest = text.partition("\n")
    return (title, rest) if line else ("", title)
