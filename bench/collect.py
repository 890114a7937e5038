# SPDX-License-Identifier: Apache-2.0
"""Fetches real index pages and files, each once: collect.py FOLDER REQUIREMENT ...

Runs inside an environment's own pip and asks through its configuration: index, roots, proxy. An
index that speaks HTML alone leaves out sizes and sidecars. The chosen files get their true ones;
the other entries, which nobody downloads, get invented ones, so that the pages weigh what JSON pages
of a public index weigh.
"""

import hashlib, html.parser, io, json, os, re, sys, tempfile, zipfile
from urllib.parse import unquote, urljoin, urlparse

from pip._internal.cli.main import main as run_pip
from pip._internal.commands import create_command

folder, *requirements = sys.argv[1:]
ACCEPT = "application/vnd.pypi.simple.v1+json, text/html; q=0.01"


def resolve():
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "report.json")
        words = ["install", "--quiet", "--dry-run", "--ignore-installed", "--report", path]
        words += ["--only-binary", ":all:", "--no-cache-dir", *requirements]
        if run_pip(words) != 0:
            sys.exit("pip found no resolution of " + " ".join(requirements))
        with open(path, encoding="utf-8") as file:
            return json.load(file)["install"]


class Anchors(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.files = []

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        if tag != "a" or "href" not in told:
            return
        url, _, fragment = told["href"].partition("#")
        name, _, digest = fragment.partition("=")
        filename = unquote(url.rsplit("/", 1)[-1])
        invented = hashlib.sha256(filename.encode()).hexdigest()
        self.files.append({
            "core-metadata": {"sha256": invented} if filename.endswith(".whl") else False,
            "filename": filename,
            "hashes": {name: digest} if digest else {},
            "requires-python": told.get("data-requires-python"),
            "size": int(invented[:5], 16),
            "upload-time": told.get("data-upload-time") or "2026-01-01T00:00:00.000000Z",
            "url": url,
            "yanked": told.get("data-yanked", False),
        })


def version_of(filename):
    found = re.match(r".+?-(\d[^-]*?)(?:-.*\.whl|\.tar\.gz|\.zip)$", filename)
    return found.group(1) if found else "0"


def page_of(answer, project):
    if "json" in answer.headers["content-type"]:
        return answer.json()
    anchors = Anchors()
    anchors.feed(answer.text)
    versions = sorted({version_of(file["filename"]) for file in anchors.files})
    meta = {"api-version": "1.1"}
    return {"files": anchors.files, "meta": meta, "name": project, "versions": versions}


def metadata_in(wheel):
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        names = archive.namelist()
        return archive.read(next(n for n in names if re.fullmatch(r"[^/]+\.dist-info/METADATA", n)))


def save(path, content):
    path = os.path.join(folder, path.lstrip("/"))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


def get(session, url, accept="*/*"):
    answer = session.get(url, headers={"Accept": accept})
    answer.raise_for_status()
    return answer


def collect(session, index, one):
    url, project = one["download_info"]["url"], one["metadata"]["name"]
    project = re.sub(r"[-_.]+", "-", project).lower()
    address = urljoin(index, project + "/")
    page = page_of(get(session, address, ACCEPT), project)
    wheel = get(session, url).content
    for file in page["files"]:
        file["url"] = urlparse(urljoin(address, file["url"])).path
        proof = file.get("provenance")
        file["provenance"] = proof and urlparse(proof).path
        if file["url"] != urlparse(url).path:
            continue
        sidecar = metadata_in(wheel)
        file["size"] = len(wheel)
        file["core-metadata"] = {"sha256": hashlib.sha256(sidecar).hexdigest()}
        save("files" + file["url"], wheel)
        save("files" + file["url"] + ".metadata", sidecar)
        if proof:
            save("files" + file["provenance"], get(session, urljoin(address, proof)).content)
    compact = json.dumps(page, separators=(",", ":"), sort_keys=True)
    save("pages/" + project + ".json", compact.encode())


chosen = resolve()
command = create_command("download")
options, _ = command.parse_args(["--no-cache-dir"])
session = command._build_session(options)
for one in chosen:
    collect(session, options.index_url.rstrip("/") + "/", one)
pins = ["%s==%s" % (one["metadata"]["name"], one["metadata"]["version"]) for one in chosen]
save("pins.json", json.dumps(pins).encode())
