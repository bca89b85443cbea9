"""A writer's draft becomes corpus records."""

import pytest

from classifier.errors import LabelsError
from classifier.training.drafts import read_draft, split_marks

DRAFT = """=== offer/otc | p01 | 2021-06 | chat | 阿泽
标题：换汇
先说天气。⟦出U，加群⟧再见。

=== not_offer/news | p01 | 2021-06 | news | 晚报
警方通报。
"""


def test_headings_titles_marks_and_texts_are_read():
    offer, news = read_draft(DRAFT, writer="w99", brief="b")
    assert offer["id"], offer["pair"] == ("w99-0001", "w99-p01")
    assert (offer["title"], offer["text"], offer["marks"]) == ("换汇", "先说天气。出U，加群再见。", [[5, 10]])
    assert offer["text"][5:10] == "出U，加群"
    assert (news["label"], news["genre"], news["title"], news["marks"]) == ("not_offer", "news", None, [])


@pytest.mark.parametrize("text", ["⟦没有合上", "⟧先合上", "⟦一⟦二⟧⟧"])
def test_marks_that_do_not_close_are_refused(text):
    with pytest.raises(LabelsError, match="⟦"):
        split_marks(text, where="here")


def test_a_wrong_heading_is_named_by_line():
    with pytest.raises(LabelsError, match="line 1: heading '=== offer otc'"):
        read_draft("=== offer otc\n文", writer="w", brief="b")
