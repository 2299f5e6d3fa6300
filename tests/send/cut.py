"""A bad line on loopback: cut.py PORT TARGET BYTES TIMES

Hands connections on to TARGET, and cuts the first TIMES that bring BYTES of the
client's.  BYTES 0: not one comes through, and nothing is closed.
"""
import socket
import sys
import threading

port, target, limit, times = map(int, sys.argv[1:5])
lock = threading.Lock()


def pump(source, sink, most):
    global times
    total = 0
    try:
        while data := source.recv(16384):
            total += len(data)
            if most is not None and total > most:
                with lock:
                    if times > 0:
                        times -= 1
                        break
                    most = None
            sink.sendall(data)
    except OSError:
        pass
    for one in (source, sink):
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


listener = socket.create_server(("127.0.0.1", port))
held = []
while True:
    client, _ = listener.accept()
    if not limit:
        held.append(client)
        continue
    server = socket.create_connection(("127.0.0.1", target))
    threading.Thread(
        target=pump, args=(client, server, limit), daemon=True
    ).start()
    threading.Thread(
        target=pump, args=(server, client, None), daemon=True
    ).start()
