"""Model files: whole ones are read as written, all others are refused with a sentence."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from classifiers import Classifier, ModelError, Text

SAMPLE = [Text("Laterne", "Die Laterne vor Haus 3 ist dunkel."), Text("", "Danke für alles!")]


@pytest.fixture
def stored(small: Classifier, tmp_path: Path) -> Path:
    small.save(tmp_path / "model")
    return tmp_path / "model"


def weights(folder: Path) -> Path:
    [file] = folder.glob("weights-*.npz")
    return file


def manifest(folder: Path, **changes: object) -> None:
    file = folder / "model.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def test_what_was_saved_is_loaded(small: Classifier, stored: Path) -> None:
    loaded = Classifier.load(stored)
    assert loaded.id == small.id
    assert loaded.predict(SAMPLE) == small.predict(SAMPLE)


def test_saving_again_leaves_one_model_and_no_leftovers(small: Classifier, stored: Path) -> None:
    (stored / "weights-0123456789abcdef.npz").write_bytes(b"of an older model")
    small.save(stored)
    assert sorted(file.name for file in stored.iterdir()) == ["model.json", weights(stored).name]


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"There is no model in .*; one is trained\.$"):
        Classifier.load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 1}', pickle.dumps({"format": 1}), b"\xff\xfe"])
def test_a_stranger_s_manifest(stored: Path, content: bytes) -> None:
    (stored / "model.json").write_bytes(content)
    with pytest.raises(ModelError, match="not a model of this program"):
        Classifier.load(stored)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"format": 0}, "has format 0"),
        ({"corpus": "0" * 16}, "another corpus"),
        ({"libraries": {"numpy": "1.0", "scikit-learn": "0.1"}}, "other versions are installed"),
        ({"sha256": "0" * 64}, "has no weights"),
        ({"sha256": "../../../etc/passwd"}, "has no weights"),
    ],
)
def test_a_model_from_elsewhere(stored: Path, changes: dict[str, object], sentence: str) -> None:
    manifest(stored, **changes)
    with pytest.raises(ModelError, match=sentence):
        Classifier.load(stored)


@pytest.mark.parametrize("place", [0, 100, -1])
def test_one_flipped_bit(stored: Path, place: int) -> None:
    content = bytearray(weights(stored).read_bytes())
    content[place] ^= 1
    weights(stored).write_bytes(content)
    with pytest.raises(ModelError, match="altered or cut short"):
        Classifier.load(stored)


def test_cut_short(stored: Path) -> None:
    weights(stored).write_bytes(weights(stored).read_bytes()[:1000])
    with pytest.raises(ModelError, match="altered or cut short"):
        Classifier.load(stored)


def test_a_pickle_with_a_matching_digest_is_not_opened(stored: Path) -> None:
    import hashlib

    content = pickle.dumps(["code"])
    digest = hashlib.sha256(content).hexdigest()
    (stored / f"weights-{digest[:16]}.npz").write_bytes(content)
    manifest(stored, sha256=digest)
    with pytest.raises(ModelError, match="does not fit together"):
        Classifier.load(stored)


def test_a_manifest_that_names_other_classes(stored: Path) -> None:
    classes = json.loads((stored / "model.json").read_text())["category"]
    manifest(stored, category=classes | {"classes": ["complaint"]})
    with pytest.raises(ModelError, match="does not fit together"):
        Classifier.load(stored)
