#!/bin/bash
# chart.sh: from a table of table.sh, on standard input or within a document, a chart as SVG: a bar for each time
# that is compared with C by hand, with Eigen or Stan Math, or with PyTorch, on a scale of powers of two. Bars to the left of 1 are faster.
# usage: bench/chart.sh < docs/benchmarks.md > docs/pictures/benchmarks.svg
set -u
awk -F ' *[|] *' '
function place(ratio) { return left + (log(ratio) - log(least)) / (log(most) - log(least)) * width }
function larger(a, b) { return (a > b) ? a : b }
function escaped(text) { gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text); return text }
function write(x, y, anchor, size, text) {
    printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\">%s</text>\n", x, y, anchor, size, escaped(text)
}
NF >= 6 && $2 !~ /memory/ && ($4 ~ /^C by hand/ || $4 ~ /Eigen|Stan/ || $4 == "PyTorch") && $5 + 0 > 0 {
    count++
    program[count] = $2 ", " $3
    other[count] = $4
    ratio[count] = $5 + 0
    goal[count] = $6 + 0
}
END {
    if (!count) { print "chart.sh: no rows that compare with C by hand or PyTorch" > "/dev/stderr"; exit 1 }
    least = 1; most = 1
    for (i = 1; i <= count; i++) {
        while (ratio[i] < least || goal[i] < least) least /= 2
        while (ratio[i] > most || goal[i] > most) most *= 2
    }
    left = 330; width = 440; row = 17; top = 62; height = count * row
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"Helvetica, Arial, sans-serif\">\n", left + width + 60, top + height + 16, left + width + 60, top + height + 16
    print "<title>Times of the C that gradc writes, as parts of those of the other</title>"
    print "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
    printf "<rect x=\"%d\" y=\"10\" width=\"12\" height=\"12\" fill=\"#0072b2\"/>\n", left
    write(left + 18, 20, "start", 12, "against C by hand")
    printf "<rect x=\"%d\" y=\"10\" width=\"12\" height=\"12\" fill=\"#e69f00\"/>\n", left + 150
    write(left + 168, 20, "start", 12, "against PyTorch")
    printf "<rect x=\"%d\" y=\"10\" width=\"12\" height=\"12\" fill=\"#009e73\"/>\n", left + 270
    write(left + 288, 20, "start", 12, "Eigen, Stan Math")
    printf "<path d=\"M%d 9v14\" stroke=\"black\" stroke-width=\"2\"/>\n", left + 410
    write(left + 418, 20, "start", 12, "goal")
    write(place(1) - 6, 38, "end", 11, "faster")
    write(place(1) + 6, 38, "start", 11, "slower")
    for (tick = least; tick <= most; tick *= 2) {
        printf "<path d=\"M%.1f %dv%d\" stroke=\"%s\"/>\n", place(tick), top - 6, height + 8, tick == 1 ? "black" : "#cccccc"
        write(place(tick), top - 10, "middle", 11, tick "")
    }
    for (i = 1; i <= count; i++) {
        y = top + (i - 1) * row
        from = ratio[i] < 1 ? place(ratio[i]) : place(1)
        to = ratio[i] < 1 ? place(1) : place(ratio[i])
        write(left - 8, y + 12, "end", 11, program[i])
        printf "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n", from, y + 2, larger(to - from, 1), row - 4, other[i] == "PyTorch" ? "#e69f00" : other[i] ~ /Eigen|Stan/ ? "#009e73" : "#0072b2"
        printf "<path d=\"M%.1f %dv%d\" stroke=\"black\" stroke-width=\"2\"/>\n", place(goal[i]), y + 1, row - 2
        write(ratio[i] < 1 ? -larger(-from, -place(goal[i])) - 4 : larger(to, place(goal[i])) + 5, y + 12, ratio[i] < 1 ? "end" : "start", 10, sprintf("%.2f", ratio[i]))
    }
    print "</svg>"
}'
