"""The direction of imports, the one door of each library, and the place of every folder."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "classifier"
# Folder -> what it may import; errors may be imported by all. A new folder must be placed here.
MAY_IMPORT = {
    "cli": {"training", "spark", "outcome", "model", "intake", "language", "cli"},
    "spark": {"outcome", "model", "intake", "spark"},
    "training": {"outcome", "model", "language", "training"},
    "outcome": {"model", "intake", "language", "outcome"},
    "model": {"language", "model"},
    "language": {"language"},
    "intake": {"intake"},
    "errors": set(),
    "__main__": {"cli"},
    "__init__": {"outcome", "model", "intake"},
}
# Library -> the modules that may import it, as paths under the package; a folder ends with /.
DOORS = {
    "click": ("cli/",),
    "jieba": ("language/segment.py",),
    "rjieba": ("language/segment.py",),
    "opencc": ("language/normalise.py",),
    "joblib": ("outcome/run.py",),
    "sklearn": ("training/",),
    "jinja2": ("outcome/report/page.py", "training/page.py"),
    "xlsxwriter": ("outcome/tables/workbook.py",),
    "pyspark": ("spark/",),
    "pickle": (),
    "requests": (),
    "urllib.request": (),
    "socket": (),
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def imports_of(module):
    """Yield the dotted name of everything *module* imports, inside functions too."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: a relative import hides where it goes"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def folder_of(module):
    first = module.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


@pytest.mark.parametrize("module", MODULES, ids=lambda m: str(m.relative_to(PACKAGE)))
def test_imports_go_one_way(module):
    allowed = MAY_IMPORT[folder_of(module)] | {"errors"}
    for name in imports_of(module):
        parts = name.split(".")
        if parts[0] == "classifier" and len(parts) > 1 and (PACKAGE / parts[1]).exists():
            assert parts[1] in allowed, f"{module.relative_to(PACKAGE)} imports {name}"


@pytest.mark.parametrize("module", MODULES, ids=lambda m: str(m.relative_to(PACKAGE)))
def test_each_library_has_one_door(module):
    inside = str(module.relative_to(PACKAGE))
    for name in imports_of(module):
        for library, doors in DOORS.items():
            if name == library or name.startswith(f"{library}."):
                assert any(inside == door or (door.endswith("/") and inside.startswith(door)) for door in doors), f"{inside} imports {name}"


def test_every_folder_is_placed():
    assert {folder_of(module) for module in MODULES} == set(MAY_IMPORT)


def test_the_walls_would_be_seen_broken(tmp_path):
    wrong = tmp_path / "wrong.py"
    wrong.write_text("def f():\n    from classifier.training.train import learn\n    import jieba.analyse\n", encoding="utf-8")
    assert {"classifier.training.train", "jieba.analyse"} <= set(imports_of(wrong))
