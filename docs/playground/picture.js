/* picture.js: draws what gradc --emit=dot writes, without Graphviz: ranks from left to right, by the longest way from an
 * input; nodes that belong together at one height. Labels are HTML, which the browser lays out and measures. */
"use strict";

const GAP = { rank: 34, node: 12, margin: 24 };
const SVG = "http://www.w3.org/2000/svg";

/* One statement a line, as gradc writes them: nodes, edges, and clusters around the nodes of a loop. */
function readDot(text) {
    const nodes = new Map(), edges = [], clusters = [], open = [];
    for (const line of text.split("\n").map(part => part.trim())) {
        let found;
        if (/^subgraph /.test(line)) {
            const cluster = { label: "", members: [] };
            clusters.push(cluster);
            open.push(cluster);
        } else if (line === "}") {
            open.pop();
        } else if ((found = /^label=<(.*)>; label/.exec(line))) {
            if (open.length > 0)
                open[open.length - 1].label = found[1];
        } else if ((found = /^(\w+)((?::\w+)*) -> (\w+)((?::\w+)*)(?: \[(.*)\])?;$/.exec(line))) {
            const style = found[5] || "";
            edges.push({ from: found[1], to: found[3], back: /dir=back/.test(style), plain: /arrowhead=none/.test(style) });
        } else if ((found = /^(\w+) \[shape=(\w+), label=<(.*)>(.*)\];$/.exec(line)) && found[1] !== "node") {
            const node = { name: found[1], shape: found[2], label: found[3], filled: /filled/.test(found[4]) };
            nodes.set(node.name, node);
            for (const cluster of open)
                cluster.members.push(node);
        }
    }
    return { nodes, edges: edges.filter(edge => nodes.has(edge.from) && nodes.has(edge.to)), clusters };
}

/* Puts the node into the page, to measure it; the edges meet it at the line of its table, or in its middle. */
function placeLabel(node, parent) {
    const box = document.createElement("div");
    box.className = "node " + node.shape + (node.filled ? " call" : "");
    box.innerHTML = node.label.replace(/COLOR="red3"/g, 'COLOR="#cd0000"').replace(/COLOR="gray40"/g, 'COLOR="#666"')
        .replace(/POINT-SIZE="\d+"/g, 'SIZE="2"');
    parent.append(box);
    const outer = box.getBoundingClientRect(), line = box.querySelector("[port=line]");
    node.box = box;
    node.width = outer.width;
    node.height = outer.height;
    const inner = line && line.getBoundingClientRect();
    node.anchor = inner ? (inner.top + inner.bottom) / 2 - outer.top : outer.height / 2;
}

/* What leads into a loop stands left of all of it, what comes out right of it. */
function aroundClusters(graph, link) {
    for (const { members } of graph.clusters) {
        const inside = new Set(members);
        for (const edge of graph.edges.filter(each => !each.back)) {
            const from = graph.nodes.get(edge.from), to = graph.nodes.get(edge.to);
            if (!inside.has(from) && inside.has(to))
                members.forEach(member => link(from, member));
            else if (inside.has(from) && !inside.has(to))
                members.forEach(member => link(member, to));
        }
    }
}

/* The rank of a node is the greatest number of links behind it; then inputs, and what is shown of them, move up to where
 * they are used. */
function rankNodes(graph) {
    const list = [...graph.nodes.values()];
    for (const node of list)
        Object.assign(node, { rank: 0, sources: new Set(), targets: new Set(), before: [], after: [] });
    const link = (from, to) => {
        from.targets.add(to);
        to.sources.add(from);
    };
    for (const edge of graph.edges.filter(each => !each.back))
        link(graph.nodes.get(edge.from), graph.nodes.get(edge.to));
    aroundClusters(graph, link);
    for (let changed = true, round = 0; changed && round <= list.length; round++) {
        changed = false;
        for (const node of list)
            for (const next of node.targets)
                if (next.rank <= node.rank) {
                    next.rank = node.rank + 1;
                    changed = true;
                }
    }
    const isInput = node => node.sources.size === 0;
    const moveUp = node => {
        if (node.targets.size > 0)
            node.rank = Math.min(...[...node.targets].map(next => next.rank)) - 1;
    };
    list.filter(node => !isInput(node) && [...node.sources].every(isInput)).forEach(moveUp);
    list.filter(isInput).forEach(moveUp);
    const ranks = [];
    for (const node of list)
        (ranks[node.rank] = ranks[node.rank] || []).push(node);
    return ranks;
}

/* An edge over several ranks passes a place of its own in each, so that it goes around what stands there. */
function routeEdges(graph, ranks) {
    for (const edge of graph.edges.filter(each => !each.back)) {
        const to = graph.nodes.get(edge.to);
        let last = graph.nodes.get(edge.from);
        edge.places = [];
        for (let rank = last.rank + 1; rank <= to.rank; rank++) {
            let next = to;
            if (rank < to.rank) {
                next = { width: 0, height: 8, anchor: 4, before: [], after: [] };
                (ranks[rank] = ranks[rank] || []).push(next);
                edge.places.push(next);
            }
            last.after.push(next);
            next.before.push(last);
            last = next;
        }
    }
    return ranks.filter(rank => rank);
}

const mean = numbers => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

/* Heights: each node wants to be where its neighbours are; those of one rank keep apart, in the order of what they want. */
function placeNodes(ranks) {
    for (const rank of ranks) {
        let y = 0;
        for (const node of rank) {
            node.y = y + node.anchor;
            y += node.height + GAP.node;
        }
    }
    const settle = (rank, side) => {
        for (const node of rank) {
            const others = side(node);
            node.wanted = others.length > 0 ? mean(others.map(other => other.y)) : node.y;
        }
        rank.sort((a, b) => a.wanted - b.wanted);
        /* Runs of nodes that touch move together, so that their mean is where they want to be. */
        const runs = [];
        for (const node of rank) {
            let run = { nodes: [node], offsets: [0], top: node.wanted - node.anchor, height: node.height };
            while (runs.length > 0 && runs[runs.length - 1].top + runs[runs.length - 1].height + GAP.node > run.top) {
                const above = runs.pop(), shift = above.height + GAP.node;
                run = {
                    nodes: [...above.nodes, ...run.nodes],
                    offsets: [...above.offsets, ...run.offsets.map(offset => offset + shift)],
                    height: shift + run.height
                };
                run.top = mean(run.nodes.map((each, i) => each.wanted - each.anchor - run.offsets[i]));
            }
            runs.push(run);
        }
        for (const run of runs)
            run.nodes.forEach((node, i) => { node.y = run.top + run.offsets[i] + node.anchor; });
    };
    for (let sweep = 0; sweep < 12; sweep++) {
        for (const rank of ranks)
            settle(rank, node => node.before);
        for (const rank of ranks.slice().reverse())
            settle(rank, node => node.after.length > 0 ? node.after : node.before);
    }
    let x = GAP.margin;
    for (const rank of ranks) {
        const width = Math.max(...rank.map(node => node.width));
        for (const node of rank)
            node.x = x + (width - node.width) / 2;
        x += width + GAP.rank;
    }
    const top = Math.min(...ranks.flat().map(node => node.y - node.anchor));
    for (const node of ranks.flat())
        node.y += GAP.margin - top;
    return { width: x - GAP.rank + GAP.margin,
             height: Math.max(...ranks.flat().map(node => node.y - node.anchor + node.height)) + GAP.margin };
}

function element(svg, name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes))
        made.setAttribute(key, value);
    svg.append(made);
}

function drawEdge(svg, from, to, edge) {
    if (edge.back) { /* from the end of a round to its start, above all that lies between */
        const x1 = to.x + to.width / 2, y1 = to.y - to.anchor, x2 = from.x + from.width / 2, y2 = from.y - from.anchor;
        const top = Math.min(y1, y2) - 40;
        element(svg, "path", { d: `M${x1},${y1} C${x1},${top} ${x2},${top} ${x2},${y2}`, class: "back",
                               "marker-end": "url(#arrow)" });
        return;
    }
    let x = from.x + from.width, y = from.y, d = `M${x},${y}`;
    for (const place of [...edge.places, to]) {
        const bend = (place.x - x) / 2;
        d += ` C${x + bend},${y} ${place.x - bend},${place.y} ${place.x},${place.y}`;
        [x, y] = [place.x, place.y];
    }
    element(svg, "path", { d, ...(edge.plain ? {} : { "marker-end": "url(#arrow)" }) });
}

/* Draws the picture into an empty element. */
function drawPicture(text, parent) {
    const graph = readDot(text);
    parent.replaceChildren();
    if (graph.nodes.size === 0)
        return;
    const stage = document.createElement("div");
    stage.className = "stage";
    parent.append(stage);
    for (const node of graph.nodes.values())
        placeLabel(node, stage);
    const size = placeNodes(routeEdges(graph, rankNodes(graph)));

    let lowest = size.height;
    const svg = document.createElementNS(SVG, "svg");
    svg.innerHTML = '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" ' +
                    'orient="auto"><path d="M0,0 L8,4 L0,8 z" class="head"/></marker></defs>';
    for (const cluster of graph.clusters.filter(each => each.members.length > 0)) {
        const left = Math.min(...cluster.members.map(node => node.x)) - 10;
        const right = Math.max(...cluster.members.map(node => node.x + node.width)) + 10;
        const top = Math.min(...cluster.members.map(node => node.y - node.anchor)) - 34;
        const bottom = Math.max(...cluster.members.map(node => node.y - node.anchor + node.height)) + 24;
        element(svg, "rect", { x: left, y: top, width: right - left, height: bottom - top, rx: 8, class: "loop" });
        const label = document.createElement("div");
        label.className = "node loop-label";
        label.innerHTML = cluster.label;
        label.style.left = left + 6 + "px";
        label.style.top = bottom - 22 + "px";
        stage.append(label);
        lowest = Math.max(lowest, bottom + 8);
    }
    for (const edge of graph.edges)
        drawEdge(svg, graph.nodes.get(edge.from), graph.nodes.get(edge.to), edge);
    for (const node of graph.nodes.values()) {
        node.box.style.left = node.x + "px";
        node.box.style.top = node.y - node.anchor + "px";
    }
    svg.setAttribute("width", size.width);
    svg.setAttribute("height", lowest);
    stage.style.width = size.width + "px";
    stage.style.height = lowest + "px";
    stage.prepend(svg);
}
