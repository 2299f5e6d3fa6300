"""A web proxy on loopback: proxy.py PORT LOG

CONNECT alone, and for joe with the password "pass word" alone.  LOG gets each
request's first line.
"""
import base64
import http.server
import select
import socket
import sys

port, log = int(sys.argv[1]), sys.argv[2]
wanted = "Basic " + base64.b64encode(b"joe:pass word").decode()


class Proxy(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_CONNECT(self):
        with open(log, "a", encoding="ascii") as out:
            print(self.requestline, file=out)
        if self.headers.get("Proxy-Authorization") != wanted:
            self.send_response(407)
            self.send_header("Proxy-Authenticate", 'Basic realm="tests"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        host, number = self.path.split(":")
        server = socket.create_connection((host, int(number)))
        self.send_response(200)
        self.end_headers()
        pair = [self.connection, server]
        while True:
            for one in select.select(pair, [], [])[0]:
                data = one.recv(65536)
                if not data:
                    return
                pair[one is self.connection].sendall(data)


http.server.ThreadingHTTPServer(("127.0.0.1", port), Proxy).serve_forever()
