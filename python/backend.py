"""backend.py: packs the package for pip (PEP 517, 660), without setuptools and without a network.

A wheel is a zip file of the modules and three files that describe them (PEP 427). Name, version and so on are those of
pyproject.toml, the only place that has them.
"""

import base64
import hashlib
import os
import re
import tarfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))


def _setting(name):
    with open(os.path.join(HERE, "pyproject.toml"), encoding="utf-8") as file:
        return re.search(r'^%s = "(.*)"$' % name, file.read(), re.MULTILINE).group(1)


def _modules():
    folder = os.path.join(HERE, "gradc")
    return {"gradc/" + name: open(os.path.join(folder, name), "rb").read()
            for name in sorted(os.listdir(folder)) if name.endswith(".py")}


def _metadata():
    return "Metadata-Version: 2.1\nName: gradc\nVersion: %s\nSummary: %s\nRequires-Python: %s\nRequires-Dist: numpy\n" % (
        _setting("version"), _setting("description"), _setting("requires-python"))


def _write_wheel(folder, files):
    version = _setting("version")
    info = "gradc-%s.dist-info/" % version
    files = dict(files)
    files[info + "METADATA"] = _metadata().encode()
    files[info + "WHEEL"] = b"Wheel-Version: 1.0\nGenerator: gradc\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = ""
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record += "%s,sha256=%s,%d\n" % (name, digest, len(content))
    files[info + "RECORD"] = (record + info + "RECORD,,\n").encode()
    wheel = "gradc-%s-py3-none-any.whl" % version
    with zipfile.ZipFile(os.path.join(folder, wheel), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return wheel


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return _write_wheel(wheel_directory, _modules())


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    return _write_wheel(wheel_directory, {"gradc.pth": (HERE + "\n").encode()})


def build_sdist(sdist_directory, config_settings=None):
    name = "gradc-%s" % _setting("version")
    with tarfile.open(os.path.join(sdist_directory, name + ".tar.gz"), "w:gz") as archive:
        for path in ["pyproject.toml", "backend.py"] + list(_modules()):
            archive.add(os.path.join(HERE, path), name + "/" + path)
    return name + ".tar.gz"
