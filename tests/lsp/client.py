"""client.py: a language client for tests: starts a server, sends what an editor would, reads what comes back."""
import json
import subprocess


class Client:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.count = 0
        self.texts = {}

    def send_bytes(self, body, header=None):
        head = header if header is not None else b"Content-Length: %d\r\n\r\n" % len(body)
        self.process.stdin.write(head + body)
        self.process.stdin.flush()

    def send(self, message):
        self.send_bytes(json.dumps(dict(message, jsonrpc="2.0"), ensure_ascii=False).encode())

    def receive(self):
        length = None
        while True:
            line = self.process.stdout.readline()
            if not line:
                raise EOFError("the server has ended")
            if line == b"\r\n":
                break
            name, value = line.decode().split(":")
            if name.lower() == "content-length":
                length = int(value)
        message = json.loads(self.process.stdout.read(length))
        assert message["jsonrpc"] == "2.0", message
        return message

    def request(self, method, **parameters):
        """The answer, whole; what is published before it is passed over."""
        self.count += 1
        self.send({"id": self.count, "method": method, "params": parameters})
        while True:
            message = self.receive()
            if "id" in message:
                assert message["id"] == self.count, message
                return message

    def result(self, method, **parameters):
        return self.request(method, **parameters)["result"]

    def notify(self, method, **parameters):
        self.send({"method": method, "params": parameters})

    def start(self):
        result = self.result("initialize", processId=None, rootUri=None, capabilities={})
        self.notify("initialized")
        return result

    def published(self, uri):
        while True:
            message = self.receive()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                return message["params"]["diagnostics"]

    def open(self, uri, text):
        self.texts[uri] = text
        self.notify("textDocument/didOpen",
                    textDocument={"uri": uri, "languageId": "gradc", "version": 1, "text": text})
        return self.published(uri)

    def change(self, uri, *changes):
        self.notify("textDocument/didChange", textDocument={"uri": uri, "version": 2},
                    contentChanges=list(changes))
        return self.published(uri)

    def close(self, uri):
        self.notify("textDocument/didClose", textDocument={"uri": uri})
        return self.published(uri)

    def at(self, uri, mark, offset=0, nth=0):
        """The position of the nth `mark` in an open text, in units of UTF-16."""
        text, begin = self.texts[uri], -1
        for _ in range(nth + 1):
            begin = text.index(mark, begin + 1)
        before = text[:begin + offset]
        line = before.count("\n")
        return {"line": line, "character": units(before[before.rfind("\n") + 1:])}

    def ask(self, method, uri, mark, offset=0, nth=0):
        return self.result("textDocument/" + method, textDocument={"uri": uri},
                           position=self.at(uri, mark, offset, nth))

    def marked(self, uri, span):
        """The text of a range."""
        lines = self.texts[uri].encode("utf-16-le")
        places = []
        for end in ("start", "end"):
            at = 0
            for _ in range(span[end]["line"]):
                at = lines.index("\n".encode("utf-16-le"), at) + 2
            places.append(at + 2 * span[end]["character"])
        return lines[places[0]:places[1]].decode("utf-16-le")

    def stop(self):
        answer = self.request("shutdown")
        self.notify("exit")
        self.process.stdin.close()
        return answer, self.process.wait(timeout=60)


def units(text):
    return len(text.encode("utf-16-le")) // 2
