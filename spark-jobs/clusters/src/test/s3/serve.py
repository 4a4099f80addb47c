"""Serves S3 from memory on a free port of the loopback interface until standard input ends."""

import sys

from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
print(f"s3: http://{host}:{port}", flush=True)
sys.stdin.read()
server.stop()
