#!/usr/bin/python3
"""bugzilla.py: a Bugzilla as far as its public REST documents describe one.

    bugzilla.py --port-file FILE --log FILE [OPTION...]

Written from docs/en/rst/api/core/v1 of Bugzilla 5.0, 5.2 and harmony, and from
what their WebService modules refuse, with the same codes, HTTP statuses and
words.  Serves until its stdin ends or it is killed.

  --version 5.0.6      what rest/version says; how a key may come follows:
                       5.0 and 5.2 take it as api_key in query or JSON body and
                       know no header, ".rh" takes Authorization: Bearer alone,
                       all others take X-BUGZILLA-API-KEY too
  --cert FILE          TLS with this certificate and key
  --max-kb N           maxattachmentsize
  --path /bugs         where Bugzilla lies
  --no-parameters      an older one, which does not tell its parameters
  --fault WORD,...     what the next requests meet, one each, see fault()

One JSON object a request goes to the log: method, path, query, the headers
that matter, the JSON of the body (data as its size and SHA-256), the answer.
"""
import argparse
import base64
import hashlib
import json
import os
import re
import socket
import ssl
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEYS = {"GoodKey0123456789": "admin@example.com",
        "OtherKey123456789": "other@example.com"}
REVOKED = "RevokedKey0123456"
LEGAL_TYPES = ("application", "audio", "image", "message", "model",
               "multipart", "text", "video")
MAX_COMMENT = 65535
DOCUMENTATION = "https://bugzilla.readthedocs.org/en/5.0/api/"
# WebService/Constants.pm: REST_STATUS_CODE_MAP
STATUS = {51: 404, 101: 404, 32614: 404, 102: 401, 106: 401, 109: 401, 110: 401,
          113: 401, 115: 401, 120: 401, 300: 401, 301: 401, 302: 401, 303: 401,
          304: 401, 410: 401, 504: 401, 505: 401}

BUGS = {
    "42": {"id": 42, "alias": ["xen-hang"], "product": "Xen",
           "component": "hypervisor", "summary": "Guest hangs on migration",
           "status": "NEW"},
    "43": {"id": 43, "alias": [], "product": "Security",
           "component": "embargoed", "summary": "not for everybody",
           "status": "NEW", "for": "other@example.com"},
    "44": {"id": 44, "alias": [], "product": "Xen", "component": "tools",
           "summary": "an \x1b[31mescape\x1b[0m and\na second line",
           "status": "CLOSED"},
    "45": {"id": 45, "alias": [], "product": "Frozen", "component": "old",
           "summary": "may be read but not edited", "status": "NEW",
           "edit": False},
}
PRODUCTS = {"Xen": {"components": ["hypervisor", "tools"],
                    "versions": ["unspecified", "4.17"]},
            "Frozen": {"disabled": True}}
LOGGED_OUT = ("maintainer", "requirelogin")


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Bugzilla:
    def __init__(self, args):
        self.args = args
        self.faults = [f for f in args.fault.split(",") if f]
        self.lock = threading.Lock()
        self.next_bug = 100
        self.next_attachment = 2797
        self.attachments = {}

    def way(self):
        if ".rh" in self.args.version:
            return "bearer"
        return "query" if re.match(r"[45]\.[0-4](\.|$)", self.args.version) \
            else "header"

    # ---- who asks ----

    def user(self, headers, params):
        """None: nobody said who they are."""
        key = params.pop("api_key", None) or params.pop("Bugzilla_api_key",
                                                        None)
        if self.way() == "bearer":
            auth = headers.get("Authorization", "")
            key = auth[7:] if auth.startswith("Bearer ") else None
        elif self.way() == "header":
            key = headers.get("X-BUGZILLA-API-KEY") or key
        if key is None:
            return None
        if key == REVOKED:
            raise Refused(306, "The API key you specified has been revoked by "
                               "the user that created it.")
        if key not in KEYS:
            raise Refused(306, "The API key you specified is invalid. Please "
                               "check that you typed it correctly.")
        return KEYS[key]

    def login_required(self, user):
        if not user:
            raise Refused(410, "You must log in before using this part of "
                               "Bugzilla.")

    # ---- bugs ----

    def bug(self, name, user):
        found = BUGS.get(name)
        for bug in BUGS.values():
            if name in bug["alias"]:
                found = bug
        if not found:
            if not name.isdigit():
                raise Refused(100, f"'{name}' is not a valid bug number nor an "
                                   "alias to a bug.")
            raise Refused(101, f"Bug #{name} does not exist.")
        if found.get("for", user) != user:
            text = f"You are not authorized to access bug #{name}."
            if not user:
                text += (" To see this bug, you must first log in to an "
                         "account with the appropriate permissions.")
            raise Refused(102, text)
        return found

    def get_bug(self, name, user, params):
        bug = {k: v for k, v in self.bug(name, user).items()
               if k not in ("for", "edit")}
        wanted = params.get("include_fields")
        if wanted:
            bug = {k: v for k, v in bug.items() if k in wanted.split(",")}
        return 200, {"bugs": [bug], "faults": []}

    def add_attachment(self, name, user, params):
        self.login_required(user)
        if params.get("data") is None:
            raise Refused(50, "The function Bug.add_attachment requires a data "
                              "argument, and that argument was not set.")
        bug = self.bug(name, user)
        if not bug.get("edit", True):
            raise Refused(109, "You are not permitted to edit bugs in product "
                               f"{bug['product']}.")
        # MIME::Base64 skips what is not of its alphabet.
        text = re.sub(r"[^A-Za-z0-9+/]", "", params["data"])
        data = base64.b64decode(text[:len(text) // 4 * 4] if len(text) % 4 == 1
                                else text + "=" * (-len(text) % 4))
        if not data:
            raise Refused(606, "The file you are trying to attach is empty, "
                               "does not exist, or you don't have permission "
                               "to read it.")
        if len(data) > self.args.max_kb * 1024:
            raise Refused(600, "The file you are trying to attach is "
                               f"{len(data) / 1024:.0f} kilobytes (KB) in size."
                               " Attachments cannot be more than "
                               f"{self.args.max_kb} KB.")
        if not (params.get("summary") or "").strip():
            raise Refused(604, "You must enter a description for the "
                               "attachment.")
        if not params.get("file_name"):
            raise Refused(603, "You did not specify a file to attach.")
        kind = params.get("content_type") or ""
        if not re.fullmatch(r"(%s)/[a-z0-9_+.-]+" % "|".join(LEGAL_TYPES), kind,
                            re.I):
            raise Refused(601, f"The content type {kind} is invalid.")
        self.check_comment(params.get("comment", ""))
        self.next_attachment += 1
        self.attachments.setdefault(bug["id"], []).append(
            {"id": self.next_attachment - 1, "file_name": params["file_name"],
             "size": len(data)})
        return 201, {"ids": [str(self.next_attachment - 1)]}

    def add_comment(self, name, user, params):
        self.login_required(user)
        if not params.get("comment"):
            raise Refused(50, "The function Bug.add_comment requires a comment "
                              "argument, and that argument was not set.")
        self.bug(name, user)
        self.check_comment(params["comment"])
        self.next_attachment += 1
        return 201, {"id": self.next_attachment - 1}

    def check_comment(self, text):
        if len(text) > MAX_COMMENT:
            raise Refused(114, "Comments cannot be longer than "
                               f"{MAX_COMMENT} characters.")

    def create_bug(self, user, params):
        self.login_required(user)
        name = params.get("product", "")
        product = PRODUCTS.get(name)
        if not product:
            raise Refused(106, f"Sorry, either the product {name} does not "
                               "exist or you aren't authorized to enter a bug "
                               "into it.")
        if product.get("disabled"):
            raise Refused(106, f"Sorry, entering a bug into the product {name} "
                               "has been disabled.")
        component = params.get("component")
        if not component:
            raise Refused(105, "To file this bug, you must first choose a "
                               "component. If necessary, just guess.")
        if component not in product["components"]:
            raise Refused(105, f"Product '{name}' has no component named "
                               f"'{component}'.")
        if params.get("version", "") not in product["versions"]:
            raise Refused(51, "There is no version named "
                              f"'{params.get('version', '')}' in the '{name}' "
                              "product.")
        if not (params.get("summary") or "").strip():
            raise Refused(107, "You must enter a summary for this bug.")
        self.check_comment(params.get("description", ""))
        self.next_bug += 1
        number = str(self.next_bug)
        BUGS[number] = {"id": self.next_bug, "alias": [], "product": name,
                        "component": component, "summary": params["summary"],
                        "status": "NEW"}
        return 200, {"id": self.next_bug}

    def parameters(self, user):
        all_of_them = {"maintainer": "admin@example.com", "requirelogin": "0",
                       "maxattachmentsize": str(self.args.max_kb),
                       "maxlocalattachment": "0", "urlbase": ""}
        return 200, {"parameters": {k: v for k, v in all_of_them.items()
                                    if user or k in LOGGED_OUT}}

    def answer(self, method, path, headers, params):
        if (method, path) == ("GET", "/version"):
            return 200, {"version": self.args.version}
        m = re.fullmatch(r"/bug/([^/]+)", path)
        a = re.fullmatch(r"/bug/([^/]+)/attachment", path)
        c = re.fullmatch(r"/bug/([^/]+)/comment", path)
        with self.lock:
            if ((method, path) == ("GET", "/parameters") and
                    not self.args.no_parameters):
                return self.parameters(self.user(headers, params))
            if m and method == "GET":
                return self.get_bug(m[1], self.user(headers, params), params)
            if a and method == "GET":
                bug = self.bug(a[1], self.user(headers, params))
                return 200, {"bugs": {str(bug["id"]): self.attachments.get(
                    bug["id"], [])}, "attachments": {}}
            if a and method == "POST":
                return self.add_attachment(a[1], self.user(headers, params),
                                           params)
            if c and method == "POST":
                return self.add_comment(c[1], self.user(headers, params),
                                        params)
            if (method, path) == ("POST", "/bug"):
                return self.create_bug(self.user(headers, params), params)
        raise Refused(32614, f"A REST API resource was not found for '{method} "
                             f"{path}'.")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20

    def log_message(self, *unused):
        pass

    def note(self, status, answer, body):
        shown = dict(body) if isinstance(body, dict) else body
        if isinstance(shown, dict) and isinstance(shown.get("data"), str):
            data = base64.b64decode(shown.pop("data"), validate=True)
            shown["data_bytes"] = len(data)
            shown["data_sha256"] = hashlib.sha256(data).hexdigest()
        kept = ("Accept", "Content-Type", "Content-Length", "Authorization",
                "X-Bugzilla-Api-Key", "User-Agent")
        line = {"method": self.command, "target": self.path,
                "headers": {k: self.headers[k] for k in kept
                            if k in self.headers},
                "body": shown, "status": status, "answer": answer}
        with self.server.bugzilla.lock, open(self.server.bugzilla.args.log,
                                             "a", encoding="utf-8") as f:
            f.write(json.dumps(line) + "\n")

    def send_answer(self, status, answer, raw=None, extra=()):
        text = raw if raw is not None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8"
                         if raw is None else "text/html")
        self.send_header("Content-Length", str(len(text)))
        for name, value in extra:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def fault(self, what, body):
        """One of: ok; a number (that status, a page of HTML); N.R (with
        Retry-After: R); cut (the connection ends); slow (it stays silent); deep
        huge broken (what is no sound answer); away (redirect to plain http).
        "lost" is serve()'s: all is done, but the answer does not arrive."""
        self.note(what, None, body)
        if what == "cut":
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        elif what == "slow":
            time.sleep(15)
            self.close_connection = True
        elif what == "deep":
            self.send_answer(200, None, b'{"a":' * 5000 + b"1" + b"}" * 5000)
        elif what == "huge":
            self.send_answer(200, None, b'{"a":"' + b"x" * 4000000 + b'"}')
        elif what == "broken":
            self.send_answer(200, None, b'{"bugs":[{"id":42,')
        elif what == "away":
            self.send_answer(302, {}, None,
                             [("Location", "http://127.0.0.1:9/rest/")])
        else:
            number, _, after = what.partition(".")
            self.send_answer(int(number), None,
                             b"<html><body>no \x1b[31mluck</body></html>",
                             [("Retry-After", after)] if after else ())

    def serve(self):
        bugzilla = self.server.bugzilla
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = None
        if self.headers.get("Content-Type", "").startswith("application/json"):
            try:
                body = json.loads(raw or b"{}")
            except ValueError:
                body = "not JSON"
        fault = bugzilla.faults.pop(0) if bugzilla.faults else "ok"
        if fault not in ("ok", "lost"):
            self.fault(fault, body)
            return
        top = bugzilla.args.path + "/rest"
        try:
            if body == "not JSON":
                raise Refused(32000, "Could not parse the 'params' argument as "
                                     "valid JSON.")
            if not url.path.startswith(top + "/"):
                self.note(404, None, body)
                self.send_answer(404, None, b"<html>Not Found</html>")
                return
            params = {**(body or {}), **query}
            status, answer = bugzilla.answer(
                self.command, urllib.parse.unquote(url.path[len(top):]),
                self.headers, params)
        except Refused as e:
            status = STATUS.get(e.code, 400)
            answer = {"error": True, "code": e.code, "message": str(e),
                      "documentation": DOCUMENTATION}
        self.note(status, answer, body)
        if fault == "lost":
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        self.send_answer(status, answer)

    do_GET = do_POST = do_PUT = serve


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--port-file", required=True)
    p.add_argument("--log", required=True)
    p.add_argument("--version", default="20250926.1")
    p.add_argument("--cert")
    p.add_argument("--max-kb", type=int, default=1000)
    p.add_argument("--path", default="")
    p.add_argument("--no-parameters", action="store_true")
    p.add_argument("--fault", default="")
    args = p.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.bugzilla = Bugzilla(args)
    if args.cert:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(args.cert)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    with open(args.port_file + ".new", "w", encoding="ascii") as f:
        f.write(str(server.server_address[1]))
    os.rename(args.port_file + ".new", args.port_file)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


main()
