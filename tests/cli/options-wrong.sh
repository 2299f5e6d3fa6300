# What is wrong on the command line ends in one line and exit status 2, before
# anything is read or made.
mkdir here
cd here
try() {
    local regex=$1
    shift
    (cd .. && run 2 "$XB" "$@" && one_line "$regex")
    nothing_left .
}
try 'unknown option .--frobnicate' --frobnicate
try 'unknown option .-Z' collect -Z
try 'unknown option .--out' collect --out x         # no abbreviations
try 'unknown command .make' make
try '--outfile needs a value|-o needs a value' collect -o
try '--quiet takes no value' collect --quiet=yes
try 'operand' inspect
try 'operand' inspect a b c
try 'operand' verify
try 'takes no operand' plugins something
try 'takes no operand' collect collect
try 'is not an option of' verify x --jobs 2
try 'is not an option of' plugins --outfile x
try '--debug-keys.*more than print.*expected' collect --debug-keys mR
for key in R C % b q d '*' 0 A N ' '; do
    try '--debug-keys.*expected' collect --debug-keys "$key"
done
try '--jobs.*expected' collect --jobs 0
try '--jobs.*expected' collect --jobs 65
try '--jobs.*expected' collect --jobs two
try '--threads.*expected' collect --threads -1
try '--threads.*expected' collect --threads 4294967297
try '--max-size.*expected' collect --max-size 12X
try '--max-size.*expected' collect --max-size 0
try '--max-size.*expected' collect --max-size 99999999999999999999
try '--max-time.*expected' collect --max-time 5
try '--max-time.*expected' collect --max-time -5s
try '--item-timeout.*expected' collect --item-timeout soon
try '--since.*expected' collect --since yesterday
try '--since.*expected' collect --since 2026-02-31
try '--format.*expected.*tar.bz2' collect --format zip
try '--privacy.*expected.*secrets' collect --privacy none
try '--only.*empty' collect --only ,
try '--only.*empty' collect --only ''
try '--outfile.*empty' collect -o ''
try 'exclude each other' collect -o x --outfd 1
try 'exclude each other' collect -q -v
try 'exclude each other' collect -u --max-size 1M
try 'exclude each other' collect --outfd 1 --format dir
# Control characters in what the user gave do not reach the terminal.
try 'unknown option' collect "$(printf -- '--\033[2Jx')"
lacks ../err "$(printf '\033')"
