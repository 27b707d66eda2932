# scans.awk: lines of 64 pixels and a digit become constant arrays of bytes, which stay in flash: 500 to learn from, and
# the last 297 to try.
BEGIN { FS = "," }
NR <= 500 || NR > 1500 {
    row = ""
    for (i = 1; i <= 64; i++)
        row = row $i ","
    scans = scans "    {" row "},\n"
    digits = digits $65 ","
    count++
}
END {
    print "enum { TRAINED = 500, TESTED = " count - 500 " };"
    print "static const unsigned char scans[][64] = {\n" scans "};"
    print "static const unsigned char scanned[] = {" digits "};"
}
