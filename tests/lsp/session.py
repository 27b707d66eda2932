"""session.py: drives gradc --lsp as editors do, and compares what it says with what the texts mean.

usage: session.py GRADC FOLDER    (an empty folder for files to import)"""
import json
import os
import sys

from client import Client

GRADC, FOLDER = sys.argv[1], sys.argv[2]
passed = failed = 0


def check(what, actual, expected):
    global passed, failed
    if actual == expected:
        passed += 1
    else:
        failed += 1
        print(f"FAIL {what}: {actual!r}\n  expected {expected!r}")


def holds(what, text, *parts):
    missing = [part for part in parts if not text or part not in text]
    check(what, (text, missing) if missing else [], [])


def labels(answer):
    return [item["label"] for item in answer["items"]]


def hover(client, uri, mark, offset=0, nth=0):
    answer = client.ask("hover", uri, mark, offset, nth)
    return answer["contents"]["value"] if answer else None


NETWORK = """# A layer, and its loss.
import "layers.nn"
dim H = 3

group Block { g: [H]; W: [H, n] }

loss(W: [m, n], x: [n], y: [m]) {
    h = tanh(W @ x)
    return loss = ||h - y||^2
}
other(p: Block[L], x: [n], k = 2) {
    twice(v) = k * v
    s = 0
    for l in 0..L {
        s = s + sum(twice(p[l].W @ x)) + square(x[0])
    }
    t[i] = sum[j](p.W[0, i, j] * x[j])
    return s, q = |t| + softmax(t, axis = -1)
}
"""


def protocol():
    client = Client([GRADC, "--lsp"])
    check("before initialize", client.request("textDocument/hover")["error"]["code"], -32002)
    result = client.start()
    check("encoding", result["capabilities"]["positionEncoding"], "utf-16")
    check("server", result["serverInfo"]["name"], "gradc")
    check("a second initialize", client.request("initialize")["error"]["code"], -32600)
    check("unknown method", client.request("textDocument/unheardOf")["error"]["code"], -32601)
    client.notify("$/cancelRequest", id=1)
    client.notify("textDocument/unheardOf")
    for wrong in (b"{", b"", b"{\"a\":}", b"[" * 1000, b"\xff\xfe", b"{} {}", b"nul", b"\"\\ud8\"", b"[1,]"):
        client.send_bytes(wrong)
        answer = client.receive()
        check(f"no JSON: {wrong[:10]}", (answer["id"], answer["error"]["code"]), (None, -32700))
    client.send_bytes(b"", b"Content-Type: x\r\n\r\n")
    check("no length", client.receive()["error"]["code"], -32700)
    for wrong in ("[]", "{}", "1", "null", "{\"id\":{},\"method\":\"shutdown\"}", "{\"id\":[],\"method\":\"x\"}"):
        client.send_bytes(wrong.encode())
        check(f"no request: {wrong}", client.receive()["error"]["code"], -32600)
    client.send_bytes(json.dumps({"id": 77, "result": None}).encode())
    client.send_bytes(json.dumps({"id": "text \"\u00e9", "method": "x"}).encode())
    check("an id that is a text", client.receive()["id"], "text \"\u00e9")
    check("not open", client.request("textDocument/hover", textDocument={"uri": "file:///none"},
                                     position={"line": 0, "character": 0})["error"]["code"], -32602)
    client.open("file:///a.nn", "f(x) = x")
    check("no position", client.request("textDocument/hover", textDocument={"uri": "file:///a.nn"})["error"]["code"],
          -32602)
    for parameters in (None, [], "x", {"textDocument": 3}, {"textDocument": {"uri": 4}}):
        client.send({"method": "textDocument/didOpen", "params": parameters})
        client.send({"method": "textDocument/didChange", "params": parameters})
        client.send({"method": "textDocument/didClose", "params": parameters})
        client.send({"id": 5, "method": "textDocument/hover", "params": parameters})
        check(f"parameters {parameters}", client.receive()["error"]["code"], -32602)
    check("shutdown", client.request("shutdown")["result"], None)
    check("after shutdown", client.request("textDocument/hover")["error"]["code"], -32600)
    client.notify("exit")
    check("exit", client.process.wait(timeout=60), 0)
    client = Client([GRADC, "--lsp"])
    client.start()
    client.notify("exit")
    check("exit without shutdown", client.process.wait(timeout=60), 1)
    client = Client([GRADC, "--lsp"])
    client.process.stdin.close()
    check("no input", client.process.wait(timeout=60), 1)


def messages(client):
    uri = "file://" + FOLDER + "/wrong.nn"
    text = "# \U0001d6c1 \u03b2\nf(W: [n, n], x: [m]) {\n    y = W @ x  # \U0001d6c1\n    return sum(y)\n}\n"
    [told] = client.open(uri, text)
    check("an error", (told["severity"], told["source"]), (1, "gradc"))
    check("its place", client.marked(uri, told["range"]), "W @ x")
    holds("its text", told["message"], "the inner sizes n and m differ")
    check("its notes", [client.marked(uri, note["location"]["range"]) for note in told["relatedInformation"]],
          ["W: [n, n]", "x: [m]"])
    client.texts[uri] = text.replace("[m]", "[n]")
    check("incremental", client.change(uri, {"range": {"start": client.at(uri, "[n])", 1),
                                                       "end": client.at(uri, "[n])", 2)}, "text": "n"}), [])
    client.texts[uri] = text = "f(x: [n]) {\n    require all(x > 0), \"\U0001d6c1\"; s = sum(x) + zz\n    return s\n}"
    [told] = client.change(uri, {"text": text})
    check("full text, a place behind a pair of surrogates", client.marked(uri, told["range"]), "zz")
    client.texts[uri] = text.replace("zz", "yy")
    [told] = client.change(uri, {"range": {"start": client.at(uri, "yy"), "end": client.at(uri, "yy", 2)}, "text": "yy"})
    check("a change behind one", client.marked(uri, told["range"]), "yy")
    client.texts[uri] = text = "g(x: [n]) {\n    # \u03b2\U0001d6c1\n    \u03b2 = x; return sum(\u03b2) + vv\n}\n"
    [told] = client.change(uri, {"text": text})
    check("behind Greek letters", client.marked(uri, told["range"]), "vv")
    client.texts[uri] = text = "f(x: [n], y) = sum(x)\n"
    [told] = client.change(uri, {"text": text})
    check("a warning", (told["severity"], client.marked(uri, told["range"])), (2, "y"))
    client.texts[uri] = text = "f(x: [n]) = sun(x)\n"
    [told] = client.change(uri, {"text": text})
    holds("a suggestion", told["message"], "there is no function sun", "did you mean sum?")
    # Several changes in one message hold one after the other.
    changes = [{"range": {"start": {"line": 0, "character": 14}, "end": {"line": 0, "character": 15}}, "text": "m"},
               {"range": {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 0}}, "text": "g(x) = x + x\n"},
               {"range": {"start": {"line": 99, "character": 0}, "end": {"line": 99, "character": 9}}, "text": "# end"}]
    check("several changes", client.change(uri, *changes), [])
    check("closing", client.close(uri), [])


def imports(client):
    uri, layers = "file://" + FOLDER + "/main.nn", "file://" + FOLDER + "/layers.nn"
    with open(FOLDER + "/layers.nn", "w") as file:
        file.write("# Layers.\nsquare(x) = x * x\n")
    check("an import", client.open(uri, NETWORK), [])
    place = client.ask("definition", uri, "square(x[0]")
    check("into an import", (place["uri"], place["range"]["start"]), (layers, {"line": 1, "character": 0}))
    place = client.ask("definition", uri, "layers.nn")
    check("an imported file", place["uri"], layers)
    client.notify("textDocument/didOpen", textDocument={"uri": layers, "languageId": "gradc", "version": 1,
                                                        "text": "\n\n\nsquare(x) = x * zz\n"})
    client.texts[layers] = "\n\n\nsquare(x) = x * zz\n"
    client.published(layers)
    told = client.change(uri, {"text": NETWORK})
    check("an import as it is open", told[0]["relatedInformation"][0]["location"]["uri"], layers)
    check("at the import", client.marked(uri, told[0]["range"]), 'import "layers.nn"')
    check("its definition", client.ask("definition", uri, "square(x[0]")["range"]["start"]["line"], 3)
    client.close(layers)
    check("an import as it is stored", client.change(uri, {"text": NETWORK}), [])


def definitions(client):
    uri = "file://" + FOLDER + "/main.nn"
    for mark, offset, expected, nth in (("W @ x)\n", 0, "W", 0), ("||h", 2, "h", 0), ("- y", 2, "y", 0),
                                        ("twice(p", 0, "twice", 0), ("k * v", 0, "k", 0), ("k * v", 4, "v", 0),
                                        (".W @", 1, "W", 0), ("p[l]", 0, "p", 0), ("[l]", 1, "l", 0),
                                        ("Block[L]", 2, "Block", 0), ("0..L", 3, "L", 0), ("x[j]", 2, "j", 0),
                                        ("|t|", 1, "t", 0), ("[H, n]", 1, "H", 0)):
        place = client.ask("definition", uri, mark, offset, nth)
        check(f"definition of {mark!r}", place and (place["uri"], client.marked(uri, place["range"])),
              (uri, expected))
    place = client.ask("definition", uri, "W @ x)\n")
    check("the parameter's place", place["range"]["start"], client.at(uri, "loss(W", 5))
    place = client.ask("definition", uri, "k * v", 4)
    check("the inner function's parameter", place["range"]["start"], client.at(uri, "twice(v", 6))
    place = client.ask("definition", uri, ".W @", 1)
    check("the member's place", place["range"]["start"], client.at(uri, "; W:", 2))
    check("the library has no file", client.ask("definition", uri, "tanh"), None)
    check("a number has none", client.ask("definition", uri, "0..L"), None)


def hovers(client):
    uri = "file://" + FOLDER + "/main.nn"
    holds("a parameter, its gradient", hover(client, uri, "W: [m"), "W: [m, n]", "parameter of loss", "dloss/dW = ")
    holds("a use of it", hover(client, uri, "W @ x)\n"), "W: [m, n]", "dloss/dW = ")
    holds("a local", hover(client, uri, "h = tanh"), "h: [m]")
    holds("a call of the library", hover(client, uri, "tanh"), "tanh(x): [m]")
    holds("documentation", hover(client, uri, "sum(twice"), "sum(x, axis = …, keepdims = …): real", "of real values")
    holds("a function of the library in the language", hover(client, uri, "softmax"), "softmax(x, axis = -1): [3]")
    holds("the matrix product", hover(client, uri, "@ x)\n"), "@: [m]", "dA = dY B'")
    holds("a norm", hover(client, uri, "||h"), "||x||", "square root")
    holds("an absolute value", hover(client, uri, "|t|"), "|x|: [3]")
    holds("an exported function", hover(client, uri, "loss(W"), "loss(W: [m, n], x: [n], y: [m])", "dloss/dx = ")
    holds("a group", hover(client, uri, "Block[L]"), "group Block")
    holds("a member", hover(client, uri, ".W @", 1), "W: [3, n]", "member of Block")
    holds("a dim", hover(client, uri, "H = 3"), "H = 3", "fixes")
    holds("one of two in a row", hover(client, uri, "square(x"), "square(x): real")
    check("a loop's sum", hover(client, uri, "s = 0").splitlines()[1], "s: real")
    holds("a size", hover(client, uri, "0..L", 3), "L", "a size")
    holds("a loop's variable", hover(client, uri, "[l]", 1), "l")
    holds("a local function", hover(client, uri, "twice(p"), "twice(v): [3]")
    holds("an imported function", hover(client, uri, "square"), "square(x): real")
    check("nothing in a comment", hover(client, uri, "A layer"), None)
    chain = "file:///chain.nn"
    client.open(chain, "group Layer { g: [n] }\ngroup Net { first: Layer; b: [m] }\nf(p: Net, c) = sum(p.first.g + c * 2 - 1 @ 1)")
    client.texts[chain] = "group Layer { g: [n] }\ngroup Net { first: Layer; b: [m] }\nf(p: Net, c) = sum(p.first.g + c * 2 - c)"
    client.change(chain, {"text": client.texts[chain]})
    holds("the middle of a chain", hover(client, chain, "+ c"), "+: [n]")
    check("a member of a member", client.marked(chain, client.ask("definition", chain, ".g +", 1)["range"]), "g")
    client.close(chain)
    # A program that is wrong elsewhere.
    broken = "file:///broken.nn"
    client.open(broken, "f(x: [n]) {\n    h = exp(x)\n    return sum(h) + zz\n}\ng(a) = (\n")
    holds("in a broken program", hover(client, broken, "h = "), "h: [n]")
    client.close(broken)


def completions(client):
    uri = "file:///unfinished.nn"
    text = ("group Block { g: [n]; W: [n, n] }\ngroup Net { first: Block; b: real }\ndim H = 3\n"
            "helper(a) = a\nf(p: Net, q: Block[L], x: [n]) {\n    h = x\n    y = p.\n    return sum(h)\n}\n"
            "g(z) = z\n")
    client.open(uri, text)
    check("members", labels(client.ask("completion", uri, "p.\n", 2)), ["first", "b"])
    names = labels(client.ask("completion", uri, "return sum"))
    check("names in force", [name in names for name in ("h", "x", "p", "n", "H", "helper", "f", "g", "Block")],
          [True] * 9)
    check("names elsewhere", [name in names for name in ("z", "a", "first")], [False] * 3)
    check("the library, words", [name in names for name in ("softmax", "conv2d", "return", "checkpoint")], [True] * 4)
    check("none twice", len(names), len(set(names)))
    check("none of the library's own", [name in names for name in ("gamma_slope", "as_columns")], [False] * 2)
    items = {item["label"]: item for item in client.ask("completion", uri, "return sum")["items"]}
    check("a signature", items["softmax"]["detail"], "softmax(x, axis = -1)")
    check("a parameter's type", items["x"]["detail"], "x: [n]")
    holds("documentation", items["relu"].get("documentation"), "max(0, x)")
    for before, expected in (("p.first.", ["g", "W"]), ("q[0].", ["g", "W"]), ("q[i[0]].", ["g", "W"])):
        client.texts[uri] = text.replace("y = p.", "y = " + before)
        client.change(uri, {"text": client.texts[uri]})
        check(f"members of {before}", labels(client.ask("completion", uri, before, len(before))), expected)
    client.texts[uri] = "# a comm\nimport \"st\n"
    client.change(uri, {"text": client.texts[uri]})
    check("in a comment", labels(client.ask("completion", uri, "comm", 4)), [])
    holds("library files", labels(client.ask("completion", uri, "\"st", 3)), "stats", "solvers")
    client.close(uri)


def formatting(client):
    uri = "file:///loose.nn"
    client.open(uri, "f( x:[n] )=sum( x^2 )+1# \U0001d6c1\n")
    [edit] = client.result("textDocument/formatting", textDocument={"uri": uri}, options={})
    check("formatted", edit["newText"], "f(x: [n]) = sum(x^2) + 1  # \U0001d6c1\n")
    check("all of it", client.marked(uri, edit["range"]), client.texts[uri])
    client.texts[uri] = edit["newText"]
    client.change(uri, {"text": edit["newText"]})
    check("formatted already", client.result("textDocument/formatting", textDocument={"uri": uri}, options={}), [])
    client.change(uri, {"text": "f(x = ("})
    check("what cannot be parsed", client.result("textDocument/formatting", textDocument={"uri": uri}, options={}),
          None)
    client.close(uri)


def symbols(client):
    uri = "file://" + FOLDER + "/main.nn"
    found = client.result("textDocument/documentSymbol", textDocument={"uri": uri})
    check("symbols", [(one["name"], one["kind"]) for one in found],
          [("H", 14), ("Block", 23), ("loss", 12), ("other", 12)])
    check("members", [(one["name"], one["detail"]) for one in found[1]["children"]], [("g", "[H]"), ("W", "[H, n]")])
    check("the name", client.marked(uri, found[2]["selectionRange"]), "loss")
    whole = client.marked(uri, found[2]["range"])
    check("the whole", (whole[:8], whole[-1]), ("loss(W: ", "}"))


def robustness(client):
    uri = "file:///hostile.nn"
    client.open(uri, NETWORK)
    # A text as it is when it is typed, and when its lines are lost one by one.
    for end in range(0, len(NETWORK), 23):
        client.texts[uri] = NETWORK[:end]
        client.change(uri, {"text": NETWORK[:end]})
        place = {"line": NETWORK[:end].count("\n"), "character": 1000}
        for method in ("hover", "definition", "completion", "documentSymbol", "formatting"):
            client.result("textDocument/" + method, textDocument={"uri": uri}, position=place)
    for text in ("", "\0\0", "\r\r\n\r", "f(" * 20000, "x" * 65536, "{" * 3000, "\U0001d6c1" * 1000,
                 "f(x) = " + "x + " * 10000 + "x", "f(x) = " + "(" * 5000 + "x" + ")" * 5000):
        client.texts[uri] = text
        client.change(uri, {"text": text})
        for character in (0, 7, 10**9):
            for method in ("hover", "definition", "completion"):
                client.result("textDocument/" + method, textDocument={"uri": uri},
                              position={"line": 0, "character": character})
    check("after all", client.change(uri, {"text": "f(x) = x"}), [])
    # 64 KB, edited again and again: memory is given back.
    lines = [f"f{i}(x: [n], y: [n]) = sum(tanh(x) * y + {i})" for i in range(1300)]
    text = "\n".join(lines) + "\n"
    client.texts[uri] = text
    check("a large text", (len(text) > 60000, client.change(uri, {"text": text})), (True, []))
    insertion = {"range": {"start": {"line": 5, "character": 0}, "end": {"line": 5, "character": 0}}, "text": "# \n"}
    sizes = []
    for _ in range(4):
        client.change(uri, insertion)
        with open(f"/proc/{client.process.pid}/statm") as file:
            sizes.append(int(file.read().split()[1]))
    check("memory is given back", sizes[3] < 1.2 * sizes[0] + 500, True)
    client.close(uri)


protocol()
client = Client([GRADC, "--lsp"])
client.start()
messages(client)
imports(client)
definitions(client)
hovers(client)
completions(client)
formatting(client)
symbols(client)
robustness(client)
answer, status = client.stop()
check("the end", (answer["result"], status), (None, 0))
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
