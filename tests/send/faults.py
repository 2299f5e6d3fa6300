"""A web server that misbehaves, with TLS, on loopback: faults.py PORT FOLDER

The first part of a path says how; what it took whole lies in FOLDER/taken.  Each
request is a line in FOLDER/requests: method, path, bytes of the body.

  /busy/    429 with Retry-After: 1, then fine
  /twice/   500 two times, then fine        /never/   503 always
  /late/    429 with Retry-After: 86400
  /plain/   a redirect to http              /away/    one to /fine/, by https
  /round/   one to itself
  /cut/     closes in the middle of the body, two times, then fine
  /short/   fine, but says afterwards that it has fewer bytes
  /full/    507
  /rude/    403 with escapes and tags in its words
  /slow/    reads nothing                   /mute/    reads all, answers nothing
"""
import http.server
import ssl
import sys
import threading
import time

port, folder = int(sys.argv[1]), sys.argv[2]
seen = {}
lock = threading.Lock()


class Faults(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def body(self, most=None):
        """At most so many bytes of it."""
        left = int(self.headers.get("Content-Length", 0))
        got = b""
        while left and (most is None or len(got) < most):
            part = self.rfile.read(min(left, 4096))
            if not part:
                break
            got += part
            left -= len(part)
        with lock, open(folder + "/requests", "a", encoding="ascii") as log:
            print(self.command, self.path, len(got), file=log)
        return got

    def answer(self, status, text="", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def fine(self):
        body = self.body()
        if not self.path.endswith(".sha256"):
            with open(folder + "/taken", "wb") as out:
                out.write(body)
        self.answer(201, "thank you")

    def do_HEAD(self):
        self.send_response(200 if "short" in self.path else 404)
        self.send_header("Content-Length", "7")
        self.end_headers()

    def do_PUT(self):
        how = self.path.split("/")[1]
        with lock:
            seen[how] = seen.get(how, 0) + 1
        getattr(self, "put_" + how, self.fine)()

    do_POST = do_PUT

    def put_busy(self):
        if seen["busy"] > 1:
            return self.fine()
        self.body()
        self.answer(429, "one moment", Retry_After="1")

    def put_late(self):
        self.body()
        self.answer(429, "tomorrow", Retry_After="86400")

    def put_twice(self):
        if seen["twice"] > 2:
            return self.fine()
        self.body()
        self.answer(500, "<h1>oops</h1>")

    def put_never(self):
        self.body()
        self.answer(503)

    def put_plain(self):
        self.body()
        self.answer(307, Location=f"http://localhost:{port}/fine/x")

    def put_away(self):
        self.body()
        self.answer(307, Location="/fine/x")

    def put_round(self):
        self.body()
        self.answer(307, Location=self.path)

    def put_cut(self):
        if seen["cut"] > 2:
            return self.fine()
        self.body(10000)
        self.close_connection = True

    def put_full(self):
        self.body()
        self.answer(507)

    def put_rude(self):
        self.body()
        self.answer(403, "\x1b]0;title\x07<script>no\x1b[31m</script> entry")

    def put_slow(self):
        time.sleep(60)

    def put_mute(self):
        self.body()
        time.sleep(60)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder + "/server.pem", folder + "/server.key")
server = Server(("127.0.0.1", port), Faults)
server.socket = context.wrap_socket(
    server.socket, server_side=True, do_handshake_on_connect=False
)
server.serve_forever()
