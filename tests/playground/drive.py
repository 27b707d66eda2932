"""Uses docs/playground as a person does, in a headless Chromium, and counts what is as it should be.

usage: drive.py CHROMIUM [FOLDER]    FOLDER: where pictures of the window go, for people to look at
Chromium is told what to do through a pipe (the DevTools protocol), so that nothing but it and Python is needed."""
import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

page = pathlib.Path(__file__).resolve().parents[2] / "docs/playground/index.html"
passed = failed = 0


class Browser:
    def __init__(self, command, profile):
        to_read, self.to = os.pipe()
        self.back, to_write = os.pipe()

        def connect():  # Chromium reads commands from 3 and writes answers to 4
            ends = os.dup(to_read), os.dup(to_write)
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        self.process = subprocess.Popen(
            [command, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1400,1000",
             "--user-data-dir=" + profile, "--remote-debugging-pipe", "about:blank"],
            preexec_fn=connect, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.read, self.count, self.session = b"", 0, None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.navigate", url=page.as_uri())

    def call(self, method, **parameters):
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self.read:
                more = os.read(self.back, 1 << 20)
                if not more:
                    raise SystemExit("the browser has ended")
                self.read += more
            answer, self.read = self.read.split(b"\0", 1)
            answer = json.loads(answer)
            if answer.get("id") == self.count:
                if "error" in answer:
                    raise SystemExit(answer["error"]["message"])
                return answer["result"]

    def value(self, expression):
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def type(self, where, text):
        """As typing does it: the value, and the event that tells of it."""
        self.value("(e => { e.value = %s; document.getElementById('state').textContent = 'typed';"
                   " e.dispatchEvent(new Event('input')); })(document.getElementById('%s'))" % (json.dumps(text), where))

    def wait(self):
        state = ""
        for _ in range(400):
            state = self.value("(document.getElementById('state') || {}).textContent") or ""
            if state.startswith(("compiled", "the program has", "this browser", "gradc.js")):
                break
            time.sleep(0.05)
        return state

    def picture(self, name):
        if len(sys.argv) > 2:
            shot = self.call("Page.captureScreenshot")["data"]
            (pathlib.Path(sys.argv[2]) / (name + ".png")).write_bytes(base64.b64decode(shot))


def check(what, holds, seen=""):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print("FAIL %s %s" % (what, seen))


def text(browser, where):
    return browser.value("document.getElementById('%s').textContent" % where)


# Nodes that cover each other, or lie outside of the picture.
collisions = """(() => {
    const boxes = [...document.querySelectorAll('.stage > .node:not(.loop-label)')].map(n => n.getBoundingClientRect());
    const stage = document.querySelector('.stage').getBoundingClientRect();
    let count = boxes.filter(b => b.left < stage.left || b.right > stage.right || b.top < stage.top ||
                                  b.bottom > stage.bottom).length;
    boxes.forEach((a, i) => boxes.slice(i + 1).forEach(b => {
        if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) count++; }));
    return count + ' of ' + boxes.length; })()"""
coloured = "[...document.querySelectorAll('#picture font[color=\"%s\"]')].map(e => e.textContent).join(' ')"


def use(browser):
    state = browser.wait()
    check("the page starts", state.startswith("compiled"), state)
    browser.picture("start")
    # q = W x, f = q'q, df/dq = 2 q, df/dW = 2 q x', df/dx = 2 W'q at W = [[0.1, 0.5], [-0.3, 0.8]], x = [0.2, 0.4]
    green, red = browser.value(coloured % "darkgreen"), browser.value(coloured % "#cd0000")
    check("values", sorted(green.split()) == sorted("0.1 0.5 -0.3 0.8 0.2 0.4 0.22 0.26 0.116".split()), green)
    check("gradients", sorted(red.split()) == sorted("0.088 0.176 0.104 0.208 -0.112 0.636 0.44 0.52 1".split()), red)
    check("formulas", browser.value("document.querySelectorAll('#formulas math').length") == 4)
    check("C", "int f_backward(struct f *m)" in text(browser, "c"))

    for name in browser.value("[...document.getElementById('programs').options].map(o => o.value)"):
        browser.type("programs", name)
        state = browser.wait()
        check(name, state.startswith("compiled") and text(browser, "messages") == "", state + text(browser, "messages"))
        found = browser.value(collisions)
        check(name + ": nodes keep apart", found.startswith("0 of ") and found != "0 of 0", found)
        browser.picture(name.replace(" ", "_"))
        browser.type("level", "gates")
        browser.wait()
        found = browser.value(collisions)
        check(name + ": gates keep apart", found.startswith("0 of ") and found != "0 of 0", found)
        browser.picture(name.replace(" ", "_") + "_gates")
        browser.type("level", "functions")
        browser.wait()

    browser.type("at", "")
    browser.type("program", "f(x: [n]) {\n    s = sum(x)\n    return s * wrong + 1\n}\n")
    state = browser.wait()
    check("a fault", state == "the program has faults" and "wrong" in text(browser, "messages"), state)
    marked = browser.value("[...document.querySelectorAll('#marks mark')].map(e => e.textContent).join('|')")
    check("is marked in place", marked == "wrong", marked)
    check("in its line", browser.value(
        "document.getElementById('marks').textContent.split('wrong')[0].split('\\n').length") == 3)
    check("what was made before is pale", browser.value("document.querySelector('#picture').className") == "stale")
    browser.picture("fault")

    browser.type("program", "f(x: [n]) = sum(x^2)\n")
    browser.wait()
    browser.type("at", "x=[1,2],y=3")
    check("a point that does not fit", browser.wait().startswith("compiled") and text(browser, "messages") != "")
    browser.type("at", "x=[1,2]")
    browser.wait()
    check("and one that does", text(browser, "messages") == "" and "2 4" in browser.value(coloured % "#cd0000"))

    check("one function needs no choice", browser.value("document.getElementById('choice').hidden"))
    browser.type("at", "x=[1,2],a=3")
    browser.type("program", "g(x: [n]) = sum(x^2)\nf(x: [n], a) = a * g(x) + 1\nexport f wrt x, a\nexport g wrt x\n")
    browser.wait()
    check("the first of two", "16" in browser.value(coloured % "darkgreen").split() and text(browser, "messages") == "",
          text(browser, "messages"))
    browser.type("at", "x=[1,2]")
    browser.type("function", "g")
    browser.wait()
    check("the second", browser.value(coloured % "darkgreen").split()[-1] == "5", browser.value(coloured % "darkgreen"))

    browser.type("program", "f(x) = " + "(" * 200000 + "x" + ")" * 200000 + "\n")
    state = browser.wait()
    check("a program that is too deep", state == "the program has faults" and text(browser, "messages") != "", state)
    browser.type("program", "f(x) = x^3\n")
    browser.type("at", "x=2")
    check("does not end the page", browser.wait().startswith("compiled") and
          "12" in browser.value(coloured % "#cd0000"))


with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
    browser = Browser(sys.argv[1], profile)
    try:
        use(browser)
    finally:
        browser.process.terminate()
        browser.process.wait()
print("%d passed, %d failed" % (passed, failed))
sys.exit(failed > 0)
