#!/usr/bin/env python3
"""A client of the suite in one file and nothing but the standard library; docs/clients.md explains it.

Its producers are threads of one process. CPython's global interpreter lock lets one thread at a time run Python, so
threads hand over here, and never compute side by side: what this measures is the cost of the hand-off in Python.
"""
import json
import os
import platform
import queue
import socket
import struct
import sys
import threading
import time

DESCRIPTION = {
    "client": 1,
    "version": platform.python_version(),
    "threads": 128,
    "messageBytes": [1, 65536],
    "arms": {
        "swap": "swap-buffer",
        "queue-each": "channel:drain=each",
        "queue-batch": "channel:drain=batch",
        "empty": "empty",
    },
}
WORD = 2**32 - 1


def mix(h):
    h = (h ^ h >> 16) * 0x85EBCA6B & WORD
    h = (h ^ h >> 13) * 0xC2B2AE35 & WORD
    return h ^ h >> 16


class Messages:
    """What each message says (docs/protocol.md)."""

    def __init__(self, task):
        self.seed, self.run, self.size = task["seed"], task["run"], task["messageBytes"]
        self.grouped = task["content"] == "grouped"
        self.k1 = mix(self.seed ^ mix(self.run))
        self.k2 = mix((self.k1 + 0x9E3779B9) & WORD)
        self.first = (self.seed % 255 + 97 * (self.run % 255)) % 255
        self.bodies = {}
        self.count = 64
        while self.count > 8 and self.count * self.size > 65536:
            self.count //= 2

    def message(self, producer, number):
        if self.grouped:
            group = (producer * (self.k1 | 1) + self.k2 & WORD) % 16
            return bytes([group * 16 + (self.seed + 5 * self.run + number) % 16])
        if self.size == 1:
            return bytes([(self.first + number) % 255])
        block = (31 * producer + number) % self.count
        if block not in self.bodies:
            self.bodies[block] = bytes(
                (167 * block + 13 * k + 7 * (k // 256) + (self.k2 >> 8 * (k % 4))) % 256 for k in range(8, self.size)
            )
        return struct.pack("<II", producer ^ self.k1, number ^ self.k2) + self.bodies[block]


class Swap:
    """A buffer under a lock: producers append, the consumer takes all of it and leaves an empty one."""

    def __init__(self, capacity, size, workers):
        self.buffer, self.capacity, self.open = bytearray(), max(capacity, size), workers
        lock = threading.Lock()
        self.filled, self.emptied = threading.Condition(lock), threading.Condition(lock)

    def send(self, message):
        with self.filled:
            while len(self.buffer) + len(message) > self.capacity:
                self.emptied.wait()
            self.buffer += message
            if len(self.buffer) == len(message):
                self.filled.notify()

    def end(self):
        with self.filled:
            self.open -= 1
            self.filled.notify()

    def receive(self):
        with self.filled:
            while not self.buffer and self.open > 0:
                self.filled.wait()
            taken, self.buffer = self.buffer, bytearray()
            self.emptied.notify_all()
            return taken


class Queue:
    """queue.Queue: one message a write, or all that is there."""

    def __init__(self, capacity, size, workers, batch):
        self.queue, self.open = queue.Queue(max(1, capacity // size)), workers
        # Producers go on while the consumer takes: what it writes at once must end somewhere.
        self.most = max(capacity, size) - size if batch else 0
        self.send = self.queue.put

    def end(self):
        self.queue.put(None)

    def receive(self):
        taken = bytearray()
        while self.open > 0:
            try:
                message = self.queue.get(block=not taken)
            except queue.Empty:
                break
            if message is None:
                self.open -= 1
                continue
            taken += message
            if len(taken) > self.most:
                break
        return taken


def exactly(connection, length):
    data = bytearray()
    while len(data) < length:
        part = connection.recv(length - len(data))
        if not part:
            raise OSError("the listener closed the connection")
        data += part
    return bytes(data)


def carry_out(task):
    opened = time.perf_counter()
    connection = socket.create_connection((task["host"], task["port"]))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    content = 2 if task["content"] == "grouped" else 0
    header = b"FANINRUN" + struct.pack("<HHBxH", 2, 128, content, 1)
    header += struct.pack("<IIQII", task["messageBytes"], task["producers"], task["messages"], task["seed"],
                          int(task["warmUp"]))
    header += task["runId"].encode()[:24].ljust(24, b"\0") + struct.pack("<I", task["run"])
    connection.sendall(header.ljust(128, b"\0"))
    hello = exactly(connection, 32)
    if hello[:8] != b"FANINSRV" or hello[12] != 0:
        raise OSError(f"the listener refuses the run: {hello[12]}")
    connect_us = (time.perf_counter() - opened) * 1e6

    workers, size, capacity = task["workers"], task["messageBytes"], task["capacity"]
    if task["arm"] in ("swap", "empty"):
        hand_off = Swap(capacity, size, workers)
    else:
        hand_off = Queue(capacity, size, workers, task["arm"] == "queue-batch")
    messages = Messages(task)
    prepared = threading.Barrier(workers + 1)
    released = threading.Event()

    def produce(worker):
        send, message = hand_off.send, messages.message
        prepared.wait()
        released.wait()
        for producer in range(worker, task["producers"], workers):
            for number in range(task["messages"]):
                send(message(producer, number))
        hand_off.end()

    for worker in range(workers):
        threading.Thread(target=produce, args=(worker,), daemon=True).start()
    prepared.wait()

    written = writes = peak = 0
    cpu = os.times()
    start = time.perf_counter()
    released.set()
    while taken := hand_off.receive():
        connection.sendall(taken)
        written, writes, peak = written + len(taken), writes + 1, max(peak, len(taken))
    connection.shutdown(socket.SHUT_WR)
    acknowledged = struct.unpack("<8sQ", exactly(connection, 16))[1]
    elapsed_us = (time.perf_counter() - start) * 1e6
    spent = os.times()

    verdict = exactly(connection, 96)
    verdict += exactly(connection, struct.unpack_from("<I", verdict, 12)[0])
    connection.close()
    return {
        "type": "run", "elapsedUs": elapsed_us, "connectUs": connect_us,
        "bytes": written, "writes": writes, "peakBytes": peak,
        "acknowledged": acknowledged, "verdict": verdict.hex(),
        "cpuUserUs": (spent.user - cpu.user) * 1e6, "cpuSystemUs": (spent.system - cpu.system) * 1e6,
    }


def main():
    if sys.argv[1:] == ["--describe"]:
        print(json.dumps(DESCRIPTION))
        return
    for line in sys.stdin:
        task = json.loads(line)
        try:
            if task["arm"] not in DESCRIPTION["arms"]:
                raise ValueError(f"there is no arm {task['arm']}")
            answer = carry_out(task)
        except (OSError, ValueError) as error:
            answer = {"type": "failed", "detail": str(error)}
        print(json.dumps(answer), flush=True)


main()
