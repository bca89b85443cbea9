"""Quotes are cut from what is read, and learned from what writers mark."""

import json
import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.model.bundle import SIGNS, digest_of, load_model, model_folder, no_second_look
from classifier.model.evidence import LONGEST_QUOTE, QUOTES
from classifier.model.judge import judge
from classifier.model.marks import ENOUGH, cut_stretches, likelihood, second_look
from classifier.outcome.score import score_texts
from classifier.training.labels import full_text, read_labels
from classifier.training.marks import LEAST_MARKED, fit_marks, share_marked

PIECES = ["比特币", "点此注册币安，", "填邀请码 QX88 返佣", "微信 abc_12345", "今天天气很好。", "\n", "钱包", "U·S·D·T", "𠮷", "\u200b", "1000", " ", "keep walking", "❤"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def stretches_of(model, titles, texts):
    judged = judge(model, [f"{title}\n{text}" for title, text in zip(titles, texts, strict=True)], every_word=False)
    own_titles, own_texts = ([column[n] for n in judged.opened.tolist()] for column in (titles, texts))
    return judged, cut_stretches(judged, np.arange(len(own_texts)), own_titles, own_texts), own_titles, own_texts


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4))
def test_stretches_stand_in_order_apart_and_on_one_side_of_the_titles_end(model, posts):
    titles, texts = [title.replace("\n", " ") for title, _ in posts], [text for _, text in posts]
    judged, stretches, own_titles, own_texts = stretches_of(model, titles, texts)
    for post, start, end in zip(stretches.post, stretches.start, stretches.end, strict=True):
        whole = f"{own_titles[post]}\n{own_texts[post]}"
        assert 0 <= start < end <= len(whole)
        assert "\n" not in whole[start:end]
    same = stretches.post[1:] == stretches.post[:-1]
    assert (np.diff(stretches.post) >= 0).all()
    assert (stretches.end[:-1] <= stretches.start[1:])[same].all()
    assert ((likelihood(judged, model, stretches, own_titles, own_texts) > 0).all())


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=2, max_size=4))
def test_quotes_do_not_depend_on_the_posts_beside(model, posts):
    titles, texts = ([post[n] for post in posts] for n in (0, 1))
    together = score_texts(model, titles, texts).evidence
    assert together == [score_texts(model, [title], [text]).evidence[0] for title, text in posts]
    for title, text, quotes in zip(titles, texts, together, strict=True):
        assert len(quotes) <= QUOTES
        assert [quote["weight"] for quote in quotes] == sorted((quote["weight"] for quote in quotes), reverse=True)
        for quote in quotes:
            assert (title if quote["field"] == "title" else text)[quote["start"] : quote["end"]] == quote["quote"]
            assert 0 < len(quote["quote"]) <= LONGEST_QUOTE


def test_a_long_line_without_punctuation_is_cut_at_words(model):
    _, stretches, _, _ = stretches_of(model, [""], ["比特币今天注册就送矿机" * 12])
    assert len(stretches.post) > 3
    assert (stretches.end - stretches.start).max() < 2 * ENOUGH


def test_a_quote_of_one_line_is_the_part_that_hands_over_an_entrance(model):
    text = "今天讲交易所怎么选。现在新用户扫码注册币安，填邀请码 QX88 返佣四成，加微信 abc_12345 进带单群领合约福利。以太坊网络升级也在推进，开发者会议讨论了时间表。"
    [quotes] = score_texts(model, [""], [text]).evidence
    offer = text.index("现在"), text.index("以太坊")
    assert offer[0] <= quotes[0]["start"]
    assert quotes[0]["end"] <= offer[1]


def test_shares_are_of_the_stretch(write_jsonl, model):
    text = "比特币行情平稳。新用户注册币安返佣。"
    [row] = read_labels([write_jsonl([{"id": "a", "title": "行情", "text": text, "label": "offer", "category": "exchange", "marks": [[8, 14]]}])])
    _, stretches, _, _ = stretches_of(model, [row["title"]], [row["text"]])
    shares = share_marked(stretches, [row])
    assert {full_text(row)[a:b]: round(share, 2) for a, b, share in zip(stretches.start, stretches.end, shares, strict=True)} == pytest.approx(
        {"行情": 0.0, "比特币行情平稳": 0.0, "新用户注册币安返佣": 0.67}
    )


def test_without_enough_marks_quotes_are_what_pushes_most(model, few_rows):
    few = [row for row in few_rows if row["marks"]][: LEAST_MARKED - 1]
    learned = fit_marks(model, few)
    assert np.array_equal(learned.mark_weights, model.weights.mean(axis=1))
    assert not learned.mark_places.any()


def test_the_marks_of_one_writer_teach_nothing(model, few_rows):
    alone = [row | {"group": "one"} for row in few_rows if row["marks"]]
    assert len(alone) >= LEAST_MARKED
    assert np.array_equal(fit_marks(model, alone).mark_weights, model.weights.mean(axis=1))


def test_marks_are_learned(model, few_rows):
    learned = fit_marks(model, few_rows)
    assert len(learned.mark_weights) == len(model.vocabulary)
    for array in learned:
        assert np.isfinite(array).all()
        assert array.any()
    # Each product has one weight.
    assert not np.tril(learned.mark_signs, -1).any()


def test_without_a_second_look_the_first_one_counts():
    first = np.array([-30.0, -1.0, 0.0, 2.0, 30.0])
    signs = [first, *(np.full(5, float(n)) for n in range(1, len(SIGNS)))]
    plain = no_second_look()
    assert second_look(signs, plain["mark_scales"], plain["mark_signs"]) == pytest.approx(first)


def test_a_folder_from_before_the_second_look_quotes_by_the_first(model, tmp_path):
    folder = tmp_path / "old"
    shutil.copytree(model_folder(model.name), folder)
    with np.load(folder / "weights.npz") as arrays:
        older = {key: arrays[key] for key in arrays.files if key not in ("mark_scales", "mark_signs")}
    np.savez_compressed(folder / "weights.npz", **older)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["files"]["weights.npz"] = digest_of((folder / "weights.npz").read_bytes())
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    old = load_model(str(folder))
    assert (old.mark_signs == no_second_look()["mark_signs"]).all()
    assert score_texts(old, [""], ["新用户注册币安返佣，加微信 abc_12345 进带单群。"]).evidence[0]


def test_in_an_article_around_an_offer_a_quote_lies_in_what_is_read(model):
    """What is farther from the trade's words belongs to the article around an offer."""
    article = "今天的天气很好，我们一家人去公园里散步，扫码进群领名额，孩子们放了一下午的风筝。\n" * 12
    offer = "比特币合约带单群今晚开放，新用户注册返佣，加微信 abc_12345。\n"
    for text in (offer + article, article + offer, article + offer + article):
        _, stretches, _, _ = stretches_of(model, [""], [text])
        begin = text.index(offer) + 1
        assert ((begin <= stretches.start) & (stretches.end <= begin + len(offer))).all()
        [quotes] = score_texts(model, [""], [text]).evidence
        assert quotes
        assert all(text.index(offer) <= quote["start"] < quote["end"] <= text.index(offer) + len(offer) for quote in quotes)


def test_a_post_about_the_trade_is_quoted_in_a_line_without_a_word_of_it(model):
    line = "想了解的朋友扫码进群领名额，联系客服小周微信 abc_12345"
    far = "今天的天气很好，我们一家人去公园里散步，孩子们放了一下午的风筝。\n"
    text = f"比特币合约带单群今晚开放，稳赚不赔，跟着老师做单。\n{far}{line}"
    judged, stretches, _, _ = stretches_of(model, [""], [text])
    assert not judged.features.near[-1]
    quoted = [quote["quote"] for quote in score_texts(model, [""], [text]).evidence[0]]
    assert any(quote in line for quote in quoted)
    assert stretches.end[-1] == len(text) + 1


def test_every_word_read_or_not_the_stretches_are_the_same(model):
    text = "比特币合约带单群开放，新用户注册返佣，老师带单。\n" + "今天天气很好我们一家人去公园里散步孩子们放了一下午的风筝回来的路上买了些水果"
    read, quick = (judge(model, [f"\n{text}"], every_word=every_word) for every_word in (True, False))
    assert all((one == other).all() for one, other in zip(*(cut_stretches(judged, np.array([0]), [""], [text]) for judged in (read, quick)), strict=True))
