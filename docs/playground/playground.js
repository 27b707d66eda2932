/* playground.js: an editor, and beside it what gradc makes of the program: messages in place, the picture, formulas, C. The
 * compiler is WebAssembly in gradc.js. Nothing leaves the page. */
"use strict";

const programs = {
    "a norm": ["f(W: [n, n], x: [n]) {\n    q = W @ x\n    return f = ||q||^2\n}\n", "W=[[0.1,0.5],[-0.3,0.8]],x=[0.2,0.4]"],
    "a gate": ["f(x, y, z) = (x + y) * z\n", "x=-2,y=5,z=-4"],
    "a neuron": ["neuron(w0, x0, w1, x1, w2) = 1 / (1 + exp(-(w0 * x0 + w1 * x1 + w2)))\n",
        "w0=2,x0=-1,w1=-3,x1=-2,w2=-3"],
    "softmax regression": ["regression(W: [C, D], x: [D], b: [C], y: [C]) {\n    z = W @ x + b\n    p = softmax(z)\n" +
        "    return loss = -sum(y * log(p))\n}\n", "W=[[1,0],[0,1],[1,1]],x=[1,2],b=[0,0,0],y=[0,0,1]"],
    "a recurrent network": ["recurrent(U: [H, H], V: [H, D], x: [T, D]) {\n    h = zeros(H)\n    for t in 0..T {\n" +
        "        h = tanh(U @ h + V @ x[t])\n    }\n    return s = sum(h)\n}\n", ""]
};

const page = id => document.getElementById(id);
let compiled; /* the WebAssembly module, compiled once; each run has an instance of its own */

async function unpack() {
    const packed = Uint8Array.from(atob(gradcPacked), letter => letter.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return WebAssembly.compile(await new Response(stream).arrayBuffer());
}

/* Runs gradc with these arguments behind the program's name: its exit status, output and messages. */
async function run(text, options) {
    const output = [], messages = [];
    let status;
    const gradc = await gradcInstance({
        print: line => output.push(line),
        printErr: line => messages.push(line),
        instantiateWasm: (imports, done) => {
            WebAssembly.instantiate(compiled, imports).then(instance => done(instance));
            return {};
        },
        quit: (code, error) => {
            if (status === undefined)
                status = code;
            throw error;
        }
    });
    gradc.FS.writeFile("program.nn", text);
    try {
        const returned = gradc.callMain([...options, "program.nn", "-o", "-"]);
        if (status === undefined)
            status = returned;
    } catch (error) {
        if (status === undefined) {
            status = 2;
            messages.push("gradc: error: the program is too deep for this page: " + error.message);
        }
    }
    return { status, output: output.join("\n"), messages: messages.join("\n") };
}

/* What messages point at: `file:line:column: error: words`, the line, and below it carets under the place. */
function placesOf(messages) {
    const lines = messages.split("\n"), places = [];
    lines.forEach((line, i) => {
        const found = /^program\.nn:(\d+):(\d+): (error|warning): /.exec(line);
        if (!found)
            return;
        const carets = /\|\s*(\^+)\s*$/.exec(lines[i + 2] || "");
        places.push({ line: +found[1], column: +found[2], length: carets ? carets[1].length : 1, kind: found[3] });
    });
    return places;
}

/* The program once more, invisible behind the editor, with its faults marked. Columns count characters. */
function mark(text, places) {
    const marks = page("marks");
    marks.replaceChildren();
    text.split("\n").forEach((content, i) => {
        const letters = [...content, " "];
        let at = 0;
        for (const place of places.filter(each => each.line === i + 1).sort((a, b) => a.column - b.column)) {
            const start = Math.max(at, Math.min(place.column - 1, letters.length - 1));
            const end = Math.min(start + place.length, letters.length);
            const fault = document.createElement("mark");
            fault.className = place.kind;
            fault.textContent = letters.slice(start, end).join("");
            marks.append(letters.slice(at, start).join(""), fault);
            at = end;
        }
        marks.append(letters.slice(at).join("") + "\n");
    });
    scroll();
}

function scroll() {
    page("marks").scrollTop = page("program").scrollTop;
    page("marks").scrollLeft = page("program").scrollLeft;
}

/* The functions that the formulas are of; of several, the picture shows the one that is chosen. */
function offer(names) {
    const choice = page("function"), chosen = choice.value;
    choice.replaceChildren(...names.map(name => new Option(name)));
    if (names.includes(chosen))
        choice.value = chosen;
    page("choice").hidden = names.length < 2;
}

/* Picture with values where a point is given and fits, else without; formulas and C from gradc's own page. */
async function compile() {
    const text = page("program").value, at = page("at").value.trim(), level = "--level=" + page("level").value;
    page("state").textContent = "compiling";
    const start = performance.now();
    const whole = await run(text, ["--emit=html"]);
    let picture, made, messages = whole.messages;
    if (whole.status === 0) {
        made = new DOMParser().parseFromString(whole.output, "text/html");
        offer([...made.querySelectorAll(".formulas h3")].map(title => title.textContent.split("(")[0]));
        const drawing = ["--emit=dot", level, "--function=" + page("function").value];
        picture = await run(text, at ? [...drawing, "--at", at] : drawing);
        if (picture.status !== 0 && at) {
            messages = picture.messages;
            picture = await run(text, drawing);
        }
    }
    if (text !== page("program").value)
        return; /* the user has typed on; the next run shows it */
    page("messages").textContent = messages.replace(/program\.nn:/g, "");
    mark(text, placesOf(whole.messages));
    for (const id of ["picture", "formulas", "c"])
        page(id).classList.toggle("stale", whole.status !== 0);
    if (whole.status === 0) {
        page("formulas").replaceChildren(...[...made.querySelectorAll(".formulas > :not(h2)")]);
        page("c").replaceChildren(...made.querySelector("pre.c").childNodes);
        drawPicture(picture.output, page("picture"));
        page("legend").textContent = /darkgreen/.test(picture.output) ? "values above in green, gradients below in red" : "";
    }
    page("state").textContent = whole.status === 0 ? `compiled in ${Math.round(performance.now() - start)} ms`
                                                   : "the program has faults";
}

let queue = Promise.resolve(), timer;
function compileSoon() {
    clearTimeout(timer);
    timer = setTimeout(() => { queue = queue.then(compile); }, 150);
}

function choose(name) {
    [page("program").value, page("at").value] = programs[name];
    compileSoon();
}

/* Opened as index.html#PROGRAM, encoded as in addresses, it starts with that; a link can carry a program. */
async function start() {
    if (typeof gradcPacked === "undefined") {
        page("state").textContent = "gradc.js is missing: make playground, at the top of the source tree, makes it";
        return;
    }
    compiled = await unpack();
    for (const name of Object.keys(programs))
        page("programs").add(new Option(name));
    for (const id of ["program", "at", "function", "level"])
        page(id).addEventListener("input", compileSoon);
    page("programs").addEventListener("input", () => choose(page("programs").value));
    page("program").addEventListener("scroll", scroll);
    choose(Object.keys(programs)[0]);
    if (location.hash.length > 1) {
        const parameters = new URLSearchParams(location.hash.slice(1));
        page("program").value = parameters.get("program") || "";
        page("at").value = parameters.get("at") || "";
    }
}

start().catch(error => { page("state").textContent = "this browser cannot run it: " + error.message; });
