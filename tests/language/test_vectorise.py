"""Words and n-grams by segment; no letter of a contact is a feature."""

from classifier.language.normalise import fold
from classifier.language.passages import ENOUGH, LONGEST, cut_segments
from classifier.language.vectorise import grams, read


def test_unknown_latin_words_are_marks():
    words = read(["微信zhangsan88 转1000U买btc 编号13800001111"]).words
    assert {"x", "u", "btc"} <= set(words)
    assert not any("zhang" in word or "138" in word or "1000" in word for word in words)


def test_an_export_that_lost_its_digits_reads_the_same():
    whole, lost = read(["注册送50矿池，每天收益3.5%，2019年上线，转1000U"]), read(["注册送矿池，每天收益%，年上线，转U"])
    assert whole.words == lost.words
    assert whole.stream.tolist() == lost.stream.tolist()


def test_another_handle_changes_no_feature():
    one, other = read(["加V：abcdef9 领币，码 Q8k2Zz"]), read(["加V：wanger_77 领币，码 77ffAA01"])
    assert one.words == other.words
    assert one.stream.tolist() == other.stream.tolist()


def test_every_segment_is_short_and_every_character_in_one():
    text = "这是一句话。" * 40 + "没有标点的一长串" * 40
    folded = fold([text, "短"])
    segments = cut_segments(folded)
    assert (segments.end - segments.start <= LONGEST).all()
    assert segments.start.tolist() == [0, *segments.end.tolist()[:-1]]
    assert segments.end[-1] == len(folded.codes)
    assert set(segments.post.tolist()) == {0, 1}
    assert ENOUGH < LONGEST


def test_what_is_left_of_a_long_line_is_a_segment_by_itself():
    long, short = "这一行很长" * 21, "短的一行"
    folded = fold([f"{long}\n{short}\n{short}\n下一行又是长的" + "很长" * 20])
    segments = cut_segments(folded)
    lines = [folded.text()[start:end] for start, end in zip(segments.start, segments.end, strict=True)]
    assert lines[:2] == [long[:LONGEST], long[LONGEST:] + "\n"]
    # Short lines are joined to what comes after them.
    assert lines[2].startswith(f"{short}\n{short}\n下一行")


def test_no_ngram_crosses_two_posts():
    reading = read(["甲乙", "丙丁"])
    assert len(grams(reading, 2).key) == 2
    assert len(grams(reading, 3).key) == 0
