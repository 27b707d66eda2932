# Completion of gradc for bash: options and the values of --emit as `gradc --help` tells them, else .nn files and folders.
_gradc() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} help
    help=$("${COMP_WORDS[0]}" --help 2> /dev/null)
    # bash takes --emit=c apart at the `=`
    if [ "$word" = = ]; then word= ; elif [ "$before" = = ]; then before=${COMP_WORDS[COMP_CWORD - 2]}; fi
    case $before in
    --emit) COMPREPLY=($(compgen -W "$(_gradc_kinds <<< "$help")" -- "$word")) ;;
    --precision) COMPREPLY=($(compgen -W "float32 float64" -- "$word")) ;;
    --color) COMPREPLY=($(compgen -W "auto always never" -- "$word")) ;;
    -o | -MF) COMPREPLY=($(compgen -f -- "$word")) ;;
    -I) COMPREPLY=($(compgen -d -- "$word")) ;;
    *)
        case $word in
        -*) COMPREPLY=($(compgen -W "$(_gradc_options <<< "$help")" -- "$word")) ;;
        *) COMPREPLY=($(compgen -f -X '!*.nn' -- "$word") $(compgen -d -- "$word")) ;;
        esac
        ;;
    esac
}
# The first column of the help, without what stands for values.
_gradc_options() { sed -n 's/^  \(-[^ ].*\)$/\1/p' | sed 's/   .*//' | grep -oE -- '--?[A-Za-z][A-Za-z0-9-]*=?' | sed 's/^-W.*=$//'; }
# The words behind --emit=KIND, on its line and those below that go on.
_gradc_kinds() {
    awk '/^  --emit=KIND/ { sub(/^ *--emit=KIND/, ""); on = 1; print; next }
         on && /^     / { print; next }
         { on = 0 }' | sed 's/([^)]*)//g' | tr ', ' '\n\n' | grep -E '^[a-z]+$'
}
complete -o nospace -F _gradc gradc
