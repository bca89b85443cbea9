"""How fast each stage is alone, and all of them together: ``make bench``."""

from pathlib import Path

import numpy as np
import orjson
import pytest

from classifier.intake.export import stream_export
from classifier.language.gate import may_open, open_segments
from classifier.language.leads.find import find_all_leads
from classifier.language.normalise import fold, sieve, undisguise
from classifier.language.passages import cut_segments
from classifier.language.vectorise import read_segments
from classifier.model.evidence import quote_evidence
from classifier.model.judge import featurise, judge, probability
from classifier.outcome.report.write import write_report
from classifier.outcome.run import Settings, score_export
from classifier.outcome.score import score_texts


@pytest.fixture(scope="session")
def sieved(texts):
    return sieve(texts)


@pytest.fixture(scope="session")
def opened(sieved):
    """The numbers of the posts that may pass the gate."""
    return np.flatnonzero(may_open(sieved))


@pytest.fixture(scope="session")
def opened_texts(texts, opened):
    return [texts[n] for n in opened.tolist()]


def test_parsing_alone(measure, texts, export):
    def parse():
        with export.open("rb") as lines:
            return [orjson.loads(line)["post_id"] for line in lines]

    assert len(measure("parsing JSON alone (the floor)", texts, parse)) == len(texts)


def test_intake(measure, texts, export):
    assert measure("intake", texts, lambda: sum(len(batch.posts) for batch in stream_export([export], columns={}))) > 0


def test_fold(measure, texts):
    assert len(measure("fold", texts, lambda: sieve(texts)).starts) == len(texts) + 1


def test_gate(measure, texts, sieved):
    passed = measure("gate", texts, lambda: may_open(sieved))
    assert 0 < passed.sum() < len(texts)


def test_read(measure, opened_texts):
    def read_near():
        plain = undisguise(fold(opened_texts))
        segments = cut_segments(plain)
        return read_segments(plain, segments, wanted=open_segments(plain, segments))

    assert measure("read", opened_texts, read_near).words


def test_featurise(measure, model, opened_texts):
    assert measure("fold, read and featurise", opened_texts, lambda: featurise(model, opened_texts)).whole.nnz > 0


def test_judge(measure, model, opened_texts):
    judged = measure("judge (fold to features, and the score)", opened_texts, lambda: judge(model, opened_texts, every_word=False))
    # The quick look lets more pass than the gate does.
    assert 0 < len(judged.opened) <= len(opened_texts)


def test_score(measure, model, texts):
    titles = [""] * len(texts)
    assert "offer" in measure("score (gate, judge and evidence)", texts, lambda: score_texts(model, titles, texts)).verdict


@pytest.fixture(scope="session")
def judged(model, opened_texts):
    return judge(model, ["\n" + text for text in opened_texts], every_word=False)


@pytest.fixture(scope="session")
def shown(model, judged):
    """The numbers, among the opened, of the posts that are quoted and whose leads are listed."""
    return np.flatnonzero(probability(judged.log_odds[judged.opened]) >= model.review_from)


@pytest.fixture(scope="session")
def shown_texts(opened_texts, shown):
    return [opened_texts[n] for n in shown.tolist()]


def test_evidence(measure, model, judged, opened_texts, shown, shown_texts):
    titles = [""] * len(opened_texts)
    assert measure("evidence", shown_texts, lambda: quote_evidence(judged, model, shown, titles, opened_texts))


def test_leads(measure, shown_texts):
    assert any(measure("leads", shown_texts, lambda: find_all_leads(shown_texts)))


def test_one_short_post(benchmark, model):
    assert benchmark(lambda: score_texts(model, [""], ["今天天气不错，下午去公园走了一圈"])).verdict == ["clear"]


def test_one_short_post_of_the_trade(benchmark, model):
    assert benchmark(lambda: score_texts(model, [""], ["币安注册填邀请码 QQ8888 返佣两成，现货合约都能做，注册完联系客服领体验金"])).verdict == ["offer"]


@pytest.fixture
def scored(export, tmp_path):
    """A function that scores the export and gives what run.json says and the folder."""
    settings = Settings(str(Path(__file__).parents[2] / "models" / "offers"), "jsonl", 1, reveal=False, columns={})
    return lambda: (score_export([export], tmp_path / "out", settings), tmp_path / "out")


def test_report(measure, texts, scored):
    _, folder = scored()
    assert measure("report page", texts, lambda: write_report(folder)).is_file()


def test_whole(measure, texts, scored):
    run, _ = measure("whole", texts, scored)
    assert run["counts"]["rows_read"] == len(texts)
