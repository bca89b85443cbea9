"""The examples in intake's docstrings are true."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["accounts", "aliases", "exporters.weibo", "exporters.wechat_page"])
def test_the_examples_of_a_module_are_true(name):
    told = doctest.testmod(importlib.import_module(f"classifier.intake.{name}"))
    assert told.attempted
    assert not told.failed
