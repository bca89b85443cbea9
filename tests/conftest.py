"""Fixtures: the shipped model, and a small one learned from a handful of posts."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How fast a busy machine draws them is no property of ours.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def model():
    """The model that ships."""
    from classifier.model.bundle import load_model

    return load_model(str(ROOT / "models" / "offers"))


@pytest.fixture(scope="session")
def sample():
    """The sample export that ships."""
    return ROOT / "classifier" / "cli" / "sample" / "公众号样例.csv"


@pytest.fixture(scope="session")
def few_rows():
    """Some two hundred posts of the corpus: the first four writers."""
    from classifier.training.corpus import corpus_files, read_corpus

    return [row for row in read_corpus(corpus_files()[:4]) if row["label"] != "borderline"]


@pytest.fixture
def write_jsonl(tmp_path):
    """A function that writes mappings as JSON Lines and gives the path."""
    import json

    def write(rows, name="posts.jsonl"):
        path = tmp_path / name
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def small_model(tmp_path_factory):
    """The folder of a model that `bijian train` learned from the first four writers; with xdist, once a worker."""
    from classifier.training.corpus import corpus_files
    from classifier.training.release import train_model

    folder = tmp_path_factory.mktemp("models") / "small"
    train_model(corpus_files()[:4], folder, tell=lambda _: None)
    return folder
