"""
A model as it lies in ``models/``: data, not code.

    manifest.json   format, digests of every file and of the word lists, versions, operating points, figures
    weights.npz     numbers, read with allow_pickle=False
    words.txt       the words that are columns, one a line
    golden.jsonl    posts with their scores; `verify` scores them again
    card.md         what it is, measured, for people

Nothing in the folder is ever executed, and nothing is read before its digest agrees with the manifest.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from classifier.errors import ModelFileError
from classifier.language import words
from classifier.model.features import Vocabulary
from classifier.model.points import DEFAULT_POINT, POINTS, STEPS, Point

Values = npt.NDArray[np.float64]

# Raise it when a loader of today could not read the files of tomorrow, keep reading the old ones, and have a test write one.
# 1 knew no rivals: its offers had one set of weights. 2 judged an account by its two strongest posts and its number and share of offers.
FORMAT = 3
READ = (1, 2, 3)
SHIPPED = "offers"
FILES = ("weights.npz", "words.txt", "golden.jsonl", "card.md")
# Nothing we write is near this; a file over it is not opened.
LARGEST_FILE = 200_000_000


@dataclass(frozen=True)
class Model:
    """
    What was learned. ``manifest`` carries what is said about it; every number used to score is a field of its own.

    ``rivals`` are the kinds of innocent posts by name; ``weights`` has a row for each feature and a column for each of them, ``rival_constants``
    a number each. ``points`` are the operating points by name; the thresholds beside them are those of the one in use (see `at`).
    ``step_ratios`` say of each step between STEPS, lowest first, how much likelier (logarithm) an offer is to stand on it than an honest post;
    ``account_slope`` and ``account_constant`` make log-odds of what they say of an account together.
    """

    name: str
    vocabulary: Vocabulary
    rarity: Values
    weights: Values
    rival_constants: Values
    category_weights: Values
    category_constants: Values
    step_ratios: Values
    mark_weights: Values
    mark_places: Values
    mark_scales: Values
    mark_signs: Values
    floor: float
    account_slope: float
    account_constant: float
    constant: float
    whole: float
    strongest: float
    offer_from: float
    review_from: float
    flag_from: float
    look_from: float
    rivals: tuple[str, ...] = ("not_offer",)
    points: dict[str, Point] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)
    # Where it was loaded from; None until it has been.
    folder: Path | None = None

    @property
    def digest(self) -> str:
        """The digest of the manifest without its own name: two models with equal digests give equal scores."""
        return str(self.manifest.get("digest", ""))

    def verdict(self, chance: float) -> str:
        """Return the verdict of a post with this probability: ``offer``, ``review`` or ``clear``."""
        return "offer" if chance >= self.offer_from else "review" if chance >= self.review_from else "clear"

    def at(self, point: str) -> Model:
        """
        Return the model with the thresholds and the promise of the operating point *point*: verdicts may differ, scores never do.

        Raises ModelFileError if the model has no such point; the message lists those it has.
        """
        if point not in self.points:
            raise ModelFileError(f"the model {self.name} has no operating point {point!r}; it has: {', '.join(self.points) or 'none'}. Train it again with `bijian train`")
        promised = self.manifest.get("points", {}).get(point, {}).get("promise", self.manifest.get("promise", []))
        return replace(self, **self.points[point]._asdict(), manifest=self.manifest | {"operating_point": point, "promise": promised})


# What models of before FORMAT 3 lack (see `plain_steps`).
PLAIN_ACCOUNTS: dict[str, Any] = {"account_slope": 1.0, "account_constant": 0.0}
NUMBERS = ("floor", *PLAIN_ACCOUNTS, "constant", "whole", "strongest", "offer_from", "review_from", "flag_from", "look_from")
ARRAYS = ("rarity", "weights", "rival_constants", "category_weights", "category_constants", "step_ratios", "mark_weights", "mark_places", "mark_scales", "mark_signs")
# Those with a number for each feature: two bytes say it well enough, and are most of a model's bytes.
HALF = frozenset({"weights", "category_weights", "mark_weights"})
# What is known of where a stretch of a post stands (see `classifier.model.marks`); ``mark_places`` has a weight for each, and a constant.
PLACES = ("near_end", "towards_end", "near_start", "in_title", "share_before", "length")
# What a stretch is looked at by again, its post in view. ``mark_scales`` has the mean and the spread of each, ``mark_signs`` in row i and column j >= i
# the weight of the product of the signs i and j, a sign that is always 1 being the first.
SIGNS = ("own", "before", "after", "sentence", "line", "post", "likeliest", "characters", "sentence_characters", "towards_end", "share_before", "length")


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of *content* in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


@cache
def word_lists_digest() -> str:
    """Return one digest of every word list in the package: scores depend on them as on the weights."""
    folder = files(words)
    lists = sorted((entry.name, entry.read_bytes()) for entry in folder.iterdir() if entry.name.endswith(".tsv"))
    return digest_of(b"".join(name.encode() + b"\0" + content for name, content in lists))


def model_folder(name: str) -> Path:
    """
    Return the folder of the model *name*: a path, a name under ``models/`` here, or one that ships with the package.

    Raises ModelFileError if there is none; the message lists those there are.
    """
    folder = next((f for f in (Path(name), *(base / name for base in model_homes())) if (f / "manifest.json").is_file()), None)
    if folder is None:
        known = ", ".join(sorted({f.parent.name for base in model_homes() for f in base.glob("*/manifest.json")}))
        raise ModelFileError(f"no model {name!r}; there are: {known or 'none'}. Give a folder with a manifest.json or one of these names")
    return folder


def model_homes() -> list[Path]:
    """Return where models are looked for by name: ``models/`` of the working folder, of the checkout, of the installed package."""
    package = Path(str(files("classifier")))
    return [base for base in dict.fromkeys((Path("models").resolve(), package.parent / "models", package / "models")) if base.is_dir()]


def save_model(model: Model, folder: Path, *, golden: list[dict[str, Any]], card: str, about: dict[str, Any]) -> None:
    """Write *model* into *folder*, which is made; equal models give equal bytes. Arrays lose some precision (see `rounded`)."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {name: getattr(model, name).astype(_kept(name)) for name in ARRAYS}
    arrays |= {f"grams{n}": keys for n, keys in enumerate(model.vocabulary.grams)}
    # As they are: unpacking took a tenth of a second of every start, and a wheel packs them anyway.
    np.savez(folder / "weights.npz", allow_pickle=False, **arrays)
    (folder / "words.txt").write_text("\n".join(model.vocabulary.words) + "\n", encoding="utf-8")
    lines = (json.dumps(post, ensure_ascii=False, sort_keys=True) for post in golden)
    (folder / "golden.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "card.md").write_text(card, encoding="utf-8")
    manifest = {
        "format": FORMAT,
        "name": folder.name,
        "numbers": {name: getattr(model, name) for name in NUMBERS},
        "rivals": list(model.rivals),
        "word_lists": word_lists_digest(),
        "files": {name: digest_of((folder / name).read_bytes()) for name in FILES},
        **about,
    }
    _write_manifest(manifest, folder)


def _write_manifest(manifest: dict[str, Any], folder: Path) -> None:
    # In the order it was told: a card made of it again must be the same.
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def rewrite_card(folder: Path, card: str, frozen: dict[str, Any]) -> Path:
    """Write *card* into the model *folder* and the figures it was made of into the manifest as ``frozen``; return the card's path."""
    manifest = _manifest(_read(folder / "manifest.json"), folder)
    path = folder / "card.md"
    path.write_text(card, encoding="utf-8")
    manifest["files"]["card.md"] = digest_of(path.read_bytes())
    _write_manifest(manifest | {"frozen": frozen}, folder)
    return path


def rounded(model: Model) -> Model:
    """Return *model* with its arrays as they come back from a file, in single or half precision: no score is ever given with others."""
    return replace(model, **{name: getattr(model, name).astype(_kept(name)).astype(np.float64) for name in ARRAYS})


def _kept(name: str) -> type[np.floating[Any]]:
    """Return the type in which array *name* is kept in a file."""
    return np.float16 if name in HALF else np.float32


def load_model(name: str = SHIPPED) -> Model:
    """
    Return the model *name* (see `model_folder`).

    Raises ModelFileError if a file is not the one the manifest names, a number is missing, or the word lists differ.
    """
    folder = model_folder(name)
    manifest_bytes = _read(folder / "manifest.json")
    manifest = _manifest(manifest_bytes, folder)
    contents = {}
    for file in FILES:
        contents[file] = _read(folder / file)
        if digest_of(contents[file]) != manifest["files"].get(file):
            raise ModelFileError(f"{folder / file} is not the file its manifest names; restore it or train again")
    if manifest["word_lists"] != word_lists_digest():
        raise ModelFileError(f"{folder}: trained with other word lists than this version has; train again with `bijian train`")
    found = _arrays(contents["weights.npz"], folder)
    listed = tuple(contents["words.txt"].decode("utf-8").split("\n")[:-1])
    grams = tuple(found[f"grams{n}"] for n in range(sum(key.startswith("grams") for key in found)))
    vocabulary = Vocabulary(listed, grams)
    if not all(len(found[key]) == len(vocabulary) for key in {"rarity", "weights", "mark_weights"} & found.keys()):
        raise ModelFileError(f"{folder}: weights and words do not match in number; train again")
    if len(found.get("step_ratios", plain_steps())) != len(STEPS) + 1:
        raise ModelFileError(f"{folder}: accounts are judged by other steps than this version has; train again")
    manifest["digest"] = digest_of(manifest_bytes)
    # Models from before there were marks quote what pushes the score most; those from before there were rivals have one.
    found = {"mark_weights": found["weights"], "mark_places": np.zeros(len(PLACES) + 1), **no_second_look(), "rival_constants": np.zeros(1), "step_ratios": plain_steps(), **found}
    found["weights"] = found["weights"].reshape(len(vocabulary), -1)
    rivals = tuple(manifest.get("rivals", Model.rivals))
    learned: dict[str, Any] = {key: found[key].astype(np.float64) for key in ARRAYS} | {key: float((PLAIN_ACCOUNTS | manifest["numbers"])[key]) for key in NUMBERS}
    # A column's weights side by side, as they are asked for: turned without a copy of the whole table, which a batch of one line would notice.
    learned["category_weights"] = np.asfortranarray(learned["category_weights"])
    return Model(folder.name, vocabulary, **learned, rivals=rivals, points=_points(manifest, folder), manifest=manifest, folder=folder)


def no_second_look() -> dict[str, Any]:
    """Return ``mark_scales`` and ``mark_signs`` of a model that looks at every stretch by itself: the second look says what the first did."""
    scales, signs = np.zeros((2, len(SIGNS))), np.zeros((len(SIGNS) + 1, len(SIGNS) + 1))
    # Wide enough that no first look is cut off.
    scales[1] = signs[0, 1] = 10.0
    return {"mark_scales": scales, "mark_signs": signs}


def plain_steps() -> Values:
    """Return ``step_ratios`` of a model that has learned none: a post says of its account what its own log-odds say."""
    ends = np.array([STEPS[0], *STEPS, STEPS[-1]])
    middles: Values = (ends[:-1] + ends[1:]) / 2
    return middles


def _points(manifest: dict[str, Any], folder: Path) -> dict[str, Point]:
    """Return the operating points of *manifest*; one from before there were several has the one its numbers are."""
    listed = manifest.get("points") or {manifest.get("operating_point") or DEFAULT_POINT: manifest["numbers"]}
    try:
        found = {name: Point(*(float(about[threshold]) for threshold in Point._fields)) for name, about in listed.items()}
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ModelFileError(f"{folder / 'manifest.json'}: an operating point lacks a threshold ({', '.join(Point._fields)}); restore it or train again") from None
    # As they are told, from careful to wide, whatever the order in the file.
    return dict(sorted(found.items(), key=lambda item: POINTS.index(item[0]) if item[0] in POINTS else len(POINTS)))


def _read(path: Path) -> bytes:
    if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST_FILE:
        raise ModelFileError(f"{path} is missing, a link, or too large for a model file; restore it or train again")
    return path.read_bytes()


def _arrays(content: bytes, folder: Path) -> dict[str, npt.NDArray[Any]]:
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return {key: arrays[key] for key in arrays.files}
    except (ValueError, OSError, zipfile.BadZipFile):
        raise ModelFileError(f"{folder / 'weights.npz'}: not arrays of numbers; restore it or train again") from None


def _manifest(content: bytes, folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(content)
        known = manifest["format"] in READ and {"numbers", "files", "word_lists"} <= manifest.keys() and set(NUMBERS) - set(PLAIN_ACCOUNTS) <= manifest["numbers"].keys()
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ModelFileError(f"{folder / 'manifest.json'} is not a manifest; restore it or train again") from None
    if not known:
        raise ModelFileError(f"{folder / 'manifest.json'}: format {manifest.get('format')!r}, this version reads {', '.join(map(str, READ))}; update bijian or train again")
    assert isinstance(manifest, dict)
    return manifest
