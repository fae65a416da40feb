"""Model files: whole ones are read as written, all others are refused with a sentence."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifiers import CATEGORIES, Classifier, ModelError, Text, storage
from classifiers.encoder import DIMENSIONS
from classifiers.heads import JOINED, MEANT, RICH, Fusion, Head, Model
from classifiers.meanings import Meanings

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


Arrays = dict[str, np.ndarray]
#: Learnt texts of the model with meanings.
LEARNT = 3


@pytest.fixture
def rich(small: Classifier, tmp_path: Path) -> Path:
    """The small model as one that was learnt with the encoder."""
    model = small.model
    codes = np.zeros((LEARNT, DIMENSIONS), dtype=np.int8)
    meanings = Meanings(codes, np.ones(DIMENSIONS, dtype=np.float32))
    heads = [with_meanings(head) for head in (model.category, model.topic)]
    storage.write(Model(model.vocabularies, *heads, encoder="1", meanings=meanings), tmp_path / "model")
    return tmp_path / "model"


def with_meanings(head: Head) -> Head:
    duals = np.zeros((LEARNT, len(head.classes)), dtype=np.float16)
    fusion = Fusion(RICH, np.ones(len(RICH), dtype=np.float32), head.plain.bias)
    return replace(head, scorers=head.scorers | {MEANT: replace(head.scorers[JOINED], duals=duals)}, rich=fusion)


def rewritten(folder: Path, change: Callable[[Arrays, dict[str, Any]], object]) -> None:
    """Other numbers or another manifest, with a digest that fits."""
    about = json.loads((folder / "model.json").read_text())
    with np.load(weights(folder)) as stored:
        arrays = dict(stored)
    change(arrays, about)
    weights(folder).unlink()
    np.savez(folder / "new.npz", **arrays)
    about["sha256"] = hashlib.sha256((folder / "new.npz").read_bytes()).hexdigest()
    (folder / "new.npz").rename(folder / f"weights-{about['sha256'][:16]}.npz")
    (folder / "model.json").write_text(json.dumps(about))


def test_what_is_only_written_anew_is_still_a_model(rich: Path, small: Classifier) -> None:
    rewritten(rich, lambda arrays, about: None)
    assert Classifier.load(rich).predict(SAMPLE)[0].categories == small.predict(SAMPLE)[0].categories


def shorter(name: str) -> Callable[[Arrays, dict[str, Any]], object]:
    return lambda arrays, about: arrays.update({name: arrays[name][:-1]})


def spoilt(name: str, value: float) -> Callable[[Arrays, dict[str, Any]], object]:
    return lambda arrays, about: arrays[name].__setitem__(0, value)


def said(head: str, **changes: Any) -> Callable[[Arrays, dict[str, Any]], object]:
    return lambda arrays, about: about[head].update(changes)


@pytest.mark.parametrize(
    "change",
    [
        shorter("spoken.rarity"),
        lambda arrays, about: arrays.update({"spelled.terms": arrays["spelled.terms"][:100]}),
        shorter("meanings.scales"),
        shorter("meanings.codes"),
        shorter("category.joined.spoken.weights"),
        shorter("category.joined.bias"),
        shorter("topic.tallied.bias"),
        shorter("topic.meant.duals"),
        shorter("topic.plain.trust"),
        shorter("category.rich.bias"),
        shorter("category.plain.surety"),
        spoilt("topic.joined.spelled.weights", np.nan),
        spoilt("category.plain.bias", np.inf),
        spoilt("topic.rich.surety", np.nan),
        spoilt("meanings.scales", -np.inf),
        lambda arrays, about: arrays.update({"spoken.rarity": arrays["spoken.rarity"].astype(str)}),
        lambda arrays, about: arrays.update({"category.joined.bias": arrays["category.joined.bias"].astype("M8[s]")}),
        lambda arrays, about: arrays.update({"meanings.codes": arrays["meanings.codes"].astype(np.float32)}),
        lambda arrays, about: arrays.update({"topic.joined.duals": arrays["topic.meant.duals"]}),
        lambda arrays, about: arrays.update({"another": np.zeros(1)}),
        lambda arrays, about: arrays.pop("meanings.codes"),
        lambda arrays, about: about.update(encoder=None),
        said("category", scorers={}),
        said("topic", scorers={"joined": ["spelled"]}),
        said("topic", scorers={"joined": ["telepathic"]}),
        said("topic", scorers={"guessed": ["spelled"]}),
        said("category", plain=["guessed", "tallied"]),
        said("category", plain=[]),
        said("topic", rich=None),
        said("topic", rich=[]),
        said("category", classes=[f"no {name}" for name in sorted(CATEGORIES)]),
        said("category", classes=list(CATEGORIES)),
        said("topic", classes=["abfall"] * 13),
    ],
)
def test_parts_that_are_not_of_one_model(rich: Path, change: Callable[[Arrays, dict[str, Any]], object]) -> None:
    rewritten(rich, change)
    with pytest.raises(ModelError, match=r"does not fit together; a new one is trained\.$"):
        Classifier.load(rich)


@pytest.mark.parametrize("threshold", [9, -5, float("nan"), float("inf"), "sure"])
def test_a_threshold_that_is_none(rich: Path, threshold: object) -> None:
    rewritten(rich, said("topic", threshold=threshold))
    with pytest.raises(ModelError, match="not a model of this program"):
        Classifier.load(rich)


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18), b"\x93NUMPY\x01\x00 \x00"])
def test_octets_that_are_no_weights(stored: Path, content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    (stored / f"weights-{digest[:16]}.npz").write_bytes(content)
    manifest(stored, sha256=digest)
    with pytest.raises(ModelError, match="does not fit together"):
        Classifier.load(stored)


def test_files_are_laid_down_in_pieces(stored: Path, small: Classifier, tmp_path: Path) -> None:
    files = storage.take(stored)
    pieces = [files.weights[place : place + 1000] for place in range(0, len(files.weights), 1000)]
    storage.put(files.manifest, iter(pieces), tmp_path / "copy")
    assert Classifier.load(tmp_path / "copy").predict(SAMPLE) == small.predict(SAMPLE)
    assert len(list((tmp_path / "copy").iterdir())) == 2


def test_pieces_that_break_off_leave_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"PK"
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        storage.put(b"{}", broken(), tmp_path / "copy")
    assert list((tmp_path / "copy").iterdir()) == []
