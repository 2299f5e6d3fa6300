#!/usr/bin/python3
"""smtp.py: a mail server on loopback, of aiosmtpd.

    smtp.py --port-file FILE --log FILE --mails FOLDER [OPTION...]

Takes mail for anybody at lists.example and keeps it in FOLDER, one file each
(1.eml, 2.eml ...), as it came.  One JSON object a mail goes to the log.

  --cert FILE     STARTTLS with this certificate and key
  --implicit      TLS from the first byte
  --auth          only the user "xen" with the password "geheim 1", over TLS
  --fault WORD,...  what the next mails meet, one each: ok, a reply such as
                  "451 later" to their recipient, cut (the connection ends at
                  DATA), full (552 after DATA), slow
"""
import argparse
import asyncio
import json
import os
import ssl
import sys
import threading

from aiosmtpd.smtp import SMTP, AuthResult


class Handler:
    def __init__(self, args):
        self.args = args
        self.faults = [f for f in args.fault.split(",") if f]
        self.count = 0
        self.met = "ok"

    async def handle_MAIL(self, server, session, envelope, address, options):
        self.met = self.faults.pop(0) if self.faults else "ok"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.met[0].isdigit():
            return self.met
        if not address.endswith("@lists.example"):
            return "550 5.1.1 no such \x1b[31mlist here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.met == "cut":
            server.transport.abort()
            return "421 gone"
        if self.met == "slow":
            await asyncio.sleep(15)
        if self.met == "full":
            return "552 5.3.4 the message is too big for this list"
        self.count += 1
        name = os.path.join(self.args.mails, f"{self.count}.eml")
        with open(name, "wb") as f:
            f.write(envelope.original_content)
        with open(self.args.log, "a", encoding="utf-8") as f:
            f.write(json.dumps({
                "from": envelope.mail_from, "to": envelope.rcpt_tos,
                "ehlo": session.host_name, "tls": session.ssl is not None or
                self.args.implicit, "user": session.auth_data and
                session.auth_data.login.decode(), "mail": name}) + "\n")
        return f"250 2.0.0 queued as {self.count}"


def authenticate(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (b"xen", b"geheim 1")
    return AuthResult(success=good, handled=False, auth_data=data)


async def serve(args):
    tls = None
    if args.cert:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(args.cert)
    handler = Handler(args)

    def make():
        return SMTP(handler, hostname="mail.example", enable_SMTPUTF8=False,
                    tls_context=None if args.implicit else tls,
                    authenticator=authenticate if args.auth else None,
                    auth_required=args.auth,
                    auth_require_tls=not args.implicit, timeout=20)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(make, "127.0.0.1", 0,
                                      ssl=tls if args.implicit else None)
    with open(args.port_file + ".new", "w", encoding="ascii") as f:
        f.write(str(server.sockets[0].getsockname()[1]))
    os.rename(args.port_file + ".new", args.port_file)
    await server.serve_forever()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--port-file", required=True)
    p.add_argument("--log", required=True)
    p.add_argument("--mails", required=True)
    p.add_argument("--cert")
    p.add_argument("--implicit", action="store_true")
    p.add_argument("--auth", action="store_true")
    p.add_argument("--fault", default="")
    args = p.parse_args()
    os.makedirs(args.mails, exist_ok=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)),
                     daemon=True).start()
    asyncio.run(serve(args))


main()
