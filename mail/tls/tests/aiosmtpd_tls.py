"""A submission server: aiosmtpd, with a certificate, a password, and AUTH only under TLS.

Usage: aiosmtpd_tls.py CERTIFICATE KEY starttls|implicit MECHANISM...

Prints its port, then each mail as one line of JSON, until its standard input ends.
"""
import json
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


class Printer:
    async def handle_DATA(self, server, session, envelope):
        mail = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": session.ssl is not None
            or server.transport.get_extra_info("ssl_object") is not None,
            "authenticated": session.authenticated,
            "text": envelope.content.decode("utf-8"),
        }
        print(json.dumps(mail), flush=True)
        return "250 2.0.0 printed"


def authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login, data.password) in (
        (b"ann", b"s3cret"),
        (b"ann@example.net", b"s3cret"),
    )
    # Not handled: the server itself says what becomes of it.
    return AuthResult(success=right, handled=False)


certificate, key, kind, *mechanisms = sys.argv[1:]
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certificate, key)
options = {
    "hostname": "127.0.0.1",
    "port": 0,
    "authenticator": authenticate,
    "auth_required": True,
    "auth_exclude_mechanism": [name for name in ("PLAIN", "LOGIN") if name not in mechanisms],
}
if kind == "starttls":
    options |= {"tls_context": context, "require_starttls": True, "auth_require_tls": True}
else:
    # It does not know that the connection has TLS already, so it must not ask for more.
    options |= {"ssl_context": context, "auth_require_tls": False}


class OnAnyPort(Controller):
    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


controller = OnAnyPort(Printer(), **options)
controller.start()
print(controller.port, flush=True)
sys.stdin.read()
controller.stop()
