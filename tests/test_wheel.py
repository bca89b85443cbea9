"""An installed wheel, in an environment of its own and far from the checkout, says what the checkout says."""

import subprocess
import sys
import sysconfig
import venv
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TABLES = ("accounts.csv", "posts.csv", "leads.csv", "rejects.csv")

pytestmark = pytest.mark.skipif(find_spec("hatchling") is None, reason="hatchling, which builds the wheel, is not installed")


def run(*words, cwd):
    done = subprocess.run([str(word) for word in words], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", ROOT, "--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", folder, cwd=folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The bin folder of a new environment with the wheel in it, and what the wheel needs lent from here."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--quiet", wheel, cwd=home)
    # Only now, or pip would find our own editable installation there and leave the wheel out. Its .pth files are not read from here.
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip())
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    assert Path(run(python, "-c", "import classifier; print(classifier.__file__)", cwd=home).strip()).is_relative_to(home)
    return python.parent


def test_a_wheel_scores_as_the_checkout(installed, sample, tmp_path):
    run(installed / "bijian", "score", sample, "--out", tmp_path / "wheel", cwd=tmp_path)
    run(sys.executable, "-m", "classifier", "score", sample, "--out", tmp_path / "checkout", cwd=ROOT)
    for name in TABLES:
        assert (tmp_path / "wheel" / name).read_bytes() == (tmp_path / "checkout" / name).read_bytes(), name


def test_a_wheel_brings_its_model_and_its_sample(installed, tmp_path):
    assert "as it was trained" in run(installed / "bijian", "models", "verify", cwd=tmp_path)
    assert run(installed / "python", "-m", "classifier", "demo", cwd=tmp_path).strip() == str(Path("demo-report") / "report.html")
    assert (tmp_path / "demo-report" / "report.html").is_file()


def test_a_wheel_has_a_licence_and_nothing_from_outside_the_package(wheel):
    import zipfile

    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0] for name in names} == {"classifier", wheel.name.rsplit("-", 3)[0] + ".dist-info"}
