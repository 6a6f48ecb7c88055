"""Workflows, issue forms, pre-commit, citation: valid, and true to the files that they name."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import mlloss

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = sorted(
    set((GITHUB / "ISSUE_TEMPLATE").glob("*.yml")) - {GITHUB / "ISSUE_TEMPLATE/config.yml"}
)
REPOSITORY = "https://github.com/mlloss/mlloss"
FIELDS = ("input", "textarea", "dropdown", "checkboxes")


def parsed(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def steps(workflow: Path) -> list[dict[str, Any]]:
    return [step for job in parsed(workflow)["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_names_jobs_actions_and_files_that_exist(path: Path):
    workflow = parsed(path)
    assert workflow["name"] == path.stem
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] > 0
        assert set(job.get("needs", [])) <= workflow["jobs"].keys()
    for step in steps(path):
        assert ("uses" in step) != ("run" in step)
        assert re.fullmatch(r"[\w-]+/[\w-]+@(v\d+|release/v\d+)", step.get("uses", "a/b@v1"))
        assert "${{" not in step.get("run", ""), "expressions reach a shell by env"
        for name in re.findall(
            r"\.ci/[\w.]+|constraints\.txt|CHANGELOG\.md|mlloss/\w+\.py", str(step)
        ):
            assert (ROOT / name).is_file(), name
        for target in re.findall(r"make ([\w-]+)", step.get("run", "")):
            assert f"\n{target}:" in (ROOT / "Makefile").read_text("utf-8")


def test_a_release_is_published_only_after_wheel_and_record_are_checked():
    jobs = parsed(GITHUB / "workflows" / "release.yml")["jobs"]
    assert set(jobs["publish"]["needs"]) == {"build", "record"}
    writers = {name for name, job in jobs.items() if "id-token" in job.get("permissions", {})}
    assert writers == {"publish"}, "trusted publishing, by one job alone"


def test_the_tag_of_a_release_is_compared_with_the_version():
    (check,) = (
        step["run"]
        for step in steps(GITHUB / "workflows" / "release.yml")
        if "tag" in step.get("name", "")
    )
    pattern = re.search(r"s/\^(.*)\$/", check)[1].replace(r"\(", "(").replace(r"\)", ")")
    source = Path(mlloss.__file__).read_text("utf-8")
    assert re.findall(f"(?m)^{pattern}$", source) == [mlloss.__version__]
    assert f"\n## {mlloss.__version__} " in (ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_an_issue_form_has_what_github_requires(path: Path):
    form = parsed(path)
    assert form["name"]
    assert form["description"]
    fields = [element for element in form["body"] if element["type"] != "markdown"]
    assert {element["type"] for element in fields} <= set(FIELDS)
    assert all(element["attributes"]["label"] for element in fields)
    ids = [element["id"] for element in fields]
    assert len(set(ids)) == len(ids)
    assert all(e["attributes"]["options"] for e in fields if e["type"] == "dropdown")


def test_there_is_a_form_for_each_kind_of_issue():
    assert [path.stem for path in FORMS] == ["native_difference", "wrong_number"]
    assert parsed(GITHUB / "ISSUE_TEMPLATE" / "config.yml").keys() == {"blank_issues_enabled"}
    assert parsed(GITHUB / "dependabot.yml")["version"] == 2


def test_pre_commit_runs_the_ruff_of_the_constraints():
    repos = {repo["repo"]: repo for repo in parsed(ROOT / ".pre-commit-config.yaml")["repos"]}
    assert all(repo["rev"] and repo["hooks"] for repo in repos.values())
    ruff = repos["https://github.com/astral-sh/ruff-pre-commit"]
    assert f"ruff=={ruff['rev'].removeprefix('v')}\n" in (ROOT / "constraints.txt").read_text()
    assert [hook["id"] for hook in ruff["hooks"]] == ["ruff-check", "ruff-format"]


def test_the_citation_is_of_this_version():
    cited = parsed(ROOT / "CITATION.cff")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert cited["cff-version"] == "1.2.0"
    assert cited["message"]
    assert cited["title"] == project["name"]
    assert all("name" in author or "family-names" in author for author in cited["authors"])
    assert str(cited["version"]) == mlloss.__version__
    assert cited["license"] == project["license"]
    assert cited["repository-code"] == project["urls"]["Source"] == REPOSITORY


@pytest.mark.parametrize("name", ["SECURITY.md", "CHANGELOG.md"])
def test_links_of_a_document_lead_somewhere(name: str):
    text = (ROOT / name).read_text("utf-8")
    for address in re.findall(r"\]\(([^)]+)\)", text):
        assert address.startswith("https://") or (ROOT / address.partition("#")[0]).exists(), (
            address
        )
