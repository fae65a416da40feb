"""Model files: numbers and JSON, never code.

A folder holds `model.json` (format, versions, corpus id, classes, thresholds, the digest of the numbers) and one
`weights-<digest>.npz`. The JSON is replaced last and in one step, so a crash leaves the old model or the new one.
Whatever is missing, broken, altered, or made from another corpus or by other libraries is refused.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from classifiers import encoder, linear, soundness
from classifiers.corpus import corpus_id
from classifiers.features import VIEWS
from classifiers.heads import Fusion, Head, Model, Scorer
from classifiers.meanings import Meanings
from classifiers.values import ModelError
from classifiers.vocabulary import Floats, Terms, Vocabulary

#: Raised whenever features, weights or their meaning change.
FORMAT = 5
MANIFEST = "model.json"

Arrays = dict[str, np.ndarray]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HeadManifest(_Strict):
    """What is not a number array about a head."""

    classes: list[str]
    threshold: float = Field(ge=0, le=1)
    #: The views that each learner reads.
    scorers: dict[str, list[str]]
    plain: list[str]
    rich: list[str] | None


class Manifest(_Strict):
    """`model.json`."""

    format: int
    id: str
    corpus: str
    libraries: dict[str, str]
    encoder: str | None
    sha256: str
    category: HeadManifest
    topic: HeadManifest


def model_id(model: Model) -> str:
    """A name for exactly these numbers over exactly this corpus."""
    return _name(hashlib.sha256(_packed(model)).hexdigest())


def _name(digest: str) -> str:
    return f"v{FORMAT}-{corpus_id()[:8]}-{digest[:8]}"


def kind() -> str:
    """What models of this format, corpus and these libraries have in common: others lie in folders of their own."""
    made = json.dumps([FORMAT, corpus_id(), linear.versions(), encoder.encoder_version()], sort_keys=True)
    return f"v{FORMAT}-{corpus_id()[:8]}-{hashlib.sha256(made.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class Files:
    """The octets of a stored model, to be carried elsewhere. Nothing is believed of them before `read`."""

    manifest: bytes
    weights: bytes


def take(folder: Path) -> Files:
    """The files of the model stored there; ModelError where there is none."""
    manifest = _manifest(folder)
    try:
        return Files((folder / MANIFEST).read_bytes(), (folder / _weights_name(manifest.sha256)).read_bytes())
    except OSError as error:
        raise ModelError(f"The model in {folder} cannot be read ({error.strerror}); a new one is trained.") from error


def put(manifest: bytes, weights: Iterable[bytes], folder: Path) -> None:
    """Lay a model's files down, whatever they are: `read` says whether it is one. OSError where that fails.

    The weights may come in pieces: they are never in memory as a whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with _beside(folder / MANIFEST) as (beside, stream):
        for piece in weights:
            digest.update(piece)
            stream.write(piece)
    beside.replace(folder / _weights_name(digest.hexdigest()))
    _replace(folder / MANIFEST, manifest)


def write(model: Model, folder: Path) -> None:
    """Store a model; OSError where the folder cannot be written."""
    packed = _packed(model)
    digest = hashlib.sha256(packed).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    _replace(folder / _weights_name(digest), packed)
    manifest = Manifest(
        format=FORMAT,
        id=_name(digest),
        corpus=corpus_id(),
        libraries=linear.versions(),
        encoder=model.encoder,
        sha256=digest,
        category=_head_manifest(model.category),
        topic=_head_manifest(model.topic),
    )
    _replace(folder / MANIFEST, manifest.model_dump_json(indent=1).encode())
    for old in folder.glob("weights-*.npz"):
        if old.name != _weights_name(digest):
            old.unlink()


def read(folder: Path) -> tuple[Model, str]:
    """The model stored there and its `model_id`; ModelError where it is refused.

    The file is read twice and never held whole: beside it there is an old model in memory, and mail.
    """
    manifest = _manifest(folder)
    _check_origin(manifest)
    try:
        weights = (folder / _weights_name(manifest.sha256)).open("rb")
    except OSError as error:
        raise ModelError(f"The model in {folder} has no weights ({error.strerror}); a new one is trained.") from error
    with weights:
        if hashlib.file_digest(weights, "sha256").hexdigest() != manifest.sha256:
            raise ModelError(f"The model in {folder} was altered or cut short; a new one is trained.")
        weights.seek(0)
        try:
            return _unpacked(weights, manifest), _name(manifest.sha256)
        except Exception as error:  # whatever octets trip over that somebody else put together
            raise ModelError(f"The model in {folder} does not fit together; a new one is trained.") from error


def _manifest(folder: Path) -> Manifest:
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except OSError as error:
        raise ModelError(f"There is no model in {folder} ({error.strerror}); one is trained.") from error
    except ValidationError as error:
        raise ModelError(f"{folder / MANIFEST} is not a model of this program; a new one is trained.") from error


def _check_origin(manifest: Manifest) -> None:
    if manifest.format != FORMAT:
        raise ModelError(f"The model has format {manifest.format}, this release reads {FORMAT}; a new one is trained.")
    if manifest.corpus != corpus_id():
        raise ModelError("The model was trained on another corpus than this release ships; a new one is trained.")
    if manifest.libraries != linear.versions():
        made = ", ".join(f"{name} {version}" for name, version in manifest.libraries.items())
        raise ModelError(f"The model was made with {made}, other versions are installed; a new one is trained.")


def _weights_name(digest: str) -> str:
    return f"weights-{digest[:16]}.npz"


def _replace(path: Path, content: bytes) -> None:
    """Write beside and rename: a reader sees all of it or nothing."""
    with _beside(path) as (beside, stream):
        stream.write(content)
    beside.replace(path)


@contextmanager
def _beside(path: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A file beside, on the disk when the block ends; gone where that fails."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as stream:
            yield beside, stream
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _packed(model: Model) -> bytes:
    arrays: Arrays = {}
    for view, vocabulary in model.vocabularies.items():
        arrays[f"{view}.terms"] = np.frombuffer("\n".join(vocabulary.terms).encode(), dtype=np.uint8)
        arrays[f"{view}.rarity"] = vocabulary.rarity
    for head in (model.category, model.topic):
        arrays |= _head_arrays(head)
    if model.meanings is not None:
        arrays |= {"meanings.codes": model.meanings.codes, "meanings.scales": model.meanings.scales}
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]  # the stubs know no keyword arrays
    return stream.getvalue()


def _head_arrays(head: Head) -> Arrays:
    arrays: Arrays = {}
    for learner, scorer in head.scorers.items():
        for view, weights in scorer.weights.items():
            arrays[f"{head.name}.{learner}.{view}.weights"] = weights
        arrays[f"{head.name}.{learner}.bias"] = scorer.bias
        if scorer.duals is not None:
            arrays[f"{head.name}.{learner}.duals"] = scorer.duals
    for name, fusion in (("plain", head.plain), ("rich", head.rich)):
        if fusion:
            arrays[f"{head.name}.{name}.trust"] = fusion.trust
            arrays[f"{head.name}.{name}.bias"] = fusion.bias
            arrays[f"{head.name}.{name}.surety"] = fusion.surety
    return arrays


def _head_manifest(head: Head) -> HeadManifest:
    return HeadManifest(
        classes=list(head.classes),
        threshold=head.threshold,
        scorers={learner: list(scorer.weights) for learner, scorer in head.scorers.items()},
        plain=list(head.plain.views),
        rich=list(head.rich.views) if head.rich else None,
    )


def _unpacked(weights: BinaryIO, manifest: Manifest) -> Model:
    with np.load(weights, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    soundness.check_numbers(arrays)
    vocabularies = {view: _vocabulary(view, arrays) for view in VIEWS}
    heads = [_head(name, getattr(manifest, name), arrays) for name in ("category", "topic")]
    codes = arrays.get("meanings.codes")
    meanings = Meanings(codes, arrays["meanings.scales"]) if codes is not None else None
    model = Model(vocabularies, heads[0], heads[1], manifest.encoder, meanings)
    soundness.check(model)
    return model


def _vocabulary(view: str, arrays: Arrays) -> Vocabulary:
    return Vocabulary(Terms(arrays[f"{view}.terms"].tobytes()), arrays[f"{view}.rarity"])


def _head(name: str, stored: HeadManifest, arrays: Arrays) -> Head:
    scorers = {
        learner: Scorer(
            {view: arrays[f"{name}.{learner}.{view}.weights"] for view in views},
            arrays[f"{name}.{learner}.bias"],
            arrays.get(f"{name}.{learner}.duals"),
        )
        for learner, views in stored.scorers.items()
    }
    plain = _fusion(f"{name}.plain", stored.plain, arrays)
    rich = _fusion(f"{name}.rich", stored.rich, arrays) if stored.rich else None
    return Head(name, tuple(stored.classes), scorers, plain, rich, stored.threshold)


def _fusion(name: str, views: list[str], arrays: Mapping[str, Floats]) -> Fusion:
    return Fusion(tuple(views), *(arrays[f"{name}.{part}"] for part in ("trust", "bias", "surety")))
