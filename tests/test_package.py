"""The package's front: cheap to import, complete, and mapped."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import classifier

PACKAGE = Path(classifier.__file__).parent
PUBLIC = {"load_model", "read_export", "score_posts", "gather_accounts", "explain"}


def test_the_exported_members_are_complete():
    assert set(classifier.__all__) == PUBLIC
    assert list(classifier.__all__) == sorted(classifier.__all__)
    assert set(dir(classifier)) >= PUBLIC


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_an_exported_member_is_the_function_of_that_name(name):
    found = getattr(classifier, name)
    assert found.__name__ == name
    assert found.__module__.startswith("classifier.")
    assert found.__doc__


def test_a_name_it_does_not_have_is_told_with_those_it_has():
    with pytest.raises(AttributeError, match=r"no attribute 'score_post'; it gives explain, .*score_posts"):
        _ = classifier.score_post


def test_importing_the_package_imports_no_library():
    code = "import sys, classifier; heavy = {'pandas', 'numpy', 'sklearn', 'jieba', 'click'} & set(sys.modules); sys.exit(str(heavy) if heavy else 0)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_docstring_maps_every_folder():
    """So that who reads `help(classifier)` knows where to look."""
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")} | {"errors"}
    mapped = {line.split()[0] for line in classifier.__doc__.splitlines() if line.startswith("    ") and len(line.split()) > 2}
    assert folders <= mapped


def test_the_version_is_that_of_the_distribution():
    told = subprocess.run([sys.executable, "-m", "classifier", "--version"], capture_output=True, text=True, check=True)
    assert told.stdout.split()[-1] == version("bijian")


def test_the_journey_goes_from_python(sample):
    """As the docstring of the package says it."""
    model = classifier.load_model()
    posts = classifier.read_export(sample)
    scored = classifier.score_posts(model, posts)
    accounts = classifier.gather_accounts(scored, model)
    assert len(scored) == len(posts)
    assert set(accounts["account_key"]) == set(posts["account_key"])
    reason = classifier.explain(model, posts["text"].iloc[0], title=posts["title"].iloc[0])
    assert reason["score"] == pytest.approx(scored["score"].iloc[0], abs=1e-12)
