"""A certificate for this machine, made anew for each run, and TLS contexts of both ends."""

import shutil
import ssl
import subprocess

import pytest

_CONFIG = """
[req]
prompt = no
distinguished_name = name
x509_extensions = extensions
[name]
CN = localhost
[extensions]
subjectAltName = DNS:localhost, IP:127.0.0.1
basicConstraints = critical, CA:TRUE
keyUsage = critical, digitalSignature, keyCertSign
subjectKeyIdentifier = hash
"""


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """Paths of a certificate and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl command to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    config, public, key = folder / "openssl.cnf", folder / "certificate.pem", folder / "key.pem"
    config.write_text(_CONFIG)
    make = f"{openssl} req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2".split()
    subprocess.run([*make, "-config", config, "-keyout", key, "-out", public], check=True, capture_output=True)
    return public, key


@pytest.fixture
def server_context(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def client_context(certificate):
    return ssl.create_default_context(cafile=certificate[0])
