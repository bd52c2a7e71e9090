"""The test suites of papermill, nbclient, jupyter_client, jupyter_kernel_test and nbval, with plain kernels and ours.

    python tests/hard/peers_suites.py [papermill nbclient ...]

Each suite is fetched from the package index as its source distribution, in the version that is installed, and runs in
an environment of its own on top of this one. With ours: papermill's default engine is `jospar-warm`, in the process of
the tests; Jupyter's default provisioner is, elsewhere. jupyter_kernel_test has one kernel, which is forked here.
Prints the counts, and which tests pass with plain kernels only.
"""

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from importlib.metadata import version
from pathlib import Path

# What stands in a suite's folder, and what its tests need beside what is installed here.
SUITES = {
    "papermill": ["papermill/tests", "--ignore-glob=*/test_[ags][bcd3]*.py", "--ignore-glob=*/test_hdfs.py"],
    "nbclient": ["tests"],
    "jupyter_client": ["tests"],
    "jupyter_kernel_test": ["test_ipykernel.py"],
    "nbval": ["tests"],
}
NEEDS = [
    "pytest",
    "pytest-asyncio",
    "pytest-timeout",
    "pytest-jupyter[client]",
    "pytest-cov",
    "anyio",
    "msgpack",
    "flaky",
]
NEEDS += [
    "ipywidgets",
    "jupyter_kernel_test==0.7.0",
    "testpath",
    "xmltodict",
    "parameterized",
    "sympy",
    "nbdime",
    "boto3",
]
PLUGIN = """
import os
if os.environ.get("PEER_SUITE") == "papermill":
    from papermill.engines import papermill_engines
    papermill_engines.register(None, papermill_engines.get_engine("jospar-warm"))
elif os.environ.get("PEER_SUITE") == "jupyter_kernel_test":
    from helpers.render import kernels
    kernels.prepare()
"""
OURS = {"JUPYTER_DEFAULT_PROVISIONER_NAME": "jospar-warm"}
LIMIT = 1800  # seconds for a suite; 120 for a test


def environment(folder: Path) -> Path:
    """The Python of a new environment that has all of this one's packages and those that the suites need."""
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    packages = next((folder / "venv" / "lib").glob("python*/site-packages"))
    (packages / "below.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    (packages / "peer_engine.py").write_text(PLUGIN)
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *NEEDS], check=True)
    return python


def source(suite: str, folder: Path) -> Path:
    """The folder of the suite's unpacked source distribution."""
    release = "0.7.0" if suite == "jupyter_kernel_test" else version(suite)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    subprocess.run([*command, "--dest", folder, f"{suite}=={release}"], check=True)
    (archive,) = folder.glob(f"{suite}-*.tar.gz")
    with tarfile.open(archive) as content:
        content.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def run(suite: str, python: Path, folder: Path, settings: dict[str, str]) -> dict[str, str]:
    """What became of each test: passed, failed, error or skipped; "the suite" failed if it did not end in time."""
    options = [
        "-v",
        "-p",
        "no:cacheprovider",
        "-p",
        "peer_engine",
        "--timeout=120",
        "-o",
        "addopts=",
        "-o",
        "filterwarnings=",
    ]
    options += ["-o", "asyncio_mode=auto"] if suite == "nbclient" else []
    command = [python, "-m", "pytest", *SUITES[suite], *options]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER_", "PYTEST_"))}
    try:
        done = subprocess.run(command, cwd=folder, env=kept | settings, capture_output=True, text=True, timeout=LIMIT)
        text = done.stdout
    except subprocess.TimeoutExpired as late:
        text = f"{(late.stdout or b'').decode()}\nthe suite FAILED\n"
    if " PASSED" not in text:
        print(text[-2000:])
    return {
        name: word.lower() for name, word in re.findall(r"^(\S.*?) (PASSED|FAILED|ERROR|SKIPPED)\b", text, re.MULTILINE)
    }


def counts(results: dict[str, str]) -> str:
    """How many tests passed, failed and so on, in words."""
    words = list(results.values())
    return ", ".join(
        f"{words.count(word)} {word}" for word in ("passed", "failed", "error", "skipped") if word in words
    )


def main() -> None:
    """Run the suites that are named, or all; exit code 1 if a test passes with plain kernels only."""
    worse = 0
    with tempfile.TemporaryDirectory(prefix="peers-") as place:
        python = environment(Path(place))
        for suite in sys.argv[1:] or SUITES:
            folder = source(suite, Path(place))
            plain, ours = (run(suite, python, folder, settings) for settings in ({}, OURS | {"PEER_SUITE": suite}))
            print(f"{suite}: plain {counts(plain) or 'nothing'}; ours {counts(ours) or 'nothing'}", flush=True)
            for name in [name for name, word in plain.items() if word == "passed" and ours.get(name) != "passed"]:
                worse += 1
                print(f"  passes with plain kernels only: {name} ({ours.get(name, 'did not run')})", flush=True)
    raise SystemExit(bool(worse))


if __name__ == "__main__":
    main()
