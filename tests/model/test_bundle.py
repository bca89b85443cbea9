"""A model folder is believed only when every digest agrees."""

import json
import shutil

import numpy as np
import pytest

from classifier.errors import ModelFileError
from classifier.model.bundle import FILES, digest_of, load_model, model_folder
from classifier.model.golden import check_golden
from classifier.model.judge import judge
from classifier.model.points import STEPS
from classifier.outcome.score import score_texts


@pytest.fixture
def copied(model, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(model_folder(model.name), folder)
    return folder


def sign(folder, file):
    """Have the manifest in *folder* name *file* as it now is."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"][file] = digest_of((folder / file).read_bytes())
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.fixture
def old_model(copied):
    """A model of format 1: one set of weights, and nothing known of rivals, marks and the steps of accounts."""
    with np.load(copied / "weights.npz") as found:
        arrays = {name: found[name] for name in found.files if not name.startswith(("mark_", "rival_", "step_", "account_"))}
    np.savez(copied / "weights.npz", **arrays | {"weights": arrays["weights"][:, 0].astype(np.float32)})
    sign(copied, "weights.npz")
    manifest = json.loads((copied / "manifest.json").read_text(encoding="utf-8"))
    del manifest["rivals"]
    for name in ("account_slope", "account_constant"):
        del manifest["numbers"][name]
    (copied / "manifest.json").write_text(json.dumps(manifest | {"format": 1}), encoding="utf-8")
    return load_model(str(copied))


def test_a_copy_gives_the_same_scores(model, copied):
    text = "出U 秒放，加微信看置顶"
    assert judge(load_model(str(copied)), [text]).log_odds[0] == judge(model, [text]).log_odds[0]


def test_a_model_of_format_1_has_one_rival_and_quotes_what_pushes_most(old_model):
    assert old_model.rivals == ("not_offer",)
    assert old_model.weights.shape == (len(old_model.vocabulary), 1)
    assert np.array_equal(old_model.mark_weights, old_model.weights[:, 0])
    assert not old_model.mark_places.any()
    [quotes] = score_texts(old_model, [""], ["新用户点此注册币安，填邀请码 QX88 永久返佣20%，加微信 abc_12345 进群跟单"]).evidence
    assert quotes


def test_posts_say_of_their_account_what_their_own_log_odds_say_in_a_model_that_learned_nothing_else(old_model):
    assert (np.diff(old_model.step_ratios) > 0).all()
    assert old_model.step_ratios[2] == (STEPS[1] + STEPS[2]) / 2
    assert (old_model.account_slope, old_model.account_constant) == (1.0, 0.0)


def test_golden_posts_score_as_they_were_written(model):
    count, worst = check_golden(model)
    assert count > 50
    assert worst <= 1e-9


@pytest.mark.parametrize("file", FILES)
def test_one_changed_byte_is_refused(copied, file):
    content = bytearray((copied / file).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / file).write_bytes(content)
    with pytest.raises(ModelFileError, match=f"{file} is not the file its manifest names"):
        load_model(str(copied))


@pytest.mark.parametrize("manifest", ["", "[]", "{}", "not json", '{"format": 99, "numbers": {}, "files": {}, "word_lists": ""}'])
def test_a_manifest_that_is_none_is_refused(copied, manifest):
    (copied / "manifest.json").write_text(manifest, encoding="utf-8")
    with pytest.raises(ModelFileError, match=r"manifest\.json"):
        load_model(str(copied))


def test_other_word_lists_are_refused(copied):
    manifest = json.loads((copied / "manifest.json").read_text(encoding="utf-8"))
    (copied / "manifest.json").write_text(json.dumps(manifest | {"word_lists": "0" * 64}), encoding="utf-8")
    with pytest.raises(ModelFileError, match="other word lists"):
        load_model(str(copied))


def test_an_array_of_objects_is_never_unpickled(copied):
    np.savez(copied / "weights.npz", rarity=np.array([{"a": 1}], dtype=object))
    sign(copied, "weights.npz")
    with pytest.raises(ModelFileError, match="not arrays"):
        load_model(str(copied))


def test_a_link_is_not_followed(copied, tmp_path):
    elsewhere = tmp_path / "elsewhere.md"
    shutil.move(copied / "card.md", elsewhere)
    (copied / "card.md").symlink_to(elsewhere)
    with pytest.raises(ModelFileError, match="link"):
        load_model(str(copied))


def test_an_unknown_name_lists_the_known():
    with pytest.raises(ModelFileError, match="offers"):
        load_model("no-such-model")
