"""A bad line on loopback: cut.py PORT TARGET BYTES TIMES

Hands connections on to TARGET, and cuts the first TIMES that bring BYTES of the
client's.  BYTES 0: not one comes through, and nothing is closed.
"""
import socket
import struct
import sys
import threading

port, target, limit, times = map(int, sys.argv[1:5])
lock = threading.Lock()


def reset(one):
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                       struct.pack("ii", 1, 0))
        one.shutdown(socket.SHUT_RD)  # wakes the other thread
    except OSError:
        pass
    one.close()


def pump(source, sink, most):
    global times
    total = 0
    try:
        while data := source.recv(1 << 18):
            total += len(data)
            if most is not None and total > most:
                with lock:
                    times -= 1
                    if times >= 0:
                        reset(source)
                        reset(sink)
                        return
                most = None
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        reset(source)
        reset(sink)


listener = socket.create_server(("127.0.0.1", port))
held = []
while True:
    client, _ = listener.accept()
    if not limit:
        held.append(client)
        continue
    server = socket.create_connection(("127.0.0.1", target))
    for one in client, server:
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for pair in (client, server, limit), (server, client, None):
        threading.Thread(target=pump, args=pair, daemon=True).start()
